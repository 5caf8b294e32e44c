/*
 * C = alpha op(A) op(B) + beta C by definition; sums in double. A few columns at a time, which are first laid side by side, so that
 * verifying a large product takes no longer than it must.
 */
#include <stdlib.h>

enum { COLUMNS = 64 };

/* panel[p][q] = op(B)[p][first + q]; the columns behind the last are 0. */
static void pack(int64_t k, int64_t count, const T *B, int64_t row_step, int64_t column_step, T *panel)
{
    for (int64_t p = 0; p < k; p++)
        for (int64_t q = 0; q < COLUMNS; q++)
            panel[p * COLUMNS + q] = q < count ? B[p * row_step + q * column_step] : 0;
}

static void add_products(int64_t k, const T *a, int64_t step, const T *panel, double sum[COLUMNS])
{
    for (int64_t p = 0; p < k; p++)
        for (int64_t q = 0; q < COLUMNS; q++)
            sum[q] += (double)a[p * step] * (double)panel[p * COLUMNS + q];
}

void ts_reference(int64_t m, int64_t n, int64_t k, T alpha, const T *A, int64_t lda, const T *B, int64_t ldb, T beta, T *C, int64_t ldc,
                  void *workspace)
{
    (void)workspace;
    T *panel = malloc((size_t)k * COLUMNS * sizeof *panel);
    if (!panel)
        abort();
    for (int64_t j = 0; j < n; j += COLUMNS) {
        const int64_t count = n - j < COLUMNS ? n - j : COLUMNS;
        pack(k, count, tb ? B + j * ldb : B + j, tb ? 1 : ldb, tb ? ldb : 1, panel);
        for (int64_t i = 0; i < m; i++) {
            double sum[COLUMNS] = {0};
            add_products(k, ta ? A + i : A + i * lda, ta ? lda : 1, panel, sum);
            for (int64_t q = 0; q < count; q++) {
                T *c = C + i * ldc + j + q;
                *c = (T)(alpha * sum[q] + (beta == 0 ? 0 : beta * (double)*c));
            }
        }
    }
    free(panel);
}
