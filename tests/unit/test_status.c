#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tilesmith_plugin.h"

static void test_status_names(void **state)
{
    (void)state;
    static const char *const names[TS_STATUS_COUNT] = {"ok",      "wrong",     "compile_failed",
                                                       "crashed", "timed_out", "unavailable"};
    for (int i = 0; i < TS_STATUS_COUNT; i++)
        assert_string_equal(ts_status_name((ts_status)i), names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_status_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
