/* ts_score(): traces on spaces to a report. */
#include "tune/score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const size_t default_budgets[] = {25, 50, 100, 200, 400, 0};

static int out_of_memory(void)
{
    return ts_fail(TS_ENOMEM, "out of memory while scoring traces");
}

/* Everything that the parts of a report are made from. */
typedef struct ts_judge {
    const ts_spaces *spaces;
    const ts_trace *trace;
    const size_t *budgets;
    ts_score_scale **scales; /* [spaces->items.count], NULL where the trace doesn't have the space */
    ts_score_report *report;
} ts_judge;

static bool traced_anywhere(const ts_trace *trace, const char *space)
{
    for (size_t i = 0; i < trace->runs.count; i++)
        if (strcmp(trace->runs.items[i].space, space) == 0)
            return true;
    return false;
}

static int open_scales(ts_judge *j)
{
    ts_score_report *r = j->report;
    size_t n = j->spaces->items.count;
    int rc = TS_OK;
    j->scales = calloc(n + 1, sizeof *j->scales);
    r->space_names = calloc(n + 1, sizeof *r->space_names);
    if (!j->scales || !r->space_names)
        return out_of_memory();
    for (size_t i = 0; rc == TS_OK && i < n; i++) {
        const ts_recording *recording = j->spaces->items.items[i];
        if (!traced_anywhere(j->trace, recording->name))
            continue;
        rc = ts_score_scale_open(recording, r->by_evaluations, &j->scales[i]);
        r->space_names[r->space_count] = strdup(recording->name);
        if (rc == TS_OK && !r->space_names[r->space_count++])
            rc = out_of_memory();
    }
    if (rc == TS_OK && r->space_count == 0)
        rc = ts_fail(TS_EINPUT,
                     "none of the %zu spaces given occurs in the traces; a space is called like its file", n);
    return rc;
}

static bool known_space(const ts_score_report *r, const char *name)
{
    for (size_t i = 0; i < r->space_count; i++)
        if (strcmp(r->space_names[i], name) == 0)
            return true;
    for (size_t i = 0; r->unknown[i]; i++)
        if (strcmp(r->unknown[i], name) == 0)
            return true;
    return false;
}

static int list_unknown(ts_judge *j)
{
    ts_score_report *r = j->report;
    size_t n = 0;
    r->unknown = calloc(j->trace->runs.count + 1, sizeof *r->unknown);
    for (size_t i = 0; r->unknown && i < j->trace->runs.count; i++) {
        const char *name = j->trace->runs.items[i].space;
        if (!known_space(r, name) && !(r->unknown[n++] = strdup(name)))
            return out_of_memory();
    }
    return r->unknown ? TS_OK : out_of_memory();
}

static ts_strategy_score *find_strategy(ts_score_report *r, const char *name)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->strategies[i].strategy && strcmp(r->strategies[i].strategy, name) == 0)
            return &r->strategies[i];
    return NULL;
}

static int list_strategies(ts_judge *j)
{
    ts_score_report *r = j->report;
    r->strategies = calloc(j->trace->runs.count + 1, sizeof *r->strategies);
    for (size_t i = 0; r->strategies && i < j->trace->runs.count; i++) {
        const ts_trace_run *run = &j->trace->runs.items[i];
        if (!known_space(r, run->space) || find_strategy(r, run->strategy))
            continue;
        ts_strategy_score *s = &r->strategies[r->count++];
        s->strategy = strdup(run->strategy);
        s->spaces = calloc(r->space_count + 1, sizeof *s->spaces);
        s->best = calloc(r->budget_count, sizeof *s->best);
        if (!s->strategy || !s->spaces || !s->best)
            return out_of_memory();
    }
    return r->strategies ? TS_OK : out_of_memory();
}

