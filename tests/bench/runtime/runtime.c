/*
 * What the runtime costs: medians over interleaved rounds, in ns. `make runtime-bench [DB=FILE]`; without a
 * database everything answers from the default rung, whose lookups take the same way.
 */
#include "tilesmith_runtime.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 51, LOOKUPS = 20000, FRESH = 200, CALLS = 4000, SIZE = 16 };

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, ascending);
    return values[ROUNDS / 2];
}

static double lookup_ns(ts_rt *rt, const int64_t *dims)
{
    ts_rt_kernel k;
    double begin = now_ns();
    for (int i = 0; i < LOOKUPS; i++)
        if (ts_rt_find(rt, "gemm", "f32", dims, 5, &k) != 0)
            exit(1);
    return (now_ns() - begin) / LOOKUPS;
}

/* Shapes that nobody has asked for yet. */
static double fresh_ns(ts_rt *rt, int round)
{
    ts_rt_kernel k;
    int64_t dims[5] = {0, 100 + round, 300, 0, 0};
    double begin = now_ns();
    for (int i = 0; i < FRESH; i++) {
        dims[0] = 100 + i;
        if (ts_rt_find(rt, "gemm", "f32", dims, 5, &k) != 0)
            exit(1);
    }
    return (now_ns() - begin) / FRESH;
}

typedef struct operands {
    float a[SIZE * SIZE], b[SIZE * SIZE], c[SIZE * SIZE];
} operands;

static double direct_ns(const ts_rt_kernel *k, operands *o, void *workspace)
{
    ts_rt_gemm_f32_fn *function = (ts_rt_gemm_f32_fn *)k->function;
    double begin = now_ns();
    for (int i = 0; i < CALLS; i++)
        function(SIZE, SIZE, SIZE, 1, o->a, SIZE, o->b, SIZE, 0, o->c, SIZE, workspace);
    return (now_ns() - begin) / CALLS;
}

static double dispatched_ns(ts_rt *rt, operands *o)
{
    double begin = now_ns();
    for (int i = 0; i < CALLS; i++)
        if (ts_rt_gemm_f32(rt, SIZE, SIZE, SIZE, 1, o->a, SIZE, o->b, SIZE, 0, o->c, SIZE) != 0)
            exit(1);
    return (now_ns() - begin) / CALLS;
}

int main(int argc, char **argv)
{
    static operands o;
    static double known[ROUNDS], unknown[ROUNDS], first[ROUNDS], direct[ROUNDS], dispatched[ROUNDS],
        over[ROUNDS];
    const int64_t small[] = {SIZE, SIZE, SIZE, 0, 0}, odd[] = {37, 53, 71, 0, 0};
    ts_rt *rt;
    ts_rt_kernel k;
    if (ts_rt_open(argc > 1 ? argv[1] : NULL, &rt) != 0 || ts_rt_find(rt, "gemm", "f32", small, 5, &k) != 0)
        return 1;
    printf("%s\n%s\n", ts_rt_status(rt), k.why);
    void *workspace = aligned_alloc(64, (k.workspace_bytes + 127) / 64 * 64);
    for (int r = 0; r < ROUNDS; r++) {
        known[r] = lookup_ns(rt, small);
        unknown[r] = lookup_ns(rt, odd);
        first[r] = fresh_ns(rt, r);
        direct[r] = direct_ns(&k, &o, workspace);
        dispatched[r] = dispatched_ns(rt, &o);
        over[r] = dispatched[r] - direct[r];
    }
    double call = median(direct), extra = median(over);
    printf("lookup, asked for before (16x16x16)   %6.1f ns\n", median(known));
    printf("lookup, asked for before (37x53x71)   %6.1f ns\n", median(unknown));
    printf("lookup, first time                    %6.1f ns\n", median(first));
    printf("sgemm 16x16x16, function pointer      %6.1f ns\n", call);
    printf("sgemm 16x16x16, ts_rt_gemm_f32()      %6.1f ns\n", median(dispatched));
    printf("dispatch                              %6.1f ns, %.1f %%\n", extra, 100 * extra / call);
    free(workspace);
    ts_rt_close(rt);
    return 0;
}
