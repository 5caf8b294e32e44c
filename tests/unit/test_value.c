#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "core/expr.h"

static const char *text(ts_value v)
{
    static char buffer[64];
    return ts_value_text(v, buffer, sizeof buffer);
}

static void test_text(void **state)
{
    (void)state;
    assert_string_equal(text(ts_int(-5)), "-5");
    assert_string_equal(text(ts_int(INT64_MIN)), "-9223372036854775808");
    assert_string_equal(text(ts_real(0.1)), "0.1");
    assert_string_equal(text(ts_real(2)), "2.0");
    assert_string_equal(text(ts_real(1.0 / 3)), "0.3333333333333333");
    assert_string_equal(text(ts_real(1e300)), "1e+300");
    assert_string_equal(text(ts_real(-INFINITY)), "-inf");
    assert_string_equal(text(ts_string("packed")), "packed");
    char small[4];
    assert_string_equal(ts_value_text(ts_string("packed"), small, sizeof small), "pac");
}

static void test_reals_read_back(void **state)
{
    (void)state;
    ts_rng rng;
    ts_rng_seed(&rng, 1);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = ts_rng_next(&rng);
        double r;
        memcpy(&r, &bits, sizeof r);
        if (!isfinite(r))
            continue;
        ts_value back = ts_value_parse(text(ts_real(r)));
        assert_int_equal(back.kind, TS_REAL);
        assert_memory_equal(&back.r, &r, sizeof r);
    }
}

static void test_parse(void **state)
{
    (void)state;
    static const char *const texts[] = {"",  "abc", "1x", " 1", "1 ",  "0x10",  "nan", "inf",
                                        "-", "+",   "e5", "1e", "--1", "1e999", "."};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ts_value v = ts_value_parse(texts[i]);
        assert_int_equal(v.kind, TS_STRING);
        assert_ptr_equal(v.s, texts[i]);
    }
    assert_true(ts_value_equal(ts_value_parse("-12"), ts_int(-12)));
    assert_int_equal(ts_value_parse("-12").kind, TS_INT);
    assert_int_equal(ts_value_parse("12.0").kind, TS_REAL);
    assert_int_equal(ts_value_parse("1e3").kind, TS_REAL);
    assert_int_equal(ts_value_parse("9223372036854775808").kind, TS_REAL);
}

static void test_equal(void **state)
{
    (void)state;
    const ts_value none = {.kind = TS_NONE};
    assert_true(ts_value_equal(ts_int(2), ts_real(2)));
    assert_false(ts_value_equal(ts_int(2), ts_real(2.5)));
    assert_false(ts_value_equal(ts_int(2), ts_string("2")));
    assert_true(ts_value_equal(ts_string("a"), ts_string("a")));
    assert_true(ts_value_equal(none, none));
    assert_false(ts_value_equal(none, ts_int(0)));
}

/* A program with a decimal comma must read and write the same. Skipped where no such locale is installed. */
static void test_decimal_comma(void **state)
{
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip();
    assert_string_equal(text(ts_real(0.5)), "0.5");
    assert_true(ts_value_parse("0.5").r == 0.5);
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),  cmocka_unit_test(test_reals_read_back), cmocka_unit_test(test_parse),
        cmocka_unit_test(test_equal), cmocka_unit_test(test_decimal_comma),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
