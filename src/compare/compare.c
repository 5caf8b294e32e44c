/* See compare.h: every target on every workload, then the order. */
#include "compare/compare.h"
#include "compare/parts.h"
#include "util/str.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int ts_compare_threads(const ts_target *target, int threads)
{
    double cores = ts_target_number(target, "cores", 1);
    return threads > 0 ? threads : cores > 1 ? (int)cores : 1;
}

double ts_objective_value(ts_objective objective, double seconds, double joules, double flops, double price)
{
    switch (objective) {
    case TS_BY_TIME:
        return seconds;
    case TS_BY_ENERGY:
        return joules;
    case TS_BY_EDP:
        return joules * seconds;
    case TS_BY_PERF_PER_WATT:
        return joules / flops;
    case TS_BY_PERF_PER_PRICE:
        return seconds * price / flops;
    }
    return NAN;
}

/* ---- one cell -------------------------------------------------------------------------------- */

/* A target on a workload, on its way to a cell. */
typedef struct ts_case {
    const ts_compare_question *question;
    const ts_workload *workload;
    size_t target; /* index into the question's */
    ts_facts *facts;
    const ts_measurements *measurements;
    ts_prediction *calls;  /* [call_count] */
    ts_workload rest;      /* the calls that were not measured; its calls are owned */
    ts_measured *measured; /* [call_count] */
    double seconds[TS_COMPARE_DRAWS], joules[TS_COMPARE_DRAWS], price[TS_COMPARE_DRAWS];
    double measured_seconds;
} ts_case;

static int case_open(ts_case *c)
{
    size_t n = c->workload->call_count + 1;
    c->calls = calloc(n, sizeof *c->calls);
    c->measured = calloc(n, sizeof *c->measured);
    c->rest = *c->workload;
    c->rest.calls = calloc(n, sizeof *c->rest.calls);
    c->rest.call_count = 0;
    bool whole = c->calls && c->measured && c->rest.calls;
    return whole ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while comparing targets");
}

static void case_close(ts_case *c)
{
    free(c->calls);
    free(c->measured);
    free(c->rest.calls);
}

static void find_measured(ts_case *c)
{
    int threads = ts_compare_threads(ts_facts_target(c->facts), c->question->threads);
    for (size_t i = 0; i < c->workload->call_count; i++) {
        const ts_workload_call *call = &c->workload->calls[i];
        c->measured[i] = ts_measured_call(c->measurements, call, threads);
        if (isnan(c->measured[i].seconds))
            c->rest.calls[c->rest.call_count++] = *call;
        else
            c->measured_seconds += (double)call->count * c->measured[i].seconds;
    }
}

static double normal_deviate(ts_rng *rng)
{
    double u = 1 - ts_rng_unit(rng), v = ts_rng_unit(rng);
    return sqrt(-2 * log(u)) * cos(2 * acos(-1) * v); /* Box & Muller 1958 */
}

/* Measured times vary as their 95 % interval says, 2 x 1.96 standard deviations wide: each call for itself,
 * and on each target for itself. */
static void add_measured(ts_case *c)
{
    ts_rng rng;
    ts_rng_seed(&rng, 1 + c->target);
    for (size_t d = 0; d < TS_COMPARE_DRAWS; d++)
        for (size_t i = 0; i < c->workload->call_count; i++) {
            const ts_measured *m = &c->measured[i];
            double width = m->hi - m->lo, luck = normal_deviate(&rng);
            if (isnan(m->seconds))
                continue;
            double sigma = d > 0 && width > 0 ? width / (2 * 1.96) : 0;
            c->seconds[d] +=
                (double)c->workload->calls[i].count * fmax(m->seconds + luck * sigma, m->seconds / 2);
        }
}

/* Energy is always the model's: what was measured is time. */
static int predict(ts_case *c)
{
    double unused[TS_COMPARE_DRAWS];
    int rc =
        ts_predict_workload(NULL, c->workload, c->facts, TS_COMPARE_DRAWS, c->seconds, c->joules, c->calls);
    if (rc != TS_OK || c->measured_seconds == 0)
        return rc;
    memset(c->seconds, 0, sizeof c->seconds);
    if (c->rest.call_count)
        rc = ts_predict_workload(NULL, &c->rest, c->facts, TS_COMPARE_DRAWS, c->seconds, unused, NULL);
    add_measured(c);
    return rc;
}

static int draw_price(ts_case *c, ts_compare_cell *cell)
{
    for (size_t d = 0; d < TS_COMPARE_DRAWS; d++) {
        ts_facts_draw(c->facts, d);
        int rc = ts_facts_need(c->facts, "price", "performance for its price", &c->price[d]);
        if (rc == TS_ENOTFOUND) {
            snprintf(cell->no_value, sizeof cell->no_value, "%s", ts_error());
            c->price[d] = NAN;
        } else if (rc)
            return rc;
    }
    ts_facts_draw(c->facts, 0);
    return TS_OK;
}

