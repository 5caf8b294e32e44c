void ts_reference(int64_t m, int64_t n, const T *X, T *Y)
{
    for (int64_t i = 0; i < m; i++) {
        double sum = 0;
        for (int64_t j = 0; j < n; j++)
            sum += 1 / (1 + (double)X[i * n + j] * (double)X[i * n + j]);
        Y[i] = (T)sum;
    }
}
