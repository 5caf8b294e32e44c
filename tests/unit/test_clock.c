#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <time.h>

#include "util/clock.h"

static void test_monotonic(void **state)
{
    (void)state;
    uint64_t before = ts_now_ns();
    for (int i = 0; i < 1000; i++) {
        uint64_t now = ts_now_ns();
        assert_true(now >= before);
        before = now;
    }
    double seconds = ts_now();
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    assert_true(ts_now() - seconds >= 0.002);
}

static void test_timestamp(void **state)
{
    (void)state;
    char text[21];
    int y, mo, d, h, mi, s, read = 0;
    ts_timestamp(text);
    assert_int_equal(sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &y, &mo, &d, &h, &mi, &s, &read), 6);
    assert_int_equal(read, 20);
    assert_true(y >= 2024 && mo >= 1 && mo <= 12 && d >= 1 && d <= 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_monotonic),
        cmocka_unit_test(test_timestamp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
