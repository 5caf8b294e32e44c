/*
 * O = softmax(Q K^T / sqrt(d)) V by definition, one row at a time and in double. With `causal`, row i sees the first kv - q + i + 1 columns:
 * the last row sees them all.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Kt = the transposed K of one head: what belongs to all columns lies side by side. */
static void transpose(int64_t kv, int64_t d, const T *K, double *Kt)
{
    for (int64_t j = 0; j < kv; j++)
        for (int64_t p = 0; p < d; p++)
            Kt[p * kv + j] = (double)K[j * d + p];
}

/* weight[j] = exp(s_j - max s), where s_j = scale * <x, row j of K>; returns their sum. */
static double weigh(int64_t columns, int64_t kv, int64_t d, double scale, const T *x, const double *Kt, double *weight)
{
    double largest = -INFINITY, sum = 0;
    memset(weight, 0, (size_t)columns * sizeof *weight);
    for (int64_t p = 0; p < d; p++)
        for (int64_t j = 0; j < columns; j++)
            weight[j] += (double)x[p] * Kt[p * kv + j];
    for (int64_t j = 0; j < columns; j++) {
        weight[j] *= scale;
        largest = weight[j] > largest ? weight[j] : largest;
    }
    for (int64_t j = 0; j < columns; j++) {
        weight[j] = exp(weight[j] - largest);
        sum += weight[j];
    }
    return sum;
}

void ts_reference(int64_t heads, int64_t q, int64_t kv, int64_t d, const T *Q, const T *K, const T *V, T *O, void *workspace)
{
    (void)workspace;
    double *weight = malloc((size_t)(kv + d + kv * d) * sizeof *weight), *row = weight + kv, *Kt = row + d;
    if (!weight)
        abort();
    for (int64_t i = 0; i < heads * q; i++) {
        const int64_t head = i / q, columns = causal ? kv - q + i % q + 1 : kv;
        if (i % q == 0)
            transpose(kv, d, K + head * kv * d, Kt);
        const double sum = weigh(columns, kv, d, 1 / sqrt((double)d), Q + i * d, Kt, weight);
        memset(row, 0, (size_t)d * sizeof *row);
        for (int64_t j = 0; j < columns; j++)
            for (int64_t p = 0; p < d; p++)
                row[p] += weight[j] * (double)V[(head * kv + j) * d + p];
        for (int64_t p = 0; p < d; p++)
            O[i * d + p] = (T)(row[p] / sum);
    }
    free(weight);
}
