/* tilesmith explore: which hardware would suit a workload, by the models. */
#include "cli/cli.h"
#include "cli/explore_report.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/targets.h"
#include "util/file.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const ts_option options[] = {
    {"base", "TARGET", NULL, "machine to begin with (default: this one)", false},
    {"vary", "RANGE", NULL,
     "attribute and values: l2.size=256K:4M doubles, clock.core=1e9:2e9:+2.5e8 adds, array.rows=32,64,96 "
     "lists",
     true},
    {"objective", "OBJECTIVE", "edp", "time, energy or edp (energy times time)", false},
    {"area", NULL, NULL, "area is a third objective", false},
    {"shape", "SHAPE", NULL, "problem of a kernel, such as m=512,n=512,k=512", false},
    {"type", "TYPE", NULL, "element type of a kernel", false},
    {"budget", "N", "2000", "designs judged at most", false},
    {"strategy", "STRATEGY", "auto", "search strategy where there are more designs", false},
    {"seed", "N", "1", "of the search", false},
    {"output", "FILE.svg", NULL, "all designs as a picture", false},
    {"db", "FILE", NULL, "database that knows this machine", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith explore resnet-50 --base tpu-v1 --vary array.rows=64:512",
     "Taller and shorter arrays, each with the mapping that it wants."},
    {"tilesmith explore bert-base --base epyc-9654 --vary vector.bits=256:1024",
     "Wider vectors: what would they gain?"},
    {NULL, NULL},
};

static int show_progress(void *context, double fraction, size_t judged)
{
    (void)judged;
    ts_progress *p = context;
    if (p)
        ts_progress_step(p, "designs", fraction);
    return ts_interrupt_count(NULL);
}

static int read_objective(const char *text, ts_explore_objective *out)
{
    static const char *const names[] = {"time", "energy", "edp"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], text) == 0) {
            *out = (ts_explore_objective)i;
            return TS_OK;
        }
    return ts_fail(TS_EINPUT, "there is no objective '%s' to explore by; there are time, energy and edp",
                   text);
}

static int load_workload(const ts_args *args, ts_workload **out)
{
    const char *name = ts_args_operand(args, 0), *shape = ts_args_value(args, "shape");
    int rc = shape ? TS_ENOTFOUND : ts_workload_load(name, out);
    if (rc != TS_ENOTFOUND)
        return rc;
    if (shape)
        return ts_workload_of(name, ts_args_value(args, "type"), shape, out);
    return ts_fail(
        TS_ENOTFOUND,
        "there is no workload '%s'; 'tilesmith show workloads' lists them, and a kernel needs a --shape",
        name);
}

static int write_picture(const ts_args *args, const ts_explore_question *q, const ts_explore_report *r)
{
    const char *path = ts_args_value(args, "output");
    char *svg = NULL;
    int rc = path ? ts_explore_picture(q, r, &svg) : TS_OK;
    if (rc == TS_OK && path)
        rc = ts_file_write(path, svg, strlen(svg));
    free(svg);
    return rc;
}

static int explore(const ts_args *args, ts_explore_question *q, ts_explore_report **report)
{
    ts_progress progress;
    uint64_t budget = 0;
    int rc = read_objective(ts_args_value(args, "objective"), &q->objective);
    if (rc == TS_OK)
        rc = ts_parse_u64("budget", ts_args_value(args, "budget"), &budget);
    if (rc == TS_OK)
        rc = ts_parse_u64("seed", ts_args_value(args, "seed"), &q->seed);
    if (rc != TS_OK)
        return rc;
    q->vary = ts_args_values(args, "vary");
    q->area = ts_args_switch(args, "area");
    q->strategy = ts_args_value(args, "strategy");
    q->budget = (size_t)budget;
    q->progress = show_progress;
    q->context = isatty(STDERR_FILENO) ? &progress : NULL;
    ts_progress_begin(&progress);
    ts_interrupt_watch();
    rc = ts_explore(q, report);
    ts_progress_end(&progress);
    return rc;
}

static int run(const ts_args *args)
{
    ts_target *base = NULL;
    ts_workload *workload = NULL;
    ts_explore_report *report = NULL;
    ts_explore_question q = {0};
    int status = 0, rc = load_workload(args, &workload);
    if (rc == TS_OK)
        rc = ts_cli_target(ts_args_value(args, "base"), ts_args_value(args, "db"), &base);
    q.base = base;
    q.workload = workload;
    if (rc == TS_OK)
        rc = explore(args, &q, &report);
    if (rc == TS_OK)
        rc = write_picture(args, &q, report);
    if (rc == TS_OK && ts_args_json(args))
        status = ts_json_print(ts_explore_json(&q, report));
    else if (rc == TS_OK)
        rc = ts_explore_print(&q, report);
    ts_explore_report_free(report);
    ts_workload_free(workload);
    ts_target_free(base);
    return rc ? ts_report_failure(rc) : status;
}

const ts_command ts_command_explore = {
    .name = "explore",
    .summary = "which hardware would suit a workload? Designs, by the models",
    .operands = "WORKLOAD|KERNEL",
    .description = "Vary attributes of a target and judge each design on a workload by the cost models; on "
                   "systolic arrays the "
                   "dataflow is searched with it. All designs are judged if the budget allows, else a search "
                   "strategy chooses.\n\n"
                   "The table has the target as it is, the best design by the objective, and the Pareto "
                   "front of time and energy "
                   "(and area): of designs on it none is better in everything. The gain is over the target "
                   "as it is. Below stands "
                   "what each attribute pays: a flat row says that it doesn't.\n\n"
                   "Stated peaks, and the power above idle, follow in proportion what the machine computes "
                   "with (vector width, "
                   "clock, array, multiprocessors). Everything else stays as the target states it: a larger "
                   "cache is not "
                   "slower here, as it would be built.",
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
