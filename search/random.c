/* Uniform sampling without repeats: the baseline that every other strategy must beat. */
#include "common.h"

#include <stdlib.h>

static int random_open(const ts_search *search, void **state)
{
    ts_walk *w = calloc(1, sizeof *w);
    if (!w)
        return ts_fail(TS_ENOMEM, "out of memory while starting the random search");
    ts_walk_open(w, search);
    *state = w;
    return TS_OK;
}

static size_t random_propose(void *state, size_t want, uint64_t *configs)
{
    size_t n = 0;
    while (n < want && ts_walk_fresh(state, &configs[n]))
        n++;
    return n;
}

static void random_observe(void *state, const ts_observation *observations, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ts_walk_claim(state, observations[i].config);
}

static void random_close(void *state)
{
    ts_walk_close(state);
    free(state);
}

const ts_strategy ts_strategy_random = {
    .name = "random",
    .summary = "uniform sampling without repeats",
    .reference = "Bergstra & Bengio, JMLR 13 (2012)",
    .open = random_open,
    .propose = random_propose,
    .observe = random_observe,
    .close = random_close,
};
