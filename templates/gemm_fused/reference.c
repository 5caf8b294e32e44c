/* C = act(A op(B) + bias) + residual by definition, in double. exp and erf are the C library's. */
#include <math.h>

static double activation(double x)
{
    switch ((int)act) {
    case 1:
        return x > 0 ? x : 0;
    case 2:
        return 0.5 * x * erfc(-x * 0.70710678118654752440);
    case 3:
        return x / (1 + exp(-x));
    default:
        return x;
    }
}

void ts_reference(int64_t m, int64_t n, int64_t k, const float *A, int64_t lda, const float *B, int64_t ldb, const float *Bias,
                  const float *R, int64_t ldr, float *C, int64_t ldc, void *workspace)
{
    (void)workspace;
    enum { COLUMNS = 64 };
    for (int64_t j = 0; j < n; j += COLUMNS)
        for (int64_t i = 0; i < m; i++) {
            const int64_t count = n - j < COLUMNS ? n - j : COLUMNS;
            double sum[COLUMNS] = {0};
            for (int64_t p = 0; p < k; p++)
                for (int64_t q = 0; q < count; q++)
                    sum[q] += (double)A[i * lda + p] * (double)(tb ? B[(j + q) * ldb + p] : B[p * ldb + j + q]);
            for (int64_t q = 0; q < count; q++)
                C[i * ldc + j + q] = (float)(activation(sum[q] + (bias ? (double)Bias[j + q] : 0)) +
                                             (residual ? (double)R[i * ldr + j + q] : 0));
        }
}
