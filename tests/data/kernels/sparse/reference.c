/* y = A x; three elements a row, in columns that ascend. */
void ts_inputs(int64_t m, int64_t n, int32_t *start, int32_t *columns, T *values, T *x, T *y, void *workspace)
{
    (void)values, (void)x, (void)y, (void)workspace;
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < 3; j++)
            columns[3 * i + j] = (int32_t)(i % (n / 4) + j * (n / 4));
    for (int64_t i = 0; i <= m; i++)
        start[i] = (int32_t)(3 * i);
}

void ts_reference(int64_t m, int64_t n, const int32_t *start, const int32_t *columns, const T *values, const T *x, T *y, void *workspace)
{
    (void)n, (void)workspace;
    for (int64_t i = 0; i < m; i++) {
        T sum = 0;
        for (int32_t j = start[i]; j < start[i + 1]; j++)
            sum += values[j] * x[columns[j]];
        y[i] = sum;
    }
}
