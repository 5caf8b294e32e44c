/* Recursive descent, one function per level of precedence. */
#include "core/expr_parser.h"

#include <stdlib.h>
#include <string.h>

/* Bounds the recursion of the parser, so that no input overflows the stack. */
#define DEEPEST_NESTING 200

static int parse_choice(ts_parser *p);

/* ---- primary expressions ---- */
typedef struct function {
    const char *name;
    ts_op op;
    size_t least, most; /* number of arguments */
} function;

static const function functions[] = {
    {"min", TS_OP_MIN, 1, SIZE_MAX},  {"max", TS_OP_MAX, 1, SIZE_MAX},  {"in", TS_OP_IN, 2, SIZE_MAX},
    {"abs", TS_OP_ABS, 1, 1},         {"ceil", TS_OP_CEIL, 1, 1},       {"floor", TS_OP_FLOOR, 1, 1},
    {"round", TS_OP_ROUND, 1, 1},     {"sqrt", TS_OP_SQRT, 1, 1},       {"log2", TS_OP_LOG2, 1, 1},
    {"ceildiv", TS_OP_CEILDIV, 2, 2}, {"roundup", TS_OP_ROUNDUP, 2, 2}, {"ispow2", TS_OP_ISPOW2, 1, 1},
};

static const function *find_function(const char *name)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(functions[i].name, name) == 0)
            return &functions[i];
    }
    return NULL;
}

/* "a, b, …" up to the closing sign, which is skipped; *count operands are left on the stack. */
static int parse_list(ts_parser *p, const char *close, size_t *count)
{
    int code = TS_OK;
    *count = 0;
    while (!code) {
        code = parse_choice(p);
        ++*count;
        if (code || !ts_parser_at_sign(p, ","))
            break;
        code = ts_parser_advance(p);
        if (ts_parser_at_sign(p, close)) /* Python's (a,) */
            break;
    }
    return code ? code : ts_parser_skip_sign(p, close);
}

static int parse_call(ts_parser *p, const char *name, size_t offset)
{
    const function *f = find_function(name);
    size_t count = 0;
    int code;
    if (!f)
        return ts_parser_fail(p, offset,
                              "unknown function '%.60s'; there are min max abs ceil floor round sqrt log2 "
                              "ceildiv roundup ispow2 in",
                              name);
    code = ts_parser_advance(p);
    if (!code)
        code = parse_list(p, ")", &count);
    if (code)
        return code;
    if (count < f->least || count > f->most)
        return ts_parser_fail(p, offset, "%s() takes %s%zu argument%s, not %zu", name,
                              f->most > f->least ? "at least " : "", f->least, f->least == 1 ? "" : "s",
                              count);
    return ts_parser_reduce(p, f->op, count, offset);
}

static int unknown_name(ts_parser *p, const char *name, size_t offset)
{
    const char *nearest = ts_names_nearest(p->names, name);
    if (nearest)
        return ts_parser_fail(p, offset, "unknown name '%.60s'; did you mean '%s'?", name, nearest);
    return ts_parser_fail(p, offset, "unknown name '%.60s'; a text must be quoted: '%.60s' in single quotes",
                          name, name);
}

static int parse_named(ts_parser *p, const char *name, size_t offset)
{
    size_t slot;
    const ts_expr *definition = ts_names_definition(p->names, name);
    if (ts_parser_at_sign(p, "("))
        return parse_call(p, name, offset);
    if (strcmp(name, "true") == 0 || strcmp(name, "True") == 0)
        return ts_parser_push_const(p, ts_int(1), offset);
    if (strcmp(name, "false") == 0 || strcmp(name, "False") == 0)
        return ts_parser_push_const(p, ts_int(0), offset);
    if (definition)
        return ts_parser_push_definition(p, definition, offset);
    if (!ts_names_find(p->names, name, &slot))
        return unknown_name(p, name, offset);
    return ts_parser_push(p,
                          (ts_node){.op = TS_OP_SLOT, .offset = (uint32_t)offset, .height = 1, .slot = slot});
}

static int parse_name(ts_parser *p)
{
    const size_t offset = ts_parser_offset(p, p->token.start);
    char *name = strndup(p->token.start, p->token.length);
    if (!name)
        return ts_parser_no_memory();
    int code = ts_parser_advance(p);
    if (!code)
        code = parse_named(p, name, offset);
    free(name);
    return code;
}

