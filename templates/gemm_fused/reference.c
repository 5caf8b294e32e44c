/*
 * C = act(A op(B) + bias) + residual by definition, in double. exp and erf are the C library's. A few columns at a time, which are
 * first laid side by side, so that verifying a large product takes no longer than it must.
 */
#include <math.h>
#include <stdlib.h>

enum { COLUMNS = 64 };

static double activation(double x)
{
    switch ((int)act) {
    case 1:
        return x > 0 ? x : 0;
    case 2:
        return 0.5 * x * erfc(-x * 0.70710678118654752440);
    case 3:
        return x / (1 + exp(-x));
    default:
        return x;
    }
}

/* panel[p][q] = op(B)[p][first + q]; the columns behind the last are 0. */
static void pack(int64_t k, int64_t count, const float *B, int64_t row_step, int64_t column_step, float *panel)
{
    for (int64_t p = 0; p < k; p++)
        for (int64_t q = 0; q < COLUMNS; q++)
            panel[p * COLUMNS + q] = q < count ? B[p * row_step + q * column_step] : 0;
}

static void add_products(int64_t k, const float *a, const float *panel, double sum[COLUMNS])
{
    for (int64_t p = 0; p < k; p++)
        for (int64_t q = 0; q < COLUMNS; q++)
            sum[q] += (double)a[p] * (double)panel[p * COLUMNS + q];
}

void ts_reference(int64_t m, int64_t n, int64_t k, const float *A, int64_t lda, const float *B, int64_t ldb, const float *Bias,
                  const float *R, int64_t ldr, float *C, int64_t ldc, void *workspace)
{
    (void)workspace;
    float *panel = malloc((size_t)k * COLUMNS * sizeof *panel);
    if (!panel)
        abort();
    for (int64_t j = 0; j < n; j += COLUMNS) {
        const int64_t count = n - j < COLUMNS ? n - j : COLUMNS;
        pack(k, count, tb ? B + j * ldb : B + j, tb ? 1 : ldb, tb ? ldb : 1, panel);
        for (int64_t i = 0; i < m; i++) {
            double sum[COLUMNS] = {0};
            add_products(k, A + i * lda, panel, sum);
            for (int64_t q = 0; q < count; q++)
                C[i * ldc + j + q] = (float)(activation(sum[q] + (bias ? (double)Bias[j + q] : 0)) +
                                             (residual ? (double)R[i * ldr + j + q] : 0));
        }
    }
    free(panel);
}
