void ts_reference(int64_t n, const T *X, T *Y)
{
    for (int64_t i = 0; i < n; i++)
        Y[i] = X[n - 1 - i];
}
