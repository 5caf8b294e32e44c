/* A function found in a file and taken apart: head, parameters, and a body of text and nests. */
#include "nest/tree.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- macros that stand for a number
 * ------------------------------------------------------------------------ */

/* The name and the number of "#define NAME NUMBER". */
static bool is_constant(const ts_token *directive, ts_token *name, ts_token *number)
{
    if (directive->kind != TS_TOKEN_DIRECTIVE)
        return false;
    const char *at = directive->text + 1, *end = directive->text + directive->length;
    at += strspn(at, " \t");
    if (strncmp(at, "define", 6) != 0)
        return false;
    at += 6;
    at += strspn(at, " \t");
    *name = (ts_token){TS_TOKEN_NAME, at, 0, directive->line};
    while (isalnum((unsigned char)*at) || *at == '_')
        at++;
    name->length = (size_t)(at - name->text);
    at += strspn(at, " \t");
    *number = (ts_token){TS_TOKEN_NUMBER, at, strspn(at, "0123456789"), directive->line};
    at += number->length;
    at += strspn(at, " \t\r");
    return name->length && number->length && at >= end;
}

static void replace_constants(ts_nest *nest)
{
    ts_token name, number;
    for (size_t i = 0; i < nest->tokens.count; i++) {
        if (!is_constant(&nest->tokens.items[i], &name, &number))
            continue;
        for (size_t j = i + 1; j < nest->tokens.count; j++) {
            ts_token *t = &nest->tokens.items[j];
            if (t->kind == TS_TOKEN_NAME && t->length == name.length &&
                memcmp(t->text, name.text, name.length) == 0)
                *t = (ts_token){TS_TOKEN_NUMBER, number.text, number.length, t->line};
        }
    }
}

/* ---- the function
 * -------------------------------------------------------------------------------------------- */

/* A definition at file scope: NAME (…) {…}. */
typedef struct ts_definition {
    size_t name;
    ts_span list, body;
    size_t end;
} ts_definition;

static bool definition_at(const ts_nest *nest, size_t i, ts_definition *out)
{
    const size_t end = nest->tokens.count;
    if (ts_nest_token(nest, i)->kind != TS_TOKEN_NAME || !ts_nest_is(nest, i + 1, "("))
        return false;
    size_t after = ts_nest_close(nest, i + 1, end);
    if (!after || !ts_nest_is(nest, after, "{"))
        return false;
    out->end = ts_nest_close(nest, after, end);
    out->name = i;
    out->list = (ts_span){i + 2, after - 1};
    out->body = (ts_span){after + 1, out->end - 1};
    return out->end != 0;
}

static bool has_pragma(const ts_nest *nest, ts_span span)
{
    for (size_t i = span.first; i < span.last; i++)
        if (ts_nest_token(nest, i)->kind == TS_TOKEN_PRAGMA)
            return true;
    return false;
}

/* What a message says where the function isn't there. */
static int not_found(const ts_nest *nest, const char *function, size_t candidates)
{
    if (function)
        return ts_fail(TS_EINPUT, "%s defines no function %s; give the name of one that it defines",
                       nest->path, function);
    if (candidates)
        return ts_fail(TS_EINPUT,
                       "%s has several functions with #pragma tilesmith; choose one with --function NAME",
                       nest->path);
    return ts_fail(
        TS_EINPUT,
        "%s has no function with #pragma tilesmith before a loop; write for example '#pragma tilesmith "
        "tile(i,j,k)' before the outermost one",
        nest->path);
}

int ts_nest_find(ts_nest *nest, const char *function)
{
    ts_definition found = {0}, d;
    size_t candidates = 0, previous = 0, before = 0;
    for (size_t i = 0; i < nest->tokens.count; i++) {
        if (definition_at(nest, i, &d)) {
            if (function ? ts_nest_is(nest, d.name, function) : has_pragma(nest, d.body)) {
                found = d;
                before = previous;
                candidates++;
            }
            i = previous = d.end - 1;
        } else if (ts_nest_is(nest, i, "{")) {
            size_t after = ts_nest_close(nest, i, nest->tokens.count);
            i = after ? after - 1 : i;
        }
    }
    if (candidates != 1)
        return not_found(nest, function, candidates);
    nest->head = (ts_span){0, found.name};
    nest->body = found.body;
    nest->name = ts_nest_word(nest, found.name);
    if (!nest->name)
        return ts_nest_no_memory(nest);
    int rc = ts_nest_read_params(nest, found.list);
    /* shape() may stand before the function. */
    for (size_t i = before; i < found.name && rc == TS_OK; i++) {
        ts_clauses clauses = {0};
        bool only_shapes = true;
        if (ts_nest_token(nest, i)->kind == TS_TOKEN_PRAGMA)
            rc = ts_nest_read_clauses(nest, &i, &clauses, &only_shapes);
        if (rc == TS_OK && !only_shapes)
            rc = ts_nest_fail(nest, clauses.line, "#pragma tilesmith isn't before a for loop; move it there");
    }
    return rc;
}

