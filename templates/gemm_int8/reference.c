/* C = A op(B) by definition. */
void ts_reference(int64_t m, int64_t n, int64_t k, const T *A, int64_t lda, const int8_t *B, int64_t ldb, int32_t *C, int64_t ldc,
                  void *workspace)
{
    (void)workspace;
    enum { COLUMNS = 64 };
    for (int64_t j = 0; j < n; j += COLUMNS)
        for (int64_t i = 0; i < m; i++) {
            const int64_t count = n - j < COLUMNS ? n - j : COLUMNS;
            int32_t sum[COLUMNS] = {0};
            for (int64_t p = 0; p < k; p++)
                for (int64_t q = 0; q < count; q++)
                    sum[q] += A[i * lda + p] * (tb ? B[(j + q) * ldb + p] : B[p * ldb + j + q]);
            for (int64_t q = 0; q < count; q++)
                C[i * ldc + j + q] = sum[q];
        }
}
