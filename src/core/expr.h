/*
 * Expressions of manifests, templates and constraints: C syntax over integers, reals and strings.
 *
 *   literals   12  0x1f  64K 2M 1G (powers of 1024)  1.5e-3  'text' "text"  true false
 *   operators  ?:  || && !  == != < <= > >=  + - * / % unary-  ( )   and Python's  and or not, x in (a, b)
 *              for imported spaces; comparisons don't chain (a < b < c is refused with what to write instead)
 *   functions  min max abs ceil floor round sqrt log2 ceildiv(a,b) roundup(a,b) ispow2(a)  in(x, a, b, …)
 *   names      dimensions, parameters, target.l2.size …: resolved to slots when parsed
 *
 * Integer division truncates toward zero as in C; int op real is real; overflow of int64 and division by zero
 * are errors, not traps. && || ?: are lazy, so `n == 0 || m / n > 2` is fine.
 */
#ifndef TS_CORE_EXPR_H
#define TS_CORE_EXPR_H

#include "tilesmith_plugin.h"

typedef struct ts_expr ts_expr;

/** Where a text stands, for messages: "gemm/kernel.xml:14:9". `column` may be 0 when unknown. */
typedef struct ts_place {
    const char *file;
    int line;
    int column;
} ts_place;

/** The names an expression may use. A slot is a position in the array of values given to evaluation. */
typedef struct ts_names ts_names;
int ts_names_new(ts_names **out);
void ts_names_free(ts_names *names);
/** Add a name (copied); *slot (may be NULL) is its position. A duplicate is TS_EINPUT. */
int ts_names_add(ts_names *names, const char *name, size_t *slot);
/** True and *slot if the name is known. */
bool ts_names_find(const ts_names *names, const char *name, size_t *slot);
/** Add a name that stands for an expression (a manifest's <let>): uses are replaced by a copy of `expr`, so
 * it needs no slot. */
int ts_names_define(ts_names *names, const char *name, const ts_expr *expr);
size_t ts_names_count(const ts_names *names);
/** A copy with the same slots and definitions, to which more names may be added (a template's local ones). */
int ts_names_copy(const ts_names *names, ts_names **out);
/** Borrowed. */
const char *ts_names_get(const ts_names *names, size_t slot);

/**
 * Parse `text`. Unknown names, type errors visible at once and syntax errors are TS_EINPUT with
 * "file:line:column: what was expected". *out owns copies of its strings; free with ts_expr_free(). Nesting
 * is limited (200), so no input overflows the stack.
 */
int ts_expr_parse(const char *text, ts_place place, const ts_names *names, ts_expr **out);
void ts_expr_free(ts_expr *expr);

/** Evaluate with every used slot known (values[slot].kind != TS_NONE); string results are borrowed from expr
 * or values. */
int ts_expr_eval(const ts_expr *expr, const ts_value *values, ts_value *out);
/** Evaluate to a truth value: non-zero numbers and non-empty strings are true. */
int ts_expr_test(const ts_expr *expr, const ts_value *values, bool *out);
/** Evaluate to an integer (a real must be integral) and to a real. */
int ts_expr_int(const ts_expr *expr, const ts_value *values, int64_t *out);
int ts_expr_real(const ts_expr *expr, const ts_value *values, double *out);

/** True if the expression mentions the slot. */
bool ts_expr_uses(const ts_expr *expr, size_t slot);
/** The source text, for messages; borrowed. */
const char *ts_expr_text(const ts_expr *expr);
ts_place ts_expr_place(const ts_expr *expr);

/**
 * What remains of the expression when only some slots are known, as a canonical byte string appended to
 * `key`: two partial assignments with equal keys have equal completions. If the value is already decided,
 * *decided gets it (kind != NONE). This is what lets the space share sub-trees instead of enumerating (see
 * space.h).
 */
struct ts_str;
int ts_expr_residual(const ts_expr *expr, const ts_value *values, struct ts_str *key, ts_value *decided);

/** Write a value as text: integers plainly, reals with the fewest digits that read back equal, strings raw.
 * Returns `buffer`. */
const char *ts_value_text(ts_value value, char *buffer, size_t size);
bool ts_value_equal(ts_value a, ts_value b);
/** Value from text: integer if it reads as one, else real, else string (borrowing `text`). */
ts_value ts_value_parse(const char *text);
static inline ts_value ts_int(int64_t i)
{
    return (ts_value){.kind = TS_INT, .i = i};
}
static inline ts_value ts_real(double r)
{
    return (ts_value){.kind = TS_REAL, .r = r};
}
static inline ts_value ts_string(const char *s)
{
    return (ts_value){.kind = TS_STRING, .s = s};
}

#endif
