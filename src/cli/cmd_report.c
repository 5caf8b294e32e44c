/* tilesmith report: one HTML page with everything known of a machine. */
#include "cli/cli.h"
#include "cli/output.h"
#include "tilesmith.h"
#include "util/file.h"
#include "util/str.h"
#include <stdlib.h>
#include <sys/stat.h>

#define DEFAULT_NAME "tilesmith-report.html"

static const ts_option options[] = {
    {"output", "FILE", DEFAULT_NAME, "the page, or a folder to put it in; '-' is standard output", false},
    {"target", "TARGET", NULL, "the machine: its name or fingerprint (default: the one tuned last)", false},
    {"kernel", "KERNEL", NULL, "only this kernel", false},
    {"db", "FILE", NULL, "database of results", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith report", "Everything about the machine tuned last, in " DEFAULT_NAME "."},
    {"tilesmith report --kernel gemm --output gemm.html", "The searches for one kernel."},
    {NULL, NULL},
};

/* In a folder the page has its usual name. malloc'ed; NULL when out of memory. */
static char *place(const char *output)
{
    struct stat about;
    bool folder = stat(output, &about) == 0 && S_ISDIR(about.st_mode);
    return folder ? ts_asprintf("%s/" DEFAULT_NAME, output) : ts_asprintf("%s", output);
}

static int write_page(const char *output, const char *html, size_t length, bool json)
{
    char size[TS_HUMAN], *path = place(output);
    int rc = path ? ts_file_write(path, html, length) : ts_fail(TS_ENOMEM, "out of memory while reporting");
    int status = rc ? ts_report_failure(rc) : 0;
    if (rc == TS_OK && json)
        status = ts_json_print(json_pack("{s:s, s:I}", "output", path, "bytes", (json_int_t)length));
    else if (rc == TS_OK)
        printf("Wrote %s (%s); open it in a browser.\n", path, ts_human_bytes((double)length, size));
    free(path);
    return status;
}

static int run(const ts_args *args)
{
    ts_report_options o = {.database = ts_args_value(args, "db"),
                           .target = ts_args_value(args, "target"),
                           .kernel = ts_args_value(args, "kernel")};
    const char *output = ts_args_value(args, "output");
    char *html = NULL;
    size_t length = 0;
    int rc = ts_report(&o, &html, &length), status = 0;
    if (rc)
        return ts_report_failure(rc);
    if (output[0] == '-' && !output[1])
        fwrite(html, 1, length, stdout);
    else
        status = write_page(output, html, length, ts_args_json(args));
    free(html);
    return status;
}

const ts_command ts_command_report = {
    .name = "report",
    .summary = "one HTML page with everything known of a machine",
    .operands = "",
    .description =
        "Write what the database holds of a machine as one page that needs no network and no script: "
        "winners with intervals and ties, comparison with other libraries, roofline, convergence of "
        "each search, which parameters mattered, failures, where the time went, other targets, the "
        "machine's facts and how busy it was, provenance.\n\n"
        "It never measures, and the same database gives the same page.",
    .options = options,
    .examples = examples,
    .run = run,
};
