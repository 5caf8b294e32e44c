/* Eight threads look up and multiply at once: measured shapes, unmeasured ones, variants that load late and
 * ones that don't. */
#include "runtime/internal.h"
#include "runtime_fixture.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 8, ROUNDS = 400 };

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COUNTS_ALLOCATIONS 1
/* Allocations and locks of this thread, counted by these wrappers once `counting` is set. */
static _Thread_local int counting, allocations;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
void *malloc(size_t size)
{
    allocations += counting;
    return __libc_malloc(size);
}
void *calloc(size_t count, size_t size)
{
    allocations += counting;
    return __libc_calloc(count, size);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    static int (*_Atomic real)(pthread_mutex_t *);
    int (*next)(pthread_mutex_t *) = atomic_load(&real);
    if (next == NULL) {
        void *symbol = dlsym(RTLD_NEXT, "pthread_mutex_lock");
        memcpy(&next, &symbol, sizeof next);
        atomic_store(&real, next);
    }
    allocations += counting;
    return next(mutex);
}
#endif

typedef struct work {
    ts_rt *rt;
    pthread_barrier_t *start;
    int index;
    const char *wrong; /**< what was not as expected; NULL: nothing */
} work;

/* The marker that must answer for m x 64 x 64, or 0 for the default. */
static char expected(int64_t m)
{
    return m <= 8 * 64 && m >= 64 / 8 ? 'a' : 'b';
}

static const char *multiply(ts_rt *rt, int64_t m)
{
    enum { LIMIT = 64 };
    static _Thread_local float a[4096 * LIMIT], c[4096 * LIMIT];
    static _Thread_local float b[LIMIT * LIMIT];
    if (ts_rt_gemm_f32(rt, m, LIMIT, LIMIT, 1, a, LIMIT, b, LIMIT, 0, c, LIMIT) != 0)
        return "a product was refused";
    return c[0] == (float)expected(m) ? NULL : "another variant answered";
}

static void *run(void *context)
{
    work *w = context;
    pthread_barrier_wait(w->start);
    for (int round = 0; round < ROUNDS && w->wrong == NULL; round++) {
        int64_t m = 8 + (int64_t)((unsigned)(round * 7919 + w->index * 31) % 4000);
        w->wrong = multiply(w->rt, round % 3 == 0 ? 64 : m);
        const int64_t dims[] = {m, 64, 64, 0, round % 2}, f64[] = {m, 64, 64, 0, 0};
        ts_rt_kernel k, l;
        if (ts_rt_find(w->rt, "gemm", "f32", dims, 5, &k) != 0 ||
            (round % 2 == 1) != (k.rung == TS_RT_DEFAULT))
            w->wrong = "the other transposition was not answered by the default";
        if (ts_rt_find(w->rt, "gemm", "f64", f64, 5, &l) != 0 || l.rung != TS_RT_DEFAULT ||
            strstr(l.why, "made to fail") == NULL)
            w->wrong = "a variant that doesn't compile was not passed over";
    }
    return NULL;
}

/* ---- one slot, many shapes
 * ----------------------------------------------------------------------------------- */

#ifdef COUNTS_ALLOCATIONS
enum { RIVALS = 2, LOOKUPS = 2000000 };
#else
enum { RIVALS = 2, LOOKUPS = 200000 }; /* sanitizers are slow, and TSan needs no luck */
#endif

/* Unmeasured shapes that the cache keeps in one slot; even ones are answered by the nearest rung, odd ones by
 * the family's. */
typedef struct rivalry {
    ts_rt *rt;
    pthread_barrier_t start;
    int64_t dims[RIVALS][5];
    _Atomic int wrong;
} rivalry;

static uint64_t slot_number(const int64_t *dims)
{
    return tsrt_hash(TSRT_GEMM_F32, dims, 5) / (UINT64_MAX / TSRT_SLOTS + 1);
}

