/* The hardware evaluator: see hardware.h. This file opens, queues, hands results out and closes. */
#include "eval/hardware.h"

#include "util/clock.h"
#include "util/file.h"

#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 8, DEPTH = 3 };
static const uint64_t cache_bytes = (uint64_t)512 << 20;

/* ---- jobs ------------------------------------------------------------------------------------ */

void ts_job_free(ts_job *job)
{
    if (job->object && job->object_is_ours)
        unlink(job->object);
    ts_variant_clear(&job->variant);
    ts_result_clear(&job->result);
    free(job->cases);
    free(job->object);
    free(job);
}

void ts_job_fail(ts_job *job, ts_status status, const char *reason)
{
    free(job->result.reason);
    free(job->result.samples);
    job->result.reason = strdup(reason);
    job->result.samples = NULL;
    job->result.sample_count = 0;
    job->result.status = status;
    job->result.cost = NAN;
    job->state = TS_JOB_FINISHED;
}

/* 1: applies, with its dimensions; 0: doesn't apply to this configuration; negative: the manifest's
 * expression is wrong. */
static int case_dims(const ts_hardware *h, const ts_verify *verify, int64_t *dims)
{
    const ts_kernel *k = h->problem->kernel;
    bool applies = true;
    int rc = verify->when ? ts_expr_test(verify->when, h->scratch_slots, &applies) : TS_OK;
    for (size_t d = 0; d < k->dim_count && rc == TS_OK && applies; d++) {
        dims[d] = h->problem->dims[d];
        if (verify->dims[d] && k->dims[d].argument)
            rc = ts_expr_int(verify->dims[d], h->scratch_slots, &dims[d]);
        applies = dims[d] >= k->dims[d].min && dims[d] <= k->dims[d].max;
    }
    return rc != TS_OK ? rc : applies;
}

static int add_cases(const ts_hardware *h, ts_job *job)
{
    const ts_kernel *k = h->problem->kernel;
    job->cases = calloc(k->verify_count + 1, sizeof *job->cases);
    if (!job->cases)
        return ts_fail(TS_ENOMEM, "out of memory while queueing a variant");
    for (size_t i = 0; i < k->verify_count && !job->variant.fixed_shape; i++) {
        int applies = case_dims(h, &k->verifies[i], job->cases[job->case_count]);
        if (applies < 0)
            return applies;
        job->case_count += (size_t)applies;
    }
    return TS_OK;
}

/* A configuration that its template refuses, or whose compiler is missing, is a result; anything else that
 * fails is an error. */
static int render(ts_hardware *h, ts_job *job)
{
    double before = ts_now();
    int rc = ts_renderer_variant(h->renderer, job->result.config, &job->variant);
    job->result.times.render = ts_now() - before;
    if (rc == TS_EINPUT)
        ts_job_fail(job, TS_STATUS_COMPILE_FAILED, ts_error());
    else if (rc == TS_ENOTFOUND)
        ts_job_fail(job, TS_STATUS_UNAVAILABLE, ts_error());
    else if (rc != TS_OK)
        return rc;
    if (job->state == TS_JOB_FINISHED)
        return TS_OK;
    memcpy(job->result.variant, job->variant.id, sizeof job->result.variant);
    ts_space_values(h->space, job->result.config, h->scratch_slots);
    return add_cases(h, job);
}

int ts_hardware_queue(ts_hardware *h, const uint64_t *configs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ts_job *job = calloc(1, sizeof *job);
        if (!job || !ts_vec_push(&h->jobs, job)) {
            free(job);
            return ts_fail(TS_ENOMEM, "out of memory while queueing variants");
        }
        job->result = (ts_result){.config = configs[i],
                                  .cost = NAN,
                                  .error = NAN,
                                  .deviation = NAN,
                                  .status = TS_STATUS_UNAVAILABLE};
        int rc = render(h, job);
        if (rc != TS_OK)
            return rc;
    }
    return TS_OK;
}

static int submit(ts_evaluator *self, const uint64_t *configs, size_t count)
{
    ts_hardware *h = (ts_hardware *)self;
    int rc = ts_hardware_queue(h, configs, count);
    return rc == TS_OK ? ts_hardware_pump(h) : rc;
}

/* ---- moving ---------------------------------------------------------------------------------- */

