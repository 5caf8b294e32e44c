/*
 * Interval arithmetic over the values of expressions, with the largest known common divisor of integers
 * beside the bounds (Granger 1989): it decides "kc % 8 == 0" for a domain of multiples of 64, and "a*b*c ==
 * 96" when 5 divides a*b. Bounds are exact for integers. For reals they are the operation's own results at
 * the ends, which rounding keeps in order.
 */
#include "core/expr_node.h"

#include <float.h>
#include <math.h>

ts_range ts_range_any(void)
{
    return (ts_range){.kind = TS_NONE, .may = TS_MAY_FAIL, .step = 1};
}

ts_range ts_range_fault(ts_fault fault)
{
    return (ts_range){.kind = TS_NONE, .fault = (uint8_t)fault};
}

ts_range ts_range_int(int64_t lo, int64_t hi, int64_t step, uint8_t may)
{
    return (ts_range){
        .kind = TS_INT, .may = may, .exact = lo == hi && !may, .step = step, .lo = lo, .hi = hi};
}

/* Ends that overflowed are cut to the largest real; the values beyond fail. */
ts_range ts_range_real(double low, double high, uint8_t may)
{
    if (!(low >= -DBL_MAX && high <= DBL_MAX)) {
        low = fmin(fmax(low, -DBL_MAX), DBL_MAX);
        high = fmin(fmax(high, -DBL_MAX), DBL_MAX);
        may |= TS_MAY_OVERFLOW;
    }
    return (ts_range){
        .kind = TS_REAL, .may = may, .exact = low == high && !may, .step = 1, .low = low, .high = high};
}

