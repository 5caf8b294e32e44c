/* The builder of the diagram: its state, shared by the files that fill it in, descend and explain emptiness.
 */
#ifndef TS_CORE_SPACE_BUILD_H
#define TS_CORE_SPACE_BUILD_H

#include "core/expr_node.h"
#include "core/space_inside.h"
#include "core/space_intern.h"
#include "util/str.h"

/** A set of parameters. */
typedef struct ts_space_set {
    uint64_t words[TS_SPACE_MAX_PARAMS / 64];
} ts_space_set;

/** A constraint on the way down. */
typedef struct ts_space_constraint {
    ts_partial partial;
    const ts_dependents **by_param; /**< [param_count]; NULL where it doesn't use the parameter */
    bool closed;                    /**< true whatever the parameters that are still to be set */
    uint32_t residual;              /**< number of what is left of it, among all constraints' residuals */
    ts_space_set open;              /**< parameters that what is left depends on */
    uint64_t mark;                  /**< the group it was last found to be in */
    ts_expr *owned;                 /**< the expression if it was made here, for a `when` */
} ts_space_constraint;

/**
 * Spans of runs of a parameter's values: level 0 has each value, level k+1 has runs of TS_SPACE_RUN of level
 * k, the last level is one run. A constraint that is false for a whole run costs one evaluation.
 */
#define TS_SPACE_RUN    8
#define TS_SPACE_LEVELS 7 /* 8^6 > 65535 */
typedef struct ts_space_domain {
    ts_range *spans; /**< all levels behind each other */
    size_t start[TS_SPACE_LEVELS], counts[TS_SPACE_LEVELS];
    size_t top; /**< the level of the one run */
} ts_space_domain;

/** What a constraint was before the present parameter was set. */
typedef struct ts_space_saved {
    uint32_t constraint, residual;
    ts_space_set open;
} ts_space_saved;

typedef struct ts_space_builder {
    ts_space *space;
    bool exists_only; /**< stop at the first configuration: 1 or 0 instead of counts, no nodes */
    ts_space_constraint *constraints;
    size_t constraint_count;
    size_t *param_of_slot;    /**< SIZE_MAX where the slot is no parameter's */
    ts_space_domain *domains; /**< by parameter */
    ts_intern residuals, states, products;
    TS_VEC(ts_space_ref) built; /**< by state */
    uint32_t *buckets;          /**< nodes by content, for sharing of equal ones */
    size_t bucket_count;
    uint64_t mark;
    /* stacks of the recursion */
    TS_VEC(uint32_t) pending;
    TS_VEC(ts_space_saved) saved;
    TS_VEC(ts_space_edge) edges;
    TS_VEC(ts_space_ref) groups;
    TS_VEC(uint32_t) state;
    ts_str key;
    ts_space_set noted; /* parameters met while writing a key */
} ts_space_builder;

/** Marks a state that no configuration completes. */
#define TS_SPACE_DEAD UINT32_MAX

/**
 * Descend from the root with the first `constraint_count` of the spec's constraints and all `when`s. The ref
 * of the root, or TS_SPACE_DEAD, comes out.
 */
int ts_space_descend(ts_space *space, const ts_space_spec *spec, size_t constraint_count, bool exists_only,
                     ts_space_ref *root);
/* ---- pieces ---- */

int ts_space_builder_open(ts_space_builder *b, ts_space *space, const ts_space_spec *spec,
                          size_t constraint_count);
void ts_space_builder_close(ts_space_builder *b);
int ts_space_domain_open(const ts_param *param, ts_space_domain *out);
const ts_range *ts_space_domain_all(const ts_space_domain *domain);
/** Note what is left of constraint c now: its residual and the parameters it depends on. */
int ts_space_note_residual(ts_space_builder *b, uint32_t c);
int ts_space_no_memory(void);
/** The shared node with these edges (`before` of each filled in), of which the builder's edge stack holds
 * [base, end). */
int ts_space_share_node(ts_space_builder *b, size_t param, uint64_t count, size_t base, ts_space_ref *out);
/** One ref for the groups on the builder's group stack from `base` on. */
int ts_space_share_product(ts_space_builder *b, size_t base, ts_space_ref *out);

#endif
