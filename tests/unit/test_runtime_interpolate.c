/* Shapes that were not measured: who answers, how sure that is, and how long it may take. */
#include "runtime/internal.h"
#include "runtime_fixture.h"
#include <math.h>

/* Squares whose time is 1 ns per flop, but for a factor. */
static void add_square(fixture *f, int size, char letter, double factor)
{
    char problem[64];
    double flops = 2.0 * size * size * size;
    snprintf(problem, sizeof problem, "m=%d,n=%d,k=%d,ta=0,tb=0", size, size, size);
    fixture_add(
        f, (winner){.problem = problem, .letter = letter, .flops = flops, .seconds = 1e-9 * flops * factor});
}

static ts_rt_kernel find_square(ts_rt *rt, int64_t size)
{
    return find_gemm(rt, "f32", size, size, size, 0, 0);
}

static void test_near_ones_outvote_the_nearest(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    add_square(f, 100, 'a', 1); /* an outlier among b's */
    add_square(f, 90, 'b', 1);
    add_square(f, 112, 'b', 1);
    add_square(f, 80, 'b', 1);
    add_square(f, 128, 'b', 1);
    ts_rt *rt = fixture_runtime(f);
    ts_rt_kernel k = find_square(rt, 101);
    assert_int_equal(k.rung, TS_RT_NEAREST);
    assert_int_equal(marker_of(&k), 'b');
    ts_rt_kernel measured = find_square(rt, 100);
    assert_int_equal(marker_of(&measured), 'a');
    assert_true(measured.confidence == 1 && measured.estimated_seconds == 0);
    ts_rt_close(rt);
    fixture_close(f);
}

/* Confidence falls with distance and with disagreement, and is 0 where nothing is near. */
static void test_confidence(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    for (int size = 64; size <= 256; size += 32)
        add_square(f, size, 'a', 1);
    for (int size = 320; size <= 512; size += 32)
        add_square(f, size, 'b', 1);
    ts_rt *rt = fixture_runtime(f);
    double inside = find_square(rt, 100).confidence, border = find_square(rt, 290).confidence,
           outside = find_square(rt, 3000).confidence;
    assert_true(inside > border && border > outside && outside > 0 && inside < 1);
    assert_true(find_gemm(rt, "f32", 1, 100000, 1, 0, 0).confidence == 0);
    ts_rt_kernel k = find_square(rt, 100), again = find_square(rt, 100);
    assert_memory_equal(&k, &again, sizeof k); /* the remembered answer is the first one */
    ts_rt_close(rt);
    fixture_close(f);
}

/* Times that are proportional to the work are predicted exactly; ones that scatter widen the interval. */
static void test_estimates(void **state)
{
    (void)state;
    for (int noisy = 0; noisy < 2; noisy++) {
        fixture *f = fixture_open();
        for (int size = 64; size <= 512; size += 32)
            add_square(f, size, 'a', noisy && size / 32 % 2 ? 1.3 : 1);
        ts_rt *rt = fixture_runtime(f);
        ts_rt_kernel k = find_gemm(rt, "f32", 200, 150, 250, 0, 0);
        double truth = 1e-9 * 2 * 200 * 150 * 250;
        assert_true(k.expected_seconds == 0);
        assert_true(k.estimated_lo <= truth * 1.0001 && truth <= k.estimated_hi * 1.0001);
        double width = k.estimated_hi / k.estimated_lo;
        assert_true(noisy ? width > 1.2 && width < 2.5 : width < 1.01);
        ts_rt_close(rt);
        fixture_close(f);
    }
}

/* Work that is no product of the dimensions, or too few winners: unknown, and said to be so. */
static void test_unknown_times(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    add_square(f, 64, 'a', 1);
    add_square(f, 128, 'a', 1);
    ts_rt *rt = fixture_runtime(f);
    ts_rt_kernel k = find_square(rt, 100);
    assert_true(k.estimated_seconds > 0 && k.estimated_lo == 0 && k.estimated_hi == 0);
    ts_rt_close(rt);
    fixture_sql(f, "UPDATE w SET flops = flops * flops");
    rt = fixture_runtime(f);
    assert_true(find_square(rt, 100).estimated_seconds == 0);
    ts_rt_close(rt);
    fixture_close(f);
}

/* Two variants with equal votes: the choice does not depend on the run. */
static void test_ties_in_votes_are_repeatable(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    add_square(f, 64, 'a', 1);
    add_square(f, 256, 'b', 1);
    ts_rt *one = fixture_runtime(f), *two = fixture_runtime(f);
    ts_rt_kernel k = find_square(one, 128), l = find_square(two, 128);
    assert_int_equal(marker_of(&k), marker_of(&l));
    assert_int_equal(marker_of(&k), 'b'); /* as near: the larger problem */
    ts_rt_close(one);
    ts_rt_close(two);
    fixture_close(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_near_ones_outvote_the_nearest),
        cmocka_unit_test(test_confidence),
        cmocka_unit_test(test_estimates),
        cmocka_unit_test(test_unknown_times),
        cmocka_unit_test(test_ties_in_votes_are_repeatable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
