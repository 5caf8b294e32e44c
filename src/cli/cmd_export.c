/* tilesmith export: winners, to where they are used. */
#include "cli/cli.h"
#include "cli/output.h"
#include "export/exporters.h"
#include "export/library.h"
#include "tilesmith.h"
#include "util/str.h"
#include <stdlib.h>
#include <string.h>

static const ts_option options[] = {
    {"format", "FORMAT", "json", "what to write", false},
    {"target", "TARGET", NULL, "only results of this target: its name or fingerprint", false},
    {"kernel", "KERNEL", NULL, "only results of this kernel", false},
    {"output", "FILE", NULL,
     "write FILE (of the library: a folder), whole or not at all (default: standard output)", false},
    {"cblas", NULL, NULL, "give the library the standard C and Fortran names of gemm and gemv too", false},
    {"db", "FILE", NULL, "database of results", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith export --format header --output tuned.h", "A C header with the winning variants."},
    {"tilesmith export --kernel gemm", "The winners of gemm as JSON."},
    {"tilesmith export --format t4 --output results.t4.json",
     "Every evaluation in the autotuning community's format."},
    {"tilesmith export --format library --cblas --output tuned-blas",
     "Sources of a C library that speeds up BLAS programs by LD_PRELOAD."},
    {NULL, NULL},
};

static const char library_format[] = "library";

static void list_formats(ts_str *text)
{
    ts_str_append(text, "\n\nFormats:");
    for (size_t i = 0; ts_exporters[i]; i++)
        ts_str_format(text, "\n  %s: %s", ts_exporters[i]->name, ts_exporters[i]->summary);
    ts_str_format(
        text,
        "\n  %s: sources of a C library with the winners of gemm and gemv, chosen by processor at run time",
        library_format);
}

static int unknown_format(const char *format)
{
    ts_str known = TS_STR_INIT;
    for (size_t i = 0; ts_exporters[i]; i++)
        ts_str_format(&known, "%s, ", ts_exporters[i]->name);
    ts_str_append(&known, library_format);
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

static int run_library(const ts_args *args, const ts_export_request *what, const char *output)
{
    ts_library_request request = {.what = *what, .cblas = ts_args_switch(args, "cblas")};
    ts_library_summary s;
    if (!output)
        return ts_report_failure(
            ts_fail(TS_EINPUT, "the library is a folder of files; say where with --output FOLDER"));
    int rc = ts_export_library(ts_args_value(args, "db"), &request, output, &s);
    if (rc)
        return ts_report_failure(rc);
    if (ts_args_json(args))
        return ts_json_print(json_pack("{s:s, s:I, s:I, s:I}", "output", output, "targets",
                                       (json_int_t)s.targets, "winners", (json_int_t)s.winners, "variants",
                                       (json_int_t)s.variants));
    printf("Wrote %s: %zu winner%s of %zu target%s in %zu variant%s. Build it: make -C %s\n", output,
           s.winners, s.winners == 1 ? "" : "s", s.targets, s.targets == 1 ? "" : "s", s.variants,
           s.variants == 1 ? "" : "s", output);
    return 0;
}

static int run(const ts_args *args)
{
    const char *format = ts_args_value(args, "format"), *output = ts_args_value(args, "output");
    ts_export_request wanted = {.target = ts_args_value(args, "target"),
                                .kernel = ts_args_value(args, "kernel")};
    if (strcmp(format, library_format) == 0)
        return run_library(args, &wanted, output);
    if (ts_args_switch(args, "cblas"))
        return ts_report_failure(ts_fail(TS_EINPUT, "--cblas belongs to --format library"));
    if (!ts_exporter_find(format))
        return ts_report_failure(unknown_format(format));
    char *text = NULL;
    size_t length = 0;
    int rc = ts_export(ts_args_value(args, "db"), format, &wanted, output, output ? NULL : &text, &length);
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
