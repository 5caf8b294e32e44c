/* Traces of searches: which configurations a run evaluated, in order. Private to tune/. */
#ifndef TS_TUNE_TRACE_H
#define TS_TUNE_TRACE_H

#include "tilesmith.h"
#include "util/vec.h"

/** One evaluation. */
typedef struct ts_step {
    uint64_t config;    /**< index in the space's file */
    char *key;          /**< parameter values instead of an index, joined by '|'; NULL otherwise */
    double overhead_ms; /**< that the search itself had taken so far; NAN if not traced */
} ts_step;

/** One run of a strategy on a space. */
typedef struct ts_trace_run {
    char *strategy, *space, *label;
    TS_VEC(ts_step) steps;
    int64_t last_eval;
} ts_trace_run;

struct ts_trace {
    TS_VEC(ts_trace_run) runs;
};

int ts_trace_new(ts_trace **out);
/** The run of these names, made if there is none; borrowed until the next one is made. */
int ts_trace_run_of(ts_trace *trace, const char *strategy, const char *space, const char *label,
                    ts_trace_run **out);
/** Append an evaluation; the trace takes `key`. */
int ts_trace_add(ts_trace_run *run, ts_step step);
/** Add what CSV text holds (see ts_trace_read()); the text is cut up, `path` stands in messages and labels
 * strategies. */
int ts_trace_parse(char *text, const char *path, ts_trace *trace);

#endif
