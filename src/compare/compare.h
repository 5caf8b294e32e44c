/*
 * Targets compared on workloads: measured where the database has it, predicted elsewhere, ranked with the
 * probability that the order is right.
 */
#ifndef TS_COMPARE_COMPARE_H
#define TS_COMPARE_COMPARE_H

#include "model/predict.h"
#include "store/store.h"

/** What is compared; in all of them less is better inside, see ts_objective_shown(). */
typedef enum ts_objective {
    TS_BY_TIME,
    TS_BY_ENERGY,
    TS_BY_EDP,           /**< energy times time, J s (Horowitz, Indermaur, Gonzalez, ISLPED 1994) */
    TS_BY_PERF_PER_WATT, /**< operations a joule */
    TS_BY_PERF_PER_PRICE /**< operations a second for a dollar of the machine's price */
} ts_objective;

/** "time", "energy", "edp", "perf/W", "perf/$"; TS_EINPUT names them. */
int ts_objective_parse(const char *text, ts_objective *out);
const char *ts_objective_name(ts_objective objective);
/** What people are shown for an inner value: itself, or its inverse for rates. */
double ts_objective_shown(ts_objective objective, double value);

enum { TS_COMPARE_DRAWS = TS_PREDICTION_DRAWS };

/** One target on one workload. NAN is "not known". */
typedef struct ts_compare_cell {
    char *refusal;                          /**< why there is nothing; NULL: there is. Owned */
    double seconds, seconds_lo, seconds_hi; /**< 10th to 90th percentile */
    double joules, joules_lo, joules_hi;
    double measured;    /**< share of `seconds` that was measured, 0..1 */
    double utilization; /**< of the peak, over all calls; NAN if nothing is computed */
    double value;       /**< of the objective */
    double sure;        /**< probability that it is better than the next in the ranking; NAN for the last */
    double draws[TS_COMPARE_DRAWS]; /**< the objective's value in each draw */
    char bound[40];                 /**< the attribute that binds most of the time */
    char no_value[200];             /**< why `value` is NAN though `seconds` is known */
    char note[320];                 /**< as ts_prediction.note, of all calls */
} ts_compare_cell;

/** One workload: its cells and the order of targets, best first; those without a value are not in it. */
typedef struct ts_compare_row {
    const ts_workload *workload; /**< borrowed */
    double flops, bytes;
    ts_compare_cell *cells; /**< [target_count] */
    size_t *order;          /**< [ranked] indices of targets */
    size_t ranked;
} ts_compare_row;

/** A target over all workloads: geometric mean of its value over the best one's. */
typedef struct ts_compare_overall {
    size_t target;
    double ratio; /**< 1: the best at everything; NAN if it can't do all workloads */
    size_t done;  /**< workloads that it has a value for */
} ts_compare_overall;

typedef struct ts_comparison {
    ts_objective objective;
    const ts_target *const *targets; /**< borrowed */
    size_t target_count;
    ts_compare_row *rows;
    size_t row_count;
    ts_compare_overall *overall; /**< [target_count] best first */
} ts_comparison;

/** What to compare; everything borrowed for the life of the comparison. */
typedef struct ts_compare_question {
    ts_objective objective;
    const ts_target *const *targets;
    size_t target_count;
    ts_workload *const *workloads;
    size_t workload_count;
    int threads;     /**< cores of processors to use; 0: all */
    ts_store *store; /**< where measurements are; NULL: everything is predicted */
} ts_compare_question;

/** TS_OK also where some targets can't do some workloads: their cells have a refusal. */
int ts_compare(const ts_compare_question *question, ts_comparison **out);
void ts_comparison_free(ts_comparison *comparison);

/** The chain behind one target on one workload, as facts that remember. The caller closes *out. Measured
 * parts are not in it. */
int ts_compare_why(const ts_target *target, const ts_workload *workload, int threads, ts_facts **out);

/* ---- breakeven.c ------------------------------------------------------------------------------- */

/** Where, along a growing quantity, another target becomes the better one. */
typedef struct ts_breakeven {
    const char *quantity; /**< "batch", or a dimension */
    size_t first, second; /**< targets: the better one at `from`, and the other */
    int64_t from, to;     /**< what was tried */
    int64_t at;           /**< the first value at which `second` is the better one; 0: none up to `to` */
    double ratio_from, ratio_to; /**< second's value over first's at both ends */
} ts_breakeven;

/**
 * By bisection on the models. "batch": as many inputs at once, which share constant operands (the dimension
 * that a manifest calls batch grows; calls without one are repeated). Or the name of a dimension, for a
 * kernel. Between neighbouring powers of two the ratio is taken to be monotone. TS_EINPUT if no call has that
 * dimension, or a target can't do the workload.
 */
int ts_compare_breakeven(const ts_compare_question *question, const ts_workload *workload, size_t a, size_t b,
                         const char *quantity, ts_breakeven *out);
/** A copy of the workload with the quantity at `value`; kernels are shared: free `calls` alone. */
int ts_workload_scaled(const ts_workload *workload, const char *quantity, int64_t value, ts_workload *out);

/* ---- cover.c ----------------------------------------------------------------------------------- */

/** Costs of configurations where they were measured: instances (target and problem) by configurations. */
typedef struct ts_cover_table {
    size_t instances, configs;
    const double *costs; /**< [instances][configs], NAN where not measured */
} ts_cover_table;

/**
 * The fewest configurations such that each instance has one within `slack` (0.05) of its best: `chosen` has
 * room for `configs` indices. Exact up to 20 instances, else greedy (Chvatal, 1979) and *exact false.
 * Returns how many.
 */
size_t ts_cover(const ts_cover_table *table, double slack, size_t *chosen, bool *exact);

/* ---- portability.c ----------------------------------------------------------------------------- */

/** What the best configuration of one instance costs on another, as the database has measured it. */
typedef struct ts_portability {
    char *kernel;
    char **instances;      /**< "target problem" */
    char **configurations; /**< JSON objects */
    size_t instance_count, config_count;
    double *costs;     /**< [instances][configs] seconds, NAN where not measured */
    double *slowdowns; /**< [instance_count][instance_count]: row's machine with column's best configuration,
                          over row's own best; NAN where not measured */
    size_t *cover;     /**< indices of configurations */
    size_t cover_count;
    double slack;
    bool exact;
} ts_portability;

/** NULL in *out if fewer than two instances of the kernel were measured. */
int ts_portability_read(ts_store *store, const char *kernel, double slack, ts_portability **out);
void ts_portability_free(ts_portability *p);

/* ---- picture.c --------------------------------------------------------------------------------- */

/** Rooflines of all targets with the workloads on them, and time against energy, as one SVG. *svg is
 * malloc'ed. */
int ts_compare_picture(const ts_comparison *comparison, char **svg);

#endif
