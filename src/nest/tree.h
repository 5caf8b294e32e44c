/* A function as the parser leaves it, and what is asked about it. Everything belongs to the ts_nest. */
#ifndef TS_NEST_TREE_H
#define TS_NEST_TREE_H

#include "nest/nest.h"
#include "nest/token.h"
#include "tilesmith_plugin.h"

enum {
    TS_NEST_DEPTH = 5,  /* loops around a statement */
    TS_NEST_NAMES = 8,  /* names in a clause */
    TS_NEST_INDICES = 4 /* subscripts of an array */
};

/** Tokens first … last - 1. */
typedef struct ts_span {
    size_t first, last;
} ts_span;

typedef struct ts_nest_array {
    char *name;
    bool constant;
    ts_span extents[TS_NEST_INDICES];
    size_t extent_count;
    int line;
} ts_nest_array;

typedef enum ts_nest_param_kind { TS_NEST_DIM, TS_NEST_SCALAR, TS_NEST_ARRAY } ts_nest_param_kind;
typedef struct ts_nest_param {
    ts_nest_param_kind kind;
    char *name, *ctype;
    ts_nest_array array;
} ts_nest_param;

typedef enum ts_clause_kind {
    TS_CLAUSE_TILE,
    TS_CLAUSE_UNROLL,
    TS_CLAUSE_INTERCHANGE,
    TS_CLAUSE_VECTORIZE,
    TS_CLAUSE_PARALLEL,
    TS_CLAUSE_SKEW,
    TS_CLAUSE_COUNT
} ts_clause_kind;

/** The loops that a clause names. */
typedef struct ts_clause {
    bool given;
    int line;
    char *names[TS_NEST_NAMES];
    size_t count;
    int64_t reach; /**< of skew: how many rows a step looks to either side */
} ts_clause;

typedef struct ts_clauses {
    ts_clause of[TS_CLAUSE_COUNT];
    int line;
} ts_clauses;

typedef struct ts_nest_node ts_nest_node;
typedef TS_VEC(ts_nest_node *) ts_nest_nodes;

/** A loop, or (iter NULL) a run of statements. */
struct ts_nest_node {
    char *iter;
    ts_span from, to; /**< expressions of the bounds */
    bool inclusive;   /**< the last value is `to` itself */
    int64_t step;
    bool declares; /**< a statement declares a name, so it can't be parted from the others */
    int line;
    ts_span text; /**< statements; of a loop: its body */
    ts_nest_nodes children;
};

/** A part of the function's body: text as it is, or a nest. */
typedef struct ts_nest_part {
    ts_span text;
    ts_nest_node *loop; /**< NULL: text as it is */
    ts_clauses clauses;
} ts_nest_part;

struct ts_nest {
    char *text, *path, *name, *ctype; /**< ctype: the element type */
    ts_tokens tokens;
    ts_span head, body; /**< tokens before the function; of its body, without the braces */
    TS_VEC(ts_nest_param) params;
    TS_VEC(ts_nest_part) parts;
    TS_VEC(void *) owned;
};

/** Memory that lives as long as the nest; NULL when there is none left. */
void *ts_nest_new(ts_nest *nest, size_t bytes);
/** A token's text that lives as long as the nest. */
char *ts_nest_word(ts_nest *nest, size_t token);
static inline const ts_token *ts_nest_token(const ts_nest *nest, size_t i)
{
    return &nest->tokens.items[i < nest->tokens.count ? i : nest->tokens.count - 1];
}
static inline bool ts_nest_is(const ts_nest *nest, size_t i, const char *text)
{
    return ts_token_is(ts_nest_token(nest, i), text);
}
/** Does the span hold that name? */
bool ts_nest_holds(const ts_nest *nest, ts_span span, const char *name);
/** Index after the bracket that closes the one at `open`; 0 if none does before `end`. */
size_t ts_nest_close(const ts_nest *nest, size_t open, size_t end);
const ts_nest_array *ts_nest_array_named(const ts_nest *nest, const ts_token *token);
const ts_nest_param *ts_nest_param_named(const ts_nest *nest, const ts_token *token);
/** "FILE:LINE: " and a sentence as TS_EINPUT. */
int ts_nest_fail(const ts_nest *nest, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int ts_nest_no_memory(const ts_nest *nest);

/* ---- parsing: each file of the parser
 * ---------------------------------------------------------------------- */

int ts_nest_find(ts_nest *nest, const char *function);
/** Parameters from the tokens of the list, without the parentheses. */
int ts_nest_read_params(ts_nest *nest, ts_span list);
/** Extents are numbers and dimensions, added and multiplied. */
int ts_nest_check_extent(const ts_nest *nest, ts_span span);
/** The clauses of the pragma at *at, which moves on; shape() is applied to the parameters at once. */
int ts_nest_read_clauses(ts_nest *nest, size_t *at, ts_clauses *out, bool *only_shapes);
int ts_nest_read_loop(ts_nest *nest, size_t *at, size_t end, ts_nest_node **out);
void ts_nest_free_node(ts_nest_node *node);
/** The clauses name loops that there are and that can be transformed. */
int ts_nest_check(const ts_nest *nest, const ts_nest_part *part);

/** Is the loop named by a clause? Those around the outermost one stay as they are. */
bool ts_clauses_name(const ts_clauses *clauses, const char *iter);
bool ts_clause_names(const ts_clause *clause, const char *iter);

#endif
