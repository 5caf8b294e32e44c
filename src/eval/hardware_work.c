/* The measuring half of the hardware evaluator: workers started, listened to, and put an end to. */
#include "eval/hardware.h"

#include "measure/stats.h"
#include "util/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BARREN = 3, MIN_SAMPLES = 3, MAX_SAMPLES = 60 };
static const double start_seconds = 30, reference_seconds = 600, slack_seconds = 2, reference_times = 30;
static const double sample_seconds = 200e-6, contender_seconds = 25e-3;
static const size_t spare_memory = (size_t)4 << 30;

/* ---- limits ---------------------------------------------------------------------------------- */

double ts_hardware_verify_limit(const ts_hardware *h)
{
    if (h->options.verify_seconds > 0)
        return h->options.verify_seconds;
    return slack_seconds + reference_times * h->references->seconds;
}

double ts_hardware_measure_limit(const ts_hardware *h)
{
    return slack_seconds + 2 * reference_times * h->references->seconds + 20 * contender_seconds;
}

/*
 * At real-time priority nothing else runs on the CPUs for measuring. One thread leaves another CPU to this
 * process; several may take all of them, as they rest between samples, but none may wait for one that
 * cannot run.
 */
static bool may_hold_cpus(const ts_hardware *h)
{
    const int threads = ts_problem_threads(h->problem);
    return threads > 1 ? CPU_COUNT(&h->cpus) >= threads : h->affinity_narrowed;
}

ts_worker_setup ts_hardware_setup(const ts_hardware *h, double cpu_seconds)
{
    size_t memory =
        h->options.memory_limit ? h->options.memory_limit : spare_memory + 8 * h->references->footprint;
    return (ts_worker_setup){.cpu = h->cpu,
                             .cpus = h->cpus,
                             .threads = ts_problem_threads(h->problem),
                             .realtime = may_hold_cpus(h),
                             .scratch = h->scratch,
                             .memory = memory,
                             .cpu_seconds = cpu_seconds};
}

void ts_hardware_set_deadline(ts_hardware *h, double seconds)
{
    h->limit = seconds;
    h->deadline = ts_now() + seconds;
}

/* ---- starting -------------------------------------------------------------------------------- */

void ts_hardware_describe_work(ts_hardware *h, size_t count)
{
    h->work = (ts_work){.problem = h->problem,
                        .slots = h->slots,
                        .references = h->references,
                        .reference_object = h->reference_object,
                        .items = h->items,
                        .count = count,
                        .plan = {.sample_seconds = sample_seconds,
                                 .budget_seconds = contender_seconds,
                                 .min_samples = MIN_SAMPLES,
                                 .max_samples = MAX_SAMPLES,
                                 .threads = ts_problem_threads(h->problem),
                                 .cold = h->options.cold},
                        .incumbent = h->incumbent};
    for (size_t i = 0; i < count; i++) {
        const ts_job *job = h->running[i];
        h->items[i] = (ts_work_item){&job->variant, job->object, (const int64_t(*)[TS_MAX_DIMS])job->cases,
                                     job->case_count};
    }
    h->current = TS_NO_ITEM;
    h->begun = 0;
    h->ended_well = false;
}

static int start_reference_worker(ts_hardware *h)
{
    ts_worker_setup setup = ts_hardware_setup(h, reference_seconds);
    setup.realtime = false;
    setup.threads = 1;
    ts_hardware_describe_work(h, 0);
    int rc = ts_worker_start(&setup, ts_work_reference, &h->work, &h->worker);
    if (rc == TS_OK)
        h->reference_state = TS_REFERENCE_RUNNING;
    ts_hardware_set_deadline(h, reference_seconds);
    return rc;
}

/* Those that are ready, one that crashed in company before the others. */
static size_t choose_items(ts_hardware *h)
{
    size_t count = 0;
    for (int first = 1; first >= 0; first--)
        for (size_t i = 0; i < h->jobs.count && count < TS_WORKER_JOBS; i++) {
            ts_job *job = h->jobs.items[i];
            if (job->state == TS_JOB_READY && job->first == (bool)first)
                h->running[count++] = job;
        }
    return count;
}

/* See worker_needs_all(): what is being compiled ends first. */
static bool must_wait(const ts_hardware *h)
{
    return ts_problem_threads(h->problem) > 1 && !h->affinity_narrowed && h->unit_count > 0;
}

static int start_search_worker(ts_hardware *h)
{
    size_t count = must_wait(h) ? 0 : choose_items(h);
    if (count == 0 || !ts_hardware_turn(h))
        return TS_OK;
    double each = ts_hardware_verify_limit(h) + ts_hardware_measure_limit(h);
    ts_worker_setup setup = ts_hardware_setup(h, start_seconds + each * (double)count);
    ts_hardware_describe_work(h, count);
    int rc = ts_worker_start(&setup, ts_work_search, &h->work, &h->worker);
    for (size_t i = 0; i < count && rc == TS_OK; i++)
        h->running[i]->state = TS_JOB_RUNNING;
    ts_hardware_set_deadline(h, start_seconds);
    return rc;
}

