#include <math.h>

void plain(int64_t m, int64_t n, const T *X, int64_t ldx, const T *gamma, const T *beta, T *Y, int64_t ldy,
           T epsilon)
{
    for (int64_t i = 0; i < m; i++) {
        const T *x = X + i * ldx;
        T *y = Y + i * ldy, sum = 0, squares = 0;
        for (int64_t j = 0; j < n; j++)
            sum += x[j];
        const T mean = sum / n;
        for (int64_t j = 0; j < n; j++)
            squares += (x[j] - mean) * (x[j] - mean);
        const T scale = 1 / sqrtf(squares / n + epsilon);
        for (int64_t j = 0; j < n; j++)
            y[j] = (x[j] - mean) * scale * gamma[j] + beta[j];
    }
}
