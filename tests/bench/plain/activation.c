#include <math.h>

static T activate(T x)
{
    if (function == 0)
        return (T)0.5 * x * (1 + erff(x * (T)0.70710678118654752));
    if (function == 1)
        return (T)0.5 * x * (1 + tanhf((T)0.79788456080286536 * (x + (T)0.044715 * x * x * x)));
    return function == 2 ? x / (1 + expf(-x)) : tanhf(x);
}

void plain(int64_t m, int64_t n, const T *X, int64_t ldx, T *Y, int64_t ldy)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++)
            Y[i * ldy + j] = activate(X[i * ldx + j]);
}
