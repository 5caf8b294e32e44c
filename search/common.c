/* See common.h. */
#include "common.h"

#include <stdlib.h>
#include <string.h>

static uint64_t mix(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static size_t probe(const ts_seen *set, uint64_t config)
{
    size_t i = mix(config) & (set->capacity - 1);
    while (set->slots[i] != 0 && set->slots[i] != config + 1)
        i = (i + 1) & (set->capacity - 1);
    return i;
}

bool ts_seen_has(const ts_seen *set, uint64_t config)
{
    return set->capacity != 0 && set->slots[probe(set, config)] != 0;
}

static bool seen_grow(ts_seen *set)
{
    ts_seen bigger = {.capacity = set->capacity ? 2 * set->capacity : 64, .count = set->count};
    bigger.slots = calloc(bigger.capacity, sizeof *bigger.slots);
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i])
            bigger.slots[probe(&bigger, set->slots[i] - 1)] = set->slots[i];
    free(set->slots);
    *set = bigger;
    return true;
}

bool ts_seen_add(ts_seen *set, uint64_t config)
{
    if (4 * (set->count + 1) > 3 * set->capacity && !seen_grow(set))
        return false;
    size_t i = probe(set, config);
    if (set->slots[i])
        return false;
    set->slots[i] = config + 1;
    set->count++;
    return true;
}

void ts_seen_clear(ts_seen *set)
{
    if (set->slots)
        memset(set->slots, 0, set->capacity * sizeof *set->slots);
    set->count = 0;
}

void ts_seen_free(ts_seen *set)
{
    free(set->slots);
    *set = (ts_seen){0};
}

void ts_shuffle_init(ts_shuffle *s, uint64_t count, uint64_t seed)
{
    *s = (ts_shuffle){.count = count};
    int bits = count > 1 ? 64 - __builtin_clzll(count - 1) : 1;
    s->half_bits = (bits + 1) / 2;
    for (int i = 0; i < 4; i++)
        s->keys[i] = mix(seed + 0x9e3779b97f4a7c15u * (uint64_t)(i + 1));
}

static uint64_t permute(const ts_shuffle *s, uint64_t x)
{
    uint64_t mask = (UINT64_C(1) << s->half_bits) - 1, left = x >> s->half_bits, right = x & mask;
    for (int round = 0; round < 4; round++) {
        uint64_t t = left ^ (mix(right ^ s->keys[round]) & mask);
        left = right;
        right = t;
    }
    return left << s->half_bits | right;
}

bool ts_shuffle_next(ts_shuffle *s, uint64_t *config)
{
    if (s->next >= s->count)
        return false;
    uint64_t x = s->next++;
    do
        x = permute(s, x);
    while (x >= s->count);
    *config = x;
    return true;
}

int ts_walk_open(ts_walk *w, const ts_search *search)
{
    *w = (ts_walk){.space = search->space, .params = ts_space_params(search->space)};
    ts_rng_seed(&w->rng, search->seed);
    ts_shuffle_init(&w->shuffle, ts_space_count(search->space), ts_rng_next(&w->rng));
    for (size_t i = 0; i < search->known_count; i++)
        ts_seen_add(&w->seen, search->known[i].config);
    return TS_OK;
}

void ts_walk_close(ts_walk *w)
{
    ts_seen_free(&w->seen);
}

bool ts_walk_claim(ts_walk *w, uint64_t config)
{
    return ts_seen_add(&w->seen, config);
}

bool ts_walk_fresh(ts_walk *w, uint64_t *config)
{
    while (ts_shuffle_next(&w->shuffle, config))
        if (ts_walk_claim(w, *config))
            return true;
    return false;
}

bool ts_walk_take(ts_walk *w, const uint16_t *ordinals, uint64_t *config)
{
    *config = ts_space_nearest(w->space, ordinals);
    return ts_walk_claim(w, *config);
}

/* Permutations are ordered by their text; a swap is found by looking for values that differ in exactly two
 * places. */
static bool one_swap_apart(const char *a, const char *b)
{
    size_t differing = 0, n = strlen(a);
    if (strlen(b) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        differing += a[i] != b[i];
    return differing == 2;
}

static uint16_t swap_neighbour(ts_walk *w, const ts_param *p, uint16_t at)
{
    uint16_t chosen = at;
    uint64_t found = 0;
    for (size_t v = 0; v < p->count; v++)
        if (p->values[v].kind == TS_STRING && one_swap_apart(p->values[at].s, p->values[v].s) &&
            ts_rng_below(&w->rng, ++found) == 0)
            chosen = (uint16_t)v;
    return found ? chosen : (uint16_t)ts_rng_below(&w->rng, p->count);
}

void ts_walk_nudge(ts_walk *w, uint16_t *ordinals, size_t i)
{
    const ts_param *p = ts_space_param(w->space, i);
    if (p->count < 2)
        return;
    uint16_t at = ordinals[i];
    if (p->kind == TS_PARAM_PERMUTATION && p->values[at].kind == TS_STRING) {
        ordinals[i] = swap_neighbour(w, p, at);
    } else if (p->kind == TS_PARAM_ORDINAL) {
        size_t step = 1;
        while (step < p->count && ts_rng_below(&w->rng, 3) == 0)
            step++;
        bool up = ts_rng_below(&w->rng, 2) == 0;
        if (at < step)
            up = true;
        if (up && at + step >= p->count)
            up = at < step;
        ordinals[i] =
            up ? (uint16_t)(at + step < p->count ? at + step : p->count - 1) : (uint16_t)(at - step);
    } else {
        uint16_t other = (uint16_t)ts_rng_below(&w->rng, p->count - 1);
        ordinals[i] = other < at ? other : (uint16_t)(other + 1);
    }
}
