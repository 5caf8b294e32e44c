/* Counters, modes, what a lookup costs; eight threads at a million lookups each. */
#include "runtime/internal.h"
#include "runtime_fixture.h"
#include <dlfcn.h>
#include <papi.h>
#include <pthread.h>
#include <time.h>

static void add_winners(fixture *f)
{
    fixture_add(f, (winner){.problem = "m=64,n=64,k=64,ta=0,tb=0", .letter = 'a', .flops = 524288});
    fixture_add(f, (winner){.problem = "m=128,n=64,k=64,ta=0,tb=0", .letter = 'b', .flops = 1048576});
    fixture_add(f,
                (winner){.problem = "m=8,n=8,k=8,ta=0,tb=0", .letter = 'd', .fixed_shape = 1, .flops = 1024});
}

static ts_rt_stats stats_of(const ts_rt *rt)
{
    ts_rt_stats s;
    assert_int_equal(ts_rt_stats_read(rt, &s), 0);
    return s;
}

static void test_counts(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    add_winners(f);
    ts_rt *rt = fixture_runtime(f);
    ts_rt_kernel k;
    const int64_t none[] = {1, 2};
    float a[16] = {0}, c[16];
    find_gemm(rt, "f32", 64, 64, 64, 0, 0);
    find_gemm(rt, "f32", 64, 64, 64, 0, 0);
    find_gemm(rt, "f32", 65, 64, 64, 0, 0);
    find_gemm(rt, "f32", 9999, 1, 1, 0, 0);
    find_gemm(rt, "f64", 64, 64, 64, 0, 0);
    assert_int_equal(ts_rt_find(rt, "none", "f32", none, 2, &k), -1);
    assert_non_null(ts_rt_why(rt, "gemm", "f32", (const int64_t[]){64, 64, 64, 0, 0}, 5));
    assert_int_equal(ts_rt_gemm_f32(rt, 2, 3, 4, 1, a, 4, a, 3, 0, c, 3), 0);
    assert_int_equal(ts_rt_gemm_f32(rt, 2, 3, 4, 1, a, 4, a, 3, 0, c, 3), 0);
    ts_rt_stats s = stats_of(rt);
    assert_int_equal(s.rungs[TS_RT_EXACT], 2);
    assert_int_equal(s.rungs[TS_RT_NEAREST] + s.rungs[TS_RT_FAMILY], 4);
    assert_int_equal(s.rungs[TS_RT_DEFAULT], 1);
    assert_int_equal(s.lookups, 7);
    assert_int_equal(s.misses, 1);
    assert_int_equal(s.calls, 2);
    assert_true(s.flop == 2 * 2 * 2 * 3 * 4);
    assert_int_equal(ts_rt_stats_read(NULL, &s), -1);
    assert_int_equal(ts_rt_stats_read(rt, NULL), -1);
    ts_rt_close(rt);
    fixture_close(f);
}

/* ---- threads
 * ------------------------------------------------------------------------------------------------ */

enum { THREADS = 8, EACH = 1000000 };

static void *look_up(void *context)
{
    ts_rt *rt = context;
    ts_rt_kernel k;
    for (int i = 0; i < EACH; i++) {
        const int64_t dims[] = {64 + i % 3, 64, 64, 0, 0};
        if (ts_rt_find(rt, "gemm", "f32", dims, 5, &k) != 0 ||
            (k.rung != (i % 3 == 0 ? TS_RT_EXACT : TS_RT_NEAREST)))
            return rt;
    }
    return NULL;
}

static void test_eight_threads_a_million_lookups_each(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    add_winners(f);
    ts_rt *rt = fixture_runtime(f);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, look_up, rt), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    assert_int_equal(stats_of(rt).lookups, (uint64_t)THREADS * EACH);
    ts_rt_close(rt);
    fixture_close(f);
}

static void *look_up_once(void *context)
{
    find_gemm(context, "f32", 64, 64, 64, 0, 0);
    return NULL;
}

