/* Facts of a target: read, drawn, scaled, remembered. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/model_fixture.h"

static const char machine[] =
    "<target name='box' kind='cpu'>"
    "<cores value='4' source='s'/><clock><core value='2e9' unit='Hz' lo='1e9' hi='4e9' source='s'/></clock>"
    "<operations type='f32' value='32' unit='1/cycle' source='s'/>"
    "<cache name='l2'><size value='1M' unit='B' source='s'/><delay value='10' unit='cycles' "
    "source='s'/></cache>"
    "<memory><total value='1e11' unit='B/s' lo='5e10' hi='1e11' source='sheet'/></memory></target>";

static double need(ts_facts *facts, const char *name)
{
    double value = NAN;
    if (ts_facts_need(facts, name, "a test", &value) < 0)
        fail_msg("%s", ts_error());
    return value;
}

static ts_facts *open_facts(const ts_target *target)
{
    ts_facts *facts;
    assert_int_equal(ts_facts_open(target, &facts), 0);
    return facts;
}

static void assert_close(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-9 * fabs(b));
}

static void test_reads_stated_derived_and_missing(void **state)
{
    (void)state;
    ts_target *t = parsed(machine);
    ts_facts *facts = open_facts(t);
    double value;
    assert_close(need(facts, "peak.f32"), 64e9);
    assert_close(need(facts, "l2.latency"), 5e-9);
    assert_int_equal(ts_facts_need(facts, "l2.bandwidth", "the roofline", &value), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "l2.bandwidth"));
    assert_non_null(strstr(ts_error(), "the roofline"));
    assert_true(isnan(ts_facts_peek(facts, "l2.bandwidth")));
    assert_close(ts_facts_or(facts, "l2.bandwidth", 7, "because"), 7);
    assert_close(ts_facts_or(facts, "cores", 7, "because"), 4);
    ts_facts_close(facts);
    ts_target_free(t);
}

static void test_draws_stay_within_spreads_and_repeat(void **state)
{
    (void)state;
    ts_target *t = parsed(machine);
    ts_facts *facts = open_facts(t);
    double below = 0, sum = 0;
    const int draws = 4000;
    for (int i = 1; i <= draws; i++) {
        ts_facts_draw(facts, (uint64_t)i);
        double clock = need(facts, "clock.core");
        assert_true(clock >= 1e9 && clock <= 4e9);
        assert_close(need(facts, "peak.f32"), 32 * clock);
        assert_close(need(facts, "cores"), 4);
        below += clock < 2e9;
        sum += clock;
    }
    /* Of a triangle from 1 to 4 with its mode at 2 a third lies below the mode, and the mean is 7/3. */
    assert_true(fabs(below / draws - 1.0 / 3) < 0.03);
    assert_true(fabs(sum / draws / 1e9 - 7.0 / 3) < 0.04);
    ts_facts_draw(facts, 5);
    double once = need(facts, "clock.core");
    ts_facts_draw(facts, 6);
    assert_true(need(facts, "clock.core") != once);
    ts_facts_draw(facts, 5);
    assert_close(need(facts, "clock.core"), once);
    ts_facts_draw(facts, 0);
    assert_close(need(facts, "clock.core"), 2e9);
    ts_facts_close(facts);
    ts_target_free(t);
}

/* Of two machines the same draw takes the same place in the spread of what has the same name. */
static void test_equal_names_are_drawn_alike(void **state)
{
    (void)state;
    ts_target *a = parsed(machine);
    ts_target *b = parsed("<target name='other' kind='gpu'><clock>"
                          "<core value='20e9' unit='Hz' lo='10e9' hi='40e9' source='s'/></clock></target>");
    ts_facts *x = open_facts(a), *y = open_facts(b);
    for (uint64_t seed = 1; seed < 20; seed++) {
        ts_facts_draw(x, seed);
        ts_facts_draw(y, seed);
        assert_close(need(y, "clock.core"), 10 * need(x, "clock.core"));
    }
    ts_facts_close(x);
    ts_facts_close(y);
    ts_target_free(a);
    ts_target_free(b);
}