int ts_hardware_pump(ts_hardware *h)
{
    if (h->fatal)
        return ts_fail(h->fatal, "%s", h->fatal_text ? h->fatal_text : "the evaluator has failed");
    int rc = ts_hardware_build(h);
    if (rc == TS_OK)
        rc = ts_hardware_work(h);
    if (rc == TS_OK)
        rc = ts_hardware_build(h); /* what a worker sent back to be built again */
    if (rc != TS_OK) {
        h->fatal = rc;
        h->fatal_text = strdup(ts_error());
    }
    return rc;
}

void ts_hardware_wait(ts_hardware *h, double seconds)
{
    struct pollfd fds[TS_MAX_UNITS + 1];
    nfds_t n = 0;
    for (size_t i = 0; i < h->unit_count; i++)
        fds[n++] = (struct pollfd){.fd = h->units[i].compile.done_fd, .events = POLLIN};
    if (h->worker.pid > 0) {
        double left = h->deadline - ts_now();
        fds[n++] = (struct pollfd){.fd = h->worker.fd, .events = POLLIN};
        seconds = left < seconds ? left : seconds;
    }
    enum { SOON_MS = 5 };
    if (h->turn.since > 0 && seconds > 1e-3 * SOON_MS)
        seconds = 1e-3 * SOON_MS; /* nobody wakes who waits for another session */
    int milliseconds = seconds <= 0 ? 0 : seconds > 60 ? 60000 : (int)ceil(seconds * 1e3);
    poll(fds, n, milliseconds);
}

bool ts_hardware_turn(ts_hardware *h)
{
    bool granted = ts_turn_take(&h->turn);
    h->base.waited = h->turn.waited;
    return granted;
}

/* The oldest finished job's result, given away. */
static bool take_result(ts_hardware *h, ts_result *out)
{
    for (size_t i = 0; i < h->jobs.count; i++) {
        ts_job *job = h->jobs.items[i];
        if (job->state != TS_JOB_FINISHED)
            continue;
        *out = job->result;
        job->result = (ts_result){0};
        ts_job_free(job);
        memmove(&h->jobs.items[i], &h->jobs.items[i + 1], (h->jobs.count - i - 1) * sizeof *h->jobs.items);
        h->jobs.count--;
        return true;
    }
    return false;
}

static int collect(ts_evaluator *self, double timeout, ts_result *out)
{
    ts_hardware *h = (ts_hardware *)self;
    double deadline = ts_now() + timeout;
    for (;;) {
        int rc = ts_hardware_pump(h);
        if (rc != TS_OK)
            return rc;
        if (take_result(h, out))
            return 1;
        double left = deadline - ts_now();
        if (h->jobs.count == 0 || left <= 0)
            return 0;
        ts_hardware_wait(h, left);
    }
}

static void incumbent(ts_evaluator *self, double cost)
{
    ((ts_hardware *)self)->incumbent = cost;
}

/* ---- opening and closing --------------------------------------------------------------------- */

void ts_hardware_abandon(ts_hardware *h)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->unit_count; i++) {
        if (h->units[i].count == 0)
            h->units[kept++] = h->units[i];
        else
            ts_compile_clear(&h->units[i].compile);
    }
    h->unit_count = kept;
    if (h->worker.pid > 0 && h->reference_state != TS_REFERENCE_RUNNING) {
        ts_worker_stop(&h->worker);
        ts_worker_forget(&h->worker);
        ts_turn_give(&h->turn);
    }
    for (size_t i = 0; i < h->jobs.count; i++)
        ts_job_free(h->jobs.items[i]);
    h->jobs.count = 0;
}

static void close_hardware(ts_evaluator *self)
{
    ts_hardware *h = (ts_hardware *)self;
    ts_hardware_abandon(h);
    for (size_t i = 0; i < h->unit_count; i++)
        ts_compile_clear(&h->units[i].compile);
    if (h->worker.pid > 0)
        ts_worker_stop(&h->worker);
    ts_worker_forget(&h->worker);
    ts_vec_free(&h->jobs);
    ts_references_close(h->references);
    if (h->renderer)
        ts_renderer_close(h->renderer);
    if (h->affinity_narrowed)
        sched_setaffinity(0, sizeof h->affinity, &h->affinity);
    ts_scratch_close(h->scratch, h->lock_fd);
    ts_turn_close(&h->turn);
    free(h->reference_compiler);
    free(h->reference_object);
    free(h->slots);
    free(h->scratch_slots);
    free(h->fatal_text);
    free(h);
}

