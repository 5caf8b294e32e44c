/* ts_recheck(): are the stored winners of this machine still right, and still fast? */
#include "build/toolchain.h"
#include "core/detect.h"
#include "core/paths.h"
#include "eval/evaluator.h"
#include "measure/stats.h"
#include "store/store.h"
#include "tilesmith.h"
#include "tune/warm.h"
#include "util/str.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 30 };

/* A change of speed under this is not worth a verdict: clock drift and co-runners do as much within minutes.
 */
static const double slack = 0.10, level = 0.95;

/* One winner under examination. */
typedef struct ts_exam {
    const ts_winner *winner;
    const ts_target *target;
    ts_recheck_row *row;
    ts_kernel *kernel;
    ts_problem problem;
    ts_space *space;
    uint64_t config;
    double seconds;
} ts_exam;

static int verdict(ts_exam *e, const char *word, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static int verdict(ts_exam *e, const char *word, const char *format, ...)
{
    ts_str why = TS_STR_INIT;
    va_list args;
    va_start(args, format);
    ts_str_vformat(&why, format, args);
    va_end(args);
    e->row->verdict = word;
    e->row->why = ts_str_take(&why);
    return TS_OK;
}

/* Provenance first: a winner of another kernel text, compiler or space says nothing about now. Sets the
 * verdict if stale. */
static int examine_provenance(ts_exam *e)
{
    const ts_winner *w = e->winner;
    const char *identity, *compilers[] = {w->compiler, NULL};
    if (ts_kernel_load(w->kernel, &e->kernel) != TS_OK)
        return verdict(e, "stale", "kernel '%s' can't be loaded: %s", w->kernel, ts_error());
    if (strcmp(e->kernel->hash, w->kernel_hash) != 0)
        return verdict(e, "stale", "the templates of '%s' changed since; tune it again", w->kernel);
    if (ts_compiler_identity(w->compiler, &identity) != TS_OK)
        return verdict(e, "stale", "its compiler is gone: %s", ts_error());
    if (strcmp(identity, w->compiler_identity) != 0)
        return verdict(e, "stale", "it was built with %s, this is %s; tune it again", w->compiler_identity,
                       identity);
    if (ts_problem_parse(e->kernel, w->type, w->problem, &e->problem) != TS_OK)
        return verdict(e, "stale", "its problem is not one of the kernel's any more: %s", ts_error());
    e->problem.threads = w->threads;
    e->problem.max_error = w->max_error;
    int rc = ts_kernel_space(&e->problem, e->target, compilers, &e->space);
    if (rc != TS_OK)
        return rc;
    if (!ts_configuration_find(e->space, w->configuration, true, &e->config))
        return verdict(e, "stale", "its configuration is not in the search space any more; tune it again");
    return TS_OK;
}

/* Speed is judged as a share of the peak measured in the same rounds, because the clock drifts between days.
 */
static int judge_speed(ts_exam *e, const ts_contest *c)
{
    const ts_winner *w = e->winner;
    ts_interval now = ts_bootstrap_median(c->samples, c->rounds, level, 1000, 1);
    bool peaks = c->peak && w->peak > 0;
    double scale = peaks ? ts_median(c->peak, c->rounds) / w->peak : 1;
    e->row->seconds = now.mid;
    e->row->lo = now.lo;
    e->row->hi = now.hi;
    double ratio = now.mid * scale / w->seconds, lo = now.lo * scale / w->seconds,
           hi = now.hi * scale / w->seconds;
    const char *of = peaks ? " relative to the peak" : "";
    if (lo > 1 + slack)
        return verdict(e, "slower", "it takes %.0f %% more time than when it won%s; tune it again",
                       100 * (ratio - 1), of);
    if (hi < 1 - slack)
        return verdict(e, "faster", "it takes %.0f %% less time than when it won%s", 100 * (1 - ratio), of);
    e->row->verdict = "fresh";
    return TS_OK;
}

static int examine_speed(ts_exam *e)
{
    ts_hardware_options options = {.cpu = -1, .counters = "none"};
    ts_evaluator *evaluator = NULL;
    ts_contest contest = {0};
    int rc = ts_hardware_open(&e->problem, e->target, e->space, &options, &evaluator);
    if (rc != TS_OK)
        return rc;
    rc = evaluator->contest(evaluator, &e->config, 1, ROUNDS, e->seconds, &contest);
    if (rc == TS_OK && contest.results[0].status != TS_STATUS_OK)
        verdict(e, contest.results[0].status == TS_STATUS_WRONG ? "wrong" : "stale", "%s: %s",
                ts_status_name(contest.results[0].status), contest.results[0].reason);
    else if (rc == TS_OK && contest.rounds == 0)
        verdict(e, "stale", "no round was completed in %.1f s", e->seconds);
    else if (rc == TS_OK)
        rc = judge_speed(e, &contest);
    ts_contest_clear(&contest);
    evaluator->close(evaluator);
    return rc;
}

static int examine(ts_exam *e)
{
    const ts_winner *w = e->winner;
    ts_recheck_row *row = e->row;
    row->kernel = strdup(w->kernel);
    row->type = strdup(w->type);
    row->problem = strdup(w->problem);
    row->configuration = strdup(w->configuration);
    row->stored_seconds = w->seconds;
    row->seconds = row->lo = row->hi = NAN;
    if (!row->kernel || !row->type || !row->problem || !row->configuration)
        return ts_fail(TS_ENOMEM, "out of memory while rechecking");
    int rc = examine_provenance(e);
    if (rc == TS_OK && !row->verdict)
        rc = examine_speed(e);
    ts_space_free(e->space);
    ts_kernel_free(e->kernel);
    return rc;
}

/* What ts_recheck() works with. */
typedef struct ts_recheck_run {
    ts_store *store;
    ts_target *target;
    ts_winner *winners;
    size_t count;
} ts_recheck_run;

static int open_run(ts_recheck_run *run, const char *database, const char *kernel)
{
    char fingerprint[17];
    int rc = ts_store_open(database ? database : ts_path_database(), TS_STORE_READ, &run->store);
    if (rc == TS_OK)
        rc = ts_detect_fingerprint(fingerprint);
    if (rc != TS_OK)
        return rc;
    rc = ts_store_target_load(run->store, fingerprint, &run->target);
    if (rc == TS_OK)
        rc = ts_store_winners(run->store, kernel, fingerprint, &run->winners, &run->count);
    if (rc == TS_ENOTFOUND || (rc == TS_OK && run->count == 0))
        rc = ts_fail(TS_ENOTFOUND, "%s has no winner for this machine (%s); run `tilesmith tune %s` first",
                     ts_store_path(run->store), fingerprint, kernel ? kernel : "gemm");
    return rc;
}

int ts_recheck(const char *database, const char *kernel, double seconds, const ts_tune_callbacks *callbacks,
               ts_recheck_report **report)
{
    ts_recheck_run run = {0};
    ts_recheck_report *r = calloc(1, sizeof *r);
    int rc = r ? open_run(&run, database, kernel) : ts_fail(TS_ENOMEM, "out of memory while rechecking");
    if (rc == TS_OK && !(r->rows = calloc(run.count, sizeof *r->rows)))
        rc = ts_fail(TS_ENOMEM, "out of memory while rechecking");
    for (size_t i = 0; i < run.count && rc == TS_OK; i++) {
        ts_exam e = {.winner = &run.winners[i],
                     .target = run.target,
                     .row = &r->rows[r->count++],
                     .seconds = (seconds > 0 ? seconds : 5) / (double)run.count};
        ts_tune_progress p = {.phase = "recheck",
                              .problem = run.winners[i].problem,
                              .shape = i,
                              .shapes = run.count,
                              .fraction = (double)i / (double)run.count,
                              .seconds_left = NAN,
                              .best_seconds = NAN,
                              .best_rate = NAN,
                              .bound_rate = NAN};
        if (callbacks && callbacks->progress)
            callbacks->progress(callbacks->context, &p);
        if (callbacks && callbacks->stop && callbacks->stop(callbacks->context))
            rc = ts_fail(TS_EINTR, "interrupted before every winner was rechecked");
        else
            rc = examine(&e);
    }
    for (size_t i = 0; i < run.count; i++)
        ts_winner_clear(&run.winners[i]);
    free(run.winners);
    ts_target_free(run.target);
    ts_store_close(run.store);
    if (rc != TS_OK) {
        ts_recheck_report_free(r);
        r = NULL;
    }
    *report = r;
    return rc;
}

void ts_recheck_report_free(ts_recheck_report *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->count; i++) {
        free(r->rows[i].kernel);
        free(r->rows[i].type);
        free(r->rows[i].problem);
        free(r->rows[i].configuration);
        free(r->rows[i].why);
    }
    free(r->rows);
    free(r);
}
