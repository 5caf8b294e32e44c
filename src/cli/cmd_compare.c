/* tilesmith compare: hardware targets on kernels and networks, measured where that is known, else predicted.
 */
#include "cli/cli.h"
#include "cli/compare_operands.h"
#include "cli/compare_report.h"
#include "cli/output.h"
#include "core/paths.h"
#include "util/file.h"
#include "util/number.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const ts_option options[] = {
    {"objective", "OBJECTIVE", "time", "time, energy, edp, perf/W or perf/$", false},
    {"shape", "SHAPE", NULL, "problem of a kernel, such as m=512,n=512,k=512 (default: its typical ones)",
     true},
    {"type", "TYPE", NULL, "element type of a kernel (default: its first)", false},
    {"threads", "N", NULL, "cores of processors to use (default: all)", false},
    {"vary", "QUANTITY", "batch", "what grows for the break-even points: batch, or a kernel's dimension",
     false},
    {"within", "PERCENT", "5", "what a configuration that serves several targets may lose", false},
    {"why", NULL, NULL, "print the chain of facts and formulas behind each number", false},
    {"output", "FILE.svg", NULL, "rooflines, and time against energy, as a picture", false},
    {"db", "FILE", NULL, "database of measurements", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith compare", "This machine and all described ones on all networks."},
    {"tilesmith compare epyc-9654 nvidia-a100 tpu-v4 bert-base --objective energy",
     "Three targets, one network."},
    {"tilesmith compare host cortex-a76 gemm --shape m=512,n=512,k=512 --threads 1 --why",
     "One core of each, with the reasons."},
    {"tilesmith compare all resnet-50 --output targets.svg", "A picture."},
    {NULL, NULL},
};

/* The question, what was found, and what both need; owned. */
typedef struct ts_asked {
    const ts_args *args;
    ts_compare_operands operands;
    ts_store *store;
    ts_compare_question question;
    ts_compare_findings findings;
    double slack;
} ts_asked;

static int out_of_memory(void)
{
    return ts_fail(TS_ENOMEM, "out of memory while comparing targets");
}

static int read_options(ts_asked *a)
{
    uint64_t threads = 0;
    char *end;
    const char *within = ts_args_value(a->args, "within"), *given = ts_args_value(a->args, "threads");
    int rc = ts_objective_parse(ts_args_value(a->args, "objective"), &a->question.objective);
    if (rc == TS_OK && given)
        rc = ts_parse_u64("threads", given, &threads);
    if (rc == TS_OK && (threads > INT_MAX || (given && threads == 0)))
        rc = ts_fail(TS_EINPUT, "--threads needs a number from 1, not '%s'", given);
    a->question.threads = a->findings.threads = (int)threads;
    a->slack = ts_strtod(within, &end) / 100;
    if (rc == TS_OK && (end == within || *end || !(a->slack >= 0 && a->slack <= 10)))
        rc = ts_fail(TS_EINPUT, "--within needs per cents, such as 5, not '%s'", within);
    a->findings.why = ts_args_switch(a->args, "why");
    return rc;
}

static int open_store(ts_asked *a)
{
    const char *given = ts_args_value(a->args, "db"), *path = given ? given : ts_path_database();
    return given || ts_file_exists(path) ? ts_store_open(path, TS_STORE_READ, &a->store) : TS_OK;
}

/* The two best of each workload. A quantity that a workload doesn't have is an answer, unless no workload has
 * it. */
static int find_breakevens(ts_asked *a)
{
    const ts_comparison *c = a->findings.comparison;
    const char *quantity = ts_args_value(a->args, "vary");
    size_t refused = 0;
    a->findings.no_breakevens = calloc(c->row_count + 1, sizeof *a->findings.no_breakevens);
    if (!a->findings.no_breakevens)
        return out_of_memory();
    for (size_t r = 0; r < c->row_count; r++) {
        ts_breakeven b = {0};
        const ts_compare_row *row = &c->rows[r];
        int rc = row->ranked < 2 ? ts_fail(TS_EINPUT, "fewer than two targets have a value")
                                 : ts_compare_breakeven(&a->question, row->workload, row->order[0],
                                                        row->order[1], quantity, &b);
        bool none = rc == TS_EINPUT || rc == TS_ENOTFOUND;
        if (rc != TS_OK && !none)
            return rc;
        a->findings.no_breakevens[r] = none ? strdup(ts_error()) : NULL;
        refused += none;
        if (!ts_vec_push(&a->findings.breakevens, b))
            return out_of_memory();
    }
    bool default_quantity = strcmp(quantity, "batch") == 0;
    return !default_quantity && refused == c->row_count
               ? ts_fail(TS_EINPUT, "%s", a->findings.no_breakevens[0])
               : TS_OK;
}