/* The CPUs of a variant's threads: `cpu`, and the last others that the caller may use. */
static void choose_measuring_cpus(ts_hardware *h)
{
    CPU_ZERO(&h->cpus);
    if (h->cpu >= 0 && h->cpu < CPU_SETSIZE)
        CPU_SET(h->cpu, &h->cpus);
    for (int i = CPU_SETSIZE - 1; i >= 0 && CPU_COUNT(&h->cpus) < ts_problem_threads(h->problem); i--)
        if (CPU_ISSET(i, &h->affinity))
            CPU_SET(i, &h->cpus);
}

/*
 * One CPU (or one per thread of a variant) is for measuring; this process and the compilers it starts stay
 * off it (they inherit the affinity), as long as there is another.
 */
static void choose_cpus(ts_hardware *h)
{
    cpu_set_t others;
    h->cpu = h->options.cpu;
    h->max_units = h->options.jobs > 0 ? (size_t)h->options.jobs : 1;
    if (sched_getaffinity(0, sizeof h->affinity, &h->affinity) != 0)
        return;
    for (int i = CPU_SETSIZE - 1; i >= 0 && h->cpu < 0; i--)
        h->cpu = CPU_ISSET(i, &h->affinity) ? i : -1;
    choose_measuring_cpus(h);
    CPU_XOR(&others, &h->affinity, &h->cpus);
    CPU_AND(&others, &others, &h->affinity);
    int spare = CPU_COUNT(&others);
    int compiling = spare > 0 ? spare : ts_problem_threads(h->problem) > 1 ? CPU_COUNT(&h->affinity) : 1;
    if (h->options.jobs <= 0)
        h->max_units = (size_t)compiling;
    h->max_units = h->max_units < TS_MAX_UNITS - 2 ? h->max_units
                                                   : TS_MAX_UNITS - 2; /* and the reference, and a guest */
    h->affinity_narrowed = spare > 0 && sched_setaffinity(0, sizeof others, &others) == 0;
}

static int prepare(ts_hardware *h)
{
    const size_t slots = h->problem->kernel->slot_count + 1;
    h->slots = calloc(slots, sizeof *h->slots);
    h->scratch_slots = calloc(slots, sizeof *h->scratch_slots);
    if (!h->slots || !h->scratch_slots)
        return ts_fail(TS_ENOMEM, "out of memory while opening the evaluator");
    int rc = ts_kernel_slots(h->problem, h->target, h->slots);
    if (rc == TS_OK)
        rc = ts_renderer_open(h->problem, h->target, h->space, &h->renderer);
    if (rc == TS_OK)
        rc = ts_references_open(h->problem, h->slots, &h->references);
    if (rc == TS_OK)
        rc = ts_scratch_open(&h->scratch, &h->lock_fd);
    if (rc == TS_OK)
        memcpy(h->scratch_slots, h->slots, h->problem->kernel->slot_count * sizeof *h->slots);
    return rc;
}

int ts_hardware_open(const ts_problem *problem, const ts_target *target, const ts_space *space,
                     const ts_hardware_options *options, ts_evaluator **out)
{
    ts_hardware *h = calloc(1, sizeof *h);
    if (!h)
        return ts_fail(TS_ENOMEM, "out of memory while opening the evaluator");
    h->base = (ts_evaluator){.name = "hardware",
                             .batch = BATCH,
                             .depth = DEPTH,
                             .submit = submit,
                             .incumbent = incumbent,
                             .collect = collect,
                             .contest = ts_hardware_contest,
                             .close = close_hardware};
    h->problem = problem;
    h->target = target;
    h->space = space;
    h->options = options ? *options : (ts_hardware_options){.cpu = -1};
    h->lock_fd = -1;
    h->worker.fd = -1;
    h->incumbent = NAN;
    ts_turn_open(NULL, &h->turn);
    choose_cpus(h);
    int rc = prepare(h);
    if (rc != TS_OK) {
        close_hardware(&h->base);
        return rc;
    }
    h->base.batch = BATCH * h->max_units;
    if (!h->options.no_cache)
        ts_cache_prune(cache_bytes);
    *out = &h->base;
    return TS_OK;
}
