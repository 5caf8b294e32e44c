/* From traced runs to curves of the best so far; see score.h. */
#include "tune/score.h"
#include "util/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* True if a recorder would have written this value as the `n` bytes of `text`. */
static bool is_value(ts_value value, const char *text, size_t n)
{
    char *end;
    if (value.kind == TS_STRING)
        return strlen(value.s) == n && strncmp(value.s, text, n) == 0;
    double wanted = value.kind == TS_INT ? (double)value.i : value.r;
    if (n == 4 && strncasecmp(text, "true", 4) == 0)
        return wanted == 1;
    if (n == 5 && strncasecmp(text, "false", 5) == 0)
        return wanted == 0;
    double number = ts_strtod(text, &end);
    return end == text + n && n > 0 && number == wanted;
}

uint64_t ts_score_find_key(const ts_space *space, const char *key)
{
    size_t params = ts_space_params(space);
    uint64_t config = UINT64_MAX;
    uint16_t *ordinals = calloc(params + 1, sizeof *ordinals);
    for (size_t i = 0; ordinals && i < params; i++) {
        const ts_param *p = ts_space_param(space, i);
        size_t n = strcspn(key, "|"), v = 0;
        while (v < p->count && !is_value(p->values[v], key, n))
            v++;
        if (v == p->count || (key[n] == '|') != (i + 1 < params))
            goto done;
        ordinals[i] = (uint16_t)v;
        key += n + (key[n] == '|');
    }
    if (!ordinals || !ts_space_encode(space, ordinals, &config))
        config = UINT64_MAX;
done:
    free(ordinals);
    return config;
}

/* A repeated configuration and one outside the space cost nothing and give nothing. */
int ts_score_play(const ts_score_scale *s, const ts_trace_run *traced, ts_score_run *out)
{
    bool *seen = calloc(s->recording->count, sizeof *seen);
    ts_score_point now = {0, UINT32_MAX};
    *out = (ts_score_run){.repeats = 0};
    if (!seen)
        return ts_fail(TS_ENOMEM, "out of memory while replaying a trace");
    for (size_t i = 0; i < traced->steps.count; i++) {
        const ts_step *step = &traced->steps.items[i];
        uint64_t config = step->key ? ts_score_find_key(s->recording->space, step->key) : step->config;
        if (config >= s->recording->count) {
            out->outside++;
            continue;
        }
        if (seen[config]) {
            out->repeats++;
            continue;
        }
        seen[config] = true;
        now.time += s->cost[config];
        if (s->rank[config] < now.rank)
            now.rank = s->rank[config];
        ts_score_point point = now;
        /* Recorded times are seconds; where every evaluation costs 1, that stands for a millisecond. */
        if (!isnan(step->overhead_ms))
            point.time += s->timed ? step->overhead_ms / 1e3 : step->overhead_ms;
        if (!ts_vec_push(&out->points, point)) {
            free(seen);
            return ts_fail(TS_ENOMEM, "out of memory while replaying a trace");
        }
    }
    free(seen);
    return TS_OK;
}

void ts_score_run_clear(ts_score_run *run)
{
    ts_vec_free(&run->points);
}

/* The valid points of all runs with lo <= time <= hi; returns how many. */
static size_t gather(const ts_score_run *runs, size_t count, double lo, double hi, ts_xy *out)
{
    size_t n = 0;
    for (size_t r = 0; r < count; r++)
        for (size_t i = 0; i < runs[r].points.count; i++) {
            const ts_score_point *p = &runs[r].points.items[i];
            if (p->rank != UINT32_MAX && p->time >= lo && p->time <= hi)
                out[n++] = (ts_xy){p->time, (double)p->rank};
        }
    return n;
}

/* When the search is over: the first run to end later than the median run; INFINITY if none does. */
static int stopping_time(const ts_score_run *runs, size_t count, double *out)
{
    double *ends = malloc((count + 1) * sizeof *ends);
    size_t n = 0;
    if (!ends)
        return ts_fail(TS_ENOMEM, "out of memory while fitting a curve");
    for (size_t r = 0; r < count; r++) {
        const ts_score_run *run = &runs[r];
        if (run->points.count && run->points.items[run->points.count - 1].rank != UINT32_MAX)
            ends[n++] = run->points.items[run->points.count - 1].time;
    }
    double median = ts_score_median(ends, n);
    *out = INFINITY;
    for (size_t i = n; i-- > 0;)
        if (ends[i] > median)
            *out = ends[i];
    free(ends);
    return TS_OK;
}

static int hold_after_end(const ts_score_scale *s, const ts_score_run *runs, size_t count,
                          ts_score_curve *out)
{
    double stop = INFINITY;
    size_t k = 0;
    int rc = stopping_time(runs, count, &stop);
    if (rc != TS_OK || stop >= s->grid[TS_SCORE_POINTS - 1])
        return rc;
    while (k + 1 < TS_SCORE_POINTS && s->grid[k] <= stop)
        k++;
    for (size_t j = k + 1; j < TS_SCORE_POINTS; j++)
        out->ranks[j] = out->ranks[k];
    return TS_OK;
}

int ts_score_pooled(const ts_score_scale *s, const ts_score_run *runs, size_t count, ts_score_curve *out)
{
    size_t total = 0, longest = 0;
    for (size_t r = 0; r < count; r++) {
        total += runs[r].points.count;
        longest = runs[r].points.count > longest ? runs[r].points.count : longest;
    }
    ts_xy *points = malloc((total + 1) * sizeof *points);
    if (!points)
        return ts_fail(TS_ENOMEM, "out of memory while fitting a curve");
    double runs_in_cells = longest ? (double)count / ((double)longest * (double)count) : 0;
    double margin = 0.1 + 0.25 * runs_in_cells;
    size_t n = gather(runs, count, s->begin * (1 - margin), s->end * (1 + margin), points);
    if (n == 0)
        n = gather(runs, count, -INFINITY, INFINITY, points);
    if (n == 0)
        points[n++] = (ts_xy){s->begin, (double)(s->valid - 1)};
    int rc = ts_isotonic(points, n, s->grid, TS_SCORE_POINTS, out->ranks);
    free(points);
    return rc == TS_OK ? hold_after_end(s, runs, count, out) : rc;
}

void ts_score_single(const ts_score_scale *s, const ts_score_run *run, ts_score_curve *out)
{
    const ts_score_point *p = run->points.items;
    size_t first = 0, end = run->points.count;
    while (first < end && p[first].rank == UINT32_MAX)
        first++;
    for (size_t k = 0, j = first; k < TS_SCORE_POINTS; k++) {
        double t = s->grid[k];
        while (j < end && p[j].time <= t)
            j++;
        if (first == end)
            out->ranks[k] = (double)(s->valid - 1);
        else if (j == first || j == end)
            out->ranks[k] = p[j == first ? first : end - 1].rank;
        else
            out->ranks[k] = p[j - 1].rank + ((double)p[j].rank - p[j - 1].rank) * (t - p[j - 1].time) /
                                                (p[j].time - p[j - 1].time);
    }
}

double ts_score_of(const ts_score_scale *s, const ts_score_curve *curve, double *points)
{
    double sum = 0, best = s->sorted[0], last = (double)(s->valid - 1);
    for (size_t k = 0; k < TS_SCORE_POINTS; k++) {
        double reached = s->sorted[(size_t)fmin(fmax(rint(curve->ranks[k]), 0), last)];
        double range = best - s->baseline[k];
        double point = range != 0 ? (reached - s->baseline[k]) / range : reached <= best;
        if (points)
            points[k] = point;
        sum += point;
    }
    return sum / TS_SCORE_POINTS;
}
