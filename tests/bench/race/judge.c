/* From timings to ratios. */
#include "bench.h"
#include <math.h>
#include <stdio.h>

static const double level = 0.95;
enum { RESAMPLES = 2000, SEED = 11 };

double bench_median(const bench_contender *c)
{
    return c->state == BENCH_RUNS && c->count > 0 ? ts_median(c->samples, (size_t)c->count) : NAN;
}

static void no_ratio(bench_row *row, const bench_contender *ours, const bench_contender *best)
{
    if (!ours || isnan(row->ours))
        snprintf(row->reason, sizeof row->reason, "ours: %.200s",
                 ours && *ours->reason ? ours->reason : "not measured");
    else if (!best)
        snprintf(row->reason, sizeof row->reason, "no peer did this");
}

static bool counts(const bench_family *family, const bench_contender *c)
{
    return !*family->against || strcmp(family->against, c->name) == 0;
}

int bench_judge(const bench_problem *p, const bench_board *board, bench_row *out)
{
    const bench_contender *ours = NULL, *best = NULL;
    *out = (bench_row){.family = p->family,
                       .flops = p->flops,
                       .bytes = p->bytes,
                       .ours = NAN,
                       .best_peer = NAN,
                       .ratio = {NAN, NAN, NAN}};
    snprintf(out->problem, sizeof out->problem, "%s", ts_str_text(&p->key));
    for (int i = 0; i < board->count; i++) {
        const bench_contender *c = &board->contenders[i];
        if (c->ours)
            ours = c;
        else if (counts(p->family, c) && !isnan(bench_median(c)) &&
                 (!best || bench_median(c) < bench_median(best)))
            best = c;
    }
    out->ours = ours ? bench_median(ours) : NAN;
    no_ratio(out, ours, best);
    if (best) {
        out->best_peer = bench_median(best);
        snprintf(out->best, sizeof out->best, "%s", best->name);
    }
    if (best && !isnan(out->ours))
        out->ratio = ts_bootstrap_ratio(best->samples, ours->samples,
                                        (size_t)(best->count < ours->count ? best->count : ours->count),
                                        level, RESAMPLES, SEED);
    out->contenders = malloc(sizeof board->contenders);
    if (!out->contenders)
        return ts_fail(TS_ENOMEM, "out of memory while judging");
    memcpy(out->contenders, board->contenders, sizeof board->contenders);
    out->count = board->count;
    return TS_OK;
}

double bench_mean(const bench_rows *rows, const bench_family *family, double *least, size_t *count)
{
    double sum = 0;
    *least = INFINITY;
    *count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const bench_row *row = &rows->items[i];
        if (row->family != family || isnan(row->ratio.mid))
            continue;
        sum += log(row->ratio.mid);
        *least = fmin(*least, row->ratio.mid);
        ++*count;
    }
    return *count ? exp(sum / (double)*count) : NAN;
}
