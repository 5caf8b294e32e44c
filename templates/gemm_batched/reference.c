/* C[i] = alpha op(A[i]) op(B[i]) + beta C[i] by definition; sums in double. */
static double inner_product(int64_t i, int64_t j, const T *A, const T *B)
{
    double sum = 0;
    for (int64_t p = 0; p < k; p++)
        sum += (double)A[ta ? p * m + i : i * k + p] * (double)B[tb ? j * k + p : p * n + j];
    return sum;
}

void ts_reference(int64_t batch, T alpha, const T *A, int64_t stride_a, const T *B, int64_t stride_b, T beta, T *C, int64_t stride_c,
                  void *workspace)
{
    (void)workspace;
    for (int64_t b = 0; b < batch; b++, A += stride_a, B += stride_b, C += stride_c)
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < n; j++) {
                T *c = C + i * n + j;
                *c = (T)(alpha * inner_product(i, j, A, B) + (beta == 0 ? 0 : beta * (double)*c));
            }
}
