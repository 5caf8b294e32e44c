/*
 * A steady-state genetic algorithm (Whitley 1989): parents win tournaments, every parameter of the child
 * comes from one of them, about one mutates; a child that beats the worst member replaces it.
 */
#include "population.h"

#include <stdlib.h>

static int genetic_open(const ts_search *search, void **state)
{
    ts_population *p = malloc(sizeof *p);
    if (!p)
        return ts_fail(TS_ENOMEM, "out of memory while starting the search");
    int status = ts_population_open(p, search);
    if (status != TS_OK) {
        free(p);
        return status;
    }
    *state = p;
    return TS_OK;
}

static const ts_member *winner(ts_population *p)
{
    const ts_member *a = ts_population_any(p), *b = ts_population_any(p);
    return a->cost < b->cost ? a : b;
}

static bool breed(ts_population *p, uint64_t *config)
{
    const ts_member *mother = winner(p), *father = winner(p);
    for (size_t i = 0; i < p->walk.params; i++)
        p->child[i] = (ts_rng_below(&p->walk.rng, 2) ? mother : father)->ordinals[i];
    for (size_t i = 0; i < p->walk.params; i++)
        if (ts_rng_below(&p->walk.rng, p->walk.params) == 0)
            ts_walk_nudge(&p->walk, p->child, i);
    return ts_walk_take(&p->walk, p->child, config);
}

static size_t genetic_propose(void *state, size_t want, uint64_t *configs)
{
    ts_population *p = state;
    size_t n = 0;
    for (bool made = true; made && n < want; n += made) {
        made = false;
        for (int i = 0; i < TS_ATTEMPTS && !made && p->count == TS_POPULATION; i++)
            made = breed(p, &configs[n]);
        made = made || ts_walk_fresh(&p->walk, &configs[n]);
    }
    return n;
}

static void genetic_observe(void *state, const ts_observation *observations, size_t count)
{
    ts_population *p = state;
    for (size_t i = 0; i < count; i++) {
        ts_walk_claim(&p->walk, observations[i].config);
        if (observations[i].status == TS_STATUS_OK)
            ts_population_admit(p, &observations[i]);
    }
}

static void genetic_close(void *state)
{
    ts_population_close(state);
    free(state);
}

const ts_strategy ts_strategy_genetic = {
    .name = "genetic",
    .summary = "a steady-state genetic algorithm",
    .reference = "Whitley, ICGA (1989)",
    .open = genetic_open,
    .propose = genetic_propose,
    .observe = genetic_observe,
    .close = genetic_close,
};
