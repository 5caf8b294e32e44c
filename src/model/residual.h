/*
 * A learned residual: what measurements teach about a model's errors. log(measured / predicted) is regressed
 * on the model's features and the parameters (boost.h) from the results of one kernel on one target; the
 * correction counts as much as it has proved to be worth on results that it was not fitted to.
 */
#ifndef TS_MODEL_RESIDUAL_H
#define TS_MODEL_RESIDUAL_H

#include <stdbool.h>
#include <stddef.h>

/** With fewer results the model stands as it is, but for a common factor. */
#define TS_RESIDUAL_MIN 12

typedef struct ts_residual ts_residual;

/** A measured configuration. */
typedef struct ts_residual_sample {
    const double *inputs;       /**< [width] finite: the model's features, the parameters; borrowed */
    double predicted, measured; /**< seconds, > 0 */
    size_t group;               /**< 0: the problem at hand; another number for each other problem */
} ts_residual_sample;

/** How much to believe, from results that the fit had not seen. NAN: too few of them. */
typedef struct ts_residual_trust {
    size_t own, others; /**< results of the problem at hand, and of others */
    /** Whether the figures below are of the problem at hand; else each other problem was predicted from the
     * rest, or, if there is only one, parts of it. */
    bool own_judged;
    double weight;                     /**< of the correction, 0 .. 1 */
    double spearman, model_spearman;   /**< with what was measured: corrected, and by the model alone */
    double deviation, model_deviation; /**< root mean square of the log error, a common factor left out */
} ts_residual_trust;

/** An error on a result that the fit had not seen. */
typedef struct ts_residual_error {
    double measured; /**< log of seconds, relative to the problem's mean */
    double error;    /**< log(measured / predicted), a common factor left out */
} ts_residual_error;

/** Fit; the same samples give the same. Without any sample the model stands as it is. Up to 2000 samples take
 * less than a second. */
int ts_residual_fit(const ts_residual_sample *samples, size_t count, size_t width, ts_residual **out);
void ts_residual_close(ts_residual *residual);
/** The model's prediction (seconds), corrected. */
double ts_residual_seconds(const ts_residual *residual, const double *inputs, double predicted);
/** Borrowed. */
const ts_residual_trust *ts_residual_trusted(const ts_residual *residual);
/** What `trust` is computed from, fastest first; NULL and 0 if too few. Borrowed. */
const ts_residual_error *ts_residual_errors(const ts_residual *residual, size_t *count);

#endif
