/* The model behind the evaluator's interface: what it expects is the result. */
#include "eval/evaluator.h"
#include "util/vec.h"

#include <math.h>
#include <string.h>

enum { BATCH = 64 };

typedef struct ts_modelled {
    ts_evaluator base; /* first: an evaluator pointer is a ts_modelled pointer */
    ts_belief belief;
    TS_VEC(uint64_t) queue;
    size_t next; /* first of the queue that was not collected yet */
} ts_modelled;

static int model_submit(ts_evaluator *self, const uint64_t *configs, size_t count)
{
    ts_modelled *m = (ts_modelled *)self;
    if (m->next == m->queue.count)
        m->next = m->queue.count = 0;
    for (size_t i = 0; i < count; i++)
        if (!ts_vec_push(&m->queue, configs[i]))
            return ts_fail(TS_ENOMEM, "out of memory while predicting");
    return TS_OK;
}

static int model_collect(ts_evaluator *self, double timeout, ts_result *out)
{
    ts_modelled *m = (ts_modelled *)self;
    (void)timeout; /* predictions are there at once */
    if (m->next == m->queue.count)
        return 0;
    uint64_t config = m->queue.items[m->next++];
    double expected = m->belief.of(m->belief.context, config);
    *out = (ts_result){.config = config,
                       .status = isnan(expected) ? TS_STATUS_UNAVAILABLE : TS_STATUS_OK,
                       .cost = exp(expected),
                       .inner = 1,
                       .error = NAN,
                       .deviation = NAN};
    if (!isnan(expected))
        return 1;
    out->reason = strdup("the model has no opinion on this configuration");
    return out->reason ? 1 : ts_fail(TS_ENOMEM, "out of memory while predicting");
}

static void model_close(ts_evaluator *self)
{
    ts_modelled *m = (ts_modelled *)self;
    if (!m)
        return;
    ts_vec_free(&m->queue);
    free(m);
}

int ts_model_evaluator_open(ts_belief belief, ts_evaluator **out)
{
    ts_modelled *m = calloc(1, sizeof *m);
    if (!m)
        return ts_fail(TS_ENOMEM, "out of memory while preparing to predict");
    m->belief = belief;
    m->base = (ts_evaluator){.name = "model",
                             .batch = BATCH,
                             .depth = 1,
                             .submit = model_submit,
                             .collect = model_collect,
                             .close = model_close};
    *out = &m->base;
    return TS_OK;
}
