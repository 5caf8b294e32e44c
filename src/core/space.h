/*
 * The constrained search space as a shared trie (a multi-valued decision diagram): one level per parameter,
 * nodes with the same remaining constraints are one node. Counting, indexing and sampling are descents; the
 * Cartesian product is never enumerated. Related: ATF's chain of trees (Rasch et al., TACO 2021), which
 * shares between groups but not inside one.
 */
#ifndef TS_CORE_SPACE_H
#define TS_CORE_SPACE_H

#include "core/expr.h"
#include "tilesmith_plugin.h"

/** One parameter of a space to build. Strings are copied. */
typedef struct ts_space_param_spec {
    const char *name;
    ts_param_kind kind;
    const ts_value *values;
    size_t count;
    const ts_expr
        *when;       /**< NULL, or: where it is false the parameter is inactive and takes `fallback` only */
    size_t fallback; /**< ordinal of the default value */
    size_t slot;     /**< where constraints find this parameter's value */
} ts_space_param_spec;

/** A space to build: parameters, constraints over slots, and the slots that are already known (dimensions,
 * target). */
typedef struct ts_space_spec {
    const ts_space_param_spec *params;
    size_t param_count;
    const ts_expr *const *constraints; /**< borrowed during the build */
    size_t constraint_count;
    const ts_value *known; /**< [slot_count]; kind NONE where a slot is a parameter's */
    size_t slot_count;
} ts_space_spec;

/**
 * Build. An expression that cannot be evaluated (division by zero) is TS_EINPUT with its place. A space that
 * no configuration satisfies is not an error here: count is 0, and ts_space_why_empty() names the first
 * constraint that left nothing. Order of configuration indices: lexicographic in the order of the parameters
 * given.
 */
int ts_space_build(const ts_space_spec *spec, ts_space **out);
/** A space given as a table of `rows` distinct rows of ordinals; index = row number (for recorded spaces). */
int ts_space_from_table(const ts_space_param_spec *params, size_t param_count, const uint16_t *rows,
                        uint64_t row_count, ts_space **out);
void ts_space_free(ts_space *space);

/** Text and place of the constraint that left nothing; NULL if the space isn't empty. Borrowed. */
const char *ts_space_why_empty(const ts_space *space);
/** Size of the Cartesian product, as a real because it overflows integers. */
double ts_space_raw_count(const ts_space *space);
/** Nodes of the shared trie: how well sharing worked. */
size_t ts_space_nodes(const ts_space *space);
/** Write the parameter values of a configuration to `slots` at each parameter's slot. */
void ts_space_values(const ts_space *space, uint64_t config, ts_value *slots);
/** "mr=8 nr=2 kc=256": appended to text; inactive parameters are left out. */
struct ts_str;
void ts_space_describe(const ts_space *space, uint64_t config, struct ts_str *text);
/** True if parameter i is active (its `when` holds) in that configuration. */
bool ts_space_active(const ts_space *space, uint64_t config, size_t i);

#endif
