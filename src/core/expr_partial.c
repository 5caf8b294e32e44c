/* Partial evaluation: every node's range is kept up to date as slots become known, one at a time. */
#include "core/expr_node.h"

#include <stdlib.h>
#include <string.h>

static ts_range logical(int truth, uint8_t may)
{
    return truth < 0 ? ts_range_int(0, 1, 1, may) : ts_range_int(truth, truth, truth, may);
}

/*
 * AND (stop = 0) and OR (stop = 1), left to right. Once an argument is sure to stop, or to fail, the rest
 * doesn't matter; what came before it may have stopped earlier, with the same result, or failed.
 */
static ts_range lazy(const ts_partial *p, const ts_node *n, int stop)
{
    const uint32_t *args = p->expr->args + n->first;
    bool open = false; /* an argument so far that might stop */
    uint8_t may = 0;
    for (uint32_t k = 0; k < n->count; k++) {
        ts_range r = p->ranges[args[k]];
        if (r.fault)
            return open ? logical(stop, may | TS_MAY_FAIL) : r;
        int truth = ts_range_truth(r);
        may |= r.may;
        if (truth == stop)
            return logical(stop, may);
        open |= truth < 0;
    }
    return logical(open ? -1 : !stop, may);
}

static ts_range choice(const ts_partial *p, const ts_node *n)
{
    const uint32_t *args = p->expr->args + n->first;
    ts_range test = p->ranges[args[0]];
    int truth = ts_range_truth(test);
    ts_range r;
    if (test.fault)
        return test;
    r = truth < 0 ? ts_range_hull(p->ranges[args[1]], p->ranges[args[2]]) : p->ranges[args[truth ? 1 : 2]];
    if (!r.fault && test.may) {
        r.may |= test.may;
        r.exact = false;
    }
    return r;
}

/* in(x, a, b): x == a || x == b, with the laziness of ||. */
static ts_range membership(const ts_partial *p, const ts_node *n)
{
    const uint32_t *args = p->expr->args + n->first;
    const ts_range x = p->ranges[args[0]];
    bool open = false;
    uint8_t may = x.may;
    if (x.fault)
        return x;
    for (uint32_t k = 1; k < n->count; k++) {
        ts_range r = ts_range_apply(TS_OP_EQ, x, p->ranges[args[k]]);
        if (r.fault)
            return open ? logical(1, may | TS_MAY_FAIL) : r;
        int truth = ts_range_truth(r);
        may |= r.may;
        if (truth == 1)
            return logical(1, may);
        open |= truth < 0;
    }
    return logical(open ? -1 : 0, may);
}

static ts_range negation(ts_range r)
{
    int truth = ts_range_truth(r);
    return r.fault ? r : logical(truth < 0 ? -1 : !truth, r.may);
}

/* The common case by far, and the innermost work of building a space: two known integers. False: not that
 * case. */
static bool apply_known_ints(const ts_range *a, const ts_range *b, ts_op op, ts_range *out)
{
    int64_t r;
    switch (op) {
    case TS_OP_ADD:
        if (__builtin_add_overflow(a->lo, b->lo, &r))
            return false;
        break;
    case TS_OP_SUB:
        if (__builtin_sub_overflow(a->lo, b->lo, &r))
            return false;
        break;
    case TS_OP_MUL:
        if (__builtin_mul_overflow(a->lo, b->lo, &r))
            return false;
        break;
    case TS_OP_MOD:
        if (b->lo <= 0)
            return false;
        r = a->lo % b->lo;
        break;
    case TS_OP_EQ:
        r = a->lo == b->lo;
        break;
    case TS_OP_LE:
        r = a->lo <= b->lo;
        break;
    default:
        return false;
    }
    out->kind = TS_INT;
    out->fault = out->may = 0;
    out->exact = true;
    out->lo = out->hi = r;
    out->step = r == INT64_MIN ? 1 : r < 0 ? -r : r;
    return true;
}

static bool is_known_int(const ts_range *r)
{
    return r->exact && r->kind == TS_INT;
}

static void apply_pair(ts_op op, const ts_range *a, const ts_range *b, ts_range *out)
{
    if (!is_known_int(a) || !is_known_int(b) || !apply_known_ints(a, b, op, out))
        *out = ts_range_apply(op, *a, *b);
}

static void fold(const ts_partial *p, const ts_node *n, ts_range *out)
{
    const uint32_t *args = p->expr->args + n->first;
    if (n->count == 1) {
        *out = ts_op_is_unary(n->op) ? ts_range_unary(n->op, p->ranges[args[0]]) : p->ranges[args[0]];
        return;
    }
    apply_pair(n->op, &p->ranges[args[0]], &p->ranges[args[1]], out);
    for (uint32_t k = 2; k < n->count; k++)
        apply_pair(n->op, out, &p->ranges[args[k]], out);
}

