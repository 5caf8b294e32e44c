/* Why the stored winner of a problem won: against what it was measured, and what the model says of each. */
#ifndef TS_TUNE_EXPLAIN_H
#define TS_TUNE_EXPLAIN_H

#include "model/nest.h"
#include "store/store.h"
#include "tune/importance.h"
#include "util/vec.h"

/** One configuration as the search measured it; strings owned. */
typedef struct ts_explain_sample {
    char *configuration; /**< JSON object */
    double cost;         /**< median seconds of a call */
    char *counters;      /**< JSON array; NULL: none */
} ts_explain_sample;

/** A configuration that differs from the winner's in one parameter. */
typedef struct ts_explain_change {
    char *parameter, *from, *to;
    double ratio; /**< its time over the winner's, both as the search measured them */
} ts_explain_change;

/** What the model of variants says of a configuration. */
typedef struct ts_explain_prediction {
    bool known;
    ts_nest_cost cost;
} ts_explain_prediction;

typedef struct ts_explanation {
    const ts_winner *winner;           /**< borrowed */
    TS_VEC(ts_explain_sample) samples; /**< that succeeded, newest of each configuration */
    size_t failed;
    size_t own, next; /**< samples of the winner's configuration, and of the best other one; SIZE_MAX: none */
    double default_seconds;            /**< of the manifest's default in the newest finals; NAN */
    TS_VEC(ts_explain_change) changes; /**< cheapest first */
    ts_importance *importance;         /**< NULL: */
    char *no_importance;               /**< why */
    ts_explain_prediction of_winner, of_next;
    char *no_prediction; /**< why neither is known; NULL */
    char levels[TS_NEST_LEVELS][8];
} ts_explanation;

/** `target` is the machine of the winner (borrowed during the call). */
int ts_explain(ts_store *store, const ts_winner *winner, const ts_target *target, ts_explanation **out);
void ts_explanation_free(ts_explanation *explanation);

#endif
