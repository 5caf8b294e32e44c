/* The set-up of a tuning command: what, where, with what; see tuner.h. */
#include "tune/tuner.h"

#include "build/toolchain.h"
#include "core/paths.h"
#include "tune/strategies.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/str.h"

#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* The compilers asked for, all of which must run; else the first usual one that does. */
static int open_compilers(ts_tuner *t)
{
    static const char *const usual[] = {"gcc", "cc", "clang"};
    const char *const *asked = t->options->compilers;
    size_t count = 0;
    while (asked && asked[count])
        count++;
    t->compilers = calloc(count + 2, sizeof *t->compilers);
    if (!t->compilers)
        return ts_fail(TS_ENOMEM, "out of memory while looking for compilers");
    for (size_t i = 0; i < count; i++) {
        const char *identity;
        int rc = ts_compiler_identity(asked[i], &identity);
        if (rc != TS_OK)
            return rc;
        t->compilers[i] = asked[i];
    }
    for (size_t i = 0; count == 0 && !t->compilers[0] && i < sizeof usual / sizeof *usual; i++)
        if (ts_compiler_exists(usual[i]))
            t->compilers[0] = usual[i];
    if (!t->compilers[0])
        return ts_fail(
            TS_ENOTFOUND,
            "no C compiler was found (tried gcc, cc, clang); install one or name it with --compiler");
    return TS_OK;
}

static int find_type(const ts_kernel *kernel, const char *name, const ts_type **type)
{
    ts_str names = TS_STR_INIT;
    for (size_t i = 0; i < kernel->type_count; i++) {
        *type = &kernel->types[i];
        if (!name || strcmp(name, (*type)->name) == 0) {
            ts_str_free(&names);
            return TS_OK;
        }
        ts_str_format(&names, "%s%s", i ? ", " : "", (*type)->name);
    }
    int rc = ts_fail(TS_ENOTFOUND, "kernel '%s' has no element type '%s'; there are: %s", kernel->name, name,
                     ts_str_text(&names));
    ts_str_free(&names);
    return rc;
}

static void add_typical_shapes(ts_tuner *t, const ts_type *type)
{
    for (size_t i = 0; i < t->kernel->shape_count; i++) {
        const ts_shape *shape = &t->kernel->shapes[i];
        if (strcmp(shape->kind, "typical") != 0 || (shape->type && strcmp(shape->type, type->name) != 0))
            continue;
        ts_problem *p = &t->problems[t->problem_count++];
        *p = (ts_problem){.kernel = t->kernel, .type = type};
        memcpy(p->dims, shape->dims, sizeof p->dims);
    }
}

static int open_problems(ts_tuner *t)
{
    const char *const *shapes = t->options->shapes;
    const ts_type *type = NULL;
    size_t count = 0;
    int rc = find_type(t->kernel, t->options->type, &type);
    if (rc != TS_OK)
        return rc;
    while (shapes && shapes[count])
        count++;
    t->problems = calloc(count + t->kernel->shape_count + 1, sizeof *t->problems);
    if (!t->problems)
        return ts_fail(TS_ENOMEM, "out of memory while reading shapes");
    for (size_t i = 0; i < count && rc == TS_OK; i++)
        rc = ts_problem_parse(t->kernel, type->name, shapes[i], &t->problems[t->problem_count++]);
    if (count == 0)
        add_typical_shapes(t, type);
    for (size_t i = 0; i < t->problem_count; i++) {
        t->problems[i].max_error = t->options->max_error;
        t->problems[i].threads = t->options->threads > 1 ? t->options->threads : 1;
    }
    if (rc == TS_OK && t->problem_count == 0)
        rc = ts_fail(TS_EINPUT, "kernel '%s' states no typical shape for %s; give one with --shape",
                     t->kernel->name, type->name);
    return rc;
}

static int open_store(ts_tuner *t)
{
    const char *path = t->options->database ? t->options->database : ts_path_database();
    if (!t->options->dry_run && !t->options->target)
        return ts_store_open(path, TS_STORE_WRITE, &t->store);
    return ts_file_exists(path) ? ts_store_open(path, TS_STORE_READ, &t->store) : TS_OK;
}

static void detect_progress(void *context, const char *probe, double fraction)
{
    (void)probe;
    (void)fraction;
    ts_tuner_progress(context, "detect");
}

int ts_tuner_target(ts_tuner *t)
{
    char fingerprint[17];
    double before = ts_now();
    if (t->options->target)
        return ts_target_load(t->options->target, &t->target);
    int rc = ts_detect_fingerprint(fingerprint);
    if (rc != TS_OK)
        return rc;
    rc = t->store ? ts_store_target_load(t->store, fingerprint, &t->target) : TS_ENOTFOUND;
    if (rc == TS_ENOTFOUND) {
        ts_tuner_progress(t, "detect");
        rc = ts_detect(!t->options->dry_run, detect_progress, t, &t->target);
    }
    if (rc == TS_OK && t->store && !t->options->dry_run)
        rc = ts_store_target(t->store, t->target, &t->target_id);
    t->report->times.detect = ts_now() - before;
    return rc;
}