/* More threads than lines, one after the other and at once: nothing is lost. */
static void test_many_threads(void **state)
{
    (void)state;
    enum { MANY = 200 };
    fixture *f = fixture_open();
    add_winners(f);
    ts_rt *rt = fixture_runtime(f);
    pthread_t threads[MANY];
    for (int i = 0; i < MANY; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, look_up_once, rt), 0);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(stats_of(rt).lookups, MANY);
    ts_rt_close(rt);
    fixture_close(f);
}

/* ---- what it costs
 * ------------------------------------------------------------------------------------------ */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOW 40
#else
#define SLOW 4 /* than the bounds in docs/runtime.md: other programs run beside this test */
#endif

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double least_ns(ts_rt *rt, int64_t m, int fresh)
{
    double least = 1e9;
    for (int round = 0; round < 30; round++) {
        double begin = now_ns();
        for (int i = 0; i < 400; i++)
            find_gemm(rt, "f32", fresh ? m + round * 400 + i : m, 64, 64, 0, 0);
        double took = (now_ns() - begin) / 400;
        least = took < least ? took : least;
    }
    return least;
}

static void test_lookups_are_cheap(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    add_winners(f);
    ts_rt *rt = fixture_runtime(f);
    double known = least_ns(rt, 64, 0), unknown = least_ns(rt, 66, 0), first = least_ns(rt, 70, 1);
    if (known > 15 * SLOW || unknown > 15 * SLOW || first > 200 * SLOW)
        fail_msg("known %.1f ns, unknown %.1f ns, first %.1f ns", known, unknown, first);
    ts_rt_close(rt);
    fixture_close(f);
}

/* ---- modes
 * -------------------------------------------------------------------------------------------------- */

static ts_rt *open_mode(const fixture *f, const char *mode)
{
    setenv("TILESMITH_RT", mode, 1);
    ts_rt *rt = fixture_runtime(f);
    unsetenv("TILESMITH_RT");
    return rt;
}

static void test_pin(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    add_winners(f);
    ts_rt *rt = open_mode(f, "pin:bbbbbbbb");
    ts_rt_kernel k = find_gemm(rt, "f32", 64, 64, 64, 0, 0);
    assert_int_equal(k.rung, TS_RT_PINNED);
    assert_int_equal(marker_of(&k), 'b');
    assert_says(k.why, "pin names variant bbbbbbbb");
    assert_int_equal(find_gemm(rt, "f64", 64, 64, 64, 0, 0).rung, TS_RT_DEFAULT);
    ts_rt_close(rt);
    rt = open_mode(f, "pin:dddddddd"); /* serves its one shape; elsewhere the ladder answers */
    assert_int_equal(find_gemm(rt, "f32", 8, 8, 8, 0, 0).rung, TS_RT_PINNED);
    assert_int_equal(find_gemm(rt, "f32", 64, 64, 64, 0, 0).rung, TS_RT_EXACT);
    ts_rt_close(rt);
    rt = open_mode(f, "pin:00000000");
    assert_says(ts_rt_status(rt), "no winner has the variant that was pinned");
    ts_rt_close(rt);
    fixture_close(f);
}

static void test_pin_of_what_is_kept_beside(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    fixture_add(f, (winner){.problem = "m=64,n=64,k=64,ta=0,tb=0", .letter = 'a', .fixed_shape = 1});
    fixture_beside(f, "m=64,n=64,k=64,ta=0,tb=0", 'b');
    ts_rt *rt = open_mode(f, "pin:bbbbbbbb");
    ts_rt_kernel k = find_gemm(rt, "f32", 64, 64, 64, 0, 0);
    assert_int_equal(k.rung, TS_RT_PINNED);
    assert_int_equal(marker_of(&k), 'b');
    assert_says(k.why, "kept beside the winner for m=64");
    ts_rt_close(rt);
    fixture_close(f);
}

