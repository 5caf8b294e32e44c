/* tilesmith recheck: seconds instead of hours to know whether the stored winners still hold. */
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "tilesmith.h"
#include <math.h>
#include <string.h>

static const ts_option options[] = {
    {"db", "FILE", NULL, "database of results", false},
    {"seconds", "N", "5", "time to spend in all", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith recheck", "Check every winner of this machine."},
    {"tilesmith recheck gemm --json", "Only gemm; the verdicts as JSON."},
    {NULL, NULL},
};

/* Verdicts that leave nothing to do. "foreign" winners belong to other machines. */
static bool holds(const ts_recheck_row *row)
{
    return strcmp(row->verdict, "fresh") == 0 || strcmp(row->verdict, "faster") == 0 ||
           strcmp(row->verdict, "foreign") == 0;
}

static json_t *row_json(const ts_recheck_row *row)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "kernel", row->kernel, "type",
                     row->type, "problem", row->problem, "configuration", ts_json_text(row->configuration),
                     "verdict", row->verdict, "why", ts_json_text(row->why), "stored_seconds",
                     ts_json_real(row->stored_seconds), "seconds", ts_json_real(row->seconds), "lo",
                     ts_json_real(row->lo), "hi", ts_json_real(row->hi));
}

static json_t *report_json(const ts_recheck_report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->count; i++)
        json_array_append_new(array, row_json(&report->rows[i]));
    return array;
}

static void table_row(ts_table *table, const ts_recheck_row *row)
{
    char stored[TS_HUMAN], now[TS_HUMAN], problem[TS_HUMAN_PROBLEM];
    ts_table_cell(table, "%s", row->kernel);
    ts_table_cell(table, "%s", row->type);
    ts_table_cell(table, "%s", ts_human_problem(row->problem, problem));
    ts_table_cell(table, "%s", row->verdict);
    ts_table_cell(table, "%s", ts_human_seconds(row->stored_seconds, stored));
    ts_table_cell(table, "%s", ts_human_seconds(row->seconds, now));
    if (row->why)
        ts_table_note(table, row->why);
}

static int print_table(const ts_recheck_report *report, size_t bad)
{
    if (report->count == 0) {
        printf("No winners are stored for this machine; 'tilesmith tune gemm' makes some.\n");
        return TS_OK;
    }
    ts_table *table = ts_table_new("kernel|type|shape|verdict|>stored|>now");
    for (size_t i = 0; i < report->count; i++)
        table_row(table, &report->rows[i]);
    int rc = ts_table_print(table, stdout);
    if (rc == TS_OK && bad)
        printf("\n%zu of %zu need tuning again: tilesmith tune KERNEL --shape SHAPE.\n", bad, report->count);
    return rc;
}

static int show_report(const ts_recheck_report *report, bool json)
{
    size_t bad = 0;
    for (size_t i = 0; i < report->count; i++)
        bad += !holds(&report->rows[i]);
    int failed = json ? ts_json_print(report_json(report)) : ts_report_failure(print_table(report, bad));
    return failed ? failed : bad > 0;
}

static int run(const ts_args *args)
{
    ts_recheck_report *report = NULL;
    uint64_t seconds;
    int rc = ts_parse_u64("seconds", ts_args_value(args, "seconds"), &seconds);
    if (rc)
        return ts_report_failure(rc);
    ts_progress progress;
    ts_progress_begin(&progress);
    ts_interrupt_watch();
    ts_tune_callbacks callbacks = {&progress, ts_progress_update, ts_interrupt_count};
    rc =
        ts_recheck(ts_args_value(args, "db"), ts_args_operand(args, 0), (double)seconds, &callbacks, &report);
    ts_progress_end(&progress);
    int status = rc == TS_EINTR ? ts_interrupt_status() : ts_report_failure(rc);
    if (rc == TS_OK)
        status = show_report(report, ts_args_json(args));
    ts_recheck_report_free(report);
    return status;
}

const ts_command ts_command_recheck = {
    .name = "recheck",
    .summary = "are the stored winners still right and fast here?",
    .operands = "[KERNEL]",
    .description = "Build each stored winner of this machine again, verify it, and time it for a moment. A "
                   "verdict is fresh (as fast as "
                   "stored), faster, slower, stale (kernel, compiler or machine changed since; it says "
                   "which), wrong, or foreign (another "
                   "machine's). Exit status 0: all hold; 1: some do not.",
    .options = options,
    .examples = examples,
    .max_operands = 1,
    .run = run,
};
