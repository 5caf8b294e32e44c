/* C = A op(B) by definition; sums in double. A bfloat16 is the upper half of a float. */
static double value(T x)
{
    union {
        uint32_t bits;
        float number;
    } u = {.bits = (uint32_t)x << 16};
    return (double)u.number;
}

void ts_reference(int64_t m, int64_t n, int64_t k, const T *A, int64_t lda, const T *B, int64_t ldb, float *C, int64_t ldc,
                  void *workspace)
{
    (void)workspace;
    enum { COLUMNS = 64 };
    for (int64_t j = 0; j < n; j += COLUMNS)
        for (int64_t i = 0; i < m; i++) {
            const int64_t count = n - j < COLUMNS ? n - j : COLUMNS;
            double sum[COLUMNS] = {0};
            for (int64_t p = 0; p < k; p++) {
                const double a = value(A[i * lda + p]);
                for (int64_t q = 0; q < count; q++)
                    sum[q] += a * value(tb ? B[(j + q) * ldb + p] : B[p * ldb + j + q]);
            }
            for (int64_t q = 0; q < count; q++)
                C[i * ldc + j + q] = (float)sum[q];
        }
}
