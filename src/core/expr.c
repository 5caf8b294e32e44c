#include "core/expr_node.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

void ts_expr_free(ts_expr *expr)
{
    if (!expr)
        return;
    for (size_t i = 0; i < expr->count; i++) {
        if (expr->nodes[i].op == TS_OP_CONST && expr->nodes[i].value.kind == TS_STRING)
            free((char *)expr->nodes[i].value.s);
    }
    free(expr->nodes);
    free(expr->args);
    free(expr->text);
    free(expr->file);
    free(expr);
}

static bool copy_nodes(const ts_expr *from, ts_expr *to)
{
    for (size_t i = 0; i < from->count; i++) {
        to->nodes[i] = from->nodes[i];
        to->count = i + 1;
        if (from->nodes[i].op != TS_OP_CONST || from->nodes[i].value.kind != TS_STRING)
            continue;
        to->nodes[i].value.s = strdup(from->nodes[i].value.s);
        if (!to->nodes[i].value.s)
            return false;
    }
    return true;
}

/* A copy with room for more nodes and arguments. */
static int copy_with_room(const ts_expr *from, size_t more_nodes, size_t more_args, ts_expr **out)
{
    ts_expr *to = calloc(1, sizeof *to);
    if (!to)
        return ts_fail(TS_ENOMEM, "out of memory while copying an expression");
    to->nodes = calloc(from->count + more_nodes, sizeof *to->nodes);
    to->args = calloc(from->arg_count + more_args + 1, sizeof *to->args);
    to->text = strdup(from->text);
    to->file = strdup(from->file);
    if (!to->nodes || !to->args || !to->text || !to->file || !copy_nodes(from, to)) {
        ts_expr_free(to);
        return ts_fail(TS_ENOMEM, "out of memory while copying an expression");
    }
    if (from->arg_count)
        memcpy(to->args, from->args, from->arg_count * sizeof *to->args);
    to->arg_count = from->arg_count;
    to->line = from->line;
    to->column = from->column;
    *out = to;
    return TS_OK;
}

int ts_expr_copy(const ts_expr *from, ts_expr **out)
{
    return copy_with_room(from, 0, 0, out);
}

int ts_expr_or_equals(const ts_expr *test, size_t slot, ts_value value, ts_expr **out)
{
    const uint32_t root = (uint32_t)test->count - 1, first = (uint32_t)test->arg_count;
    const uint32_t offset = test->nodes[root].offset, height = test->nodes[root].height;
    const uint32_t args[4] = {root + 1, root + 2, root, root + 3};
    ts_expr *e = NULL;
    int code = copy_with_room(test, 4, 4, &e);
    if (code)
        return code;
    e->nodes[root + 1] = (ts_node){.op = TS_OP_SLOT, .offset = offset, .height = 1, .slot = slot};
    e->nodes[root + 2] = (ts_node){.op = TS_OP_CONST, .offset = offset, .height = 1, .value = value};
    e->nodes[root + 3] = (ts_node){.op = TS_OP_EQ, .first = first, .count = 2, .offset = offset, .height = 2};
    e->nodes[root + 4] =
        (ts_node){.op = TS_OP_OR, .first = first + 2, .count = 2, .offset = offset, .height = height + 2};
    memcpy(e->args + first, args, sizeof args);
    e->count += 4;
    e->arg_count += 4;
    if (value.kind == TS_STRING) {
        e->nodes[root + 2].value.s = strdup(value.s);
        if (!e->nodes[root + 2].value.s) {
            ts_expr_free(e);
            return ts_fail(TS_ENOMEM, "out of memory while copying an expression");
        }
    }
    *out = e;
    return TS_OK;
}

bool ts_expr_uses(const ts_expr *expr, size_t slot)
{
    for (size_t i = 0; i < expr->count; i++) {
        if (expr->nodes[i].op == TS_OP_SLOT && expr->nodes[i].slot == slot)
            return true;
    }
    return false;
}

const char *ts_expr_text(const ts_expr *expr)
{
    return expr->text;
}

ts_place ts_expr_place(const ts_expr *expr)
{
    return (ts_place){.file = expr->file, .line = expr->line, .column = expr->column};
}

void ts_expr_where(const ts_expr *expr, size_t offset, ts_str *out)
{
    int line = expr->line, column = expr->column;
    for (size_t i = 0; i < offset && expr->text[i]; i++) {
        bool newline = expr->text[i] == '\n';
        line += newline;
        column = newline ? 1 : column + (column > 0);
    }
    ts_str_append(out, expr->file);
    if (expr->line > 0)
        ts_str_format(out, ":%d", line);
    if (expr->line > 0 && column > 0)
        ts_str_format(out, ":%d", column);
}

static const char *advice(ts_fault fault)
{
    switch (fault) {
    case TS_FAULT_TEXT:
        return "a text where a number is needed";
    case TS_FAULT_MIXED:
        return "compares a text with a number; quote both or neither";
    case TS_FAULT_INTEGER:
        return "a real number where an integer is needed; use floor(), ceil() or round()";
    case TS_FAULT_ZERO:
        return "division by zero; guard it, as in 'n == 0 || m / n > 2'";
    case TS_FAULT_DIVISOR:
        return "ceildiv() and roundup() need a positive second argument";
    case TS_FAULT_DOMAIN:
        return "sqrt() of a negative number, or log2() of a number that isn't positive";
    case TS_FAULT_OVERFLOW:
        return "the result doesn't fit a 64-bit number; use reals (1.0*x) for large products";
    case TS_FAULT_UNKNOWN:
        return "uses a name whose value isn't known here";
    case TS_FAULT_NONE:
        break;
    }
    return "cannot be evaluated";
}

int ts_expr_fault(const ts_expr *expr, uint32_t node, ts_fault fault)
{
    ts_str place = TS_STR_INIT;
    ts_expr_where(expr, expr->nodes[node].offset, &place);
    int code = ts_fail(TS_EINPUT, "%s: in '%.200s': %s", ts_str_text(&place), expr->text, advice(fault));
    ts_str_free(&place);
    return code;
}
