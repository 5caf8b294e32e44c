/* Statistics of timings: robust, distribution-free, deterministic by seed. */
#ifndef TS_MEASURE_STATS_H
#define TS_MEASURE_STATS_H

#include <stddef.h>
#include <stdint.h>

/** Median, and any quantile q in [0,1] by linear interpolation (Hyndman & Fan type 7). n >= 1; `x` is not
 * changed. NAN if n is 0. */
double ts_median(const double *x, size_t n);
double ts_quantile(const double *x, size_t n, double q);
/** Median absolute deviation, scaled by 1.4826 to estimate sigma. */
double ts_mad(const double *x, size_t n);

typedef struct ts_interval {
    double lo, mid, hi;
} ts_interval;

/** Bootstrap percentile interval of the median (Efron & Tibshirani 1993), `resamples` resamples, level e.g.
 * 0.95. */
ts_interval ts_bootstrap_median(const double *x, size_t n, double level, size_t resamples, uint64_t seed);
/** The same for the median of the paired ratios a[i]/b[i]: the interval that decides between interleaved
 * variants. */
ts_interval ts_bootstrap_ratio(const double *a, const double *b, size_t n, double level, size_t resamples,
                               uint64_t seed);

/**
 * Which of `count` variants can't be told from the best: rows of `samples` (count x rounds, interleaved
 * rounds: column r was measured in round r). *best = row with the smallest median of round-normalised times;
 * tied[i] is false only if row i is shown to be slower than the best by more than `equivalence` (0.01: one
 * per cent): the interval of the paired ratio row i / best lies above 1 + `equivalence`. The interval is what
 * the exact ones of the Wilcoxon signed-rank test and of the sign test leave; family-wise: its level is
 * Bonferroni-corrected over all pairs, because the best was picked by the same samples. With too few rounds
 * for that level everything is tied. A row with a sample that isn't finite (a failed entrant) is neither best
 * nor tied. `seed` is there for methods that resample; this one does not.
 */
void ts_tied_set(const double *samples, size_t count, size_t rounds, double level, double equivalence,
                 uint64_t seed, size_t *best, _Bool *tied);

#endif
