void plain(int64_t n, const T *X, T *S)
{
    T sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += X[i];
    *S = sum;
}
