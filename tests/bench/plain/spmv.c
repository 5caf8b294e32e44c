void plain(int64_t rows, int64_t cols, int64_t nnz, const int32_t *start, const int32_t *column,
           const T *value, const T *x, T *y, void *workspace)
{
    (void)cols;
    (void)nnz;
    (void)workspace;
    for (int64_t i = 0; i < rows; i++) {
        T sum = 0;
        for (int64_t p = start[i]; p < start[i + 1]; p++)
            sum += value[p] * x[column[p]];
        y[i] = sum;
    }
}
