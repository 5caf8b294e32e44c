/* The finals: who takes part, who wins, who keeps a title, what a failure in the contest does. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tune/finals.h"

/* A contest in which configuration c takes truth[c] seconds, with 1 % noise by a fixed sequence. */
typedef struct arena {
    ts_evaluator base;
    double truth[64], deviation[64];
    uint64_t broken; /* fails in every contest from the heat `breaks_in` on */
    size_t breaks_in;
    size_t heats, stops_in; /**< told to stop when so many heats have begun; 0: never */
    bool empty;             /**< the heat that is stopped has no round */
    uint64_t last[32];
    size_t last_count;
} arena;

static int hold(ts_evaluator *self, const uint64_t *configs, size_t count, size_t rounds, double seconds,
                ts_contest *out)
{
    arena *a = (arena *)self;
    ts_rng rng;
    (void)seconds;
    ts_rng_seed(&rng, ++a->heats);
    rounds = a->empty && a->heats == a->stops_in ? 0 : rounds;
    *out = (ts_contest){.count = count,
                        .rounds = rounds,
                        .samples = calloc(count * rounds, sizeof(double)),
                        .peak = calloc(rounds, sizeof(double)),
                        .bandwidth = calloc(rounds, sizeof(double)),
                        .results = calloc(count, sizeof(ts_result))};
    for (size_t i = 0; i < count; i++) {
        a->last[i] = configs[i];
        out->results[i] =
            (ts_result){.config = configs[i], .status = TS_STATUS_OK, .deviation = a->deviation[configs[i]]};
        bool fails = configs[i] == a->broken && a->heats >= a->breaks_in;
        if (fails) {
            out->results[i].status = TS_STATUS_CRASHED;
            out->results[i].reason = strdup("it broke");
        }
        for (size_t r = 0; r < rounds; r++)
            out->samples[i * rounds + r] =
                fails ? NAN : a->truth[configs[i]] * (0.99 + 0.02 * ts_rng_unit(&rng));
    }
    for (size_t r = 0; r < rounds; r++) {
        out->peak[r] = 100;
        out->bandwidth[r] = 10;
    }
    a->last_count = count;
    return TS_OK;
}

static arena make_arena(void)
{
    arena a = {.base = {.name = "arena", .contest = hold}, .broken = TS_NO_CONFIG};
    for (size_t i = 0; i < 64; i++)
        a.truth[i] = 1.0 + 0.03 * (double)i;
    return a;
}

static ts_session searched(const arena *a, size_t count)
{
    ts_session s = {.best = {.status = TS_STATUS_UNAVAILABLE, .cost = NAN}};
    for (uint64_t i = 0; i < count; i++) {
        ts_observation o = {i, TS_STATUS_OK, a->truth[i]};
        assert_true(ts_vec_push(&s.trials, o));
        if (s.best.status != TS_STATUS_OK || o.cost < s.best.cost)
            s.best = o;
    }
    return s;
}

static bool took_part(const arena *a, uint64_t config)
{
    for (size_t i = 0; i < a->last_count; i++)
        if (a->last[i] == config)
            return true;
    return false;
}

static void test_the_best_wins_and_the_hopeless_stay_out(void **unused)
{
    (void)unused;
    arena a = make_arena();
    ts_session s = searched(&a, 40);
    ts_finals_plan plan = {
        .session = &s, .incumbent = TS_NO_CONFIG, .baseline = 30, .seconds = 1000, .seed = 1};
    ts_finals f;
    assert_int_equal(ts_finals_hold(&plan, &a.base, &f), TS_OK);
    assert_int_equal(f.winner, 0);
    assert_int_equal(f.tied_count, 1);
    assert_true(f.seconds.lo <= f.seconds.mid && f.seconds.mid <= f.seconds.hi);
    assert_true(fabs(f.seconds.mid - 1) < 0.01);
    assert_true(fabs(f.peak - 100) < 1e-9);
    assert_true(isnan(f.bound_share)); /* nobody said what the work is */
    assert_true(took_part(&a, 30));    /* the baseline, though slow */
    assert_false(took_part(&a, 20));
    assert_true(fabs(f.baseline_seconds / 1.9 - 1) < 0.01);
    ts_finals_clear(&f);
    ts_session_clear(&s);
}

static void test_a_tied_incumbent_keeps_its_title(void **unused)
{
    (void)unused;
    arena a = make_arena();
    a.truth[5] = 1.0005;
    ts_session s = searched(&a, 20);
    ts_finals_plan plan = {
        .session = &s, .incumbent = 5, .baseline = TS_NO_CONFIG, .seconds = 1000, .seed = 1};
    ts_finals f;
    assert_int_equal(ts_finals_hold(&plan, &a.base, &f), TS_OK);
    assert_true(f.incumbent_ran);
    assert_true(f.incumbent_tied);
    assert_int_equal(f.winner, 5);
    assert_int_equal(f.tied_count, 2);
    ts_finals_clear(&f);
    ts_session_clear(&s);
}

