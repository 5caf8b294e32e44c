/* tilesmith import: results that others measured. */
#include "cli/cli.h"
#include "cli/output.h"
#include "tilesmith.h"

static const ts_option options[] = {
    {"db", "FILE", NULL, "database of results", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith import results.t4.json", "Add results in T4 form."},
    {"tilesmith import gemm_cache.json.gz", "Add a Kernel Tuner cache file."},
    {NULL, NULL},
};

static int run(const ts_args *args)
{
    size_t rows;
    const char *path = ts_args_operand(args, 0);
    int rc = ts_import(ts_args_value(args, "db"), path, &rows);
    if (rc)
        return ts_report_failure(rc);
    if (ts_args_json(args))
        return ts_json_print(json_pack("{s:s, s:I}", "file", path, "results", (json_int_t)rows));
    printf("Imported %zu results from %s.\n", rows, path);
    return 0;
}

const ts_command ts_command_import = {
    .name = "import",
    .summary = "add results measured elsewhere (T4, Kernel Tuner)",
    .operands = "FILE",
    .description = "Read a T4 results file or a Kernel Tuner cache file, plain or compressed (.gz, .xz), and "
                   "add all of it to the "
                   "database, or nothing if any of it is wrong. Imported results are marked as foreign: they "
                   "are never mistaken "
                   "for measurements of this machine.",
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = 1,
    .minor = true,
    .run = run,
};
