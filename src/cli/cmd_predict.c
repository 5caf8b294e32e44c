/* tilesmith predict: what the cost models say, without running anything. */
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/predict_rows.h"
#include "cli/problems.h"
#include "cli/targets.h"
#include "model/models.h"
#include "util/number.h"
#include "util/str.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const ts_option options[] = {
    {"target", "TARGET", NULL, "machine to predict, by name or file (default: this one)", true},
    {"shape", "SHAPE", NULL, "problem, such as m=512,n=512,k=512 (default: the kernel's typical ones)", true},
    {"type", "TYPE", NULL, "element type (default: the kernel's first)", false},
    {"config", "CONFIG", NULL, "predict one variant, such as mr=8,nv=2, on a processor", false},
    {"model", "MODEL", NULL, "cost model (default: the best for the kind of machine)", false},
    {"threads", "N", NULL, "cores of a processor to use (default: all)", false},
    {"sparsity", "SHARE", "0", "share of zeros in the constant operand, from 0 to 1", false},
    {"why", NULL, NULL, "print every fact and formula with its source", false},
    {"db", "FILE", NULL, "database that knows this machine", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith predict gemm --target nvidia-h100 --target epyc-9654", "A matrix product on two machines."},
    {"tilesmith predict bert-base --target tpu-v1", "A network: the total, and each of its parts."},
    {"tilesmith predict gemm --shape m=512,n=512,k=512 --target cortex-a72 --why",
     "The chain of facts and formulas behind the number."},
    {NULL, NULL},
};

static void list_models(ts_str *text)
{
    ts_str_append(text, "\n\nModels:");
    for (const ts_model *const *m = ts_models; *m; m++)
        ts_str_format(text, "\n  %s: %s (%s)", (*m)->name, (*m)->summary, (*m)->kind ? (*m)->kind : "any");
}

static int read_sparsity(const char *text, double *out)
{
    char *end;
    *out = ts_strtod(text, &end);
    if (end != text && *end == '\0' && *out >= 0 && *out <= 1)
        return TS_OK;
    return ts_fail(TS_EINPUT, "--sparsity needs a share from 0 to 1, such as 0.5, not '%s'", text);
}

static int read_threads(const char *text, int *out)
{
    uint64_t threads = 0;
    int rc = text ? ts_parse_u64("threads", text, &threads) : TS_OK;
    if (rc == TS_OK && text && (threads < 1 || threads > INT_MAX))
        rc = ts_fail(TS_EINPUT, "--threads needs a number from 1, not '%s'", text);
    *out = (int)threads;
    return rc;
}

/* What the name is: a kernel, a workload, or one sentence with the nearest of both. */
static int refuse_name(const char *name)
{
    char **kernels = NULL, **workloads = NULL;
    size_t kernel_count = 0, workload_count = 0;
    ts_suggestion near = {.word = name};
    int rc = ts_kernel_list(&kernels, &kernel_count);
    if (rc == TS_OK)
        rc = ts_workload_list(&workloads, &workload_count);
    for (size_t i = 0; rc == TS_OK && i < kernel_count; i++)
        ts_suggest(&near, kernels[i]);
    for (size_t i = 0; rc == TS_OK && i < workload_count; i++)
        ts_suggest(&near, workloads[i]);
    if (rc == TS_OK)
        rc = near.best
                 ? ts_fail(TS_ENOTFOUND, "there is no kernel or workload '%s'; did you mean '%s'?", name,
                           near.best)
                 : ts_fail(TS_ENOTFOUND,
                           "there is no kernel or workload '%s'; 'tilesmith show kernels' and 'tilesmith "
                           "show workloads' list them",
                           name);
    ts_name_list_free(kernels, kernel_count);
    ts_name_list_free(workloads, workload_count);
    return rc;
}

static int load(const char *name, ts_kernel **kernel, ts_workload **workload)
{
    int rc = ts_kernel_load(name, kernel);
    if (rc != TS_ENOTFOUND)
        return rc;
    rc = ts_workload_load(name, workload);
    return rc == TS_ENOTFOUND ? refuse_name(name) : rc;
}

