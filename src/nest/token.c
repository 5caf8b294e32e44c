/* See token.h. */
#include "nest/token.h"
#include "tilesmith_plugin.h"
#include <ctype.h>
#include <errno.h>
#include <string.h>

typedef struct ts_lexer {
    const char *at, *path;
    int line;
    bool fresh;  /* nothing but space since the line began */
    bool pragma; /* inside "#pragma tilesmith" */
    int open;    /* brackets of the pragma */
    ts_tokens *out;
} ts_lexer;

static int push(ts_lexer *x, ts_token_kind kind, const char *from, int line)
{
    ts_token token = {kind, from, (size_t)(x->at - from), line};
    x->fresh = false;
    return ts_vec_push(x->out, token) ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while reading %s", x->path);
}

static size_t continued(const char *at)
{
    return at[0] != '\\' ? 0 : at[1] == '\n' ? 2 : at[1] == '\r' && at[2] == '\n' ? 3 : 0;
}

static int skip_comment(ts_lexer *x)
{
    const char *end = x->at[1] == '/' ? x->at + strcspn(x->at, "\n") : strstr(x->at + 2, "*/");
    if (!end)
        return ts_fail(TS_EINPUT, "%s:%d: this comment never ends; close it", x->path, x->line);
    if (x->at[1] == '*')
        end += 2;
    for (; x->at < end; x->at++)
        x->line += *x->at == '\n';
    return TS_OK;
}

/* Space, comments, continued lines; a newline is left where it ends a pragma. */
static int skip_space(ts_lexer *x)
{
    for (;;) {
        size_t joined = continued(x->at);
        if (joined) {
            x->at += joined;
            x->line++;
        } else if (x->at[0] == '/' && (x->at[1] == '/' || x->at[1] == '*')) {
            int rc = skip_comment(x);
            if (rc)
                return rc;
        } else if (*x->at == '\n' && !x->pragma) {
            x->at++;
            x->line++;
            x->fresh = true;
        } else if (*x->at != '\n' && isspace((unsigned char)*x->at)) {
            x->at++;
        } else {
            return TS_OK;
        }
    }
}

/* After the word if the text begins with it, else NULL. */
static const char *word(const char *text, const char *wanted)
{
    size_t n = strlen(wanted);
    text += strspn(text, " \t");
    return strncmp(text, wanted, n) == 0 && !isalnum((unsigned char)text[n]) && text[n] != '_' ? text + n
                                                                                               : NULL;
}

static int lex_directive(ts_lexer *x)
{
    const char *from = x->at, *rest = word(from + 1, "pragma");
    int line = x->line;
    rest = rest ? word(rest, "tilesmith") : NULL;
    if (rest) {
        x->at = rest;
        x->pragma = true;
        x->open = 0;
        return push(x, TS_TOKEN_PRAGMA, from, line);
    }
    for (; *x->at && *x->at != '\n'; x->at++) {
        size_t joined = continued(x->at);
        x->line += joined != 0;
        x->at += joined ? joined - 1 : 0;
    }
    return push(x, TS_TOKEN_DIRECTIVE, from, line);
}

static int lex_literal(ts_lexer *x)
{
    const char *from = x->at, quote = *x->at++;
    while (*x->at && *x->at != quote && *x->at != '\n')
        x->at += x->at[0] == '\\' && x->at[1] ? 2 : 1;
    if (*x->at != quote)
        return ts_fail(TS_EINPUT, "%s:%d: this string or character never ends; close it", x->path, x->line);
    x->at++;
    return push(x, TS_TOKEN_LITERAL, from, x->line);
}

static size_t punctuator(const char *at)
{
    static const char *const known[] = {"<<=", ">>=", "...", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=",
                                        "<<",  ">>",  "++",  "--", "->", "==", "!=", "<=", ">=", "&&", "||"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(at, known[i], strlen(known[i])) == 0)
            return strlen(known[i]);
    return 1;
}

static bool in_number(const char *at)
{
    return isalnum((unsigned char)*at) || *at == '.' || *at == '_' ||
           ((*at == '+' || *at == '-') && strchr("eEpP", at[-1]));
}

static int lex_one(ts_lexer *x)
{
    const char *from = x->at;
    if (*from == '#' && x->fresh)
        return lex_directive(x);
    if (*from == '"' || *from == '\'')
        return lex_literal(x);
    if (isdigit((unsigned char)*from) || (*from == '.' && isdigit((unsigned char)from[1]))) {
        for (x->at++; in_number(x->at);)
            x->at++;
        return push(x, TS_TOKEN_NUMBER, from, x->line);
    }
    if (isalpha((unsigned char)*from) || *from == '_') {
        while (isalnum((unsigned char)*x->at) || *x->at == '_')
            x->at++;
        return push(x, TS_TOKEN_NAME, from, x->line);
    }
    x->at += punctuator(from);
    x->open += (*from == '(' || *from == '[') - (*from == ')' || *from == ']');
    return push(x, TS_TOKEN_PUNCTUATOR, from, x->line);
}

static int end_pragma(ts_lexer *x)
{
    x->pragma = false;
    if (x->open != 0)
        return ts_fail(TS_EINPUT,
                       "%s:%d: a bracket of this pragma isn't closed, or is one too many; correct it",
                       x->path, x->line);
    return push(x, TS_TOKEN_PRAGMA_END, x->at, x->line);
}

int ts_tokens_split(const char *text, const char *path, ts_tokens *out)
{
    ts_lexer x = {.at = text, .path = path, .line = 1, .fresh = true, .out = out};
    int rc = skip_space(&x);
    while (rc == TS_OK && (*x.at || x.pragma)) {
        if (x.pragma && (*x.at == '\n' || !*x.at)) {
            rc = end_pragma(&x);
        } else {
            rc = lex_one(&x);
        }
        if (rc == TS_OK)
            rc = skip_space(&x);
    }
    return rc == TS_OK ? push(&x, TS_TOKEN_END, x.at, x.line) : rc;
}

bool ts_token_is(const ts_token *token, const char *text)
{
    return token->kind != TS_TOKEN_LITERAL && token->length == strlen(text) &&
           memcmp(token->text, text, token->length) == 0;
}

bool ts_token_int(const ts_token *token, long long *value)
{
    char digits[24], *end;
    if (token->kind != TS_TOKEN_NUMBER || token->length >= sizeof digits)
        return false;
    memcpy(digits, token->text, token->length);
    digits[token->length] = '\0';
    errno = 0;
    *value = strtoll(digits, &end, 0);
    return errno == 0 && end != digits && strspn(end, "uUlL") == strlen(end);
}