static int64_t magnitude(int64_t i)
{
    return i == INT64_MIN ? 1 : i < 0 ? -i : i; /* as a divisor, 1 is always right */
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    if (a == 1 || b == 1 || a == b) /* nearly always, and divisions are slow */
        return a == b ? a : 1;
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

ts_range ts_range_of(ts_value v)
{
    switch (v.kind) {
    case TS_INT:
        return ts_range_int(v.i, v.i, magnitude(v.i), 0);
    case TS_REAL:
        return ts_range_real(v.r, v.r, 0);
    case TS_STRING:
        return (ts_range){.kind = TS_STRING, .exact = true, .step = 1, .text = v.s};
    case TS_NONE:
        break;
    }
    return ts_range_any();
}

ts_value ts_range_value(ts_range r)
{
    return r.kind == TS_INT ? ts_int(r.lo) : r.kind == TS_REAL ? ts_real(r.low) : ts_string(r.text);
}

ts_range ts_range_hull(ts_range a, ts_range b)
{
    const uint8_t may = a.may | b.may;
    if (a.fault || b.fault) {
        ts_range r = a.fault ? b : a;
        r.may |= r.fault ? 0 : TS_MAY_FAIL;
        r.exact = false;
        return r;
    }
    if (a.kind == TS_INT && b.kind == TS_INT)
        return ts_range_int(a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi,
                            common_divisor(a.step, b.step), may);
    if (a.kind == TS_REAL && b.kind == TS_REAL)
        return ts_range_real(fmin(a.low, b.low), fmax(a.high, b.high), may);
    if (a.kind == TS_STRING && b.kind == TS_STRING)
        return (ts_range){.kind = TS_STRING, .may = may, .step = 1};
    return ts_range_any();
}

ts_range ts_range_span(const ts_value *values, size_t count)
{
    ts_range r = ts_range_of(values[0]);
    for (size_t i = 1; i < count; i++)
        r = ts_range_hull(r, ts_range_of(values[i]));
    return r;
}

int ts_range_truth(ts_range r)
{
    if (r.kind == TS_STRING && r.exact)
        return r.text[0] != 0;
    if (r.kind == TS_INT)
        return r.lo > 0 || r.hi < 0 ? 1 : r.lo == 0 && r.hi == 0 ? 0 : -1;
    if (r.kind == TS_REAL)
        return r.low > 0 || r.high < 0 ? 1 : r.low == 0 && r.high == 0 ? 0 : -1;
    return -1;
}

/* ---- integers ---- */

static int64_t saturated(ts_op op, int64_t a, int64_t b, uint8_t *may)
{
    int64_t r;
    bool up;
    if (op == TS_OP_ADD   ? !__builtin_add_overflow(a, b, &r)
        : op == TS_OP_SUB ? !__builtin_sub_overflow(a, b, &r)
                          : !__builtin_mul_overflow(a, b, &r))
        return r;
    up = op == TS_OP_MUL ? (a < 0) == (b < 0) : a > 0 || (a == 0 && op == TS_OP_SUB);
    *may |= TS_MAY_OVERFLOW;
    return up ? INT64_MAX : INT64_MIN;
}

static void widen(int64_t value, int64_t *lo, int64_t *hi)
{
    *lo = value < *lo ? value : *lo;
    *hi = value > *hi ? value : *hi;
}

static ts_range multiply(ts_range a, ts_range b)
{
    const int64_t ends[4][2] = {{a.lo, b.lo}, {a.lo, b.hi}, {a.hi, b.lo}, {a.hi, b.hi}};
    uint8_t may = a.may | b.may;
    int64_t step, lo = INT64_MAX, hi = INT64_MIN;
    for (int i = 0; i < 4; i++)
        widen(saturated(TS_OP_MUL, ends[i][0], ends[i][1], &may), &lo, &hi);
    if (__builtin_mul_overflow(a.step, b.step, &step))
        step = a.step;
    return ts_range_int(lo, hi, step, may);
}

/* Quotients toward zero over the divisors [d_lo, d_hi], which are all of one sign. */
static void divide_piece(ts_range a, int64_t d_lo, int64_t d_hi, int64_t *lo, int64_t *hi, uint8_t *may)
{
    const int64_t ends[4][2] = {{a.lo, d_lo}, {a.lo, d_hi}, {a.hi, d_lo}, {a.hi, d_hi}};
    for (int i = 0; d_lo <= d_hi && i < 4; i++) {
        int64_t d = ends[i][1];
        widen(d == -1 ? saturated(TS_OP_SUB, 0, ends[i][0], may) : ends[i][0] / d, lo, hi);
    }
}

static ts_range divide(ts_range a, ts_range b)
{
    uint8_t may = a.may | b.may;
    int64_t lo = INT64_MAX, hi = INT64_MIN;
    if (b.lo == 0 && b.hi == 0)
        return ts_range_fault(TS_FAULT_ZERO);
    if (b.lo <= 0 && b.hi >= 0)
        may |= TS_MAY_FAIL;
    divide_piece(a, b.lo, b.hi < -1 ? b.hi : -1, &lo, &hi, &may);
    divide_piece(a, b.lo > 1 ? b.lo : 1, b.hi, &lo, &hi, &may);
    return ts_range_int(lo, hi, 1, may);
}

/* C's remainder has the sign of the dividend and is smaller than the divisor. */
static ts_range modulo(ts_range a, ts_range b)
{
    uint8_t may = a.may | b.may;
    int64_t limit, lo, hi;
    if (b.lo == 0 && b.hi == 0)
        return ts_range_fault(TS_FAULT_ZERO);
    if (b.lo <= 0 && b.hi >= 0)
        may |= TS_MAY_FAIL;
    if (b.lo == b.hi && a.step % b.lo == 0)
        return ts_range_int(0, 0, 0, may);
    if (a.lo >= 0 && b.lo > a.hi) {
        a.may = may;
        a.exact = a.lo == a.hi && !may;
        return a;
    }
    limit = b.lo == INT64_MIN || b.hi == INT64_MIN ? INT64_MAX : (-b.lo > b.hi ? -b.lo : b.hi) - 1;
    lo = a.lo >= 0 ? 0 : a.lo > -limit ? a.lo : -limit;
    hi = a.hi <= 0 ? 0 : a.hi < limit ? a.hi : limit;
    return ts_range_int(lo, hi, common_divisor(a.step, b.step), may);
}

/* ceildiv(a, b), for b > 0, is monotone in either argument; roundup(a, b) lies in [a, a + b - 1]. */
static ts_range round_up(ts_op op, ts_range a, ts_range b)
{
    uint8_t may = a.may | b.may;
    int64_t lo = INT64_MAX, hi = INT64_MIN;
    if (b.hi <= 0)
        return ts_range_fault(TS_FAULT_DIVISOR);
    if (b.lo <= 0) {
        may |= TS_MAY_FAIL;
        b.lo = 1;
    }
    if (op == TS_OP_ROUNDUP)
        return ts_range_int(a.lo, saturated(TS_OP_ADD, a.hi, b.hi - 1, &may), b.step, may);
    const int64_t ends[4][2] = {{a.lo, b.lo}, {a.lo, b.hi}, {a.hi, b.lo}, {a.hi, b.hi}};
    for (int i = 0; i < 4; i++)
        widen(ends[i][0] / ends[i][1] + (ends[i][0] % ends[i][1] > 0), &lo, &hi);
    return ts_range_int(lo, hi, 1, may);
}

static ts_range apply_ints(ts_op op, ts_range a, ts_range b)
{
    uint8_t may = a.may | b.may;
    const int64_t step = common_divisor(a.step, b.step);
    int64_t lo, hi;
    switch (op) {
    case TS_OP_ADD:
        lo = saturated(op, a.lo, b.lo, &may);
        hi = saturated(op, a.hi, b.hi, &may);
        return ts_range_int(lo, hi, step, may);
    case TS_OP_SUB:
        lo = saturated(op, a.lo, b.hi, &may);
        hi = saturated(op, a.hi, b.lo, &may);
        return ts_range_int(lo, hi, step, may);
    case TS_OP_MUL:
        return multiply(a, b);
    case TS_OP_MIN:
        return ts_range_int(a.lo < b.lo ? a.lo : b.lo, a.hi < b.hi ? a.hi : b.hi, step, may);
    case TS_OP_MAX:
        return ts_range_int(a.lo > b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi, step, may);
    case TS_OP_DIV:
        return divide(a, b);
    case TS_OP_MOD:
        return modulo(a, b);
    default:
        return round_up(op, a, b);
    }
}

/* ---- reals ---- */

static ts_range as_real(ts_range r)
{
    return r.kind == TS_INT ? ts_range_real((double)r.lo, (double)r.hi, r.may) : r;
}

static ts_range from_corners(ts_op op, ts_range a, ts_range b)
{
    const double ends[4][2] = {{a.low, b.low}, {a.low, b.high}, {a.high, b.low}, {a.high, b.high}};
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < 4; i++) {
        double r = op == TS_OP_MUL ? ends[i][0] * ends[i][1] : ends[i][0] / ends[i][1];
        low = fmin(low, r);
        high = fmax(high, r);
    }
    return ts_range_real(low, high, a.may | b.may);
}

