/* Exploring designs: ranges, a case that can be worked out by hand, the front, area, the search against all
 * designs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tune/explore.h"

#define check(call)                                                                                          \
    do {                                                                                                     \
        if ((call) != TS_OK)                                                                                 \
            fail_msg("%s: %s", #call, ts_error());                                                           \
    } while (0)

static void free_range(ts_explore_attribute *a)
{
    free(a->name);
    free(a->values);
    free(a->best);
}

static void ranges_are_read(void **state)
{
    static const struct {
        const char *text;
        size_t count;
        double first, last;
    } good[] = {{"l2.size=256K:4M", 5, 262144, 4194304},
                {"clock.core=1e9:2e9:+2.5e8", 5, 1e9, 2e9},
                {"a.b=1:100:*10", 3, 1, 100},
                {"array.rows=32,64,96", 3, 32, 96},
                {"x=64,32,64", 2, 32, 64},
                {"x=7", 1, 7, 7}};
    static const char *const bad[] = {"l2.size",    "=1:2",  "x=",     "x=2:1", "x=1:2:*1",
                                      "x=1:2:+0",   "x=1;2", "x=-1:4", "x=0:4", "x=1:2:3",
                                      "x=1:1e9:+1", "x=nan", "x=1,,2"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ts_explore_attribute a;
        check(ts_explore_range(good[i].text, &a));
        assert_int_equal(a.count, good[i].count);
        assert_true(a.values[0] == good[i].first && fabs(a.values[a.count - 1] / good[i].last - 1) < 1e-12);
        free_range(&a);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ts_explore_attribute a;
        if (ts_explore_range(bad[i], &a) != TS_EINPUT)
            fail_msg("'%s' was taken for a range", bad[i]);
        free_range(&a);
    }
}

static ts_target *array(void)
{
    ts_target *t;
    check(ts_target_load("tpu-v1", &t));
    return t;
}

static ts_explore_report *explore(const ts_target *base, const char *shape, const char *const *vary,
                                  bool area, size_t budget, const char *strategy)
{
    ts_workload *w;
    ts_explore_report *r;
    check(ts_workload_of("gemm", "f32", shape, &w));
    ts_explore_question q = {.base = base,
                             .workload = w,
                             .vary = vary,
                             .objective = TS_EXPLORE_TIME,
                             .area = area,
                             .budget = budget,
                             .strategy = strategy,
                             .seed = 3};
    check(ts_explore(&q, &r));
    ts_workload_free(w);
    return r;
}

/* Twice the clock and twice the memory: exactly twice as fast, and nothing less is. */
static void twice_the_machine_is_twice_as_fast(void **state)
{
    static const char *const vary[] = {"clock.core=7e8:1.4e9", "memory.bandwidth=34e9:68e9", NULL};
    ts_target *base = array();
    (void)state;
    ts_explore_report *r = explore(base, "m=256,n=1024,k=1024", vary, false, 0, NULL);
    assert_int_equal(r->space, 2 * 2 * 3); /* with three dataflows */
    assert_true(r->exhaustive);
    const ts_design *best = &r->designs[r->best];
    assert_true(best->seconds <= r->base.seconds / 2 * 1.0001);
    for (size_t i = 0; i < r->count; i++)
        assert_true(r->designs[i].value >= best->value);
    ts_explore_report_free(r);
    ts_target_free(base);
}

/* A stated peak that is varied is the one in force, and not scaled back by what else follows the units. */
static void a_peak_can_be_varied_itself(void **state)
{
    ts_target *base;
    char vary[64];
    const char *const list[] = {vary, NULL};
    (void)state;
    check(ts_target_load("nvidia-h100", &base));
    double peak = ts_target_number(base, "peak.f32", NAN);
    snprintf(vary, sizeof vary, "peak.f32=%.17g,%.17g", peak, 2 * peak);
    ts_explore_report *r = explore(base, "m=8192,n=8192,k=8192", list, false, 0, NULL);
    assert_true(r->designs[r->best].values[0] == 2 * peak);
    assert_true(r->designs[r->best].seconds < 0.7 * r->base.seconds);
    ts_explore_report_free(r);
    ts_target_free(base);
}

