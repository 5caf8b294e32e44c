/* The pragma's clauses: tile(i,j) unroll(k) interchange vectorize(j) parallel(i) skew(t,i) shape(A: n, m). */
#include "nest/tree.h"
#include <string.h>

static const char *const clause_names[] = {"tile", "unroll", "interchange", "vectorize", "parallel", "skew"};

static int add_name(ts_nest *nest, size_t token, ts_clause *c)
{
    const ts_token *t = ts_nest_token(nest, token);
    long long reach;
    if (ts_token_int(t, &reach) && c->count == 2 && reach >= 1 && reach <= 64) {
        c->reach = reach;
        return TS_OK;
    }
    if (t->kind != TS_TOKEN_NAME)
        return ts_nest_fail(nest, t->line, "expected the name of a loop but found '%.*s'", (int)t->length,
                            t->text);
    if (c->count == TS_NEST_NAMES)
        return ts_nest_fail(nest, t->line, "a clause names at most %d loops", TS_NEST_NAMES);
    c->names[c->count] = ts_nest_word(nest, token);
    return c->names[c->count++] ? TS_OK : ts_nest_no_memory(nest);
}

/* "(i, j)" at *at, which moves on. */
static int read_names(ts_nest *nest, size_t *at, ts_clause *c, const char *clause)
{
    size_t after = ts_nest_close(nest, *at, nest->tokens.count);
    const int line = ts_nest_token(nest, *at)->line;
    int rc = TS_OK;
    if (!after)
        return ts_nest_fail(nest, line, "the clause %s( never ends; close it", clause);
    for (size_t i = *at + 1; i < after - 1 && rc == TS_OK; i += 2) {
        rc = add_name(nest, i, c);
        if (rc == TS_OK && i + 1 < after - 1 && !ts_nest_is(nest, i + 1, ","))
            rc = ts_nest_fail(nest, line, "the loops in %s(…) are separated by commas", clause);
    }
    if (rc == TS_OK && c->count == 0)
        rc = ts_nest_fail(nest, line, "%s() names no loop; name at least one", clause);
    *at = after;
    return rc;
}

/* The array of shape(A: …). */
static int shape_array(ts_nest *nest, size_t token, ts_nest_array **out)
{
    const ts_token *t = ts_nest_token(nest, token);
    *out = (ts_nest_array *)ts_nest_array_named(nest, t);
    if (!*out || !ts_nest_is(nest, token + 1, ":"))
        return ts_nest_fail(nest, t->line,
                            "shape(%.*s…) doesn't begin with an array that is a parameter, and a colon; "
                            "write for example shape(A: n, m)",
                            (int)t->length, t->text);
    if ((*out)->extent_count)
        return ts_nest_fail(nest, t->line, "the extents of %s are given already; remove one of them",
                            (*out)->name);
    return TS_OK;
}

static int read_shape(ts_nest *nest, size_t *at)
{
    size_t after = ts_nest_is(nest, *at, "(") ? ts_nest_close(nest, *at, nest->tokens.count) : 0,
           from = *at + 3;
    const int line = ts_nest_token(nest, *at)->line;
    ts_nest_array *a;
    if (!after)
        return ts_nest_fail(nest, line,
                            "shape needs an array and its extents; write for example shape(A: n, m)");
    int rc = shape_array(nest, *at + 1, &a);
    for (size_t i = from; i < after && rc == TS_OK; i++) {
        if (i + 1 < after && !ts_nest_is(nest, i, ","))
            continue;
        if (i == from || a->extent_count == TS_NEST_INDICES)
            return ts_nest_fail(nest, line, "shape(%s: …) has an empty extent, or more than %d; correct it",
                                a->name, TS_NEST_INDICES);
        a->extents[a->extent_count++] = (ts_span){from, i};
        from = i + 1;
    }
    for (size_t e = 0; rc == TS_OK && e < a->extent_count; e++)
        rc = ts_nest_check_extent(nest, a->extents[e]);
    *at = after;
    return rc;
}

static int read_clause(ts_nest *nest, size_t *at, ts_clauses *out, bool *only_shapes)
{
    const ts_token *t = ts_nest_token(nest, *at);
    for (size_t i = 0; i < TS_CLAUSE_COUNT; i++) {
        ts_clause *c = &out->of[i];
        if (!ts_token_is(t, clause_names[i]))
            continue;
        if (c->given)
            return ts_nest_fail(nest, t->line, "the clause %s is given twice; join them", clause_names[i]);
        *only_shapes = false;
        *c = (ts_clause){.given = true, .line = t->line, .reach = 1};
        ++*at;
        if (ts_nest_is(nest, *at, "("))
            return read_names(nest, at, c, clause_names[i]);
        return i == TS_CLAUSE_INTERCHANGE
                   ? TS_OK
                   : ts_nest_fail(nest, t->line, "%s needs the loops that it is for; write for example %s(i)",
                                  clause_names[i], clause_names[i]);
    }
    if (ts_token_is(t, "shape")) {
        ++*at;
        return read_shape(nest, at);
    }
    return ts_nest_fail(nest, t->line,
                        "there is no clause '%.*s'; there are tile, unroll, interchange, vectorize, "
                        "parallel, skew and shape",
                        (int)t->length, t->text);
}

int ts_nest_read_clauses(ts_nest *nest, size_t *at, ts_clauses *out, bool *only_shapes)
{
    int rc = TS_OK;
    *out = (ts_clauses){.line = ts_nest_token(nest, *at)->line};
    *only_shapes = true;
    if (ts_nest_token(nest, ++*at)->kind == TS_TOKEN_PRAGMA_END)
        return ts_nest_fail(nest, out->line,
                            "#pragma tilesmith has no clause; write for example tile(i,j,k)");
    while (rc == TS_OK && ts_nest_token(nest, *at)->kind != TS_TOKEN_PRAGMA_END) {
        if (ts_nest_token(nest, *at)->kind == TS_TOKEN_END)
            return ts_nest_fail(nest, out->line, "#pragma tilesmith never ends; end the line");
        rc = read_clause(nest, at, out, only_shapes);
    }
    ++*at;
    return rc;
}
