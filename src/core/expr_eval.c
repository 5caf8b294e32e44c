#include "core/expr_node.h"

#include <math.h>
#include <string.h>

/* The first real beyond int64. */
#define TWO_TO_63 9223372036854775808.0

bool ts_op_is_unary(ts_op op)
{
    return op >= TS_OP_NEG;
}

bool ts_value_truth(ts_value v)
{
    switch (v.kind) {
    case TS_INT:
        return v.i != 0;
    case TS_REAL:
        return v.r != 0;
    case TS_STRING:
        return v.s[0] != 0;
    case TS_NONE:
        break;
    }
    return false;
}

static double real_of(ts_value v)
{
    return v.kind == TS_INT ? (double)v.i : v.r;
}

static ts_fault if_finite(double r, ts_value *out)
{
    if (!isfinite(r))
        return TS_FAULT_OVERFLOW;
    *out = ts_real(r);
    return TS_FAULT_NONE;
}

static ts_fault if_int64(double r, ts_value *out)
{
    if (!(r >= -TWO_TO_63 && r < TWO_TO_63))
        return TS_FAULT_OVERFLOW;
    *out = ts_int((int64_t)r);
    return TS_FAULT_NONE;
}

/* Smallest q with q * b >= a, for b > 0. */
static int64_t ceiling_quotient(int64_t a, int64_t b)
{
    return a / b + (a % b > 0);
}

static ts_fault divide(ts_op op, int64_t a, int64_t b, int64_t *out)
{
    if (op == TS_OP_CEILDIV || op == TS_OP_ROUNDUP) {
        if (b <= 0)
            return TS_FAULT_DIVISOR;
        *out = ceiling_quotient(a, b);
        return op == TS_OP_ROUNDUP && __builtin_mul_overflow(*out, b, out) ? TS_FAULT_OVERFLOW
                                                                           : TS_FAULT_NONE;
    }
    if (b == 0)
        return TS_FAULT_ZERO;
    if (b == -1) { /* the one quotient that overflows, and traps */
        *out = 0;
        return op == TS_OP_DIV && __builtin_sub_overflow((int64_t)0, a, out) ? TS_FAULT_OVERFLOW
                                                                             : TS_FAULT_NONE;
    }
    *out = op == TS_OP_DIV ? a / b : a % b;
    return TS_FAULT_NONE;
}

static ts_fault apply_ints(ts_op op, int64_t a, int64_t b, int64_t *out)
{
    switch (op) {
    case TS_OP_ADD:
        return __builtin_add_overflow(a, b, out) ? TS_FAULT_OVERFLOW : TS_FAULT_NONE;
    case TS_OP_SUB:
        return __builtin_sub_overflow(a, b, out) ? TS_FAULT_OVERFLOW : TS_FAULT_NONE;
    case TS_OP_MUL:
        return __builtin_mul_overflow(a, b, out) ? TS_FAULT_OVERFLOW : TS_FAULT_NONE;
    case TS_OP_MIN:
        *out = a < b ? a : b;
        return TS_FAULT_NONE;
    case TS_OP_MAX:
        *out = a > b ? a : b;
        return TS_FAULT_NONE;
    default:
        return divide(op, a, b, out);
    }
}

static ts_fault apply_reals(ts_op op, double a, double b, ts_value *out)
{
    switch (op) {
    case TS_OP_ADD:
        return if_finite(a + b, out);
    case TS_OP_SUB:
        return if_finite(a - b, out);
    case TS_OP_MUL:
        return if_finite(a * b, out);
    case TS_OP_DIV:
        return b == 0 ? TS_FAULT_ZERO : if_finite(a / b, out);
    case TS_OP_MIN:
        return if_finite(a < b ? a : b, out);
    case TS_OP_MAX:
        return if_finite(a > b ? a : b, out);
    default:
        return TS_FAULT_INTEGER;
    }
}

static bool holds(ts_op op, int order)
{
    switch (op) {
    case TS_OP_EQ:
        return order == 0;
    case TS_OP_NE:
        return order != 0;
    case TS_OP_LT:
        return order < 0;
    case TS_OP_LE:
        return order <= 0;
    case TS_OP_GT:
        return order > 0;
    default:
        return order >= 0;
    }
}

