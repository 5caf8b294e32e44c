/* tilesmith show: what there is. */
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/show.h"
#include "tune/strategies.h"
#include <string.h>

static const ts_option options[] = {
    {"db", "FILE", NULL, "database of results", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith show", "The winners in the database."},
    {"tilesmith show kernels", "The kernels that can be tuned."},
    {"tilesmith show kernels gemm", "Its dimensions, parameters, constraints and shapes."},
    {"tilesmith show config --json", "Paths, versions, compilers, counters: for a bug report."},
    {NULL, NULL},
};

int ts_show_listing(int rc, bool json, ts_table *table, json_t *array)
{
    if (rc == TS_OK && !json) {
        json_decref(array);
        return ts_report_failure(ts_table_print(table, stdout));
    }
    ts_table_free(table);
    if (rc == TS_OK)
        return ts_json_print(array);
    json_decref(array);
    return ts_report_failure(rc);
}

static int show_strategies(const ts_args *args)
{
    json_t *array = json_array();
    ts_table *table = ts_table_new("strategy|what it does|after");
    for (size_t i = 0; ts_strategies[i]; i++) {
        const ts_strategy *s = ts_strategies[i];
        ts_table_cell(table, "%s", s->name);
        ts_table_cell(table, "%s", s->summary);
        ts_table_cell(table, "%s", s->reference ? s->reference : "-");
        json_array_append_new(array, json_pack("{s:s, s:s, s:o}", "name", s->name, "summary", s->summary,
                                               "reference", ts_json_text(s->reference)));
    }
    return ts_show_listing(TS_OK, ts_args_json(args), table, array);
}

static const struct {
    const char *name;
    int (*show)(const ts_args *args);
} sections[] = {
    {"kernels", ts_show_kernels},     {"targets", ts_show_targets}, {"strategies", show_strategies},
    {"workloads", ts_show_workloads}, {"results", ts_show_results}, {"config", ts_show_config},
};

static int run(const ts_args *args)
{
    const char *name = ts_args_operands(args) ? ts_args_operand(args, 0) : "results";
    ts_suggestion near = {.word = name};
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        if (strcmp(sections[i].name, name) == 0)
            return sections[i].show(args);
        ts_suggest(&near, sections[i].name);
    }
    return ts_report_failure(near.best
                                 ? ts_fail(TS_EINPUT, "show has no '%s'; did you mean '%s'?", name, near.best)
                                 : ts_fail(TS_EINPUT,
                                           "show has no '%s'; it has kernels, targets, strategies, "
                                           "workloads, results and config",
                                           name));
}

const ts_command ts_command_show = {
    .name = "show",
    .summary = "list kernels, targets, strategies, results or the set-up",
    .operands = "[kernels|targets|strategies|workloads|results|config] [NAME]",
    .description = "Without operands: the results. With NAME, a kernel, a target or a workload is shown "
                   "in full.",
    .options = options,
    .examples = examples,
    .max_operands = 2,
    .run = run,
};