/* Score one strategy on one space, if it was traced there. */
static int score_pair(const ts_judge *j, ts_strategy_score *strategy, const ts_score_scale *scale)
{
    const ts_trace *t = j->trace;
    const ts_score_report *r = j->report;
    const ts_trace_run **traced = calloc(t->runs.count + 1, sizeof *traced);
    ts_score_pair pair = {scale, j->budgets, r->budget_count, traced, 0};
    if (!traced)
        return out_of_memory();
    for (size_t i = 0; i < t->runs.count; i++) {
        const ts_trace_run *run = &t->runs.items[i];
        if (strcmp(run->strategy, strategy->strategy) == 0 && strcmp(run->space, scale->recording->name) == 0)
            traced[pair.count++] = run;
    }
    int rc = TS_OK;
    if (pair.count) {
        ts_space_score *out = &strategy->spaces[strategy->space_count++];
        for (size_t i = 0; i < r->space_count; i++)
            if (strcmp(r->space_names[i], scale->recording->name) == 0)
                out->space = r->space_names[i];
        rc = ts_score_space(&pair, out);
    }
    free(traced);
    return rc;
}

static void average(const ts_score_report *r, ts_strategy_score *s)
{
    double n = (double)s->space_count, squares = 0;
    double overheads = 0;
    for (size_t i = 0; i < s->space_count; i++) {
        const ts_space_score *one = &s->spaces[i];
        s->score += one->score / n;
        s->separate += one->separate / n;
        squares += one->deviation * one->deviation;
        overheads += one->overhead / n;
        if (one->score < s->spaces[s->worst].score)
            s->worst = i;
        for (size_t b = 0; b < r->budget_count; b++) {
            s->best[b].evaluations = one->best[b].evaluations;
            s->best[b].mean += one->best[b].mean / n;
            s->best[b].median += one->best[b].median / n;
            s->best[b].within5 += one->best[b].within5 / n;
            s->best[b].within1 += one->best[b].within1 / n;
            s->best[b].optimal += one->best[b].optimal / n;
        }
    }
    s->deviation = sqrt(squares) / n;
    s->overhead = overheads;
}

static int by_score(const void *a, const void *b)
{
    const ts_strategy_score *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return strcmp(x->strategy, y->strategy);
}

static int judge(ts_judge *j)
{
    ts_score_report *r = j->report;
    int rc = open_scales(j);
    if (rc == TS_OK)
        rc = list_unknown(j);
    if (rc == TS_OK)
        rc = list_strategies(j);
    for (size_t s = 0; rc == TS_OK && s < r->count; s++) {
        for (size_t i = 0; rc == TS_OK && i < j->spaces->items.count; i++)
            if (j->scales[i])
                rc = score_pair(j, &r->strategies[s], j->scales[i]);
        if (rc == TS_OK)
            average(r, &r->strategies[s]);
    }
    if (rc == TS_OK && r->count > 1)
        qsort(r->strategies, r->count, sizeof *r->strategies, by_score);
    return rc;
}

int ts_score(const ts_spaces *spaces, const ts_trace *trace, const ts_score_options *options,
             ts_score_report **out)
{
    ts_judge j = {
        .spaces = spaces, .trace = trace, .budgets = options->budgets ? options->budgets : default_budgets};
    j.report = calloc(1, sizeof *j.report);
    if (!j.report)
        return out_of_memory();
    j.report->by_evaluations = options->by_evaluations;
    while (j.budgets[j.report->budget_count])
        j.report->budget_count++;
    int rc = judge(&j);
    for (size_t i = 0; j.scales && i < spaces->items.count; i++)
        ts_score_scale_close(j.scales[i]);
    free(j.scales);
    if (rc == TS_OK)
        *out = j.report;
    else
        ts_score_report_free(j.report);
    return rc;
}

static void strategy_clear(ts_strategy_score *s)
{
    for (size_t i = 0; i < s->space_count; i++) {
        free(s->spaces[i].best);
        free(s->spaces[i].curve);
        free(s->spaces[i].reached);
    }
    free(s->spaces);
    free(s->best);
    free(s->strategy);
}

void ts_score_report_free(ts_score_report *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->count; i++)
        strategy_clear(&r->strategies[i]);
    for (size_t i = 0; r->space_names && i < r->space_count; i++)
        free(r->space_names[i]);
    for (size_t i = 0; r->unknown && r->unknown[i]; i++)
        free(r->unknown[i]);
    free(r->strategies);
    free(r->space_names);
    free(r->unknown);
    free(r);
}
