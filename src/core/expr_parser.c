#include "core/expr_parser.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

/* Height bounds the recursion of evaluation: "a - b - c - ..." is flat to parse, yet a deep tree. */
#define TALLEST_TREE 1000
#define MOST_NODES   20000

/* ---- messages ---- */
size_t ts_parser_offset(const ts_parser *p, const char *at)
{
    return (size_t)(at - p->expr->text);
}

int ts_parser_fail(const ts_parser *p, size_t offset, const char *format, ...)
{
    ts_str text = TS_STR_INIT;
    va_list args;
    va_start(args, format);
    ts_expr_where(p->expr, offset, &text);
    ts_str_append(&text, ": ");
    ts_str_vformat(&text, format, args);
    va_end(args);
    int code = ts_fail(TS_EINPUT, "%s", ts_str_text(&text));
    ts_str_free(&text);
    return code;
}

int ts_parser_expected(const ts_parser *p, const char *what, const char *hint)
{
    const ts_token *t = &p->token;
    size_t quote = t->kind == TS_TOKEN_TEXT;
    const char *start = t->start - quote;
    if (t->kind == TS_TOKEN_END)
        return ts_parser_fail(p, ts_parser_offset(p, start), "expected %s at the end of '%.200s'%s", what,
                              p->expr->text, hint);
    return ts_parser_fail(p, ts_parser_offset(p, start), "expected %s before '%.*s'%s", what,
                          (int)(t->width > 60 ? 60 : t->width), start, hint);
}

/* ---- tokens ---- */
int ts_parser_advance(ts_parser *p)
{
    const char *from = p->token.start - (p->token.kind == TS_TOKEN_TEXT) + p->token.width;
    const char *wrong = ts_lex(from, &p->token);
    return wrong ? ts_parser_fail(p, ts_parser_offset(p, p->token.start), "%s", wrong) : TS_OK;
}

static bool is_spelled(const ts_parser *p, ts_token_kind kind, const char *text)
{
    const ts_token *t = &p->token;
    return t->kind == kind && t->length == strlen(text) && memcmp(t->start, text, t->length) == 0;
}

bool ts_parser_at_sign(const ts_parser *p, const char *sign)
{
    return is_spelled(p, TS_TOKEN_SIGN, sign);
}

bool ts_parser_at_word(const ts_parser *p, const char *word)
{
    return is_spelled(p, TS_TOKEN_NAME, word);
}

int ts_parser_skip_sign(ts_parser *p, const char *sign)
{
    char what[8] = {'\'', sign[0], '\'', 0};
    return ts_parser_at_sign(p, sign) ? ts_parser_advance(p) : ts_parser_expected(p, what, "");
}

/* ---- nodes ---- */
int ts_parser_no_memory(void)
{
    return ts_fail(TS_ENOMEM, "out of memory while reading an expression");
}

int ts_parser_push(ts_parser *p, ts_node node)
{
    if (p->nodes.count >= MOST_NODES)
        return ts_parser_fail(
            p, node.offset, "this expression has more than %d operands and operators; split it", MOST_NODES);
    if (node.height > TALLEST_TREE)
        return ts_parser_fail(p, node.offset, "this expression is nested more than %d deep; split it",
                              TALLEST_TREE);
    if (!ts_vec_push(&p->nodes, node))
        return ts_parser_no_memory();
    return ts_vec_push(&p->operands, (uint32_t)p->nodes.count - 1) ? TS_OK : ts_parser_no_memory();
}

int ts_parser_push_const(ts_parser *p, ts_value value, size_t offset)
{
    return ts_parser_push(
        p, (ts_node){.op = TS_OP_CONST, .offset = (uint32_t)offset, .height = 1, .value = value});
}

int ts_parser_reduce(ts_parser *p, ts_op op, size_t count, size_t offset)
{
    ts_node node = {
        .op = op, .first = (uint32_t)p->args.count, .count = (uint32_t)count, .offset = (uint32_t)offset};
    const uint32_t *operands = p->operands.items + (p->operands.count - count);
    for (size_t i = 0; i < count; i++) {
        uint32_t height = p->nodes.items[operands[i]].height;
        node.height = height > node.height ? height : node.height;
        if (!ts_vec_push(&p->args, operands[i]))
            return ts_parser_no_memory();
    }
    node.height++;
    p->operands.count -= count;
    return ts_parser_push(p, node);
}

int ts_parser_push_text(ts_parser *p, const char *start, size_t length, size_t offset)
{
    char *copy = strndup(start, length);
    if (!copy)
        return ts_parser_no_memory();
    size_t before = p->nodes.count;
    int code = ts_parser_push_const(p, ts_string(copy), offset);
    if (p->nodes.count == before)
        free(copy);
    return code; /* NOLINT(clang-analyzer-unix.Malloc): otherwise the node owns it */
}

int ts_parser_push_definition(ts_parser *p, const ts_expr *definition, size_t offset)
{
    const size_t node_base = p->nodes.count, arg_base = p->args.count;
    for (size_t i = 0; i < definition->arg_count; i++) {
        if (!ts_vec_push(&p->args, definition->args[i] + (uint32_t)node_base))
            return ts_parser_no_memory();
    }
    for (size_t i = 0; i < definition->count; i++) {
        ts_node node = definition->nodes[i];
        int code;
        if (node.op == TS_OP_CONST && node.value.kind == TS_STRING) {
            code = ts_parser_push_text(p, node.value.s, strlen(node.value.s), offset);
        } else {
            node.offset = (uint32_t)offset;
            node.first += (uint32_t)arg_base;
            code = ts_parser_push(p, node);
        }
        if (code)
            return code;
        p->operands.count -= i + 1 < definition->count; /* only the root is an operand */
    }
    return TS_OK;
}
