/*
 * Regression by gradient boosting of small trees: Friedman, "Greedy function approximation: a gradient
 * boosting machine", Annals of Statistics 29(5) 2001, with each tree grown on half of the samples as in
 * "Stochastic gradient boosting", CSDA 38(4) 2002. Trees have two levels, so interactions of two inputs are
 * learned and no more. Deterministic.
 */
#ifndef TS_MODEL_BOOST_H
#define TS_MODEL_BOOST_H

#include <stddef.h>
#include <stdint.h>

typedef struct ts_boost ts_boost;

/** What to learn: `count` rows of `width` finite inputs each, and what to predict from them. Borrowed during
 * the fit. */
typedef struct ts_boost_data {
    const double *const *rows; /**< [count][width] */
    const double *targets;     /**< [count] */
    size_t count, width;
} ts_boost_data;

/** Fit; the same data give the same trees. TS_ENOMEM. */
int ts_boost_fit(const ts_boost_data *data, ts_boost **out);
void ts_boost_close(ts_boost *boost);
/** The learned function at `inputs` [width]; NULL has learned nothing and says 0. */
double ts_boost_predict(const ts_boost *boost, const double *inputs);

#endif
