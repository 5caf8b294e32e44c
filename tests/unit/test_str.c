#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "util/str.h"

static void test_append(void **state)
{
    (void)state;
    ts_str s = TS_STR_INIT;
    assert_string_equal(ts_str_text(&s), "");
    ts_str_append(&s, "");
    assert_non_null(s.data);
    for (int i = 0; i < 1000; i++)
        ts_str_format(&s, "%d,", i);
    assert_int_equal(s.length, 3890);
    assert_int_equal(strlen(s.data), s.length);
    ts_str_append_n(&s, "a\0b", 3);
    assert_int_equal(s.length, 3893);
    assert_memory_equal(s.data + 3890, "a\0b", 4);
    ts_str_clear(&s);
    assert_string_equal(ts_str_text(&s), "");
    ts_str_free(&s);
    assert_null(s.data);
}

static void test_take(void **state)
{
    (void)state;
    ts_str s = TS_STR_INIT;
    char *empty = ts_str_take(&s);
    assert_string_equal(empty, "");
    free(empty);
    ts_str_append(&s, "text");
    char *text = ts_str_take(&s);
    assert_string_equal(text, "text");
    assert_null(s.data);
    free(text);
    text = ts_asprintf("%s-%d", "x", 7);
    assert_string_equal(text, "x-7");
    free(text);
}

/* A string that ran out of memory keeps saying so, and keeps what it has. */
static void test_failure_sticks(void **state)
{
    (void)state;
    ts_str s = TS_STR_INIT;
    ts_str_append(&s, "kept");
    ts_str_append_n(&s, "", (size_t)-1 / 2);
    assert_true(s.failed);
    ts_str_append(&s, " lost");
    assert_string_equal(ts_str_text(&s), "kept");
    assert_null(ts_str_take(&s));
    assert_false(s.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_take),
        cmocka_unit_test(test_failure_sticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
