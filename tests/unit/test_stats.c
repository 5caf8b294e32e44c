/* Statistics: exact small cases, then properties by simulation: coverage of the intervals, false alarms of
 * the tied set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "measure/stats.h"
#include "tilesmith_plugin.h"
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define CLOSE(a, b) assert_true(fabs((a) - (b)) < 1e-12)

static void medians_by_hand(void **state)
{
    (void)state;
    const double odd[] = {3, 1, 2}, even[] = {4, 1, 3, 2}, one[] = {7};
    CLOSE(ts_median(odd, 3), 2);
    CLOSE(ts_median(even, 4), 2.5);
    CLOSE(ts_median(one, 1), 7);
    assert_true(isnan(ts_median(odd, 0)));
    CLOSE(odd[0], 3); /* the input is left as it was */
}

/* Reference: R, quantile(c(15, 20, 35, 40, 50), c(0, .05, .3, .4, .5, 1), type = 7). */
static void quantiles_are_type_seven(void **state)
{
    (void)state;
    const double x[] = {50, 15, 40, 20, 35};
    CLOSE(ts_quantile(x, 5, 0), 15);
    CLOSE(ts_quantile(x, 5, 0.05), 16);
    CLOSE(ts_quantile(x, 5, 0.3), 23);
    CLOSE(ts_quantile(x, 5, 0.4), 29);
    CLOSE(ts_quantile(x, 5, 0.5), 35);
    CLOSE(ts_quantile(x, 5, 1), 50);
    CLOSE(ts_quantile(x, 5, -1), 15);
    CLOSE(ts_quantile(x, 5, 2), 50);
}

static void mad_by_hand(void **state)
{
    (void)state;
    const double x[] = {1, 1, 2, 2, 4, 6, 9}; /* median 2, deviations 1 1 0 0 2 4 7 */
    CLOSE(ts_mad(x, 7), 1.4826);
    const double flat[] = {5, 5, 5};
    CLOSE(ts_mad(flat, 3), 0);
    assert_true(isnan(ts_mad(flat, 0)));
}

static void bootstrap_of_little(void **state)
{
    (void)state;
    const double one[] = {3}, flat[] = {2, 2, 2, 2};
    ts_interval i = ts_bootstrap_median(one, 1, 0.95, 100, 1);
    CLOSE(i.lo, 3), CLOSE(i.mid, 3), CLOSE(i.hi, 3);
    i = ts_bootstrap_median(flat, 4, 0.95, 100, 1);
    CLOSE(i.lo, 2), CLOSE(i.hi, 2);
    i = ts_bootstrap_median(one, 0, 0.95, 100, 1);
    assert_true(isnan(i.lo) && isnan(i.mid) && isnan(i.hi));
    i = ts_bootstrap_median(one, 1, 0.95, 0, 1);
    assert_true(isnan(i.mid));
}

/* Of two values, a resample's median is low, middle, high with probability 1/4, 1/2, 1/4: known quantiles. */
static void bootstrap_of_two_values(void **state)
{
    (void)state;
    const double x[] = {1, 3};
    ts_interval wide = ts_bootstrap_median(x, 2, 0.95, 4000, 7),
                narrow = ts_bootstrap_median(x, 2, 0.40, 4000, 7);
    CLOSE(wide.lo, 1), CLOSE(wide.mid, 2), CLOSE(wide.hi, 3);
    CLOSE(narrow.lo, 2), CLOSE(narrow.hi, 2);
}

static void bootstrap_is_deterministic_by_seed(void **state)
{
    (void)state;
    const double x[] = {1, 2.5, 3, 4.25, 5, 6.5, 7, 8.125, 9};
    ts_interval a = ts_bootstrap_median(x, 9, 0.9, 300, 42), b = ts_bootstrap_median(x, 9, 0.9, 300, 42);
    assert_memory_equal(&a, &b, sizeof a);
    assert_true(a.lo <= a.mid && a.mid <= a.hi && a.lo < a.hi);
}

static void ratios_are_paired(void **state)
{
    (void)state;
    const double a[] = {2, 20, 200, 2000}, b[] = {1, 10, 100, 1000};
    ts_interval i = ts_bootstrap_ratio(a, b, 4, 0.95, 200, 1);
    CLOSE(i.lo, 2), CLOSE(i.mid, 2), CLOSE(i.hi, 2);
}