static bool beats(const ts_design *a, const ts_design *b)
{
    return a->seconds <= b->seconds && a->joules <= b->joules &&
           (a->seconds < b->seconds || a->joules < b->joules);
}

static void nothing_on_the_front_is_beaten(void **state)
{
    static const char *const vary[] = {"array.rows=64:512", "array.columns=64:512",
                                       "memory.bandwidth=34e9:136e9", NULL};
    ts_target *base = array();
    size_t front = 0;
    (void)state;
    ts_explore_report *r = explore(base, "m=512,n=1024,k=1024", vary, false, 0, NULL);
    for (size_t i = 0; i < r->count; i++) {
        bool beaten = false;
        for (size_t j = 0; j < r->count; j++)
            beaten |= beats(&r->designs[j], &r->designs[i]);
        assert_true(!(beaten && r->designs[i].front));
        front += r->designs[i].front;
    }
    assert_true(front > 0 && r->designs[r->best].front);
    ts_explore_report_free(r);
    ts_target_free(base);
}

/* A tenth of the designs, and the best is as good as the best of all. */
static void a_search_finds_what_all_designs_show(void **state)
{
    static const char *const vary[] = {"array.rows=16:512:+16", "array.columns=16:512:+16", NULL};
    ts_target *base = array();
    (void)state;
    ts_explore_report *all = explore(base, "m=512,n=1000,k=900", vary, false, 5000, NULL);
    ts_explore_report *some = explore(base, "m=512,n=1000,k=900", vary, false, 300, "auto");
    assert_true(all->exhaustive && !some->exhaustive);
    assert_true(some->count + some->refused <= 320);
    assert_true(some->designs[some->best].value <= all->designs[all->best].value * 1.02);
    ts_explore_report_free(all);
    ts_explore_report_free(some);
    ts_target_free(base);
}

static void area_grows_with_what_is_built(void **state)
{
    static const char *const vary[] = {"array.rows=128:512", NULL};
    ts_target *base = array();
    (void)state;
    ts_explore_report *r = explore(base, "m=256,n=256,k=256", vary, true, 0, NULL);
    double small = NAN, stated = NAN, large = NAN;
    for (size_t i = 0; i < r->count; i++) {
        double *to = r->designs[i].values[0] == 128   ? &small
                     : r->designs[i].values[0] == 256 ? &stated
                                                      : &large;
        *to = r->designs[i].area;
    }
    assert_true(stated == 331); /* as the target says */
    assert_true(small < stated && stated < large);
    /* 65,536 more multipliers and adders of 8 bits, 419 um2 at 45 nm, at 28 nm. */
    assert_true(fabs((large - stated) - 65536 * 419e-6 * (28.0 / 45) * (28.0 / 45)) < 0.01);
    ts_explore_report_free(r);
    ts_target_free(base);
}

static void what_is_missing_is_named(void **state)
{
    static const char *const odd[] = {"l7.size=1:2", NULL}, *const fine[] = {"clock.core=1e9:2e9", NULL};
    ts_target *base = array();
    ts_workload *w;
    ts_explore_report *r;
    (void)state;
    check(ts_workload_of("gemm", "f32", "m=64,n=64,k=64", &w));
    ts_explore_question q = {.base = base, .workload = w, .vary = odd};
    assert_true(ts_explore(&q, &r) != TS_OK);
    assert_non_null(strstr(ts_error(), "l7.size"));
    q.vary = NULL;
    assert_int_equal(ts_explore(&q, &r), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "--vary"));
    ts_target *bare;
    check(ts_target_load("nvidia-h100", &bare));
    ts_target *no_area = ts_target_new("bare", "cpu");
    q = (ts_explore_question){.base = no_area, .workload = w, .vary = fine, .area = true};
    assert_true(ts_explore(&q, &r) != TS_OK);
    ts_target_free(no_area);
    ts_target_free(bare);
    ts_workload_free(w);
    ts_target_free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_read),
        cmocka_unit_test(twice_the_machine_is_twice_as_fast),
        cmocka_unit_test(a_peak_can_be_varied_itself),
        cmocka_unit_test(nothing_on_the_front_is_beaten),
        cmocka_unit_test(a_search_finds_what_all_designs_show),
        cmocka_unit_test(area_grows_with_what_is_built),
        cmocka_unit_test(what_is_missing_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
