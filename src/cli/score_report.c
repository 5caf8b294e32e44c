/* See score_report.h. */
#include "cli/score_report.h"

#include "util/file.h"
#include "util/str.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Traces without overheads have no column for them. */
static bool has_overhead(const ts_score_report *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (isfinite(r->strategies[i].overhead))
            return true;
    return false;
}

static ts_table *new_table(const ts_score_report *r, const char *first, const char *last)
{
    ts_str headers = TS_STR_INIT;
    const ts_score_best *best = r->strategies[0].best;
    ts_str_format(&headers, "%s|>score|>sep", first);
    for (size_t i = 0; i < r->budget_count; i++)
        ts_str_format(&headers, "|>@%zu", best[i].evaluations);
    ts_str_format(&headers, "|%s%s", last, has_overhead(r) ? "|>a proposal" : "");
    ts_table *table = ts_table_new(ts_str_text(&headers));
    ts_str_free(&headers);
    return table;
}

/* "0.812 ±0.010"; the error is unknown for a single run. */
static void scores(ts_table *table, double score, double separate, double deviation)
{
    ts_table_cell(table, "%.3f", score);
    if (isfinite(deviation))
        ts_table_cell(table, "%.3f ±%.3f", separate, deviation);
    else
        ts_table_cell(table, "%.3f", separate);
}

static void overhead(const ts_score_report *r, ts_table *table, double seconds)
{
    char text[TS_HUMAN];
    if (has_overhead(r))
        ts_table_cell(table, "%s", ts_human_seconds(seconds, text));
}

static int print_strategy(const ts_score_report *r, const ts_strategy_score *s, FILE *stream)
{
    ts_table *table = new_table(r, "space", ">evaluations|>runs|>repeats|>outside");
    for (size_t i = 0; i < s->space_count; i++) {
        const ts_space_score *one = &s->spaces[i];
        ts_table_cell(table, "%s", one->space);
        scores(table, one->score, one->separate, one->deviation);
        for (size_t b = 0; b < r->budget_count; b++)
            ts_table_cell(table, "%.3f", one->best[b].mean);
        ts_table_cell(table, "%.0f", one->evaluations);
        ts_table_cell(table, "%zu", one->runs);
        ts_table_cell(table, "%zu", one->repeats);
        ts_table_cell(table, "%zu", one->outside);
        overhead(r, table, one->overhead);
    }
    fprintf(stream, "%s%s%s\n", ts_style_on(stream, TS_STYLE_BOLD), s->strategy,
            ts_style_on(stream, TS_STYLE_PLAIN));
    int rc = ts_table_print(table, stream);
    fputc('\n', stream);
    return rc;
}

static int print_aggregate(const ts_score_report *r, FILE *stream)
{
    ts_table *table = new_table(r, "strategy", ">spaces|>within 5 %|>optimum|worst space");
    for (size_t i = 0; i < r->count; i++) {
        const ts_strategy_score *s = &r->strategies[i];
        const ts_score_best *last = &s->best[r->budget_count - 1];
        ts_table_cell(table, "%s", s->strategy);
        scores(table, s->score, s->separate, s->deviation);
        for (size_t b = 0; b < r->budget_count; b++)
            ts_table_cell(table, "%.3f", s->best[b].mean);
        ts_table_cell(table, "%zu", s->space_count);
        ts_table_cell(table, "%.2f", last->within5);
        ts_table_cell(table, "%.2f", last->optimal);
        ts_table_cell(table, "%s %.2f", s->spaces[s->worst].space, s->spaces[s->worst].score);
        overhead(r, table, s->overhead);
    }
    return ts_table_print(table, stream);
}

int ts_score_report_print(const ts_score_report *r, bool brief, FILE *stream)
{
    int rc = TS_OK;
    for (size_t i = 0; rc == TS_OK && !brief && i < r->count; i++)
        rc = print_strategy(r, &r->strategies[i], stream);
    if (rc == TS_OK)
        rc = print_aggregate(r, stream);
    if (rc == TS_OK)
        fprintf(stream,
                "\nScore: 0 is random search, 1 the optimum at once; cost by %s. sep: the same, each run by "
                "itself.\n"
                "@N: mean fraction of the optimum after N distinct evaluations; within 5 %%, optimum: runs "
                "that got there by the "
                "last N.\n",
                r->by_evaluations ? "evaluations" : "recorded time");
    return rc;
}

static json_t *best_json(const ts_score_report *r, const ts_score_best *best)
{
    json_t *array = json_array();
    for (size_t i = 0; i < r->budget_count; i++)
        json_array_append_new(array,
                              json_pack("{s:I, s:f, s:f, s:f, s:f, s:f}", "evaluations",
                                        (json_int_t)best[i].evaluations, "mean", best[i].mean, "median",
                                        best[i].median, "within_5_percent", best[i].within5,
                                        "within_1_percent", best[i].within1, "optimum", best[i].optimal));
    return array;
}

