/* Sweeps of the 5-point stencil by definition, in double. */
#include <stdlib.h>
#include <string.h>

void ts_reference(int64_t m, int64_t n, int64_t steps, T c0, T c1, const T *X, int64_t ldx, T *Y, int64_t ldy,
                  void *workspace)
{
    double *a = malloc(sizeof(double) * (size_t)(m * n)), *b = malloc(sizeof(double) * (size_t)(m * n));
    (void)workspace;
    if (!a || !b)
        abort();
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++)
            a[i * n + j] = (double)X[i * ldx + j];
    for (int64_t t = 0; t < steps; t++) {
        memcpy(b, a, sizeof(double) * (size_t)(m * n));
        for (int64_t i = 1; i < m - 1; i++)
            for (int64_t j = 1; j < n - 1; j++) {
                const double *x = a + i * n + j;
                b[i * n + j] = (double)c0 * x[0] + (double)c1 * (x[-n] + x[n] + x[-1] + x[1]);
            }
        double *swap = a;
        a = b;
        b = swap;
    }
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++)
            Y[i * ldy + j] = (T)a[i * n + j];
    free(a);
    free(b);
}
