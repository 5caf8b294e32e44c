/* Ranges of comparisons and of functions of one argument. */
#include "core/expr_node.h"

#include <float.h>
#include <math.h>

/* The first real beyond int64. */
#define TWO_TO_63 9223372036854775808.0

/* What comparing two ranges can give: any of less, equal, greater. */
typedef struct orders {
    bool less, equal, greater;
} orders;

/* An exact value that no multiple of the other's step reaches is never equal to it. */
static bool steps_apart(ts_range a, ts_range b)
{
    return (a.lo == a.hi && b.step && a.lo % b.step) || (b.lo == b.hi && a.step && b.lo % a.step);
}

static orders int_orders(ts_range a, ts_range b)
{
    return (orders){a.lo < b.hi, a.lo <= b.hi && b.lo <= a.hi && !steps_apart(a, b), a.hi > b.lo};
}

static orders real_orders(ts_range a, ts_range b)
{
    double a_low = a.kind == TS_INT ? (double)a.lo : a.low, a_high = a.kind == TS_INT ? (double)a.hi : a.high;
    double b_low = b.kind == TS_INT ? (double)b.lo : b.low, b_high = b.kind == TS_INT ? (double)b.hi : b.high;
    return (orders){a_low < b_high, a_low <= b_high && b_low <= a_high, a_high > b_low};
}

ts_range ts_range_compare(ts_op op, ts_range a, ts_range b)
{
    const uint8_t may = a.may | b.may;
    const bool equality = op == TS_OP_EQ || op == TS_OP_NE;
    orders o;
    bool yes, no;
    if (a.kind == TS_NONE || b.kind == TS_NONE)
        return ts_range_int(0, 1, 1, may | TS_MAY_FAIL);
    if (a.kind == TS_STRING || b.kind == TS_STRING) {
        if (a.kind != b.kind)
            return ts_range_fault(TS_FAULT_MIXED);
        return equality ? ts_range_int(0, 1, 1, may) : ts_range_fault(TS_FAULT_TEXT);
    }
    o = a.kind == TS_INT && b.kind == TS_INT ? int_orders(a, b) : real_orders(a, b);
    yes = op == TS_OP_EQ   ? o.equal
          : op == TS_OP_NE ? o.less || o.greater
          : op == TS_OP_LT ? o.less
          : op == TS_OP_LE ? o.less || o.equal
          : op == TS_OP_GT ? o.greater
                           : o.greater || o.equal;
    no = op == TS_OP_EQ   ? o.less || o.greater
         : op == TS_OP_NE ? o.equal
         : op == TS_OP_LT ? o.equal || o.greater
         : op == TS_OP_LE ? o.greater
         : op == TS_OP_GT ? o.less || o.equal
                          : o.less;
    return ts_range_int(!no, yes, 1, may);
}

static int64_t negated(int64_t i, uint8_t *may)
{
    if (i != INT64_MIN)
        return -i;
    *may |= TS_MAY_OVERFLOW;
    return INT64_MAX;
}

static ts_range absolute(ts_range a)
{
    uint8_t may = a.may;
    int64_t down, up;
    if (a.lo >= 0)
        return a;
    down = negated(a.lo, &may);
    if (a.hi <= 0)
        return ts_range_int(negated(a.hi, &may), down, a.step, may);
    up = a.hi > down ? a.hi : down;
    return ts_range_int(0, up, a.step, may);
}

static int64_t whole(double r, uint8_t *may)
{
    if (r >= -TWO_TO_63 && r < TWO_TO_63)
        return (int64_t)r;
    *may |= TS_MAY_OVERFLOW;
    return r < 0 ? INT64_MIN : INT64_MAX;
}

static ts_range rounded(ts_op op, ts_range a)
{
    double (*f)(double) = op == TS_OP_CEIL ? ceil : op == TS_OP_FLOOR ? floor : round;
    uint8_t may = a.may;
    int64_t lo, hi;
    if (a.kind == TS_INT)
        return a;
    lo = whole(f(a.low), &may);
    hi = whole(f(a.high), &may);
    return ts_range_int(lo, hi, 1, may);
}

/* log2() is not promised to be monotone to the last bit: its ends are widened by more than its error. */
static ts_range root_or_log(ts_op op, double low, double high, uint8_t may)
{
    const bool root = op == TS_OP_SQRT;
    if (root ? high < 0 : high <= 0)
        return ts_range_fault(TS_FAULT_DOMAIN);
    if (root ? low < 0 : low <= 0) {
        may |= TS_MAY_FAIL;
        low = root ? 0 : DBL_TRUE_MIN;
    }
    return root ? ts_range_real(sqrt(low), sqrt(high), may)
                : ts_range_real(log2(low) - 1e-9, log2(high) + 1e-9, may);
}

static ts_range of_inexact(ts_op op, ts_range a)
{
    uint8_t may = a.may;
    int64_t lo, hi;
    switch (op) {
    case TS_OP_NEG:
        if (a.kind == TS_REAL)
            return ts_range_real(-a.high, -a.low, may);
        lo = negated(a.hi, &may);
        hi = negated(a.lo, &may);
        return ts_range_int(lo, hi, a.step, may);
    case TS_OP_ABS:
        if (a.kind == TS_REAL)
            return ts_range_real(a.low > 0    ? a.low
                                 : a.high < 0 ? -a.high
                                              : 0,
                                 fmax(fabs(a.low), fabs(a.high)), may);
        return absolute(a);
    case TS_OP_SQRT:
    case TS_OP_LOG2:
        return a.kind == TS_REAL ? root_or_log(op, a.low, a.high, may)
                                 : root_or_log(op, (double)a.lo, (double)a.hi, may);
    case TS_OP_ISPOW2:
        return a.kind == TS_REAL ? ts_range_fault(TS_FAULT_INTEGER) : ts_range_int(0, 1, 1, may);
    default:
        return rounded(op, a);
    }
}

ts_range ts_range_unary(ts_op op, ts_range a)
{
    ts_value out;
    ts_fault fault;
    if (a.fault)
        return a;
    if (a.exact) {
        fault = ts_op_apply(op, ts_range_value(a), ts_int(0), &out);
        return fault ? ts_range_fault(fault) : ts_range_of(out);
    }
    if (a.kind == TS_STRING)
        return ts_range_fault(TS_FAULT_TEXT);
    return a.kind == TS_NONE ? ts_range_any() : of_inexact(op, a);
}
