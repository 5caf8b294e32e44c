/* See explain.h. */
#include "tune/explain.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int out_of_memory(void)
{
    return ts_fail(TS_ENOMEM, "out of memory while explaining a winner");
}

/* ---- what was measured --------------------------------------------------------------------------- */

static int take_sample(void *context, const ts_store_row *r)
{
    ts_explanation *e = context;
    const ts_winner *w = e->winner;
    if (r->superseded || strcmp(r->type, w->type) != 0 || strcmp(r->problem, w->problem) != 0 ||
        r->threads != (w->threads > 1 ? w->threads : 1) || r->max_error != w->max_error)
        return TS_OK;
    if (r->status != TS_STATUS_OK) {
        e->failed++;
        return TS_OK;
    }
    ts_explain_sample s = {strdup(r->configuration), r->cost, r->counters ? strdup(r->counters) : NULL};
    if (s.configuration && ts_vec_push(&e->samples, s))
        return TS_OK;
    free(s.configuration);
    free(s.counters);
    return out_of_memory();
}

static int take_session(void *context, const ts_session_line *l)
{
    ts_explanation *e = context;
    const ts_winner *w = e->winner;
    if (strcmp(l->kernel, w->kernel) != 0 || strcmp(l->type, w->type) != 0 ||
        strcmp(l->problem, w->problem) != 0)
        return TS_OK;
    json_t *root = l->summary ? json_loads(l->summary, 0, NULL) : NULL;
    const json_t *seconds = json_object_get(root, "default_seconds");
    if (json_is_number(seconds))
        e->default_seconds = json_number_value(seconds);
    json_decref(root);
    return TS_OK;
}

/* A winner has its active parameters, an evaluation all: equal where the winner says something. */
static bool same_configuration(const json_t *winner, const char *text)
{
    const char *name;
    json_t *value, *b = json_loads(text, 0, NULL);
    bool same = b;
    json_object_foreach((json_t *)(uintptr_t)winner, name, value)
    {
        same = same && json_equal(value, json_object_get(b, name));
    }
    json_decref(b);
    return same;
}

static void find_own_and_next(ts_explanation *e, const json_t *winner)
{
    e->own = e->next = SIZE_MAX;
    for (size_t i = 0; i < e->samples.count; i++) {
        if (same_configuration(winner, e->samples.items[i].configuration))
            e->own = i;
        else if (e->next == SIZE_MAX || e->samples.items[i].cost < e->samples.items[e->next].cost)
            e->next = i;
    }
}

/* ---- one parameter changed ------------------------------------------------------------------------ */

static char *text_of(const json_t *value)
{
    char text[128] = "-";
    if (json_is_string(value))
        snprintf(text, sizeof text, "%s", *json_string_value(value) ? json_string_value(value) : "(none)");
    else if (json_is_integer(value))
        snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
    else if (json_is_number(value))
        snprintf(text, sizeof text, "%.9g", json_number_value(value));
    return strdup(text);
}

/* The one member of the winner in which another differs; NULL if there are none or more. */
static const char *single_difference(const json_t *winner, const json_t *other)
{
    const char *name, *found = NULL;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)winner, name, value)
    {
        if (json_equal(value, json_object_get(other, name)))
            continue;
        if (found)
            return NULL;
        found = name;
    }
    return found;
}

static int add_change(ts_explanation *e, const json_t *winner, const ts_explain_sample *s)
{
    json_t *object = json_loads(s->configuration, 0, NULL);
    const char *name = object ? single_difference(winner, object) : NULL;
    int rc = TS_OK;
    if (name) {
        ts_explain_change c = {strdup(name), text_of(json_object_get(winner, name)),
                               text_of(json_object_get(object, name)),
                               s->cost / e->samples.items[e->own].cost};
        if (!c.parameter || !c.from || !c.to || !ts_vec_push(&e->changes, c)) {
            free(c.parameter);
            free(c.from);
            free(c.to);
            rc = out_of_memory();
        }
    }
    json_decref(object);
    return rc;
}

static int by_ratio(const void *a, const void *b)
{
    double x = ((const ts_explain_change *)a)->ratio, y = ((const ts_explain_change *)b)->ratio;
    return (x > y) - (x < y);
}

static int find_changes(ts_explanation *e, const json_t *winner)
{
    int rc = TS_OK;
    for (size_t i = 0; i < e->samples.count && rc == TS_OK && e->own != SIZE_MAX; i++)
        if (i != e->own)
            rc = add_change(e, winner, &e->samples.items[i]);
    if (e->changes.count)
        qsort(e->changes.items, e->changes.count, sizeof *e->changes.items, by_ratio);
    return rc;
}

/* ---- which parameters mattered ---------------------------------------------------------------------- */

