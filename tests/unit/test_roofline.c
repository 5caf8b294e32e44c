/* The roofline: which level holds the operands, which side binds, what is not known; and rates measured now.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/ceiling.h"
#include "core/roofline.h"

static void set(ts_target *t, const char *name, double value)
{
    assert_int_equal(ts_target_set(t, name, ts_real(value), "1", "test", NAN, NAN), TS_OK);
}

/* 32 KiB, 1 MiB and 16 MiB of cache; 100 GFLOP/s. */
static ts_target *make_target(void)
{
    ts_target *t = ts_target_new("test", "cpu");
    assert_non_null(t);
    set(t, "peak.f32", 100e9);
    set(t, "l1d.size", 32 << 10);
    set(t, "l1d.bandwidth", 400e9);
    set(t, "l2.size", 1 << 20);
    set(t, "l2.bandwidth", 200e9);
    set(t, "l3.size", 64 << 20);
    set(t, "l3.effective", 16 << 20);
    set(t, "l3.bandwidth", 100e9);
    set(t, "memory.bandwidth", 20e9);
    return t;
}

static ts_roofline roofline(const ts_kernel *k, const char *type, const char *shape, int threads,
                            const ts_target *t)
{
    ts_problem p;
    ts_roofline r;
    assert_int_equal(ts_problem_parse(k, type, shape, &p), TS_OK);
    p.threads = threads;
    assert_int_equal(ts_roofline_of(&p, t, &r), TS_OK);
    return r;
}

static ts_kernel *kernel(const char *name)
{
    ts_kernel *k = NULL;
    char path[512];
    snprintf(path, sizeof path, "%s/tests/data/kernels/%s", TS_SOURCE_DIR, name);
    if (ts_kernel_load(path, &k) != TS_OK)
        fail_msg("%s", ts_error());
    return k;
}

static void test_the_level_that_holds_the_operands(void **unused)
{
    (void)unused;
    ts_kernel *k = kernel("turn"); /* 8 bytes per element, no flops */
    ts_target *t = make_target();
    const struct {
        const char *shape, *level;
        int threads;
        double bandwidth;
    } cases[] = {
        {"n=4096", "L1", 1, 400e9},       {"n=4097", "L2", 1, 200e9},    {"n=131072", "L2", 1, 200e9},
        {"n=131073", "L3", 1, 100e9},     {"n=2097152", "L3", 1, 100e9}, {"n=2097153", "memory", 1, 20e9},
        {"n=8192", "L1", 2, 800e9},       {"n=262144", "L2", 2, 400e9}, /* each has a core of its own */
        {"n=2097153", "memory", 2, 40e9},                               /* which they share */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_roofline r = roofline(k, "f32", cases[i].shape, cases[i].threads, t);
        assert_string_equal(r.level, cases[i].level);
        assert_true(fabs(r.bandwidth / cases[i].bandwidth - 1) < 1e-9);
    }
    ts_target_free(t);
    ts_kernel_free(k);
}

static void test_a_kernel_without_operations_is_bound_by_bandwidth(void **unused)
{
    (void)unused;
    ts_kernel *k = kernel("turn");
    ts_target *t = make_target();
    ts_roofline_side side;
    ts_roofline r = roofline(k, "f32", "n=100000", 1, t);
    assert_true(fabs(ts_roofline_seconds(&r, &side) / (800000 / 200e9) - 1) < 1e-9);
    assert_int_equal(side, TS_BOUND_BANDWIDTH);
    assert_string_equal(ts_roofline_name(&r, side), "L2 bandwidth");
    r = roofline(k, "f32", "n=4096", 1, t); /* half is loaded while the other half is stored */
    assert_true(fabs(ts_roofline_seconds(&r, &side) / (16384 / 400e9) - 1) < 1e-9);
    r.bandwidth = NAN;
    assert_true(isnan(ts_roofline_seconds(&r, &side)));
    assert_int_equal(side, TS_BOUND_UNKNOWN);
    assert_null(ts_roofline_name(&r, side));
    ts_target_free(t);
    ts_kernel_free(k);
}

static void test_the_side_that_binds(void **unused)
{
    (void)unused;
    ts_roofline r = {.flops = 100, .bytes = 10, .peak = 10, .bandwidth = 2, .overlap = 1, .level = "memory"};
    ts_roofline_side side;
    assert_true(ts_roofline_seconds(&r, &side) == 10);
    assert_int_equal(side, TS_BOUND_PEAK);
    assert_string_equal(ts_roofline_name(&r, side), "peak");
    r.bandwidth = 0.5;
    assert_true(ts_roofline_seconds(&r, &side) == 20);
    assert_string_equal(ts_roofline_name(&r, side), "memory bandwidth");
    r.bandwidth = NAN; /* the peak alone is a bound still */
    assert_true(ts_roofline_seconds(&r, &side) == 10);
    assert_int_equal(side, TS_BOUND_PEAK);
    r.bandwidth = 0.5; /* the bandwidth alone would promise too much */
    r.peak = NAN;
    assert_true(isnan(ts_roofline_seconds(&r, &side)));
    assert_int_equal(side, TS_BOUND_UNKNOWN);
}

static void test_a_target_that_says_nothing(void **unused)
{
    (void)unused;
    ts_kernel *k = kernel("turn");
    ts_target *t = ts_target_new("empty", "cpu");
    ts_roofline_side side;
    ts_roofline r = roofline(k, "f32", "n=4096", 1, t);
    assert_true(isnan(ts_roofline_seconds(&r, &side)));
    assert_true(isnan(r.peak));
    ts_target_free(t);
    ts_kernel_free(k);
}

static void test_rates_are_measured(void **unused)
{
    (void)unused;
    for (int threads = 1; threads <= 2; threads++) {
        ts_ceiling *c;
        assert_int_equal(ts_ceiling_open("f32", 65536, threads, &c), TS_OK);
        ts_rates rates = ts_ceiling_read(c, 100e-6);
        assert_true(rates.peak > 1e8 && rates.peak < 1e13);
        assert_true(rates.bandwidth > 1e8 && rates.bandwidth < 1e13);
        ts_ceiling_close(c);
    }
    ts_ceiling *c;
    assert_int_equal(ts_ceiling_open("q7", 0, 1, &c), TS_OK);
    ts_rates rates = ts_ceiling_read(c, 100e-6);
    assert_true(isnan(rates.peak)); /* a type that nobody knows */
    assert_true(rates.bandwidth > 1e8);
    ts_ceiling_close(c);
    ts_ceiling_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_level_that_holds_the_operands),
        cmocka_unit_test(test_a_kernel_without_operations_is_bound_by_bandwidth),
        cmocka_unit_test(test_the_side_that_binds),
        cmocka_unit_test(test_a_target_that_says_nothing),
        cmocka_unit_test(test_rates_are_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
