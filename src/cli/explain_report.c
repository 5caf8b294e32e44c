/* See explain_report.h. */
#include "cli/explain_report.h"
#include "cli/output.h"
#include "util/str.h"
#include <math.h>
#include <string.h>

enum { CHANGES = 8, PARAMETERS = 8, BAR = 30 };

/* ---- measured ----------------------------------------------------------------------------------------- */

static void measured_row(ts_table *table, const char *what, double seconds, double lo, double hi,
                         double winner)
{
    char text[TS_HUMAN], a[TS_HUMAN], b[TS_HUMAN];
    ts_table_cell(table, "%s", what);
    ts_table_cell(table, "%s", ts_human_seconds(seconds, text));
    if (isfinite(lo) && isfinite(hi))
        ts_table_cell(table, "%s..%s", ts_human_seconds(lo, a), ts_human_seconds(hi, b));
    else
        ts_table_cell(table, "-");
    ts_table_cell(table, isfinite(seconds / winner) ? "%.3fx" : "-", seconds / winner);
}

/* The finals measure some, the search all: their ratios are told, since each is of one moment. */
static int print_measured(const ts_explanation *e)
{
    const ts_winner *w = e->winner;
    ts_table *table = ts_table_new("|>time|>95 % interval|>to the winner");
    measured_row(table, "winner, in the finals", w->seconds, w->lo, w->hi, w->seconds);
    if (isfinite(w->bound)) {
        char bound[64];
        snprintf(bound, sizeof bound, "what %s allows", w->bound_by ? w->bound_by : "the roofline");
        measured_row(table, bound, w->bound, NAN, NAN, w->seconds);
    }
    measured_row(table, "the default, in the finals", e->default_seconds, NAN, NAN, w->seconds);
    double own = e->own == SIZE_MAX ? NAN : e->samples.items[e->own].cost;
    if (e->next != SIZE_MAX)
        measured_row(table, "best other one, in the search", e->samples.items[e->next].cost, NAN, NAN, own);
    return ts_table_print(table, stdout);
}

static json_t *tied_of(const ts_winner *w)
{
    return w->tied ? json_loads(w->tied, 0, NULL) : NULL;
}

static void print_tied(const ts_explanation *e)
{
    json_t *tied = tied_of(e->winner);
    size_t n = json_array_size(tied);
    if (n > 1)
        printf(
            "\n%zu other configuration%s can't be told apart from it: that it won among these is chance.\n",
            n - 1, n == 2 ? "" : "s");
    json_decref(tied);
}

/* Members in which the two differ: "mr 8 -> 6, kc 256 -> 128". */
static void print_difference(const ts_explanation *e)
{
    if (e->next == SIZE_MAX)
        return;
    json_t *a = json_loads(e->winner->configuration, 0, NULL);
    json_t *b = json_loads(e->samples.items[e->next].configuration, 0, NULL), *value;
    const char *name, *separator = "";
    printf("\nThe best other one differs in ");
    json_object_foreach(a, name, value)
    {
        if (json_equal(value, json_object_get(b, name)))
            continue;
        char *from = json_dumps(value, JSON_ENCODE_ANY);
        char *to = json_dumps(json_object_get(b, name), JSON_ENCODE_ANY);
        printf("%s%s (%s, not %s)", separator, name, to ? to : "-", from ? from : "-");
        free(from);
        free(to);
        separator = ", ";
    }
    printf(".\n");
    json_decref(a);
    json_decref(b);
}

/* ---- changes, importance ------------------------------------------------------------------------------- */

static int print_changes(const ts_explanation *e)
{
    printf("\nOne parameter changed, as the search measured it\n\n");
    if (e->changes.count == 0) {
        printf("  no such neighbour was evaluated\n");
        return TS_OK;
    }
    ts_table *table = ts_table_new("parameter|winner|other|>time");
    for (size_t i = 0; i < e->changes.count && i < CHANGES; i++) {
        const ts_explain_change *c = &e->changes.items[i];
        ts_table_cell(table, "%s", c->parameter);
        ts_table_cell(table, "%s", c->from);
        ts_table_cell(table, "%s", c->to);
        ts_table_cell(table, "%.3fx", c->ratio);
    }
    return ts_table_print(table, stdout);
}

