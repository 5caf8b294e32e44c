/* C = 2 A. */
void ts_reference(int64_t m, int64_t n, const T *A, int64_t lda, T *C, int64_t ldc)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++)
            C[i * ldc + j] = 2 * A[i * lda + j];
}