static int find_importance(ts_explanation *e)
{
    ts_importance_sample *samples = calloc(e->samples.count + 1, sizeof *samples);
    if (!samples)
        return out_of_memory();
    for (size_t i = 0; i < e->samples.count; i++)
        samples[i] = (ts_importance_sample){e->samples.items[i].configuration, e->samples.items[i].cost};
    int rc = ts_importance_of(samples, e->samples.count, &e->importance);
    free(samples);
    if (rc != TS_ENOTFOUND)
        return rc;
    e->no_importance = strdup(ts_error());
    return e->no_importance ? TS_OK : out_of_memory();
}

/* ---- what the model says ----------------------------------------------------------------------------- */

/* Values by slot; what is inactive is 0, and no nest looks at it. */
static void values_of(const ts_kernel *kernel, const json_t *object, ts_value *values)
{
    for (size_t i = 0; i < kernel->parameter_count; i++) {
        const json_t *v = json_object_get(object, kernel->parameters[i].name);
        values[kernel->parameters[i].slot] = json_is_integer(v)  ? ts_int(json_integer_value(v))
                                             : json_is_string(v) ? ts_string(json_string_value(v))
                                             : v                 ? ts_real(json_number_value(v))
                                                                 : ts_int(0);
    }
}

static void predict(const ts_nest_model *model, const ts_kernel *kernel, const char *configuration,
                    ts_explain_prediction *out)
{
    ts_value *values = calloc(kernel->slot_count + 1, sizeof *values);
    json_t *object = json_loads(configuration, 0, NULL);
    if (values && object) {
        values_of(kernel, object, values);
        out->known = ts_nest_predict(model, values, &out->cost);
    }
    json_decref(object);
    free(values);
}

static int open_model(const ts_winner *w, ts_facts *facts, const ts_kernel *kernel, ts_problem *problem,
                      ts_nest_model **out)
{
    int rc = ts_problem_parse(kernel, w->type, w->problem, problem);
    problem->threads = w->threads;
    return rc == TS_OK ? ts_nest_model_open(problem, facts, out) : rc;
}

/* That there is no model is an answer; only a lack of memory is an error. */
static int find_predictions(ts_explanation *e, const ts_target *target)
{
    ts_kernel *kernel = NULL;
    ts_facts *facts = NULL;
    ts_nest_model *model = NULL;
    ts_problem problem;
    int rc = ts_kernel_load(e->winner->kernel, &kernel);
    if (rc == TS_OK)
        rc = ts_facts_open(target, &facts);
    if (rc == TS_OK)
        rc = open_model(e->winner, facts, kernel, &problem, &model);
    if (rc == TS_OK) {
        predict(model, kernel, e->winner->configuration, &e->of_winner);
        if (e->next != SIZE_MAX)
            predict(model, kernel, e->samples.items[e->next].configuration, &e->of_next);
        for (size_t l = 0; e->of_winner.known && l < e->of_winner.cost.level_count; l++)
            snprintf(e->levels[l], sizeof e->levels[l], "%s", ts_nest_level_name(model, l));
    } else if (rc != TS_ENOMEM) {
        e->no_prediction = strdup(ts_error());
        rc = e->no_prediction ? TS_OK : out_of_memory();
    }
    ts_nest_model_close(model);
    ts_facts_close(facts);
    ts_kernel_free(kernel);
    return rc;
}

/* ---- all of it ---------------------------------------------------------------------------------------- */

int ts_explain(ts_store *store, const ts_winner *winner, const ts_target *target, ts_explanation **out)
{
    ts_explanation *e = calloc(1, sizeof *e);
    json_t *configuration = json_loads(winner->configuration, 0, NULL);
    const char *machine = winner->fingerprint ? winner->fingerprint : winner->target_name;
    *out = NULL;
    int rc = e && configuration ? TS_OK : out_of_memory();
    if (rc == TS_OK) {
        e->winner = winner;
        e->default_seconds = NAN;
        rc = ts_store_each(store, winner->kernel, machine, take_sample, e);
    }
    if (rc == TS_OK)
        rc = ts_store_sessions(store, machine, take_session, e);
    if (rc == TS_OK) {
        find_own_and_next(e, configuration);
        rc = find_changes(e, configuration);
    }
    if (rc == TS_OK)
        rc = find_importance(e);
    if (rc == TS_OK)
        rc = find_predictions(e, target);
    json_decref(configuration);
    if (rc == TS_OK)
        *out = e;
    else
        ts_explanation_free(e);
    return rc;
}

void ts_explanation_free(ts_explanation *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < e->samples.count; i++) {
        free(e->samples.items[i].configuration);
        free(e->samples.items[i].counters);
    }
    ts_vec_free(&e->samples);
    for (size_t i = 0; i < e->changes.count; i++) {
        free(e->changes.items[i].parameter);
        free(e->changes.items[i].from);
        free(e->changes.items[i].to);
    }
    ts_vec_free(&e->changes);
    ts_importance_free(e->importance);
    free(e->no_importance);
    free(e->no_prediction);
    free(e);
}
