/* Canonical keys of what is left of a partly known expression: a term that stands by itself, in prefix order.
 */
#include "core/expr_node.h"
#include "util/str.h"

#include <string.h>

typedef struct key_writer {
    const ts_partial *partial;
    ts_str *key;
    void (*unknown)(void *context, size_t slot);
    void *context;
} key_writer;

static void put_byte(key_writer *w, int tag, int detail)
{
    const char bytes[2] = {(char)tag, (char)detail};
    ts_str_append_n(w->key, bytes, 2);
}

static void put_number(key_writer *w, const void *number)
{
    ts_str_append_n(w->key, number, 8);
}

static void put_count(key_writer *w, uint32_t count)
{
    ts_str_append_n(w->key, (const char *)&count, sizeof count);
}

static void put_value(key_writer *w, ts_value v)
{
    put_byte(w, 'v', (int)v.kind);
    if (v.kind == TS_NONE)
        return;
    if (v.kind == TS_STRING)
        ts_str_append_n(w->key, v.s, strlen(v.s) + 1);
    else if (v.kind == TS_INT)
        put_number(w, &v.i);
    else
        put_number(w, &v.r);
}

static void put_node(key_writer *w, uint32_t index);

static void put_all(key_writer *w, const ts_node *n)
{
    put_byte(w, 'o', (int)n->op);
    put_count(w, n->count);
    for (uint32_t k = 0; k < n->count; k++)
        put_node(w, w->partial->expr->args[n->first + k]);
}

/* Arguments of a lazy operator that are known and don't stop it have done their part. */
static bool matters(const ts_node *n, ts_range argument)
{
    return !argument.exact || ts_range_truth(argument) == (n->op == TS_OP_OR);
}

static void put_lazy(key_writer *w, const ts_node *n)
{
    const uint32_t *args = w->partial->expr->args + n->first;
    uint32_t count = 0;
    for (uint32_t k = 0; k < n->count; k++)
        count += matters(n, w->partial->ranges[args[k]]);
    put_byte(w, 'l', (int)n->op);
    put_count(w, count);
    for (uint32_t k = 0; k < n->count; k++) {
        if (matters(n, w->partial->ranges[args[k]]))
            put_node(w, args[k]);
    }
}

/*
 * May the known arguments of a chain be gathered, whatever their places among the others? With integers that
 * only let the result grow away from zero, an intermediate overflow means a final one, so completions agree
 * on failure as well.
 */
static bool gathers(ts_op op, ts_range r)
{
    if (r.fault || r.kind != TS_INT)
        return false;
    return op == TS_OP_MIN || op == TS_OP_MAX || (op == TS_OP_ADD ? r.lo >= 0 : !r.exact || r.lo > 0);
}

static bool is_chain(ts_op op)
{
    return op == TS_OP_ADD || op == TS_OP_MUL || op == TS_OP_MIN || op == TS_OP_MAX;
}

static bool gather(const key_writer *w, const ts_node *n, ts_value *known)
{
    const uint32_t *args = w->partial->expr->args + n->first;
    known->kind = TS_NONE;
    if (!is_chain(n->op))
        return false;
    for (uint32_t k = 0; k < n->count; k++) {
        ts_range r = w->partial->ranges[args[k]];
        if (!gathers(n->op, r))
            return false;
        if (r.exact && known->kind == TS_NONE)
            *known = ts_range_value(r);
        else if (r.exact && ts_op_apply(n->op, *known, ts_range_value(r), known))
            return false;
    }
    return known->kind != TS_NONE;
}

/* The operator over `known` (if it has a kind) and the arguments from `from` on that are open, or all of
 * those if `all`. */
static void put_chain(key_writer *w, const ts_node *n, ts_value known, uint32_t from, bool all)
{
    const uint32_t *args = w->partial->expr->args + n->first;
    uint32_t count = 0;
    for (uint32_t k = from; k < n->count; k++)
        count += all || !w->partial->ranges[args[k]].exact;
    put_byte(w, 'c', (int)n->op);
    put_count(w, count);
    put_value(w, known);
    for (uint32_t k = from; k < n->count; k++) {
        if (all || !w->partial->ranges[args[k]].exact)
            put_node(w, args[k]);
    }
}

/* Arguments known at the front are folded as evaluation would, whatever the kinds of the others. */
static void put_fold(key_writer *w, const ts_node *n)
{
    const uint32_t *args = w->partial->expr->args + n->first;
    ts_value known = {.kind = TS_NONE}, next;
    uint32_t k = 0;
    for (; k < n->count && w->partial->ranges[args[k]].exact; k++) {
        next = ts_range_value(w->partial->ranges[args[k]]);
        if (k > 0 && ts_op_apply(n->op, known, next, &next))
            break;
        known = next;
    }
    put_chain(w, n, known, k, true);
}

static void put_slot(key_writer *w, size_t slot)
{
    put_byte(w, 's', 0);
    put_number(w, &(uint64_t){slot});
    if (w->unknown)
        w->unknown(w->context, slot);
}

static void put_node(key_writer *w, uint32_t index)
{
    const ts_node *n = &w->partial->expr->nodes[index];
    const uint32_t *args = w->partial->expr->args + n->first;
    const ts_range r = w->partial->ranges[index];
    ts_value known;
    if (r.exact)
        put_value(w, ts_range_value(r));
    else if (r.fault)
        put_byte(w, 'f', 0);
    else if (n->op == TS_OP_SLOT)
        put_slot(w, n->slot);
    else if (n->op == TS_OP_AND || n->op == TS_OP_OR)
        put_lazy(w, n);
    else if (n->op == TS_OP_COND && w->partial->ranges[args[0]].exact)
        put_node(w, args[ts_range_truth(w->partial->ranges[args[0]]) ? 1 : 2]);
    else if (gather(w, n, &known))
        put_chain(w, n, known, 0, false);
    else if (is_chain(n->op))
        put_fold(w, n);
    else
        put_all(w, n);
}

void ts_partial_key(const ts_partial *p, ts_str *key, void (*unknown)(void *context, size_t slot),
                    void *context)
{
    key_writer w = {.partial = p, .key = key, .unknown = unknown, .context = context};
    put_node(&w, (uint32_t)p->expr->count - 1);
}

int ts_expr_residual(const ts_expr *expr, const ts_value *values, ts_str *key, ts_value *decided)
{
    ts_partial p;
    int code = ts_partial_open(expr, &p);
    if (code)
        return code;
    for (size_t i = 0; i < p.slot_count; i++) {
        const ts_range range = ts_range_of(values[p.slots[i].slot]);
        ts_partial_set(&p, &p.slots[i], &range);
    }
    const ts_range root = *ts_partial_root(&p);
    *decided = root.exact ? ts_range_value(root) : (ts_value){.kind = TS_NONE};
    if (root.fault)
        code = ts_partial_fail(&p);
    else
        ts_partial_key(&p, key, NULL, NULL);
    if (!code && key->failed)
        code = ts_fail(TS_ENOMEM, "out of memory while examining an expression");
    ts_partial_close(&p);
    return code;
}
