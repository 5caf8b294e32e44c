/*
 * Y = X * W by definition, in double: each output pixel is the sum over the window of input channels times weights; what lies outside X
 * is 0. layout 0: X is n h w c, W r s c k, Y n oh ow k. layout 1: X is n c h w, W k c r s, Y n k oh ow.
 */
#include <stdlib.h>
#include <string.h>

/* weights[window][channel][k], whatever the layout of W. */
static void pack(int64_t c, int64_t k, int64_t window, const T *W, T *weights)
{
    for (int64_t i = 0; i < window; i++)
        for (int64_t p = 0; p < c; p++)
            for (int64_t o = 0; o < k; o++)
                weights[(i * c + p) * k + o] = W[layout ? (o * c + p) * window + i : (i * c + p) * k + o];
}

/* Add the products of a pixel of X, whose channels are `step` apart, to all output channels. */
static void add_pixel(int64_t c, int64_t k, const T *x, int64_t step, const T *weights, double *sum)
{
    for (int64_t i = 0; i < c; i++)
        for (int64_t o = 0; o < k; o++)
            sum[o] += (double)x[i * step] * (double)weights[i * k + o];
}

void ts_reference(int64_t n, int64_t h, int64_t w, int64_t c, int64_t k, int64_t r, int64_t s, int64_t stride, int64_t pad, const T *X,
                  const T *W, T *Y, void *workspace)
{
    (void)workspace;
    const int64_t oh = (h + 2 * pad - r) / stride + 1, ow = (w + 2 * pad - s) / stride + 1;
    double *sum = malloc((size_t)k * sizeof *sum);
    T *weights = malloc((size_t)(r * s * c * k) * sizeof *weights);
    if (!sum || !weights)
        abort();
    pack(c, k, r * s, W, weights);
    for (int64_t pixel = 0; pixel < n * oh * ow; pixel++) {
        const int64_t image = pixel / (oh * ow), at = pixel % (oh * ow);
        memset(sum, 0, (size_t)k * sizeof *sum);
        for (int64_t i = 0; i < r * s; i++) {
            const int64_t y = at / ow * stride - pad + i / s, x = at % ow * stride - pad + i % s;
            if (y < 0 || y >= h || x < 0 || x >= w)
                continue;
            const T *from = X + (layout ? image * c * h * w + y * w + x : ((image * h + y) * w + x) * c);
            add_pixel(c, k, from, layout ? h * w : 1, weights + i * c * k, sum);
        }
        for (int64_t o = 0; o < k; o++)
            Y[layout ? (image * k + o) * oh * ow + at : pixel * k + o] = (T)sum[o];
    }
    free(weights);
    free(sum);
}
