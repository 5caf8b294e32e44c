void plain(int64_t n, T s, const T *B, const T *C, T *A)
{
    for (int64_t i = 0; i < n; i++)
        A[i] = B[i] + s * C[i];
}
