/* See predict_rows.h: what is printed. */
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/predict_rows.h"
#include "util/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void text_interval(double lo, double hi, char text[2 * TS_HUMAN])
{
    char a[TS_HUMAN], b[TS_HUMAN];
    ts_human_seconds(lo, a);
    ts_human_seconds(hi, b);
    snprintf(text, (size_t)2 * TS_HUMAN, strcmp(a, b) == 0 ? "-" : "%s .. %s", a, b);
}

static void gain_cell(ts_table *table, double gain)
{
    if (isnan(gain))
        ts_table_cell(table, "-");
    else
        ts_table_cell(table, "%.2fx", gain);
}

/* "L1 2 MiB, memory 64 MiB" */
static void levels_cell(ts_table *table, const ts_prediction *p)
{
    char bytes[TS_HUMAN];
    ts_str text = TS_STR_INIT;
    for (size_t i = 0; i < p->level_count; i++)
        ts_str_format(&text, "%s%s %s", i ? ", " : "", p->levels[i].name,
                      ts_human_bytes(p->levels[i].bytes, bytes));
    ts_table_cell(table, "%s", p->level_count ? ts_str_text(&text) : ts_human_bytes(p->bytes, bytes));
    ts_str_free(&text);
}

static void prediction_cells(ts_table *table, const ts_predicted *p)
{
    char text[2 * TS_HUMAN];
    const ts_prediction *n = &p->nominal;
    ts_table_cell(table, "%s", ts_human_seconds(n->seconds, text));
    text_interval(p->seconds_lo, p->seconds_hi, text);
    ts_table_cell(table, "%s", text);
    ts_table_cell(table, "%s", ts_human_joules(n->joules, text));
    ts_table_cell(table, "%s", ts_human_percent(n->utilization, text));
    ts_table_cell(table, "%s", n->bound[0] ? n->bound : "-");
    gain_cell(table, p->doubled_gain);
    levels_cell(table, n);
}

static void note_row(ts_table *table, const ts_predict_row *r)
{
    ts_str text = TS_STR_INIT;
    if (r->refusal)
        ts_str_append(&text, r->refusal);
    else if (r->p.nominal.note[0])
        ts_str_append(&text, r->p.nominal.note);
    if (text.length)
        ts_table_note(table, ts_str_text(&text));
    ts_str_free(&text);
}

static void add_row(ts_table *table, const ts_predict_row *r)
{
    char problem[TS_HUMAN_PROBLEM];
    ts_table_cell(table, "%s", r->target);
    if (r->shape)
        ts_table_cell(table, "%s", ts_human_problem(r->shape, problem));
    if (!r->refusal) {
        prediction_cells(table, &r->p);
        return;
    }
    for (size_t i = 0; i < 7; i++)
        ts_table_cell(table, "-");
}

/* One line for what several rows say alike. */
static bool is_said(const ts_predict_rows *rows, size_t row)
{
    const ts_predict_row *r = &rows->rows.items[row];
    for (size_t i = 0; i < row; i++) {
        const ts_predict_row *before = &rows->rows.items[i];
        const char *a = r->refusal ? r->refusal : r->p.nominal.note;
        const char *b = before->refusal ? before->refusal : before->p.nominal.note;
        if (strcmp(r->target, before->target) == 0 && strcmp(a, b) == 0)
            return true;
    }
    return false;
}

static int print_rows(const ts_predict_rows *rows)
{
    bool shapes = rows->rows.count && rows->rows.items[0].shape;
    ts_table *table =
        ts_table_new(shapes ? "target|shape|>time|>10 .. 90 %|>energy|>of peak|bound by|>doubled|bytes"
                            : "target|>time|>10 .. 90 %|>energy|>of peak|bound by|>doubled|bytes");
    for (size_t i = 0; i < rows->rows.count; i++) {
        add_row(table, &rows->rows.items[i]);
        if (!is_said(rows, i))
            note_row(table, &rows->rows.items[i]);
    }
    return ts_table_print(table, stdout);
}

static int print_calls(const ts_predict_row *r, const ts_workload *w)
{
    char text[TS_HUMAN], problem[TS_HUMAN_PROBLEM];
    ts_table *table = ts_table_new("part|kernel|shape|>times|>time|>share|>energy|>of peak|bound by");
    for (size_t i = 0; i < w->call_count; i++) {
        const ts_workload_call *call = &w->calls[i];
        const ts_prediction *p = &r->calls[i];
        double count = (double)call->count;
        ts_str shape = TS_STR_INIT;
        ts_problem_text(&call->problem, &shape);
        ts_table_cell(table, "%s", call->text);
        ts_table_cell(table, "%s", call->problem.kernel->name);
        ts_table_cell(table, "%s", ts_human_problem(ts_str_text(&shape), problem));
        ts_table_cell(table, "%lld", (long long)call->count);
        ts_table_cell(table, "%s", ts_human_seconds(count * p->seconds, text));
        ts_table_cell(table, "%s", ts_human_percent(count * p->seconds / r->p.nominal.seconds, text));
        ts_table_cell(table, "%s", ts_human_joules(count * p->joules, text));
        ts_table_cell(table, "%s", ts_human_percent(p->utilization, text));
        ts_table_cell(table, "%s", p->bound);
        ts_str_free(&shape);
    }
    printf("\n");
    return ts_table_print(table, stdout);
}

static void print_line(size_t number, const json_t *line)
{
    const char *formula = json_string_value(json_object_get(line, "formula"));
    const char *source = json_string_value(json_object_get(line, "source"));
    const char *unit = json_string_value(json_object_get(line, "unit"));
    const json_t *value = json_object_get(line, "value");
    double lo = json_number_value(json_object_get(line, "lo")),
           hi = json_number_value(json_object_get(line, "hi"));
    printf("%3zu  %s = ", number, json_string_value(json_object_get(line, "name")));
    if (json_is_null(value))
        printf("-");
    else
        printf("%.6g%s%s", json_number_value(value), unit && *unit && strcmp(unit, "1") != 0 ? " " : "",
               unit && strcmp(unit, "1") != 0 ? unit : "");
    if (lo < hi)
        printf(" (%.4g .. %.4g)", lo, hi);
    if (formula)
        printf("  <-  %s", formula);
    if (source && *source)
        printf("  [%s]", source);
    printf("\n");
}

static void print_chain(const ts_predict_row *r)
{
    if (!r->chain)
        return;
    printf("\nwhy %s%s%s:\n", r->target, r->shape ? ", " : "", r->shape ? r->shape : "");
    for (size_t i = 0; i < json_array_size(r->chain); i++)
        print_line(i + 1, json_array_get(r->chain, i));
}

int ts_predict_print(const ts_predict_rows *rows, const ts_predict_question *q)
{
    int rc = print_rows(rows);
    if (rc == 0 && q->workload && rows->rows.count == 1 && !rows->rows.items[0].refusal)
        rc = print_calls(&rows->rows.items[0], q->workload);
    for (size_t i = 0; i < rows->rows.count && rc == 0; i++)
        print_chain(&rows->rows.items[i]);
    return rc;
}
