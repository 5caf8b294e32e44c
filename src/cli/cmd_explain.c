/* tilesmith explain: why did the winner win? */
#include "cli/cli.h"
#include "cli/explain_report.h"
#include "cli/output.h"
#include "core/paths.h"
#include "util/str.h"
#include <stdlib.h>
#include <string.h>

static const ts_option options[] = {
    {"shape", "SHAPE", NULL, "problem, such as m=512,n=512,k=512 (default: all that were tuned)", true},
    {"type", "TYPE", NULL, "element type (default: all)", false},
    {"target", "TARGET", NULL, "the machine: its name or fingerprint (default: all)", false},
    {"db", "FILE", NULL, "database of results", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith explain gemm", "The winners of gemm: against what they won, and which parameters mattered."},
    {"tilesmith explain gemm --shape m=512,n=512,k=512 --json", "One of them, for a script."},
    {NULL, NULL},
};

/* A shape as the store has it: with every dimension. NULL: none was asked for, or it is none. */
static int full_shape(const char *kernel, const char *type, const char *shape, ts_str *out)
{
    ts_kernel *k = NULL;
    ts_problem problem;
    int rc = ts_kernel_load(kernel, &k);
    if (rc == TS_OK)
        rc = ts_problem_parse(k, type, shape, &problem);
    if (rc == TS_OK)
        ts_problem_text(&problem, out);
    ts_kernel_free(k);
    return rc;
}

static int is_wanted(const ts_args *args, const ts_winner *w, bool *wanted)
{
    const char *type = ts_args_value(args, "type");
    const char *const *shapes = ts_args_values(args, "shape");
    int rc = TS_OK;
    *wanted = !type || strcmp(type, w->type) == 0;
    bool among = !shapes;
    for (size_t i = 0; shapes && shapes[i] && rc == TS_OK; i++) {
        ts_str full = TS_STR_INIT;
        rc = full_shape(w->kernel, w->type, shapes[i], &full);
        among = among || strcmp(ts_str_text(&full), w->problem) == 0;
        ts_str_free(&full);
    }
    *wanted = *wanted && among;
    return rc;
}

static int explain_one(ts_store *store, const ts_winner *w, json_t *all, bool first)
{
    ts_target *target = NULL;
    ts_explanation *explanation = NULL;
    int rc = w->fingerprint ? ts_store_target_load(store, w->fingerprint, &target)
                            : ts_target_load(w->target_name, &target);
    if (rc == TS_OK)
        rc = ts_explain(store, w, target, &explanation);
    if (rc == TS_OK && all)
        json_array_append_new(all, ts_explain_json(explanation));
    else if (rc == TS_OK) {
        printf(first ? "" : "\n");
        rc = ts_explain_print(explanation);
    }
    ts_explanation_free(explanation);
    ts_target_free(target);
    return rc;
}

static int nothing(const ts_args *args, const char *path)
{
    return ts_fail(TS_ENOTFOUND,
                   "%s: has no such winner of %s to explain; 'tilesmith tune %s' makes some, 'tilesmith show "
                   "results' lists what there is",
                   path, ts_args_operand(args, 0), ts_args_operand(args, 0));
}

static int explain_all(const ts_args *args, ts_store *store, json_t *all)
{
    ts_winner *rows = NULL;
    size_t count = 0, told = 0;
    int rc = ts_store_winners(store, ts_args_operand(args, 0), ts_args_value(args, "target"), &rows, &count);
    for (size_t i = 0; i < count && rc == TS_OK; i++) {
        bool wanted;
        rc = is_wanted(args, &rows[i], &wanted);
        if (rc == TS_OK && wanted)
            rc = explain_one(store, &rows[i], all, told++ == 0);
    }
    if (rc == TS_OK && told == 0)
        rc = nothing(args, ts_store_path(store));
    for (size_t i = 0; i < count; i++)
        ts_winner_clear(&rows[i]);
    free(rows);
    return rc;
}

static int run(const ts_args *args)
{
    const char *path = ts_args_value(args, "db") ? ts_args_value(args, "db") : ts_path_database();
    ts_store *store = NULL;
    json_t *all = ts_args_json(args) ? json_array() : NULL;
    int status = 0, rc = ts_store_open(path, TS_STORE_READ, &store);
    if (rc == TS_OK)
        rc = explain_all(args, store, all);
    ts_store_close(store);
    if (rc == TS_OK && all)
        status = ts_json_print(all);
    else
        json_decref(all);
    return rc ? ts_report_failure(rc) : status;
}

const ts_command ts_command_explain = {
    .name = "explain",
    .summary = "why did the stored winner win? What mattered",
    .operands = "KERNEL",
    .description = "For each stored winner: its time against what the machine allows, the kernel's default "
                   "and the best other "
                   "configuration; what a change of one parameter costs, where the search measured it; which "
                   "parameters mattered, "
                   "as shares of the variance of log time (functional ANOVA over a forest of regression "
                   "trees); what the model "
                   "of variants says of traffic and core; and what the counters counted.",
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
