#include "core/expr_lex.h"
#include "util/number.h"

#include <math.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static int suffix_shift(char c)
{
    return c == 'K' ? 10 : c == 'M' ? 20 : c == 'G' ? 30 : 0;
}

static const char *lex_hex(ts_token *t)
{
    const char *p = t->start + 2;
    int64_t value = 0;
    if (hex_value(*p) < 0)
        return "expected hexadecimal digits after '0x'";
    for (; hex_value(*p) >= 0; p++) {
        if (value > INT64_MAX >> 4)
            return "this number doesn't fit 64 bits";
        value = value << 4 | hex_value(*p);
    }
    t->value = (ts_value){.kind = TS_INT, .i = value};
    t->width = (size_t)(p - t->start);
    return NULL;
}

static const char *lex_real(ts_token *t)
{
    char *end;
    double r = ts_strtod(t->start, &end);
    if (!isfinite(r))
        return "this number is too large";
    t->value = (ts_value){.kind = TS_REAL, .r = r};
    t->width = (size_t)(end - t->start);
    return NULL;
}

/* Does a fraction or an exponent follow the digits? "1.x" and "2e" are left for the caller to refuse. */
static bool goes_on_as_real(const char *p)
{
    if (*p == '.')
        return true;
    if (*p != 'e' && *p != 'E')
        return false;
    return is_digit(p[1]) || ((p[1] == '+' || p[1] == '-') && is_digit(p[2]));
}

static const char *lex_number(ts_token *t)
{
    const char *p = t->start;
    int64_t value = 0;
    bool overflow = false;
    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
        return lex_hex(t);
    for (; is_digit(*p); p++) {
        overflow |= __builtin_mul_overflow(value, (int64_t)10, &value);
        overflow |= __builtin_add_overflow(value, (int64_t)(*p - '0'), &value);
    }
    if (goes_on_as_real(p))
        return lex_real(t);
    int shift = suffix_shift(*p);
    if (shift)
        overflow |= __builtin_mul_overflow(value, (int64_t)1 << shift, &value), p++;
    if (overflow)
        return "this number doesn't fit 64 bits";
    t->value = (ts_value){.kind = TS_INT, .i = value};
    t->width = (size_t)(p - t->start);
    return NULL;
}

static const char *lex_text(ts_token *t)
{
    const char *close = strchr(t->start + 1, t->start[0]);
    if (!close)
        return "this text has no closing quote";
    t->kind = TS_TOKEN_TEXT;
    t->length = (size_t)(close - t->start) - 1;
    t->width = t->length + 2;
    t->start++;
    return NULL;
}

/* A dot belongs to a name when a letter or digit follows: "target.l2.size". */
static void lex_name(ts_token *t)
{
    const char *p = t->start;
    while (is_letter(*p) || is_digit(*p) || (*p == '.' && (is_letter(p[1]) || is_digit(p[1]))))
        p++;
    t->kind = TS_TOKEN_NAME;
    t->length = t->width = (size_t)(p - t->start);
}

static const char *lex_sign(ts_token *t)
{
    static const char *const pairs[] = {"||", "&&", "==", "!=", "<=", ">="};
    t->kind = TS_TOKEN_SIGN;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (strncmp(t->start, pairs[i], 2) == 0) {
            t->length = t->width = 2;
            return NULL;
        }
    }
    t->length = t->width = 1;
    switch (t->start[0]) {
    case '=':
        return "'=' isn't an operator; equality is '=='";
    case '&':
        return "'&' isn't an operator; the logical one is '&&'";
    case '|':
        return "'|' isn't an operator; the logical one is '||'";
    }
    return strchr("!<>+-*/%(),?:[]", t->start[0]) ? NULL : "a character that no expression has";
}

const char *ts_lex(const char *text, ts_token *t)
{
    const char *wrong;
    while (is_blank(*text))
        text++;
    *t = (ts_token){.kind = TS_TOKEN_END, .start = text};
    if (!*text)
        return NULL;
    if (*text == '\'' || *text == '"')
        return lex_text(t);
    if (is_letter(*text)) {
        lex_name(t);
        return NULL;
    }
    if (!is_digit(*text) && !(*text == '.' && is_digit(text[1])))
        return lex_sign(t);
    t->kind = TS_TOKEN_NUMBER;
    wrong = lex_number(t);
    if (!wrong && (is_letter(t->start[t->width]) || is_digit(t->start[t->width])))
        wrong = "a number with letters behind it; sizes end in K, M or G";
    t->length = t->width;
    return wrong;
}
