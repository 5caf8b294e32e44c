#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tilesmith_plugin.h"

/* First outputs of the reference algorithm, computed once with an independent implementation in Python. */
static void test_known_sequence(void **state)
{
    (void)state;
    static const uint64_t expected[4] = {0x15780b2e0c2ec716u, 0x6104d9866d113a7eu, 0xae17533239e499a1u,
                                         0xecb8ad4703b360a1u};
    ts_rng rng;
    ts_rng_seed(&rng, 42);
    for (int i = 0; i < 4; i++)
        assert_true(ts_rng_next(&rng) == expected[i]);
}

static void test_below_is_uniform(void **state)
{
    (void)state;
    enum { bound = 7, draws = 70000 };
    size_t counts[bound] = {0};
    double chi2 = 0;
    ts_rng rng;
    ts_rng_seed(&rng, 1);
    for (int i = 0; i < draws; i++) {
        uint64_t x = ts_rng_below(&rng, bound);
        assert_true(x < bound);
        counts[x]++;
    }
    for (int i = 0; i < bound; i++) {
        double off = (double)counts[i] - (double)draws / bound;
        chi2 += off * off / ((double)draws / bound);
    }
    assert_true(chi2 < 22.5); /* the 99.9 % quantile with 6 degrees of freedom */
}

/* With a bound of 3/4 of the range, taking remainders would give the lower third twice as often. */
static void test_below_is_not_biased(void **state)
{
    (void)state;
    const uint64_t bound = 3ull << 62;
    int low = 0;
    ts_rng rng;
    ts_rng_seed(&rng, 5);
    for (int i = 0; i < 30000; i++)
        low += ts_rng_below(&rng, bound) < bound / 3;
    assert_in_range(low, 9700, 10300);
    assert_true(ts_rng_below(&rng, 1) == 0);
}

static void test_unit(void **state)
{
    (void)state;
    double sum = 0;
    ts_rng rng;
    ts_rng_seed(&rng, 9);
    for (int i = 0; i < 100000; i++) {
        double u = ts_rng_unit(&rng);
        assert_true(u >= 0 && u < 1);
        sum += u;
    }
    assert_true(sum > 49500 && sum < 50500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_sequence),
        cmocka_unit_test(test_below_is_uniform),
        cmocka_unit_test(test_below_is_not_biased),
        cmocka_unit_test(test_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
