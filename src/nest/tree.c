/* What is asked about a function. */
#include "nest/tree.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void *ts_nest_new(ts_nest *nest, size_t bytes)
{
    void *p = calloc(1, bytes);
    if (p && !ts_vec_push(&nest->owned, p)) {
        free(p);
        return NULL;
    }
    return p;
}

char *ts_nest_word(ts_nest *nest, size_t token)
{
    const ts_token *t = ts_nest_token(nest, token);
    char *word = ts_nest_new(nest, t->length + 1);
    if (word)
        memcpy(word, t->text, t->length);
    return word;
}

bool ts_nest_holds(const ts_nest *nest, ts_span span, const char *name)
{
    for (size_t i = span.first; i < span.last; i++)
        if (ts_nest_is(nest, i, name))
            return true;
    return false;
}

size_t ts_nest_close(const ts_nest *nest, size_t open, size_t end)
{
    size_t depth = 0;
    for (size_t i = open; i < end; i++) {
        const ts_token *t = ts_nest_token(nest, i);
        if (ts_token_is(t, "(") || ts_token_is(t, "[") || ts_token_is(t, "{"))
            depth++;
        else if (ts_token_is(t, ")") || ts_token_is(t, "]") || ts_token_is(t, "}"))
            if (--depth == 0)
                return i + 1;
    }
    return 0;
}

const ts_nest_param *ts_nest_param_named(const ts_nest *nest, const ts_token *token)
{
    for (size_t i = 0; token->kind == TS_TOKEN_NAME && i < nest->params.count; i++)
        if (ts_token_is(token, nest->params.items[i].name))
            return &nest->params.items[i];
    return NULL;
}

const ts_nest_array *ts_nest_array_named(const ts_nest *nest, const ts_token *token)
{
    const ts_nest_param *p = ts_nest_param_named(nest, token);
    return p && p->kind == TS_NEST_ARRAY ? &p->array : NULL;
}

int ts_nest_fail(const ts_nest *nest, int line, const char *format, ...)
{
    ts_str sentence = TS_STR_INIT;
    va_list args;
    va_start(args, format);
    ts_str_vformat(&sentence, format, args);
    va_end(args);
    int rc = ts_fail(TS_EINPUT, "%s:%d: %s", nest->path, line, ts_str_text(&sentence));
    ts_str_free(&sentence);
    return rc;
}

int ts_nest_no_memory(const ts_nest *nest)
{
    return ts_fail(TS_ENOMEM, "out of memory while reading %s", nest->path);
}

bool ts_clause_names(const ts_clause *clause, const char *iter)
{
    for (size_t i = 0; i < clause->count; i++)
        if (strcmp(clause->names[i], iter) == 0)
            return true;
    return false;
}

bool ts_clauses_name(const ts_clauses *clauses, const char *iter)
{
    if (clauses->of[TS_CLAUSE_INTERCHANGE].given && clauses->of[TS_CLAUSE_INTERCHANGE].count == 0)
        return true;
    for (size_t i = 0; i < TS_CLAUSE_COUNT; i++)
        if (ts_clause_names(&clauses->of[i], iter))
            return true;
    return false;
}

void ts_nest_free_node(ts_nest_node *node)
{
    for (size_t i = 0; node && i < node->children.count; i++)
        ts_nest_free_node(node->children.items[i]);
    if (node)
        ts_vec_free(&node->children);
    free(node);
}

void ts_nest_free(ts_nest *nest)
{
    if (!nest)
        return;
    for (size_t i = 0; i < nest->parts.count; i++)
        ts_nest_free_node(nest->parts.items[i].loop);
    for (size_t i = 0; i < nest->owned.count; i++)
        free(nest->owned.items[i]);
    ts_vec_free(&nest->owned);
    ts_vec_free(&nest->parts);
    ts_vec_free(&nest->params);
    ts_vec_free(&nest->tokens);
    free(nest->text);
    free(nest->path);
    free(nest);
}

const char *ts_nest_name(const ts_nest *nest)
{
    return nest->name;
}
