/* Predictions: which model, intervals, what doubling gains, workloads, what is refused and how. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/model_fixture.h"

/* 2 cores of 64 GF/s; 50 GB/s from memory; a cache of 1 MiB each that is as fast as can be. */
static const char machine[] =
    "<target name='box' kind='cpu'><cores value='2' source='s'/><threads value='2' source='s'/>"
    "<clock><core value='2e9' unit='Hz' source='s'/></clock>"
    "<peak type='f32' value='64e9' unit='flop/s' source='s'/>"
    "<cache name='l2'><size value='1M' unit='B' source='s'/></cache>"
    "<memory><total value='50e9' unit='B/s' lo='25e9' hi='50e9' source='s'/></memory></target>";

static void test_models_are_found(void **state)
{
    (void)state;
    ts_target *t = parsed(machine);
    const ts_model *m;
    assert_int_equal(ts_model_find(NULL, t, &m), 0);
    assert_string_equal(m->name, "ecm");
    assert_int_equal(ts_model_find("roofline", t, &m), 0);
    assert_string_equal(m->name, "roofline");
    assert_int_equal(ts_model_find("oracle", t, &m), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "photonic"));
    assert_int_equal(ts_model_find("gpu", t, &m), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "cpu"));
    ts_target_free(t);
}

/* 3 * 4 B * 2^24 at 50 GB/s; triad computes nothing to speak of. */
static void test_streams_are_bound_by_memory(void **state)
{
    (void)state;
    ts_target *t = parsed(machine);
    ts_predicted p = predicted("triad", "n=16777216", t, "roofline");
    double bytes = 12.0 * 16777216;
    assert_within(p.nominal.seconds, bytes / 50e9, 1e-9);
    assert_string_equal(p.nominal.bound, "memory.total");
    assert_within(p.doubled_gain, 2, 1e-9);
    assert_true(p.seconds_lo >= p.nominal.seconds && p.seconds_hi > p.seconds_lo);
    assert_true(p.seconds_hi <= bytes / 25e9);
    assert_true(isnan(p.nominal.joules) && isnan(p.joules_lo));
    assert_non_null(strstr(p.nominal.no_energy, "power.busy"));
    assert_string_equal(p.nominal.as_type, "f32");
    ts_target_free(t);
}

static void test_products_are_bound_by_the_peak(void **state)
{
    (void)state;
    ts_target *t = parsed(machine);
    ts_predicted p = predicted("gemm", "m=2048,n=2048,k=2048", t, NULL);
    assert_within(p.nominal.compute_seconds, 2 * pow(2048, 3) / 128e9, 1e-9);
    assert_within(p.nominal.seconds, p.nominal.compute_seconds, 1e-3);
    assert_string_equal(p.nominal.bound, "peak.f32");
    assert_within(p.nominal.utilization, 1, 1e-3);
    assert_within(p.nominal.peak, 128e9, 1e-9);
    ts_target_free(t);
}

static void test_threads_limit_a_processor(void **state)
{
    (void)state;
    ts_target *t = parsed(machine);
    ts_kernel *kernel = loaded_kernel("gemm");
    ts_problem problem = problem_of(kernel, "f32", "m=512,n=512,k=512");
    ts_model_call call = {.problem = &problem};
    ts_facts *facts;
    ts_predicted all, one, two;
    assert_int_equal(ts_facts_open(t, &facts), 0);
    assert_int_equal(ts_predict(NULL, &call, facts, &all), 0);
    ts_facts_use_threads(facts, 1);
    assert_int_equal(ts_predict(NULL, &call, facts, &one), 0);
    problem.threads = 2;
    assert_int_equal(ts_predict(NULL, &call, facts, &two), 0);
    assert_within(one.nominal.seconds, 2 * all.nominal.seconds, 1e-3);
    assert_within(two.nominal.seconds, all.nominal.seconds, 1e-9);
    problem.threads = 64;
    assert_int_equal(ts_predict(NULL, &call, facts, &two), 0);
    assert_within(two.nominal.seconds, all.nominal.seconds, 1e-9);
    ts_facts_close(facts);
    ts_kernel_free(kernel);
    ts_target_free(t);
}

static void test_missing_facts_are_named(void **state)
{
    (void)state;
    ts_predicted p;
    ts_target *t = parsed("<target name='thin' kind='cpu'><cores value='1' source='s'/>"
                          "<peak type='f32' value='1e9' unit='flop/s' source='s'/></target>");
    assert_int_equal(asked("triad", "n=1024", t, NULL, &p), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "memory.total"));
    assert_non_null(strstr(ts_error(), "the ECM model"));
    ts_target_free(t);
    t = parsed("<target name='thin' kind='cpu'><cores value='1' source='s'/></target>");
    assert_int_equal(asked("triad", "n=1024", t, NULL, &p), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "peak.f32"));
    ts_target_free(t);
}