static ts_fault compare(ts_op op, ts_value a, ts_value b, ts_value *out)
{
    int order;
    if ((a.kind == TS_STRING) != (b.kind == TS_STRING))
        return TS_FAULT_MIXED;
    if (a.kind == TS_STRING) {
        if (op != TS_OP_EQ && op != TS_OP_NE)
            return TS_FAULT_TEXT;
        order = strcmp(a.s, b.s);
    } else if (a.kind == TS_INT && b.kind == TS_INT) {
        order = (a.i > b.i) - (a.i < b.i);
    } else {
        order = (real_of(a) > real_of(b)) - (real_of(a) < real_of(b));
    }
    *out = ts_int(holds(op, order));
    return TS_FAULT_NONE;
}

static ts_fault apply_to_real(ts_op op, double r, ts_value *out)
{
    switch (op) {
    case TS_OP_NEG:
        return if_finite(-r, out);
    case TS_OP_ABS:
        return if_finite(fabs(r), out);
    case TS_OP_CEIL:
        return if_int64(ceil(r), out);
    case TS_OP_FLOOR:
        return if_int64(floor(r), out);
    case TS_OP_ROUND:
        return if_int64(round(r), out);
    case TS_OP_SQRT:
        return r < 0 ? TS_FAULT_DOMAIN : if_finite(sqrt(r), out);
    case TS_OP_LOG2:
        return r <= 0 ? TS_FAULT_DOMAIN : if_finite(log2(r), out);
    default:
        return TS_FAULT_INTEGER;
    }
}

static ts_fault apply_unary(ts_op op, ts_value v, ts_value *out)
{
    if (v.kind == TS_STRING)
        return TS_FAULT_TEXT;
    if (v.kind == TS_REAL || op == TS_OP_SQRT || op == TS_OP_LOG2)
        return apply_to_real(op, real_of(v), out);
    *out = v;
    if (op == TS_OP_ISPOW2)
        out->i = v.i > 0 && (v.i & (v.i - 1)) == 0;
    else if (op == TS_OP_NEG || (op == TS_OP_ABS && v.i < 0))
        return __builtin_sub_overflow((int64_t)0, v.i, &out->i) ? TS_FAULT_OVERFLOW : TS_FAULT_NONE;
    return TS_FAULT_NONE;
}

ts_fault ts_op_apply(ts_op op, ts_value a, ts_value b, ts_value *out)
{
    if (ts_op_is_unary(op))
        return apply_unary(op, a, out);
    if (op >= TS_OP_EQ && op <= TS_OP_GE)
        return compare(op, a, b, out);
    if (a.kind == TS_STRING || b.kind == TS_STRING)
        return TS_FAULT_TEXT;
    if (a.kind == TS_REAL || b.kind == TS_REAL)
        return apply_reals(op, real_of(a), real_of(b), out);
    out->kind = TS_INT;
    int64_t i = 0;
    ts_fault fault = apply_ints(op, a.i, b.i, &i);
    *out = ts_int(i);
    return fault;
}

/* What evaluation is about: kept together because the recursion passes it down unchanged. */
typedef struct evaluation {
    const ts_expr *expr;
    const ts_value *values;
    uint32_t failed; /* the node that a fault comes from */
} evaluation;

static ts_fault eval(evaluation *e, uint32_t index, ts_value *out);

/* AND stops at the first false, OR at the first true. */
static ts_fault eval_lazy(evaluation *e, const ts_node *n, ts_value *out)
{
    const bool stop = n->op == TS_OP_OR;
    for (uint32_t k = 0; k < n->count; k++) {
        ts_value v;
        ts_fault fault = eval(e, e->expr->args[n->first + k], &v);
        if (fault)
            return fault;
        if (ts_value_truth(v) == stop) {
            *out = ts_int(stop);
            return TS_FAULT_NONE;
        }
    }
    *out = ts_int(!stop);
    return TS_FAULT_NONE;
}

