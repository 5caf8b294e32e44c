/* tilesmith simulate: searches on recorded spaces. */
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/score_report.h"
#include "tilesmith.h"
#include "tune/strategies.h"
#include "util/file.h"
#include "util/str.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const ts_option options[] = {
    {"strategy", "STRATEGY[,...]", "auto", "how to search; 'all' for every strategy", true},
    {"runs", "N", "30", "runs of each strategy on each space", false},
    {"seed", "N", "1", "seed of all runs: the same seed, the same trace", false},
    {"budget", "BUDGET", NULL,
     "of each run: evaluations (200) or recorded time (60s); default: to the end of the score's window, at "
     "least 200",
     false},
    {"stop", "RULE", NULL, "end each run by a rule, such as 'no-improvement 50' (see tune)", false},
    {"trace", "FILE", NULL, "write what was evaluated, in order, as CSV", false},
    {"overhead", NULL, NULL, "measure the strategies' own time, trace it and let it count", false},
    {"mode", "time|evals", "time", "cost of an evaluation: its recorded time, or 1", false},
    {"after", "LIST", "25,50,100,200,400", "evaluations of the best-so-far table", false},
    {"brief", NULL, NULL, "only the aggregate over the spaces", false},
    {"plot", "FILE", NULL, "draw the curves into this SVG file", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith simulate gemm_cache.json.xz",
     "30 runs of the default strategy on a recorded space, and its score."},
    {"tilesmith simulate spaces/ --strategy auto,random --runs 100 --seed 7 --trace t.csv",
     "Two strategies on all spaces of a folder, traced."},
    {"tilesmith simulate spaces/ --strategy all --plot curves.svg --brief",
     "Compare all strategies, and draw it."},
    {NULL, NULL},
};

/* The names of all --strategy options. `names` points into `text`. */
typedef struct strategy_list {
    char *text;
    const char **names; /* NULL-terminated */
} strategy_list;

static int all_strategies(strategy_list *out)
{
    size_t n = 0;
    while (ts_strategies[n])
        n++;
    out->names = calloc(n + 1, sizeof *out->names);
    for (size_t i = 0; out->names && i < n; i++)
        out->names[i] = ts_strategies[i]->name;
    return out->names ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while reading the command line");
}