static int parse_primary(ts_parser *p)
{
    const ts_token t = p->token;
    const size_t offset = ts_parser_offset(p, t.start);
    int code;
    if (t.kind == TS_TOKEN_NAME && !ts_parser_at_word(p, "and") && !ts_parser_at_word(p, "or") &&
        !ts_parser_at_word(p, "not"))
        return parse_name(p);
    if (t.kind == TS_TOKEN_NUMBER || t.kind == TS_TOKEN_TEXT) {
        code = t.kind == TS_TOKEN_NUMBER ? ts_parser_push_const(p, t.value, offset)
                                         : ts_parser_push_text(p, t.start, t.length, offset);
        return code ? code : ts_parser_advance(p);
    }
    if (!ts_parser_at_sign(p, "("))
        return ts_parser_expected(p, "a number, a name, a quoted text or '('", "");
    code = ts_parser_advance(p);
    if (!code)
        code = parse_choice(p);
    return code ? code : ts_parser_skip_sign(p, ")");
}

/* ---- operators, from tight to loose ---- */
static int enter(ts_parser *p)
{
    if (++p->depth <= DEEPEST_NESTING)
        return TS_OK;
    return ts_parser_fail(p, ts_parser_offset(p, p->token.start),
                          "nested more than %d deep; split the expression", DEEPEST_NESTING);
}

static int parse_unary(ts_parser *p)
{
    const size_t offset = ts_parser_offset(p, p->token.start);
    const bool minus = ts_parser_at_sign(p, "-"), not = ts_parser_at_sign(p, "!");
    int code;
    if (!minus && !not &&!ts_parser_at_sign(p, "+"))
        return parse_primary(p);
    code = enter(p);
    if (!code)
        code = ts_parser_advance(p);
    if (!code)
        code = parse_unary(p);
    p->depth--;
    if (code || (!minus && !not ))
        return code;
    return ts_parser_reduce(p, minus ? TS_OP_NEG : TS_OP_NOT, 1, offset);
}

typedef struct binary {
    const char *sign, *word; /* word: Python's spelling, NULL if it has none */
    ts_op op;
    bool chain; /* a op b op c is one n-ary node */
} binary;

static const binary *find_binary(const ts_parser *p, const binary *table)
{
    for (; table->sign; table++) {
        if (ts_parser_at_sign(p, table->sign) || (table->word && ts_parser_at_word(p, table->word)))
            return table;
    }
    return NULL;
}

/* Left-associative operators of one level. Runs of the same chainable operator become one node. */
static int parse_binary(ts_parser *p, const binary *table, int (*operand)(ts_parser *))
{
    const binary *run = NULL, *next;
    size_t offset = 0, count = 1;
    int code = operand(p);
    while (!code && (next = find_binary(p, table))) {
        if (run && !(run == next && run->chain)) {
            code = ts_parser_reduce(p, run->op, count, offset);
            count = 1;
        }
        run = next;
        offset = ts_parser_offset(p, p->token.start);
        if (!code)
            code = ts_parser_advance(p);
        if (!code)
            code = operand(p);
        count++;
    }
    return code || !run ? code : ts_parser_reduce(p, run->op, count, offset);
}

static int parse_product(ts_parser *p)
{
    static const binary table[] = {{"*", NULL, TS_OP_MUL, true},
                                   {"/", NULL, TS_OP_DIV, false},
                                   {"%", NULL, TS_OP_MOD, false},
                                   {NULL, NULL, 0, false}};
    return parse_binary(p, table, parse_unary);
}

static int parse_sum(ts_parser *p)
{
    static const binary table[] = {
        {"+", NULL, TS_OP_ADD, true}, {"-", NULL, TS_OP_SUB, false}, {NULL, NULL, 0, false}};
    return parse_binary(p, table, parse_product);
}

static const binary comparisons[] = {{"==", NULL, TS_OP_EQ, false}, {"!=", NULL, TS_OP_NE, false},
                                     {"<=", NULL, TS_OP_LE, false}, {">=", NULL, TS_OP_GE, false},
                                     {"<", NULL, TS_OP_LT, false},  {">", NULL, TS_OP_GT, false},
                                     {NULL, NULL, 0, false}};

/* Python's "x in (a, b)" or "[a, b]"; the operand x is on the stack and `in` is the token. */
static int parse_membership(ts_parser *p, size_t offset)
{
    size_t count = 0;
    int code = ts_parser_advance(p);
    const bool bracket = ts_parser_at_sign(p, "[");
    if (!code && !bracket && !ts_parser_at_sign(p, "("))
        return ts_parser_expected(p, "'(' or '[' after 'in'", "");
    if (!code)
        code = ts_parser_advance(p);
    if (!code)
        code = parse_list(p, bracket ? "]" : ")", &count);
    return code ? code : ts_parser_reduce(p, TS_OP_IN, count + 1, offset);
}

/* Comparisons don't associate: a < b < c means something else in C than in Python, and neither is what was
 * meant in the other. */
