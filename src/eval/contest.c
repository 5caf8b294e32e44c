/*
 * The finals of the hardware evaluator. One worker holds all entrants; results come in round by round, so
 * that an entrant that brings the worker down costs the round it was in, not the rounds before: the others go
 * on in a new worker.
 */
#include "eval/hardware.h"

#include "measure/stats.h"
#include "util/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BARREN = 3, RATES = 2 };
static const double sample_seconds = 300e-6, start_seconds = 30;

typedef struct ts_final {
    ts_hardware *h;
    ts_job **entrants; /* [count], in the order asked for */
    size_t count, rounds, wanted_rounds;
    TS_VEC(double) rows;               /* [rounds][count + 2]: samples, then the peak and the bandwidth */
    size_t entrant_of[TS_WORKER_JOBS]; /* by the worker's item */
    double deadline;                   /* 0: none */
    bool counting, sense, stopped;
    size_t barren;
} ts_final;

void ts_contest_clear(ts_contest *c)
{
    for (size_t i = 0; c->results && i < c->count; i++)
        ts_result_clear(&c->results[i]);
    free(c->results);
    free(c->samples);
    free(c->peak);
    free(c->bandwidth);
    *c = (ts_contest){0};
}

/* ---- building -------------------------------------------------------------------------------- */

static bool all_built(const ts_hardware *h)
{
    bool any = false;
    for (size_t i = 0; i < h->jobs.count; i++) {
        ts_job_state state = h->jobs.items[i]->state;
        if (state == TS_JOB_QUEUED || state == TS_JOB_COMPILING)
            return false;
        any = any || state == TS_JOB_READY;
    }
    return !any || h->reference_state == TS_REFERENCE_READY;
}

static bool told_to_stop(ts_final *f)
{
    const ts_evaluator *e = &f->h->base;
    f->stopped = f->stopped || (e->stop && e->stop(e->stop_context));
    return f->stopped;
}

static int build_all(ts_final *f)
{
    for (;;) {
        int rc = ts_hardware_pump(f->h);
        if (rc != TS_OK || all_built(f->h) || told_to_stop(f))
            return rc;
        ts_hardware_wait(f->h, 1);
    }
}

/* ---- messages -------------------------------------------------------------------------------- */

/* A row of the table of rounds. */
static size_t width(const ts_final *f)
{
    return f->count + RATES;
}

static bool take_round(ts_final *f, const ts_message *message)
{
    size_t n;
    double *row = ts_message_doubles(message, 0, &n);
    bool ok = row && n == f->h->work.count + RATES;
    size_t base = f->rows.count;
    for (size_t i = 0; i < width(f) && ok; i++)
        ok = ts_vec_push(&f->rows, NAN);
    for (size_t i = 0; i + RATES < n && ok; i++)
        f->rows.items[base + f->entrant_of[i]] = row[i];
    if (ok) {
        memcpy(&f->rows.items[base + f->count], &row[n - RATES], RATES * sizeof *row);
        f->rounds++;
    } else
        f->rows.count = base;
    free(row);
    return ok;
}

static bool take_failure(ts_job *job, const ts_message *message)
{
    uint32_t status;
    char *reason = ts_message_text(message, 2 * sizeof status + sizeof(double));
    bool ok = reason && ts_message_u32(message, 0, &status) && status != TS_STATUS_OK &&
              status < TS_STATUS_COUNT && ts_message_double(message, 2 * sizeof status, &job->result.error);
    if (ok)
        ts_job_fail(job, (ts_status)status, reason);
    free(reason);
    return ok;
}

static bool take_entrant_message(ts_final *f, const ts_message *message)
{
    ts_hardware *h = f->h;
    if (message->item >= h->work.count)
        return false;
    ts_job *job = h->running[message->item];
    ts_result *r = &job->result;
    switch (message->kind) {
    case TS_MESSAGE_BEGIN:
        h->current = message->item;
        h->begun++;
        return true;
    case TS_MESSAGE_VERIFIED:
        return ts_hardware_verified(message, r);
    case TS_MESSAGE_FAILED:
        return take_failure(job, message);
    case TS_MESSAGE_COUNTERS:
        return r->counters == NULL && ts_counters_unpack(message, &r->counters, &r->counter_count) == TS_OK;
    case TS_MESSAGE_DONE:
        h->current = TS_NO_ITEM;
        return true;
    default:
        return false;
    }
}

