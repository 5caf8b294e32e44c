/* See pool.h. */
#include "pool.h"

#include <stdlib.h>

/* Neighbours may not crowd out the rest. */
enum { CAPACITY = 1500, NEIGHBOUR_CAPACITY = 850, WIDE_DOMAIN = 40, WIDE_REACH = 3 };

int ts_pool_open(ts_pool *p, ts_walk *walk, ts_encoding *encoding)
{
    *p = (ts_pool){.walk = walk, .encoding = encoding};
    p->items = calloc(CAPACITY, sizeof *p->items);
    p->levels = calloc(CAPACITY * encoding->count + 1, sizeof *p->levels);
    p->white = calloc((size_t)CAPACITY * TS_GP_MAX, sizeof *p->white);
    p->child = calloc(walk->params + 1, sizeof *p->child);
    p->mate = calloc(walk->params + 1, sizeof *p->mate);
    if (p->items && p->levels && p->white && p->child && p->mate)
        return TS_OK;
    ts_pool_close(p);
    return ts_fail(TS_ENOMEM, "out of memory while starting the search");
}

void ts_pool_close(ts_pool *p)
{
    ts_seen_free(&p->offered);
    free(p->items);
    free(p->levels);
    free(p->white);
    free(p->child);
    free(p->mate);
    *p = (ts_pool){0};
}

void ts_pool_clear(ts_pool *p)
{
    p->count = 0;
    ts_seen_clear(&p->offered);
}

static void offer(ts_pool *p, uint64_t config)
{
    if (p->count == CAPACITY || ts_seen_has(&p->walk->seen, config) || !ts_seen_add(&p->offered, config))
        return;
    size_t i = p->count++;
    ts_candidate *c = &p->items[i];
    *c = (ts_candidate){
        .config = config, .levels = p->levels + i * p->encoding->count, .white = p->white + i * TS_GP_MAX};
    c->prior = ts_encoding_of(p->encoding, config, c->levels);
}

void ts_pool_neighbours(ts_pool *p, uint64_t config)
{
    ts_space_decode(p->walk->space, config, p->child);
    for (size_t k = 0; k < p->walk->params; k++) {
        size_t count = ts_space_param(p->walk->space, k)->count, at = p->child[k];
        size_t first = count > WIDE_DOMAIN && at > WIDE_REACH ? at - WIDE_REACH : 0;
        size_t end = count > WIDE_DOMAIN && at + WIDE_REACH + 1 < count ? at + WIDE_REACH + 1 : count;
        for (size_t v = first; v < end && p->count < NEIGHBOUR_CAPACITY; v++) {
            uint64_t neighbour;
            p->child[k] = (uint16_t)v;
            if (v != at && ts_space_encode(p->walk->space, p->child, &neighbour))
                offer(p, neighbour);
        }
        p->child[k] = (uint16_t)at;
    }
}

static void mutate(ts_pool *p)
{
    ts_rng *rng = &p->walk->rng;
    for (size_t changes = 1 + ts_rng_below(rng, 3); changes > 0; changes--) {
        size_t k = ts_rng_below(rng, p->walk->params);
        if (ts_rng_below(rng, 2))
            ts_walk_nudge(p->walk, p->child, k);
        else
            p->child[k] = (uint16_t)ts_rng_below(rng, ts_space_param(p->walk->space, k)->count);
    }
}

void ts_pool_offspring(ts_pool *p, const uint64_t *elites, size_t elite_count, size_t count)
{
    ts_rng *rng = &p->walk->rng;
    if (elite_count == 0 || p->walk->params == 0)
        return;
    for (; count > 0; count--) {
        size_t parent = 0;
        while (parent + 1 < elite_count && ts_rng_below(rng, 3))
            parent++;
        ts_space_decode(p->walk->space, elites[parent], p->child);
        if (ts_rng_below(rng, 3) == 0) {
            ts_space_decode(p->walk->space, elites[ts_rng_below(rng, elite_count)], p->mate);
            for (size_t k = 0; k < p->walk->params; k++)
                if (ts_rng_below(rng, 2))
                    p->child[k] = p->mate[k];
        }
        mutate(p);
        offer(p, ts_space_nearest(p->walk->space, p->child));
    }
}

void ts_pool_random(ts_pool *p, size_t count)
{
    uint64_t all = ts_space_count(p->walk->space);
    for (size_t i = 0; i < count && i < all; i++)
        offer(p, all <= count ? i : ts_rng_below(&p->walk->rng, all));
}