/* Notes that several calls share are said once. */
static void add_note(ts_compare_cell *cell, const char *note)
{
    size_t length = strlen(cell->note);
    if (note[0] && !strstr(cell->note, note) && length + strlen(note) + 3 <= sizeof cell->note)
        snprintf(cell->note + length, sizeof cell->note - length, "%s%s", length ? "; " : "", note);
}

/* What binds, by the time of the calls that it binds. */
static void describe_calls(const ts_case *c, ts_compare_cell *cell)
{
    double longest = 0, at_peak = 0;
    for (size_t i = 0; i < c->workload->call_count; i++) {
        const ts_prediction *p = &c->calls[i];
        double seconds = 0, count = (double)c->workload->calls[i].count;
        for (size_t j = 0; j < c->workload->call_count; j++)
            if (strcmp(p->bound, c->calls[j].bound) == 0)
                seconds += (double)c->workload->calls[j].count * c->calls[j].seconds;
        if (seconds > longest)
            memcpy(cell->bound, p->bound, sizeof cell->bound);
        longest = fmax(longest, seconds);
        at_peak += p->flops > 0 && p->peak > 0 ? count * p->flops / p->peak : 0;
        add_note(cell, p->note);
        if (p->no_energy[0] && !cell->no_value[0])
            snprintf(cell->no_value, sizeof cell->no_value, "%s", p->no_energy);
    }
    cell->utilization = at_peak > 0 ? at_peak / cell->seconds : NAN;
}

static void interval_of(const double *draws, double *lo, double *hi)
{
    double sorted[TS_COMPARE_DRAWS];
    memcpy(sorted, draws, sizeof sorted);
    ts_draws_interval(sorted, TS_COMPARE_DRAWS, lo, hi);
}

static void fill_cell(const ts_case *c, double flops, ts_compare_cell *cell)
{
    ts_objective objective = c->question->objective;
    cell->seconds = c->seconds[0];
    cell->joules = c->joules[0];
    cell->measured = c->measured_seconds / c->seconds[0];
    interval_of(c->seconds, &cell->seconds_lo, &cell->seconds_hi);
    interval_of(c->joules, &cell->joules_lo, &cell->joules_hi);
    describe_calls(c, cell);
    for (size_t d = 0; d < TS_COMPARE_DRAWS; d++)
        cell->draws[d] = ts_objective_value(objective, c->seconds[d], c->joules[d], flops, c->price[d]);
    cell->value = cell->draws[0];
    if (!isnan(cell->value))
        cell->no_value[0] = 0;
}

static int evaluate(ts_case *c, double flops, ts_compare_cell *cell)
{
    int rc = case_open(c);
    if (rc == TS_OK) {
        ts_facts_use_threads(c->facts, c->question->threads);
        find_measured(c);
        rc = predict(c);
    }
    if (rc == TS_OK && c->question->objective == TS_BY_PERF_PER_PRICE)
        rc = draw_price(c, cell);
    if (rc == TS_OK)
        fill_cell(c, flops, cell);
    case_close(c);
    /* What a machine can't do, or doesn't state, is an answer. */
    if (rc == TS_EINPUT || rc == TS_ENOTFOUND)
        rc = (cell->refusal = strdup(ts_error())) ? TS_OK
                                                  : ts_fail(TS_ENOMEM, "out of memory while comparing");
    return rc;
}

/* ---- the order ------------------------------------------------------------------------------- */

/* Share of the draws in which a is better than b; ties count half. */
static double better(const ts_compare_cell *a, const ts_compare_cell *b)
{
    double wins = 0;
    for (size_t d = 0; d < TS_COMPARE_DRAWS; d++)
        wins += a->draws[d] < b->draws[d] ? 1 : a->draws[d] == b->draws[d] ? 0.5 : 0;
    return wins / TS_COMPARE_DRAWS;
}

/* Insertion: there are tens of targets, and equal ones keep the order they were given in. */
static void rank(ts_compare_row *row, size_t targets)
{
    row->ranked = 0;
    for (size_t t = 0; t < targets; t++) {
        if (row->cells[t].refusal || isnan(row->cells[t].value))
            continue;
        size_t at = row->ranked++;
        for (; at > 0 && row->cells[row->order[at - 1]].value > row->cells[t].value; at--)
            row->order[at] = row->order[at - 1];
        row->order[at] = t;
    }
    for (size_t i = 0; i < row->ranked; i++) {
        ts_compare_cell *cell = &row->cells[row->order[i]];
        cell->sure = i + 1 < row->ranked ? better(cell, &row->cells[row->order[i + 1]]) : NAN;
    }
}