static void take_message(ts_final *f, const ts_message *message)
{
    ts_hardware *h = f->h;
    ts_hardware_set_deadline(h, ts_hardware_verify_limit(h) + ts_hardware_measure_limit(h));
    if (message->kind == TS_MESSAGE_END)
        h->ended_well = true;
    else if (message->kind == TS_MESSAGE_COUNTING)
        f->counting = true;
    else if (message->kind == TS_MESSAGE_ROUND) {
        f->sense = take_round(f, message);
        h->current = TS_NO_ITEM;
    } else
        f->sense = take_entrant_message(f, message);
}

/* ---- one worker after another ---------------------------------------------------------------- */

static int start_worker(ts_final *f)
{
    ts_hardware *h = f->h;
    size_t count = 0;
    for (size_t i = 0; i < f->count; i++)
        if (f->entrants[i]->state == TS_JOB_READY) {
            f->entrant_of[count] = i;
            h->running[count++] = f->entrants[i];
        }
    ts_hardware_describe_work(h, count);
    double left = f->deadline > 0 ? f->deadline - ts_now() : 3600;
    h->work.rounds = f->wanted_rounds ? f->wanted_rounds - f->rounds : 0;
    h->work.seconds = f->deadline <= 0 ? 0 : left > 1e-3 ? left : 1e-3;
    h->work.sample_seconds = sample_seconds;
    const char *counters = h->options.counters ? h->options.counters : "papi";
    h->work.counters = strcmp(counters, "none") == 0 ? NULL : counters;
    ts_worker_setup setup =
        ts_hardware_setup(h, 2 * (start_seconds + left) + (double)count * ts_hardware_verify_limit(h));
    f->counting = false;
    f->sense = true;
    ts_hardware_set_deadline(h, start_seconds);
    return ts_worker_start(&setup, ts_work_contest, &h->work, &h->worker);
}

static bool hung(const ts_final *f)
{
    return ts_now() > f->h->deadline;
}

static int listen(ts_final *f)
{
    ts_hardware *h = f->h;
    while (!h->worker.ended && f->sense && !h->worker.reader.broken && !hung(f) && !told_to_stop(f)) {
        ts_message message;
        ts_hardware_wait(h, 1);
        if (!ts_worker_read(&h->worker))
            return ts_fail(TS_ENOMEM, "out of memory while listening to a worker");
        while (f->sense && ts_message_next(&h->worker.reader, &message)) {
            if (message.item == UINT32_MAX && message.kind == TS_MESSAGE_FAILED)
                return ts_fail(TS_EINPUT,
                               "%s can't be loaded; remove the cache of built variants and try again",
                               h->reference_object);
            take_message(f, &message);
        }
    }
    f->sense = f->sense && !h->worker.reader.broken;
    return TS_OK;
}

/* The worker died or hung: whoever it was at is out, unless only counters were left to be read. */
static int blame(ts_final *f, int wait_status, bool timed_out)
{
    ts_hardware *h = f->h;
    ts_str reason = TS_STR_INIT;
    ts_status status = TS_STATUS_TIMED_OUT;
    int rc = TS_OK;
    if (timed_out)
        ts_hardware_explain_hang(h, &reason);
    else if (!f->sense) {
        status = TS_STATUS_CRASHED;
        ts_str_append(&reason, "wrote into the pipe between worker and session");
    } else
        status = ts_worker_explain(&h->worker, wait_status, h->problem, &reason);
    if (h->current != TS_NO_ITEM && !f->counting)
        ts_job_fail(h->running[h->current], status, ts_str_text(&reason));
    else if (!f->counting && ++f->barren >= MAX_BARREN)
        rc = ts_fail(TS_EINTERNAL, "no worker process gets to the finals: %s", ts_str_text(&reason));
    ts_str_free(&reason);
    return rc;
}

static bool anyone_left(const ts_final *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->entrants[i]->state == TS_JOB_READY)
            return true;
    return false;
}

static bool more_to_do(const ts_final *f)
{
    return anyone_left(f) && (f->wanted_rounds == 0 || f->rounds < f->wanted_rounds);
}

