/* Large spaces are built quickly and in little memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "space_fixture.h"
#include <sys/resource.h>
#include <time.h>

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Build, then sample: each sample must decode to a valid configuration that encodes back to itself. */
static void check_large(const char *label, const draft *d, double raw, uint64_t least, uint64_t most,
                        double seconds)
{
    double start = cpu_seconds();
    ts_space *space = build(d);
    double built = cpu_seconds() - start;
    const uint64_t count = ts_space_count(space);
    ts_rng rng;
    ts_rng_seed(&rng, 3);
    assert_true(ts_space_raw_count(space) >= raw);
    assert_in_range(count, least, most);
    for (int i = 0; i < 20000; i++) {
        uint64_t config = ts_rng_below(&rng, count), back;
        uint16_t ordinals[MOST];
        ts_value slots[MOST + 1];
        ts_space_decode(space, config, ordinals);
        assert_true(ts_space_encode(space, ordinals, &back));
        assert_int_equal(back, config);
        ts_space_values(space, config, slots);
        assert_true(is_valid(d, slots, ordinals));
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double all = cpu_seconds() - start;
    print_message(
        "%s: %.2g raw, %llu valid, %zu nodes, built in %.3f s, with 20000 samples %.3f s, %ld MiB at most\n",
        label, raw, (unsigned long long)count, ts_space_nodes(space), built, all, usage.ru_maxrss / 1024);
#if !defined(__SANITIZE_ADDRESS__)
    assert_true(all < seconds);
    assert_true(usage.ru_maxrss < 200 * 1024);
#else
    (void)seconds;
#endif
    ts_space_free(space);
}

static void test_large_product(void **state)
{
    (void)state;
    draft d;
    begin(&d);
    add_letters(&d, 6, 1, 100);
    constrain(&d, "a*b*c*d*e*f <= 1200");
    check_large("bounded product", &d, 1e12, 500000, 2000000, 2);
    end(&d);
}

static void test_large_divisibility(void **state)
{
    (void)state;
    draft d;
    begin(&d);
    add_letters(&d, 6, 1, 100);
    constrain(&d, "a % b == 0");
    constrain(&d, "c % d == 0");
    constrain(&d, "e % f == 0");
    constrain(&d, "b*d*f <= 100");
    constrain(&d, "a + c + e <= 100");
    check_large("divisibility chains", &d, 1e12, 100000, 10000000, 2);
    end(&d);
}

static void test_large_sum(void **state)
{
    (void)state;
    draft d;
    begin(&d);
    add_letters(&d, 6, 1, 100);
    constrain(&d, "a+b+c+d+e+f == 50");
    check_large("sum", &d, 1e12, 500000, 3000000, 2);
    end(&d);
}

/* Hash-like constraints: residuals hardly ever agree. */
static void test_large_weak_sharing(void **state)
{
    (void)state;
    draft d;
    begin(&d);
    add_letters(&d, 6, 1, 100);
    constrain(&d, "(a*7919 + b*104729 + c*1299709) % 100 == 7");
    constrain(&d, "(a*31 + b*57 + c*91 + d*1237) % 100 == 11");
    constrain(&d, "(a*b*c*d*7 + e*3571) % 100 == 13");
    check_large("weak sharing", &d, 1e12, 1000000, 1000000, 2);
    end(&d);
}

static void test_huge_coupled(void **state)
{
    (void)state;
    draft d;
    begin(&d);
    add_letters(&d, 10, 1, 32);
    constrain(&d, "a*b*c <= 64 && d*e*f <= 64");
    constrain(&d, "g*h*i*j <= 96");
    constrain(&d, "a*d*g <= 64 && b*e*h <= 48");
    constrain(&d, "a % d == 0 || d % a == 0");
    constrain(&d, "j % a == 0 && c % f == 0 && i >= c");
    check_large("coupled products, 10 parameters", &d, 1e15, 1000000, 50000000, 3);
    end(&d);
}

static void test_huge_categorical(void **state)
{
    (void)state;
    draft d;
    begin(&d);
    ts_space_param_spec *p = add(&d, "algorithm", TS_PARAM_CATEGORICAL);
    d.values[0][p->count++] = ts_string("packed");
    d.values[0][p->count++] = ts_string("direct");
    add_letters(&d, 10, 1, 32);
    for (size_t i = 5; i <= 10; i++)
        when(&d, i, "algorithm == 'packed'", 0);
    constrain(&d, "algorithm != 'direct' || a*b*c*d <= 256");
    constrain(&d, "algorithm != 'packed' || (a*b <= 28 && (a + b)*c <= 64 && c*d <= 32 && d % a == 0)");
    constrain(&d, "e <= f && f <= g && g <= h && h <= 8 && i*j <= 8");
    check_large("categorical implication, 11 parameters", &d, 1e15, 1000000, 50000000, 2);
    end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_product), cmocka_unit_test(test_large_divisibility),
        cmocka_unit_test(test_large_sum),     cmocka_unit_test(test_large_weak_sharing),
        cmocka_unit_test(test_huge_coupled),  cmocka_unit_test(test_huge_categorical),
    };
    return cmocka_run_group_tests_name("space construction", tests, NULL, NULL);
}
