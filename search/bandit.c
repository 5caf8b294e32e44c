/*
 * An ensemble that moves its budget to whoever earns: a multi-armed bandit over search strategies, as in
 * OpenTuner (Ansel et al. 2014), with the area under the curve of successes as credit (Fialho et al. 2010).
 * Every strategy learns from every result, whoever asked for it.
 */
#include "common.h"

#include <math.h>
#include <stdlib.h>

extern const ts_strategy ts_strategy_anneal, ts_strategy_differential, ts_strategy_genetic, ts_strategy_local,
    ts_strategy_random, ts_strategy_swarm;

static const ts_strategy *const ARMS[] = {&ts_strategy_anneal,  &ts_strategy_differential,
                                          &ts_strategy_genetic, &ts_strategy_local,
                                          &ts_strategy_random,  &ts_strategy_swarm};
enum { ARM_COUNT = sizeof ARMS / sizeof *ARMS, WINDOW = 60, ATTEMPTS = 8 };
static const double EXPLORATION = 0.05;

/* A proposal of the window: who asked, and whether it became the best so far. */
typedef struct pull {
    uint64_t config;
    size_t arm;
    bool success;
} pull;

typedef struct bandit {
    ts_walk walk;
    void *arms[ARM_COUNT];
    pull window[WINDOW]; /* a ring, the oldest overwritten */
    size_t pulls;
    double best;
} bandit;

static void bandit_close(void *state)
{
    bandit *b = state;
    for (size_t i = 0; i < ARM_COUNT; i++)
        if (b->arms[i])
            ARMS[i]->close(b->arms[i]);
    ts_walk_close(&b->walk);
    free(b);
}

static int bandit_open(const ts_search *search, void **state)
{
    bandit *b = calloc(1, sizeof *b);
    if (!b)
        return ts_fail(TS_ENOMEM, "out of memory while starting the search");
    b->best = INFINITY;
    ts_walk_open(&b->walk, search);
    for (size_t i = 0; i < search->known_count; i++)
        if (search->known[i].status == TS_STATUS_OK)
            b->best = fmin(b->best, search->known[i].cost);
    for (size_t i = 0; i < ARM_COUNT; i++) {
        ts_search own = *search;
        own.seed = ts_rng_next(&b->walk.rng);
        int status = ARMS[i]->open(&own, &b->arms[i]);
        if (status != TS_OK) {
            b->arms[i] = NULL;
            bandit_close(b);
            return status;
        }
    }
    *state = b;
    return TS_OK;
}

/* Credit: successes weighted by their place among the arm's pulls in the window, the latest most; plus a
 * bonus for arms pulled rarely. */
static double credit(const bandit *b, size_t arm)
{
    size_t held = b->pulls < WINDOW ? b->pulls : WINDOW, n = 0;
    double area = 0;
    for (size_t i = b->pulls - held; i < b->pulls; i++) {
        const pull *p = &b->window[i % WINDOW];
        if (p->arm != arm)
            continue;
        n++;
        if (p->success)
            area += (double)n;
    }
    if (n == 0)
        return INFINITY;
    return 2 * area / ((double)n * (double)(n + 1)) + EXPLORATION * sqrt(2 * log((double)held) / (double)n);
}

static size_t choose(bandit *b)
{
    size_t best = 0, ties = 0;
    double highest = -1;
    for (size_t i = 0; i < ARM_COUNT; i++) {
        double c = credit(b, i);
        if (c > highest)
            ties = 0;
        if (c >= highest && ts_rng_below(&b->walk.rng, ++ties) == 0)
            best = i;
        highest = fmax(highest, c);
    }
    return best;
}

/* An arm may ask for what another has asked for and not yet heard of. */
static bool propose_one(bandit *b, uint64_t *config)
{
    size_t arm = choose(b);
    bool made = false;
    for (int i = 0; i < ATTEMPTS && !made; i++)
        made = ARMS[arm]->propose(b->arms[arm], 1, config) == 1 && ts_walk_claim(&b->walk, *config);
    if (!made && !ts_walk_fresh(&b->walk, config))
        return false;
    b->window[b->pulls++ % WINDOW] = (pull){*config, arm, false};
    return true;
}

static size_t bandit_propose(void *state, size_t want, uint64_t *configs)
{
    size_t n = 0;
    while (n < want && propose_one(state, &configs[n]))
        n++;
    return n;
}

static void reward(bandit *b, const ts_observation *o)
{
    ts_walk_claim(&b->walk, o->config);
    if (o->status != TS_STATUS_OK || !(o->cost < b->best))
        return;
    b->best = o->cost;
    for (size_t i = 0; i < WINDOW && i < b->pulls; i++)
        if (b->window[i].config == o->config)
            b->window[i].success = true;
}

static void bandit_observe(void *state, const ts_observation *observations, size_t count)
{
    bandit *b = state;
    for (size_t i = 0; i < count; i++)
        reward(b, &observations[i]);
    for (size_t i = 0; i < ARM_COUNT; i++)
        if (ARMS[i]->observe)
            ARMS[i]->observe(b->arms[i], observations, count);
}

const ts_strategy ts_strategy_bandit = {
    .name = "bandit",
    .summary = "an ensemble of the others that moves its budget to whoever finds improvements",
    .reference = "Ansel et al., PACT (2014); Fialho et al., GECCO (2010)",
    .open = bandit_open,
    .propose = bandit_propose,
    .observe = bandit_observe,
    .close = bandit_close,
};
