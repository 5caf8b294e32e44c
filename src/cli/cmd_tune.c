/* tilesmith tune: the main job. */
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/tune_report.h"
#include "cli/warnings.h"
#include "core/paths.h"
#include "nest/nest.h"
#include "tilesmith.h"
#include "tune/capture.h"
#include "tune/strategies.h"
#include "util/str.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ts_option options[] = {
    {"function", "NAME", NULL, "function of FILE.c to tune (default: the only one with #pragma tilesmith)",
     false},
    {"type", "TYPE", NULL, "element type, such as f32 or f64 (default: the kernel's first)", false},
    {"shape", "SHAPE", NULL,
     "problem to tune for, such as m=512,n=512,k=512 (default: the kernel's typical shapes)", true},
    {"capture", "FILE", NULL,
     "tune what a program called: its shapes, the budget split by the time they took (TILESMITH_CAPTURE=FILE "
     "records them)",
     false},
    {"budget", "BUDGET", NULL,
     "time for all shapes together (60s, 2m) or evaluations for each (200); default: 100s", false},
    {"stop", "RULE", NULL,
     "end each shape's search by a rule, such as '200 or 60s', 'no-improvement 50', 'within 5% of bound'",
     false},
    {"strategy", "STRATEGY", NULL, "how to search (default: auto)", false},
    {"objective", "OBJECTIVE", "time",
     "what to make small: time, or time,error for the trade-offs between them", false},
    {"max-error", "E", "0",
     "tolerate results that are off by E times the largest result, such as 1e-3 (default: the kernel's "
     "tolerance)",
     false},
    {"threads", "N", "1", "threads that run the kernel", false},
    {"compiler", "CC", NULL, "compiler to try (default: the first of cc, gcc, clang that runs)", true},
    {"prune", NULL, NULL, "evaluate only what can win as far as the cost model can tell", false},
    {"regret", "SHARE", "2%", "time that --prune may lose without counting it a loss", false},
    {"guided", NULL, NULL, "tell the strategy what the cost model and other shapes' results lead to expect",
     false},
    {"evaluator", "hardware|model", "hardware", "hardware: measure; model: predict, and store nothing",
     false},
    {"target", "TARGET", NULL, "described machine to predict for, with --evaluator model (default: this one)",
     false},
    {"seed", "N", "1", "seed of everything random: the same seed, the same proposals", false},
    {"db", "FILE", NULL, "database of results", false},
    {"dry-run", NULL, NULL, "say what would be tuned; measure and store nothing", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith tune gemm", "Tune the typical shapes of gemm for this machine in under two minutes."},
    {"tilesmith tune gemm --shape m=128,n=768,k=768 --budget 30s", "One shape, half a minute."},
    {"tilesmith tune gemm --type f64 --compiler gcc --compiler clang",
     "Double precision, and let two compilers compete."},
    {"tilesmith tune gemm --budget 200 --seed 7 --json", "200 evaluations a shape; the report as JSON."},
    {"tilesmith tune --capture calls.txt --budget 5m",
     "Five minutes for what a program, run with TILESMITH_CAPTURE, called."},
    {"tilesmith tune gemm --threads 2", "For two threads; winners for one are kept beside."},
    {"tilesmith tune gemm --max-error 1e-3 --objective time,error",
     "Admit faster algorithms of less accuracy, and show what each error buys."},
    {"tilesmith tune gemm --prune", "Measure only what the cost model can't rule out."},
    {"tilesmith tune gemm --evaluator model --target neoverse-v1",
     "What the model expects to be best on a machine that isn't here."},
    {"tilesmith tune product.c --function product --shape n=1000",
     "A plain C function whose loops carry '#pragma tilesmith'."},
    {NULL, NULL},
};

static void list_strategies(ts_str *text)
{
    ts_str_append(text, "\n\nStrategies:");
    for (size_t i = 0; ts_strategies[i]; i++)
        ts_str_format(text, "\n  %s: %s", ts_strategies[i]->name, ts_strategies[i]->summary);
}

static int read_error(const char *text, double *out)
{
    char *end;
    *out = strtod(text, &end);
    if (end != text && *end == '\0' && *out >= 0 && *out < 1)
        return TS_OK;
    return ts_fail(TS_EINPUT,
                   "--max-error needs a share of the largest result from 0 to 1, such as 1e-3, not '%s'",
                   text);
}

static int read_threads(const char *text, int *out)
{
    uint64_t threads;
    int rc = ts_parse_u64("threads", text, &threads);
    if (rc == TS_OK && (threads < 1 || threads > INT32_MAX))
        rc = ts_fail(TS_EINPUT, "--threads needs a number from 1, not '%s'", text);
    *out = rc == TS_OK ? (int)threads : 1;
    return rc;
}

/* "2%" or "0.02"; without --prune, none. */
static int read_regret(const ts_args *args, double *out)
{
    const char *text = ts_args_value(args, "regret");
    char *end;
    double share = strtod(text, &end);
    if (end != text && strcmp(end, "%") == 0) {
        share /= 100;
        end++;
    }
    *out = ts_args_switch(args, "prune") ? share : 0;
    if (end != text && *end == '\0' && share > 0 && share < 1)
        return TS_OK;
    return ts_fail(TS_EINPUT, "--regret needs a share of the time, such as 2%% or 0.02, not '%s'", text);
}

