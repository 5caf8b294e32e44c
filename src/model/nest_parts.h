/* What the files of the nest model share. */
#ifndef TS_MODEL_NEST_PARTS_H
#define TS_MODEL_NEST_PARTS_H

#include "model/nest.h"

enum { TS_NEST_SLOTS = 160, TS_NEST_DEPTH = TS_NEST_LOOPS + 1 };

/** A cache, and the way into it from the next one out. */
typedef struct ts_nest_cache {
    char name[8];              /**< of where the data come from: "L2", "memory" */
    double bytes;              /**< that the cache holds */
    double period, line, ways; /**< bytes after which addresses share a set; 0: not known */
    double seconds_per_byte;   /**< of the way in, beyond the ways further in */
} ts_nest_cache;

/** The machine, in numbers. */
typedef struct ts_nest_machine {
    double clock, latency, throughput; /**< Hz, cycles, operations a cycle */
    double vector_bytes;               /**< native */
    double loads_per_cycle;            /**< vectors */
    double issue;                      /**< instructions a cycle */
    double page, pages;                /**< bytes, and how many the first TLB knows */
    double page_walk;                  /**< seconds of a miss of it */
    size_t cache_count;
    ts_nest_cache caches[TS_NEST_LEVELS]; /**< innermost first */
    double cores;
} ts_nest_machine;

struct ts_nest_model {
    const ts_problem *problem;
    ts_nest_machine machine;
    ts_value base[TS_NEST_SLOTS]; /**< dimensions, type, target */
};

/** One access of the nest, evaluated. */
typedef struct ts_nest_use {
    const ts_nest_access *access;
    double element, stride; /**< bytes; stride 0: contiguous */
    double effort;          /**< cycles to copy an element; 0: by whole vectors */
    bool copied;
} ts_nest_use;

/** The nest of one variant, evaluated: block sizes from the whole problem inwards. */
typedef struct ts_nest_shape {
    const ts_nest *nest;
    double extent[TS_NEST_INDICES];
    size_t depth; /**< loops that are there */
    size_t index[TS_NEST_LOOPS];
    double block[TS_NEST_LOOPS]; /**< of that loop's index inside it */
    double trips[TS_NEST_LOOPS];
    bool blocking[TS_NEST_LOOPS]; /**< a loop over blocks, inside of which copies are made */
    ts_nest_use uses[TS_NEST_ACCESSES];
} ts_nest_shape;

/** Evaluate; false if the nest makes no sense for these values. */
bool ts_nest_shape_of(const ts_nest_model *model, const ts_nest *nest, const ts_value *slots,
                      ts_nest_shape *out);
/** Bytes that an access touches in one turn of the loops outside `depth`. */
double ts_nest_footprint(const ts_nest_shape *shape, const ts_nest_use *use, size_t depth);
/** Bytes that the loops move across the way into a cache in one call, copies apart. */
double ts_nest_traffic(const ts_nest_shape *shape, const ts_nest_cache *cache);
/** Bytes that copies move there. */
double ts_nest_copy_traffic(const ts_nest_shape *shape, const ts_nest_cache *cache);
/** Seconds that the instructions of copies take. */
double ts_nest_copies(const ts_nest_model *model, const ts_nest_shape *shape);
/** Seconds of misses of the first TLB. */
double ts_nest_walks(const ts_nest_model *model, const ts_nest_shape *shape);
/** Fill in what the core takes. */
bool ts_nest_core_time(const ts_nest_model *model, const ts_nest_shape *shape, const ts_value *slots,
                       ts_nest_cost *out);

#endif
