/* See population.h. */
#include "population.h"

#include <stdlib.h>

int ts_population_open(ts_population *p, const ts_search *search)
{
    size_t params = ts_space_params(search->space);
    *p = (ts_population){.block = calloc((TS_POPULATION + 1) * params + 1, sizeof *p->block)};
    if (!p->block)
        return ts_fail(TS_ENOMEM, "out of memory while starting the search");
    for (size_t i = 0; i < TS_POPULATION; i++)
        p->members[i].ordinals = p->block + i * params;
    p->child = p->block + TS_POPULATION * params;
    ts_walk_open(&p->walk, search);
    for (size_t i = 0; i < search->known_count; i++)
        if (search->known[i].status == TS_STATUS_OK)
            ts_population_admit(p, &search->known[i]);
    return TS_OK;
}

void ts_population_close(ts_population *p)
{
    ts_walk_close(&p->walk);
    free(p->block);
}

const ts_member *ts_population_best(const ts_population *p)
{
    const ts_member *best = &p->members[0];
    for (size_t i = 1; i < p->count; i++)
        if (p->members[i].cost < best->cost)
            best = &p->members[i];
    return best;
}

const ts_member *ts_population_any(ts_population *p)
{
    return &p->members[ts_rng_below(&p->walk.rng, p->count)];
}

void ts_population_replace(ts_population *p, size_t i, const ts_observation *o)
{
    p->members[i].config = o->config;
    p->members[i].cost = o->cost;
    ts_space_decode(p->walk.space, o->config, p->members[i].ordinals);
}

void ts_population_admit(ts_population *p, const ts_observation *o)
{
    size_t worst = 0;
    if (p->count < TS_POPULATION) {
        ts_population_replace(p, p->count++, o);
        return;
    }
    for (size_t i = 1; i < p->count; i++)
        if (p->members[i].cost > p->members[worst].cost)
            worst = i;
    if (o->cost < p->members[worst].cost)
        ts_population_replace(p, worst, o);
}

void ts_population_expect(ts_population *p, uint64_t config, size_t owner)
{
    size_t capacity = sizeof p->expected / sizeof *p->expected;
    size_t i = p->expected_count < capacity ? p->expected_count++ : config % capacity;
    p->expected[i] = (ts_expected){config, owner};
}

bool ts_population_settle(ts_population *p, uint64_t config, size_t *owner)
{
    for (size_t i = 0; i < p->expected_count; i++)
        if (p->expected[i].config == config) {
            *owner = p->expected[i].owner;
            p->expected[i] = p->expected[--p->expected_count];
            return true;
        }
    return false;
}