static void test_force(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    add_winners(f);
    ts_rt_options options = {.database = f->database, .force = "dddddddd"};
    ts_rt *rt;
    ts_rt_kernel k;
    const int64_t other[] = {64, 64, 64, 0, 0};
    float x[64 * 64] = {0};
    assert_int_equal(ts_rt_open_with(&options, &rt), 0);
    assert_int_equal(find_gemm(rt, "f32", 8, 8, 8, 0, 0).rung, TS_RT_PINNED);
    assert_int_equal(ts_rt_find(rt, "gemm", "f32", other, 5, &k), -1);
    assert_says(k.why, "force");
    assert_null(k.function);
    x[0] = 7;
    assert_int_equal(ts_rt_gemm_f32(rt, 64, 64, 64, 1, x, 64, x, 64, 0, x, 64), -1);
    assert_true(x[0] == 7);
    assert_int_equal(stats_of(rt).misses, 2);
    ts_rt_close(rt);
    options.force = "../../x";
    assert_int_equal(ts_rt_open_with(&options, &rt), 0);
    assert_says(ts_rt_status(rt), "not 8 to 32 hex digits");
    ts_rt_close(rt);
    fixture_close(f);
}

static void test_exact_and_readonly(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    add_winners(f);
    ts_rt *rt = open_mode(f, "exact");
    assert_int_equal(find_gemm(rt, "f32", 64, 64, 64, 0, 0).rung, TS_RT_EXACT);
    assert_int_equal(find_gemm(rt, "f32", 65, 64, 64, 0, 0).rung, TS_RT_DEFAULT);
    ts_rt_close(rt);
    snprintf(f->cache, sizeof f->cache, "%s/empty", f->folder);
    setenv("TILESMITH_CACHE", f->cache, 1);
    rt = open_mode(f, "readonly");
    assert_int_equal(find_gemm(rt, "f32", 64, 64, 64, 0, 0).rung, TS_RT_DEFAULT);
    assert_int_equal(access(f->cache, F_OK), -1); /* nothing was made */
    ts_rt_close(rt);
    rt = open_mode(f, "exact,nonsense");
    assert_says(ts_rt_status(rt), "'nonsense' in TILESMITH_RT is not understood");
    assert_int_equal(find_gemm(rt, "f32", 65, 64, 64, 0, 0).rung, TS_RT_DEFAULT);
    ts_rt_close(rt);
    fixture_close(f);
}

/* ---- PAPI
 * --------------------------------------------------------------------------------------------------- */

#ifdef __SANITIZE_ADDRESS__
/* libsde forgets the text of a description when it is replaced. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libsde.so\n";
}
#endif

/* The events as any PAPI tool reads them: libsde is loaded before PAPI and before the runtime. */
static void test_papi_reads_the_counters(void **state)
{
    (void)state;
    if (dlopen("libsde.so.1", RTLD_NOW | RTLD_GLOBAL) == NULL) {
        print_message("skipped: libsde.so.1 (PAPI's software-defined events) is not installed\n");
        skip();
    }
    fixture *f = fixture_open();
    add_winners(f);
    ts_rt *rt = fixture_runtime(f);
    int set = PAPI_NULL, version = PAPI_library_init(PAPI_VER_CURRENT);
    long long values[2] = {-1, -1};
    if (version != PAPI_VER_CURRENT || PAPI_create_eventset(&set) != PAPI_OK ||
        PAPI_add_named_event(set, "sde:::tilesmith_rt::lookups") != PAPI_OK ||
        PAPI_add_named_event(set, "sde:::tilesmith_rt::hits_exact") != PAPI_OK ||
        PAPI_start(set) != PAPI_OK) {
        print_message("skipped: PAPI's sde component cannot be used here\n");
        ts_rt_close(rt);
        fixture_close(f);
        skip();
    }
    for (int i = 0; i < 10; i++)
        find_gemm(rt, "f32", 64 + i / 7, 64, 64, 0, 0);
    assert_int_equal(PAPI_stop(set, values), PAPI_OK);
    assert_int_equal(values[0], 10);
    assert_int_equal(values[1], 7);
    ts_rt_close(rt);
    fixture_close(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_eight_threads_a_million_lookups_each),
        cmocka_unit_test(test_many_threads),
        cmocka_unit_test(test_lookups_are_cheap),
        cmocka_unit_test(test_pin),
        cmocka_unit_test(test_pin_of_what_is_kept_beside),
        cmocka_unit_test(test_force),
        cmocka_unit_test(test_exact_and_readonly),
        cmocka_unit_test(test_papi_reads_the_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
