/* See predict_rows.h: asking the models. */
#include "cli/predict_rows.h"
#include "cli/output.h"
#include "cli/variant_of.h"
#include "util/str.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static json_t *chain_json(const ts_facts *facts)
{
    json_t *lines = json_array();
    for (size_t i = 0; i < ts_facts_count(facts); i++) {
        ts_facts_line l = ts_facts_at(facts, i);
        json_array_append_new(lines, json_pack("{s:s, s:o, s:s?, s:o, s:o, s:s?, s:s?, s:s?}", "name", l.name,
                                               "value", ts_json_real(l.value), "unit", l.unit, "lo",
                                               ts_json_real(l.lo), "hi", ts_json_real(l.hi), "formula",
                                               l.formula, "source", l.source, "target", l.target));
    }
    return lines;
}

/* Notes that several calls share are said once. */
static void add_note(ts_prediction *total, const char *note)
{
    size_t length = strlen(total->note);
    if (!note[0] || strstr(total->note, note) || length + strlen(note) + 3 > sizeof total->note)
        return;
    snprintf(total->note + length, sizeof total->note - length, "%s%s", length ? "; " : "", note);
}

static void add_up(const ts_workload *w, const ts_prediction *calls, ts_prediction *total)
{
    ts_prediction_clear(total);
    total->flops = total->bytes = total->compute_seconds = 0;
    for (size_t i = 0; i < w->call_count; i++) {
        const ts_prediction *c = &calls[i];
        double count = (double)w->calls[i].count;
        total->flops += count * c->flops;
        total->bytes += count * c->bytes;
        total->compute_seconds += isnan(c->compute_seconds) ? 0 : count * c->compute_seconds;
        add_note(total, c->note);
        if (c->no_energy[0])
            memcpy(total->no_energy, c->no_energy, sizeof total->no_energy);
    }
}

/* The attribute that binds the calls which take the most time together. */
static void find_bound(const ts_workload *w, const ts_prediction *calls, ts_prediction *total)
{
    double longest = 0;
    for (size_t i = 0; i < w->call_count; i++) {
        double seconds = 0;
        for (size_t j = 0; j < w->call_count; j++)
            if (strcmp(calls[i].bound, calls[j].bound) == 0)
                seconds += (double)w->calls[j].count * calls[j].seconds;
        if (seconds > longest)
            memcpy(total->bound, calls[i].bound, sizeof total->bound);
        longest = fmax(longest, seconds);
    }
}

static int find_gain(const ts_model *model, const ts_workload *w, ts_facts *facts, ts_predicted *p)
{
    double seconds = NAN, joules;
    ts_facts_remember(facts, false);
    int rc = ts_facts_scale(facts, p->nominal.bound, ts_twice_as_good(p->nominal.bound));
    if (rc == 0)
        rc = ts_predict_workload(model, w, facts, 1, &seconds, &joules, NULL);
    p->doubled_gain = p->nominal.seconds / seconds;
    int back = ts_facts_scale(facts, p->nominal.bound, 1);
    return rc < 0 ? rc : back;
}

/* A workload's totals look like one call's. */
static int ask_workload(const ts_predict_question *q, const ts_model *model, ts_facts *facts,
                        ts_predict_row *row)
{
    double seconds[TS_PREDICTION_DRAWS], joules[TS_PREDICTION_DRAWS];
    const ts_workload *w = q->workload;
    ts_prediction *total = &row->p.nominal;
    row->calls = calloc(w->call_count + 1, sizeof *row->calls);
    if (!row->calls)
        return ts_fail(TS_ENOMEM, "out of memory while predicting %s", w->name);
    int rc = ts_predict_workload(model, w, facts, TS_PREDICTION_DRAWS, seconds, joules, row->calls);
    if (rc < 0)
        return rc;
    add_up(w, row->calls, total);
    total->seconds = seconds[0];
    total->joules = joules[0];
    find_bound(w, row->calls, total);
    ts_draws_interval(seconds, TS_PREDICTION_DRAWS, &row->p.seconds_lo, &row->p.seconds_hi);
    ts_draws_interval(joules, TS_PREDICTION_DRAWS, &row->p.joules_lo, &row->p.joules_hi);
    return find_gain(model, w, facts, &row->p);
}

static int ask_problem(const ts_predict_question *q, const ts_model *model, const ts_problem *problem,
                       ts_facts *facts, ts_predict_row *row)
{
    ts_cli_variant variant = {0};
    ts_problem asked = *problem;
    /* A variant is compiled for its threads. */
    asked.threads = q->config && q->threads > 0 ? q->threads : problem->threads;
    int rc = q->config ? ts_cli_variant_of(&asked, ts_facts_target(facts), q->config, &variant) : 0;
    ts_model_call call = {.problem = &asked, .sparsity = q->sparsity, .values = variant.slots};
    if (rc == 0)
        rc = ts_predict(model, &call, facts, &row->p);
    ts_cli_variant_free(&variant);
    return rc;
}

static int ask(const ts_predict_question *q, const ts_problem *problem, ts_facts *facts, ts_predict_row *row)
{
    const ts_model *model;
    const ts_target *target = ts_facts_target(facts);
    const char *name = q->model ? q->model : q->config ? "nest" : NULL;
    ts_facts_remember(facts, q->why);
    ts_facts_use_threads(facts, q->threads);
    int rc = ts_model_find(name, target, &model);
    if (rc == 0)
        rc = problem ? ask_problem(q, model, problem, facts, row) : ask_workload(q, model, facts, row);
    if (rc == 0 && q->why)
        row->chain = chain_json(facts);
    return rc;
}

static int describe(const ts_problem *problem, const ts_target *target, ts_predict_row *row)
{
    ts_str shape = TS_STR_INIT;
    row->target = strdup(target->name);
    if (problem) {
        ts_problem_text(problem, &shape);
        row->shape = ts_str_take(&shape);
        row->type = strdup(problem->type->name);
    }
    bool whole = row->target && (!problem || (row->shape && row->type));
    return whole ? 0 : ts_fail(TS_ENOMEM, "out of memory while predicting");
}

static void clear(ts_predict_row *row)
{
    free(row->target);
    free(row->shape);
    free(row->type);
    free(row->refusal);
    free(row->calls);
    json_decref(row->chain);
}

int ts_predict_ask(ts_predict_rows *rows, const ts_predict_question *q, const ts_problem *problem,
                   const ts_target *target)
{
    ts_predict_row row = {0};
    ts_facts *facts = NULL;
    int rc = ts_facts_open(target, &facts);
    if (rc == 0)
        rc = describe(problem, target, &row);
    if (rc == 0)
        rc = ask(q, problem, facts, &row);
    if (rc == TS_EINPUT || rc == TS_ENOTFOUND) {
        row.refusal = strdup(ts_error());
        rc = row.refusal ? 0 : ts_fail(TS_ENOMEM, "out of memory while predicting");
    }
    ts_facts_close(facts);
    if (rc == 0 && !ts_vec_push(&rows->rows, row))
        rc = ts_fail(TS_ENOMEM, "out of memory while predicting");
    if (rc != 0)
        clear(&row);
    return rc;
}

void ts_predict_rows_free(ts_predict_rows *rows)
{
    for (size_t i = 0; i < rows->rows.count; i++)
        clear(&rows->rows.items[i]);
    ts_vec_free(&rows->rows);
}
