/* B = A^T by definition. */
void ts_reference(int64_t m, int64_t n, const T *A, int64_t lda, T *B, int64_t ldb)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++)
            B[j * ldb + i] = A[i * lda + j];
}
