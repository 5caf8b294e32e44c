#include <math.h>

void plain(int64_t m, int64_t n, const T *X, int64_t ldx, T *Y, int64_t ldy)
{
    for (int64_t i = 0; i < m; i++) {
        const T *x = X + i * ldx;
        T *y = Y + i * ldy, largest = x[0], sum = 0;
        for (int64_t j = 1; j < n; j++)
            largest = x[j] > largest ? x[j] : largest;
        for (int64_t j = 0; j < n; j++) {
            y[j] = expf(x[j] - largest);
            sum += y[j];
        }
        for (int64_t j = 0; j < n; j++)
            y[j] /= sum;
    }
}
