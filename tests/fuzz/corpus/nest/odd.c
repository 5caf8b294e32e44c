#include <math.h>
#define SIZE 64
static double half(double x) { return x / 2; }
#pragma tilesmith shape(p: n*SIZE)
void f(const int n, size_t m, float s, float *restrict p, const float q[n][SIZE])
{
    int i, j;
    if (m > 2) {
#pragma tilesmith tile(i, j) \
    interchange(i,j) parallel(i)
    for (i = 0; i <= n - 1; ++i) {
        for (j = 2*i; j < SIZE; j += 1)
            p[i*SIZE + j] = q[i][j] > 0 ? sqrtf(q[i][j]) : half(s) /* "text */;
    }
    }
    for (int t = 0; t < 3; t++) {
#pragma tilesmith unroll(k)
        for (int k = 0; k < n; k += 1) { float sum = 0; for (int l = 0; l < SIZE; l++) sum += q[k][l]; p[k*SIZE] = sum; }
    }
}
