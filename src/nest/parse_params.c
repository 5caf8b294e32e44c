/* Parameters: whole numbers are dimensions, real ones scalars, the rest arrays of one element type. */
#include "nest/tree.h"
#include <string.h>

enum { TENSORS = 8, SCALARS = 4, DIMS = 12 };

static const char *const integers[] = {"int",     "long",    "short",   "unsigned", "signed",   "size_t",
                                       "ssize_t", "int32_t", "int64_t", "uint32_t", "uint64_t", "ptrdiff_t"};

static bool is_integer(const ts_token *t)
{
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
        if (ts_token_is(t, integers[i]))
            return true;
    return false;
}

static bool is_qualifier(const ts_token *t)
{
    static const char *const words[] = {"const",    "restrict", "__restrict", "__restrict__",
                                        "volatile", "static",   "register"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (ts_token_is(t, words[i]))
            return true;
    return false;
}

/* What stands before the name. */
typedef struct ts_declared {
    bool integer, real, constant, pointer;
    const char *ctype;
    size_t name; /* token */
} ts_declared;

static int read_declared(const ts_nest *nest, ts_span span, ts_declared *d)
{
    *d = (ts_declared){0};
    for (size_t i = span.first; i < span.last && !ts_nest_is(nest, i, "["); i++) {
        const ts_token *t = ts_nest_token(nest, i);
        if (ts_token_is(t, "double") || ts_token_is(t, "float")) {
            d->real = true;
            d->ctype = ts_token_is(t, "double") ? "double" : "float";
        } else if (is_integer(t)) {
            d->integer = true;
        } else if (ts_token_is(t, "const")) {
            d->constant |= !d->pointer;
        } else if (ts_token_is(t, "*") && !d->pointer) {
            d->pointer = true;
        } else if (!is_qualifier(t)) {
            if (t->kind != TS_TOKEN_NAME || d->name || !(d->real || d->integer))
                return ts_nest_fail(
                    nest, t->line,
                    "'%.*s' isn't understood in this parameter list; parameters are whole "
                    "numbers, double or float, and arrays of them such as 'double A[n][m]' or "
                    "'const double *A'",
                    (int)t->length, t->text);
            d->name = i;
        }
    }
    return d->name ? TS_OK
                   : ts_nest_fail(nest, ts_nest_token(nest, span.first)->line,
                                  "a parameter has no name; name it");
}

/* Extents are numbers and dimensions, added and multiplied. */
int ts_nest_check_extent(const ts_nest *nest, ts_span span)
{
    for (size_t i = span.first; i < span.last; i++) {
        const ts_token *t = ts_nest_token(nest, i);
        const ts_nest_param *p = ts_nest_param_named(nest, t);
        bool sign = t->kind == TS_TOKEN_PUNCTUATOR && t->length == 1 && strchr("+-*/()", *t->text);
        if (!sign && t->kind != TS_TOKEN_NUMBER && !(p && p->kind == TS_NEST_DIM))
            return ts_nest_fail(
                nest, t->line,
                "'%.*s' can't stand in an array's extent; use numbers and whole-number parameters of "
                "the function",
                (int)t->length, t->text);
    }
    return TS_OK;
}

static int add_extent(const ts_nest *nest, ts_nest_array *a, ts_span span)
{
    if (a->extent_count == TS_NEST_INDICES)
        return ts_nest_fail(nest, a->line, "%s has more than %d subscripts; fold some of them", a->name,
                            TS_NEST_INDICES);
    a->extents[a->extent_count++] = span;
    return TS_OK;
}

static int read_extents(const ts_nest *nest, size_t at, size_t end, ts_nest_array *a)
{
    int rc = TS_OK;
    while (rc == TS_OK && at < end) {
        size_t after = ts_nest_is(nest, at, "[") ? ts_nest_close(nest, at, end) : 0;
        if (!after)
            return ts_nest_fail(nest, a->line,
                                "the parameter %s isn't understood; write it like 'double %s[n][m]'", a->name,
                                a->name);
        ts_span span = {at + 1, after - 1};
        while (span.first < span.last && is_qualifier(ts_nest_token(nest, span.first)))
            span.first++;
        if (span.first == span.last)
            return ts_nest_fail(nest, a->line, "an extent of %s is missing; write all of them", a->name);
        rc = add_extent(nest, a, span);
        at = after;
    }
    return rc;
}

static int set_type(ts_nest *nest, const ts_declared *d, int line)
{
    if (nest->ctype && strcmp(nest->ctype, d->ctype) != 0)
        return ts_nest_fail(nest, line, "the parameters mix float and double; use one of them");
    nest->ctype = (char *)d->ctype;
    return TS_OK;
}

static int read_param(ts_nest *nest, ts_span span)
{
    ts_declared d;
    int rc = read_declared(nest, span, &d);
    if (rc)
        return rc;
    const int line = ts_nest_token(nest, d.name)->line;
    const bool array = d.pointer || d.name + 1 < span.last;
    ts_nest_param p = {.kind = array ? TS_NEST_ARRAY : d.integer ? TS_NEST_DIM : TS_NEST_SCALAR};
    p.name = ts_nest_word(nest, d.name);
    if (!p.name)
        return ts_nest_no_memory(nest);
    if (array && !d.real)
        return ts_nest_fail(nest, line,
                            "%s is an array of whole numbers; only double and float are supported", p.name);
    if (d.real)
        rc = set_type(nest, &d, line);
    p.array = (ts_nest_array){.name = p.name, .constant = d.constant, .line = line};
    if (rc == TS_OK && array && d.pointer && d.name + 1 < span.last)
        rc = ts_nest_fail(nest, line,
                          "%s is an array of pointers; only arrays that are one block are supported", p.name);
    if (rc == TS_OK && array && !d.pointer)
        rc = read_extents(nest, d.name + 1, span.last, &p.array);
    if (rc == TS_OK && ts_nest_param_named(nest, ts_nest_token(nest, d.name)))
        rc = ts_nest_fail(nest, line, "two parameters are named %s; rename one", p.name);
    if (rc == TS_OK && !ts_vec_push(&nest->params, p))
        rc = ts_nest_no_memory(nest);
    return rc;
}

static int check_counts(const ts_nest *nest, int line)
{
    size_t counts[3] = {0};
    int rc = TS_OK;
    for (size_t i = 0; i < nest->params.count; i++)
        counts[nest->params.items[i].kind]++;
    if (counts[TS_NEST_ARRAY] == 0)
        return ts_nest_fail(nest, line,
                            "%s has no array parameter, so there is nothing to verify; pass its arrays",
                            nest->name);
    if (counts[TS_NEST_ARRAY] > TENSORS || counts[TS_NEST_SCALAR] > SCALARS || counts[TS_NEST_DIM] > DIMS)
        return ts_nest_fail(nest, line,
                            "%s has too many parameters; at most %d arrays, %d scalars and %d whole numbers",
                            nest->name, TENSORS, SCALARS, DIMS);
    if (counts[TS_NEST_DIM] == 0)
        return ts_nest_fail(nest, line, "%s has no whole-number parameter; pass the extents of its arrays",
                            nest->name);
    for (size_t i = 0; i < nest->params.count && rc == TS_OK; i++)
        for (size_t e = 0; e < nest->params.items[i].array.extent_count && rc == TS_OK; e++)
            rc = ts_nest_check_extent(nest, nest->params.items[i].array.extents[e]);
    return rc;
}

int ts_nest_read_params(ts_nest *nest, ts_span list)
{
    int rc = TS_OK;
    size_t depth = 0, from = list.first;
    for (size_t i = list.first; i <= list.last && rc == TS_OK; i++) {
        bool end = i == list.last;
        if (!end && (ts_nest_is(nest, i, "[") || ts_nest_is(nest, i, "(")))
            depth++;
        else if (!end && (ts_nest_is(nest, i, "]") || ts_nest_is(nest, i, ")")))
            depth -= depth > 0;
        else if (end || (depth == 0 && ts_nest_is(nest, i, ","))) {
            rc = read_param(nest, (ts_span){from, i});
            from = i + 1;
        }
    }
    return rc == TS_OK ? check_counts(nest, ts_nest_token(nest, list.first)->line) : rc;
}
