/* What several strategies need: a set of configurations seen, draws without repeats, neighbours. Private to
 * search/. */
#ifndef TS_SEARCH_COMMON_H
#define TS_SEARCH_COMMON_H

#include "tilesmith_plugin.h"

/** An open-addressing set of configuration indices. */
typedef struct ts_seen {
    uint64_t *slots; /**< config + 1; 0 is free */
    size_t capacity, count;
} ts_seen;

bool ts_seen_has(const ts_seen *set, uint64_t config);
/** Add; false when it was there already or memory ran out (the strategy then merely risks a repeat, which the
 * session drops). */
bool ts_seen_add(ts_seen *set, uint64_t config);
/** Empty it, keeping its memory. */
void ts_seen_clear(ts_seen *set);
void ts_seen_free(ts_seen *set);

/**
 * A pseudo-random permutation of 0..count-1 in constant memory: a balanced Feistel network over the next even
 * number of bits, walked until it lands inside (Black & Rogaway 2002, "Ciphers with arbitrary finite
 * domains").
 */
typedef struct ts_shuffle {
    uint64_t count, next, keys[4];
    int half_bits;
} ts_shuffle;

void ts_shuffle_init(ts_shuffle *s, uint64_t count, uint64_t seed);
/** The next element; false when all were drawn. */
bool ts_shuffle_next(ts_shuffle *s, uint64_t *config);

/** The state that every sampling strategy has. */
typedef struct ts_walk {
    const ts_space *space;
    ts_rng rng;
    ts_seen seen; /**< proposed or observed */
    ts_shuffle shuffle;
    size_t params;
} ts_walk;

int ts_walk_open(ts_walk *w, const ts_search *search);
void ts_walk_close(ts_walk *w);
/** A configuration never proposed or observed, uniformly; false when none is left. Marks it seen. */
bool ts_walk_fresh(ts_walk *w, uint64_t *config);
/** Mark as proposed; false if it had been already. */
bool ts_walk_claim(ts_walk *w, uint64_t config);
/** The valid configuration nearest to `ordinals`; false if it was seen, else it is now. */
bool ts_walk_take(ts_walk *w, const uint16_t *ordinals, uint64_t *config);
/**
 * Change parameter i of `ordinals` to a neighbour: the next value up or down with geometric step length
 * (ordinal), any other value (categorical, boolean), one swap of items (permutation). No-op for parameters of
 * one value.
 */
void ts_walk_nudge(ts_walk *w, uint16_t *ordinals, size_t i);

#endif
