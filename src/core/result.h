/* The outcome of evaluating one configuration, in full: what the store keeps and reports read. */
#ifndef TS_CORE_RESULT_H
#define TS_CORE_RESULT_H

#include "tilesmith_plugin.h"

/** Where the time of an evaluation went, in seconds. Compile time is the variant's share of its translation
 * unit's. */
typedef struct ts_stage_times {
    double render, compile, verify, measure;
} ts_stage_times;

/** Everything known about one evaluated configuration. Owned strings and arrays: ts_result_clear(). */
typedef struct ts_result {
    uint64_t config;
    ts_status status;
    char *reason;    /**< one sentence when status isn't OK; NULL otherwise */
    double cost;     /**< median seconds per call; NAN unless OK */
    double *samples; /**< raw, seconds per call */
    size_t sample_count;
    uint64_t inner;   /**< calls per sample */
    double error;     /**< largest |C-R| / (absolute + relative*|R|) over all verified elements; NAN if not
                         verified */
    double deviation; /**< largest max|C-R| / max|R| of an output, as max_error limits it; NAN if not measured
                       */
    bool cached;      /**< the object came from the build cache */
    char variant[33]; /**< content hash of the variant, "" where there is none (replay) */
    ts_stage_times times;
    ts_counter *counters; /**< owned array; names and reasons owned too */
    size_t counter_count;
} ts_result;
void ts_result_clear(ts_result *r);
/** Free an owned array of counters with the names, units and reasons it owns. */
void ts_counters_free(ts_counter *counters, size_t count);

#endif
