/* Inside the template parser: its state, and what lines and directives share. */
#ifndef TS_BUILD_TEMPLATE_PARSER_H
#define TS_BUILD_TEMPLATE_PARSER_H

#include "build/template_tree.h"

/* A name that the template itself introduced. Its slot is used again once its block has ended. */
typedef struct ts_template_local {
    char *name;
    size_t slot;
    bool visible;
} ts_template_local;

/* The word of a directive that ends a block. */
typedef enum ts_template_closing {
    TS_CLOSING_EOF,
    TS_CLOSING_ENDFOR,
    TS_CLOSING_ENDIF,
    TS_CLOSING_ELIF,
    TS_CLOSING_ELSE
} ts_template_closing;

typedef struct ts_template_parser {
    ts_template *t;
    const char *at; /* start of the next line */
    int line;       /* of the line being parsed */
    int depth;
    const char *rest; /* of the directive that closed a block, after its word */
    size_t rest_length;
    TS_VEC(ts_template_local) locals;
} ts_template_parser;

/** TS_EINPUT: "PATH:LINE: …", of the present line or of another one. */
int ts_template_fail(const ts_template_parser *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int ts_template_fail_at(const ts_template_parser *p, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Parse an expression that stands in the template's text. */
int ts_template_expr_parse(ts_template_parser *p, const char *text, size_t length, ts_template_expr *out);
/** Text with ${expr} in it, into node->fragments; $${ stands for ${. */
int ts_template_fragments(ts_template_parser *p, const char *at, const char *end, ts_template_node *node);
/** Make a name visible, until the parser hides it at the end of its block. */
int ts_template_declare(ts_template_parser *p, const char *text, size_t length, size_t *slot);

#endif