/* A wider type is exact; a narrower one is not, and said; doubles are never computed in less. */
static void test_types_stand_for_each_other(void **state)
{
    (void)state;
    static const char narrow[] = "<target name='narrow' kind='cpu'><cores value='1' source='s'/>"
                                 "<peak type='i8' value='1e12' unit='op/s' source='s'/>"
                                 "<memory><total value='1e11' unit='B/s' source='s'/></memory></target>";
    ts_predicted p;
    ts_target *t = parsed(machine);
    p = predicted("gemm_bf16", "m=64,n=64,k=64", t, NULL);
    assert_string_equal(p.nominal.as_type, "f32");
    assert_string_equal(p.nominal.note, "");
    ts_target_free(t);
    t = parsed(narrow);
    p = predicted("gemm", "m=64,n=64,k=64", t, NULL);
    assert_string_equal(p.nominal.as_type, "i8");
    assert_non_null(strstr(p.nominal.note, "runs as i8: results are approximate"));
    ts_kernel *kernel = loaded_kernel("gemm");
    ts_problem problem = problem_of(kernel, "f64", "m=64,n=64,k=64");
    ts_model_call call = {.problem = &problem};
    ts_facts *facts;
    assert_int_equal(ts_facts_open(t, &facts), 0);
    assert_int_equal(ts_predict(NULL, &call, facts, &p), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "f64"));
    ts_facts_close(facts);
    ts_kernel_free(kernel);
    ts_target_free(t);
}

static const char two_calls[] =
    "<workload name='w' summary='s' source='s'>"
    "<call kernel='gemm' shape='m=256,n=256,k=256' count='3' text='a'/>"
    "<call kernel='softmax' shape='m=64,n=64' text='b'/>"
    "<call kernel='gemm' shape='m=256,n=256,k=256' count='2' text='equals the first'/></workload>";

static void test_workloads_add_up(void **state)
{
    (void)state;
    enum { DRAWS = 20 };
    double seconds[DRAWS], joules[DRAWS], again[DRAWS];
    ts_prediction calls[3];
    ts_workload *w;
    ts_facts *facts;
    ts_target *t = parsed(machine);
    assert_int_equal(ts_workload_parse(two_calls, strlen(two_calls), "w.xml", &w), 0);
    assert_int_equal(ts_facts_open(t, &facts), 0);
    assert_int_equal(ts_predict_workload(NULL, w, facts, DRAWS, seconds, joules, calls), 0);
    assert_within(seconds[0], 5 * calls[0].seconds + calls[1].seconds, 1e-12);
    assert_within(calls[2].seconds, calls[0].seconds, 0);
    assert_int_equal(ts_predict_workload(NULL, w, facts, DRAWS, again, joules, NULL), 0);
    assert_memory_equal(seconds, again, sizeof seconds);
    assert_true(isnan(joules[0]));
    ts_facts_close(facts);
    ts_workload_free(w);
    ts_target_free(t);
}

static void test_an_array_refuses_other_kernels_but_not_in_networks(void **state)
{
    (void)state;
    ts_predicted p;
    double seconds, joules;
    ts_workload *w;
    ts_facts *facts;
    ts_prediction calls[3];
    ts_target *t = NULL;
    assert_int_equal(ts_target_load("tpu-v1", &t), 0);
    assert_int_equal(asked("softmax", "m=64,n=64", t, NULL, &p), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "no matrix product"));
    assert_int_equal(ts_workload_parse(two_calls, strlen(two_calls), "w.xml", &w), 0);
    assert_int_equal(ts_facts_open(t, &facts), 0);
    assert_int_equal(ts_predict_workload(NULL, w, facts, 1, &seconds, &joules, calls), 0);
    assert_within(calls[1].seconds, 8.0 * 64 * 64 / 14e9, 1e-9);
    assert_string_equal(calls[1].bound, "link.host.bandwidth");
    ts_facts_close(facts);
    ts_workload_free(w);
    ts_target_free(t);
}

static void test_the_chain_is_that_of_the_stated_values(void **state)
{
    (void)state;
    ts_target *t = parsed(machine);
    ts_kernel *kernel = loaded_kernel("triad");
    ts_problem problem = problem_of(kernel, NULL, "n=16777216");
    ts_model_call call = {.problem = &problem};
    ts_facts *facts;
    ts_predicted p;
    bool found = false;
    assert_int_equal(ts_facts_open(t, &facts), 0);
    ts_facts_remember(facts, true);
    assert_int_equal(ts_predict(NULL, &call, facts, &p), 0);
    for (size_t i = 0; i < ts_facts_count(facts); i++) {
        ts_facts_line l = ts_facts_at(facts, i);
        if (strcmp(l.name, "memory.total") == 0) {
            assert_within(l.value, 50e9, 0);
            found = true;
        }
    }
    assert_true(found);
    assert_string_equal(ts_facts_at(facts, ts_facts_count(facts) - 1).name, "time");
    ts_facts_close(facts);
    ts_kernel_free(kernel);
    ts_target_free(t);
}

static void test_intervals_of_draws(void **state)
{
    (void)state;
    double values[] = {NAN, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}, nothing[] = {NAN}, lo, hi;
    ts_draws_interval(values, 12, &lo, &hi);
    assert_within(lo, 1, 0);
    assert_within(hi, 9, 0);
    ts_draws_interval(nothing, 1, &lo, &hi);
    assert_true(isnan(lo) && isnan(hi));
    assert_within(ts_twice_as_good("memory.bandwidth"), 2, 0);
    assert_within(ts_twice_as_good("memory.latency"), 0.5, 0);
    assert_within(ts_twice_as_good("gpu.launch"), 0.5, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models_are_found),
        cmocka_unit_test(test_streams_are_bound_by_memory),
        cmocka_unit_test(test_products_are_bound_by_the_peak),
        cmocka_unit_test(test_threads_limit_a_processor),
        cmocka_unit_test(test_missing_facts_are_named),
        cmocka_unit_test(test_types_stand_for_each_other),
        cmocka_unit_test(test_workloads_add_up),
        cmocka_unit_test(test_an_array_refuses_other_kernels_but_not_in_networks),
        cmocka_unit_test(test_the_chain_is_that_of_the_stated_values),
        cmocka_unit_test(test_intervals_of_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
