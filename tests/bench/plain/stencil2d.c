#include <stdlib.h>

static void sweep(int64_t m, int64_t n, T c0, T c1, const T *restrict x, int64_t ldx, T *restrict y,
                  int64_t ldy)
{
    for (int64_t i = 1; i < m - 1; i++)
        for (int64_t j = 1; j < n - 1; j++)
            y[i * ldy + j] = c0 * x[i * ldx + j] + c1 * (x[(i - 1) * ldx + j] + x[(i + 1) * ldx + j] +
                                                         x[i * ldx + j - 1] + x[i * ldx + j + 1]);
}

static void copy_border(int64_t m, int64_t n, const T *x, int64_t ldx, T *y, int64_t ldy)
{
    for (int64_t j = 0; j < n; j++) {
        y[j] = x[j];
        y[(m - 1) * ldy + j] = x[(m - 1) * ldx + j];
    }
    for (int64_t i = 0; i < m; i++) {
        y[i * ldy] = x[i * ldx];
        y[i * ldy + n - 1] = x[i * ldx + n - 1];
    }
}

/* Two grids in turn; the second one is kept between calls, as a program would. */
void plain(int64_t m, int64_t n, int64_t steps, T c0, T c1, const T *X, int64_t ldx, T *Y, int64_t ldy,
           void *workspace)
{
    static T *other;
    (void)workspace;
    if (!other && !(other = malloc(sizeof(T) * (size_t)(m * n))))
        abort();
    copy_border(m, n, X, ldx, Y, ldy);
    if (steps > 1)
        copy_border(m, n, X, ldx, other, n);
    for (int64_t t = 0; t < steps; t++) {
        const int into_y = (steps - t) % 2 == 1;
        sweep(m, n, c0, c1,
              t == 0   ? X
              : into_y ? other
                       : Y,
              t == 0   ? ldx
              : into_y ? n
                       : ldy,
              into_y ? Y : other, into_y ? ldy : n);
    }
}
