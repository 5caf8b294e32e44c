/* What the report says about one problem. */
#include "tune/bout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int out_of_memory(void)
{
    return ts_fail(TS_ENOMEM, "out of memory while reporting what was tuned");
}

char *ts_bout_describe(const ts_bout *b, uint64_t config)
{
    ts_str text = TS_STR_INIT;
    ts_space_describe(b->space, config, &text);
    return ts_str_take(&text);
}

int ts_bout_report_problem(ts_bout *b)
{
    ts_tune_shape *s = b->shape;
    ts_tune_progress *p = &b->tuner->progress;
    ts_problem_text(b->problem, &b->key);
    s->problem = strdup(ts_str_text(&b->key));
    s->type = strdup(b->problem->type->name);
    s->seconds = s->lo = s->hi = s->peak = s->bandwidth = s->bound_seconds = s->bound_share = NAN;
    s->default_seconds = s->deviation = NAN;
    s->max_error = b->problem->max_error;
    s->threads = ts_problem_threads(b->problem);
    p->problem = s->problem;
    p->best_seconds = p->best_rate = NAN;
    p->best_configuration = NULL;
    memset(p->by_status, 0, sizeof p->by_status);
    return s->problem && s->type ? TS_OK : out_of_memory();
}

/* The best of the search, until finals say better. */
int ts_bout_report_search(ts_bout *b)
{
    ts_tune_shape *s = b->shape;
    s->evaluations = b->session.evaluated;
    s->resumed = b->session.known_count;
    memcpy(s->by_status, b->session.by_status, sizeof s->by_status);
    s->stop_reason = b->session.stop_reason;
    if (b->session.best.status != TS_STATUS_OK)
        return TS_OK;
    s->seconds = b->session.best.cost;
    s->configuration = ts_bout_describe(b, b->session.best.config);
    return s->configuration ? TS_OK : out_of_memory();
}

/* "algorithm=strassen kc=128": what a configuration has that another hasn't, both described as
 * "NAME=VALUE NAME=VALUE". */
static char *differences(const char *description, const char *other)
{
    ts_str padded = TS_STR_INIT, word = TS_STR_INIT, out = TS_STR_INIT;
    ts_str_format(&padded, " %s ", other);
    for (const char *at = description; *at;) {
        size_t length = strcspn(at, " ");
        ts_str_clear(&word);
        ts_str_format(&word, " %.*s ", (int)length, at);
        if (length > 0 && !strstr(ts_str_text(&padded), ts_str_text(&word)))
            ts_str_format(&out, "%s%.*s", out.length ? " " : "", (int)length, at);
        at += length + (at[length] == ' ');
    }
    ts_str_append(&out, "");
    ts_str_free(&padded);
    ts_str_free(&word);
    return out.data ? ts_str_take(&out) : strdup("");
}

/* The most accurate one is last: the others are told by what they change in it. */
static int report_pareto(ts_bout *b)
{
    const ts_pareto *set = &b->finals.pareto;
    ts_tune_shape *s = b->shape;
    if (!b->tuner->keep_pareto || set->count == 0)
        return TS_OK;
    s->pareto = calloc(set->count, sizeof *s->pareto);
    if (!s->pareto)
        return out_of_memory();
    for (; s->pareto_count < set->count; s->pareto_count++) {
        const ts_trade *trade = &set->items[s->pareto_count];
        ts_tune_trade *t = &s->pareto[s->pareto_count];
        *t = (ts_tune_trade){.seconds = trade->seconds, .deviation = trade->deviation};
        t->configuration = ts_bout_describe(b, trade->config);
        t->winner = trade->config == b->finals.winner;
    }
    const char *exact = s->pareto[s->pareto_count - 1].configuration;
    bool ok = exact != NULL;
    for (size_t i = 0; i < s->pareto_count && ok; i++) {
        ts_tune_trade *t = &s->pareto[i];
        t->changes = t->configuration ? differences(t->configuration, exact) : NULL;
        ok = t->changes != NULL;
    }
    return ok ? TS_OK : out_of_memory();
}

static void report_bound(ts_bout *b)
{
    const ts_finals *f = &b->finals;
    ts_tune_shape *s = b->shape;
    s->peak = f->peak;
    s->bandwidth = f->bandwidth;
    s->bound_seconds = f->bound_seconds;
    s->bound_share = f->bound_share;
    s->bound = ts_roofline_name(&b->roofline, f->side);
}

int ts_bout_report_winner(ts_bout *b)
{
    ts_tune_shape *s = b->shape;
    ts_finals *f = &b->finals;
    free(s->configuration);
    s->configuration = ts_bout_describe(b, f->winner);
    s->confirmed = true;
    s->seconds = f->seconds.mid;
    s->lo = f->seconds.lo;
    s->hi = f->seconds.hi;
    s->deviation = f->winner_result.deviation;
    s->default_seconds = f->baseline_seconds;
    report_bound(b);
    s->tied_configurations = calloc(f->tied_count + 1, sizeof *s->tied_configurations);
    for (; s->tied_configurations && s->tied < f->tied_count; s->tied++)
        s->tied_configurations[s->tied] = ts_bout_describe(b, f->tied[s->tied]);
    s->incumbent = b->incumbent == TS_NO_CONFIG ? NULL
                   : !f->incumbent_ran          ? "failed"
                   : f->incumbent_tied          ? "kept"
                                                : "replaced";
    s->counters = f->winner_result.counters;
    s->counter_count = f->winner_result.counter_count;
    f->winner_result.counters = NULL;
    f->winner_result.counter_count = 0;
    return s->configuration && s->tied_configurations ? report_pareto(b) : out_of_memory();
}
