/*
 * Differential evolution (Storn & Price 1997), scheme current-to-best/1/bin on ordinals: a member moves
 * towards the best and along the difference of two others; the trial replaces it if it is better. Unordered
 * parameters, which have no differences, copy one of the members involved.
 */
#include "population.h"

#include <math.h>
#include <stdlib.h>

static const double WEIGHT = 0.7, CROSSOVER = 0.6;

typedef struct differential {
    ts_population population;
    size_t turn; /* the member to move next */
} differential;

static int differential_open(const ts_search *search, void **state)
{
    differential *d = malloc(sizeof *d);
    if (!d)
        return ts_fail(TS_ENOMEM, "out of memory while starting the search");
    d->turn = 0;
    int status = ts_population_open(&d->population, search);
    if (status != TS_OK) {
        free(d);
        return status;
    }
    *state = d;
    return TS_OK;
}

typedef struct parents {
    const ts_member *target, *best, *a, *b;
} parents;

static uint16_t mutant(ts_population *p, size_t i, const parents *from)
{
    const ts_param *param = ts_space_param(p->walk.space, i);
    const ts_member *sources[] = {from->target, from->best, from->a, from->b};
    if (param->kind != TS_PARAM_ORDINAL)
        return sources[ts_rng_below(&p->walk.rng, 4)]->ordinals[i];
    double target = from->target->ordinals[i];
    double step = from->best->ordinals[i] - target + from->a->ordinals[i] - from->b->ordinals[i];
    double v = target + WEIGHT * step + ts_rng_unit(&p->walk.rng) - 0.5;
    return (uint16_t)lround(fmin(fmax(v, 0), (double)(param->count - 1)));
}

static bool evolve(differential *d, uint64_t *config)
{
    ts_population *p = &d->population;
    size_t target = d->turn++ % p->count;
    size_t certain = p->walk.params ? ts_rng_below(&p->walk.rng, p->walk.params) : 0;
    parents from = {.target = &p->members[target], .best = ts_population_best(p)};
    from.a = ts_population_any(p);
    from.b = ts_population_any(p);
    for (size_t i = 0; i < p->walk.params; i++)
        p->child[i] = i == certain || ts_rng_unit(&p->walk.rng) < CROSSOVER ? mutant(p, i, &from)
                                                                            : from.target->ordinals[i];
    if (!ts_walk_take(&p->walk, p->child, config))
        return false;
    ts_population_expect(p, *config, target);
    return true;
}

static size_t differential_propose(void *state, size_t want, uint64_t *configs)
{
    differential *d = state;
    ts_population *p = &d->population;
    size_t n = 0;
    for (bool made = true; made && n < want; n += made) {
        made = false;
        for (int i = 0; i < TS_ATTEMPTS && !made && p->count == TS_POPULATION; i++)
            made = evolve(d, &configs[n]);
        made = made || ts_walk_fresh(&p->walk, &configs[n]);
    }
    return n;
}

static void differential_observe(void *state, const ts_observation *observations, size_t count)
{
    ts_population *p = &((differential *)state)->population;
    for (size_t i = 0; i < count; i++) {
        const ts_observation *o = &observations[i];
        size_t target;
        bool mine = ts_population_settle(p, o->config, &target);
        ts_walk_claim(&p->walk, o->config);
        if (o->status != TS_STATUS_OK)
            continue;
        if (!mine)
            ts_population_admit(p, o);
        else if (o->cost < p->members[target].cost)
            ts_population_replace(p, target, o);
    }
}

static void differential_close(void *state)
{
    differential *d = state;
    ts_population_close(&d->population);
    free(d);
}

const ts_strategy ts_strategy_differential = {
    .name = "differential",
    .summary = "differential evolution on ordinals",
    .reference = "Storn & Price, J. Global Optimization 11 (1997)",
    .open = differential_open,
    .propose = differential_propose,
    .observe = differential_observe,
    .close = differential_close,
};
