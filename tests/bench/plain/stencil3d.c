#include <stdlib.h>
#include <string.h>

static void sweep(int64_t l, int64_t m, int64_t n, T c0, T c1, const T *restrict x, T *restrict y)
{
    for (int64_t h = 1; h < l - 1; h++)
        for (int64_t i = 1; i < m - 1; i++)
            for (int64_t j = 1; j < n - 1; j++) {
                const int64_t p = (h * m + i) * n + j;
                y[p] = c0 * x[p] +
                       c1 * (x[p - m * n] + x[p + m * n] + x[p - n] + x[p + n] + x[p - 1] + x[p + 1]);
            }
}

static void copy_border(int64_t l, int64_t m, int64_t n, const T *x, T *y)
{
    memcpy(y, x, sizeof(T) * (size_t)(m * n));
    memcpy(y + (l - 1) * m * n, x + (l - 1) * m * n, sizeof(T) * (size_t)(m * n));
    for (int64_t h = 1; h < l - 1; h++) {
        const int64_t plane = h * m * n;
        memcpy(y + plane, x + plane, sizeof(T) * (size_t)n);
        memcpy(y + plane + (m - 1) * n, x + plane + (m - 1) * n, sizeof(T) * (size_t)n);
        for (int64_t i = 1; i < m - 1; i++) {
            y[plane + i * n] = x[plane + i * n];
            y[plane + i * n + n - 1] = x[plane + i * n + n - 1];
        }
    }
}

/* Two grids in turn; the second one is kept between calls, as a program would. */
void plain(int64_t l, int64_t m, int64_t n, int64_t steps, T c0, T c1, const T *X, T *Y, void *workspace)
{
    static T *other;
    (void)workspace;
    if (!other && !(other = malloc(sizeof(T) * (size_t)(l * m * n))))
        abort();
    copy_border(l, m, n, X, Y);
    if (steps > 1)
        copy_border(l, m, n, X, other);
    for (int64_t t = 0; t < steps; t++) {
        const int into_y = (steps - t) % 2 == 1;
        sweep(l, m, n, c0, c1, t == 0 ? X : into_y ? other : Y, into_y ? Y : other);
    }
}