static int run(ts_final *f)
{
    ts_hardware *h = f->h;
    int rc = TS_OK;
    while (rc == TS_OK && more_to_do(f) && !f->stopped) {
        rc = start_worker(f);
        if (rc == TS_OK)
            rc = listen(f);
        bool timed_out = !h->worker.ended && f->sense && !f->stopped && hung(f);
        int wait_status = ts_worker_stop(&h->worker);
        if (rc == TS_OK && !h->ended_well && !f->stopped)
            rc = blame(f, wait_status, timed_out);
        ts_worker_forget(&h->worker);
        if (h->ended_well || f->counting)
            break;
    }
    return rc;
}

/* ---- the outcome ----------------------------------------------------------------------------- */

/* One column of the table; malloc'ed. */
static double *column(const ts_final *f, size_t i)
{
    double *out = malloc((f->rounds + 1) * sizeof *out);
    for (size_t r = 0; out && r < f->rounds; r++)
        out[r] = f->rows.items[r * width(f) + i];
    return out;
}

/* Counters that were asked for and did not come are unavailable, and say so. */
static void note_missing_counters(const ts_final *f, ts_result *r)
{
    if (!f->h->work.counters || r->counters || r->status != TS_STATUS_OK)
        return;
    r->counters = calloc(1, sizeof *r->counters);
    if (!r->counters)
        return;
    r->counters[0] = (ts_counter){.name = strdup(f->h->work.counters),
                                  .unit = strdup("events"),
                                  .value = NAN,
                                  .reason = strdup("the worker ended before they were read")};
    r->counter_count = 1;
}

static void fill_entrant(const ts_final *f, size_t i, ts_contest *out)
{
    ts_job *job = f->entrants[i];
    double *row = out->samples + i * f->rounds;
    bool survived = job->state == TS_JOB_READY && f->rounds > 0;
    for (size_t r = 0; r < f->rounds; r++)
        row[r] = survived ? f->rows.items[r * width(f) + i] : NAN;
    if (survived) {
        job->result.status = TS_STATUS_OK;
        job->result.cost = ts_median(row, f->rounds);
    } else if (job->state == TS_JOB_READY)
        ts_job_fail(job, TS_STATUS_UNAVAILABLE, "no round was completed");
    out->results[i] = job->result;
    job->result = (ts_result){0};
    note_missing_counters(f, &out->results[i]);
}

static int fill(const ts_final *f, ts_contest *out)
{
    *out = (ts_contest){.count = f->count, .rounds = f->rounds};
    out->samples = malloc((f->count * f->rounds + 1) * sizeof *out->samples);
    out->results = calloc(f->count + 1, sizeof *out->results);
    out->peak = column(f, f->count);
    out->bandwidth = column(f, f->count + 1);
    if (!out->samples || !out->results || !out->peak || !out->bandwidth) {
        ts_contest_clear(out);
        return ts_fail(TS_ENOMEM, "out of memory after the finals");
    }
    for (size_t i = 0; i < f->count; i++)
        fill_entrant(f, i, out);
    return TS_OK;
}

/* The rounds are timed without a pause, so other sessions wait until they are over. */
static void await_turn(ts_final *f)
{
    while (!ts_hardware_turn(f->h) && !told_to_stop(f))
        ts_hardware_wait(f->h, 1);
}

int ts_hardware_contest(ts_evaluator *self, const uint64_t *configs, size_t count, size_t rounds,
                        double seconds, ts_contest *out)
{
    ts_hardware *h = (ts_hardware *)self;
    ts_final f = {.h = h, .count = count, .wanted_rounds = rounds};
    *out = (ts_contest){0};
    if (count == 0 || count > TS_WORKER_JOBS || (rounds == 0 && seconds <= 0))
        return ts_fail(TS_EINPUT, "a contest takes 1 to %d entrants and a limit of rounds or seconds",
                       TS_WORKER_JOBS);
    ts_hardware_abandon(h);
    h->hold = true;
    int rc = ts_hardware_queue(h, configs, count);
    if (rc == TS_OK)
        rc = build_all(&f);
    f.entrants = h->jobs.items;
    if (rc == TS_OK)
        await_turn(&f);
    f.deadline = seconds > 0 ? ts_now() + seconds : 0;
    if (rc == TS_OK)
        rc = run(&f);
    ts_turn_give(&h->turn);
    if (rc == TS_OK)
        rc = fill(&f, out);
    ts_hardware_abandon(h);
    ts_vec_free(&f.rows);
    h->hold = false;
    return rc;
}