static void test_scales_reach_what_is_derived(void **state)
{
    (void)state;
    ts_target *t = parsed(machine);
    ts_facts *facts = open_facts(t);
    assert_int_equal(ts_facts_scale(facts, "clock.core", 2), 0);
    assert_close(need(facts, "clock.core"), 4e9);
    assert_close(need(facts, "peak.f32"), 128e9);
    assert_int_equal(ts_facts_scale(facts, "clock.core", 1), 0);
    assert_int_equal(ts_facts_scale(facts, "peak.f32", 3), 0);
    assert_close(need(facts, "peak.f32"), 192e9);
    assert_close(need(facts, "clock.core"), 2e9);
    assert_int_equal(ts_facts_scale(facts, "peak.f32", 1), 0);
    assert_close(need(facts, "peak.f32"), 64e9);
    assert_int_equal(ts_facts_scale(facts, "l3.bandwidth", 2), 0);
    assert_close(ts_facts_or(facts, "l3.bandwidth", 7, "assumed all the same"), 14);
    ts_facts_draw(facts, 9);
    double drawn = need(facts, "memory.total");
    assert_int_equal(ts_facts_scale(facts, "memory.total", 2), 0);
    assert_close(need(facts, "memory.total"), 2 * drawn);
    ts_facts_close(facts);
    ts_target_free(t);
}

static void test_chain_keeps_facts_once_and_steps_in_order(void **state)
{
    (void)state;
    ts_target *t = parsed(machine);
    ts_facts *facts = open_facts(t);
    need(facts, "cores");
    ts_facts_step(facts, "unseen", 1, "s", "", "%d", 1);
    assert_int_equal(ts_facts_count(facts), 0);
    ts_facts_remember(facts, true);
    need(facts, "memory.total");
    need(facts, "memory.total");
    ts_facts_or(facts, "l2.bandwidth", NAN, "nobody says");
    ts_facts_step(facts, "time", 0.5, "s", "a paper", "%g B / %g B/s", 1.0, 2.0);
    assert_int_equal(ts_facts_count(facts), 3);
    ts_facts_line fact = ts_facts_at(facts, 0), missing = ts_facts_at(facts, 1), step = ts_facts_at(facts, 2);
    assert_string_equal(fact.name, "memory.total");
    assert_string_equal(fact.source, "sheet");
    assert_string_equal(fact.target, "box");
    assert_close(fact.lo, 5e10);
    assert_null(fact.formula);
    assert_true(isnan(missing.value));
    assert_non_null(strstr(missing.source, "not stated: nobody says"));
    assert_string_equal(step.formula, "1 B / 2 B/s");
    assert_string_equal(step.source, "a paper");
    assert_null(step.target);
    ts_facts_forget(facts);
    assert_int_equal(ts_facts_count(facts), 0);
    ts_facts_close(facts);
    ts_target_free(t);
}

static void test_nodes_follow_their_cluster(void **state)
{
    (void)state;
    ts_target *t = NULL;
    ts_facts *node, *again;
    assert_int_equal(ts_target_load("cluster-8x-h100", &t), 0);
    ts_facts *facts = open_facts(t);
    assert_int_equal(ts_facts_node(facts, "a test", &node), 0);
    assert_int_equal(ts_facts_node(facts, "a test", &again), 0);
    assert_ptr_equal(node, again);
    double bandwidth = need(node, "memory.bandwidth");
    assert_close(need(facts, "node.memory.bandwidth"), bandwidth);
    assert_int_equal(ts_facts_scale(facts, "node.memory.bandwidth", 2), 0);
    assert_close(need(node, "memory.bandwidth"), 2 * bandwidth);
    assert_int_equal(ts_facts_scale(facts, "node.memory.bandwidth", 1), 0);
    ts_facts_draw(facts, 3);
    assert_true(need(node, "memory.bandwidth") != bandwidth);
    ts_facts_close(facts);
    ts_target_free(t);
}

static void test_threads(void **state)
{
    (void)state;
    ts_target *t = parsed(machine);
    ts_facts *facts = open_facts(t);
    assert_int_equal(ts_facts_threads(facts), 0);
    ts_facts_use_threads(facts, 3);
    assert_int_equal(ts_facts_threads(facts), 3);
    assert_ptr_equal(ts_facts_target(facts), t);
    ts_facts_close(facts);
    ts_facts_close(NULL);
    ts_target_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_stated_derived_and_missing),
        cmocka_unit_test(test_draws_stay_within_spreads_and_repeat),
        cmocka_unit_test(test_equal_names_are_drawn_alike),
        cmocka_unit_test(test_scales_reach_what_is_derived),
        cmocka_unit_test(test_chain_keeps_facts_once_and_steps_in_order),
        cmocka_unit_test(test_nodes_follow_their_cluster),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