/* ---- messages -------------------------------------------------------------------------------- */

/* The worker is done with an item: its result may be collected. */
static void settle(ts_hardware *h, size_t item)
{
    h->running[item]->state = TS_JOB_FINISHED;
    h->running[item] = NULL;
    h->current = TS_NO_ITEM;
}

static void fail_item(ts_hardware *h, size_t item, ts_status status, const char *reason)
{
    ts_job_fail(h->running[item], status, reason);
    settle(h, item);
}

/* An object from the cache that can't be loaded is built again, once; then it is the compiler's fault. */
static void item_failed(ts_job *job, const ts_message *message)
{
    uint32_t status = TS_STATUS_CRASHED, blame = TS_BLAME_VARIANT;
    char *reason = ts_message_text(message, 2 * sizeof status + sizeof(double));
    bool whole = ts_message_u32(message, 0, &status) && ts_message_u32(message, sizeof status, &blame) &&
                 ts_message_double(message, 2 * sizeof status, &job->result.error);
    if (!whole || status == TS_STATUS_OK || status >= TS_STATUS_COUNT)
        status = TS_STATUS_CRASHED;
    if (blame == TS_BLAME_OBJECT && job->result.cached && !job->rebuild) {
        job->rebuild = true;
        job->result.cached = false;
        free(job->object);
        job->object = NULL;
    } else
        ts_job_fail(job, (ts_status)status, reason ? reason : "out of memory");
    job->judged = true;
    job->state = TS_JOB_RUNNING; /* until the worker is done with it */
    free(reason);
}

static bool item_samples(ts_job *job, const ts_message *message)
{
    ts_result *r = &job->result;
    const size_t head = sizeof r->inner + sizeof r->times.measure;
    free(r->samples);
    r->samples = ts_message_doubles(message, head, &r->sample_count);
    if (!r->samples || !ts_message_u64(message, 0, &r->inner) ||
        !ts_message_double(message, sizeof r->inner, &r->times.measure))
        return false;
    for (size_t i = 0; i < r->sample_count; i++)
        if (!(r->samples[i] > 0) || isinf(r->samples[i]))
            return false;
    r->cost = ts_median(r->samples, r->sample_count);
    r->status = TS_STATUS_OK;
    job->judged = true;
    return true;
}

/* The item is over: collected, or built again if its object was at fault. */
static bool item_done(ts_hardware *h, uint32_t item)
{
    ts_job *job = h->running[item];
    bool again = job->rebuild && !job->object;
    if (!job->judged)
        return false;
    settle(h, item);
    job->judged = !again;
    job->state = again ? TS_JOB_QUEUED : TS_JOB_FINISHED;
    ts_hardware_set_deadline(h, start_seconds);
    return true;
}

bool ts_hardware_verified(const ts_message *message, ts_result *r)
{
    return ts_message_double(message, 0, &r->error) &&
           ts_message_double(message, sizeof r->error, &r->deviation) &&
           ts_message_double(message, sizeof r->error + sizeof r->deviation, &r->times.verify);
}

/* False if the message makes no sense: then nothing that this worker says does. */
static bool take_item_message(ts_hardware *h, const ts_message *message)
{
    ts_job *job = message->item < h->work.count ? h->running[message->item] : NULL;
    if (!job || (message->kind == TS_MESSAGE_BEGIN ? h->current != TS_NO_ITEM : message->item != h->current))
        return false;
    switch (message->kind) {
    case TS_MESSAGE_BEGIN:
        h->current = message->item;
        h->begun++;
        ts_hardware_set_deadline(h, ts_hardware_verify_limit(h));
        return true;
    case TS_MESSAGE_VERIFIED:
        ts_hardware_set_deadline(h, ts_hardware_measure_limit(h));
        return ts_hardware_verified(message, &job->result);
    case TS_MESSAGE_FAILED:
        item_failed(job, message);
        return true;
    case TS_MESSAGE_SAMPLES:
        return item_samples(job, message);
    case TS_MESSAGE_DONE:
        return item_done(h, message->item);
    default:
        return false;
    }
}

static int reference_failed(const ts_hardware *h, const char *why)
{
    return ts_fail(TS_EINPUT, "%s doesn't work: %s", h->problem->kernel->reference, why);
}

