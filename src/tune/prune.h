/*
 * Pruning: configurations that the model rules out are not evaluated.
 *
 * A configuration is dropped if it is expected to take longer than the best result so far by more than the
 * model could be wrong. How wrong it is, cross-validation says; that the best of a space is the one whose
 * error is in its favour (who wins was also lucky, as seen by the model) is reckoned with: for log times
 * normally distributed with the deviation d of the model's error and p of its predictions over the space, the
 * best of N lies s·a(N) deviations d below what is expected of it, s = d / sqrt(d² + p²), give or take
 * sqrt(1 - s²); a(N) is the expected maximum of N normal variables (Blom, "Statistical estimates and
 * transformed beta-variables", 1958). docs/search.md has how often that held on recorded spaces.
 */
#ifndef TS_TUNE_PRUNE_H
#define TS_TUNE_PRUNE_H

#include "tune/learned.h"
#include "tune/session.h"

typedef struct ts_prune ts_prune;

/** What may be said of what was dropped. */
typedef struct ts_prune_claim {
    double share;     /**< of the space that is ruled out: from a sample of it */
    double chance;    /**< at most, that the best is among them and better than `regret` allows */
    double regret;    /**< share of the time that may be lost without counting */
    double loss;      /**< share of the best's time that is expected to be lost if it is; NAN without share */
    double deviation; /**< of the model's log error, as reckoned with */
    bool assumed;     /**< that deviation was not measured here */
    size_t declined;  /**< proposals that were not evaluated */
} ts_prune_claim;

/** `regret`: 0 .. 1, such as 0.02. The expectation is borrowed, and fitted again as results come. */
int ts_prune_open(ts_learned *learned, double regret, ts_prune **out);
void ts_prune_close(ts_prune *prune);
/** For a session; `known` results must have been learned from by then. */
ts_filter ts_prune_filter(ts_prune *prune);
/** Take a result into account, as the filter does. */
int ts_prune_learn(ts_prune *prune, const ts_observation *o);
/** Start from results that the expectation has been fitted to. */
int ts_prune_begin(ts_prune *prune, const ts_observation *known, size_t count);
ts_prune_claim ts_prune_says(const ts_prune *prune);

#endif
