/*
 * The winners of several databases against each other: one product, interleaved, each against the first.
 *
 *     winners SIZE DATABASE DATABASE…
 *
 * Prints, per database, the median milliseconds and the median of the rounds' ratios.
 */
#include <stdio.h>
#include <stdlib.h>
#include <tilesmith_runtime.h>
#include <time.h>

enum { ROUNDS = 61, MOST = 16 };

typedef struct lane {
    ts_rt *rt;
    double seconds[ROUNDS], gain[ROUNDS];
} lane;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x)
{
    qsort(x, ROUNDS, sizeof *x, by_value);
    return x[ROUNDS / 2];
}

static double multiply(ts_rt *rt, int64_t n, float *abc)
{
    double before = now();
    ts_rt_gemm_f32(rt, n, n, n, 1, abc, n, abc + n * n, n, 0, abc + 2 * n * n, n);
    return now() - before;
}

int main(int argc, char **argv)
{
    static lane lanes[MOST];
    int64_t n = argc > 1 ? strtoll(argv[1], NULL, 10) : 0;
    int count = argc - 2;
    float *abc = n > 0 && n <= 8192 ? calloc((size_t)(3 * n * n), sizeof *abc) : NULL;
    if (!abc || count < 2 || count > MOST) {
        fprintf(stderr, "winners: give a size up to 8192 and 2 to %d databases\n", MOST);
        return 2;
    }
    for (int64_t i = 0; i < 2 * n * n; i++)
        abc[i] = (float)(i % 17 - 8) / 8;
    for (int i = 0; i < count; i++) {
        if (ts_rt_open(argv[i + 2], &lanes[i].rt) != 0)
            return 2;
        multiply(lanes[i].rt, n, abc);
    }
    for (int r = 0; r < ROUNDS; r++) {
        for (int i = 0; i < count; i++) {
            lane *l = &lanes[(i + r) % count];
            l->seconds[r] = multiply(l->rt, n, abc);
        }
        for (int i = 0; i < count; i++)
            lanes[i].gain[r] = lanes[0].seconds[r] / lanes[i].seconds[r];
    }
    for (int i = 0; i < count; i++) {
        printf("%-24s %9.3f ms  %6.3f\n", argv[i + 2], 1e3 * median(lanes[i].seconds), median(lanes[i].gain));
        ts_rt_close(lanes[i].rt);
    }
    free(abc);
    return 0;
}
