/*
 * Multiply matrices with what was tuned for this machine, and see what it gains.
 *
 *     cc -O2 matmul.c $(pkg-config --cflags --libs tilesmith-rt) -o matmul
 *     ./matmul [DATABASE] [MxNxK …]
 *
 * Each product is compared with three plain loops. Exit status: 0 if all agree, 1 if one differs, 2 on bad
 * arguments.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tilesmith_runtime.h>
#include <time.h>

enum { MAX_RUNS = 101 };

typedef struct shape {
    int64_t m, n, k;
} shape;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Multiples of 1/8 in [-1, 1]: every sum below is exact in any order, so a single wrong bit shows. */
static void fill(float *x, size_t count, unsigned seed)
{
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        x[i] = (float)((int)(seed >> 24) % 17 - 8) / 8.0f;
    }
}

/* In the order i, k, j, so that at least memory is read in rows. */
static void naive(shape s, const float *a, const float *b, float *c)
{
    memset(c, 0, (size_t)(s.m * s.n) * sizeof *c);
    for (int64_t i = 0; i < s.m; i++)
        for (int64_t p = 0; p < s.k; p++)
            for (int64_t j = 0; j < s.n; j++)
                c[i * s.n + j] += a[i * s.k + p] * b[p * s.n + j];
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median seconds of a tuned product, over about a fifth of a second. */
static double time_tuned(ts_rt *rt, shape s, const float *a, const float *b, float *c)
{
    double runs[MAX_RUNS], end = now() + 0.2;
    size_t count = 0;
    while (count < MAX_RUNS && (count < 3 || now() < end)) {
        double start = now();
        ts_rt_gemm_f32(rt, s.m, s.n, s.k, 1, a, s.k, b, s.n, 0, c, s.n);
        runs[count++] = now() - start;
    }
    qsort(runs, count, sizeof *runs, by_value);
    return runs[count / 2];
}

static size_t differences(const float *x, const float *y, size_t count)
{
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++)
        wrong += !(x[i] == y[i]);
    return wrong;
}

/* 0: right, 1: wrong, 2: no memory. */
static int demonstrate(ts_rt *rt, shape s)
{
    size_t na = (size_t)(s.m * s.k), nb = (size_t)(s.k * s.n), nc = (size_t)(s.m * s.n);
    float *a = malloc((na + nb + 2 * nc) * sizeof *a);
    if (a == NULL) {
        fprintf(stderr, "matmul: out of memory for %lldx%lldx%lld\n", (long long)s.m, (long long)s.n,
                (long long)s.k);
        return 2;
    }
    float *b = a + na, *c = b + nb, *expected = c + nc;
    fill(a, na, 1);
    fill(b, nb, 2);
    double start = now();
    naive(s, a, b, expected);
    double plain = now() - start, tuned = time_tuned(rt, s, a, b, c),
           flops = 2.0 * (double)s.m * (double)s.n * (double)s.k;
    size_t wrong = differences(c, expected, nc);

    ts_rt_kernel kernel;
    const int64_t dims[] = {s.m, s.n, s.k, 0, 0};
    ts_rt_find(rt, "gemm", "f32", dims, 5, &kernel);
    printf("%5lld x%5lld x%5lld %9.1f %9.1f %7.1fx\n    %s\n", (long long)s.m, (long long)s.n, (long long)s.k,
           flops / plain / 1e9, flops / tuned / 1e9, plain / tuned, kernel.why);
    if (wrong > 0)
        printf("    WRONG: %zu of %zu elements differ from the naive product\n", wrong, nc);
    free(a);
    return wrong > 0;
}

static int parse_shape(const char *text, shape *s)
{
    long long m, n, k;
    char rest;
    if (sscanf(text, "%lldx%lldx%lld%c", &m, &n, &k, &rest) != 3 || m < 1 || n < 1 || k < 1 || m > 16384 ||
        n > 16384 || k > 16384)
        return -1;
    *s = (shape){m, n, k};
    return 0;
}

static int usage(const char *argument)
{
    fprintf(stderr,
            "matmul: \"%s\" is no shape: give a database and shapes such as 512x512x512 (each 1 to 16384)\n",
            argument);
    return 2;
}

int main(int argc, char **argv)
{
    static const shape usual[] = {{256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024},
                                  {128, 768, 768}, {517, 517, 517}, {3, 1000, 400}};
    const size_t usual_count = sizeof usual / sizeof *usual;
    const char *database = argc > 1 ? argv[1] : NULL;
    size_t count = argc > 2 ? (size_t)argc - 2 : usual_count;
    ts_rt *rt = NULL;
    if (ts_rt_open(database, &rt) != 0) {
        fprintf(stderr, "matmul: out of memory\n");
        return 2;
    }
    printf("%s\n\n     m      n      k     naive     tuned  GFLOP/s, f32, one thread\n", ts_rt_status(rt));
    int status = 0;
    for (size_t i = 0; i < count && status < 2; i++) {
        shape s = argc > 2 ? (shape){0, 0, 0} : usual[i];
        int outcome = argc > 2 && parse_shape(argv[i + 2], &s) != 0 ? usage(argv[i + 2]) : demonstrate(rt, s);
        status = outcome > status ? outcome : status;
    }
    ts_rt_close(rt);
    return status;
}
