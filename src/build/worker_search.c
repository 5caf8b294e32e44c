/* The worker of the search: each variant is loaded, verified, and only then timed; and the one that computes
 * the reference results. */
#include "build/worker_load.h"

#include "measure/stats.h"
#include "util/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Beyond this times the best, a variant isn't worth more samples; within that, it may be the best. */
static const double hopeless = 1.5, contender = 1.15;
/* All reference results besides the first may take this long. */
static const double reference_seconds = 0.5;

void ts_work_reference(const void *context, ts_worker_side *side)
{
    const ts_work *work = context;
    ts_oracle oracle;
    ts_message_send(side->fd, TS_MESSAGE_BEGIN, 0, NULL, 0);
    side->board->phase = TS_PHASE_REFERENCE;
    if (ts_load_oracle(work, &oracle) && ts_references_compute(work->references, work->problem, work->slots,
                                                               oracle, reference_seconds) == TS_OK)
        ts_message_send(side->fd, TS_MESSAGE_DONE, 0, NULL, 0);
    else
        ts_send_failed(side, 0, TS_STATUS_UNAVAILABLE, TS_BLAME_OBJECT, NAN, ts_error());
}

static void send_samples(const ts_worker_side *side, uint32_t i, const ts_timing *t, double seconds)
{
    ts_str payload = TS_STR_INIT;
    ts_str_append_n(&payload, (const char *)&t->inner, sizeof t->inner);
    ts_str_append_n(&payload, (const char *)&seconds, sizeof seconds);
    ts_str_append_n(&payload, (const char *)t->samples, t->count * sizeof *t->samples);
    ts_message_send(side->fd, TS_MESSAGE_SAMPLES, i, ts_str_text(&payload), payload.length);
    ts_str_free(&payload);
}

static bool time_item(const ts_work *work, uint32_t i, ts_worker_side *side, ts_verifier *v, ts_call_fn *fn,
                      double *best)
{
    ts_timing timing = {0};
    ts_timing_plan plan = work->plan;
    ts_timed timed = {fn, v->call};
    ts_str reason = TS_STR_INIT;
    ts_accuracy accuracy = {0};
    double before = ts_now();
    plan.hopeless = isnan(*best) ? 0 : hopeless * *best;
    plan.contender = isnan(*best) ? 0 : contender * *best;
    side->board->phase = TS_PHASE_MEASURE;
    ts_threads_bind(side);
    ts_priority_raise(side);
    int rc = ts_timer_run(ts_timed_call, &timed, &plan, &timing);
    ts_priority_drop(side);
    ts_threads_release(side);
    if (rc == TS_OK)
        rc = ts_verify_after(v, &accuracy, &reason);
    bool good = ts_send_verdict(side, i, rc, accuracy.error, ts_str_text(&reason));
    if (good) {
        double median = ts_median(timing.samples, timing.count);
        *best = isnan(*best) || median < *best ? median : *best;
        send_samples(side, i, &timing, ts_now() - before);
    }
    ts_str_free(&reason);
    free(timing.samples);
    return good;
}

/*
 * True if the worker may go on: a variant that was proved wrong may have damaged what the next one would be
 * judged by, so that a new worker takes over.
 */
static bool work_on(const ts_work *work, uint32_t i, ts_worker_side *side, ts_verifier *v, double *best)
{
    ts_subject subject;
    ts_str reason = TS_STR_INIT;
    ts_accuracy accuracy = {NAN, NAN};
    double before = ts_now();
    if (!ts_load_item(work, i, side, &subject))
        return true;
    int verdict = ts_verify_variant(v, &subject, &accuracy, &reason);
    bool good = ts_send_verdict(side, i, verdict, accuracy.error, ts_str_text(&reason));
    if (good) {
        ts_send_verified(side, i, accuracy, ts_now() - before);
        good = time_item(work, i, side, v, subject.call, best);
    }
    ts_str_free(&reason);
    return good;
}

void ts_work_search(const void *context, ts_worker_side *side)
{
    const ts_work *work = context;
    ts_verifier verifier;
    double best = work->incumbent;
    if (!ts_load_verifier(work, side, &verifier))
        return;
    bool sound = true;
    for (uint32_t i = 0; i < work->count && sound; i++) {
        ts_message_send(side->fd, TS_MESSAGE_BEGIN, i, NULL, 0);
        sound = work_on(work, i, side, &verifier, &best);
        side->board->phase = TS_PHASE_IDLE;
        ts_message_send(side->fd, TS_MESSAGE_DONE, i, NULL, 0);
    }
    ts_verifier_close(&verifier);
}
