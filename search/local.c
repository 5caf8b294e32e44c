/*
 * Iterated local search (Lourenço, Martin & Stützle 2003): try the neighbours of the current configuration in
 * random order, move to the first that is better; in a local optimum, kick some parameters and start again
 * from there, from afresh every few kicks.
 */
#include "common.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KICKS_BEFORE_RESTART = 4 };

typedef struct local {
    ts_walk walk;
    uint64_t current;
    double current_cost; /* NAN: no current point yet */
    double best_cost;
    uint64_t best;
    uint64_t *neighbours; /* still to try, in random order */
    size_t pending, capacity;
    int kicks;
    uint16_t *ordinals, *moved;
} local;

static int local_open(const ts_search *search, void **state)
{
    local *l = calloc(1, sizeof *l);
    size_t params = ts_space_params(search->space), capacity = 0;
    for (size_t i = 0; i < params; i++) {
        const ts_param *p = ts_space_param(search->space, i);
        capacity += p->kind == TS_PARAM_ORDINAL ? 2 : p->count - 1;
    }
    if (l) {
        l->capacity = capacity;
        l->neighbours = calloc(capacity + 1, sizeof *l->neighbours);
        l->ordinals = calloc(params + 1, sizeof *l->ordinals);
        l->moved = calloc(params + 1, sizeof *l->moved);
    }
    if (!l || !l->neighbours || !l->ordinals || !l->moved) {
        if (l) {
            free(l->neighbours);
            free(l->ordinals);
            free(l->moved);
        }
        free(l);
        return ts_fail(TS_ENOMEM, "out of memory while starting the local search");
    }
    ts_walk_open(&l->walk, search);
    l->current_cost = l->best_cost = NAN;
    *state = l;
    return TS_OK;
}

/* Add the neighbour that has value `v` in parameter `i`, unless it was tried. */
static void add_neighbour(local *l, size_t i, uint16_t v)
{
    memcpy(l->moved, l->ordinals, l->walk.params * sizeof *l->moved);
    l->moved[i] = v;
    uint64_t config = ts_space_nearest(l->walk.space, l->moved);
    if (l->pending < l->capacity && !ts_seen_has(&l->walk.seen, config))
        l->neighbours[l->pending++] = config;
}

static void list_neighbours(local *l)
{
    l->pending = 0;
    ts_space_decode(l->walk.space, l->current, l->ordinals);
    for (size_t i = 0; i < l->walk.params; i++) {
        const ts_param *p = ts_space_param(l->walk.space, i);
        size_t at = l->ordinals[i];
        for (size_t v = 0; v < p->count; v++)
            if (v != at && (p->kind != TS_PARAM_ORDINAL || v + 1 == at || v == at + 1))
                add_neighbour(l, i, (uint16_t)v);
    }
    for (size_t i = l->pending; i > 1; i--) {
        size_t j = ts_rng_below(&l->walk.rng, i);
        uint64_t t = l->neighbours[i - 1];
        l->neighbours[i - 1] = l->neighbours[j];
        l->neighbours[j] = t;
    }
}

/* Out of a local optimum: change a few parameters of the best at once. */
static bool kick(local *l, uint64_t *config)
{
    if (isnan(l->best_cost) || ++l->kicks % KICKS_BEFORE_RESTART == 0)
        return false;
    for (int attempt = 0; attempt < 20; attempt++) {
        ts_space_decode(l->walk.space, l->best, l->moved);
        size_t changes = 2 + ts_rng_below(&l->walk.rng, 3);
        while (changes-- > 0)
            ts_walk_nudge(&l->walk, l->moved, ts_rng_below(&l->walk.rng, l->walk.params));
        *config = ts_space_nearest(l->walk.space, l->moved);
        if (ts_walk_claim(&l->walk, *config))
            return true;
    }
    return false;
}

static size_t local_propose(void *state, size_t want, uint64_t *configs)
{
    local *l = state;
    size_t n = 0;
    while (n < want && l->pending > 0) {
        uint64_t config = l->neighbours[--l->pending];
        if (ts_walk_claim(&l->walk, config))
            configs[n++] = config;
    }
    if (n == 0 && ts_space_count(l->walk.space) > 0) {
        l->current_cost = NAN; /* whatever is observed next becomes the current point */
        if (kick(l, &configs[0]) || ts_walk_fresh(&l->walk, &configs[0]))
            n = 1;
    }
    return n;
}

static void local_observe(void *state, const ts_observation *observations, size_t count)
{
    local *l = state;
    for (size_t i = 0; i < count; i++) {
        const ts_observation *o = &observations[i];
        ts_walk_claim(&l->walk, o->config);
        if (o->status != TS_STATUS_OK)
            continue;
        if (isnan(l->best_cost) || o->cost < l->best_cost) {
            l->best_cost = o->cost;
            l->best = o->config;
        }
        if (isnan(l->current_cost) || o->cost < l->current_cost) {
            l->current_cost = o->cost;
            l->current = o->config;
            list_neighbours(l);
        }
    }
}

static void local_close(void *state)
{
    local *l = state;
    ts_walk_close(&l->walk);
    free(l->neighbours);
    free(l->ordinals);
    free(l->moved);
    free(l);
}

const ts_strategy ts_strategy_local = {
    .name = "local",
    .summary = "iterated local search with restarts",
    .reference = "Lourenço, Martin & Stützle, Handbook of Metaheuristics (2003)",
    .open = local_open,
    .propose = local_propose,
    .observe = local_observe,
    .close = local_close,
};
