/* See kernel.xml. */
void ts_reference(int64_t m, int64_t n, float scale, const uint8_t *A, int64_t lda, const T *B, int32_t *S, double *D, uint16_t *H, int64_t ldh,
                  uint8_t *Q)
{
    for (int64_t i = 0; i < m; i++) {
        int32_t sum = 0;
        for (int64_t j = 0; j < n; j++) {
            sum += (int32_t)A[i * lda + j] * B[j];
            H[i * ldh + j] = 0x3f80; /* 1 */
        }
        S[i] = sum;
        D[i] = (double)scale * sum;
        Q[i] = (uint8_t)(Q[i] + 1);
    }
}
