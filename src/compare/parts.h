/* What the files of this room share. */
#ifndef TS_COMPARE_PARTS_H
#define TS_COMPARE_PARTS_H

#include "compare/compare.h"

/** A winner that stands for a call: its time and the 95 % interval. NAN: none. */
typedef struct ts_measured {
    double seconds, lo, hi;
} ts_measured;

/** Current winners of one target. */
typedef struct ts_measurements {
    ts_winner *winners;
    size_t count;
} ts_measurements;

/** What the store has of this target; nothing if it is NULL. */
int ts_measurements_read(ts_store *store, const ts_target *target, ts_measurements *out);
void ts_measurements_clear(ts_measurements *m);
/** On so many threads, within the kernel's tolerance, under the kernel's present hash. */
ts_measured ts_measured_call(const ts_measurements *m, const ts_workload_call *call, int threads);

/** The objective's value; NAN where seconds, joules or the price is. Less is better. */
double ts_objective_value(ts_objective objective, double seconds, double joules, double flops, double price);

/** Cores that a prediction for this target uses: `threads`, or all. 1 where a target states none. */
int ts_compare_threads(const ts_target *target, int threads);

#endif