static int check(const ts_args *args, const ts_predict_question *q)
{
    if (q->workload && (ts_args_values(args, "shape") || ts_args_value(args, "type") || q->config))
        return ts_fail(TS_EINPUT,
                       "%s is a workload, which has its own shapes and types; leave out --shape, "
                       "--type and --config",
                       q->workload->name);
    if (q->workload && q->sparsity > 0)
        return ts_fail(TS_EINPUT,
                       "%s is a workload, which states the zeros of its calls; leave out --sparsity",
                       q->workload->name);
    return TS_OK;
}

static int ask_target(const ts_args *args, const ts_predict_question *q, const ts_cli_problems *asked,
                      const char *name, ts_predict_rows *rows)
{
    ts_target *target = NULL;
    int rc = ts_cli_target(name, ts_args_value(args, "db"), &target);
    if (rc == TS_OK && q->workload)
        rc = ts_predict_ask(rows, q, NULL, target);
    for (size_t i = 0; rc == TS_OK && i < asked->count; i++)
        rc = ts_predict_ask(rows, q, &asked->items[i], target);
    ts_target_free(target);
    return rc;
}

static int ask_all(const ts_args *args, const ts_predict_question *q, ts_predict_rows *rows)
{
    const char *const *targets = ts_args_values(args, "target");
    ts_cli_problems asked = {0};
    int rc = q->kernel ? ts_cli_problems_of(q->kernel, ts_args_value(args, "type"),
                                            ts_args_values(args, "shape"), &asked)
                       : TS_OK;
    if (rc == TS_OK && !targets)
        rc = ask_target(args, q, &asked, NULL, rows);
    for (size_t i = 0; targets && targets[i] && rc == TS_OK; i++)
        rc = ask_target(args, q, &asked, targets[i], rows);
    ts_vec_free(&asked);
    return rc;
}

static bool any(const ts_predict_rows *rows)
{
    for (size_t i = 0; i < rows->rows.count; i++)
        if (!rows->rows.items[i].refusal)
            return true;
    return false;
}

static int run(const ts_args *args)
{
    ts_kernel *kernel = NULL;
    ts_workload *workload = NULL;
    ts_predict_rows rows = {0};
    ts_predict_question q = {.model = ts_args_value(args, "model"),
                             .config = ts_args_value(args, "config"),
                             .why = ts_args_switch(args, "why")};
    int status = 0, rc = read_sparsity(ts_args_value(args, "sparsity"), &q.sparsity);
    if (rc == TS_OK)
        rc = read_threads(ts_args_value(args, "threads"), &q.threads);
    if (rc == TS_OK)
        rc = load(ts_args_operand(args, 0), &kernel, &workload);
    q.kernel = kernel;
    q.workload = workload;
    if (rc == TS_OK)
        rc = check(args, &q);
    if (rc == TS_OK)
        rc = ask_all(args, &q, &rows);
    if (rc == TS_OK && ts_args_json(args))
        status = ts_json_print(ts_predict_json(&rows, &q));
    else if (rc == TS_OK)
        rc = ts_predict_print(&rows, &q);
    if (rc == TS_OK && status == 0)
        status = any(&rows) ? 0 : 1;
    ts_predict_rows_free(&rows);
    ts_workload_free(workload);
    ts_kernel_free(kernel);
    return rc < 0 ? ts_report_failure(rc) : status;
}

const ts_command ts_command_predict = {
    .name = "predict",
    .summary = "time, energy and bottleneck on any described machine",
    .operands = "KERNEL|WORKLOAD",
    .description =
        "Computes from a machine's description how long a kernel or a whole network takes there, at what "
        "energy, "
        "which resource binds, and what doubling that would gain. Nothing is compiled or run.\n\n"
        "The interval is that of the 10th to the 90th percentile over draws of the description's own lo and "
        "hi. "
        "A processor gets all its cores unless --threads says how many. What a machine can't do, or a "
        "description doesn't state, is a row without numbers and the reason below the table. A machine that "
        "lacks the type computes in another one, and the note says so.\n\n"
        "Exit status 1: nothing could be predicted.",
    .more = list_models,
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
