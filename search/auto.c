/*
 * The default: a steady-state evolution strategy over an elite. A parent is drawn from the best
 * configurations found so far, the better the likelier; one to a few of its parameters are nudged, sometimes
 * one is taken from a second parent; a share of the proposals stays random so that no region is given up for
 * lost. Tolerates noise (the elite is a set, not a point) and late results (batches).
 */
#include "common.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ELITE = 12, RANDOM_PERCENT = 12, CROSS_PERCENT = 30, FIRST_RANDOM = 6, ATTEMPTS = 30 };

typedef struct evolve {
    ts_walk walk;
    ts_observation elite[ELITE]; /* ascending cost */
    size_t elite_count, observed;
    uint16_t *child, *mate;
} evolve;

static void learn(evolve *e, const ts_observation *o)
{
    ts_walk_claim(&e->walk, o->config);
    e->observed++;
    if (o->status != TS_STATUS_OK || (e->elite_count == ELITE && !(o->cost < e->elite[ELITE - 1].cost)))
        return;
    size_t at = e->elite_count < ELITE ? e->elite_count++ : ELITE - 1;
    for (; at > 0 && o->cost < e->elite[at - 1].cost; at--)
        e->elite[at] = e->elite[at - 1];
    e->elite[at] = *o;
}

static int auto_open(const ts_search *search, void **state)
{
    evolve *e = calloc(1, sizeof *e);
    size_t params = ts_space_params(search->space);
    if (e) {
        e->child = calloc(params + 1, sizeof *e->child);
        e->mate = calloc(params + 1, sizeof *e->mate);
    }
    if (!e || !e->child || !e->mate) {
        if (e) {
            free(e->child);
            free(e->mate);
        }
        free(e);
        return ts_fail(TS_ENOMEM, "out of memory while starting the search");
    }
    ts_walk_open(&e->walk, search);
    for (size_t i = 0; i < search->known_count; i++)
        learn(e, &search->known[i]);
    *state = e;
    return TS_OK;
}

/* Rank-based choice: the best is taken with probability 1/3, each next with 2/3 of what is left. */
static const ts_observation *parent(evolve *e)
{
    size_t i = 0;
    while (i + 1 < e->elite_count && ts_rng_below(&e->walk.rng, 3) != 0)
        i++;
    return &e->elite[i];
}

static bool breed(evolve *e, uint64_t *config)
{
    ts_walk *w = &e->walk;
    ts_space_decode(w->space, parent(e)->config, e->child);
    if (ts_rng_below(&w->rng, 100) < CROSS_PERCENT) {
        ts_space_decode(w->space, parent(e)->config, e->mate);
        for (size_t i = 0; i < w->params; i++)
            if (ts_rng_below(&w->rng, 2))
                e->child[i] = e->mate[i];
    }
    do
        ts_walk_nudge(w, e->child, ts_rng_below(&w->rng, w->params));
    while (ts_rng_below(&w->rng, 2) == 0);
    *config = ts_space_nearest(w->space, e->child);
    return ts_walk_claim(w, *config);
}

static bool propose_one(evolve *e, uint64_t *config)
{
    bool wander = e->observed < FIRST_RANDOM || e->elite_count == 0 || e->walk.params == 0 ||
                  ts_rng_below(&e->walk.rng, 100) < RANDOM_PERCENT;
    for (int attempt = 0; !wander && attempt < ATTEMPTS; attempt++)
        if (breed(e, config))
            return true;
    return ts_walk_fresh(&e->walk, config);
}

static size_t auto_propose(void *state, size_t want, uint64_t *configs)
{
    size_t n = 0;
    while (n < want && propose_one(state, &configs[n]))
        n++;
    return n;
}

static void auto_observe(void *state, const ts_observation *observations, size_t count)
{
    for (size_t i = 0; i < count; i++)
        learn(state, &observations[i]);
}

static void auto_close(void *state)
{
    evolve *e = state;
    ts_walk_close(&e->walk);
    free(e->child);
    free(e->mate);
    free(e);
}

const ts_strategy ts_strategy_auto = {
    .name = "auto",
    .summary = "the default: an evolution strategy over an elite",
    .reference = "Rechenberg 1973; Beyer & Schwefel, Natural Computing 1 (2002)",
    .open = auto_open,
    .propose = auto_propose,
    .observe = auto_observe,
    .close = auto_close,
};
