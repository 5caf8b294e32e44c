/* The scale of a space: its window of time, and how random search fares in it; see score.h. */
#include "tune/score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The window begins where random search has come this far from the median to the optimum, and ends there. */
static const double window_start = 0.01, window_cutoff = 0.95;

/* Without recorded times each evaluation costs 1; a space is timed as a whole or not at all. */
static int set_costs(ts_score_scale *s, bool by_evaluations)
{
    const ts_recording *r = s->recording;
    double *copy = malloc(r->count * sizeof *copy);
    s->cost = malloc(r->count * sizeof *s->cost);
    if (!copy || !s->cost) {
        free(copy);
        return ts_fail(TS_ENOMEM, "out of memory while preparing a score");
    }
    s->timed = !by_evaluations;
    for (uint64_t i = 0; i < r->count; i++)
        s->timed = s->timed && !isnan(r->spent[i]);
    for (uint64_t i = 0; i < r->count; i++)
        copy[i] = s->cost[i] = s->timed ? r->spent[i] : 1;
    s->median_cost = ts_score_median(copy, r->count);
    free(copy);
    return TS_OK;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* First position that is not below `value`. */
static uint32_t position(const double *sorted, size_t n, double value)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (sorted[mid] < value)
            lo = mid + 1;
        else
            hi = mid;
    }
    return (uint32_t)lo;
}

static int rank_values(ts_score_scale *s)
{
    const ts_recording *r = s->recording;
    s->sorted = malloc((r->count + 1) * sizeof *s->sorted);
    s->rank = malloc((r->count + 1) * sizeof *s->rank);
    if (!s->sorted || !s->rank)
        return ts_fail(TS_ENOMEM, "out of memory while preparing a score");
    for (uint64_t i = 0; i < r->count; i++)
        if (r->status[i] == TS_STATUS_OK)
            s->sorted[s->valid++] = r->cost[i];
    qsort(s->sorted, s->valid, sizeof *s->sorted, by_value);
    for (uint64_t i = 0; i < r->count; i++)
        s->rank[i] = r->status[i] == TS_STATUS_OK ? position(s->sorted, s->valid, r->cost[i]) : UINT32_MAX;
    if (s->valid < 3 || s->sorted[0] == s->sorted[s->valid - 1] || r->count >= UINT32_MAX)
        return ts_fail(TS_EINPUT,
                       "the space '%s' can't be scored: %zu of its configurations succeeded, and at least 3 "
                       "that differ are "
                       "needed",
                       r->name, s->valid);
    return TS_OK;
}

/* The i-th worst. */
static double worst(const ts_score_scale *s, size_t i)
{
    return s->sorted[s->valid - 1 - i];
}

/*
 * Evaluations that random search without repeats needs on average to get the fraction `p` of the way from the
 * median to the optimum: with i configurations worse than the target, i/(N+1-i) (negative hypergeometric
 * distribution).
 */
static double evaluations_to(const ts_score_scale *s, double p)
{
    size_t n = s->valid, i = 0;
    double best = s->sorted[0];
    double median = n % 2 ? s->sorted[n / 2] : (s->sorted[n / 2 - 1] + s->sorted[n / 2]) / 2;
    double target = best + (median - best) * (1 - p);
    while (i + 1 < n && worst(s, i) > target)
        i++;
    if (worst(s, i) == best && i > 0)
        i--;
    return ceil((double)i / (double)(n + 1 - i));
}

static void set_window(ts_score_scale *s)
{
    s->first = evaluations_to(s, window_start);
    s->last = evaluations_to(s, window_cutoff);
    if (s->last - s->first < 2) {
        s->last += s->first == 0 ? 2 : 1;
        s->first -= s->first == 0 ? 0 : 1;
    }
    s->begin = s->first * s->median_cost;
    s->end = s->last * s->median_cost;
    for (size_t k = 0; k < TS_SCORE_POINTS; k++)
        s->grid[k] = s->begin + (s->end - s->begin) * (double)k / (TS_SCORE_POINTS - 1);
}

/* Mean cost of an evaluation of random search: the valid ones', and the failed ones' by their share. */
static double mean_cost(const ts_score_scale *s)
{
    double valid = 0, failed = 0;
    uint64_t count = s->recording->count, failures = count - s->valid;
    for (uint64_t i = 0; i < count; i++)
        *(s->rank[i] == UINT32_MAX ? &failed : &valid) += s->cost[i];
    valid /= (double)s->valid;
    return failures ? valid + (double)failures / (double)count * (failed / (double)failures) : valid;
}

/*
 * The expected best of M draws without repeats from N is at position M(N+1)/(M+1) from the worst. At most one
 * knot for each M, interpolated over the window.
 */
static int set_baseline(ts_score_scale *s)
{
    double n = (double)s->valid, each = mean_cost(s), draws[TS_SCORE_POINTS], places[TS_SCORE_POINTS];
    ts_xy knots[TS_SCORE_POINTS];
    size_t count = 0;
    for (size_t k = 0; k < TS_SCORE_POINTS; k++) {
        double m = draws[k] = rint(fmax(s->grid[k] / each, 1));
        s->baseline[k] = worst(s, (size_t)fmin(n - 1, rint(m * (n + 1) / (m + 1))));
        if (count == 0 || m > knots[count - 1].x)
            knots[count++] = (ts_xy){m, s->baseline[k]};
    }
    if (count < 2)
        return TS_OK;
    double from = draws[0], to = draws[TS_SCORE_POINTS - 1];
    for (size_t k = 0; k < TS_SCORE_POINTS; k++)
        places[k] = from + (to - from) * (double)k / (TS_SCORE_POINTS - 1);
    return ts_pchip(knots, count, places, TS_SCORE_POINTS, s->baseline);
}

int ts_score_scale_open(const ts_recording *recording, bool by_evaluations, ts_score_scale **out)
{
    ts_score_scale *s = calloc(1, sizeof *s);
    if (!s)
        return ts_fail(TS_ENOMEM, "out of memory while preparing a score");
    s->recording = recording;
    int rc = set_costs(s, by_evaluations);
    if (rc == TS_OK)
        rc = rank_values(s);
    if (rc == TS_OK) {
        set_window(s);
        rc = set_baseline(s);
    }
    if (rc == TS_OK)
        *out = s;
    else
        ts_score_scale_close(s);
    return rc;
}

void ts_score_scale_close(ts_score_scale *s)
{
    if (!s)
        return;
    free(s->cost);
    free(s->rank);
    free(s->sorted);
    free(s);
}

/* The pooled regression looks this much beyond the window (score_curve.c). */
double ts_score_horizon(const ts_score_scale *s, size_t evaluations)
{
    return s->end * (1.1 + 0.25 / (double)(evaluations ? evaluations : 1));
}
