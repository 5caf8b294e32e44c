/* C as tokens with lines; comments are gone, `#pragma tilesmith` is opened up, other directives are one
 * token. */
#ifndef TS_NEST_TOKEN_H
#define TS_NEST_TOKEN_H

#include "util/vec.h"

typedef enum ts_token_kind {
    TS_TOKEN_END,
    TS_TOKEN_NAME,
    TS_TOKEN_NUMBER,
    TS_TOKEN_LITERAL, /**< a string or a character */
    TS_TOKEN_PUNCTUATOR,
    TS_TOKEN_DIRECTIVE,
    TS_TOKEN_PRAGMA,    /**< "#pragma tilesmith": its clauses follow as tokens */
    TS_TOKEN_PRAGMA_END /**< the end of that line */
} ts_token_kind;

/** Points into the text that was split. */
typedef struct ts_token {
    ts_token_kind kind;
    const char *text;
    size_t length;
    int line;
} ts_token;

typedef TS_VEC(ts_token) ts_tokens;

/** Split; the last token is an END. A comment, string or character that never ends is an error of `path`. */
int ts_tokens_split(const char *text, const char *path, ts_tokens *out);
bool ts_token_is(const ts_token *token, const char *text);
/** The whole number that the token spells; false if it isn't one (or has a suffix other than u, l). */
bool ts_token_int(const ts_token *token, long long *value);

#endif
