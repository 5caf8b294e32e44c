/* Layer normalisation of each row by definition, in double. */
#include <math.h>

void ts_reference(int64_t m, int64_t n, const T *X, int64_t ldx, const T *gamma, const T *beta, T *Y,
                  int64_t ldy, T epsilon)
{
    for (int64_t i = 0; i < m; i++) {
        const T *x = X + i * ldx;
        double mean = 0, variance = 0;
        for (int64_t j = 0; j < n; j++)
            mean += (double)x[j] / (double)n;
        for (int64_t j = 0; j < n; j++)
            variance += ((double)x[j] - mean) * ((double)x[j] - mean) / (double)n;
        const double scale = 1 / sqrt(variance + (double)epsilon);
        for (int64_t j = 0; j < n; j++)
            Y[i * ldy + j] = (T)(((double)x[j] - mean) * scale * (double)gamma[j] + (double)beta[j]);
    }
}
