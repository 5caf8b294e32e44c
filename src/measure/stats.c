/* Quantiles, bootstrap intervals of medians, and the set of variants that can't be told from the best. */
#include "measure/stats.h"
#include "tilesmith_plugin.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* malloc'ed and ascending; NULL when out of memory or n is 0. */
static double *sorted_copy(const double *x, size_t n)
{
    double *copy = n > 0 ? malloc(n * sizeof *copy) : NULL;
    if (copy) {
        memcpy(copy, x, n * sizeof *copy);
        qsort(copy, n, sizeof *copy, compare_doubles);
    }
    return copy;
}

static double quantile_of_sorted(const double *x, size_t n, double q)
{
    double at = (q < 0 ? 0 : q > 1 ? 1 : q) * (double)(n - 1);
    size_t below = (size_t)at;
    return below + 1 < n ? x[below] + (at - (double)below) * (x[below + 1] - x[below]) : x[n - 1];
}

double ts_quantile(const double *x, size_t n, double q)
{
    double *sorted = sorted_copy(x, n);
    double result = sorted ? quantile_of_sorted(sorted, n, q) : NAN;
    free(sorted);
    return result;
}

double ts_median(const double *x, size_t n)
{
    return ts_quantile(x, n, 0.5);
}

double ts_mad(const double *x, size_t n)
{
    const double normal_sigma = 1.4826; /* 1 / quantile 3/4 of the standard normal */
    double median = ts_median(x, n);
    double *deviations = n > 0 ? malloc(n * sizeof *deviations) : NULL;
    for (size_t i = 0; deviations && i < n; i++) {
        deviations[i] = fabs(x[i] - median);
    }
    double result = deviations ? normal_sigma * ts_median(deviations, n) : NAN;
    free(deviations);
    return result;
}

/* Median of a resample given how often each of the sorted values was drawn: walk to the middle, no sorting.
 */
static double resampled_median(const double *sorted, const uint32_t *drawn, size_t n)
{
    size_t seen = 0, lower = (n - 1) / 2, upper = n / 2;
    double low = sorted[n - 1];
    bool have_low = false;
    for (size_t i = 0; i < n; i++) {
        seen += drawn[i];
        if (!have_low && seen > lower) {
            low = sorted[i];
            have_low = true;
        }
        if (seen > upper) {
            return 0.5 * (low + sorted[i]);
        }
    }
    return sorted[n - 1];
}

static void draw_medians(const double *sorted, size_t n, uint64_t seed, uint32_t *drawn, double *medians,
                         size_t resamples)
{
    ts_rng rng;
    ts_rng_seed(&rng, seed);
    for (size_t r = 0; r < resamples; r++) {
        memset(drawn, 0, n * sizeof *drawn);
        for (size_t i = 0; i < n; i++) {
            drawn[ts_rng_below(&rng, n)]++;
        }
        medians[r] = resampled_median(sorted, drawn, n);
    }
}

ts_interval ts_bootstrap_median(const double *x, size_t n, double level, size_t resamples, uint64_t seed)
{
    ts_interval interval = {NAN, NAN, NAN};
    double *sorted = sorted_copy(x, n);
    double *medians = resamples > 0 ? malloc(resamples * sizeof *medians) : NULL;
    uint32_t *drawn = n > 0 ? malloc(n * sizeof *drawn) : NULL;
    if (sorted && medians && drawn) {
        draw_medians(sorted, n, seed, drawn, medians, resamples);
        qsort(medians, resamples, sizeof *medians, compare_doubles);
        interval.lo = quantile_of_sorted(medians, resamples, 0.5 - level / 2);
        interval.mid = quantile_of_sorted(sorted, n, 0.5);
        interval.hi = quantile_of_sorted(medians, resamples, 0.5 + level / 2);
    }
    free(sorted);
    free(medians);
    free(drawn);
    return interval;
}

/* malloc'ed a[i]/b[i]; NULL when out of memory or n is 0. */
static double *paired_ratios(const double *a, const double *b, size_t n)
{
    double *ratios = n > 0 ? malloc(n * sizeof *ratios) : NULL;
    for (size_t i = 0; ratios && i < n; i++) {
        ratios[i] = a[i] / b[i];
    }
    return ratios;
}

ts_interval ts_bootstrap_ratio(const double *a, const double *b, size_t n, double level, size_t resamples,
                               uint64_t seed)
{
    double *ratios = paired_ratios(a, b, n);
    ts_interval interval = {NAN, NAN, NAN};
    if (ratios) {
        interval = ts_bootstrap_median(ratios, n, level, resamples, seed);
    }
    free(ratios);
    return interval;
}
