/* Expressions of which some names are known: what remains of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/expr_node.h"
#include "expr_fixture.h"

/* The key with m, n, k as given (negative: unknown), appended to `out`; the decided value comes back. */
static ts_value residual(const char *text, int m, int n, int k, ts_str *out)
{
    ts_expr *e = NULL;
    ts_value some[8] = {{.kind = TS_NONE}}, decided;
    const int given[3] = {m, n, k};
    for (int i = 0; i < 3; i++)
        some[i] = given[i] < 0 ? (ts_value){.kind = TS_NONE} : ts_int(given[i]);
    some[5] = (ts_value){.kind = TS_NONE};
    assert_int_equal(parse(text, &e), TS_OK);
    assert_int_equal(ts_expr_residual(e, some, out, &decided), TS_OK);
    ts_expr_free(e);
    return decided;
}

static bool same_residual(const char *text, int m1, int n1, int k1, int m2, int n2, int k2)
{
    ts_str a = TS_STR_INIT, b = TS_STR_INIT;
    residual(text, m1, n1, k1, &a);
    residual(text, m2, n2, k2, &b);
    bool same = a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
    ts_str_free(&a);
    ts_str_free(&b);
    return same;
}

static void test_residuals(void **state)
{
    (void)state;
    assert_true(same_residual("m*n*k <= 100", 2, 6, -1, 3, 4, -1));
    assert_false(same_residual("m*n*k <= 100", 2, 6, -1, 2, 7, -1));
    assert_true(same_residual("m + n == k", 2, 3, -1, 4, 1, -1));
    assert_false(same_residual("m && k", 0, -1, -1, 1, -1, -1));
    assert_true(same_residual("m > 3 && k > n", 4, 2, -1, 9, 2, -1));
    assert_true(same_residual("m > 3 ? k : n", 4, 2, -1, 9, 2, -1));
    assert_true(same_residual("m % 4 + k", 5, -1, -1, 9, -1, -1));
    /* A false behind something that may fail is not nothing. */
    assert_false(same_residual("m / k > 2 && n", 8, 0, -1, 8, 1, -1));
}

static void test_decided(void **state)
{
    (void)state;
    ts_str key = TS_STR_INIT;
    ts_value v = residual("m > 3 && k > n", 2, -1, -1, &key);
    assert_true(v.kind == TS_INT && v.i == 0);
    v = residual("m > 3 || k > n", 5, -1, -1, &key);
    assert_true(v.kind == TS_INT && v.i == 1);
    v = residual("m > 3 ? n : k", 5, 6, -1, &key);
    assert_true(v.kind == TS_INT && v.i == 6);
    v = residual("m > 3 ? n : k", 5, -1, 6, &key);
    assert_true(v.kind == TS_NONE);
    ts_str_free(&key);
}

/* Bounds of what rounds lie outside of it: a logarithm at the end of a range must not fall out. */
static void test_bounds_hold_their_ends(void **state)
{
    (void)state;
    ts_range log = ts_range_unary(TS_OP_LOG2, ts_range_int(1, 8, 1, 0));
    assert_true(log.kind == TS_REAL && log.low <= 0 && log.low > -1e-6 && log.high >= 3 &&
                log.high < 3 + 1e-6);
    ts_range root = ts_range_unary(TS_OP_SQRT, ts_range_int(4, 9, 1, 0));
    assert_true(root.low == 2 && root.high == 3);
    ts_range absolute = ts_range_unary(TS_OP_ABS, ts_range_int(-5, -2, 1, 0));
    assert_true(absolute.lo == 2 && absolute.hi == 5);
    ts_range least = ts_range_unary(TS_OP_ABS, ts_range_int(INT64_MIN, INT64_MIN + 1, 1, 0));
    assert_true(least.may & TS_MAY_OVERFLOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_residuals), cmocka_unit_test(test_decided),
                                       cmocka_unit_test(test_bounds_hold_their_ends)};
    return cmocka_run_group_tests_name("partial evaluation", tests, set_up, tear_down);
}
