/* Loops: `for (TYPE i = LO; i < HI; i++)` and what is in them, statements kept as text. */
#include "nest/tree.h"
#include <string.h>

static int read_statement(ts_nest *nest, size_t *at, size_t end, ts_nest_node *into, size_t depth);

static int not_canonical(const ts_nest *nest, int line)
{
    return ts_nest_fail(nest, line,
                        "this loop isn't of the form 'for (int i = LOW; i < HIGH; i++)' (or <=, or += STEP); "
                        "rewrite it");
}

/* Index of the semicolon at or after `from`, within `end`; `end` if there is none. */
static size_t semicolon(const ts_nest *nest, size_t from, size_t end)
{
    while (from < end && !ts_nest_is(nest, from, ";"))
        from++;
    return from;
}

/* "i++", "++i", "i += STEP": the step, or 0. */
static int64_t read_step(const ts_nest *nest, ts_span span, const char *iter)
{
    long long step = 1;
    size_t n = span.last - span.first;
    if (n == 2 && ((ts_nest_is(nest, span.first, iter) && ts_nest_is(nest, span.first + 1, "++")) ||
                   (ts_nest_is(nest, span.first, "++") && ts_nest_is(nest, span.first + 1, iter))))
        return 1;
    if (n == 3 && ts_nest_is(nest, span.first, iter) && ts_nest_is(nest, span.first + 1, "+=") &&
        ts_token_int(ts_nest_token(nest, span.first + 2), &step) && step > 0 && step < INT32_MAX)
        return step;
    return 0;
}

/* The three clauses of the for at `open` (its parenthesis) into `loop`. */
static int read_header(ts_nest *nest, size_t open, size_t close, ts_nest_node *loop)
{
    const size_t last = close - 1, first = semicolon(nest, open + 1, last),
                 second = semicolon(nest, first + 1, last);
    size_t eq = open + 1;
    while (eq < first && !ts_nest_is(nest, eq, "="))
        eq++;
    if (second >= last || eq >= first || eq == open + 1 || ts_nest_token(nest, eq - 1)->kind != TS_TOKEN_NAME)
        return not_canonical(nest, loop->line);
    loop->iter = ts_nest_word(nest, eq - 1);
    if (!loop->iter)
        return ts_nest_no_memory(nest);
    if (strlen(loop->iter) > 31)
        return ts_nest_fail(nest, loop->line, "the variable %.31s… has more than 31 characters; shorten it",
                            loop->iter);
    loop->from = (ts_span){eq + 1, first};
    loop->to = (ts_span){first + 3, second};
    loop->inclusive = ts_nest_is(nest, first + 2, "<=");
    loop->step = read_step(nest, (ts_span){second + 1, last}, loop->iter);
    if (!ts_nest_is(nest, first + 1, loop->iter) || !(loop->inclusive || ts_nest_is(nest, first + 2, "<")) ||
        loop->from.first >= loop->from.last || loop->to.first >= loop->to.last || loop->step == 0 ||
        ts_nest_holds(nest, loop->to, loop->iter) || ts_nest_holds(nest, loop->from, ","))
        return not_canonical(nest, loop->line);
    return TS_OK;
}

static ts_nest_node *new_node(ts_nest *nest, ts_nest_node *parent)
{
    ts_nest_node *node = calloc(1, sizeof *node);
    if (!node || (parent && !ts_vec_push(&parent->children, node))) {
        free(node);
        ts_nest_no_memory(nest);
        return NULL;
    }
    return node;
}

/* Where the statement at `at` ends: after its semicolon, its block, or the statements of an if or a loop. */
static size_t statement_end(const ts_nest *nest, size_t at, size_t end, size_t depth)
{
    static const char *const heads[] = {"if", "for", "while", "switch"};
    if (at >= end || depth > 100)
        return 0;
    if (ts_nest_is(nest, at, "{"))
        return ts_nest_close(nest, at, end);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        if (!ts_nest_is(nest, at, heads[i]))
            continue;
        size_t after = ts_nest_is(nest, at + 1, "(") ? ts_nest_close(nest, at + 1, end) : 0;
        after = after ? statement_end(nest, after, end, depth + 1) : 0;
        if (after && i == 0 && ts_nest_is(nest, after, "else"))
            return statement_end(nest, after + 1, end, depth + 1);
        return after;
    }
    if (ts_nest_is(nest, at, "do"))
        return 0;
    while (at < end && !ts_nest_is(nest, at, ";")) {
        bool opens = ts_nest_is(nest, at, "(") || ts_nest_is(nest, at, "[") || ts_nest_is(nest, at, "{");
        size_t after = opens ? ts_nest_close(nest, at, end) : at + 1;
        if (!after)
            return 0;
        at = after;
    }
    return at < end ? at + 1 : 0;
}