static int take_message(ts_hardware *h, const ts_message *message, bool *sense)
{
    if (message->kind == TS_MESSAGE_END) {
        h->ended_well = true;
        return TS_OK;
    }
    if (message->kind == TS_MESSAGE_FAILED &&
        (message->item == UINT32_MAX || h->reference_state == TS_REFERENCE_RUNNING)) {
        char *why = ts_message_text(message, 2 * sizeof(uint32_t) + sizeof(double));
        int rc = reference_failed(h, why ? why : "out of memory");
        free(why);
        return rc;
    }
    if (h->reference_state != TS_REFERENCE_RUNNING)
        *sense = take_item_message(h, message);
    return TS_OK;
}

/* ---- ends ------------------------------------------------------------------------------------ */

static void requeue_running(ts_hardware *h)
{
    for (size_t i = 0; i < h->work.count; i++)
        if (h->running[i])
            h->running[i]->state = TS_JOB_READY;
}

/*
 * The item that the worker was at when it died. One that died of a signal after others had run in the same
 * process gets another chance in a fresh one, because they may have damaged the process unseen.
 */
static void blame_item(ts_hardware *h, int wait_status, const char *hung)
{
    ts_job *job = h->running[h->current];
    ts_str reason = TS_STR_INIT;
    ts_status status = TS_STATUS_TIMED_OUT;
    if (hung)
        ts_str_append(&reason, hung);
    else
        status = ts_worker_explain(&h->worker, wait_status, h->problem, &reason);
    if (!hung && h->begun > 1 && !job->first)
        job->first = true; /* still among the running, so that it is queued again */
    else
        fail_item(h, h->current, status, ts_str_text(&reason));
    ts_str_free(&reason);
}

static int finish_reference(ts_hardware *h, int wait_status, const char *hung)
{
    ts_str reason = TS_STR_INIT;
    if (h->ended_well && !hung) {
        ts_references_seal(h->references);
        h->reference_state = TS_REFERENCE_READY;
        return TS_OK;
    }
    if (hung)
        ts_str_append(&reason, hung);
    else
        ts_worker_explain(&h->worker, wait_status, h->problem, &reason);
    int rc = reference_failed(h, ts_str_text(&reason));
    ts_str_free(&reason);
    return rc;
}

static int worker_ended(ts_hardware *h, const char *hung)
{
    int wait_status = ts_worker_stop(&h->worker), rc = TS_OK;
    if (h->reference_state == TS_REFERENCE_RUNNING) {
        rc = finish_reference(h, wait_status, hung);
    } else {
        if (h->current != TS_NO_ITEM)
            blame_item(h, wait_status, hung);
        h->barren_workers = h->ended_well || h->begun > 0 ? 0 : h->barren_workers + 1;
        requeue_running(h);
        if (h->barren_workers >= MAX_BARREN) {
            ts_str reason = TS_STR_INIT;
            ts_worker_explain(&h->worker, wait_status, h->problem, &reason);
            rc = ts_fail(TS_EINTERNAL, "no worker process gets to work: %s",
                         hung ? hung : ts_str_text(&reason));
            ts_str_free(&reason);
        }
    }
    ts_worker_forget(&h->worker);
    ts_turn_give(&h->turn);
    return rc;
}

void ts_hardware_explain_hang(const ts_hardware *h, ts_str *out)
{
    ts_str_format(out, "did not finish within %.1f s while ", h->limit);
    ts_worker_phase(&h->worker, h->problem, out);
}

static int worker_hung(ts_hardware *h)
{
    ts_str text = TS_STR_INIT;
    ts_hardware_explain_hang(h, &text);
    int rc = worker_ended(h, ts_str_text(&text));
    ts_str_free(&text);
    return rc;
}

static int listen_to_worker(ts_hardware *h)
{
    ts_message message;
    bool sense = true;
    int rc = TS_OK;
    if (!ts_worker_read(&h->worker))
        return ts_fail(TS_ENOMEM, "out of memory while listening to a worker");
    while (rc == TS_OK && sense && ts_message_next(&h->worker.reader, &message))
        rc = take_message(h, &message, &sense);
    if (rc != TS_OK)
        return rc;
    if (!sense || h->worker.reader.broken) {
        if (h->current != TS_NO_ITEM)
            fail_item(h, h->current, TS_STATUS_CRASHED, "wrote into the pipe between worker and session");
        return worker_ended(h, NULL);
    }
    if (h->worker.ended)
        return worker_ended(h, NULL);
    return ts_now() > h->deadline ? worker_hung(h) : TS_OK;
}

int ts_hardware_work(ts_hardware *h)
{
    int rc = h->worker.pid > 0 ? listen_to_worker(h) : TS_OK;
    if (rc != TS_OK || h->worker.pid > 0)
        return rc;
    if (h->reference_state == TS_REFERENCE_COMPILED)
        return start_reference_worker(h);
    if (h->reference_state == TS_REFERENCE_READY && !h->hold)
        return start_search_worker(h);
    return TS_OK;
}