static void print_bar(const char *name, double share)
{
    char bar[BAR + 1];
    int full = (int)(fmin(fmax(share, 0), 1) * BAR + 0.5);
    memset(bar, '#', (size_t)full);
    bar[full] = 0;
    printf("  %-24s %5.1f %%  %s\n", name, 100 * share, bar);
}

static void print_importance(const ts_explanation *e)
{
    const ts_importance *i = e->importance;
    char pair[64];
    printf("\nWhich parameters mattered (share of the variance of log time; functional ANOVA)\n\n");
    if (!i) {
        printf("  %s\n", e->no_importance);
        return;
    }
    for (size_t p = 0; p < i->param_count && p < PARAMETERS; p++)
        print_bar(i->params[p].name, i->params[p].share);
    for (size_t p = 0; p < i->pair_count; p++) {
        snprintf(pair, sizeof pair, "%.24s with %.24s", i->params[i->pairs[p].a].name,
                 i->params[i->pairs[p].b].name);
        if (i->pairs[p].share > 0.01)
            print_bar(pair, i->pairs[p].share);
    }
    printf("  From %zu evaluations; the forest explains %.0f %% of those that it didn't see%s.\n", i->count,
           100 * fmax(i->trust, 0), i->trust < 0.5 ? ": believe little of it" : "");
}

/* ---- predicted, counted -------------------------------------------------------------------------------- */

static void predicted_row(ts_table *table, const char *what, const ts_explain_prediction *p, double measured)
{
    char text[TS_HUMAN], bytes[TS_HUMAN];
    if (!p->known)
        return;
    ts_table_cell(table, "%s", what);
    ts_table_cell(table, "%s", ts_human_seconds(p->cost.seconds, text));
    ts_table_cell(table, isfinite(measured) ? "%.2f" : "-", measured / p->cost.seconds);
    ts_table_cell(table, "%s", ts_human_seconds(p->cost.core_seconds, text));
    ts_table_cell(table, "%s", ts_human_seconds(p->cost.copy_seconds, text));
    for (size_t l = 0; l < p->cost.level_count; l++)
        ts_table_cell(table, "%s (%s)", ts_human_bytes(p->cost.bytes[l], bytes),
                      ts_human_seconds(p->cost.level_seconds[l], text));
}

static int print_predictions(const ts_explanation *e)
{
    printf("\nWhat the model of variants says\n\n");
    if (!e->of_winner.known) {
        printf("  nothing: %s\n",
               e->no_prediction ? e->no_prediction : "no <nest> of the kernel describes this variant");
        return TS_OK;
    }
    ts_str headers = TS_STR_INIT;
    ts_str_append(&headers, "|>predicted|>measured over it|>core|>copies");
    for (size_t l = 0; l < e->of_winner.cost.level_count; l++)
        ts_str_format(&headers, "|>from %s", e->levels[l]);
    ts_table *table = ts_table_new(ts_str_text(&headers));
    ts_str_free(&headers);
    predicted_row(table, "winner", &e->of_winner, e->winner->seconds);
    predicted_row(table, "best other one", &e->of_next,
                  e->next == SIZE_MAX ? NAN : e->samples.items[e->next].cost);
    return ts_table_print(table, stdout);
}

/* Events of a call in the finals; why not, where nothing counts. */
static void print_counters(const ts_explanation *e)
{
    json_t *counters = e->own == SIZE_MAX || !e->samples.items[e->own].counters
                           ? NULL
                           : json_loads(e->samples.items[e->own].counters, 0, NULL);
    const char *why = NULL;
    size_t shown = 0;
    printf("\nCounted in a call of the winner\n\n");
    for (size_t i = 0; i < json_array_size(counters); i++) {
        const json_t *c = json_array_get(counters, i), *value = json_object_get(c, "value");
        if (json_is_number(value)) {
            printf("  %s: %.6g %s\n", json_string_value(json_object_get(c, "name")), json_number_value(value),
                   json_string_value(json_object_get(c, "unit")));
            shown++;
        } else if (!why)
            why = json_string_value(json_object_get(c, "unavailable"));
    }
    if (why)
        printf("  %sunavailable: %s\n", shown ? "others " : "", why);
    else if (!shown)
        printf("  nothing was counted\n");
    json_decref(counters);
}

