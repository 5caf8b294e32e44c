/* The built-in matrix product against a naive one, and the checks in front of it. */
#include "runtime/internal.h"
#include "runtime_fixture.h"
#include <math.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

/* Multiples of 1/8 in [-1, 1]: products and their sums are exact in f32 for these sizes, so any difference is
 * a bug. */
static double element(size_t i)
{
    return (double)((i * 7919 + 13) % 17) / 8.0 - 1.0;
}

/* A buffer of `count` elements of `size` bytes that ends at a page nobody may touch. */
typedef struct guarded {
    char *base;
    size_t mapped;
    void *data;
} guarded;

static guarded guarded_new(size_t count, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = count * size;
    guarded g = {.mapped = (bytes + 2 * page - 1) / page * page};
    g.base = mmap(NULL, g.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(g.base != MAP_FAILED);
    assert_int_equal(mprotect(g.base + g.mapped - page, page, PROT_NONE), 0);
    g.data = g.base + g.mapped - page - bytes;
    return g;
}

static void guarded_free(guarded *g)
{
    munmap(g->base, g->mapped);
}

typedef struct problem {
    int64_t m, n, k, pad;
    int ta, tb;
    double alpha, beta;
} problem;

/* Elements between the first and the last of `rows` rows. */
static size_t extent(int64_t rows, int64_t columns, int64_t ld)
{
    return rows == 0 || columns == 0 ? 0 : (size_t)((rows - 1) * ld + columns);
}

#define DEFINE_CHECK(real, suffix, index)                                                                    \
    static void check_##suffix(problem p)                                                                    \
    {                                                                                                        \
        int64_t rows_a = p.ta ? p.k : p.m, cols_a = p.ta ? p.m : p.k, rows_b = p.tb ? p.n : p.k,             \
                cols_b = p.tb ? p.k : p.n;                                                                   \
        int64_t lda = cols_a + p.pad, ldb = cols_b + 2 * p.pad, ldc = p.n + 3 * p.pad;                       \
        guarded ga = guarded_new(extent(rows_a, cols_a, lda), sizeof(real));                                 \
        guarded gb = guarded_new(extent(rows_b, cols_b, ldb), sizeof(real));                                 \
        guarded gc = guarded_new(extent(p.m, p.n, ldc), sizeof(real));                                       \
        real *a = ga.data, *b = gb.data, *c = gc.data;                                                       \
        for (size_t i = 0; i < extent(rows_a, cols_a, lda); i++)                                             \
            a[i] = (real)element(i);                                                                         \
        for (size_t i = 0; i < extent(rows_b, cols_b, ldb); i++)                                             \
            b[i] = (real)element(i + 5);                                                                     \
        for (size_t i = 0; i < extent(p.m, p.n, ldc); i++)                                                   \
            c[i] = p.beta == 0 ? (real)NAN : (real)element(i + 9);                                           \
        ((ts_rt_gemm_##suffix##_fn *)tsrt_gemm_##suffix[2 * p.ta + p.tb])(                                   \
            p.m, p.n, p.k, (real)p.alpha, a, lda, b, ldb, (real)p.beta, c, ldc, NULL);                       \
        for (int64_t i = 0; i < p.m; i++) {                                                                  \
            for (int64_t j = 0; j < ldc && (size_t)(i * ldc + j) < extent(p.m, p.n, ldc); j++) {             \
                real before = p.beta == 0 ? (real)NAN : (real)element((size_t)(i * ldc + j) + 9);            \
                double sum = 0;                                                                              \
                for (int64_t l = 0; j < p.n && l < p.k; l++)                                                 \
                    sum += (double)a[p.ta ? l * lda + i : i * lda + l] *                                     \
                           (double)b[p.tb ? j * ldb + l : l * ldb + j];                                      \
                double want =                                                                                \
                    j >= p.n ? (double)before : p.alpha * sum + (p.beta == 0 ? 0 : p.beta * (double)before); \
                double got = (double)c[i * ldc + j];                                                         \
                if (got != want && !(isnan(got) && isnan(want)))                                             \
                    fail_msg("%s %dx%dx%d ta=%d tb=%d pad=%d (%d,%d): %g, not %g", #suffix, (int)p.m,        \
                             (int)p.n, (int)p.k, p.ta, p.tb, (int)p.pad, (int)i, (int)j, got, want);         \
            }                                                                                                \
        }                                                                                                    \
        guarded_free(&ga);                                                                                   \
        guarded_free(&gb);                                                                                   \
        guarded_free(&gc);                                                                                   \
    }
DEFINE_CHECK(float, f32, TSRT_GEMM_F32)
DEFINE_CHECK(double, f64, TSRT_GEMM_F64)

/* Around every block size: the micro-tile's 6 rows and 8 (4) columns, the 24 (12) packed rows, the 256 steps
 * of k. */
static void test_default_is_right(void **state)
{
    (void)state;
    static const int64_t sizes[][3] = {
        {1, 1, 1},   {6, 8, 256}, {5, 7, 3}, {7, 9, 257},  {24, 16, 31}, {25, 17, 255},  {13, 5, 513},
        {1, 33, 64}, {33, 1, 64}, {2, 3, 0}, {48, 40, 33}, {12, 4, 12},  {23, 100, 130}, {97, 31, 103}};
    static const double scales[][2] = {{1, 0}, {1, 1}, {-0.5, 0.75}, {0, 0.5}, {0, 0}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int types = 0; types < 4; types++)
            for (size_t x = 0; x < sizeof scales / sizeof *scales; x++) {
                problem p = {.m = sizes[s][0],
                             .n = sizes[s][1],
                             .k = sizes[s][2],
                             .pad = (int64_t)(x % 3),
                             .ta = types >> 1,
                             .tb = types & 1,
                             .alpha = scales[x][0],
                             .beta = scales[x][1]};
                check_f32(p);
                check_f64(p);
            }
}

static void naive(int64_t m, int64_t n, int64_t k, const float *a, const float *b, float *c)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            float sum = 0;
            for (int64_t l = 0; l < k; l++)
                sum += a[i * k + l] * b[l * n + j];
            c[i * n + j] = sum;
        }
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Not a benchmark: it catches a micro-tile that falls out of registers. Interleaved, and the best of each
 * counts. */
static void test_default_is_not_slow(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
    skip();
#endif
    enum { SIZE = 192 };
    static float a[SIZE * SIZE], b[SIZE * SIZE], c[SIZE * SIZE];
    for (size_t i = 0; i < sizeof a / sizeof *a; i++) {
        a[i] = (float)element(i);
        b[i] = (float)element(i + 3);
    }
    volatile int64_t size = SIZE; /* a naive loop compiled for one size is no longer naive */
    double plain = INFINITY, built_in = INFINITY;
    for (int round = 0; round < 9; round++) {
        double start = now();
        naive(size, size, size, a, b, c);
        plain = fmin(plain, now() - start);
        start = now();
        ((ts_rt_gemm_f32_fn *)tsrt_gemm_f32[0])(SIZE, SIZE, SIZE, 1, a, SIZE, b, SIZE, 0, c, SIZE, NULL);
        built_in = fmin(built_in, now() - start);
    }
    if (plain < 5 * built_in)
        fail_msg("the default takes %.0f us, a naive loop %.0f us", built_in * 1e6, plain * 1e6);
}

static void test_arguments(void **state)
{
    (void)state;
    ts_rt *rt = NULL;
    assert_int_equal(ts_rt_open("/nowhere.db", &rt), 0);
    float a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8}, c[4] = {NAN, NAN, NAN, NAN};
    assert_int_equal(ts_rt_gemm_f32(rt, 2, 2, 2, 1, a, 2, b, 2, 0, c, 2), 0);
    assert_true(c[0] == 19 && c[1] == 22 && c[2] == 43 && c[3] == 50);
    assert_int_equal(ts_rt_gemm_f32(NULL, 2, 2, 2, 1, a, 2, b, 2, 0, c, 2), -1);
    assert_int_equal(ts_rt_gemm_f32(rt, -1, 2, 2, 1, a, 2, b, 2, 0, c, 2), -1);
    assert_int_equal(ts_rt_gemm_f32(rt, 2, -1, 2, 1, a, 2, b, 2, 0, c, 2), -1);
    assert_int_equal(ts_rt_gemm_f32(rt, 2, 2, -1, 1, a, 2, b, 2, 0, c, 2), -1);
    assert_int_equal(ts_rt_gemm_f32(rt, 2, 2, 2, 1, NULL, 2, b, 2, 0, c, 2), -1);
    assert_int_equal(ts_rt_gemm_f32(rt, 2, 2, 2, 1, a, 2, NULL, 2, 0, c, 2), -1);
    assert_int_equal(ts_rt_gemm_f32(rt, 2, 2, 2, 1, a, 2, b, 2, 0, NULL, 2), -1);
    assert_int_equal(ts_rt_gemm_f32(rt, 2, 2, 2, 1, a, 1, b, 2, 0, c, 2), -1);
    assert_int_equal(ts_rt_gemm_f32(rt, 2, 2, 2, 1, a, 2, b, 1, 0, c, 2), -1);
    assert_int_equal(ts_rt_gemm_f32(rt, 2, 2, 2, 1, a, 2, b, 2, 0, c, 1), -1);
    assert_true(c[0] == 19 && c[3] == 50);
    assert_int_equal(ts_rt_gemm_f32(rt, 0, 2, 2, 1, NULL, 2, b, 2, 0, NULL, 2), 0);
    assert_int_equal(ts_rt_gemm_f32(rt, 2, 0, 2, 1, a, 2, NULL, 1, 0, NULL, 1), 0);
    assert_int_equal(ts_rt_gemm_f32(rt, 2, 2, 0, 1, NULL, 1, NULL, 2, 0.5f, c, 2), 0);
    assert_true(c[0] == 9.5f && c[3] == 25);
    c[1] = NAN;
    assert_int_equal(ts_rt_gemm_f32(rt, 2, 2, 2, 0, a, 2, b, 2, 0, c, 2), 0);
    assert_true(c[0] == 0 && c[1] == 0 && c[3] == 0);
    double da[1] = {3}, db[1] = {4}, dc[1] = {1};
    assert_int_equal(ts_rt_gemm_f64(rt, 1, 1, 1, 2, da, 1, db, 1, 1, dc, 1), 0);
    assert_true(dc[0] == 25);
    assert_int_equal(ts_rt_gemm_f64(rt, 1, 1, 1, 2, da, 0, db, 1, 1, dc, 1), -1);
    assert_int_equal(ts_rt_gemm_f64(rt, 1, 1, 0, 2, da, 1, db, 1, 2, dc, 1), 0);
    assert_true(dc[0] == 50);
    ts_rt_close(rt);
}

