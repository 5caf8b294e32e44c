/* JSON text out: escapes, broken UTF-8, numbers that read back equal whatever the locale. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <locale.h>
#include <math.h>

#include "util/json.h"
#include "util/number.h"

static void check_string(const char *text, const char *expected)
{
    ts_str out = TS_STR_INIT;
    ts_json_string(&out, text);
    assert_string_equal(ts_str_text(&out), expected);
    ts_str_free(&out);
}

static void test_strings(void **state)
{
    (void)state;
    check_string(NULL, "null");
    check_string("", "\"\"");
    check_string("a\"b\\c/\n\t\x01\x7f", "\"a\\\"b\\\\c/\\n\\t\\u0001\\u007f\"");
    check_string("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
    check_string("\xff"
                 "a\xc3",
                 "\"\xef\xbf\xbd"
                 "a\xef\xbf\xbd\"");                                          /* stray and cut off */
    check_string("\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\"");                 /* overlong */
    check_string("\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""); /* a surrogate */
    check_string("\xf4\x90\x80\x80",
                 "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""); /* beyond Unicode */
}

static void check_number(double value, const char *expected)
{
    ts_str out = TS_STR_INIT;
    ts_json_number(&out, value);
    if (expected)
        assert_string_equal(ts_str_text(&out), expected);
    assert_true(ts_strtod(ts_str_text(&out), NULL) == value || !isfinite(value));
    ts_str_free(&out);
}

static void test_numbers(void **state)
{
    (void)state;
    const char *locales[] = {"C", "de_DE.UTF-8"}; /* the second changes nothing where it isn't installed */
    for (size_t i = 0; i < 2; i++) {
        setlocale(LC_NUMERIC, locales[i]);
        check_number(0.1, "0.1");
        check_number(-2, "-2");
        check_number(1.0 / 3, NULL);
        check_number(15.997759819030762, "15.997759819030762");
        check_number(5e-324, NULL);
        check_number(1.7976931348623157e308, "1.7976931348623157e+308");
        check_number(NAN, "null");
        check_number(-INFINITY, "null");
    }
    setlocale(LC_NUMERIC, "C");
    ts_str out = TS_STR_INIT;
    ts_json_numbers(&out, (const double[]){1, 2.5, NAN}, 3);
    ts_json_numbers(&out, NULL, 0);
    assert_string_equal(ts_str_text(&out), "[1,2.5,null][]");
    ts_str_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_strings), cmocka_unit_test(test_numbers)};
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