static int read_strategies(const ts_args *args, strategy_list *out)
{
    const char *const *given = ts_args_values(args, "strategy");
    ts_str text = TS_STR_INIT;
    char *rest;
    size_t n = 0;
    for (size_t i = 0; given && given[i]; i++)
        ts_str_format(&text, "%s%s", i ? "," : "", given[i]);
    if (!given)
        ts_str_append(&text, ts_args_value(args, "strategy"));
    if (strcmp(ts_str_text(&text), "all") == 0) {
        ts_str_free(&text);
        return all_strategies(out);
    }
    out->names = calloc(text.length + 2, sizeof *out->names);
    out->text = ts_str_take(&text);
    if (!out->text || !out->names)
        return ts_fail(TS_ENOMEM, "out of memory while reading the command line");
    for (char *name = strtok_r(out->text, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        for (size_t i = 0; i < n; i++)
            if (strcmp(out->names[i], name) == 0)
                return ts_fail(TS_EINPUT, "--strategy has '%s' twice; name it once", name);
        out->names[n++] = name;
    }
    return n ? TS_OK : ts_fail(TS_EINPUT, "--strategy needs a name; 'tilesmith show strategies' lists them");
}

static int read_options(const ts_args *args, ts_simulate_options *o)
{
    uint64_t runs;
    *o = (ts_simulate_options){.stop = ts_args_value(args, "stop"),
                               .overhead = ts_args_switch(args, "overhead")};
    int rc = ts_parse_u64("runs", ts_args_value(args, "runs"), &runs);
    if (rc == TS_OK && (runs < 1 || runs > 1000000))
        rc = ts_fail(TS_EINPUT, "--runs needs a number from 1 to 1000000, not '%s'",
                     ts_args_value(args, "runs"));
    if (rc != TS_OK)
        return rc;
    o->runs = (size_t)runs;
    rc = ts_parse_u64("seed", ts_args_value(args, "seed"), &o->seed);
    if (rc == TS_OK && ts_args_value(args, "budget"))
        rc = ts_parse_budget(ts_args_value(args, "budget"), &o->budget_seconds, &o->budget_evaluations);
    return rc;
}

static void on_progress(void *context, const ts_simulate_progress *now)
{
    ts_str what = TS_STR_INIT;
    ts_str_format(&what, "%s on %s", now->strategy, now->space);
    ts_tune_progress line = {.phase = "simulate",
                             .problem = ts_str_text(&what),
                             .fraction = now->fraction,
                             .seconds_left = now->seconds_left,
                             .best_seconds = NAN,
                             .best_rate = NAN,
                             .bound_rate = NAN};
    ts_progress_update(context, &line);
    ts_str_free(&what);
}

static int write_trace(const ts_args *args, const ts_trace *trace)
{
    const char *path = ts_args_value(args, "trace");
    char *text = NULL;
    size_t length;
    if (!path)
        return TS_OK;
    int rc = ts_trace_text(trace, ts_args_switch(args, "overhead"), &text, &length);
    if (rc == TS_OK)
        rc = ts_file_write(path, text, length);
    free(text);
    return rc;
}

static int simulate(const ts_spaces *spaces, const ts_simulate_options *o, ts_trace **trace)
{
    ts_progress progress;
    ts_progress_begin(&progress);
    ts_interrupt_watch();
    ts_simulate_callbacks callbacks = {&progress, on_progress, ts_interrupt_count};
    int rc = ts_simulate(spaces, o, &callbacks, trace);
    ts_progress_end(&progress);
    return rc;
}

static const char *const *space_paths(const ts_args *args)
{
    size_t n = ts_args_operands(args);
    const char **paths = calloc(n + 1, sizeof *paths);
    for (size_t i = 0; paths && i < n; i++)
        paths[i] = ts_args_operand(args, i);
    return paths;
}

static int run(const ts_args *args)
{
    ts_simulate_options o;
    ts_score_request request;
    strategy_list strategies = {0};
    const char *const *paths = space_paths(args);
    ts_spaces *spaces = NULL;
    ts_trace *trace = NULL;
    int rc =
        paths ? read_options(args, &o) : ts_fail(TS_ENOMEM, "out of memory while reading the command line");
    if (rc == TS_OK)
        rc = ts_score_request_read(args, &request);
    if (rc == TS_OK)
        rc = read_strategies(args, &strategies);
    if (rc == TS_OK)
        rc = ts_spaces_load(paths, &spaces);
    if (rc == TS_OK) {
        o.strategies = strategies.names;
        o.cost_by_evaluations = request.options.by_evaluations;
        rc = simulate(spaces, &o, &trace);
    }
    if (rc == TS_OK)
        rc = write_trace(args, trace);
    int status = rc == TS_EINTR ? ts_interrupt_status() : ts_report_failure(rc);
    if (rc == TS_OK)
        status = ts_score_and_print(
            args, spaces, trace, &request,
            json_pack("{s:I, s:I}", "runs", (json_int_t)o.runs, "seed", (json_int_t)o.seed));
    ts_trace_free(trace);
    ts_spaces_free(spaces);
    free(strategies.names);
    free(strategies.text);
    free((void *)(uintptr_t)paths);
    return status;
}

const ts_command ts_command_simulate = {
    .name = "simulate",
    .summary = "try search strategies on recorded spaces",
    .operands = "SPACE...",
    .description = "Search recorded spaces with the loop that tunes kernels, but with what was measured once "
                   "for measurements, and score the "
                   "result. Seconds of tuning take microseconds, and the same seed gives the same trace.\n\n"
                   "SPACE is a Kernel Tuner cache file or T4 results (plain, .gz, .xz), or a folder of them. "
                   "Time in --budget and --stop is "
                   "the time that the evaluations took when they were recorded; the bound of a stop rule is "
                   "the space's optimum.",
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = 100000,
    .minor = true,
    .run = run,
};
