/* State of the expression parser: the token at hand, and the tree under construction. */
#ifndef TS_CORE_EXPR_PARSER_H
#define TS_CORE_EXPR_PARSER_H

#include "core/expr_lex.h"
#include "core/expr_node.h"
#include "util/vec.h"

/*
 * Finished operands wait on a stack; an operator takes its operands from there, so that children always stand
 * before their parents in the node array.
 */
typedef struct ts_parser {
    const ts_names *names;
    ts_expr *expr; /**< text and place; gets the nodes at the end */
    ts_token token;
    TS_VEC(ts_node) nodes;
    TS_VEC(uint32_t) args;
    TS_VEC(uint32_t) operands;
    int depth;
} ts_parser;

/** Where in the text. */
size_t ts_parser_offset(const ts_parser *p, const char *at);
/** ts_fail(TS_EINPUT) with the place of the offset in front. */
int ts_parser_fail(const ts_parser *p, size_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/** "expected WHAT before 'TOKEN'", then the hint (may be ""). */
int ts_parser_expected(const ts_parser *p, const char *what, const char *hint);
int ts_parser_no_memory(void);

/** Go to the next token. */
int ts_parser_advance(ts_parser *p);
bool ts_parser_at_sign(const ts_parser *p, const char *sign);
bool ts_parser_at_word(const ts_parser *p, const char *word);
/** Skip this one-character sign, or fail because something else stands there. */
int ts_parser_skip_sign(ts_parser *p, const char *sign);

/** Add a leaf as an operand. */
int ts_parser_push(ts_parser *p, ts_node node);
int ts_parser_push_const(ts_parser *p, ts_value value, size_t offset);
int ts_parser_push_text(ts_parser *p, const char *start, size_t length, size_t offset);
/** A name that stands for an expression: its nodes are copied, and blamed on the place of use. */
int ts_parser_push_definition(ts_parser *p, const ts_expr *definition, size_t offset);
/** Make an operator of the last `count` operands. */
int ts_parser_reduce(ts_parser *p, ts_op op, size_t count, size_t offset);

#endif
