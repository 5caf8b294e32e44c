/* y = alpha op(A) x + beta y by definition; sums in double. */
void ts_reference(int64_t m, int64_t n, T alpha, const T *A, int64_t lda, const T *x, T beta, T *y, void *workspace)
{
    (void)workspace;
    for (int64_t i = 0; i < m; i++) {
        double sum = 0;
        for (int64_t j = 0; j < n; j++)
            sum += (double)(ta ? A[j * lda + i] : A[i * lda + j]) * (double)x[j];
        y[i] = (T)(alpha * sum + (beta == 0 ? 0 : beta * (double)y[i]));
    }
}