static void find_rivals(rivalry *r)
{
    int64_t tried = 0;
    for (int i = 0; i < RIVALS; i++) {
        int64_t *d = r->dims[i];
        d[2] = 64;
        do {
            tried++;
            d[0] = i % 2 == 0 ? 65 + tried % 400 : 5000 + tried;
            d[1] = i % 2 == 0 ? 65 + tried / 400 : 64;
        } while (i > 0 && slot_number(d) != slot_number(r->dims[0]));
    }
}

static void *contend(void *context)
{
    rivalry *r = context;
    pthread_barrier_wait(&r->start);
    unsigned random = (unsigned)(uintptr_t)&random;
    for (int i = 0; i < LOOKUPS; i++) {
        random = random * 1664525u + 1013904223u;
        unsigned which = random >> 16 & 1;
        ts_rt_kernel k;
        if (ts_rt_find(r->rt, "gemm", "f32", r->dims[which], 5, &k) != 0 ||
            k.rung != (which == 0 ? TS_RT_NEAREST : TS_RT_FAMILY))
            atomic_fetch_add(&r->wrong, 1);
    }
    return NULL;
}

static void add_winners(fixture *f)
{
    fixture_add(f, (winner){.problem = "m=64,n=64,k=64,ta=0,tb=0", .letter = 'a', .workspace = 4096});
    fixture_add(f, (winner){.problem = "m=4096,n=4,k=64,ta=0,tb=0",
                            .letter = 'b',
                            .flops = 1e9,
                            .workspace = 9000,
                            .huge_pages = 1});
    fixture_add(f, (winner){.problem = "m=64,n=64,k=64,ta=0,tb=0",
                            .letter = 'c',
                            .type = "f64",
                            .source = "#error made to fail\n"});
}

static void test_eight_threads(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    add_winners(f);
    ts_rt *rt = fixture_runtime(f);
    pthread_t threads[THREADS];
    work works[THREADS];
    pthread_barrier_t start;
    assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
    for (int i = 0; i < THREADS; i++) {
        works[i] = (work){.rt = rt, .start = &start, .index = i};
        assert_int_equal(pthread_create(&threads[i], NULL, run, &works[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < THREADS; i++)
        if (works[i].wrong != NULL)
            fail_msg("thread %d: %s", i, works[i].wrong);
    pthread_barrier_destroy(&start);
    ts_rt_close(rt);
    fixture_close(f);
}

/* A torn slot would answer one shape with another's kernel. */
static void test_one_slot(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    add_winners(f);
    rivalry r = {.rt = fixture_runtime(f)};
    find_rivals(&r);
    pthread_t threads[4];
    assert_int_equal(pthread_barrier_init(&r.start, NULL, 4), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, contend, &r), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    pthread_barrier_destroy(&r.start);
    assert_int_equal(atomic_load(&r.wrong), 0);
    ts_rt_close(r.rt);
    fixture_close(f);
}

/* Measured, unmeasured, and evicted shapes: after the first lookup neither malloc nor a mutex is touched. */
static void test_no_lock_no_allocation(void **state)
{
    (void)state;
#ifdef COUNTS_ALLOCATIONS
    fixture *f = fixture_open();
    add_winners(f);
    ts_rt *rt = fixture_runtime(f);
    assert_null(multiply(rt, 64));
    assert_null(multiply(rt, 4000));
    for (int64_t m = 1; m < 4000; m++)
        find_gemm(rt, "f32", m, 64, 64, 0, 0);
    allocations = 0;
    counting = 1;
    const char *wrong = multiply(rt, 64);
    for (int64_t m = 1; m < 4000; m++)
        find_gemm(rt, "f32", m, 64, 64, 0, 0);
    const char *also = multiply(rt, 4000);
    counting = 0;
    assert_null(wrong);
    assert_null(also);
    assert_int_equal(allocations, 0);
    counting = 1; /* and the counter does count */
    ts_rt_kernel fresh = find_gemm(rt, "f64", 3, 3, 3, 1, 1);
    counting = 0;
    assert_non_null(fresh.function);
    assert_true(allocations > 0);
    ts_rt_close(rt);
    fixture_close(f);
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_eight_threads), cmocka_unit_test(test_one_slot),
                                       cmocka_unit_test(test_no_lock_no_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
