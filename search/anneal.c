/*
 * Simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983): a random neighbour of the current configuration
 * takes its place if it is better, or with probability exp(-difference / temperature) if it is worse.
 * Differences are relative, so that one schedule fits every kernel. When cold, it starts again, warm, from
 * the best so far.
 */
#include "common.h"

#include <math.h>
#include <stdlib.h>

enum { ATTEMPTS = 24 };
static const double WARM = 0.1, COLD = 0.001, COOLING = 0.98;

typedef struct anneal {
    ts_walk walk;
    ts_observation current, best; /* cost NAN: none yet */
    double temperature;
    uint16_t *ordinals;
} anneal;

static void learn(anneal *a, const ts_observation *o)
{
    ts_walk_claim(&a->walk, o->config);
    if (o->status != TS_STATUS_OK)
        return;
    if (!(a->best.cost <= o->cost))
        a->best = *o;
    double worse = (o->cost - a->current.cost) / fabs(a->current.cost);
    if (isnan(a->current.cost) || !(worse > 0) || ts_rng_unit(&a->walk.rng) < exp(-worse / a->temperature))
        a->current = *o;
    a->temperature *= COOLING;
    if (a->temperature < COLD) {
        a->temperature = WARM;
        a->current = a->best;
    }
}

static int anneal_open(const ts_search *search, void **state)
{
    anneal *a = calloc(1, sizeof *a);
    uint16_t *ordinals = calloc(ts_space_params(search->space) + 1, sizeof *ordinals);
    if (!a || !ordinals) {
        free(a);
        free(ordinals);
        return ts_fail(TS_ENOMEM, "out of memory while starting the search");
    }
    a->current.cost = a->best.cost = NAN;
    a->temperature = WARM;
    a->ordinals = ordinals;
    ts_walk_open(&a->walk, search);
    for (size_t i = 0; i < search->known_count; i++)
        learn(a, &search->known[i]);
    *state = a;
    return TS_OK;
}

/* One parameter moves; several when the closest configurations are known already. */
static bool propose_one(anneal *a, uint64_t *config)
{
    for (size_t attempt = 0; attempt < ATTEMPTS && !isnan(a->current.cost) && a->walk.params > 0; attempt++) {
        ts_space_decode(a->walk.space, a->current.config, a->ordinals);
        for (size_t moves = 1 + attempt / 8; moves > 0; moves--)
            ts_walk_nudge(&a->walk, a->ordinals, ts_rng_below(&a->walk.rng, a->walk.params));
        if (ts_walk_take(&a->walk, a->ordinals, config))
            return true;
    }
    return ts_walk_fresh(&a->walk, config);
}

static size_t anneal_propose(void *state, size_t want, uint64_t *configs)
{
    size_t n = 0;
    while (n < want && propose_one(state, &configs[n]))
        n++;
    return n;
}

static void anneal_observe(void *state, const ts_observation *observations, size_t count)
{
    for (size_t i = 0; i < count; i++)
        learn(state, &observations[i]);
}

static void anneal_close(void *state)
{
    anneal *a = state;
    ts_walk_close(&a->walk);
    free(a->ordinals);
    free(a);
}

const ts_strategy ts_strategy_anneal = {
    .name = "anneal",
    .summary = "simulated annealing on relative differences, reheated",
    .reference = "Kirkpatrick, Gelatt & Vecchi, Science 220 (1983)",
    .open = anneal_open,
    .propose = anneal_propose,
    .observe = anneal_observe,
    .close = anneal_close,
};
