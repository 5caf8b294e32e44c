/* Simulation: the same loop, the same seed the same trace, budgets of all kinds, and the callbacks. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tune/score.h"
#include "tune/strategies.h"

#define SPACES TS_SOURCE_DIR "/tests/data/spaces"

static ts_spaces *recorded;

static int load(void **unused)
{
    (void)unused;
    return ts_spaces_load((const char *const[]){SPACES, NULL}, &recorded);
}

static int unload(void **unused)
{
    (void)unused;
    ts_spaces_free(recorded);
    return 0;
}

static const char *const random_only[] = {"random", NULL};

static char *text_of(const ts_simulate_options *o)
{
    ts_trace *trace;
    char *text;
    size_t length;
    assert_int_equal(ts_simulate(recorded, o, NULL, &trace), TS_OK);
    assert_int_equal(ts_trace_text(trace, o->overhead, &text, &length), TS_OK);
    ts_trace_free(trace);
    return text;
}

static void test_same_seed_same_bytes(void **unused)
{
    (void)unused;
    for (const ts_strategy *const *s = ts_strategies; *s; s++) {
        const char *const names[] = {(*s)->name, NULL};
        ts_simulate_options o = {.strategies = names, .runs = 2, .seed = 5, .budget_evaluations = 40};
        char *first = text_of(&o), *second = text_of(&o);
        assert_string_equal(first, second);
        free(second);
        o.seed = 6;
        second = text_of(&o);
        if (strcmp((*s)->name, "exhaustive") != 0)
            assert_string_not_equal(first, second);
        free(first);
        free(second);
    }
}

/* More runs and other strategies beside it change nothing in a run. */
static void test_runs_are_independent(void **unused)
{
    (void)unused;
    const char *const both[] = {"local", "random", NULL};
    ts_trace *few, *many;
    ts_simulate_options o = {.strategies = random_only, .runs = 2, .seed = 5, .budget_evaluations = 30};
    assert_int_equal(ts_simulate(recorded, &o, NULL, &few), TS_OK);
    o.strategies = both;
    o.runs = 3;
    assert_int_equal(ts_simulate(recorded, &o, NULL, &many), TS_OK);
    assert_int_equal(many->runs.count, 6);
    assert_string_equal(many->runs.items[4].strategy, "random");
    assert_string_equal(many->runs.items[4].label, "2");
    for (size_t i = 0; i < 30; i++)
        assert_int_equal(many->runs.items[4].steps.items[i].config, few->runs.items[1].steps.items[i].config);
    ts_trace_free(few);
    ts_trace_free(many);
}

static double spent(const ts_trace_run *run, size_t count)
{
    double seconds = 0;
    for (size_t i = 0; i < count; i++)
        seconds += recorded->items.items[0]->spent[run->steps.items[i].config];
    return seconds;
}

static void test_default_budget_covers_the_window(void **unused)
{
    (void)unused;
    ts_trace *trace;
    ts_score_scale *scale;
    ts_simulate_options o = {.strategies = random_only, .runs = 1, .seed = 1};
    assert_int_equal(ts_simulate(recorded, &o, NULL, &trace), TS_OK);
    assert_int_equal(ts_score_scale_open(recorded->items.items[0], false, &scale), TS_OK);
    const ts_trace_run *run = &trace->runs.items[0];
    assert_true(run->steps.count >= 200);
    assert_true(spent(run, run->steps.count) >= ts_score_horizon(scale, 200));
    ts_score_scale_close(scale);
    ts_trace_free(trace);
}

static void test_time_is_recorded_time(void **unused)
{
    (void)unused;
    ts_trace *trace;
    ts_simulate_options o = {.strategies = random_only, .runs = 1, .budget_seconds = 1.5, .seed = 1};
    assert_int_equal(ts_simulate(recorded, &o, NULL, &trace), TS_OK);
    const ts_trace_run *run = &trace->runs.items[0];
    assert_true(spent(run, run->steps.count) >= 1.5);
    assert_true(spent(run, run->steps.count - 1) < 1.5);
    ts_trace_free(trace);
}

static void test_stop_rules(void **unused)
{
    (void)unused;
    ts_trace *trace;
    const ts_recording *r = recorded->items.items[0];
    double best = INFINITY;
    for (uint64_t i = 0; i < r->count; i++)
        best = fmin(best, r->cost[i]);
    ts_simulate_options o = {.strategies = random_only, .runs = 1, .seed = 1, .stop = "within 5% of bound"};
    assert_int_equal(ts_simulate(recorded, &o, NULL, &trace), TS_OK);
    const ts_trace_run *run = &trace->runs.items[0];
    for (size_t i = 0; i < run->steps.count; i++)
        assert_int_equal(r->cost[run->steps.items[i].config] <= 1.05 * best, i + 1 == run->steps.count);
    ts_trace_free(trace);
    o.stop = "no-improvement 10";
    o.budget_evaluations = 1000;
    assert_int_equal(ts_simulate(recorded, &o, NULL, &trace), TS_OK);
    run = &trace->runs.items[0];
    size_t at = 0;
    for (size_t i = 0; i < run->steps.count; i++)
        if (r->cost[run->steps.items[i].config] < r->cost[run->steps.items[at].config])
            at = i;
    assert_int_equal(run->steps.count - 1 - at, 10);
    ts_trace_free(trace);
    o.stop = "5 or";
    assert_int_equal(ts_simulate(recorded, &o, NULL, &trace), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "column 5"));
}

