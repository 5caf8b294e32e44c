/*
 * C = alpha op(A) op(B) + beta C by definition; sums in double. A few columns at a time, so that verifying a large product takes
 * no longer than it must.
 */
enum { COLUMNS = 64 };

static void add_product(double sum[COLUMNS], int64_t count, double a, const T *b, int64_t step)
{
    if (count == COLUMNS && step == 1)
        for (int64_t j = 0; j < COLUMNS; j++)
            sum[j] += a * (double)b[j];
    else
        for (int64_t j = 0; j < count; j++)
            sum[j] += a * (double)b[j * step];
}

void ts_reference(int64_t m, int64_t n, int64_t k, T alpha, const T *A, int64_t lda, const T *B, int64_t ldb, T beta, T *C, int64_t ldc,
                  void *workspace)
{
    (void)workspace;
    for (int64_t j = 0; j < n; j += COLUMNS) {
        const int64_t count = n - j < COLUMNS ? n - j : COLUMNS;
        for (int64_t i = 0; i < m; i++) {
            double sum[COLUMNS] = {0};
            for (int64_t p = 0; p < k; p++)
                add_product(sum, count, ta ? A[p * lda + i] : A[i * lda + p], tb ? B + j * ldb + p : B + p * ldb + j, tb ? ldb : 1);
            for (int64_t q = 0; q < count; q++) {
                T *c = C + i * ldc + j + q;
                *c = (T)(alpha * sum[q] + (beta == 0 ? 0 : beta * (double)*c));
            }
        }
    }
}
