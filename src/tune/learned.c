/* See learned.h. */
#include "tune/learned.h"

#include "model/inputs.h"
#include "util/vec.h"

#include <math.h>
#include <string.h>

enum { MAX_SAMPLES = 2000, MAX_OTHERS = 1500 };

struct ts_learned {
    const ts_space *space;
    ts_predictor predictor;
    ts_inputs *inputs;
    size_t width; /**< of a row: the log of the prediction, the model's features, the parameters */
    double *row;  /**< scratch [width] */
    TS_VEC(ts_residual_sample) samples; /**< own their inputs */
    ts_residual *settled, *latest;      /**< latest NULL: as settled */
};

int ts_learned_open(const ts_space *space, ts_predictor predictor, ts_learned **out)
{
    ts_learned *l = calloc(1, sizeof *l);
    if (!l)
        return ts_fail(TS_ENOMEM, "out of memory while preparing to predict");
    *l = (ts_learned){.space = space, .predictor = predictor};
    int rc = ts_inputs_open(space, &l->inputs);
    if (rc == TS_OK) {
        l->width = 1 + predictor.width + ts_inputs_width(l->inputs);
        l->row = calloc(l->width, sizeof *l->row);
        rc = l->row ? ts_residual_fit(NULL, 0, l->width, &l->settled)
                    : ts_fail(TS_ENOMEM, "out of memory while preparing to predict");
    }
    if (rc != TS_OK) {
        ts_learned_close(l);
        return rc;
    }
    *out = l;
    return TS_OK;
}

void ts_learned_close(ts_learned *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->samples.count; i++)
        free((double *)l->samples.items[i].inputs);
    ts_vec_free(&l->samples);
    ts_residual_close(l->settled);
    ts_residual_close(l->latest);
    ts_inputs_close(l->inputs);
    free(l->row);
    free(l);
}

/* The row of a configuration; returns what the model predicts. */
static double describe(const ts_learned *l, uint64_t config)
{
    const ts_predictor *p = &l->predictor;
    double seconds = p->seconds ? p->seconds(p->context, config, l->row + 1) : 1;
    l->row[0] = log(seconds);
    ts_inputs_of(l->inputs, config, l->row + 1 + p->width);
    return seconds;
}

/* Keep the row with its result. */
static int keep(ts_learned *l, double predicted, double measured, size_t group)
{
    if (!(predicted > 0) || !(measured > 0) || !isfinite(predicted / measured) ||
        l->samples.count >= (group ? MAX_OTHERS : MAX_SAMPLES))
        return TS_OK;
    double *inputs = malloc(l->width * sizeof *inputs);
    if (!inputs || !ts_vec_push(&l->samples, ((ts_residual_sample){NULL, predicted, measured, group}))) {
        free(inputs);
        return ts_fail(TS_ENOMEM, "out of memory while learning from results");
    }
    memcpy(inputs, l->row, l->width * sizeof *inputs);
    l->samples.items[l->samples.count - 1].inputs = inputs;
    return TS_OK;
}

int ts_learned_add(ts_learned *l, uint64_t config, double seconds)
{
    return keep(l, describe(l, config), seconds, 0);
}

int ts_learned_add_other(ts_learned *l, const ts_learned_other *o)
{
    l->row[0] = log(o->predicted);
    if (l->predictor.width > 0)
        memcpy(l->row + 1, o->features, l->predictor.width * sizeof *l->row);
    ts_inputs_of_values(l->inputs, o->values, l->row + 1 + l->predictor.width);
    return keep(l, o->predicted, o->measured, o->group);
}

int ts_learned_fit(ts_learned *l)
{
    ts_residual *fitted;
    int rc = ts_residual_fit(l->samples.items, l->samples.count, l->width, &fitted);
    if (rc != TS_OK)
        return rc;
    ts_residual_close(l->latest);
    l->latest = fitted;
    return TS_OK;
}

void ts_learned_settle(ts_learned *l)
{
    if (!l->latest)
        return;
    ts_residual_close(l->settled);
    l->settled = l->latest;
    l->latest = NULL;
}

static const ts_residual *newest(const ts_learned *l)
{
    return l->latest ? l->latest : l->settled;
}

bool ts_learned_speaks(const ts_learned *l)
{
    return l->predictor.seconds || ts_learned_trust(l)->weight > 0;
}

static double expect(const ts_learned *l, const ts_residual *residual, uint64_t config)
{
    double predicted = describe(l, config);
    return predicted > 0 ? log(ts_residual_seconds(residual, l->row, predicted)) : NAN;
}

double ts_learned_expect(const ts_learned *l, uint64_t config)
{
    return expect(l, newest(l), config);
}

static double believe(const void *context, uint64_t config)
{
    const ts_learned *l = context;
    return expect(l, l->settled, config);
}

static double expect_newest(const void *context, uint64_t config)
{
    return ts_learned_expect(context, config);
}

ts_belief ts_learned_expectation(const ts_learned *l)
{
    return (ts_belief){l, expect_newest};
}

ts_belief ts_learned_belief(const ts_learned *l)
{
    return (ts_belief){l, believe};
}

const ts_residual_trust *ts_learned_trust(const ts_learned *l)
{
    return ts_residual_trusted(newest(l));
}

const ts_space *ts_learned_space(const ts_learned *l)
{
    return l->space;
}
