/*
 * The performance score of autotuning: how far a search's best so far lies between random search and the
 * optimum, over the time in which random search makes its progress. Willemsen et al., "A methodology for
 * comparing optimization algorithms for auto-tuning", FGCS 159 (2024),
 * https://doi.org/10.1016/j.future.2024.05.021, with the constants of its reference implementation,
 * autotuning_methodology. docs/search.md has the formulas in words. Private to tune/.
 */
#ifndef TS_TUNE_SCORE_H
#define TS_TUNE_SCORE_H

#include "tune/spaces.h"
#include "tune/trace.h"

/** What scoring needs to know of a space. The recording is borrowed. */
typedef struct ts_score_scale {
    const ts_recording *recording;
    bool timed;     /**< costs are recorded times; false: every evaluation costs 1 */
    double *cost;   /**< [recording->count] */
    uint32_t *rank; /**< [recording->count] position in `sorted`; of failed ones UINT32_MAX */
    double *sorted; /**< [valid] objective values, ascending */
    size_t valid;
    double median_cost;
    double first, last; /**< the window, in evaluations of random search */
    double begin, end;  /**< the window, in cost */
    double grid[TS_SCORE_POINTS];
    double baseline[TS_SCORE_POINTS]; /**< what random search has reached by then */
} ts_score_scale;

/** TS_EINPUT for spaces without a scale: fewer than three valid configurations, or all equally good. */
int ts_score_scale_open(const ts_recording *recording, bool by_evaluations, ts_score_scale **out);
void ts_score_scale_close(ts_score_scale *scale);
/** Cost up to which a run of at least `evaluations` evaluations can matter to the score. */
double ts_score_horizon(const ts_score_scale *scale, size_t evaluations);

/** After one distinct evaluation: cost so far, and the best so far. */
typedef struct ts_score_point {
    double time;
    uint32_t rank; /**< UINT32_MAX before the first success */
} ts_score_point;

/** A run replayed on a scale. */
typedef struct ts_score_run {
    TS_VEC(ts_score_point) points;
    size_t repeats, outside;
} ts_score_run;

/** Replay a traced run; clear `out` with ts_score_run_clear() even on failure. */
int ts_score_play(const ts_score_scale *scale, const ts_trace_run *traced, ts_score_run *out);
void ts_score_run_clear(ts_score_run *run);

/** The ranks of the best so far at the points of the grid. */
typedef struct ts_score_curve {
    double ranks[TS_SCORE_POINTS];
} ts_score_curve;
/** One isotonic regression pooled over the runs. */
int ts_score_pooled(const ts_score_scale *scale, const ts_score_run *runs, size_t count, ts_score_curve *out);
/** The curve of one run: linear between its evaluations, constant before and after. */
void ts_score_single(const ts_score_scale *scale, const ts_score_run *run, ts_score_curve *out);
/** From ranks to the score at each point of the grid; returns the mean. `points` may be NULL. */
double ts_score_of(const ts_score_scale *scale, const ts_score_curve *curve, double *points);

/** The configuration with these parameter values ("16|1|True"); UINT64_MAX if there is none. */
uint64_t ts_score_find_key(const ts_space *space, const char *key);

/** The runs of one strategy on one space. Everything is borrowed. */
typedef struct ts_score_pair {
    const ts_score_scale *scale;
    const size_t *budgets; /**< of the best-so-far table, ascending */
    size_t budget_count;
    const ts_trace_run **traced;
    size_t count; /**< of runs, at least one */
} ts_score_pair;
/** Fill all of `out` but its name; what it owns is allocated. */
int ts_score_space(const ts_score_pair *pair, ts_space_score *out);

/* ---- numerical methods ----------------------------------------------------------------------------------
 */

typedef struct ts_xy {
    double x, y;
} ts_xy;

/** Monotone piecewise cubic Hermite interpolation through n >= 2 knots with ascending x, at ascending or
 * other q. */
int ts_pchip(const ts_xy *knots, size_t n, const double *q, size_t q_count, double *out);
/**
 * Least-squares non-increasing fit (pool adjacent violators) of points in any order, which are sorted in
 * place; equal x are averaged; linear between, constant outside; evaluated at ascending q.
 */
int ts_isotonic(ts_xy *points, size_t n, const double *q, size_t q_count, double *out);
/** Median; sorts `values` in place. */
double ts_score_median(double *values, size_t n);

#endif