/* Timings as they are: a right-skewed bulk, now and then a large outlier (ANCHORS of the field: p99 at 1.4
 * to 1.8 x the median). */
static double timing_noise(ts_rng *rng)
{
    double u = ts_rng_unit(rng), v = ts_rng_unit(rng);
    double normal = sqrt(-2 * log(1 - u)) * cos(2 * acos(-1.0) * v); /* Box & Muller 1958 */
    double noise = exp(0.03 * normal);
    return ts_rng_unit(rng) < 0.02 ? noise * (1.4 + 2 * ts_rng_unit(rng)) : noise;
}

static double true_median(void)
{
    enum { N = 20001 };
    static double x[N];
    ts_rng rng;
    ts_rng_seed(&rng, 99);
    for (size_t i = 0; i < N; i++) {
        x[i] = timing_noise(&rng);
    }
    return ts_median(x, N);
}

/* A 95 % interval holds the truth in about 95 % of the trials: 600 trials have a standard error of 0.9 %. */
static void bootstrap_covers(void **state)
{
    (void)state;
    enum { TRIALS = 600, N = 25 };
    double truth = true_median(), x[N];
    int covered = 0;
    ts_rng rng;
    ts_rng_seed(&rng, 5);
    for (int t = 0; t < TRIALS; t++) {
        for (size_t i = 0; i < N; i++) {
            x[i] = timing_noise(&rng);
        }
        ts_interval interval = ts_bootstrap_median(x, N, 0.95, 400, (uint64_t)t);
        covered += interval.lo <= truth && truth <= interval.hi;
    }
    double coverage = (double)covered / TRIALS;
    print_message("bootstrap coverage %.3f\n", coverage);
    assert_true(coverage > 0.92 && coverage < 0.985);
}

#define MOST   12
#define ROUNDS 40

/* Row i is slowed by factor[i]; whole rounds drift by up to 30 %, as shared machines do. */
static void simulate(double *samples, const double *factor, size_t count, size_t rounds, ts_rng *rng)
{
    for (size_t r = 0; r < rounds; r++) {
        double drift = 1 + 0.3 * ts_rng_unit(rng);
        for (size_t i = 0; i < count; i++) {
            samples[i * rounds + r] = 1e-3 * factor[i] * drift * timing_noise(rng);
        }
    }
}

/* Share of the trials in which any of `count` equal variants is declared slower. */
static double false_alarms(size_t count, size_t rounds, int trials, uint64_t seed)
{
    double samples[MOST * ROUNDS], equal[MOST];
    _Bool tied[MOST];
    ts_rng rng;
    int alarms = 0;
    ts_rng_seed(&rng, seed);
    for (size_t i = 0; i < count; i++) {
        equal[i] = 1;
    }
    for (int t = 0; t < trials; t++) {
        size_t best, out = 0;
        simulate(samples, equal, count, rounds, &rng);
        ts_tied_set(samples, count, rounds, 0.95, 0, (uint64_t)t, &best, tied);
        for (size_t i = 0; i < count; i++) {
            out += !tied[i];
        }
        alarms += out > 0;
    }
    return (double)alarms / trials;
}

static void equal_variants_stay_tied(void **state)
{
    (void)state;
    static const struct {
        size_t count, rounds;
        int trials;
    } cases[] = {{2, 8, 2000}, {2, 25, 1500}, {5, 15, 500}, {8, 25, 300}, {12, 20, 150}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double rate = false_alarms(cases[i].count, cases[i].rounds, cases[i].trials, 17 + i);
        double sampling_error = 2 * sqrt(0.05 * 0.95 / cases[i].trials);
        print_message("A/A, %zu variants, %zu rounds: %.3f false alarms\n", cases[i].count, cases[i].rounds,
                      rate);
        assert_true(rate <= 0.05 + sampling_error);
    }
}

