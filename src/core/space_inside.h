/*
 * Inside of a space. The valid configurations are a multi-valued decision diagram with AND nodes (Mateescu,
 * Dechter, Marinescu, "AND/OR Multi-Valued Decision Diagrams for Graphical Models", JAIR 2008): once some
 * parameters are set, those left fall apart into groups that no open constraint connects, and the groups are
 * counted once each and multiplied. A node belongs to the first parameter of its group, in the order of the
 * parameters, which is why configuration indices stay lexicographic.
 */
#ifndef TS_CORE_SPACE_INSIDE_H
#define TS_CORE_SPACE_INSIDE_H

#include "core/space.h"
#include "util/vec.h"

#define TS_SPACE_MAX_PARAMS 256

/** What follows after a value: 0 nothing, else node r - 1, or with the top bit the groups listed at r in
 * `products`. */
typedef uint32_t ts_space_ref;
#define TS_SPACE_END     0u
#define TS_SPACE_PRODUCT 0x80000000u

/** One valid value of a node's parameter. */
typedef struct ts_space_edge {
    uint64_t before; /**< completions of the node's smaller values */
    ts_space_ref next;
    uint16_t ordinal;
} ts_space_edge;

typedef struct ts_space_node {
    uint64_t count; /**< completions of the node's group */
    uint32_t first; /**< edges[first .. first + edges) */
    uint16_t edges;
    uint16_t param;
} ts_space_node;

/** A parameter with what the space needs to know of it beyond what strategies see. */
typedef struct ts_space_param_inside {
    ts_param shown; /**< name, values and strings are owned */
    ts_expr *when;  /**< owned; NULL: always active */
    size_t fallback, slot;
} ts_space_param_inside;

struct ts_space {
    ts_space_param_inside *params;
    size_t param_count;
    ts_value *known; /**< [slot_count], strings owned; NONE for parameters */
    size_t slot_count;
    uint64_t count;
    char *why_empty;
    /* a diagram … */
    TS_VEC(ts_space_node) nodes;
    TS_VEC(ts_space_edge) edges;
    TS_VEC(uint32_t) products; /**< at each place: how many, then their refs */
    ts_space_ref root;
    /* … or a table */
    uint16_t *rows;   /**< [count][param_count], NULL for a diagram */
    uint32_t *sorted; /**< row numbers in lexicographic order of their ordinals */
    uint32_t *buckets;
    size_t bucket_count; /**< a power of two */
};

/** A space with copies of the parameters and the known values, and nothing valid in it yet. */
int ts_space_new(const ts_space_spec *spec, ts_space **out);
/** Completions of what a ref stands for; UINT64_MAX also stands for "too many". */
uint64_t ts_space_completions(const ts_space *space, ts_space_ref ref);
uint64_t ts_space_times(uint64_t a, uint64_t b);

bool ts_space_table_encode(const ts_space *space, const uint16_t *ordinals, uint64_t *config);
uint64_t ts_space_table_nearest(const ts_space *space, const uint16_t *ordinals);

#endif
