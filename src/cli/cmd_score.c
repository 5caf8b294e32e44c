/* tilesmith score: how good searches were, from their traces. */
#include "cli/cli.h"
#include "cli/score_report.h"
#include "tilesmith.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const ts_option options[] = {
    {"spaces", "PATH", NULL, "recorded space, or folder of them", true},
    {"mode", "time|evals", "time", "cost of an evaluation: its recorded time, or 1", false},
    {"after", "LIST", "25,50,100,200,400", "evaluations of the best-so-far table", false},
    {"brief", NULL, NULL, "only the aggregate over the spaces", false},
    {"plot", "FILE", NULL, "draw the curves into this SVG file", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith score trace.csv --spaces spaces/", "Score traces against the recorded spaces of a folder."},
    {"tilesmith score a.csv b.csv --spaces gemm.json.xz --plot curves.svg",
     "Compare two on one space, and draw it."},
    {NULL, NULL},
};

/* Operands and values of --spaces, told apart: what a shell makes of --spaces folder/\*.json begins with the
 * option's value. */
typedef struct paths {
    const char **traces, **spaces; /* NULL-terminated */
    size_t trace_count, space_count;
} paths;

static bool is_space(const char *path)
{
    struct stat info;
    const char *slash = strrchr(path, '/');
    return strstr(slash ? slash : path, ".json") || (stat(path, &info) == 0 && S_ISDIR(info.st_mode));
}

static int sort_paths(const ts_args *args, paths *out)
{
    const char *const *given = ts_args_values(args, "spaces");
    size_t n = ts_args_operands(args), more = 0;
    while (given && given[more])
        more++;
    *out = (paths){calloc(n + 1, sizeof *out->traces), calloc(n + more + 1, sizeof *out->spaces), 0, 0};
    if (!out->traces || !out->spaces)
        return ts_fail(TS_ENOMEM, "out of memory while reading the command line");
    for (size_t i = 0; i < more; i++)
        out->spaces[out->space_count++] = given[i];
    for (size_t i = 0; i < n; i++) {
        const char *path = ts_args_operand(args, i);
        if (is_space(path))
            out->spaces[out->space_count++] = path;
        else
            out->traces[out->trace_count++] = path;
    }
    if (out->space_count == 0)
        return ts_fail(TS_EINPUT, "score needs the recorded spaces: --spaces PATH");
    if (out->trace_count == 0)
        return ts_fail(TS_EINPUT, "score needs a trace, for example: %s", examples[0].command);
    return TS_OK;
}

static int run(const ts_args *args)
{
    paths given = {0};
    ts_score_request request;
    ts_spaces *spaces = NULL;
    ts_trace *trace = NULL;
    int rc = ts_score_request_read(args, &request);
    if (rc == TS_OK)
        rc = sort_paths(args, &given);
    if (rc == TS_OK)
        rc = ts_trace_read(given.traces, &trace);
    if (rc == TS_OK)
        rc = ts_spaces_load(given.spaces, &spaces);
    int status =
        rc == TS_OK ? ts_score_and_print(args, spaces, trace, &request, NULL) : ts_report_failure(rc);
    ts_spaces_free(spaces);
    ts_trace_free(trace);
    free(given.traces);
    free(given.spaces);
    return status;
}

const ts_command ts_command_score = {
    .name = "score",
    .summary = "judge searches on recorded spaces by their traces",
    .operands = "TRACE...",
    .description = "The performance score of the autotuning field, and how near the optimum searches are "
                   "after so many evaluations. "
                   "Spaces must be complete: every configuration measured.\n\n"
                   "A trace is a CSV file (plain, .gz, .xz) with the header "
                   "space,run,eval,config[,overhead_ms][,algo]: the space is called "
                   "like its file, config is the 0-based index in the order of that file, or the parameter "
                   "values joined by '|'; "
                   "overhead_ms is the time the search itself had taken so far, and counts. Operands that "
                   "are folders or recorded spaces "
                   "(*.json, *.json.gz, *.json.xz) belong to --spaces.",
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = 100000,
    .minor = true,
    .run = run,
};
