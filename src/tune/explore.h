/*
 * Hardware and mapping searched together: attributes of a target varied, each design judged by the models on
 * a workload, with the search engine that tunes kernels. No machine is run.
 */
#ifndef TS_TUNE_EXPLORE_H
#define TS_TUNE_EXPLORE_H

#include "core/workload.h"
#include "model/predict.h"
#include "tilesmith_plugin.h"

enum { TS_EXPLORE_VARIED = 12 };

typedef enum ts_explore_objective { TS_EXPLORE_TIME, TS_EXPLORE_ENERGY, TS_EXPLORE_EDP } ts_explore_objective;

/** What to explore; borrowed. */
typedef struct ts_explore_question {
    const ts_target *base;
    const ts_workload *workload;
    const char *const
        *vary; /**< "l2.size=256K:4M", "array.rows=32,64,128", "clock.core=1e9:2e9:+2.5e8"; NULL-terminated */
    ts_explore_objective objective;
    bool area;            /**< area is a third objective */
    size_t budget;        /**< designs judged at most; 0: 2000 */
    const char *strategy; /**< where not all can be; NULL: "auto" */
    uint64_t seed;
    void *context;
    /** Between designs: how far it is, 0..1; non-zero ends with what there is. NULL: never. */
    int (*progress)(void *context, double fraction, size_t judged);
} ts_explore_question;

/** One design. */
typedef struct ts_design {
    double values[TS_EXPLORE_VARIED]; /**< of the varied attributes, in their order */
    int dataflow;           /**< index into the report's dataflows; -1: the machine has none to choose */
    double seconds, joules; /**< joules NAN: not known */
    double area, area_lo, area_hi; /**< mm2; NAN unless asked for */
    double value;                  /**< of the objective */
    bool front;                    /**< nothing is better in all of time, energy (and area) */
} ts_design;

typedef struct ts_explore_attribute {
    char *name;
    double base;    /**< as the base target states it */
    double *values; /**< [count] ascending */
    double *best;   /**< [count] best objective with this value; NAN: none was judged */
    size_t count;
} ts_explore_attribute;

/** What was found. */
typedef struct ts_explore_report {
    ts_explore_attribute attributes[TS_EXPLORE_VARIED];
    size_t attribute_count;
    const char *dataflows[3]; /**< static text */
    size_t dataflow_count;
    ts_design *designs; /**< all that were judged, in the order of the search */
    size_t count;
    size_t best;    /**< index of the best by the objective */
    ts_design base; /**< the target as it is */
    uint64_t space; /**< designs there are */
    bool exhaustive;
    size_t refused;  /**< designs that the models say no to */
    char *refusal;   /**< the first reason; NULL */
    char *no_energy; /**< why energy isn't known; NULL */
} ts_explore_report;

/** TS_EINPUT: a range that is none, an attribute that the target doesn't state, no design that can do it. */
int ts_explore(const ts_explore_question *question, ts_explore_report **out);
void ts_explore_report_free(ts_explore_report *report);

/* ---- explore_design.c --------------------------------------------------------------------------
 */

/** Make the facts of `target` read as a design has them: the varied attributes, and stated peaks and power in
 * proportion to what the machine computes with. */
int ts_explore_apply(const ts_explore_report *report, const ts_target *target, ts_facts *facts,
                     const double *values);

/* ---- explore_range.c --------------------------------------------------------------------------- */

/** "NAME=RANGE" into an attribute: "a:b" doubles, "a:b:+s" adds, "a:b:*f" multiplies, "a,b,c" lists. Sizes
 * may end in K, M, G (powers of 1024). */
int ts_explore_range(const char *text, ts_explore_attribute *out);

/* ---- explore_area.c ---------------------------------------------------------------------------- */

/** Square millimetres of a design and their spread, or NAN. */
typedef struct ts_area {
    double mm2, lo, hi;
} ts_area;
/** What the base target's area becomes with its memories and multipliers as `values` has them. TS_ENOTFOUND
 * if it states no area or process. */
int ts_explore_area(const ts_target *base, const ts_explore_attribute *attributes, size_t count,
                    const double *values, ts_area *out);

#endif