static ts_fault eval_in(evaluation *e, const ts_node *n, ts_value *out)
{
    const uint32_t *args = e->expr->args + n->first;
    ts_value x, v;
    ts_fault fault = eval(e, args[0], &x);
    *out = ts_int(0);
    for (uint32_t k = 1; !fault && !out->i && k < n->count; k++) {
        fault = eval(e, args[k], &v);
        if (fault)
            return fault;
        fault = compare(TS_OP_EQ, x, v, out);
        if (fault)
            e->failed = (uint32_t)(n - e->expr->nodes);
    }
    return fault;
}

static ts_fault eval_fold(evaluation *e, const ts_node *n, ts_value *out)
{
    const uint32_t *args = e->expr->args + n->first;
    ts_fault fault = eval(e, args[0], out);
    if (!fault && n->count == 1) {
        fault = ts_op_is_unary(n->op) ? apply_unary(n->op, *out, out) : TS_FAULT_NONE;
        if (fault)
            e->failed = (uint32_t)(n - e->expr->nodes);
    }
    for (uint32_t k = 1; !fault && k < n->count; k++) {
        ts_value v;
        fault = eval(e, args[k], &v);
        if (fault)
            return fault;
        fault = ts_op_apply(n->op, *out, v, out);
        if (fault)
            e->failed = (uint32_t)(n - e->expr->nodes);
    }
    return fault;
}

static ts_fault eval(evaluation *e, uint32_t index, ts_value *out)
{
    const ts_node *n = &e->expr->nodes[index];
    const uint32_t *args = e->expr->args + n->first;
    ts_fault fault;
    switch (n->op) {
    case TS_OP_CONST:
        *out = n->value;
        return TS_FAULT_NONE;
    case TS_OP_SLOT:
        *out = e->values ? e->values[n->slot] : (ts_value){.kind = TS_NONE};
        e->failed = index;
        return out->kind == TS_NONE ? TS_FAULT_UNKNOWN : TS_FAULT_NONE;
    case TS_OP_AND:
    case TS_OP_OR:
        return eval_lazy(e, n, out);
    case TS_OP_NOT:
        fault = eval(e, args[0], out);
        *out = ts_int(!fault && !ts_value_truth(*out));
        return fault;
    case TS_OP_COND:
        fault = eval(e, args[0], out);
        return fault ? fault : eval(e, args[ts_value_truth(*out) ? 1 : 2], out);
    case TS_OP_IN:
        return eval_in(e, n, out);
    default:
        return eval_fold(e, n, out);
    }
}

int ts_expr_eval(const ts_expr *expr, const ts_value *values, ts_value *out)
{
    evaluation e = {.expr = expr, .values = values};
    ts_fault fault = eval(&e, (uint32_t)expr->count - 1, out);
    return fault ? ts_expr_fault(expr, e.failed, fault) : TS_OK;
}

int ts_expr_test(const ts_expr *expr, const ts_value *values, bool *out)
{
    ts_value v = {.kind = TS_NONE};
    int code = ts_expr_eval(expr, values, &v);
    if (!code)
        *out = ts_value_truth(v);
    return code;
}

int ts_expr_int(const ts_expr *expr, const ts_value *values, int64_t *out)
{
    ts_value v = {.kind = TS_NONE};
    const uint32_t root = (uint32_t)expr->count - 1;
    int code = ts_expr_eval(expr, values, &v);
    if (code)
        return code;
    if (v.kind == TS_STRING)
        return ts_expr_fault(expr, root, TS_FAULT_TEXT);
    if (v.kind == TS_REAL && (v.r != floor(v.r) || if_int64(v.r, &v)))
        return ts_expr_fault(expr, root, TS_FAULT_INTEGER);
    *out = v.i;
    return TS_OK;
}

int ts_expr_real(const ts_expr *expr, const ts_value *values, double *out)
{
    ts_value v = {.kind = TS_NONE};
    int code = ts_expr_eval(expr, values, &v);
    if (code)
        return code;
    if (v.kind == TS_STRING)
        return ts_expr_fault(expr, (uint32_t)expr->count - 1, TS_FAULT_TEXT);
    *out = real_of(v);
    return TS_OK;
}