static void test_a_slower_incumbent_loses_it(void **unused)
{
    (void)unused;
    arena a = make_arena();
    ts_session s = searched(&a, 20);
    ts_finals_plan plan = {
        .session = &s, .incumbent = 9, .baseline = TS_NO_CONFIG, .seconds = 1000, .seed = 1};
    ts_finals f;
    assert_int_equal(ts_finals_hold(&plan, &a.base, &f), TS_OK);
    assert_true(f.incumbent_ran);
    assert_false(f.incumbent_tied);
    assert_int_equal(f.winner, 0);
    ts_finals_clear(&f);
    ts_session_clear(&s);
}

static void test_a_finalist_that_breaks_is_out(void **unused)
{
    (void)unused;
    arena a = make_arena();
    a.broken = 0;
    ts_session s = searched(&a, 20);
    ts_finals_plan plan = {
        .session = &s, .incumbent = TS_NO_CONFIG, .baseline = TS_NO_CONFIG, .seconds = 1000, .seed = 1};
    ts_finals f;
    assert_int_equal(ts_finals_hold(&plan, &a.base, &f), TS_OK);
    assert_int_equal(f.winner, 1);
    assert_int_equal(f.failed_count, 1);
    assert_int_equal(f.failed[0], 0);
    ts_finals_clear(&f);
    ts_session_clear(&s);
}

/* The second heat sits several times, each in a process of its own; who fails in one of them is out. */
static void test_a_finalist_that_breaks_late_is_out_too(void **unused)
{
    (void)unused;
    arena a = make_arena();
    a.broken = 0;
    a.breaks_in = 3;
    ts_session s = searched(&a, 20);
    ts_finals_plan plan = {
        .session = &s, .incumbent = TS_NO_CONFIG, .baseline = TS_NO_CONFIG, .seconds = 1000, .seed = 1};
    ts_finals f;
    assert_int_equal(ts_finals_hold(&plan, &a.base, &f), TS_OK);
    assert_true(a.heats >= 4);
    assert_int_equal(f.winner, 1);
    assert_int_equal(f.failed_count, 1);
    assert_int_equal(f.failed[0], 0);
    ts_finals_clear(&f);
    ts_session_clear(&s);
}

static void test_nobody_left(void **unused)
{
    (void)unused;
    arena a = make_arena();
    ts_session s = searched(&a, 1);
    ts_finals_plan plan = {
        .session = &s, .incumbent = TS_NO_CONFIG, .baseline = TS_NO_CONFIG, .seconds = 1000, .seed = 1};
    ts_finals f;
    a.broken = 0;
    assert_int_equal(ts_finals_hold(&plan, &a.base, &f), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "it broke"));
    s.trials.count = 0;
    assert_int_equal(ts_finals_hold(&plan, &a.base, &f), TS_ENOTFOUND);
    ts_session_clear(&s);
}

static void test_without_a_contest_the_best_cost_wins(void **unused)
{
    (void)unused;
    arena a = make_arena();
    a.base.contest = NULL;
    ts_session s = searched(&a, 10);
    ts_finals_plan plan = {
        .session = &s, .incumbent = 3, .baseline = TS_NO_CONFIG, .seconds = 1000, .seed = 1};
    ts_finals f;
    assert_int_equal(ts_finals_hold(&plan, &a.base, &f), TS_OK);
    assert_int_equal(f.winner, 0);
    assert_true(f.seconds.lo == f.seconds.hi);
    assert_true(isnan(f.peak));
    ts_finals_clear(&f);
    ts_session_clear(&s);
}

static void test_the_share_of_the_roofline(void **unused)
{
    (void)unused;
    arena a = make_arena();
    ts_session s = searched(&a, 3);
    ts_roofline roofline = {.flops = 50, .bytes = 2, .overlap = 1, .level = "L2"};
    ts_finals_plan plan = {.session = &s,
                           .incumbent = TS_NO_CONFIG,
                           .baseline = TS_NO_CONFIG,
                           .roofline = &roofline,
                           .seconds = 1000,
                           .seed = 1};
    ts_finals f;
    assert_int_equal(ts_finals_hold(&plan, &a.base, &f), TS_OK);
    assert_int_equal(f.side, TS_BOUND_PEAK); /* 50 flop at 100 flop/s, 2 B at 10 B/s, in 1 s */
    assert_true(fabs(f.bound_seconds - 0.5) < 1e-9);
    assert_true(fabs(f.bound_share - 0.5) < 0.01);
    ts_finals_clear(&f);
    roofline.bytes = 8;
    assert_int_equal(ts_finals_hold(&plan, &a.base, &f), TS_OK);
    assert_int_equal(f.side, TS_BOUND_BANDWIDTH);
    assert_true(fabs(f.bound_share - 0.8) < 0.01);
    ts_finals_clear(&f);
    ts_session_clear(&s);
}