static ts_range apply_reals(ts_op op, ts_range a, ts_range b)
{
    const uint8_t may = a.may | b.may;
    switch (op) {
    case TS_OP_ADD:
        return ts_range_real(a.low + b.low, a.high + b.high, may);
    case TS_OP_SUB:
        return ts_range_real(a.low - b.high, a.high - b.low, may);
    case TS_OP_MUL:
        return from_corners(op, a, b);
    case TS_OP_DIV:
        if (b.low == 0 && b.high == 0)
            return ts_range_fault(TS_FAULT_ZERO);
        return b.low <= 0 && b.high >= 0 ? ts_range_real(-DBL_MAX, DBL_MAX, may | TS_MAY_FAIL)
                                         : from_corners(op, a, b);
    case TS_OP_MIN:
        return ts_range_real(fmin(a.low, b.low), fmin(a.high, b.high), may);
    case TS_OP_MAX:
        return ts_range_real(fmax(a.low, b.low), fmax(a.high, b.high), may);
    default:
        return ts_range_fault(TS_FAULT_INTEGER);
    }
}

/* ---- any kind ---- */

static ts_range apply_inexact(ts_op op, ts_range a, ts_range b)
{
    if (a.kind == TS_STRING || b.kind == TS_STRING)
        return ts_range_fault(TS_FAULT_TEXT);
    if ((op == TS_OP_DIV || op == TS_OP_MOD) && b.exact && ts_range_truth(b) == 0)
        return ts_range_fault(TS_FAULT_ZERO);
    if (a.kind == TS_NONE || b.kind == TS_NONE)
        return ts_range_any();
    if (a.kind == TS_REAL || b.kind == TS_REAL)
        return apply_reals(op, as_real(a), as_real(b));
    return apply_ints(op, a, b);
}

ts_range ts_range_apply(ts_op op, ts_range a, ts_range b)
{
    ts_value out;
    ts_fault fault;
    if (a.fault || b.fault)
        return a.fault ? a : b;
    if (a.exact && b.exact) {
        fault = ts_op_apply(op, ts_range_value(a), ts_range_value(b), &out);
        return fault ? ts_range_fault(fault) : ts_range_of(out);
    }
    return op >= TS_OP_EQ && op <= TS_OP_GE ? ts_range_compare(op, a, b) : apply_inexact(op, a, b);
}
