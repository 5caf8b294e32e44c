#include "core/expr.h"
#include "util/number.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *ts_value_text(ts_value value, char *buffer, size_t size)
{
    switch (value.kind) {
    case TS_NONE:
        snprintf(buffer, size, "%s", "");
        break;
    case TS_INT:
        snprintf(buffer, size, "%" PRId64, value.i);
        break;
    case TS_REAL:
        ts_real_text(value.r, buffer, size);
        break;
    case TS_STRING:
        snprintf(buffer, size, "%s", value.s);
        break;
    }
    return buffer;
}

static double as_real(ts_value v)
{
    return v.kind == TS_INT ? (double)v.i : v.r;
}

bool ts_value_equal(ts_value a, ts_value b)
{
    if (a.kind == TS_NONE || b.kind == TS_NONE)
        return a.kind == b.kind;
    if (a.kind == TS_STRING || b.kind == TS_STRING)
        return a.kind == b.kind && strcmp(a.s, b.s) == 0;
    if (a.kind == TS_INT && b.kind == TS_INT)
        return a.i == b.i;
    return as_real(a) == as_real(b);
}

/* strtoll and strtod skip blanks and read "nan", "infinity" and hex floats: here those are text. */
static bool looks_numeric(const char *text)
{
    size_t digits = strspn(text, "+-");
    if (digits > 1 || !text[digits] || strspn(text, "+-.0123456789eE") != strlen(text))
        return false;
    return strpbrk(text, "0123456789") != NULL;
}

ts_value ts_value_parse(const char *text)
{
    char *end;
    if (!looks_numeric(text))
        return ts_string(text);
    errno = 0;
    long long i = strtoll(text, &end, 10);
    if (!*end && errno == 0)
        return ts_int(i);
    double r = ts_strtod(text, &end);
    if (!*end && isfinite(r))
        return ts_real(r);
    return ts_string(text);
}
