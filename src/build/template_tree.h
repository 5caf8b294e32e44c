/* A parsed template: what template_parse.c makes and template.c expands. */
#ifndef TS_BUILD_TEMPLATE_TREE_H
#define TS_BUILD_TEMPLATE_TREE_H

#include "build/template.h"
#include "util/vec.h"

/** An expression with the caller's names that it uses: whether those have values is known only when
 * rendering. */
typedef struct ts_template_expr {
    ts_expr *expr; /**< NULL: none */
    TS_VEC(size_t) uses;
} ts_template_expr;

/** A stretch of a line: literal text, or the value of an expression if there is one. */
typedef struct ts_fragment {
    const char *text; /**< into the template's text */
    size_t length;
    ts_template_expr value;
} ts_fragment;

typedef struct ts_template_node ts_template_node;
typedef TS_VEC(ts_template_node) ts_template_block;

/** One arm of an if: without a condition it is the else. */
typedef struct ts_template_arm {
    ts_template_expr condition;
    ts_template_block body;
} ts_template_arm;

typedef enum ts_template_kind {
    TS_TEMPLATE_LINE,
    TS_TEMPLATE_FOR,
    TS_TEMPLATE_IF,
    TS_TEMPLATE_LET,
    TS_TEMPLATE_ERROR
} ts_template_kind;

/** A line of C, or a directive with what it encloses. */
struct ts_template_node {
    ts_template_kind kind;
    int line;
    TS_VEC(ts_fragment) fragments;   /**< LINE, ERROR */
    size_t slot;                     /**< FOR, LET: the variable */
    ts_template_expr from, to, step; /**< FOR; LET uses `from` */
    TS_VEC(ts_template_arm) arms;    /**< IF; FOR has one, its body */
};

struct ts_template {
    char *path, *text;
    char *line_name;       /**< the base name as a C string literal, for #line */
    ts_names *names;       /**< the caller's, and the template's own after them */
    size_t given, fn_slot; /**< how many names are the caller's; slot of `fn` */
    ts_template_block body;
};

/** Parse `t->text` into `t->body`, adding the template's own names. */
int ts_template_parse_body(ts_template *t);

#endif
