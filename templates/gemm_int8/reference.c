/*
 * C = A op(B) by definition. A few columns at a time, which are first laid side by side, so that verifying a large product takes no
 * longer than it must.
 */
#include <stdlib.h>

enum { COLUMNS = 64 };

/* panel[p][q] = op(B)[p][first + q]; the columns behind the last are 0. */
static void pack(int64_t k, int64_t count, const int8_t *B, int64_t row_step, int64_t column_step, int32_t *panel)
{
    for (int64_t p = 0; p < k; p++)
        for (int64_t q = 0; q < COLUMNS; q++)
            panel[p * COLUMNS + q] = q < count ? B[p * row_step + q * column_step] : 0;
}

static void add_products(int64_t k, const T *a, const int32_t *panel, int32_t sum[COLUMNS])
{
    for (int64_t p = 0; p < k; p++)
        for (int64_t q = 0; q < COLUMNS; q++)
            sum[q] += a[p] * panel[p * COLUMNS + q];
}

void ts_reference(int64_t m, int64_t n, int64_t k, const T *A, int64_t lda, const int8_t *B, int64_t ldb, int32_t *C, int64_t ldc,
                  void *workspace)
{
    (void)workspace;
    int32_t *panel = malloc((size_t)k * COLUMNS * sizeof *panel);
    if (!panel)
        abort();
    for (int64_t j = 0; j < n; j += COLUMNS) {
        const int64_t count = n - j < COLUMNS ? n - j : COLUMNS;
        pack(k, count, tb ? B + j * ldb : B + j, tb ? 1 : ldb, tb ? ldb : 1, panel);
        for (int64_t i = 0; i < m; i++) {
            int32_t sum[COLUMNS] = {0};
            add_products(k, A + i * lda, panel, sum);
            for (int64_t q = 0; q < count; q++)
                C[i * ldc + j + q] = sum[q];
        }
    }
    free(panel);
}
