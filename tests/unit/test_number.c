#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "util/number.h"

static void check(double r, const char *expected)
{
    char buffer[32];
    assert_string_equal(ts_real_text(r, buffer, sizeof buffer), expected);
}

static void test_text(void **state)
{
    (void)state;
    check(0, "0.0");
    check(-0.0, "-0.0");
    check(1, "1.0");
    check(1e15, "1e+15");
    check(123456, "123456.0");
    check(0.30000000000000004, "0.30000000000000004");
    check(5e-324, "5e-324");
    check(-1.7976931348623157e308, "-1.7976931348623157e+308");
    check(INFINITY, "inf");
    check(NAN, "nan");
}

static void test_strtod(void **state)
{
    (void)state;
    char *end;
    assert_true(ts_strtod("2.5x", &end) == 2.5);
    assert_string_equal(end, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_strtod),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