static json_t *space_json(const ts_score_report *r, const ts_space_score *s)
{
    return json_pack("{s:s, s:f, s:f, s:o, s:I, s:f, s:I, s:I, s:o, s:o}", "space", s->space, "score",
                     s->score, "sep", s->separate, "sep_error", ts_json_real(s->deviation), "runs",
                     (json_int_t)s->runs, "evaluations", s->evaluations, "repeats", (json_int_t)s->repeats,
                     "outside", (json_int_t)s->outside, "seconds_per_proposal", ts_json_real(s->overhead),
                     "best", best_json(r, s->best));
}

static json_t *strategy_json(const ts_score_report *r, const ts_strategy_score *s)
{
    json_t *spaces = json_array();
    for (size_t i = 0; i < s->space_count; i++)
        json_array_append_new(spaces, space_json(r, &s->spaces[i]));
    return json_pack("{s:s, s:f, s:f, s:o, s:s, s:o, s:o, s:o}", "strategy", s->strategy, "score", s->score,
                     "sep", s->separate, "sep_error", ts_json_real(s->deviation), "worst_space",
                     s->spaces[s->worst].space, "seconds_per_proposal", ts_json_real(s->overhead), "best",
                     best_json(r, s->best), "spaces", spaces);
}

json_t *ts_score_report_json(const ts_score_report *r)
{
    json_t *strategies = json_array(), *unknown = json_array();
    for (size_t i = 0; i < r->count; i++)
        json_array_append_new(strategies, strategy_json(r, &r->strategies[i]));
    for (size_t i = 0; r->unknown[i]; i++)
        json_array_append_new(unknown, json_string(r->unknown[i]));
    return json_pack("{s:s, s:s, s:o, s:o}", "tilesmith", TILESMITH_VERSION, "cost",
                     r->by_evaluations ? "evals" : "time", "unknown_spaces", unknown, "strategies",
                     strategies);
}

/* "25,50,100": ascending. */
static int read_budgets(const char *text, ts_score_request *out)
{
    size_t n = 0, most = sizeof out->budgets / sizeof *out->budgets - 1;
    for (const char *at = text; n < most; n++) {
        char *end;
        errno = 0;
        unsigned long value = strtoul(at, &end, 10);
        bool rises = n == 0 || value > out->budgets[n - 1];
        if (end == at || (*end && *end != ',') || errno || value == 0 || value > 1000000 || !rises ||
            strchr("+-", *at))
            break;
        out->budgets[n] = value;
        if (*end == '\0') {
            out->budgets[n + 1] = 0;
            out->options.budgets = out->budgets;
            return TS_OK;
        }
        at = end + 1;
    }
    return ts_fail(TS_EINPUT,
                   "--after needs up to %zu ascending numbers of evaluations such as 25,50,100, not '%s'",
                   most, text);
}

int ts_score_request_read(const ts_args *args, ts_score_request *out)
{
    const char *mode = ts_args_value(args, "mode");
    *out = (ts_score_request){.options = {.by_evaluations = strcmp(mode, "evals") == 0}};
    if (strcmp(mode, "time") != 0 && !out->options.by_evaluations)
        return ts_fail(TS_EINPUT, "--mode is 'time' or 'evals', not '%s'", mode);
    return read_budgets(ts_args_value(args, "after"), out);
}

static int write_plot(const char *path, const ts_score_report *report)
{
    char *svg = NULL;
    int rc = ts_score_plot(report, &svg);
    if (rc == TS_OK)
        rc = ts_file_write(path, svg, strlen(svg));
    free(svg);
    return rc;
}

static void warn_unknown(const ts_score_report *report)
{
    for (size_t i = 0; report->unknown[i]; i++)
        fprintf(stderr,
                "tilesmith: the traces have a space '%s' that was not given with --spaces; it is left out\n",
                report->unknown[i]);
}

int ts_score_and_print(const ts_args *args, const ts_spaces *spaces, const ts_trace *trace,
                       const ts_score_request *request, json_t *extra)
{
    ts_score_report *report = NULL;
    const char *plot = ts_args_value(args, "plot");
    int status, rc = ts_score(spaces, trace, &request->options, &report);
    if (rc == TS_OK)
        warn_unknown(report);
    if (rc == TS_OK && plot)
        rc = write_plot(plot, report);
    if (rc != TS_OK) {
        status = ts_report_failure(rc);
    } else if (ts_args_json(args)) {
        json_t *json = ts_score_report_json(report);
        if (json && extra)
            json_object_update(json, extra);
        status = ts_json_print(json);
    } else {
        status = ts_report_failure(ts_score_report_print(report, ts_args_switch(args, "brief"), stdout));
    }
    json_decref(extra);
    ts_score_report_free(report);
    return status;
}