static int read_options(const ts_args *args, ts_tune_options *o)
{
    *o = (ts_tune_options){
        .kernel = ts_args_operand(args, 0),
        .type = ts_args_value(args, "type"),
        .shapes = ts_args_values(args, "shape"),
        .stop = ts_args_value(args, "stop"),
        .strategy = ts_args_value(args, "strategy"),
        .objective = ts_args_value(args, "objective"),
        .compilers = ts_args_values(args, "compiler"),
        .database = ts_args_value(args, "db"),
        .evaluator = ts_args_value(args, "evaluator"),
        .target = ts_args_value(args, "target"),
        .guided = ts_args_switch(args, "guided"),
        .dry_run = ts_args_switch(args, "dry-run"),
    };
    int rc = read_threads(ts_args_value(args, "threads"), &o->threads);
    if (rc == TS_OK)
        rc = read_regret(args, &o->prune);
    if (rc == TS_OK)
        rc = read_error(ts_args_value(args, "max-error"), &o->max_error);
    if (rc == TS_OK)
        rc = ts_parse_u64("seed", ts_args_value(args, "seed"), &o->seed);
    if (rc == TS_OK && ts_args_value(args, "budget"))
        rc = ts_parse_budget(ts_args_value(args, "budget"), &o->budget_seconds, &o->budget_evaluations);
    return rc;
}

/* A C file stands for the kernel made of a function in it: *folder is that kernel's, NULL for any other. */
static int make_kernel(const ts_args *args, char **folder)
{
    const char *kernel = ts_args_operand(args, 0), *function = ts_args_value(args, "function");
    const size_t length = kernel ? strlen(kernel) : 0;
    *folder = NULL;
    if (!kernel)
        return ts_fail(TS_EINPUT, "tune needs KERNEL ('tilesmith show kernels' lists them), or --capture "
                                  "FILE to tune what a program "
                                  "called");
    if (length < 3 || strcmp(kernel + length - 2, ".c") != 0)
        return function ? ts_fail(TS_EINPUT, "--function %s needs a C file in place of the kernel %s",
                                  function, kernel)
                        : TS_OK;
    char *parent = ts_asprintf("%s/nest", ts_path_cache());
    int rc = parent ? ts_nest_kernel(kernel, function, parent, folder)
                    : ts_fail(TS_ENOMEM, "out of memory while reading %s", kernel);
    free(parent);
    return rc;
}

static int show_report(const ts_tune_report *report, bool json, bool dry_run)
{
    if (json)
        return ts_json_print(ts_tune_report_json(report));
    int rc = dry_run ? ts_tune_plan_print(report, stdout) : ts_tune_report_print(report, stdout);
    if (rc == TS_OK && !dry_run)
        ts_warn_about_tuning(report);
    return ts_report_failure(rc);
}

/* The answer is no if no shape has a configuration that works. */
static int found_nothing(const ts_tune_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        if (report->shapes[i].configuration)
            return 0;
    return 1;
}

/* ts_tune() with progress on the terminal; *report as it leaves it. */
static int tune(const ts_tune_options *o, ts_tune_report **report)
{
    ts_progress progress;
    ts_progress_begin(&progress);
    ts_interrupt_watch();
    ts_tune_callbacks callbacks = {&progress, ts_progress_update, ts_interrupt_count};
    int rc = ts_tune(o, &callbacks, report);
    ts_progress_end(&progress);
    return rc;
}

/* One group of a capture; its report is printed, or added to `reports`. */
static int tune_group(ts_tune_options o, const ts_capture_group *group, json_t *reports, int *nothing)
{
    ts_tune_report *report = NULL;
    o.kernel = group->kernel;
    o.type = group->type;
    o.shapes = group->shapes;
    o.weights = group->weights;
    o.budget_seconds *= group->share;
    int rc = tune(&o, &report);
    if (report && (rc == TS_OK || rc == TS_EINTR)) {
        *nothing = *nothing && !o.dry_run && found_nothing(report);
        int shown = reports ? json_array_append_new(reports, ts_tune_report_json(report))
                            : show_report(report, false, o.dry_run);
        rc = rc == TS_OK && shown ? ts_fail(TS_ENOMEM, "out of memory while reporting") : rc;
    }
    ts_tune_report_free(report);
    return rc;
}

/* Said before the reports: how much of the program's time they are about. */
static void announce(const ts_capture_plan *plan, const char *path)
{
    size_t shapes = 0;
    for (size_t i = 0; i < plan->count; i++)
        shapes += plan->groups[i].count;
    printf("%s: %zu %s with %.1f %% of the time", path, shapes, shapes == 1 ? "shape" : "shapes",
           100 * (1 - plan->left_out_share));
    if (plan->left_out)
        printf("; %zu more with less than 1 %% each are left out", plan->left_out);
    printf(".\n");
}