static int open_report(ts_tuner *t)
{
    ts_tune_report *r = t->report;
    r->shapes = calloc(t->problem_count, sizeof *r->shapes);
    r->strategy = strdup(t->strategy->name);
    r->database = strdup(t->options->database ? t->options->database : ts_path_database());
    if (!r->shapes || !r->strategy || !r->database)
        return ts_fail(TS_ENOMEM, "out of memory while preparing the report");
    r->count = t->problem_count;
    return TS_OK;
}

static int check_threads(int threads)
{
    cpu_set_t set;
    int cpus = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    if (threads >= 0 && threads <= cpus)
        return TS_OK;
    return ts_fail(TS_EINPUT, "%d threads were asked for, and %d %s may be used here; use 1 to %d", threads,
                   cpus, cpus == 1 ? "CPU" : "CPUs", cpus);
}

static int check_supported(const ts_tune_options *o)
{
    if (!o->kernel)
        return ts_fail(TS_EINPUT, "no kernel was named; 'tilesmith show kernels' lists them");
    if (o->objective && strcmp(o->objective, "time") != 0 && strcmp(o->objective, "time,error") != 0)
        return ts_fail(TS_EINPUT, "there is no objective '%s'; use 'time' or 'time,error'", o->objective);
    if (!(o->max_error >= 0 && o->max_error < 1))
        return ts_fail(TS_EINPUT,
                       "the largest error, %g, is relative to the largest result; use 0 to 1, such as 1e-3",
                       o->max_error);
    return check_threads(o->threads);
}

/* Who evaluates, and for which machine. */
static int check_evaluator(const ts_tune_options *o, bool *predicts)
{
    const char *name = o->evaluator ? o->evaluator : "hardware";
    *predicts = strcmp(name, "model") == 0;
    if (!*predicts && strcmp(name, "hardware") != 0)
        return ts_fail(
            TS_EINPUT,
            "there is no evaluator '%s'; use 'hardware' or 'model' (recordings: tilesmith simulate)", name);
    if (o->target && !*predicts && !o->dry_run)
        return ts_fail(TS_EINPUT,
                       "only this machine can be measured; predict for '%s' with --evaluator model",
                       o->target);
    if (!(o->prune >= 0 && o->prune < 1))
        return ts_fail(TS_EINPUT,
                       "the regret of pruning, %g, is a share of the time; use 0 to 1, such as 0.02",
                       o->prune);
    return TS_OK;
}

int ts_tuner_open(ts_tuner *t)
{
    double seconds = t->options->budget_seconds;
    int rc = check_supported(t->options);
    if (rc == TS_OK)
        rc = check_evaluator(t->options, &t->predicts);
    if (rc == TS_OK && t->options->stop)
        rc = ts_stop_parse(t->options->stop, &t->stop);
    if (rc == TS_OK)
        rc = ts_strategy_named(t->options->strategy ? t->options->strategy : "auto", &t->strategy);
    if (rc == TS_OK)
        rc = ts_kernel_load(t->options->kernel, &t->kernel);
    if (rc == TS_OK)
        rc = open_problems(t);
    if (rc == TS_OK)
        rc = open_compilers(t);
    if (rc == TS_OK)
        rc = open_report(t);
    if (rc == TS_OK)
        rc = open_store(t);
    if (seconds <= 0 && t->options->budget_evaluations == 0 && !ts_stop_ends(&t->stop) && !t->predicts)
        seconds = 100;
    t->keep_pareto = t->options->objective && strcmp(t->options->objective, "time,error") == 0;
    t->started = ts_now();
    t->deadline = seconds > 0 ? t->started + seconds : 0;
    t->progress = (ts_tune_progress){.problem = "",
                                     .shapes = t->problem_count,
                                     .best_seconds = NAN,
                                     .best_rate = NAN,
                                     .bound_rate = NAN,
                                     .seconds_left = seconds > 0 ? seconds : NAN};
    return rc;
}

void ts_tuner_close(ts_tuner *t)
{
    ts_store_close(t->store);
    ts_target_free(t->target);
    ts_kernel_free(t->kernel);
    free(t->problems);
    free(t->compilers);
}

void ts_tuner_progress(ts_tuner *t, const char *phase)
{
    ts_tune_progress *p = &t->progress;
    double now = ts_now();
    p->phase = phase;
    if (t->deadline > 0) {
        p->seconds_left = t->deadline > now ? t->deadline - now : 0;
        p->fraction = t->deadline > now ? (now - t->started) / (t->deadline - t->started) : 1;
    } else {
        p->fraction = ((double)p->shape + t->search_fraction) / (double)p->shapes;
    }
    if (t->callbacks && t->callbacks->progress)
        t->callbacks->progress(t->callbacks->context, p);
}

int ts_tuner_interrupted(const ts_tuner *t)
{
    return t->callbacks && t->callbacks->stop ? t->callbacks->stop(t->callbacks->context) : 0;
}
