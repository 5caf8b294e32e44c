/*
 * Inside of expressions: the tree, and partial evaluation over ranges. Included by expr*.c and by the space
 * builder only.
 */
#ifndef TS_CORE_EXPR_NODE_H
#define TS_CORE_EXPR_NODE_H

#include "core/expr.h"

typedef enum ts_op {
    TS_OP_CONST,
    TS_OP_SLOT,
    TS_OP_NOT,
    TS_OP_AND, /* n-ary, lazy, left to right; so is OR */
    TS_OP_OR,
    TS_OP_COND,
    TS_OP_IN, /* first argument equals one of the others */
    TS_OP_EQ,
    TS_OP_NE,
    TS_OP_LT,
    TS_OP_LE,
    TS_OP_GT,
    TS_OP_GE,
    TS_OP_ADD, /* n-ary, folded from the left; so are MUL, MIN and MAX */
    TS_OP_SUB,
    TS_OP_MUL,
    TS_OP_DIV,
    TS_OP_MOD,
    TS_OP_MIN,
    TS_OP_MAX,
    TS_OP_CEILDIV,
    TS_OP_ROUNDUP,
    TS_OP_NEG,
    TS_OP_ABS,
    TS_OP_CEIL,
    TS_OP_FLOOR,
    TS_OP_ROUND,
    TS_OP_SQRT,
    TS_OP_LOG2,
    TS_OP_ISPOW2
} ts_op;

/** Why an operation has no value. */
typedef enum ts_fault {
    TS_FAULT_NONE,
    TS_FAULT_TEXT,    /**< a text where a number is needed */
    TS_FAULT_MIXED,   /**< a text compared with a number */
    TS_FAULT_INTEGER, /**< a real where an integer is needed */
    TS_FAULT_ZERO,    /**< division by zero */
    TS_FAULT_DIVISOR, /**< ceildiv or roundup by something not positive */
    TS_FAULT_DOMAIN,  /**< sqrt of a negative number, log2 of something not positive */
    TS_FAULT_OVERFLOW,
    TS_FAULT_UNKNOWN /**< a slot without a value */
} ts_fault;

/** Children stand before their parents; the root is the last node. */
typedef struct ts_node {
    ts_op op;
    uint32_t first, count; /**< children: args[first .. first+count) */
    uint32_t offset;       /**< in the text, for messages */
    uint32_t height;
    union {
        ts_value value; /**< CONST; a string is owned */
        size_t slot;    /**< SLOT */
    };
} ts_node;

struct ts_expr {
    ts_node *nodes;
    size_t count;
    uint32_t *args;
    size_t arg_count;
    char *text, *file;
    int line, column;
};

/** A copy with its own strings. */
int ts_expr_copy(const ts_expr *expr, ts_expr **out);
/** The expression `test || slot == value`. */
int ts_expr_or_equals(const ts_expr *test, size_t slot, ts_value value, ts_expr **out);
/** A name's expression if it stands for one, else NULL. */
const ts_expr *ts_names_definition(const ts_names *names, const char *name);
/** The known name that is most like `name`; NULL if none is near. Borrowed. */
const char *ts_names_nearest(const ts_names *names, const char *name);

/** "file:line:column" of an offset in the expression's text, appended. */
void ts_expr_where(const ts_expr *expr, size_t offset, struct ts_str *out);
/** ts_fail(TS_EINPUT) with the place of the node and what is wrong with it. */
int ts_expr_fault(const ts_expr *expr, uint32_t node, ts_fault fault);

/** One operation on known values: unary operations take `a` alone, n-ary ones are folds of this. Not for lazy
 * ones. */
ts_fault ts_op_apply(ts_op op, ts_value a, ts_value b, ts_value *out);
bool ts_op_is_unary(ts_op op);
bool ts_value_truth(ts_value v);

/* ---- ranges: what is known of a value before all slots are ---- */

/** An evaluation that may fail does so by overflow only, or in another way. */
enum { TS_MAY_OVERFLOW = 1, TS_MAY_FAIL = 2 };

typedef struct ts_range {
    uint8_t kind;  /**< ts_kind; TS_NONE: not even the kind is known */
    uint8_t fault; /**< ts_fault: certainly fails, whatever the rest */
    uint8_t may;   /**< TS_MAY_… bits: the bounds hold where it doesn't fail */
    bool exact;    /**< one value, and no failure */
    int64_t step;  /**< INT: every value is a multiple of this (0: the value is 0) */
    union {
        struct {
            int64_t lo, hi;
        };
        struct {
            double low, high;
        };
        const char *text; /**< STRING, when exact */
    };
} ts_range;

ts_range ts_range_of(ts_value v);
ts_range ts_range_any(void);
/** The smallest range that holds all of the values. */
ts_range ts_range_span(const ts_value *values, size_t count);
ts_value ts_range_value(ts_range exact);
/** 1 or 0 where that is sure (unless it fails, see `may`), else -1. */
int ts_range_truth(ts_range r);
ts_range ts_range_apply(ts_op op, ts_range a, ts_range b);
/** Either of the two. */
ts_range ts_range_hull(ts_range a, ts_range b);
ts_range ts_range_fault(ts_fault fault);
ts_range ts_range_int(int64_t lo, int64_t hi, int64_t step, uint8_t may);
ts_range ts_range_real(double low, double high, uint8_t may);
ts_range ts_range_unary(ts_op op, ts_range a);
ts_range ts_range_compare(ts_op op, ts_range a, ts_range b);

/* ---- partial evaluation, kept up to date slot by slot ---- */
/** The nodes to recompute, children first, when one slot changes. */
typedef struct ts_dependents {
    size_t slot;
    uint32_t *nodes; /**< the slot's leaves are the first `leaves` of them */
    size_t leaves, count;
} ts_dependents;

typedef struct ts_partial {
    const ts_expr *expr;
    ts_range *ranges; /**< by node */
    ts_dependents *slots;
    size_t slot_count;
} ts_partial;

/** All slots start as ts_range_any(). */
int ts_partial_open(const ts_expr *expr, ts_partial *out);
void ts_partial_close(ts_partial *p);
void ts_partial_set(ts_partial *p, const ts_dependents *slot, const ts_range *range);
const ts_range *ts_partial_root(const ts_partial *p);
/** ts_fail() for a root whose fault is set. */
int ts_partial_fail(const ts_partial *p);
/** Append the canonical key of what is still open (see ts_expr_residual) and report each slot it depends on.
 */
void ts_partial_key(const ts_partial *p, struct ts_str *key, void (*unknown)(void *context, size_t slot),
                    void *context);

#endif
