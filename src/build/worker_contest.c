/* The worker of the finals: everyone in every round, in an order that is drawn anew, with what the machine
 * can do measured beside them. */
#include "build/worker_load.h"

#include "core/ceiling.h"
#include "core/roofline.h"
#include "measure/counters.h"
#include "util/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LEAST_ROUNDS = 3, COUNTED_CALLS_MAX = 1000 };
static const double ceiling_seconds = 100e-6, counted_seconds = 5e-3, short_call = 1e-3;
static const uint64_t order_seed = 977;

typedef struct ts_entrant {
    bool takes_part;
    ts_subject subject;
    ts_timed timed;
    uint64_t inner;
    double seconds; /* of one call, roughly */
} ts_entrant;

typedef struct ts_arena {
    const ts_work *work;
    ts_worker_side *side;
    ts_verifier verifier;
    ts_entrant *entrants;
    uint32_t *order;
    double *row; /* [count + 2]: samples of the round, then peak and bandwidth */
    ts_ceiling *ceiling;
    double deadline;
} ts_arena;

/* ---- admission ------------------------------------------------------------------------------- */

static void admit(ts_arena *a, uint32_t i)
{
    ts_entrant *e = &a->entrants[i];
    ts_str reason = TS_STR_INIT;
    ts_accuracy accuracy = {NAN, NAN};
    double before = ts_now();
    ts_message_send(a->side->fd, TS_MESSAGE_BEGIN, i, NULL, 0);
    if (ts_load_item(a->work, i, a->side, &e->subject)) {
        int verdict = ts_verify_asked(&a->verifier, &e->subject, &accuracy, &reason);
        e->takes_part = ts_send_verdict(a->side, i, verdict, accuracy.error, ts_str_text(&reason));
        if (e->takes_part)
            ts_send_verified(a->side, i, accuracy, ts_now() - before);
    }
    ts_message_send(a->side->fd, TS_MESSAGE_DONE, i, NULL, 0);
    ts_str_free(&reason);
}

/* How many calls make a sample; a call that is one by itself isn't repeated to find out. */
static void calibrate(const ts_work *work, ts_entrant *e)
{
    e->inner = 1;
    const int threads = work->plan.threads;
    e->seconds = ts_timer_sample_threads(ts_timed_call, &e->timed, 1, threads);
    if (!work->plan.cold && e->seconds < work->sample_seconds) {
        e->inner = ts_timer_calibrate(ts_timed_call, &e->timed, work->sample_seconds);
        e->seconds = ts_timer_sample_threads(ts_timed_call, &e->timed, e->inner, threads);
    }
}

/* Once everyone has been verified, operands and workspaces have their final places: set up the calls that
 * will be timed. */
static void warm_up(ts_arena *a, uint32_t i)
{
    ts_entrant *e = &a->entrants[i];
    ts_str reason = TS_STR_INIT;
    ts_accuracy accuracy = {0};
    ts_message_send(a->side->fd, TS_MESSAGE_BEGIN, i, NULL, 0);
    int verdict = ts_verify_for_timing(&a->verifier, &e->subject, &accuracy, &reason);
    e->takes_part = ts_send_verdict(a->side, i, verdict, accuracy.error, ts_str_text(&reason));
    if (e->takes_part) {
        a->side->board->phase = TS_PHASE_MEASURE;
        e->timed = (ts_timed){e->subject.call, a->verifier.call};
        ts_threads_bind(a->side);
        calibrate(a->work, e);
    }
    a->side->board->phase = TS_PHASE_IDLE;
    ts_message_send(a->side->fd, TS_MESSAGE_DONE, i, NULL, 0);
    ts_str_free(&reason);
}

/* ---- rounds ---------------------------------------------------------------------------------- */

