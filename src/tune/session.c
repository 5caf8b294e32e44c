/* See session.h. */
#include "tune/session.h"

#include "util/clock.h"

#include <math.h>
#include <string.h>

enum { MAX_BATCH = 64, MAX_EMPTY_ROUNDS = 50, DECLINED_ROUNDS = 40 };

/* What the loop needs besides the session: which configurations were handed out, and how many are still out.
 */
typedef struct ts_loop {
    ts_session *session;
    void *strategy_state;
    uint64_t *handed; /* open addressing, config + 1 */
    size_t handed_capacity, handed_count;
    size_t next_seed, in_flight, empty_rounds;
    bool exhausted;
} ts_loop;

static size_t handed_slot(const uint64_t *set, size_t capacity, uint64_t config)
{
    size_t i = (config * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (capacity - 1);
    while (set[i] != 0 && set[i] != config + 1)
        i = (i + 1) & (capacity - 1);
    return i;
}

/* 1 if new, 0 if it was handed out before. */
static int hand_out(ts_loop *l, uint64_t config)
{
    if (4 * (l->handed_count + 1) > 3 * l->handed_capacity) {
        size_t capacity = l->handed_capacity ? 2 * l->handed_capacity : 256;
        uint64_t *set = calloc(capacity, sizeof *set);
        if (!set)
            return ts_fail(TS_ENOMEM, "out of memory while keeping count of configurations");
        for (size_t i = 0; i < l->handed_capacity; i++)
            if (l->handed[i])
                set[handed_slot(set, capacity, l->handed[i] - 1)] = l->handed[i];
        free(l->handed);
        l->handed = set;
        l->handed_capacity = capacity;
    }
    size_t i = handed_slot(l->handed, l->handed_capacity, config);
    if (l->handed[i])
        return 0;
    l->handed[i] = config + 1;
    l->handed_count++;
    return 1;
}

static int record(ts_session *s, const ts_observation *o)
{
    if (!ts_vec_push(&s->trials, *o))
        return ts_fail(TS_ENOMEM, "out of memory while recording a result");
    s->since_best++;
    if (o->status == TS_STATUS_OK && (s->best.status != TS_STATUS_OK || o->cost < s->best.cost)) {
        s->best = *o;
        s->since_best = 0;
    }
    return TS_OK;
}

/* Whether a new proposal of the strategy is to be evaluated; who declines tells the strategy. */
static bool admitted(const ts_loop *l, uint64_t config)
{
    const ts_session *s = l->session;
    if (!s->filter.admits || s->filter.admits(s->filter.context, config))
        return true;
    if (s->strategy->decline)
        s->strategy->decline(l->strategy_state, &config, 1);
    return false;
}

/* The strategy's proposals that are new and admitted. */
static int ask(ts_loop *l, size_t want, uint64_t *batch, size_t *count)
{
    ts_session *s = l->session;
    uint64_t proposed[MAX_BATCH];
    double before = ts_now();
    size_t n = s->strategy->propose(l->strategy_state, want, proposed);
    s->search_seconds += ts_now() - before;
    l->exhausted = n == 0;
    for (size_t i = 0; i < n; i++) {
        if (proposed[i] >= ts_space_count(s->space))
            return ts_fail(TS_EINTERNAL,
                           "strategy '%s' proposed a configuration outside the space; report this",
                           s->strategy->name);
        int new = hand_out(l, proposed[i]);
        if (new < 0)
            return new;
        if (new &&admitted(l, proposed[i]))
            batch[(*count)++] = proposed[i];
    }
    return TS_OK;
}

/* Collect up to `want` configurations that were not handed out yet: seeds first, then the strategy's. */
static int gather(ts_loop *l, size_t want, uint64_t *batch, size_t *count)
{
    ts_session *s = l->session;
    *count = 0;
    while (*count < want && l->next_seed < s->seed_count) {
        uint64_t config = s->seeds[l->next_seed++];
        int new = hand_out(l, config);
        if (new < 0)
            return new;
        if (new)
            batch[(*count)++] = config;
    }
    if (*count > 0)
        return TS_OK;
    size_t rounds = s->filter.admits ? DECLINED_ROUNDS : 1;
    int rc = TS_OK;
    for (size_t i = 0; i < rounds && rc == TS_OK && *count == 0 && !l->exhausted; i++)
        rc = ask(l, want, batch, count);
    if (rc != TS_OK)
        return rc;
    l->empty_rounds = *count ? 0 : l->empty_rounds + 1;
    return TS_OK;
}

/* Recorded evaluations take the time they took when they were recorded. */
static double now(const ts_session *s)
{
    return s->evaluator->now ? s->evaluator->now(s->evaluator) : ts_now();
}

ts_stop_state ts_session_state(const ts_session *s)
{
    return (ts_stop_state){.evaluations = s->trials.count,
                           .since_best = s->since_best,
                           .seconds = now(s) - s->started,
                           .best = s->best.cost,
                           .bound = s->bound};
}

static size_t room(const ts_loop *l)
{
    ts_stop_state state = ts_session_state(l->session);
    state.in_flight = l->in_flight;
    return ts_stop_room(&l->session->stop, &state);
}

/* Keep the evaluator busy, with whole batches: they share a translation unit. */
static int refill(ts_loop *l)
{
    ts_session *s = l->session;
    while (l->in_flight + s->evaluator->batch <= s->evaluator->batch * s->evaluator->depth && !l->exhausted &&
           l->empty_rounds < MAX_EMPTY_ROUNDS) {
        size_t want = s->evaluator->batch < MAX_BATCH ? s->evaluator->batch : MAX_BATCH, most = room(l),
               count;
        if (most == 0)
            break;
        want = want < most ? want : most;
        uint64_t batch[MAX_BATCH];
        int rc = gather(l, want, batch, &count);
        if (rc == TS_OK && count > 0)
            rc = s->evaluator->submit(s->evaluator, batch, count);
        if (rc != TS_OK)
            return rc;
        l->in_flight += count;
    }
    return TS_OK;
}

/* Durable first, then counted, then learned from. */
static int take_result(ts_loop *l, const ts_result *result)
{
    ts_session *s = l->session;
    ts_observation o = {result->config, result->status, result->status == TS_STATUS_OK ? result->cost : NAN};
    l->in_flight--;
    int rc = s->on_result ? s->on_result(s->context, result) : TS_OK;
    if (rc != TS_OK)
        return rc;
    s->evaluated++;
    s->by_status[result->status]++;
    rc = record(s, &o);
    if (rc != TS_OK)
        return rc;
    if (s->evaluator->incumbent && s->best.status == TS_STATUS_OK)
        s->evaluator->incumbent(s->evaluator, s->best.cost);
    double before = ts_now();
    if (s->strategy->observe)
        s->strategy->observe(l->strategy_state, &o, 1);
    s->search_seconds += ts_now() - before;
    return s->filter.learn ? s->filter.learn(s->filter.context, &o) : TS_OK;
}

/* Why to stop now; NULL to go on. */
static const char *reason_to_stop(const ts_loop *l)
{
    const ts_session *s = l->session;
    if (s->interrupted && s->interrupted(s->context))
        return "interrupted";
    ts_stop_state state = ts_session_state(s);
    const char *reason = ts_stop_reason(&s->stop, &state);
    if (reason || l->in_flight > 0)
        return reason;
    if (l->exhausted)
        return "space exhausted";
    return l->empty_rounds >= MAX_EMPTY_ROUNDS ? "strategy has nothing new" : NULL;
}

static int loop(ts_loop *l)
{
    ts_session *s = l->session;
    for (;;) {
        s->stop_reason = reason_to_stop(l);
        if (s->stop_reason)
            return TS_OK;
        int rc = refill(l);
        if (rc != TS_OK)
            return rc;
        ts_result result = {0};
        int got = s->evaluator->collect(s->evaluator, 0.1, &result);
        if (got < 0)
            return got;
        if (got == 0)
            continue;
        rc = take_result(l, &result);
        ts_result_clear(&result);
        if (rc != TS_OK)
            return rc;
    }
}

int ts_session_run(ts_session *s)
{
    ts_loop l = {.session = s};
    ts_search search = {s->space, s->seed, s->known, s->known_count, s->belief};
    int rc = TS_OK;
    s->best = (ts_observation){.status = TS_STATUS_UNAVAILABLE, .cost = NAN};
    s->started = now(s);
    s->stop_reason = "failed";
    for (size_t i = 0; i < s->known_count && rc >= 0; i++) {
        rc = hand_out(&l, s->known[i].config);
        if (rc >= 0)
            rc = record(s, &s->known[i]);
    }
    s->since_best = 0;
    if (rc >= 0)
        rc = s->strategy->open(&search, &l.strategy_state);
    if (rc < 0)
        goto done;
    if (s->best.status == TS_STATUS_OK && s->evaluator->incumbent)
        s->evaluator->incumbent(s->evaluator, s->best.cost);
    rc = loop(&l);
    s->strategy->close(l.strategy_state);
done:
    free(l.handed);
    return rc;
}

void ts_session_clear(ts_session *s)
{
    ts_vec_free(&s->trials);
}