/* Every kernel and type of a capture in turn, each with its share of the budget. */
static int run_capture(const ts_args *args, ts_tune_options o)
{
    ts_capture_plan plan;
    const char *path = ts_args_value(args, "capture");
    json_t *reports = ts_args_json(args) ? json_array() : NULL;
    int nothing = !o.dry_run;
    int rc = o.shapes && o.shapes[0]
                 ? ts_fail(TS_EINPUT, "--capture %s names the shapes; leave --shape out", path)
                 : ts_capture_plan_load(path, o.kernel, o.type, &plan);
    if (rc) {
        json_decref(reports);
        return ts_report_failure(rc);
    }
    if (o.budget_seconds <= 0 && o.budget_evaluations == 0 && !o.stop)
        o.budget_seconds = 100;
    if (!reports)
        announce(&plan, path);
    for (size_t i = 0; i < plan.count && rc == TS_OK; i++)
        rc = tune_group(o, &plan.groups[i], reports, &nothing);
    int status = rc == TS_OK ? nothing : rc == TS_EINTR ? ts_interrupt_status() : ts_report_failure(rc);
    if (reports && (rc == TS_OK || rc == TS_EINTR))
        status = ts_json_print(json_pack("{s:o}", "reports", json_incref(reports))) || status;
    json_decref(reports);
    ts_capture_plan_clear(&plan);
    return status;
}

static int run(const ts_args *args)
{
    ts_tune_options o;
    ts_tune_report *report = NULL;
    char *folder = NULL;
    int rc = read_options(args, &o);
    if (rc == TS_OK && ts_args_value(args, "capture"))
        return run_capture(args, o);
    if (rc == TS_OK)
        rc = make_kernel(args, &folder);
    if (rc)
        return ts_report_failure(rc);
    if (folder)
        o.kernel = folder;
    rc = tune(&o, &report);
    int status = rc == TS_OK ? 0 : rc == TS_EINTR ? ts_interrupt_status() : ts_report_failure(rc);
    if (report && (rc == TS_OK || rc == TS_EINTR)) {
        int printed = show_report(report, ts_args_json(args), o.dry_run);
        status = status ? status : printed;
        status = status || o.dry_run ? status : found_nothing(report);
    }
    ts_tune_report_free(report);
    free(folder);
    return status;
}

const ts_command ts_command_tune = {
    .name = "tune",
    .summary = "find the fastest variants of a kernel on this machine",
    .operands = "[KERNEL|FILE.c]",
    .description =
        "Search the configurations of a kernel: each candidate is rendered, compiled, verified against the "
        "reference in a process "
        "of its own, and only then timed. The finalists and the earlier winner are measured again, "
        "interleaved, and the winner is "
        "reported with its 95 % interval and the number of configurations that cannot be told apart from "
        "it.\n\n"
        "Every measurement is stored before the next one starts: after an interruption the same command goes "
        "on where it stopped. "
        "Ctrl-C ends the search with the best so far, a second Ctrl-C ends at once.\n\n"
        "A stop rule (--stop) joins conditions with 'and' and 'or': evaluations (200), time (60s, 2m), "
        "results without "
        "improvement (no-improvement 50), nearness to the roofline (within 5% of bound): the time that the "
        "work "
        "takes at the machine's peak, or its bytes at the bandwidth of the memory that holds them. It "
        "replaces the default budget; with --budget, whichever comes first ends the search.\n\n"
        "Results for several threads (--threads) and results that were allowed an error (--max-error) are "
        "kept "
        "beside the others: programs get them only if they ask for them. With --objective time,error the "
        "report "
        "has the trade-offs: every configuration that nothing else beats in both.\n\n"
        "The cost model (the loop nest that the manifest states, on this machine's facts, corrected by the "
        "results there are, of other shapes too) rules out with --prune what cannot win: the report says how "
        "much "
        "was dropped and how sure that is. With --guided it tells the strategy what to expect. With "
        "--evaluator "
        "model it stands in for the machine, here or for a described one (--target): the best predicted "
        "configuration is shown, nothing is measured or stored.\n\n"
        "A capture (--capture) says what a program called, how often and for how long: its shapes are tuned, "
        "of "
        "KERNEL or of all kernels in it, and the budget is split by their time. Shapes with less than 1 % of "
        "it "
        "are left out.\n\n"
        "KERNEL is a name that 'tilesmith show kernels' lists, or the folder of a kernel of your own "
        "('tilesmith new' writes "
        "one).\n\n"
        "FILE.c is a C file: a function whose loops carry '#pragma tilesmith' is tuned as it is. The pragma "
        "stands before the "
        "outermost loop of a nest and says what may be done: tile(i,j,k), unroll(k), interchange, "
        "vectorize(j), parallel(i), "
        "skew(t,i). That it may be done is your word; that the result is right is verified against the "
        "function itself.",
    .more = list_strategies,
    .options = options,
    .examples = examples,
    .min_operands = 0,
    .max_operands = 1,
    .run = run,
};
