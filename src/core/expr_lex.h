/* Tokens of expressions. */
#ifndef TS_CORE_EXPR_LEX_H
#define TS_CORE_EXPR_LEX_H

#include "tilesmith_plugin.h"

typedef enum ts_token_kind {
    TS_TOKEN_END,
    TS_TOKEN_NUMBER,
    TS_TOKEN_TEXT,
    TS_TOKEN_NAME,
    TS_TOKEN_SIGN
} ts_token_kind;

typedef struct ts_token {
    ts_token_kind kind;
    const char *start; /**< into the source; for TEXT after the quote */
    size_t length;     /**< for TEXT without the quotes */
    size_t width;      /**< with everything that belongs to it */
    ts_value value;    /**< NUMBER */
} ts_token;

/** Read the token at `text` (blanks skipped). NULL, or what is wrong with it; token->start then stands at the
 * culprit. */
const char *ts_lex(const char *text, ts_token *token);

#endif
