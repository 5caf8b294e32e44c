/* The sum by definition, in extended precision. */
void ts_reference(int64_t n, const T *X, T *S)
{
    long double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (long double)X[i];
    *S = (T)sum;
}
