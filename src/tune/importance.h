/*
 * Which parameters mattered: the variance of log cost that each explains by itself and with another, from a
 * forest of regression trees fitted to the evaluations (functional ANOVA: Hutter, Hoos, Leyton-Brown, "An
 * efficient approach for assessing hyperparameter importance", ICML 2014). Values that were tried count
 * alike; constraints between parameters are not known to it.
 */
#ifndef TS_TUNE_IMPORTANCE_H
#define TS_TUNE_IMPORTANCE_H

#include <stddef.h>
#include <stdint.h>

enum { TS_IMPORTANCE_LEAST = 20, TS_IMPORTANCE_PAIRS = 3 };

/** A parameter that took more than one value. */
typedef struct ts_importance_param {
    char *name;
    char **values; /**< [count] as text; numbers ascending, other texts by mean cost */
    size_t count;
    double share; /**< of the variance, 0..1 */
} ts_importance_param;

/** What two parameters explain together and neither alone. */
typedef struct ts_importance_pair {
    size_t a, b; /**< indices of parameters */
    double share;
} ts_importance_pair;

typedef struct ts_importance {
    ts_importance_param *params; /**< most important first */
    size_t param_count;
    ts_importance_pair pairs[TS_IMPORTANCE_PAIRS]; /**< largest first */
    size_t pair_count;
    double trust; /**< R^2 of the forest on evaluations that its trees didn't see; near 0: believe nothing */
    size_t count; /**< evaluations used */
    uint16_t *ordinals; /**< [count][param_count]: values of each, in the order they were given */
} ts_importance;

/** An evaluation that succeeded. */
typedef struct ts_importance_sample {
    const char *configuration; /**< JSON object; absent parameters are inactive */
    double cost;               /**< > 0 */
} ts_importance_sample;

/**
 * The same samples give the same shares. Fewer than TS_IMPORTANCE_LEAST samples, or no parameter with two
 * values: TS_ENOTFOUND with a sentence. *out: ts_importance_free().
 */
int ts_importance_of(const ts_importance_sample *samples, size_t count, ts_importance **out);
void ts_importance_free(ts_importance *importance);

/* ---- forest.c ---------------------------------------------------------------------------------- */

/** Rows of ordinals with a value each. */
typedef struct ts_forest_data {
    const uint16_t *ordinals; /**< [rows][columns] */
    const double *values;     /**< [rows] */
    const size_t *domain;     /**< [columns]: how many ordinals there are */
    size_t rows, columns;
} ts_forest_data;

typedef struct ts_forest ts_forest;
int ts_forest_grow(const ts_forest_data *data, ts_forest **out);
void ts_forest_free(ts_forest *forest);
/** Share of the variance over the whole domain that column `a` explains, or with `b` != `a` the two together.
 */
double ts_forest_share(const ts_forest *forest, size_t a, size_t b);
/** R^2 on the rows that each tree left out; NAN if there are none. */
double ts_forest_trust(const ts_forest *forest);

#endif