static void shuffle(ts_rng *rng, uint32_t *order, uint32_t n)
{
    for (uint32_t i = n; i > 1; i--) { /* Fisher & Yates */
        uint32_t j = (uint32_t)ts_rng_below(rng, i), swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
}

/* Entrants share the workspace: what one of them prepared in it didn't outlast the one before. */
static void prepare_again(const ts_entrant *e)
{
    if (e->subject.prepare)
        e->subject.prepare(&e->timed.call);
}

/* OpenMP's threads spin for some time after their last work: they must not do so on the next entrant's CPUs.
 */
static void let_threads_rest(const ts_arena *a)
{
    if (ts_problem_threads(a->work->problem) > 1)
        nanosleep(&(struct timespec){.tv_nsec = 4000000}, NULL);
}

static double sample(ts_arena *a, uint32_t i)
{
    ts_entrant *e = &a->entrants[i];
    ts_message_send(a->side->fd, TS_MESSAGE_BEGIN, i, NULL, 0);
    let_threads_rest(a);
    prepare_again(e);
    if (a->work->plan.cold)
        ts_timer_evict();
    else if (e->seconds < short_call)
        ts_timed_call(&e->timed); /* bring code and operands back after the previous entrant */
    return ts_timer_sample_threads(ts_timed_call, &e->timed, e->inner, a->work->plan.threads);
}

/* The guard on real-time processor time (ts_realtime) counts from the last sleep. */
static void breathe(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
}

static bool time_is_up(const ts_arena *a, uint32_t round)
{
    return round >= LEAST_ROUNDS && a->deadline > 0 && ts_now() > a->deadline;
}

/* False if time was up before everyone had their turn. */
static bool run_round(ts_arena *a, uint32_t round)
{
    const uint32_t count = (uint32_t)a->work->count;
    for (uint32_t i = 0; i < count; i++) {
        if (time_is_up(a, round))
            return false;
        a->row[a->order[i]] = a->entrants[a->order[i]].takes_part ? sample(a, a->order[i]) : NAN;
    }
    let_threads_rest(a);
    ts_rates rates = ts_ceiling_read(a->ceiling, ceiling_seconds);
    a->row[count] = rates.peak;
    a->row[count + 1] = rates.bandwidth;
    ts_message_send(a->side->fd, TS_MESSAGE_ROUND, round, a->row, (count + 2) * sizeof *a->row);
    return true;
}

static void run_rounds(ts_arena *a)
{
    const uint32_t count = (uint32_t)a->work->count;
    ts_rng rng;
    ts_rng_seed(&rng, order_seed);
    a->side->board->phase = TS_PHASE_MEASURE;
    ts_priority_raise(a->side);
    for (uint32_t r = 0; a->work->rounds == 0 || r < a->work->rounds; r++) {
        shuffle(&rng, a->order, count);
        if (!run_round(a, r))
            break;
        breathe();
    }
    ts_priority_drop(a->side);
    a->side->board->phase = TS_PHASE_IDLE;
}

/* ---- counters -------------------------------------------------------------------------------- */

static uint64_t counted_calls(const ts_entrant *e)
{
    double calls = e->seconds > 0 ? counted_seconds / e->seconds : 1;
    return calls < 1 ? 1 : calls > COUNTED_CALLS_MAX ? COUNTED_CALLS_MAX : (uint64_t)calls;
}

static void send_counters(const ts_arena *a, uint32_t i, const ts_counter *counters, size_t count,
                          uint64_t calls)
{
    ts_str payload = TS_STR_INIT;
    ts_counters_pack(counters, count, (double)calls, &payload);
    ts_message_send(a->side->fd, TS_MESSAGE_COUNTERS, i, ts_str_text(&payload), payload.length);
    ts_str_free(&payload);
}

/* Counted is a region of many calls; sent is what one call accounts for. */
static int count_calls(ts_entrant *e, const ts_counter_backend *backend, void *state, uint64_t calls)
{
    prepare_again(e);
    if (e->seconds < short_call)
        ts_timed_call(&e->timed);
    int rc = backend->start(state);
    for (uint64_t c = 0; c < calls && rc == TS_OK; c++)
        ts_timed_call(&e->timed);
    return rc == TS_OK ? backend->stop(state) : rc;
}

/* Counters follow the thread that started them. */
static int open_counters(const ts_arena *a, const ts_counter_backend *backend, void **state)
{
    int threads = ts_problem_threads(a->work->problem);
    if (!backend)
        return ts_fail(TS_ENOTFOUND, "there is no counter backend '%s'", a->work->counters);
    if (threads > 1)
        return ts_fail(TS_EINPUT, "counters see one thread, and these variants run on %d", threads);
    return backend->open(state);
}

static void read_counters(ts_arena *a)
{
    const char *name = a->work->counters;
    const ts_counter_backend *backend = name ? ts_counter_backend_find(name) : NULL;
    void *state = NULL;
    if (!name)
        return;
    ts_message_send(a->side->fd, TS_MESSAGE_COUNTING, 0, NULL, 0);
    int opened = open_counters(a, backend, &state);
    for (uint32_t i = 0; i < a->work->count; i++) {
        ts_entrant *e = &a->entrants[i];
        uint64_t calls = counted_calls(e);
        ts_counter none = {.name = name, .unit = "events"};
        size_t count = 1;
        if (!e->takes_part)
            continue;
        ts_message_send(a->side->fd, TS_MESSAGE_BEGIN, i, NULL, 0);
        a->side->board->phase = TS_PHASE_MEASURE;
        const ts_counter *counters = &none;
        if (opened == TS_OK && count_calls(e, backend, state, calls) == TS_OK)
            counters = backend->read(state, &count);
        else
            none.reason = ts_error();
        send_counters(a, i, counters, count, calls);
        a->side->board->phase = TS_PHASE_IDLE;
    }
    if (opened == TS_OK)
        backend->close(state);
}

static void hold(ts_arena *a)
{
    const uint32_t count = (uint32_t)a->work->count;
    for (uint32_t i = 0; i < count; i++) {
        a->order[i] = i;
        admit(a, i);
    }
    for (uint32_t i = 0; i < count; i++)
        if (a->entrants[i].takes_part)
            warm_up(a, i);
    run_rounds(a);
    read_counters(a);
}

static int open_ceiling(ts_arena *a)
{
    const ts_problem *problem = a->work->problem;
    double footprint;
    int rc = ts_problem_footprint(problem, &footprint);
    return rc == TS_OK ? ts_ceiling_open(problem->type->name, footprint, a->work->plan.threads, &a->ceiling)
                       : rc;
}

void ts_work_contest(const void *context, ts_worker_side *side)
{
    const ts_work *work = context;
    ts_arena a = {.work = work, .side = side, .deadline = work->seconds > 0 ? ts_now() + work->seconds : 0};
    a.entrants = calloc(work->count, sizeof *a.entrants);
    a.order = calloc(work->count, sizeof *a.order);
    a.row = calloc(work->count + 2, sizeof *a.row);
    if (!a.entrants || !a.order || !a.row || open_ceiling(&a) != TS_OK)
        ts_send_failed(side, UINT32_MAX, TS_STATUS_UNAVAILABLE, TS_BLAME_OBJECT, NAN,
                       "out of memory in the finals");
    else if (ts_load_verifier(work, side, &a.verifier)) {
        hold(&a);
        ts_verifier_close(&a.verifier);
    }
    free(a.entrants);
    free(a.order);
    free(a.row);
    ts_ceiling_close(a.ceiling);
}
