/* Y = alpha X, plainly. */
void ts_reference(int64_t m, int64_t n, T alpha, const T *X, int64_t ldx, T *Y, int64_t ldy, void *workspace)
{
    (void)workspace;
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++)
            Y[i * ldy + j] = (negate ? -alpha : alpha) * X[i * ldx + j];
}
