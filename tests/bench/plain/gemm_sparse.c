/* The zeros of A are skipped where they are met. */
void plain(int64_t m, int64_t n, int64_t k, const T *A, int64_t lda, const T *B, int64_t ldb, T *C,
           int64_t ldc, void *workspace)
{
    (void)workspace;
    for (int64_t i = 0; i < m; i++) {
        for (int64_t j = 0; j < n; j++)
            C[i * ldc + j] = 0;
        for (int64_t p = 0; p < k; p++) {
            const T a = A[i * lda + p];
            if (a != 0)
                for (int64_t j = 0; j < n; j++)
                    C[i * ldc + j] += a * B[p * ldb + j];
        }
    }
}
