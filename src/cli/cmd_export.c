/* tilesmith export: winners, to where they are used. */
#include "cli/cli.h"
#include "cli/output.h"
#include "export/exporters.h"
#include "tilesmith.h"
#include "util/str.h"
#include <stdlib.h>

static const ts_option options[] = {
    {"format", "FORMAT", "json", "what to write", false},
    {"target", "TARGET", NULL, "only results of this target: its name or fingerprint", false},
    {"kernel", "KERNEL", NULL, "only results of this kernel", false},
    {"output", "FILE", NULL, "write FILE, whole or not at all (default: standard output)", false},
    {"db", "FILE", NULL, "database of results", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith export --format header --output tuned.h", "A C header with the winning variants."},
    {"tilesmith export --kernel gemm", "The winners of gemm as JSON."},
    {"tilesmith export --format t4 --output results.t4.json",
     "Every evaluation in the autotuning community's format."},
    {NULL, NULL},
};

static void list_formats(ts_str *text)
{
    ts_str_append(text, "\n\nFormats:");
    for (size_t i = 0; ts_exporters[i]; i++)
        ts_str_format(text, "\n  %s: %s", ts_exporters[i]->name, ts_exporters[i]->summary);
}

static int unknown_format(const char *format)
{
    ts_str known = TS_STR_INIT;
    for (size_t i = 0; ts_exporters[i]; i++)
        ts_str_format(&known, "%s%s", i ? ", " : "", ts_exporters[i]->name);
    int code = ts_fail(TS_ENOTFOUND, "no export format '%s'; there are: %s", format, ts_str_text(&known));
    ts_str_free(&known);
    return code;
}

static int report_file(const char *output, size_t length, bool json)
{
    char size[TS_HUMAN];
    if (json)
        return ts_json_print(json_pack("{s:s, s:I}", "output", output, "bytes", (json_int_t)length));
    printf("Wrote %s (%s).\n", output, ts_human_bytes((double)length, size));
    return 0;
}

static int run(const ts_args *args)
{
    const char *format = ts_args_value(args, "format"), *output = ts_args_value(args, "output");
    if (!ts_exporter_find(format))
        return ts_report_failure(unknown_format(format));
    ts_export_request request = {.target = ts_args_value(args, "target"),
                                 .kernel = ts_args_value(args, "kernel")};
    char *text = NULL;
    size_t length = 0;
    int rc = ts_export(ts_args_value(args, "db"), format, &request, output, output ? NULL : &text, &length);
    if (rc)
        return ts_report_failure(rc);
    int status = 0;
    if (output)
        status = report_file(output, length, ts_args_json(args));
    else
        fwrite(text, 1, length, stdout);
    free(text);
    return status;
}

const ts_command ts_command_export = {
    .name = "export",
    .summary = "write tuned configurations for use elsewhere",
    .operands = "",
    .description = "Write the winners that the database holds in one of several formats. It never measures: "
                   "what is not in the "
                   "database is not written.",
    .more = list_formats,
    .options = options,
    .examples = examples,
    .run = run,
};
