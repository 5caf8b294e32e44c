/*
 * An additive model (Hastie & Tibshirani, Statistical Science 1, 1986) of the log cost: each value of each
 * parameter has an effect, fitted by backfitting and shrunk towards none where few results speak of it.
 * Interactions are left to the search, which learns them from this problem's own results.
 */
#include "tune/expect.h"

#include "core/space.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PARAMS = 64, ROUNDS = 12 };
static const double SHRINKAGE = 1; /* as much as so many results without effect */

struct ts_transfer {
    const ts_space *space;
    size_t params;
    size_t first[MAX_PARAMS + 1]; /**< of each parameter's values in `effect` */
    double *effect;
};

/* What backfitting works on: the results' values, and what the model so far leaves of their log cost. */
typedef struct fit {
    uint16_t *ordinals;   /* [count][params] */
    double *residual;     /* [count] */
    double *sum, *weight; /* [values of all parameters] */
    size_t count;
} fit;

static void fit_free(fit *f)
{
    free(f->ordinals);
    free(f->residual);
    free(f->sum);
    free(f->weight);
}

static bool fit_open(fit *f, const ts_transfer *t, const ts_transferred *results, size_t count)
{
    size_t values = t->first[t->params];
    double mean = 0;
    *f = (fit){.count = count};
    f->ordinals = calloc(count * t->params + 1, sizeof *f->ordinals);
    f->residual = calloc(count, sizeof *f->residual);
    f->sum = calloc(values + 1, sizeof *f->sum);
    f->weight = calloc(values + 1, sizeof *f->weight);
    if (!f->ordinals || !f->residual || !f->sum || !f->weight)
        return false;
    for (size_t i = 0; i < count; i++)
        mean += log(results[i].cost) / (double)count;
    for (size_t i = 0; i < count; i++) {
        ts_space_decode(t->space, results[i].config, f->ordinals + i * t->params);
        f->residual[i] = log(results[i].cost) - mean;
    }
    return true;
}

/* One parameter's effects anew, the others' as they are. */
static void refit(ts_transfer *t, fit *f, size_t p)
{
    double *effect = t->effect + t->first[p], *sum = f->sum + t->first[p], *weight = f->weight + t->first[p];
    size_t values = t->first[p + 1] - t->first[p];
    memset(sum, 0, values * sizeof *sum);
    memset(weight, 0, values * sizeof *weight);
    for (size_t i = 0; i < f->count; i++) {
        uint16_t v = f->ordinals[i * t->params + p];
        f->residual[i] += effect[v];
        sum[v] += f->residual[i];
        weight[v]++;
    }
    for (size_t v = 0; v < values; v++)
        effect[v] = sum[v] / (weight[v] + SHRINKAGE);
    for (size_t i = 0; i < f->count; i++)
        f->residual[i] -= effect[f->ordinals[i * t->params + p]];
}

int ts_transfer_open(const ts_space *space, const ts_transferred *results, size_t count, ts_transfer **out)
{
    size_t params = ts_space_params(space);
    *out = NULL;
    if (count < TS_TRANSFER_MIN || params > MAX_PARAMS)
        return TS_OK;
    fit f = {0};
    ts_transfer *t = calloc(1, sizeof *t);
    if (t) {
        *t = (ts_transfer){.space = space, .params = params};
        for (size_t i = 0; i < params; i++)
            t->first[i + 1] = t->first[i] + ts_space_param(space, i)->count;
        t->effect = calloc(t->first[params] + 1, sizeof *t->effect);
    }
    if (!t || !t->effect || !fit_open(&f, t, results, count)) {
        fit_free(&f);
        ts_transfer_close(t);
        return ts_fail(TS_ENOMEM, "out of memory while learning from other problems");
    }
    for (size_t round = 0; round < ROUNDS; round++)
        for (size_t p = 0; p < params; p++)
            refit(t, &f, p);
    fit_free(&f);
    *out = t;
    return TS_OK;
}

void ts_transfer_close(ts_transfer *t)
{
    if (!t)
        return;
    free(t->effect);
    free(t);
}

static double expected(const void *context, uint64_t config)
{
    const ts_transfer *t = context;
    uint16_t ordinals[MAX_PARAMS];
    double sum = 0;
    ts_space_decode(t->space, config, ordinals);
    for (size_t p = 0; p < t->params; p++)
        sum += t->effect[t->first[p] + ordinals[p]];
    return sum;
}

ts_belief ts_transfer_belief(const ts_transfer *t)
{
    return t ? (ts_belief){t, expected} : (ts_belief){0};
}
