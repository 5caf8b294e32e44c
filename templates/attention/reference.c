/*
 * O = softmax(Q K^T / sqrt(d)) V by definition, one row at a time and in double. With `causal`, row i sees the first kv - q + i + 1 columns:
 * the last row sees them all.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double product(int64_t d, const T *x, const T *y)
{
    double sum = 0;
    for (int64_t p = 0; p < d; p++)
        sum += (double)x[p] * (double)y[p];
    return sum;
}

/* weight[j] = exp(s_j - max s), where s_j = scale * <x, row j of K>; returns their sum. */
static double weigh(int64_t columns, int64_t d, double scale, const T *x, const T *K, double *weight)
{
    double largest = -INFINITY, sum = 0;
    for (int64_t j = 0; j < columns; j++) {
        weight[j] = scale * product(d, x, K + j * d);
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
    double *weight = malloc((size_t)(kv + d) * sizeof *weight), *row = weight + kv;
    if (!weight)
        abort();
    for (int64_t i = 0; i < heads * q; i++) {
        const int64_t head = i / q, columns = causal ? kv - q + i % q + 1 : kv;
        const double sum = weigh(columns, d, 1 / sqrt((double)d), Q + i * d, K + head * kv * d, weight);
        memset(row, 0, (size_t)d * sizeof *row);
        for (int64_t j = 0; j < columns; j++)
            for (int64_t p = 0; p < d; p++)
                row[p] += weight[j] * (double)V[(head * kv + j) * d + p];
        for (int64_t p = 0; p < d; p++)
            O[i * d + p] = (T)(row[p] / sum);
    }
    free(weight);
}
