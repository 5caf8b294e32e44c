/* A = B + s C by definition. */
void ts_reference(int64_t n, T s, const T *B, const T *C, T *A)
{
    for (int64_t i = 0; i < n; i++)
        A[i] = (T)((double)B[i] + (double)s * (double)C[i]);
}