static void test_trade_offs_are_measured_again(void **unused)
{
    (void)unused;
    arena a = make_arena();
    for (size_t i = 0; i < 64; i++)
        a.deviation[i] = 1e-2;
    a.deviation[35] = 1e-7;
    a.deviation[20] = 1e-4;
    a.deviation[38] = 1e-4; /* no faster than 35, and worse */
    ts_session s = searched(&a, 40);
    const ts_trade guests[] = {
        {0, a.truth[0], 1e-2}, {20, a.truth[20], 1e-4}, {35, a.truth[35], 1e-7}, {38, a.truth[38], 1e-4}};
    ts_finals_plan plan = {.session = &s,
                           .incumbent = TS_NO_CONFIG,
                           .baseline = TS_NO_CONFIG,
                           .guests = guests,
                           .guest_count = 4,
                           .seconds = 1000,
                           .seed = 1};
    ts_finals f;
    assert_int_equal(ts_finals_hold(&plan, &a.base, &f), TS_OK);
    assert_int_equal(f.winner, 0);
    assert_true(took_part(&a, 20) && took_part(&a, 35) && took_part(&a, 38));
    assert_int_equal(f.pareto.count, 3);
    assert_int_equal(f.pareto.items[0].config, 0);
    assert_int_equal(f.pareto.items[1].config, 20);
    assert_int_equal(f.pareto.items[2].config, 35);
    ts_finals_clear(&f);
    ts_session_clear(&s);
}

static bool told_to_stop(void *context)
{
    const arena *a = context;
    return a->stops_in > 0 && a->heats >= a->stops_in;
}

static void test_stopped_finals_end_with_the_rounds_so_far(void **unused)
{
    (void)unused;
    for (size_t heat = 1; heat <= 2; heat++) {
        arena a = make_arena();
        for (size_t i = 0; i < 20; i++)
            a.truth[i] = 1 + 0.001 * (double)i; /* enough for a first heat */
        a.stops_in = heat;
        a.base.stop = told_to_stop;
        a.base.stop_context = &a;
        ts_session s = searched(&a, 20);
        ts_finals_plan plan = {
            .session = &s, .incumbent = TS_NO_CONFIG, .baseline = TS_NO_CONFIG, .seconds = 1000, .seed = 1};
        ts_finals f;
        assert_int_equal(ts_finals_hold(&plan, &a.base, &f), TS_OK);
        assert_int_equal(a.heats, heat);
        assert_true(f.winner != TS_NO_CONFIG);
        ts_finals_clear(&f);
        a.heats = 0;
        a.empty = true;
        assert_int_equal(ts_finals_hold(&plan, &a.base, &f), TS_OK);
        assert_true(f.winner == TS_NO_CONFIG);
        ts_finals_clear(&f);
        ts_session_clear(&s);
    }
}

static void test_long_calls_have_few_finalists(void **unused)
{
    (void)unused;
    arena a = make_arena();
    for (size_t i = 0; i < 40; i++)
        a.truth[i] = 1 + 0.001 * (double)i;
    ts_session s = searched(&a, 40);
    ts_finals_plan plan = {.session = &s,
                           .incumbent = TS_NO_CONFIG,
                           .baseline = TS_NO_CONFIG,
                           .seconds = 200, /* a third of that for 14 calls each: 5 of them */
                           .seed = 1};
    ts_finals f;
    assert_int_equal(ts_finals_hold(&plan, &a.base, &f), TS_OK);
    assert_int_equal(a.last_count, 5);
    ts_finals_clear(&f);
    ts_session_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_best_wins_and_the_hopeless_stay_out),
        cmocka_unit_test(test_a_tied_incumbent_keeps_its_title),
        cmocka_unit_test(test_a_slower_incumbent_loses_it),
        cmocka_unit_test(test_a_finalist_that_breaks_is_out),
        cmocka_unit_test(test_a_finalist_that_breaks_late_is_out_too),
        cmocka_unit_test(test_nobody_left),
        cmocka_unit_test(test_without_a_contest_the_best_cost_wins),
        cmocka_unit_test(test_the_share_of_the_roofline),
        cmocka_unit_test(test_trade_offs_are_measured_again),
        cmocka_unit_test(test_stopped_finals_end_with_the_rounds_so_far),
        cmocka_unit_test(test_long_calls_have_few_finalists),
    };
    return cmocka_run_group_tests_name("finals", tests, NULL, NULL);
}
