/* The statistics of one strategy on one space; see score.h. */
#include "tune/score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RESAMPLES = 200, COARSE = 10 };

/* The pair while it is being scored. */
typedef struct ts_scoring {
    const ts_score_pair *pair;
    ts_score_run *runs;     /* [pair->count] */
    ts_score_curve *curves; /* [pair->count]: of each run */
    ts_space_score *out;
} ts_scoring;

static int out_of_memory(void)
{
    return ts_fail(TS_ENOMEM, "out of memory while scoring traces");
}

/* ---- best so far ------------------------------------------------------------------------------------------
 */

/* Fraction of the optimum: costs are times, or the negatives of rates. */
static double reached(const ts_score_scale *s, uint32_t rank)
{
    if (rank == UINT32_MAX)
        return 0;
    return s->recording->maximise ? s->sorted[rank] / s->sorted[0] : s->sorted[0] / s->sorted[rank];
}

static double reached_after(const ts_score_scale *s, const ts_score_run *run, size_t evaluations)
{
    size_t n = run->points.count < evaluations ? run->points.count : evaluations;
    return n ? reached(s, run->points.items[n - 1].rank) : 0;
}

static void summarise(double *values, size_t n, ts_score_best *out)
{
    for (size_t i = 0; i < n; i++) {
        out->mean += values[i];
        out->within5 += values[i] >= 0.95;
        out->within1 += values[i] >= 0.99;
        out->optimal += values[i] >= 1 - 1e-12;
    }
    out->mean /= (double)n;
    out->within5 /= (double)n;
    out->within1 /= (double)n;
    out->optimal /= (double)n;
    out->median = ts_score_median(values, n);
}

static int best_so_far(ts_scoring *s)
{
    ts_space_score *out = s->out;
    double *values = malloc(s->pair->count * sizeof *values);
    size_t last = s->pair->budgets[s->pair->budget_count - 1];
    out->best = calloc(s->pair->budget_count, sizeof *out->best);
    out->reached = calloc(last, sizeof *out->reached);
    if (!values || !out->best || !out->reached) {
        free(values);
        return out_of_memory();
    }
    for (size_t b = 0; b < s->pair->budget_count; b++) {
        out->best[b].evaluations = s->pair->budgets[b];
        for (size_t r = 0; r < s->pair->count; r++)
            values[r] = reached_after(s->pair->scale, &s->runs[r], s->pair->budgets[b]);
        summarise(values, s->pair->count, &out->best[b]);
    }
    free(values);
    out->reached_count = last;
    for (size_t i = 0; i < last; i++)
        for (size_t r = 0; r < s->pair->count; r++)
            out->reached[i] += reached_after(s->pair->scale, &s->runs[r], i + 1) / (double)s->pair->count;
    return TS_OK;
}

/* ---- the score --------------------------------------------------------------------------------------------
 */

/* Score of a resample of the runs on a coarser grid. */
static double resampled(const ts_scoring *s, ts_rng *rng, ts_score_curve *mean)
{
    memset(mean, 0, sizeof *mean);
    for (size_t i = 0; i < s->pair->count; i++) {
        const ts_score_curve *pick = &s->curves[ts_rng_below(rng, s->pair->count)];
        for (size_t k = 0; k < TS_SCORE_POINTS; k += COARSE)
            mean->ranks[k] += pick->ranks[k] / (double)s->pair->count;
    }
    for (size_t k = 0; k < TS_SCORE_POINTS; k++)
        mean->ranks[k] = mean->ranks[k - k % COARSE];
    return ts_score_of(s->pair->scale, mean, NULL);
}

/* Standard error by bootstrap over runs (Efron & Tibshirani 1993, ch. 6). */
static double standard_error(const ts_scoring *s, ts_score_curve *scratch)
{
    double sum = 0, squares = 0;
    ts_rng rng;
    if (s->pair->count < 2)
        return NAN;
    ts_rng_seed(&rng, 1);
    double first = resampled(s, &rng, scratch); /* shifts the sums, which keeps their digits */
    for (int i = 0; i < RESAMPLES; i++) {
        double d = resampled(s, &rng, scratch) - first;
        sum += d;
        squares += d * d;
    }
    return sqrt(fmax(squares - sum * sum / RESAMPLES, 0) / (RESAMPLES - 1));
}

static int curves(ts_scoring *s)
{
    ts_space_score *out = s->out;
    ts_score_curve *work = calloc(1, sizeof *work);
    s->curves = malloc(s->pair->count * sizeof *s->curves);
    out->curve = malloc(TS_SCORE_POINTS * sizeof *out->curve);
    int rc = work && s->curves && out->curve ? ts_score_pooled(s->pair->scale, s->runs, s->pair->count, work)
                                             : out_of_memory();
    if (rc != TS_OK)
        goto done;
    out->score = ts_score_of(s->pair->scale, work, NULL);
    memset(work, 0, sizeof *work);
    for (size_t r = 0; r < s->pair->count; r++) {
        ts_score_single(s->pair->scale, &s->runs[r], &s->curves[r]);
        for (size_t k = 0; k < TS_SCORE_POINTS; k++)
            work->ranks[k] += s->curves[r].ranks[k];
    }
    for (size_t k = 0; k < TS_SCORE_POINTS; k++)
        work->ranks[k] /= (double)s->pair->count;
    out->separate = ts_score_of(s->pair->scale, work, out->curve);
    out->deviation = standard_error(s, work);
done:
    free(work);
    return rc;
}

/* Median over all proposals of the time between one and the next. */
static int overhead(ts_scoring *s)
{
    TS_VEC(double) each = {0};
    bool good = true;
    for (size_t r = 0; r < s->pair->count; r++) {
        double before = 0;
        for (size_t i = 0; i < s->pair->traced[r]->steps.count; i++) {
            double now = s->pair->traced[r]->steps.items[i].overhead_ms / 1e3;
            if (!isnan(now))
                good = good && ts_vec_push(&each, now - before);
            before = isnan(now) ? before : now;
        }
    }
    s->out->overhead = ts_score_median(each.items, each.count);
    ts_vec_free(&each);
    return good ? TS_OK : out_of_memory();
}

static int play(ts_scoring *s)
{
    ts_space_score *out = s->out;
    int rc = TS_OK;
    s->runs = calloc(s->pair->count, sizeof *s->runs);
    if (!s->runs)
        return out_of_memory();
    for (size_t r = 0; rc == TS_OK && r < s->pair->count; r++) {
        rc = ts_score_play(s->pair->scale, s->pair->traced[r], &s->runs[r]);
        out->repeats += s->runs[r].repeats;
        out->outside += s->runs[r].outside;
        out->evaluations += (double)s->runs[r].points.count / (double)s->pair->count;
    }
    out->runs = s->pair->count;
    if (rc == TS_OK && out->evaluations == 0)
        rc = ts_fail(
            TS_EINPUT,
            "the trace of '%s' on '%s' holds no evaluation inside of the space; is it of another space?",
            s->pair->traced[0]->strategy, s->pair->traced[0]->space);
    return rc;
}

int ts_score_space(const ts_score_pair *pair, ts_space_score *out)
{
    ts_scoring scoring = {.pair = pair, .out = out}, *s = &scoring;
    int rc = play(s);
    if (rc == TS_OK)
        rc = best_so_far(s);
    if (rc == TS_OK)
        rc = curves(s);
    if (rc == TS_OK)
        rc = overhead(s);
    for (size_t r = 0; s->runs && r < s->pair->count; r++)
        ts_score_run_clear(&s->runs[r]);
    free(s->runs);
    free(s->curves);
    return rc;
}
