/* C = A B. */
static uint64_t mix(uint64_t v)
{
    v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
    return v ^ v >> 31;
}

/* Which elements survive pruning. Of four neighbours two are kept: one of the six pairs. */
static int survives(int64_t i, int64_t p)
{
    static const unsigned char pair[6] = {3, 5, 6, 9, 10, 12};
    if (pattern == 0)
        return pair[mix((uint64_t)i << 32 | (uint64_t)(p / 4)) % 6] >> p % 4 & 1;
    if (pattern == 1)
        return mix((uint64_t)(i / 16) << 32 | (uint64_t)(p / 16)) % 100 < kept;
    return mix((uint64_t)i << 32 | (uint64_t)p) % 100 < kept;
}

void ts_inputs(int64_t m, int64_t n, int64_t k, T *A, int64_t lda, T *B, int64_t ldb, T *C, int64_t ldc, void *workspace)
{
    (void)n, (void)B, (void)ldb, (void)C, (void)ldc, (void)workspace;
    for (int64_t i = 0; i < m; i++)
        for (int64_t p = 0; p < k; p++)
            A[i * lda + p] = survives(i, p) ? (T)((int)(mix((uint64_t)(i * k + p) + 5) % 8) + 1) / 8 : 0;
}

void ts_reference(int64_t m, int64_t n, int64_t k, const T *A, int64_t lda, const T *B, int64_t ldb, T *C, int64_t ldc, void *workspace)
{
    (void)workspace;
    for (int64_t i = 0; i < m; i++) {
        for (int64_t j = 0; j < n; j++)
            C[i * ldc + j] = 0;
        for (int64_t p = 0; p < k; p++)
            for (int64_t j = 0; j < n; j++)
                C[i * ldc + j] += A[i * lda + p] * B[p * ldb + j];
    }
}