static int find_portabilities(ts_asked *a)
{
    int rc = TS_OK;
    for (size_t i = 0; a->store && i < a->operands.kernels.count && rc == TS_OK; i++) {
        ts_portability *p = NULL;
        rc = ts_portability_read(a->store, a->operands.kernels.items[i], a->slack, &p);
        if (p && !ts_vec_push(&a->findings.portabilities, p)) {
            ts_portability_free(p);
            rc = out_of_memory();
        }
    }
    return rc;
}

static int compare(ts_asked *a)
{
    a->question.targets = (const ts_target *const *)a->operands.targets.items;
    a->question.target_count = a->operands.targets.count;
    a->question.workloads = a->operands.workloads.items;
    a->question.workload_count = a->operands.workloads.count;
    a->question.store = a->store;
    int rc = ts_compare(&a->question, &a->findings.comparison);
    if (rc == TS_OK)
        rc = find_breakevens(a);
    return rc == TS_OK ? find_portabilities(a) : rc;
}

static int draw(const ts_asked *a)
{
    const char *path = ts_args_value(a->args, "output");
    char *svg = NULL;
    int rc = path ? ts_compare_picture(a->findings.comparison, &svg) : TS_OK;
    if (rc == TS_OK && path)
        rc = ts_file_write(path, svg, strlen(svg));
    free(svg);
    return rc;
}

static void release(ts_asked *a)
{
    for (size_t i = 0; a->findings.no_breakevens && i < a->operands.workloads.count; i++)
        free(a->findings.no_breakevens[i]);
    free(a->findings.no_breakevens);
    ts_vec_free(&a->findings.breakevens);
    for (size_t i = 0; i < a->findings.portabilities.count; i++)
        ts_portability_free(a->findings.portabilities.items[i]);
    ts_vec_free(&a->findings.portabilities);
    ts_comparison_free(a->findings.comparison);
    ts_compare_operands_free(&a->operands);
    ts_store_close(a->store);
}

static int run(const ts_args *args)
{
    ts_asked a = {.args = args, .operands.args = args};
    int status = 0, rc = read_options(&a);
    if (rc == TS_OK)
        rc = ts_compare_operands_load(&a.operands);
    if (rc == TS_OK)
        rc = open_store(&a);
    if (rc == TS_OK)
        rc = compare(&a);
    if (rc == TS_OK)
        rc = draw(&a);
    if (rc == TS_OK && ts_args_json(args))
        status = ts_json_print(ts_compare_json(&a.findings));
    else if (rc == TS_OK)
        rc = ts_compare_print(&a.findings);
    release(&a);
    return rc ? ts_report_failure(rc) : status;
}

const ts_command ts_command_compare = {
    .name = "compare",
    .summary = "hardware targets on kernels and networks, ranked",
    .operands = "[TARGET|KERNEL|WORKLOAD]...",
    .description =
        "Compare targets on kernels and workloads. Operands name targets ('host': this machine; 'all': every "
        "described one), kernels, or workloads, in any order, or files. Without targets: this machine and "
        "all "
        "described ones; without kernels and workloads: all workloads.\n\n"
        "What the database has measured on a target, on as many threads as are compared, counts as measured; "
        "the "
        "rest is predicted from the target's description, and marked so. Intervals and the probability that "
        "each "
        "target is better than the next come from the spread of the described values. A target that can't do "
        "a "
        "workload, or lacks a value that a formula needs, is named with the reason.\n\n"
        "Break-even points say from which batch on (or which value of a kernel's dimension, with --vary) the "
        "second best becomes the best. For kernels that were tuned on several machines or shapes: what the "
        "best "
        "configuration of one costs on the other, and the fewest configurations that serve all.",
    .options = options,
    .examples = examples,
    .max_operands = 64,
    .run = run,
};