static int parse_comparison(ts_parser *p)
{
    const binary *comparison;
    size_t offset;
    int code = parse_sum(p);
    if (code)
        return code;
    offset = ts_parser_offset(p, p->token.start);
    comparison = find_binary(p, comparisons);
    if (comparison) {
        code = ts_parser_advance(p);
        if (!code)
            code = parse_sum(p);
        if (!code)
            code = ts_parser_reduce(p, comparison->op, 2, offset);
    } else if (ts_parser_at_word(p, "in")) {
        code = parse_membership(p, offset);
    } else if (ts_parser_at_word(p, "not")) {
        code = ts_parser_advance(p);
        if (!code && !ts_parser_at_word(p, "in"))
            return ts_parser_expected(p, "'in' after 'not'", "");
        if (!code)
            code = parse_membership(p, offset);
        if (!code)
            code = ts_parser_reduce(p, TS_OP_NOT, 1, offset);
    }
    if (!code && find_binary(p, comparisons))
        return ts_parser_expected(
            p, p->depth > 1 ? "')'" : "'&&'",
            "; comparisons don't chain: write 'a <= b && b <= c', or (a < b) == c in parentheses");
    return code;
}

/* Python's `not` binds looser than comparisons, C's `!` tighter. */
static int parse_not(ts_parser *p)
{
    const size_t offset = ts_parser_offset(p, p->token.start);
    int code;
    if (!ts_parser_at_word(p, "not"))
        return parse_comparison(p);
    code = enter(p);
    if (!code)
        code = ts_parser_advance(p);
    if (!code)
        code = parse_not(p);
    p->depth--;
    return code ? code : ts_parser_reduce(p, TS_OP_NOT, 1, offset);
}

static int parse_and(ts_parser *p)
{
    static const binary table[] = {{"&&", "and", TS_OP_AND, true}, {NULL, NULL, 0, false}};
    return parse_binary(p, table, parse_not);
}

static int parse_or(ts_parser *p)
{
    static const binary table[] = {{"||", "or", TS_OP_OR, true}, {NULL, NULL, 0, false}};
    return parse_binary(p, table, parse_and);
}

static int parse_branches(ts_parser *p, size_t offset)
{
    int code = ts_parser_advance(p);
    if (!code)
        code = parse_choice(p);
    if (!code)
        code = ts_parser_skip_sign(p, ":");
    if (!code)
        code = parse_choice(p);
    return code ? code : ts_parser_reduce(p, TS_OP_COND, 3, offset);
}

static int parse_choice(ts_parser *p)
{
    int code = enter(p);
    if (!code)
        code = parse_or(p);
    if (!code && ts_parser_at_sign(p, "?"))
        code = parse_branches(p, ts_parser_offset(p, p->token.start));
    p->depth--;
    return code;
}

/* ---- the whole ---- */
static int parse_whole(ts_parser *p)
{
    const char *wrong = ts_lex(p->expr->text, &p->token);
    int code = wrong ? ts_parser_fail(p, ts_parser_offset(p, p->token.start), "%s", wrong) : parse_choice(p);
    if (!code && p->token.kind != TS_TOKEN_END)
        code = ts_parser_expected(p, "an operator or the end", "");
    return code;
}

/* What fails whatever the names stand for ("1/0", "'a' * 2") is said at once. */
static int check_whole(const ts_expr *expr)
{
    ts_partial partial;
    int code = ts_partial_open(expr, &partial);
    if (code)
        return code;
    if (ts_partial_root(&partial)->fault)
        code = ts_partial_fail(&partial);
    ts_partial_close(&partial);
    return code;
}

int ts_expr_parse(const char *text, ts_place place, const ts_names *names, ts_expr **out)
{
    ts_parser p = {.names = names, .expr = calloc(1, sizeof(ts_expr))};
    int code;
    if (!p.expr)
        return ts_parser_no_memory();
    p.expr->text = strdup(text);
    p.expr->file = strdup(place.file ? place.file : "expression");
    p.expr->line = place.line;
    p.expr->column = place.column;
    /* Even a leaf alone has an array of arguments, so that taking its (empty) part is defined. */
    bool fine = p.expr->text && p.expr->file && ts_vec_reserve_one(&p.args);
    code = fine ? parse_whole(&p) : ts_parser_no_memory();
    p.expr->nodes = p.nodes.items;
    p.expr->count = p.nodes.count;
    p.expr->args = p.args.items;
    p.expr->arg_count = p.args.count;
    ts_vec_free(&p.operands);
    if (!code)
        code = check_whole(p.expr);
    if (code)
        ts_expr_free(p.expr);
    else
        *out = p.expr;
    return code;
}
