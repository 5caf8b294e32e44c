/* Softmax of each row by definition, in double. */
#include <math.h>

/* Rows of different character: small values, wide ones whose least exponentials underflow, large ones that
 * overflow unshifted. */
void ts_inputs(int64_t m, int64_t n, T *X, int64_t ldx, T *Y, int64_t ldy)
{
    static const double width[] = {2, 30, 8, 200}, offset[] = {0, -5, 1000, 30};
    uint32_t state = 1;
    (void)Y, (void)ldy;
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            state = state * 1664525u + 1013904223u;
            X[i * ldx + j] = (T)(offset[i % 4] + width[i % 4] * ((state >> 8) / 16777216.0 - 0.5));
        }
}

void ts_reference(int64_t m, int64_t n, const T *X, int64_t ldx, T *Y, int64_t ldy)
{
    for (int64_t i = 0; i < m; i++) {
        const T *x = X + i * ldx;
        double most = (double)x[0], sum = 0;
        for (int64_t j = 1; j < n; j++)
            most = (double)x[j] > most ? (double)x[j] : most;
        for (int64_t j = 0; j < n; j++)
            sum += exp((double)x[j] - most);
        for (int64_t j = 0; j < n; j++)
            Y[i * ldy + j] = (T)(exp((double)x[j] - most) / sum);
    }
}
