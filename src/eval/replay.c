/* Replay: a recorded space behind the evaluator's interface. What was measured once is what every evaluation
 * answers. */
#include "core/recording.h"
#include "eval/evaluator.h"
#include "util/vec.h"
#include <math.h>
#include <string.h>

typedef struct ts_replay {
    ts_evaluator base; /* first: an evaluator pointer is a replay pointer */
    const ts_recording *recording;
    TS_VEC(uint64_t) queue;
    size_t next;    /* first of the queue that was not collected yet */
    double seconds; /* that what was collected took when it was recorded */
} ts_replay;

static int replay_submit(ts_evaluator *self, const uint64_t *configs, size_t count)
{
    ts_replay *r = (ts_replay *)self;
    if (r->next == r->queue.count)
        r->next = r->queue.count = 0;
    for (size_t i = 0; i < count; i++) {
        if (configs[i] >= r->recording->count)
            return ts_fail(
                TS_EINTERNAL, "configuration %llu is outside of the recording '%s', which has %llu",
                (unsigned long long)configs[i], r->recording->name, (unsigned long long)r->recording->count);
        if (!ts_vec_push(&r->queue, configs[i]))
            return ts_fail(TS_ENOMEM, "out of memory while replaying a recording");
    }
    return TS_OK;
}

static int replay_collect(ts_evaluator *self, double timeout, ts_result *out)
{
    ts_replay *r = (ts_replay *)self;
    (void)timeout; /* results are there at once */
    if (r->next == r->queue.count)
        return 0;
    uint64_t config = r->queue.items[r->next];
    const ts_record *record = &r->recording->records[config];
    double spent = r->recording->spent[config];
    *out = (ts_result){.config = config,
                       .status = r->recording->status[config],
                       .cost = r->recording->cost[config],
                       .inner = 1,
                       .error = NAN,
                       .deviation = NAN,
                       .times.measure = isnan(spent) ? 0 : spent}; /* untimed recordings replay in no time */
    if (record->reason) {
        out->reason = strdup(record->reason);
        if (!out->reason)
            return ts_fail(TS_ENOMEM, "out of memory while replaying a recording");
    }
    r->seconds += out->times.measure;
    r->next++;
    return 1;
}

static double replay_now(const ts_evaluator *self)
{
    return ((const ts_replay *)self)->seconds;
}

static void replay_close(ts_evaluator *self)
{
    ts_replay *r = (ts_replay *)self;
    if (!r)
        return;
    ts_vec_free(&r->queue);
    free(r);
}

int ts_replay_open(const ts_recording *recording, ts_evaluator **out)
{
    ts_replay *r = calloc(1, sizeof *r);
    if (!r)
        return ts_fail(TS_ENOMEM, "out of memory while opening a recording for replay");
    r->recording = recording;
    r->base = (ts_evaluator){.name = "replay",
                             .batch = 1,
                             .depth = 1,
                             .submit = replay_submit,
                             .collect = replay_collect,
                             .now = replay_now,
                             .close = replay_close};
    *out = &r->base;
    return TS_OK;
}
