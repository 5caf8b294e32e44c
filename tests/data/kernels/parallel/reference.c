/* y = alpha x. */
void ts_reference(int64_t n, T alpha, const T *x, T *y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = alpha * x[i];
}