static void test_workspace(void **state)
{
    (void)state;
    char *small = tsrt_workspace(100, false);
    assert_non_null(small);
    assert_int_equal((uintptr_t)small % 64, 0);
    assert_ptr_equal(tsrt_workspace(50, false), small);
    char *huge = tsrt_workspace((size_t)3 << 20, true);
    assert_non_null(huge);
    assert_int_equal((uintptr_t)huge % (2 << 20), 0);
    memset(huge, 1, (size_t)3 << 20);
    assert_ptr_equal(tsrt_workspace(1 << 20, false), huge);
    assert_null(tsrt_workspace(SIZE_MAX, false));
    assert_ptr_equal(tsrt_workspace(100, true), huge); /* what can't be had costs nothing that was there */
}

/* A winner that wants more memory than there is: the product is still right, by the default. */
static void test_workspace_that_cannot_be_had(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip(); /* their shadow memory needs the address space that this test takes away */
#endif
    fixture *f = fixture_open();
    fixture_add(f, (winner){.problem = "m=2,n=2,k=2,ta=0,tb=0", .letter = 'a', .workspace = 64});
    fixture_add(f,
                (winner){.problem = "m=1,n=1,k=1,ta=0,tb=0", .letter = 'b', .workspace = (int64_t)1 << 40});
    ts_rt *rt = fixture_runtime(f);
    float a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8}, c[4];
    assert_int_equal(ts_rt_gemm_f32(rt, 2, 2, 2, 1, a, 2, b, 2, 0, c, 2), 0);
    assert_true(c[0] == 'a');
    assert_int_equal(ts_rt_gemm_f32(rt, 2, 2, 2, 0, a, 2, b, 2, 0, c, 2), 0); /* needs no variant */
    assert_true(c[0] == 0);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    struct rlimit tight = {(rlim_t)1 << 39, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0); /* some systems promise a tebibyte to anyone */
    assert_int_equal(ts_rt_gemm_f32(rt, 1, 1, 1, 1, a, 1, b, 1, 0, c, 1), 0);
    assert_true(c[0] == 5);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    ts_rt_close(rt);
    fixture_close(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_is_right),
        cmocka_unit_test(test_default_is_not_slow),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_workspace),
        cmocka_unit_test(test_workspace_that_cannot_be_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
