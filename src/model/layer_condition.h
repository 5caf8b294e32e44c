/*
 * Layer conditions: which accesses of a streaming loop nest hit in a cache of a given size.
 * Hammer, Eitzinger, Hager, Wellein, "Kerncraft: a tool for analytic performance modeling of loop kernels",
 * Tools for High Performance Computing 2016; the cache is fully associative with LRU.
 */
#ifndef TS_MODEL_LAYER_CONDITION_H
#define TS_MODEL_LAYER_CONDITION_H

#include <stddef.h>
#include <stdint.h>

/** An access that nothing precedes: its distance has no bound. */
#define TS_FIRST_ACCESS INT64_MAX

/**
 * Reuse distances, in elements, of accesses to one array at `offsets` (any order; sorted in place): the
 * distance to the access before it in memory, TS_FIRST_ACCESS for the one that runs ahead. `distances` has
 * `count` places.
 */
void ts_reuse_distances(int64_t *offsets, size_t count, int64_t *distances);

/**
 * How many of the accesses hit in a cache of `capacity` elements: the largest t of the distances for which
 * Σ_{d≤t} d + t · |{d > t}| ≤ capacity lets all accesses with d ≤ t hit. All hit if the arrays together,
 * `footprint` elements, are smaller than the cache.
 */
size_t ts_layer_condition_hits(const int64_t *distances, size_t count, double capacity, double footprint);

#endif
