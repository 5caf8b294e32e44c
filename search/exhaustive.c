/* Every configuration, in the order of the space. */
#include "common.h"

#include <stdlib.h>

typedef struct exhaustive {
    ts_walk walk;
    uint64_t next;
} exhaustive;

static int exhaustive_open(const ts_search *search, void **state)
{
    exhaustive *e = calloc(1, sizeof *e);
    if (!e)
        return ts_fail(TS_ENOMEM, "out of memory while starting the exhaustive search");
    ts_walk_open(&e->walk, search);
    *state = e;
    return TS_OK;
}

static size_t exhaustive_propose(void *state, size_t want, uint64_t *configs)
{
    exhaustive *e = state;
    size_t n = 0;
    for (; n < want && e->next < ts_space_count(e->walk.space); e->next++)
        if (ts_walk_claim(&e->walk, e->next))
            configs[n++] = e->next;
    return n;
}

static void exhaustive_observe(void *state, const ts_observation *observations, size_t count)
{
    exhaustive *e = state;
    for (size_t i = 0; i < count; i++)
        ts_walk_claim(&e->walk, observations[i].config);
}

static void exhaustive_close(void *state)
{
    exhaustive *e = state;
    ts_walk_close(&e->walk);
    free(e);
}

const ts_strategy ts_strategy_exhaustive = {
    .name = "exhaustive",
    .summary = "every configuration, in order",
    .open = exhaustive_open,
    .propose = exhaustive_propose,
    .observe = exhaustive_observe,
    .close = exhaustive_close,
};