static void slower_variants_are_told_apart(void **state)
{
    (void)state;
    const double factor[] = {1.10, 1.00, 1.001, 1.30};
    double samples[4 * 25];
    _Bool tied[4];
    int found = 0;
    ts_rng rng;
    ts_rng_seed(&rng, 3);
    for (int t = 0; t < 100; t++) {
        size_t best;
        simulate(samples, factor, 4, 25, &rng);
        ts_tied_set(samples, 4, 25, 0.95, 0, 1, &best, tied);
        assert_true(best == 1 || best == 2);
        assert_true(tied[best]);
        assert_false(tied[3]);
        found += !tied[0];
    }
    assert_true(found >= 95); /* 10 % at 3 % noise and 25 rounds */
}

static void equivalence_keeps_small_differences_tied(void **state)
{
    (void)state;
    enum { N = 20 };
    double samples[2 * N];
    size_t best;
    _Bool tied[2];
    for (size_t r = 0; r < N; r++) {
        samples[r] = 1.0 + 0.001 * (double)(r % 3);
        samples[N + r] = 1.004 * samples[r];
    }
    ts_tied_set(samples, 2, N, 0.95, 0, 1, &best, tied);
    assert_int_equal(best, 0);
    assert_false(tied[1]);
    ts_tied_set(samples, 2, N, 0.95, 0.005, 1, &best, tied);
    assert_true(tied[1]);
    ts_tied_set(samples, 2, N, 0.95, 0.003, 1, &best, tied);
    assert_false(tied[1]);
}

/* Seven rounds give a two-sided p of 2/128 at best, below half of 5 %; six give 2/64: never enough. */
static void too_few_rounds_prove_nothing(void **state)
{
    (void)state;
    double samples[2 * 7];
    size_t best;
    _Bool tied[2];
    for (size_t rounds = 6; rounds <= 7; rounds++) {
        for (size_t r = 0; r < rounds; r++) {
            samples[r] = 2 + 0.01 * (double)r;
            samples[rounds + r] = 1;
        }
        ts_tied_set(samples, 2, rounds, 0.95, 0, 1, &best, tied);
        assert_int_equal(best, 1);
        assert_int_equal(tied[0], rounds == 6);
    }
}

static void failed_entrants_never_win(void **state)
{
    (void)state;
    enum { N = 10 };
    double samples[3 * N];
    size_t best;
    _Bool tied[3];
    for (size_t r = 0; r < N; r++) {
        samples[r] = NAN;
        samples[N + r] = 2;
        samples[2 * N + r] = r == 4 ? NAN : 1;
    }
    ts_tied_set(samples, 3, N, 0.95, 0, 1, &best, tied);
    assert_int_equal(best, 1);
    assert_true(!tied[0] && tied[1] && !tied[2]);
    ts_tied_set(samples, 1, N, 0.95, 0, 1, &best, tied);
    assert_false(tied[0]);
    ts_tied_set(samples, 0, N, 0.95, 0, 1, &best, tied);
    assert_int_equal(best, 0);
}

/* The round that was slow for everyone must not count against those measured in it. */
static void rounds_are_normalised(void **state)
{
    (void)state;
    enum { N = 9 };
    double samples[2 * N];
    size_t best;
    _Bool tied[2];
    for (size_t r = 0; r < N; r++) {
        double drift = r % 2 ? 10 : 1;
        samples[r] = drift * 1.05;
        samples[N + r] = drift;
    }
    ts_tied_set(samples, 2, N, 0.95, 0, 1, &best, tied);
    assert_int_equal(best, 1);
    assert_false(tied[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians_by_hand),
        cmocka_unit_test(quantiles_are_type_seven),
        cmocka_unit_test(mad_by_hand),
        cmocka_unit_test(bootstrap_of_little),
        cmocka_unit_test(bootstrap_of_two_values),
        cmocka_unit_test(bootstrap_is_deterministic_by_seed),
        cmocka_unit_test(ratios_are_paired),
        cmocka_unit_test(bootstrap_covers),
        cmocka_unit_test(equal_variants_stay_tied),
        cmocka_unit_test(slower_variants_are_told_apart),
        cmocka_unit_test(equivalence_keeps_small_differences_tied),
        cmocka_unit_test(too_few_rounds_prove_nothing),
        cmocka_unit_test(failed_entrants_never_win),
        cmocka_unit_test(rounds_are_normalised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
