/* Stop rules: what they mean, how they combine, and what is wrong with a rule that can't be read. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tilesmith_plugin.h"
#include "tune/stop.h"

static ts_stop_rule parsed(const char *text)
{
    ts_stop_rule rule;
    assert_int_equal(ts_stop_parse(text, &rule), TS_OK);
    return rule;
}

static ts_stop_state at(size_t evaluations, double seconds)
{
    return (ts_stop_state){.evaluations = evaluations, .seconds = seconds, .best = NAN};
}

static bool stops(const char *text, ts_stop_state state)
{
    ts_stop_rule rule = parsed(text);
    bool stop = ts_stop_reason(&rule, &state) != NULL;
    assert_int_equal(stop, ts_stop_room(&rule, &state) == 0);
    return stop;
}

static void test_single_conditions(void **unused)
{
    (void)unused;
    assert_false(stops("200", at(199, 1e6)));
    assert_true(stops("200", at(200, 0)));
    assert_true(stops("200 evaluations", at(200, 0)));
    assert_false(stops("60s", at(1000, 59.9)));
    assert_true(stops("60s", at(0, 60)));
    assert_true(stops("1.5 min", at(0, 90)));
    assert_true(stops("2m", at(0, 120)));
    assert_false(stops("1h", at(0, 3599)));
    assert_true(stops("250ms", at(0, 0.25)));
    ts_stop_state stale = {.evaluations = 80, .since_best = 49, .best = 1};
    assert_false(stops("no-improvement 50", stale));
    stale.since_best = 50;
    assert_true(stops("No-Improvement 50", stale));
}

static void test_within_the_bound(void **unused)
{
    (void)unused;
    ts_stop_state s = {.evaluations = 3, .best = 1.06, .bound = 1};
    assert_false(stops("within 5% of bound", s));
    s.best = 1.04;
    assert_true(stops("within 5 % of bound", s));
    s.best = NAN;
    assert_false(stops("within 5% of bound", s));
    s.best = 1.04;
    s.bound = 0; /* unknown */
    assert_false(stops("within 5% of bound", s));
    s.bound = -100; /* a rate to make large, as its negative */
    s.best = -94;
    assert_false(stops("within 5% of bound", s));
    s.best = -96;
    assert_true(stops("within 5% of bound", s));
}

static void test_and_binds_tighter_than_or(void **unused)
{
    (void)unused;
    assert_true(stops("200 or 60s", at(200, 0)));
    assert_true(stops("200 or 60s", at(0, 60)));
    assert_false(stops("200 or 60s", at(199, 59)));
    assert_false(stops("200 and 60s", at(300, 59)));
    assert_true(stops("200 and 60s", at(200, 60)));
    assert_true(stops("10 or 200 and 60s", at(10, 0)));
    assert_true(stops("200 and 60s or 10", at(10, 0)));
    assert_false(stops("(10 or 200) and 60s", at(10, 0)));
    assert_true(stops("((10 or 200)) and 60s", at(10, 61)));
    assert_true(stops("(200and 60s)or(5)", at(5, 0)));
}

static void test_room_counts_what_is_in_flight(void **unused)
{
    (void)unused;
    ts_stop_rule rule = parsed("20");
    ts_stop_state s = {.evaluations = 12, .in_flight = 5};
    assert_int_equal(ts_stop_room(&rule, &s), 3);
    s.in_flight = 8;
    assert_int_equal(ts_stop_room(&rule, &s), 0);
    assert_null(ts_stop_reason(&rule, &s));
    rule = parsed("20 and 60s");
    assert_true(ts_stop_room(&rule, &s) == SIZE_MAX);
    rule = parsed("20 or 60s");
    s.in_flight = 1;
    assert_int_equal(ts_stop_room(&rule, &s), 7);
    rule = parsed("no-improvement 10");
    s.since_best = 4;
    assert_int_equal(ts_stop_room(&rule, &s), 5);
    rule = parsed("60s");
    assert_true(ts_stop_room(&rule, &s) == SIZE_MAX);
}

static void test_reason_names_the_condition(void **unused)
{
    (void)unused;
    ts_stop_rule rule = parsed("200 or 60s or no-improvement 7");
    ts_stop_state s = at(200, 0);
    assert_string_equal(ts_stop_reason(&rule, &s), "evaluations are used up");
    s = at(3, 61);
    assert_string_equal(ts_stop_reason(&rule, &s), "time is up");
    s = at(9, 0);
    s.since_best = 8;
    assert_string_equal(ts_stop_reason(&rule, &s), "no improvement any more");
}

