/* Replay answers what was recorded, in order, and nothing else. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "eval/evaluator.h"

static const char TEXT[] = "{\"tune_params_keys\": [\"a\"], \"cache\": {"
                           "\"1\": {\"a\": 1, \"time\": 4, \"times\": [4, 4], \"compile_time\": 100},"
                           "\"2\": {\"a\": 2, \"time\": \"RuntimeFailedConfig\", \"compile_time\": 50},"
                           "\"3\": {\"a\": 3, \"time\": 2}}}";

static void test_replay(void **state)
{
    (void)state;
    ts_recordings all;
    ts_evaluator *e;
    ts_result r;
    assert_int_equal(ts_recordings_parse(TEXT, strlen(TEXT), "r.json", &all), TS_OK);
    assert_int_equal(ts_replay_open(all.items[0], &e), TS_OK);
    assert_string_equal(e->name, "replay");
    assert_int_equal(e->depth, 1);
    assert_null(e->contest);
    assert_int_equal(e->collect(e, 0, &r), 0);
    assert_int_equal(e->submit(e, (const uint64_t[]){2, 0, 1}, 3), TS_OK);
    assert_int_equal(e->collect(e, 1, &r), 1);
    assert_int_equal(r.config, 2);
    assert_float_equal(r.cost, 0.002, 1e-15);
    assert_float_equal(r.times.measure, 0, 0); /* not recorded */
    ts_result_clear(&r);
    assert_int_equal(e->collect(e, 1, &r), 1);
    assert_int_equal(r.config, 0);
    assert_int_equal(r.status, TS_STATUS_OK);
    assert_float_equal(r.times.measure, 0.108, 1e-12);
    ts_result_clear(&r);
    assert_int_equal(e->submit(e, (const uint64_t[]){0}, 1), TS_OK);
    assert_int_equal(e->collect(e, 1, &r), 1);
    assert_int_equal(r.config, 1);
    assert_int_equal(r.status, TS_STATUS_CRASHED);
    assert_true(isnan(r.cost));
    assert_string_equal(r.reason, "RuntimeFailedConfig");
    ts_result_clear(&r);
    assert_int_equal(e->collect(e, 1, &r), 1);
    assert_int_equal(e->collect(e, 1, &r), 0);
    assert_int_equal(e->submit(e, (const uint64_t[]){3}, 1), TS_EINTERNAL);
    e->close(e);
    ts_recordings_clear(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_replay)};
    return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
