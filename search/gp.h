/*
 * A Gaussian process (Rasmussen & Williams 2006) over encoded configurations, built up one observation at a
 * time. The covariance is a product over factors of (1 - w) + w m(d / l), m the Matérn-5/2 function: the
 * analysis-of-variance kernel (Durrande et al. 2013), which knows main effects and interactions of every
 * order; a factor of small relevance w is nearly ignored. The mean is a constant plus a multiple of the
 * encoding's prior. Private to search/.
 */
#ifndef TS_SEARCH_GP_H
#define TS_SEARCH_GP_H

#include "encoding.h"

/** Observations that a model can hold. */
enum { TS_GP_MAX = 256 };

/** The right-hand sides that are whitened along with the observations. */
enum { TS_GP_RESPONSE, TS_GP_ONE, TS_GP_PRIOR, TS_GP_COLUMNS };

/** What is learned about one factor. */
typedef struct ts_gp_scale {
    double relevance;             /**< logit of w */
    double length;                /**< log of l, in spans of the factor */
    float correlation[TS_LEVELS]; /**< by distance of levels */
} ts_gp_scale;

typedef struct ts_gp_point {
    const uint16_t *levels; /**< borrowed */
    double column[TS_GP_COLUMNS];
} ts_gp_point;

typedef struct ts_gp {
    const ts_encoding *encoding;
    ts_gp_scale *scales; /**< [factors] */
    double noise;        /**< log of the variance of noise relative to the signal's */
    size_t count;
    uint16_t *levels; /**< [TS_GP_MAX][factors] */
    double *rows;     /**< [TS_GP_MAX][TS_GP_MAX]: Cholesky factor */
    float *narrow;    /**< the same in single precision, for candidates */
    double *white;    /**< [TS_GP_COLUMNS][TS_GP_MAX]: the columns multiplied by the factor's inverse */
    double gram[TS_GP_COLUMNS][TS_GP_COLUMNS];
    double log_determinant;    /**< of the factor */
    double mean, slope, sigma; /**< see ts_gp_solve() */
    double misfit;             /**< weighted squares left over, priors included */
    size_t turn;               /**< the factor that the next fit starts with */
} ts_gp;

/** What is kept of a candidate, so that a new observation costs it O(observations) and a prediction O(1). */
typedef struct ts_gp_view {
    double dot[TS_GP_COLUMNS]; /**< with the whitened columns */
    double explained;          /**< variance */
    size_t seen;               /**< observations accounted for */
} ts_gp_view;

int ts_gp_open(ts_gp *g, const ts_encoding *encoding);
void ts_gp_close(ts_gp *g);
/** Forget the observations, keep what was learned about the factors. */
void ts_gp_clear(ts_gp *g);
/** Append; false when full. */
bool ts_gp_add(ts_gp *g, const ts_gp_point *point);
double ts_gp_correlation(const ts_gp *g, const uint16_t *a, const uint16_t *b);
/** Estimate mean, slope of the prior and signal deviation from what was added. */
void ts_gp_solve(ts_gp *g);
/** Bring a candidate up to date; `white` holds TS_GP_MAX values. */
void ts_gp_view_update(const ts_gp *g, const uint16_t *levels, float *white, ts_gp_view *view);
/** After ts_gp_solve(): mean and deviation at a candidate. */
void ts_gp_predict(const ts_gp *g, const ts_gp_view *view, double prior, double *mean, double *deviation);

/** Recompute the table of one factor after a change of its scale. */
void ts_gp_tabulate(ts_gp *g, size_t factor);
/** Maximise the posterior density of scales and noise over these points; leaves the model cleared. */
void ts_gp_fit(ts_gp *g, const ts_gp_point *points, size_t count);

/* Where the priors of the scales are centred. */
extern const double ts_gp_length0, ts_gp_noise0;
double ts_gp_relevance0(ts_factor_kind kind);
/** Degrees of freedom of the prior on the signal's variance. */
extern const double ts_gp_freedom;

#endif