static void test_fraction(void **unused)
{
    (void)unused;
    ts_stop_rule rule = parsed("200 or 60s");
    ts_stop_state s = at(50, 30);
    assert_float_equal(ts_stop_fraction(&rule, &s), 0.5, 1e-12);
    rule = parsed("200 and 60s");
    assert_float_equal(ts_stop_fraction(&rule, &s), 0.25, 1e-12);
    s = at(900, 900);
    assert_float_equal(ts_stop_fraction(&rule, &s), 1, 1e-12);
}

static void test_made_rules(void **unused)
{
    (void)unused;
    ts_stop_rule none = {.count = 0}, evaluations = ts_stop_evaluations(20), seconds = ts_stop_seconds(0);
    ts_stop_state s = at(5, 0);
    assert_null(ts_stop_reason(&none, &s));
    assert_true(ts_stop_room(&none, &s) == SIZE_MAX);
    assert_false(ts_stop_ends(&none));
    ts_stop_rule either = ts_stop_either(&none, &evaluations);
    assert_int_equal(either.count, 1);
    assert_int_equal(ts_stop_room(&either, &s), 15);
    assert_string_equal(ts_stop_reason(&seconds, &s), "time is up");
    ts_stop_rule both = ts_stop_both(&evaluations, &seconds);
    assert_null(ts_stop_reason(&both, &s));
    assert_true(ts_stop_mentions(&both, TS_STOP_SECONDS));
    assert_false(ts_stop_mentions(&both, TS_STOP_WITHIN));
}

static void test_rules_that_may_never_end(void **unused)
{
    (void)unused;
    ts_stop_rule rule = parsed("within 5% of bound");
    assert_false(ts_stop_ends(&rule));
    rule = parsed("within 5% of bound and 10");
    assert_false(ts_stop_ends(&rule));
    rule = parsed("within 5% of bound or no-improvement 90");
    assert_true(ts_stop_ends(&rule));
}

static void test_mistakes(void **unused)
{
    (void)unused;
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"", "column 1: expected a number"},
        {"200 or", "column 7: expected a number"},
        {"200 60s", "column 5: expected 'and', 'or' or the end, not '60s'"},
        {"200 xor 3", "column 5: expected a unit"},
        {"0", "column 1"},
        {"-5", "column 1: expected a number"},
        {"1.5", "column 1: expected a whole number"},
        {"nan", "column 1: expected a number"},
        {"0x10", "column 1: expected a number"},
        {"1e99", "column 1"},
        {"(200", "column 5: expected 'and', 'or' or ')', but it ends"},
        {"200)", "column 4: expected 'and', 'or' or the end, not ')'"},
        {"no-improvement", "column 15: expected a whole number"},
        {"no-improvement 2.5", "column 16: expected a whole number"},
        {"within 5 of bound", "column 10: expected '%'"},
        {"within 5% of peak", "column 14: expected 'bound', not 'peak'"},
        {"within 5% bound", "column 11: expected 'of bound'"},
        {"no-improvements 5", "column 1: expected a number"},
        {"60s and and 5", "column 9"},
        {"((((((((((((((((((((5))))))))))))))))))))", "fewer parentheses"},
        {"1 or 1 or 1 or 1 or 1 or 1 or 1 or 1 or 1 or 1 or 1 or 1 or 1 or 1 or 1",
         "more than 13 conditions"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ts_stop_rule rule;
        assert_int_equal(ts_stop_parse(wrong[i].text, &rule), TS_EINPUT);
        if (!strstr(ts_error(), wrong[i].message))
            fail_msg("'%s' says: %s", wrong[i].text, ts_error());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_conditions),
        cmocka_unit_test(test_within_the_bound),
        cmocka_unit_test(test_and_binds_tighter_than_or),
        cmocka_unit_test(test_room_counts_what_is_in_flight),
        cmocka_unit_test(test_reason_names_the_condition),
        cmocka_unit_test(test_fraction),
        cmocka_unit_test(test_made_rules),
        cmocka_unit_test(test_rules_that_may_never_end),
        cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests_name("stop", tests, NULL, NULL);
}
