/* Sweeps of the 7-point stencil by definition, in double. */
#include <stdlib.h>
#include <string.h>

void ts_reference(int64_t l, int64_t m, int64_t n, int64_t steps, T c0, T c1, const T *X, T *Y,
                  void *workspace)
{
    const int64_t points = l * m * n;
    double *a = malloc(sizeof(double) * (size_t)points), *b = malloc(sizeof(double) * (size_t)points);
    (void)workspace;
    if (!a || !b)
        abort();
    for (int64_t p = 0; p < points; p++)
        a[p] = (double)X[p];
    for (int64_t t = 0; t < steps; t++) {
        memcpy(b, a, sizeof(double) * (size_t)points);
        for (int64_t h = 1; h < l - 1; h++)
            for (int64_t i = 1; i < m - 1; i++)
                for (int64_t j = 1; j < n - 1; j++) {
                    const int64_t p = (h * m + i) * n + j;
                    const double *x = a + p;
                    b[p] =
                        (double)c0 * x[0] + (double)c1 * (x[-m * n] + x[m * n] + x[-n] + x[n] + x[-1] + x[1]);
                }
        double *swap = a;
        a = b;
        b = swap;
    }
    for (int64_t p = 0; p < points; p++)
        Y[p] = (T)a[p];
    free(a);
    free(b);
}
