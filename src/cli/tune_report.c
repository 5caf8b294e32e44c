/* The report of a tuning session, for people. */
#include "cli/tune_report.h"
#include "cli/progress.h"
#include <math.h>
#include <string.h>

static double rate(const ts_tune_shape *s, double seconds)
{
    return s->flops / seconds;
}

/* "57 ok, 2 wrong (+40 known)" */
static void evaluated(const ts_tune_shape *s, ts_str *out)
{
    ts_str failures = TS_STR_INIT;
    ts_failures_text(s->by_status, &failures);
    ts_str_format(out, "%zu ok", s->by_status[TS_STATUS_OK]);
    if (failures.length)
        ts_str_format(out, ", %s", ts_str_text(&failures));
    if (s->resumed)
        ts_str_format(out, " (+%zu known)", s->resumed);
    ts_str_free(&failures);
}

static void speedup(const ts_tune_shape *s, char text[TS_HUMAN])
{
    if (isfinite(s->default_seconds) && isfinite(s->seconds))
        snprintf(text, TS_HUMAN, "%.2fx", s->default_seconds / s->seconds);
    else
        snprintf(text, TS_HUMAN, "-");
}

static void interval(const ts_tune_shape *s, char text[TS_HUMAN])
{
    char slow[TS_HUMAN], fast[TS_HUMAN];
    if (isfinite(s->lo) && isfinite(s->hi))
        snprintf(text, TS_HUMAN, "%.10s..%.10s", ts_human_gflops(rate(s, s->hi), slow),
                 ts_human_gflops(rate(s, s->lo), fast));
    else
        snprintf(text, TS_HUMAN, "-");
}

static void shape_row(ts_table *table, const ts_tune_shape *s)
{
    char number[TS_HUMAN], problem[TS_HUMAN_PROBLEM];
    ts_str text = TS_STR_INIT;
    ts_table_cell(table, "%s", ts_human_problem(s->problem, problem));
    ts_table_cell(table, "%s", ts_human_gflops(rate(s, s->seconds), number));
    interval(s, number);
    ts_table_cell(table, "%s", number);
    ts_table_cell(table, "%s", ts_human_percent(rate(s, s->seconds) / s->peak, number));
    speedup(s, number);
    ts_table_cell(table, "%s", number);
    ts_table_cell(table, s->tied ? "%zu" : "-", s->tied);
    evaluated(s, &text);
    ts_table_cell(table, "%s", ts_str_text(&text));
    ts_str_clear(&text);
    ts_str_format(&text, "%s",
                  s->configuration ? s->configuration
                                   : "no configuration was found to be right and measurable");
    if (s->incumbent)
        ts_str_format(&text, " (earlier winner: %s)", s->incumbent);
    ts_table_note(table, ts_str_text(&text));
    ts_str_free(&text);
}

static void print_times(const ts_tune_times *t, FILE *stream)
{
    const struct {
        const char *name;
        double seconds;
    } stages[] = {{"detect", t->detect},   {"search", t->search}, {"render", t->render},
                  {"compile", t->compile}, {"verify", t->verify}, {"measure", t->measure},
                  {"finals", t->finals},   {"store", t->store}};
    char number[TS_HUMAN];
    ts_str text = TS_STR_INIT, wrapped = TS_STR_INIT;
    ts_str_format(&text, "\nTime: %s in all;", ts_human_seconds(t->total, number));
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++)
        ts_str_format(&text, "%s %s %s", i ? "," : "", stages[i].name,
                      ts_human_seconds(stages[i].seconds, number));
    ts_str_append(&text, " (compiling overlaps measuring).");
    ts_wrap(&wrapped, ts_str_text(&text), 0, (size_t)ts_columns(stream));
    fputs(ts_str_text(&wrapped), stream);
    ts_str_free(&text);
    ts_str_free(&wrapped);
}

static size_t winners(const ts_tune_report *report)
{
    size_t n = 0;
    for (size_t i = 0; i < report->count; i++)
        n += report->shapes[i].configuration != NULL;
    return n;
}

int ts_tune_report_print(const ts_tune_report *report, FILE *stream)
{
    ts_table *table = ts_table_new("shape|>GFLOP/s|>95 % interval|>% of peak|>vs default|>tied|evaluated");
    for (size_t i = 0; i < report->count; i++)
        shape_row(table, &report->shapes[i]);
    fprintf(stream, "%s%s on %s (%s)\n\n", report->interrupted ? "Interrupted. " : "",
            report->count && report->shapes[0].type ? report->shapes[0].type : "", report->target_name,
            report->fingerprint);
    int rc = ts_table_print(table, stream);
    if (rc)
        return rc;
    print_times(&report->times, stream);
    if (report->database)
        fprintf(stream, "Stored in %s.\n", report->database);
    if (winners(report))
        fprintf(stream,
                "Next: tilesmith export --format header --output tuned.h; later, tilesmith recheck.\n");
    else
        fprintf(
            stream,
            "Next: tilesmith doctor says whether this machine can measure; a longer --budget finds more.\n");
    return TS_OK;
}

int ts_tune_plan_print(const ts_tune_report *report, FILE *stream)
{
    char number[TS_HUMAN], problem[TS_HUMAN_PROBLEM];
    ts_table *table = ts_table_new("shape|type|>configurations|>of combinations|>known");
    for (size_t i = 0; i < report->count; i++) {
        const ts_tune_shape *s = &report->shapes[i];
        ts_table_cell(table, "%s", ts_human_problem(s->problem, problem));
        ts_table_cell(table, "%s", s->type ? s->type : "-");
        ts_table_cell(table, "%s", ts_human_count((double)s->space, number));
        ts_table_cell(table, "%s", ts_human_count(s->space_raw, number));
        ts_table_cell(table, "%zu", s->resumed);
    }
    int rc = ts_table_print(table, stream);
    if (rc == TS_OK)
        fprintf(stream, "\nA dry run: nothing was measured or stored. Strategy: %s; database: %s.\n",
                report->strategy ? report->strategy : "-", report->database ? report->database : "-");
    return rc;
}
