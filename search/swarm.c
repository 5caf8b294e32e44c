/*
 * Particle swarm optimisation (Kennedy & Eberhart 1995, with the constriction of Clerc & Kennedy 2002) on
 * ordinals: positions are real and are rounded to the nearest valid configuration. Unordered parameters have
 * no velocity: a particle keeps its own best value, takes the swarm's, or draws one.
 */
#include "population.h"

#include <math.h>
#include <stdlib.h>

static const double INERTIA = 0.729, PULL = 1.494;

typedef struct particle {
    double *position, *velocity; /* by parameter */
} particle;

typedef struct swarm {
    ts_population bests; /* of each particle */
    particle particles[TS_POPULATION];
    double *block;
    size_t turn;
} swarm;

static int swarm_open(const ts_search *search, void **state)
{
    size_t params = ts_space_params(search->space);
    swarm *s = calloc(1, sizeof *s);
    double *block = calloc((size_t)2 * TS_POPULATION * params + 1, sizeof *block);
    int status = s && block ? ts_population_open(&s->bests, search)
                            : ts_fail(TS_ENOMEM, "out of memory while starting the search");
    if (status != TS_OK) {
        free(s);
        free(block);
        return status;
    }
    s->block = block;
    for (size_t i = 0; i < TS_POPULATION; i++)
        s->particles[i] = (particle){block + 2 * i * params, block + (2 * i + 1) * params};
    *state = s;
    return TS_OK;
}

/* Each particle starts where its first best lies. */
static void hatch(swarm *s)
{
    ts_population *p = &s->bests;
    for (size_t i = 0; i < TS_POPULATION; i++)
        for (size_t k = 0; k < p->walk.params; k++)
            s->particles[i].position[k] = p->members[i].ordinals[k];
}

static void move_coordinate(swarm *s, size_t i, size_t k, const ts_member *leader)
{
    ts_population *p = &s->bests;
    ts_rng *rng = &p->walk.rng;
    const ts_param *param = ts_space_param(p->walk.space, k);
    double own = p->members[i].ordinals[k], common = leader->ordinals[k];
    double *x = &s->particles[i].position[k], *v = &s->particles[i].velocity[k];
    if (param->kind != TS_PARAM_ORDINAL) {
        uint64_t choice = ts_rng_below(rng, 8);
        *x = choice < 4 ? common : choice < 7 ? own : (double)ts_rng_below(rng, param->count);
        return;
    }
    double last = (double)(param->count - 1);
    *v = INERTIA * *v + PULL * ts_rng_unit(rng) * (own - *x) + PULL * ts_rng_unit(rng) * (common - *x);
    *x += *v + 0.5 * (ts_rng_unit(rng) - 0.5); /* keeps a swarm of discrete values from standing still */
    if (*x < 0 || *x > last) {
        *x = fmin(fmax(*x, 0), last);
        *v = 0;
    }
}

static bool fly(swarm *s, uint64_t *config)
{
    ts_population *p = &s->bests;
    size_t i = s->turn % TS_POPULATION;
    const ts_member *leader = ts_population_best(p);
    if (s->turn++ == 0)
        hatch(s);
    for (size_t k = 0; k < p->walk.params; k++) {
        move_coordinate(s, i, k, leader);
        p->child[k] = (uint16_t)lround(s->particles[i].position[k]);
    }
    if (!ts_walk_take(&p->walk, p->child, config))
        return false;
    ts_population_expect(p, *config, i);
    return true;
}

static size_t swarm_propose(void *state, size_t want, uint64_t *configs)
{
    swarm *s = state;
    ts_population *p = &s->bests;
    size_t n = 0;
    for (bool made = true; made && n < want; n += made) {
        made = false;
        for (int i = 0; i < TS_ATTEMPTS && !made && p->count == TS_POPULATION; i++)
            made = fly(s, &configs[n]);
        made = made || ts_walk_fresh(&p->walk, &configs[n]);
    }
    return n;
}

static void swarm_observe(void *state, const ts_observation *observations, size_t count)
{
    ts_population *p = &((swarm *)state)->bests;
    for (size_t i = 0; i < count; i++) {
        const ts_observation *o = &observations[i];
        size_t owner;
        bool mine = ts_population_settle(p, o->config, &owner);
        ts_walk_claim(&p->walk, o->config);
        if (o->status != TS_STATUS_OK)
            continue;
        if (!mine)
            ts_population_admit(p, o);
        else if (o->cost < p->members[owner].cost)
            ts_population_replace(p, owner, o);
    }
}

static void swarm_close(void *state)
{
    swarm *s = state;
    ts_population_close(&s->bests);
    free(s->block);
    free(s);
}

const ts_strategy ts_strategy_swarm = {
    .name = "swarm",
    .summary = "discrete particle swarm optimisation",
    .reference = "Kennedy & Eberhart, ICNN (1995); Clerc & Kennedy, IEEE Trans. Evol. Comp. 6 (2002)",
    .open = swarm_open,
    .propose = swarm_propose,
    .observe = swarm_observe,
    .close = swarm_close,
};
