#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tilesmith_plugin.h"

static void test_sentence(void **state)
{
    (void)state;
    assert_int_equal(ts_fail(TS_EINPUT, "%s:%d: wrong", "a.xml", 3), TS_EINPUT);
    assert_string_equal(ts_error(), "a.xml:3: wrong");
    assert_int_equal(ts_fail(TS_ESYSTEM, "cannot load: %s", ts_error()), TS_ESYSTEM);
    assert_string_equal(ts_error(), "cannot load: a.xml:3: wrong");
}

static void test_one_line(void **state)
{
    (void)state;
    ts_fail(TS_EINPUT, "first\nsecond\t\x1b[31mred\x7f\n\n");
    assert_string_equal(ts_error(), "first second  [31mred");
}

/* Too long: cut between characters, and marked. */
static void test_long(void **state)
{
    (void)state;
    for (int shift = 0; shift < 3; shift++) {
        char text[6000] = "xx";
        for (int i = 0; i < 2900; i++)
            memcpy(text + shift + 2 * i, "\xc3\xa4", 3);
        ts_fail(TS_EINPUT, "%s", text);
        size_t n = strlen(ts_error());
        assert_in_range(n, 2000, 2047);
        assert_string_equal(ts_error() + n - 3, "...");
        assert_int_equal((unsigned char)ts_error()[n - 4], 0xa4);
    }
}

static void *fail_elsewhere(void *context)
{
    (void)context;
    ts_fail(TS_EINPUT, "other");
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    pthread_t thread;
    ts_fail(TS_EINPUT, "mine");
    assert_int_equal(pthread_create(&thread, NULL, fail_elsewhere, NULL), 0);
    pthread_join(thread, NULL);
    assert_string_equal(ts_error(), "mine");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentence),
        cmocka_unit_test(test_one_line),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