static void recompute(ts_partial *p, uint32_t index)
{
    const ts_node *n = &p->expr->nodes[index];
    const uint32_t *args = p->expr->args + n->first;
    ts_range r;
    switch (n->op) {
    case TS_OP_CONST:
        r = ts_range_of(n->value);
        break;
    case TS_OP_SLOT:
        return; /* set from outside */
    case TS_OP_AND:
    case TS_OP_OR:
        r = lazy(p, n, n->op == TS_OP_OR);
        break;
    case TS_OP_NOT:
        r = negation(p->ranges[args[0]]);
        break;
    case TS_OP_COND:
        r = choice(p, n);
        break;
    case TS_OP_IN:
        r = membership(p, n);
        break;
    default:
        fold(p, n, &p->ranges[index]);
        return;
    }
    p->ranges[index] = r;
}

/* ---- which nodes depend on which slot ---- */
/* Leaves of the slot first, then their ancestors in the order of nodes, which is children first. */
static bool find_dependents(const ts_expr *expr, size_t slot, bool *depends, ts_dependents *out)
{
    size_t leaves = 0, count = 0;
    for (size_t i = 0; i < expr->count; i++) {
        const ts_node *n = &expr->nodes[i];
        bool leaf = n->op == TS_OP_SLOT && n->slot == slot;
        depends[i] = leaf;
        for (uint32_t k = 0; k < n->count; k++)
            depends[i] |= depends[expr->args[n->first + k]];
        leaves += leaf;
        count += depends[i];
    }
    *out = (ts_dependents){
        .slot = slot, .nodes = malloc(count * sizeof *out->nodes), .leaves = leaves, .count = count};
    if (!out->nodes)
        return false;
    size_t next_leaf = 0, next = leaves;
    for (size_t i = 0; i < expr->count; i++) {
        if (depends[i])
            out->nodes[expr->nodes[i].op == TS_OP_SLOT ? next_leaf++ : next++] = (uint32_t)i;
    }
    return true;
}

static bool knows(const ts_partial *p, size_t slot)
{
    for (size_t i = 0; i < p->slot_count; i++) {
        if (p->slots[i].slot == slot)
            return true;
    }
    return false;
}

static bool find_slots(ts_partial *p)
{
    const ts_expr *expr = p->expr;
    bool *depends = calloc(expr->count, sizeof *depends);
    bool fine = depends != NULL;
    for (size_t i = 0; fine && i < expr->count; i++) {
        const ts_node *n = &expr->nodes[i];
        if (n->op != TS_OP_SLOT || knows(p, n->slot))
            continue;
        ts_dependents *grown = realloc(p->slots, (p->slot_count + 1) * sizeof *grown);
        if (grown)
            p->slots = grown;
        fine = grown && find_dependents(expr, n->slot, depends, &grown[p->slot_count]);
        p->slot_count += fine;
    }
    free(depends);
    return fine;
}

int ts_partial_open(const ts_expr *expr, ts_partial *out)
{
    ts_partial p = {.expr = expr, .ranges = malloc(expr->count * sizeof *p.ranges)};
    if (!p.ranges || !find_slots(&p)) {
        ts_partial_close(&p);
        return ts_fail(TS_ENOMEM, "out of memory while examining an expression");
    }
    for (size_t i = 0; i < expr->count; i++) {
        p.ranges[i] = ts_range_any();
        recompute(&p, (uint32_t)i);
    }
    *out = p;
    return TS_OK;
}

void ts_partial_close(ts_partial *p)
{
    for (size_t i = 0; i < p->slot_count; i++)
        free(p->slots[i].nodes);
    free(p->slots);
    free(p->ranges);
    *p = (ts_partial){0};
}

void ts_partial_set(ts_partial *p, const ts_dependents *slot, const ts_range *range)
{
    size_t i = 0;
    for (; i < slot->leaves; i++)
        p->ranges[slot->nodes[i]] = *range;
    for (; i < slot->count; i++)
        recompute(p, slot->nodes[i]);
}

const ts_range *ts_partial_root(const ts_partial *p)
{
    return &p->ranges[p->expr->count - 1];
}

int ts_partial_fail(const ts_partial *p)
{
    uint32_t node = (uint32_t)p->expr->count - 1;
    const ts_fault fault = p->ranges[node].fault;
    for (bool deeper = true; deeper;) {
        const ts_node *n = &p->expr->nodes[node];
        deeper = false;
        for (uint32_t k = 0; !deeper && k < n->count; k++) {
            uint32_t child = p->expr->args[n->first + k];
            deeper = p->ranges[child].fault == fault;
            if (deeper)
                node = child;
        }
    }
    return ts_expr_fault(p->expr, node, fault);
}
