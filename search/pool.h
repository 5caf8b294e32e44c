/* Candidates for the next evaluation: spaces are too large to rank every configuration. Private to search/.
 */
#ifndef TS_SEARCH_POOL_H
#define TS_SEARCH_POOL_H

#include "common.h"
#include "gp.h"

typedef struct ts_candidate {
    uint64_t config;
    double prior;        /**< see ts_encoding_of() */
    ts_gp_view view;     /**< of the current model */
    double works, fails; /**< correlation with trials that did */
    size_t judged;       /**< trials accounted for in the above */
    uint16_t *levels;    /**< in the pool's block */
    float *white;        /**< for the view, likewise */
} ts_candidate;

typedef struct ts_pool {
    ts_walk *walk;
    ts_encoding *encoding;
    ts_candidate *items;
    size_t count;
    ts_seen offered; /**< in the pool since it was cleared */
    uint16_t *levels;
    float *white;
    uint16_t *child, *mate;
} ts_pool;

int ts_pool_open(ts_pool *p, ts_walk *walk, ts_encoding *encoding);
void ts_pool_close(ts_pool *p);
void ts_pool_clear(ts_pool *p);
/** Add every configuration that differs from this one in a single parameter (wide domains: the nearest
 * values). */
void ts_pool_neighbours(ts_pool *p, uint64_t config);
/** Add `count` offspring of elites (best first): crossover, then one to three parameters changed. */
void ts_pool_offspring(ts_pool *p, const uint64_t *elites, size_t elite_count, size_t count);
/** Add `count` configurations drawn uniformly; all of them if the space is that small. */
void ts_pool_random(ts_pool *p, size_t count);

#endif