static bool comes_before(const ts_compare_overall *a, const ts_compare_overall *b)
{
    if (a->done != b->done)
        return a->done > b->done;
    return a->ratio < b->ratio;
}

/* Geometric means: a ratio twice as bad here and half as bad there cancel out. */
static void rank_overall(ts_comparison *c)
{
    for (size_t t = 0; t < c->target_count; t++) {
        ts_compare_overall o = {.target = t};
        double logs = 0;
        for (size_t r = 0; r < c->row_count; r++) {
            const ts_compare_row *row = &c->rows[r];
            const ts_compare_cell *cell = &row->cells[t];
            if (cell->refusal || isnan(cell->value))
                continue;
            logs += log(cell->value / row->cells[row->order[0]].value);
            o.done++;
        }
        o.ratio = o.done == c->row_count && o.done > 0 ? exp(logs / (double)o.done) : NAN;
        size_t at = t;
        for (; at > 0 && comes_before(&o, &c->overall[at - 1]); at--)
            c->overall[at] = c->overall[at - 1];
        c->overall[at] = o;
    }
}

/* ---- all of it ------------------------------------------------------------------------------- */

static int open_rows(const ts_compare_question *q, ts_comparison *c)
{
    c->rows = calloc(q->workload_count + 1, sizeof *c->rows);
    c->overall = calloc(q->target_count + 1, sizeof *c->overall);
    if (!c->rows || !c->overall)
        return ts_fail(TS_ENOMEM, "out of memory while comparing targets");
    int rc = TS_OK;
    for (size_t r = 0; r < q->workload_count && rc == TS_OK; r++) {
        ts_compare_row *row = &c->rows[c->row_count++];
        row->workload = q->workloads[r];
        row->cells = calloc(q->target_count + 1, sizeof *row->cells);
        row->order = calloc(q->target_count + 1, sizeof *row->order);
        rc = row->cells && row->order ? ts_workload_work(row->workload, &row->flops, &row->bytes)
                                      : ts_fail(TS_ENOMEM, "out of memory while comparing targets");
        for (size_t t = 0; t < q->target_count && row->cells; t++)
            row->cells[t].value = row->cells[t].sure = row->cells[t].seconds = NAN;
    }
    return rc;
}

static int evaluate_target(const ts_compare_question *q, size_t t, ts_comparison *c)
{
    ts_measurements measurements = {0};
    ts_facts *facts = NULL;
    int rc = ts_facts_open(q->targets[t], &facts);
    if (rc == TS_OK)
        rc = ts_measurements_read(q->store, q->targets[t], &measurements);
    for (size_t r = 0; r < c->row_count && rc == TS_OK; r++) {
        ts_case one = {.question = q,
                       .workload = c->rows[r].workload,
                       .target = t,
                       .facts = facts,
                       .measurements = &measurements};
        rc = evaluate(&one, c->rows[r].flops, &c->rows[r].cells[t]);
    }
    ts_measurements_clear(&measurements);
    ts_facts_close(facts);
    return rc;
}

int ts_compare(const ts_compare_question *q, ts_comparison **out)
{
    ts_comparison *c = calloc(1, sizeof *c);
    *out = NULL;
    if (!c)
        return ts_fail(TS_ENOMEM, "out of memory while comparing targets");
    c->objective = q->objective;
    c->targets = q->targets;
    c->target_count = q->target_count;
    int rc = open_rows(q, c);
    for (size_t t = 0; t < q->target_count && rc == TS_OK; t++)
        rc = evaluate_target(q, t, c);
    if (rc != TS_OK) {
        ts_comparison_free(c);
        return rc;
    }
    for (size_t r = 0; r < c->row_count; r++)
        rank(&c->rows[r], c->target_count);
    rank_overall(c);
    *out = c;
    return TS_OK;
}

void ts_comparison_free(ts_comparison *c)
{
    if (!c)
        return;
    for (size_t r = 0; r < c->row_count; r++) {
        for (size_t t = 0; t < c->target_count && c->rows[r].cells; t++)
            free(c->rows[r].cells[t].refusal);
        free(c->rows[r].cells);
        free(c->rows[r].order);
    }
    free(c->rows);
    free(c->overall);
    free(c);
}

int ts_compare_why(const ts_target *target, const ts_workload *workload, int threads, ts_facts **out)
{
    double seconds, joules;
    int rc = ts_facts_open(target, out);
    if (rc != TS_OK)
        return rc;
    ts_facts_use_threads(*out, threads);
    ts_facts_remember(*out, true);
    rc = ts_predict_workload(NULL, workload, *out, 1, &seconds, &joules, NULL);
    if (rc != TS_OK) {
        ts_facts_close(*out);
        *out = NULL;
    }
    return rc;
}