static void test_overhead(void **unused)
{
    (void)unused;
    ts_trace *trace;
    ts_simulate_options o = {
        .strategies = random_only, .runs = 1, .seed = 1, .budget_evaluations = 20, .overhead = true};
    assert_int_equal(ts_simulate(recorded, &o, NULL, &trace), TS_OK);
    const ts_trace_run *run = &trace->runs.items[0];
    assert_true(run->steps.items[0].overhead_ms >= 0);
    for (size_t i = 1; i < 20; i++)
        assert_true(run->steps.items[i].overhead_ms >= run->steps.items[i - 1].overhead_ms);
    ts_trace_free(trace);
}

static void test_unknown_strategy(void **unused)
{
    (void)unused;
    const char *const names[] = {"random", "nosuch", NULL};
    ts_trace *trace;
    ts_simulate_options o = {.strategies = names};
    assert_int_equal(ts_simulate(recorded, &o, NULL, &trace), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "'nosuch'; there are: "));
}

/* What the callbacks saw. */
typedef struct watcher {
    size_t calls, polls, stop_after;
    double fraction;
} watcher;

static void watch(void *context, const ts_simulate_progress *p)
{
    watcher *w = context;
    assert_true(p->fraction >= w->fraction && p->fraction <= 1);
    assert_int_equal(p->runs, 6);
    w->fraction = p->fraction;
    w->calls++;
}

static int stop_early(void *context)
{
    watcher *w = context;
    return w->stop_after && ++w->polls > w->stop_after;
}

static void test_callbacks(void **unused)
{
    (void)unused;
    watcher w = {0};
    ts_trace *trace;
    ts_simulate_callbacks callbacks = {&w, watch, stop_early};
    ts_simulate_options o = {.strategies = random_only, .runs = 6, .budget_evaluations = 100};
    assert_int_equal(ts_simulate(recorded, &o, &callbacks, &trace), TS_OK);
    assert_true(w.calls >= 6 && w.fraction > 0.8);
    ts_trace_free(trace);
    w = (watcher){.stop_after = 50};
    assert_int_equal(ts_simulate(recorded, &o, &callbacks, &trace), TS_EINTR);
}

/* Untimed, and too small to be scored. */
static void test_odd_spaces(void **unused)
{
    (void)unused;
    static const char text[] = "{\"tune_params_keys\":[\"a\"],\"cache\":{\"1\":{\"a\":1,\"time\":4},\"2\":{"
                               "\"a\":2,\"time\":\"RuntimeFailedConfig\"}}}";
    ts_recordings all;
    ts_trace *trace;
    assert_int_equal(ts_recordings_parse(text, strlen(text), "tiny.json", &all), TS_OK);
    ts_spaces tiny = {{all.items, 1, 1}};
    ts_simulate_options o = {.strategies = random_only, .runs = 1};
    assert_int_equal(ts_simulate(&tiny, &o, NULL, &trace), TS_OK);
    assert_int_equal(trace->runs.items[0].steps.count, 2);
    ts_trace_free(trace);
    o.stop = "3 and 60s";
    assert_int_equal(ts_simulate(&tiny, &o, NULL, &trace), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "'tiny' doesn't record how long"));
    ts_recordings_clear(&all);
}

static void test_loading(void **unused)
{
    (void)unused;
    ts_spaces *spaces;
    assert_int_equal(ts_spaces_count(recorded), 1);
    assert_string_equal(ts_spaces_name(recorded, 0), "gemm_48");
    const char *const twice[] = {SPACES, SPACES "/gemm_48_T4.json.xz", NULL};
    assert_int_equal(ts_spaces_load(twice, &spaces), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "'gemm_48' was given before"));
    assert_int_equal(
        ts_spaces_load((const char *const[]){TS_SOURCE_DIR "/tests/data/kernels", NULL}, &spaces), TS_EINPUT);
    assert_int_equal(ts_spaces_load((const char *const[]){"/nowhere.json", NULL}, &spaces), TS_ENOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_seed_same_bytes),
        cmocka_unit_test(test_runs_are_independent),
        cmocka_unit_test(test_default_budget_covers_the_window),
        cmocka_unit_test(test_time_is_recorded_time),
        cmocka_unit_test(test_stop_rules),
        cmocka_unit_test(test_overhead),
        cmocka_unit_test(test_unknown_strategy),
        cmocka_unit_test(test_callbacks),
        cmocka_unit_test(test_odd_spaces),
        cmocka_unit_test(test_loading),
    };
    return cmocka_run_group_tests_name("simulate", tests, load, unload);
}