/* ---- its body
 * -------------------------------------------------------------------------------------------------- */

static int add_text(ts_nest *nest, size_t first, size_t last)
{
    ts_nest_part part = {.text = {first, last}};
    return first >= last || ts_vec_push(&nest->parts, part) ? TS_OK : ts_nest_no_memory(nest);
}

static int read_nest(ts_nest *nest, size_t *at, const ts_clauses *clauses)
{
    ts_nest_part part = {.clauses = *clauses};
    if (!ts_nest_is(nest, *at, "for"))
        return ts_nest_fail(nest, clauses->line, "#pragma tilesmith isn't before a for loop; move it there");
    int rc = ts_nest_read_loop(nest, at, nest->body.last, &part.loop);
    if (rc)
        return rc;
    if (!ts_vec_push(&nest->parts, part)) {
        ts_nest_no_memory(nest);
        return TS_ENOMEM;
    }
    return ts_nest_check(nest, &part);
}

static int read_body(ts_nest *nest)
{
    size_t from = nest->body.first, nests = 0;
    int rc = TS_OK;
    for (size_t at = from; at < nest->body.last && rc == TS_OK;) {
        if (ts_nest_token(nest, at)->kind != TS_TOKEN_PRAGMA) {
            at++;
            continue;
        }
        ts_clauses clauses = {0};
        bool only_shapes;
        rc = add_text(nest, from, at);
        if (rc == TS_OK)
            rc = ts_nest_read_clauses(nest, &at, &clauses, &only_shapes);
        if (rc == TS_OK && !only_shapes) {
            rc = read_nest(nest, &at, &clauses);
            nests++;
        }
        from = at;
    }
    if (rc == TS_OK && nests == 0)
        rc = ts_nest_fail(nest, ts_nest_token(nest, nest->head.last)->line,
                          "%s has no '#pragma tilesmith' before a loop; write for example '#pragma tilesmith "
                          "tile(i,j,k)' before the outermost one",
                          nest->name);
    return rc == TS_OK ? add_text(nest, from, nest->body.last) : rc;
}

/* Every array knows its extents, and is used with all its subscripts. */
static int check_arrays(const ts_nest *nest)
{
    for (size_t i = 0; i < nest->params.count; i++) {
        const ts_nest_array *a = &nest->params.items[i].array;
        if (nest->params.items[i].kind == TS_NEST_ARRAY && a->extent_count == 0)
            return ts_nest_fail(
                nest, a->line,
                "nothing says how large %s is; write '#pragma tilesmith shape(%s: N)' before the loops",
                a->name, a->name);
    }
    for (size_t i = nest->body.first; i < nest->body.last; i++) {
        const ts_nest_array *a = ts_nest_array_named(nest, ts_nest_token(nest, i));
        size_t at = i + 1;
        /* The names in shape(A: N, M) aren't uses. */
        if (!a || ts_nest_is(nest, at, ":"))
            continue;
        for (size_t s = 0; s < a->extent_count; s++) {
            size_t after = ts_nest_is(nest, at, "[") ? ts_nest_close(nest, at, nest->body.last) : 0;
            if (!after)
                return ts_nest_fail(nest, ts_nest_token(nest, i)->line,
                                    "%s is used with fewer than its %zu subscripts; "
                                    "write them all",
                                    a->name, a->extent_count);
            at = after;
        }
    }
    return TS_OK;
}

int ts_nest_parse(const char *text, const char *path, const char *function, ts_nest **out)
{
    *out = NULL;
    ts_nest *nest = calloc(1, sizeof *nest);
    if (!nest)
        return ts_fail(TS_ENOMEM, "out of memory while reading %s", path);
    nest->text = strdup(text);
    nest->path = strdup(path);
    int rc = nest->text && nest->path ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while reading %s", path);
    if (rc == TS_OK)
        rc = ts_tokens_split(nest->text, path, &nest->tokens);
    if (rc == TS_OK) {
        replace_constants(nest);
        rc = ts_nest_find(nest, function);
    }
    if (rc == TS_OK)
        rc = read_body(nest);
    if (rc == TS_OK)
        rc = check_arrays(nest);
    if (rc != TS_OK) {
        ts_nest_free(nest);
        nest = NULL;
    }
    *out = nest;
    return rc;
}
