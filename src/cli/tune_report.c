/* The report of a tuning session, for people. */
#include "cli/tune_report.h"
#include "cli/progress.h"
#include <math.h>
#include <string.h>

/* What a call does: operations, or for a kernel that has none the bytes that it moves. */
static double rate(const ts_tune_shape *s, double seconds)
{
    return (s->flops > 0 ? s->flops : s->bytes) / seconds;
}

/* "57 ok, 2 wrong (+40 known)" */
static void evaluated(const ts_tune_shape *s, ts_str *out)
{
    ts_str failures = TS_STR_INIT;
    ts_failures_text(s->by_status, &failures);
    ts_str_format(out, "%zu %s", s->by_status[TS_STATUS_OK], s->predicted ? "predicted" : "ok");
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

/* "97 % of peak (231 GFLOP/s)", "91 % of the L2 bandwidth bound (118 GB/s)"; why not, if no bound is known.
 */
static void bound_text(const ts_tune_shape *s, ts_str *out)
{
    char number[TS_HUMAN];
    bool peak = s->bound && strcmp(s->bound, "peak") == 0;
    if (!s->confirmed)
        return;
    if (!s->bound || !isfinite(s->bound_share)) {
        if (s->flops > 0 && !isfinite(s->peak))
            ts_str_format(out, "no bound known: the peak of %s can't be measured on this machine", s->type);
        else
            ts_str_append(out, "no bound known: the bandwidth was not measured");
        return;
    }
    ts_str_format(out, "%.0f %% of ", 100 * s->bound_share);
    if (peak)
        ts_str_format(out, "peak (%s GFLOP/s)", ts_human_gflops(s->peak, number));
    else
        ts_str_format(out, "the %s bound (%s GB/s)", s->bound, ts_human_gflops(s->bandwidth, number));
}

static const char *why_nothing(const ts_tune_shape *s)
{
    return s->evaluations + s->resumed > 0
               ? "no configuration was found to be right and measurable; 'tilesmith export --format t4' "
                 "lists the reason of each"
               : "no variant was evaluated in this time; a longer --budget gets further";
}

static void configuration_note(const ts_tune_shape *s, ts_str *out)
{
    char number[TS_HUMAN];
    ts_str_append(out, s->configuration ? s->configuration : why_nothing(s));
    if (s->configuration && s->predicted)
        ts_str_append(out, " (predicted: not measured, and not stored)");
    else if (s->configuration && !s->confirmed)
        ts_str_append(out, " (the best of the search: not measured again, and not stored as a winner)");
    if (s->incumbent)
        ts_str_format(out, " (earlier winner: %s)", s->incumbent);
    if (s->confirmed && s->max_error > 0)
        ts_str_format(out, " (error %s)", ts_human_error(s->deviation, number));
}

/* "pruned 83 % of 1.2e6; chance that the best is among that and more than 2 % better: 2 %; expected loss then
 * 3 %" */
static void pruning_text(const ts_tune_shape *s, ts_str *out)
{
    const ts_tune_model *m = &s->model;
    char number[TS_HUMAN];
    if (!m->pruned)
        return;
    if (!(m->dropped > 0)) {
        ts_str_append(out,
                      "\nnothing was pruned: no configuration can be ruled out by what the model is known "
                      "to be worth");
        return;
    }
    ts_str_format(out, "\npruned %.3g %% of %s", 100 * m->dropped, ts_human_count((double)s->space, number));
    if (m->chance < 0.001)
        ts_str_append(out, "; chance that the best is among them: < 0.1 %");
    else
        ts_str_format(out,
                      "; chance that the best is among them, and faster by more than %.3g %%: <= %.1f %%; if "
                      "it is, expected loss %.1f %%",
                      100 * m->regret, 100 * m->chance, 100 * m->loss);
    if (m->assumed)
        ts_str_append(out, " (by an assumed error of the model: too few results to measure it)");
}

/* What guided the search, and how far it could be believed. */
static void model_text(const ts_tune_shape *s, ts_str *out)
{
    const ts_tune_model *m = &s->model;
    if (!m->used || !(m->pruned || s->predicted))
        return;
    ts_str_format(out, "\nmodel: %s", m->nest ? "loop nest" : "results alone");
    if (m->own + m->others > 0)
        ts_str_format(out, ", corrected by %zu results here and %zu of other shapes", m->own, m->others);
    if (isfinite(m->spearman))
        ts_str_format(out, "; cross-validated: rank correlation %.2f, error %.0f %%", m->spearman,
                      100 * (exp(m->deviation) - 1));
}

static void shape_row(ts_table *table, const ts_tune_shape *s)
{
    char number[TS_HUMAN], problem[TS_HUMAN_PROBLEM];
    ts_str text = TS_STR_INIT;
    ts_table_cell(table, "%s", ts_human_problem(s->problem, problem));
    ts_table_cell(table, "%s", ts_human_gflops(rate(s, s->seconds), number));
    interval(s, number);
    ts_table_cell(table, "%s", number);
    ts_table_cell(table, "%s", ts_human_percent(s->bound_share, number));
    speedup(s, number);
    ts_table_cell(table, "%s", number);
    ts_table_cell(table, s->tied ? "%zu" : "-", s->tied);
    evaluated(s, &text);
    ts_table_cell(table, "%s", ts_str_text(&text));
    ts_str_clear(&text);
    bound_text(s, &text);
    ts_str_append(&text, text.length ? "\n" : "");
    configuration_note(s, &text);
    model_text(s, &text);
    pruning_text(s, &text);
    ts_table_note(table, ts_str_text(&text));
    ts_str_free(&text);
}

/* What each error buys: every member is measured beside the others. */
static int print_pareto(const ts_tune_shape *s, FILE *stream)
{
    char number[TS_HUMAN], problem[TS_HUMAN_PROBLEM];
    if (s->pareto_count == 0)
        return TS_OK;
    ts_table *table = ts_table_new(">time|>error|>gain|differs from the most accurate");
    for (size_t i = 0; i < s->pareto_count; i++) {
        const ts_tune_trade *t = &s->pareto[i];
        ts_table_cell(table, "%s", ts_human_seconds(t->seconds, number));
        ts_table_cell(table, "%s", ts_human_error(t->deviation, number));
        ts_table_cell(table, "%.2fx", s->pareto[s->pareto_count - 1].seconds / t->seconds);
        ts_table_cell(table, "%s", *t->changes ? t->changes : "-");
    }
    fprintf(stream, "\nTime against error, %s:\n", ts_human_problem(s->problem, problem));
    return ts_table_print(table, stream);
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
        n += report->shapes[i].confirmed;
    return n;
}

static void print_head(const ts_tune_report *report, FILE *stream)
{
    char number[TS_HUMAN];
    const ts_tune_shape *first = report->count ? &report->shapes[0] : NULL;
    fprintf(stream, "%s%s on %s", report->interrupted ? "Interrupted. " : "",
            first && first->type ? first->type : "", report->target_name);
    if (*report->fingerprint) /* described machines have none */
        fprintf(stream, " (%s)", report->fingerprint);
    if (first && first->threads > 1)
        fprintf(stream, ", %d threads", first->threads);
    if (first && first->max_error > 0)
        fprintf(stream, ", error <= %s", ts_human_error(first->max_error, number));
    if (first && first->predicted)
        fprintf(stream, ": predicted, nothing was measured");
    fprintf(stream, "\n\n");
}

static bool predicted(const ts_tune_report *report)
{
    return report->count && report->shapes[0].predicted;
}

static void print_next(const ts_tune_report *report, FILE *stream)
{
    if (predicted(report))
        fprintf(stream, "Next: the same command without --evaluator, on that machine, measures.\n");
    else if (winners(report))
        fprintf(stream,
                "Next: tilesmith export --format header --output tuned.h; later, tilesmith recheck.\n");
    else if (report->interrupted)
        fprintf(stream, "Next: the same command goes on where this one was interrupted.\n");
    else
        fprintf(
            stream,
            "Next: tilesmith doctor says whether this machine can measure; a longer --budget finds more.\n");
}

int ts_tune_report_print(const ts_tune_report *report, FILE *stream)
{
    bool moves = report->count && report->shapes[0].flops <= 0;
    ts_table *table =
        ts_table_new(moves ? "shape|>GB/s|>95 % interval|>% of bound|>vs default|>tied|evaluated"
                           : "shape|>GFLOP/s|>95 % interval|>% of bound|>vs default|>tied|evaluated");
    for (size_t i = 0; i < report->count; i++)
        shape_row(table, &report->shapes[i]);
    print_head(report, stream);
    int rc = ts_table_print(table, stream);
    for (size_t i = 0; i < report->count && rc == TS_OK; i++)
        rc = print_pareto(&report->shapes[i], stream);
    if (rc)
        return rc;
    print_times(&report->times, stream);
    if (report->database && !predicted(report))
        fprintf(stream, "Stored in %s.\n", report->database);
    print_next(report, stream);
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
