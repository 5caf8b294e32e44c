/* Time against error: what stays in the set, and which members show its range. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tune/pareto.h"

static void add(ts_pareto *set, uint64_t config, double seconds, double deviation)
{
    assert_int_equal(ts_pareto_add(set, (ts_trade){config, seconds, deviation}), TS_OK);
}

static void test_what_is_beaten_leaves(void **unused)
{
    (void)unused;
    ts_pareto set = {0};
    add(&set, 1, 5, 0.5);
    add(&set, 2, 6, 0.1);
    add(&set, 3, 7, 0.3); /* worse than 2 in both */
    add(&set, 4, 5, 0.5); /* as good as 1: it came later */
    assert_int_equal(set.count, 2);
    assert_int_equal(set.items[0].config, 1);
    assert_int_equal(set.items[1].config, 2);
    add(&set, 5, 4, 0.1); /* beats both */
    assert_int_equal(set.count, 1);
    assert_int_equal(set.items[0].config, 5);
    add(&set, 6, 9, 0);
    add(&set, 7, 4, 0.05); /* as fast as 5, more accurate */
    assert_int_equal(set.count, 2);
    assert_int_equal(set.items[0].config, 7);
    assert_int_equal(set.items[1].config, 6);
    ts_pareto_clear(&set);
    assert_int_equal(set.count, 0);
}

static void test_unmeasured_is_ignored(void **unused)
{
    (void)unused;
    ts_pareto set = {0};
    add(&set, 1, NAN, 0);
    add(&set, 2, 1, NAN);
    assert_int_equal(set.count, 0);
    ts_pareto_clear(&set);
}

static void test_it_is_sorted_whatever_the_order(void **unused)
{
    (void)unused;
    ts_pareto set = {0};
    for (uint64_t i = 0; i < 100; i++) {
        uint64_t j = i * 37 % 100;
        add(&set, j, 1 + (double)j, 1 / (1 + (double)j));
    }
    assert_int_equal(set.count, 100);
    for (uint64_t i = 0; i < 100; i++)
        assert_int_equal(set.items[i].config, i);
    ts_pareto_clear(&set);
}

static void test_the_chosen_show_the_range(void **unused)
{
    (void)unused;
    ts_pareto set = {0};
    ts_trade chosen[4];
    const double deviations[] = {1e-1, 0.99e-1, 1e-3, 0.98e-3, 1e-5, 0};
    assert_int_equal(ts_pareto_choose(&set, 4, chosen), 0);
    for (uint64_t i = 0; i < 6; i++)
        add(&set, i, 1 + (double)i, deviations[i]);
    assert_int_equal(ts_pareto_choose(&set, 4, chosen), 4);
    assert_int_equal(chosen[0].config, 0);
    assert_true(chosen[1].config == 2 || chosen[1].config == 3);
    assert_int_equal(chosen[2].config, 4);
    assert_int_equal(chosen[3].config, 5);
    assert_int_equal(set.count, 6); /* as it was */
    assert_int_equal(ts_pareto_choose(&set, 1, chosen), 1);
    assert_int_equal(chosen[0].config, 0);
    ts_pareto_clear(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_beaten_leaves),
        cmocka_unit_test(test_unmeasured_is_ignored),
        cmocka_unit_test(test_it_is_sorted_whatever_the_order),
        cmocka_unit_test(test_the_chosen_show_the_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