int ts_explain_print(const ts_explanation *e)
{
    char problem[TS_HUMAN_PROBLEM];
    const ts_winner *w = e->winner;
    printf("%s %s %s on %s\n", w->kernel, w->type, ts_human_problem(w->problem, problem), w->target_name);
    ts_str text = TS_STR_INIT;
    ts_wrap(&text, w->configuration, 2, (size_t)ts_columns(stdout));
    printf("%s\n", ts_str_text(&text));
    ts_str_free(&text);
    int rc = print_measured(e);
    print_tied(e);
    print_difference(e);
    if (rc == TS_OK)
        rc = print_changes(e);
    print_importance(e);
    if (rc == TS_OK)
        rc = print_predictions(e);
    print_counters(e);
    return rc;
}

/* ---- JSON ------------------------------------------------------------------------------------------------
 */

static json_t *prediction_json(const ts_explanation *e, const ts_explain_prediction *p)
{
    if (!p->known)
        return json_null();
    json_t *levels = json_array();
    for (size_t l = 0; l < p->cost.level_count; l++)
        json_array_append_new(levels, json_pack("{s:s, s:o, s:o}", "from", e->levels[l], "bytes",
                                                ts_json_real(p->cost.bytes[l]), "seconds",
                                                ts_json_real(p->cost.level_seconds[l])));
    return json_pack("{s:o, s:o, s:o, s:o}", "seconds", ts_json_real(p->cost.seconds), "core_seconds",
                     ts_json_real(p->cost.core_seconds), "copy_seconds", ts_json_real(p->cost.copy_seconds),
                     "levels", levels);
}

static json_t *importance_json(const ts_explanation *e)
{
    const ts_importance *i = e->importance;
    json_t *params = json_array(), *pairs = json_array();
    for (size_t p = 0; i && p < i->param_count; p++)
        json_array_append_new(params, json_pack("{s:s, s:o}", "parameter", i->params[p].name, "share",
                                                ts_json_real(i->params[p].share)));
    for (size_t p = 0; i && p < i->pair_count; p++)
        json_array_append_new(pairs, json_pack("{s:s, s:s, s:o}", "a", i->params[i->pairs[p].a].name, "b",
                                               i->params[i->pairs[p].b].name, "share",
                                               ts_json_real(i->pairs[p].share)));
    return json_pack("{s:o, s:o, s:o, s:o}", "parameters", params, "pairs", pairs, "trust",
                     ts_json_real(i ? i->trust : NAN), "refusal", ts_json_text(e->no_importance));
}

json_t *ts_explain_json(const ts_explanation *e)
{
    const ts_winner *w = e->winner;
    json_t *changes = json_array();
    for (size_t i = 0; i < e->changes.count; i++)
        json_array_append_new(changes,
                              json_pack("{s:s, s:s, s:s, s:o}", "parameter", e->changes.items[i].parameter,
                                        "winner", e->changes.items[i].from, "other", e->changes.items[i].to,
                                        "ratio", ts_json_real(e->changes.items[i].ratio)));
    json_t *next =
        e->next == SIZE_MAX
            ? json_null()
            : json_pack("{s:o, s:o}", "seconds", ts_json_real(e->samples.items[e->next].cost),
                        "configuration", json_loads(e->samples.items[e->next].configuration, 0, NULL));
    json_t *measured = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "seconds", ts_json_real(w->seconds),
                                 "lo", ts_json_real(w->lo), "hi", ts_json_real(w->hi), "bound",
                                 ts_json_real(w->bound), "bound_by", ts_json_text(w->bound_by),
                                 "default_seconds", ts_json_real(e->default_seconds), "best_other", next);
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "kernel", w->kernel, "type",
                     w->type, "problem", w->problem, "target", w->target_name, "configuration",
                     json_loads(w->configuration, 0, NULL), "measured", measured, "changes", changes,
                     "importance", importance_json(e), "predicted_winner", prediction_json(e, &e->of_winner),
                     "predicted_other", prediction_json(e, &e->of_next), "no_prediction",
                     ts_json_text(e->no_prediction));
}
