/* The model behind the evaluator's interface: a search on predictions is a search like any other. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/space.h"
#include "eval/evaluator.h"
#include "tune/finals.h"
#include "tune/strategies.h"

enum { SIDE = 40, BEST = 611 };

static ts_space *make_space(void)
{
    ts_value domain[SIDE], known[2] = {{0}};
    ts_names *names;
    ts_space *space;
    ts_space_param_spec specs[2] = {{.name = "a"}, {.name = "b"}};
    assert_int_equal(ts_names_new(&names), TS_OK);
    for (size_t i = 0; i < SIDE; i++)
        domain[i] = ts_int((int64_t)i);
    for (size_t i = 0; i < 2; i++) {
        specs[i].values = domain;
        specs[i].count = SIDE;
        assert_int_equal(ts_names_add(names, specs[i].name, &specs[i].slot), TS_OK);
    }
    assert_int_equal(ts_space_build(&(ts_space_spec){specs, 2, NULL, 0, known, 2}, &space), TS_OK);
    ts_names_free(names);
    return space;
}

/* The log of seconds, least at BEST; no opinion on every seventh. */
static double opinion(const void *context, uint64_t config)
{
    const double *offset = context;
    if (config % 7 == 0)
        return NAN;
    double a = (double)(config / SIDE) - BEST / SIDE, b = (double)(config % SIDE) - BEST % SIDE;
    return *offset + 0.01 * (a * a + b * b);
}

static void test_predictions_are_results(void **unused)
{
    (void)unused;
    const double offset = -3;
    const uint64_t configs[] = {BEST, BEST + 1, 14};
    ts_evaluator *e;
    ts_result r;
    assert_int_equal(ts_model_evaluator_open((ts_belief){&offset, opinion}, &e), TS_OK);
    assert_string_equal(e->name, "model");
    assert_null(e->contest); /* exact: nothing to measure again */
    assert_int_equal(e->collect(e, 0, &r), 0);
    assert_int_equal(e->submit(e, configs, 3), TS_OK);
    assert_int_equal(e->collect(e, 0, &r), 1);
    assert_true(r.config == BEST && r.status == TS_STATUS_OK);
    assert_float_equal(r.cost, exp(-3), 1e-12);
    ts_result_clear(&r);
    assert_int_equal(e->collect(e, 0, &r), 1);
    assert_float_equal(r.cost, exp(-2.99), 1e-12);
    ts_result_clear(&r);
    assert_int_equal(e->collect(e, 0, &r), 1);
    assert_int_equal(r.status, TS_STATUS_UNAVAILABLE); /* no opinion is a status with a reason, not a time */
    assert_non_null(r.reason);
    ts_result_clear(&r);
    assert_int_equal(e->collect(e, 0, &r), 0);
    e->close(e);
}

static void test_a_search_finds_the_best_prediction(void **unused)
{
    (void)unused;
    const double offset = -9;
    ts_space *space = make_space();
    ts_session s = {.space = space, .seed = 1, .stop = ts_stop_evaluations(200)};
    assert_int_equal(ts_strategy_named("auto", &s.strategy), TS_OK);
    assert_int_equal(ts_model_evaluator_open((ts_belief){&offset, opinion}, &s.evaluator), TS_OK);
    assert_int_equal(ts_session_run(&s), TS_OK);
    assert_int_equal(s.best.config, BEST);
    assert_int_equal(s.evaluated, 200);
    ts_finals finals;
    assert_int_equal(ts_finals_hold(&(ts_finals_plan){.session = &s,
                                                      .incumbent = TS_NO_CONFIG,
                                                      .baseline = TS_NO_CONFIG,
                                                      .seconds = 1},
                                    s.evaluator, &finals),
                     TS_OK);
    assert_int_equal(finals.winner, BEST);
    ts_finals_clear(&finals);
    s.evaluator->close(s.evaluator);
    ts_session_clear(&s);
    ts_space_free(space);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_predictions_are_results),
        cmocka_unit_test(test_a_search_finds_the_best_prediction),
    };
    return cmocka_run_group_tests_name("model evaluator", tests, NULL, NULL);
}