/* Two names in a row begin a declaration; so do a type and a star. */
static bool is_declaration(const ts_nest *nest, size_t at)
{
    static const char *const types[] = {"double", "float", "int",  "long",  "unsigned",
                                        "const",  "short", "char", "struct"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (ts_nest_is(nest, at, types[i]))
            return true;
    return ts_nest_token(nest, at)->kind == TS_TOKEN_NAME &&
           ts_nest_token(nest, at + 1)->kind == TS_TOKEN_NAME;
}

static int check_text(const ts_nest *nest, ts_span span)
{
    static const char *const leaps[] = {"break", "continue", "return", "goto"};
    for (size_t i = span.first; i < span.last; i++) {
        const ts_token *t = ts_nest_token(nest, i);
        for (size_t j = 0; j < sizeof leaps / sizeof *leaps; j++)
            if (ts_token_is(t, leaps[j]))
                return ts_nest_fail(nest, t->line,
                                    "%s leaves a loop early, so it can't be transformed; remove the pragma",
                                    leaps[j]);
        if (t->kind == TS_TOKEN_PRAGMA)
            return ts_nest_fail(nest, t->line,
                                "#pragma tilesmith stands inside of a nest that has one; keep one of them");
    }
    return TS_OK;
}

static int read_text(ts_nest *nest, size_t *at, size_t end, ts_nest_node *into)
{
    size_t after = statement_end(nest, *at, end, 0);
    const int line = ts_nest_token(nest, *at)->line;
    if (!after)
        return ts_nest_fail(nest, line,
                            "this statement isn't understood; only expressions, if and loops may stand here");
    int rc = check_text(nest, (ts_span){*at, after});
    if (rc)
        return rc;
    ts_nest_node *last = into->children.count ? into->children.items[into->children.count - 1] : NULL;
    if (!last || last->iter || last->text.last != *at) {
        last = new_node(nest, into);
        if (!last)
            return TS_ENOMEM;
        last->text.first = *at;
        last->line = line;
    }
    into->declares |= is_declaration(nest, *at);
    last->text.last = *at = after;
    return TS_OK;
}

static int read_block(ts_nest *nest, size_t first, size_t last, ts_nest_node *into, size_t depth)
{
    int rc = TS_OK;
    for (size_t at = first; at < last && rc == TS_OK;)
        rc = read_statement(nest, &at, last, into, depth);
    return rc;
}

static int read_loop(ts_nest *nest, size_t *at, size_t end, ts_nest_node *loop, size_t depth)
{
    const int line = loop->line = ts_nest_token(nest, *at)->line;
    size_t close = ts_nest_is(nest, *at + 1, "(") ? ts_nest_close(nest, *at + 1, end) : 0;
    if (!close)
        return not_canonical(nest, line);
    if (depth == TS_NEST_DEPTH)
        return ts_nest_fail(nest, line,
                            "more than %d loops are nested here; put the pragma before an inner one",
                            TS_NEST_DEPTH);
    int rc = read_header(nest, *at + 1, close, loop);
    loop->text.first = *at = close;
    if (rc == TS_OK)
        rc = read_statement(nest, at, end, loop, depth + 1);
    loop->text.last = *at;
    return rc;
}

static int read_statement(ts_nest *nest, size_t *at, size_t end, ts_nest_node *into, size_t depth)
{
    const ts_token *t = ts_nest_token(nest, *at);
    if (ts_token_is(t, "for") && *at < end) {
        ts_nest_node *loop = new_node(nest, into);
        return loop ? read_loop(nest, at, end, loop, depth) : TS_ENOMEM;
    }
    if (t->kind == TS_TOKEN_DIRECTIVE && *at < end) {
        ++*at;
        return TS_OK;
    }
    size_t after = ts_token_is(t, "{") ? ts_nest_close(nest, *at, end) : 0;
    if (!after)
        return read_text(nest, at, end, into);
    size_t first = *at + 1;
    *at = after;
    return read_block(nest, first, after - 1, into, depth);
}

/* Where statements share a name that one of them declares, they stay together: the loop's body is one text.
 */
static int join_declared(ts_nest *nest, ts_nest_node *node)
{
    int rc = TS_OK;
    for (size_t i = 0; i < node->children.count && rc == TS_OK; i++)
        rc = join_declared(nest, node->children.items[i]);
    if (rc || !node->declares || node->children.count < 2)
        return rc;
    ts_nest_node *text = new_node(nest, NULL);
    if (!text)
        return TS_ENOMEM;
    *text = (ts_nest_node){.text = node->text, .line = node->line};
    ts_nest_free_node(node->children.items[0]);
    for (size_t i = 1; i < node->children.count; i++)
        ts_nest_free_node(node->children.items[i]);
    node->children.items[0] = text;
    node->children.count = 1;
    return TS_OK;
}

int ts_nest_read_loop(ts_nest *nest, size_t *at, size_t end, ts_nest_node **out)
{
    *out = new_node(nest, NULL);
    if (!*out)
        return TS_ENOMEM;
    int rc = read_loop(nest, at, end, *out, 0);
    if (rc == TS_OK)
        rc = join_declared(nest, *out);
    if (rc != TS_OK) {
        ts_nest_free_node(*out);
        *out = NULL;
    }
    return rc;
}
