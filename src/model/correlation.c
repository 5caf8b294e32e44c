/* See correlation.h. */
#include "model/correlation.h"

#include <math.h>
#include <stdlib.h>

typedef struct ts_ranked {
    double value;
    size_t index;
} ts_ranked;

static int by_value(const void *a, const void *b)
{
    const ts_ranked *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

static void rank(const double *values, size_t count, ts_ranked *sorted, double *ranks)
{
    for (size_t i = 0; i < count; i++)
        sorted[i] = (ts_ranked){values[i], i};
    qsort(sorted, count, sizeof *sorted, by_value);
    for (size_t first = 0, next; first < count; first = next) {
        for (next = first; next < count && !(sorted[next].value > sorted[first].value);)
            next++;
        for (size_t i = first; i < next; i++)
            ranks[sorted[i].index] = 0.5 * (double)(first + next - 1);
    }
}

/* Pearson's correlation of the ranks. */
static double correlation(const double *a, const double *b, size_t count)
{
    double middle = 0.5 * (double)(count - 1), ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < count; i++) {
        ab += (a[i] - middle) * (b[i] - middle);
        aa += (a[i] - middle) * (a[i] - middle);
        bb += (b[i] - middle) * (b[i] - middle);
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : NAN;
}

double ts_spearman(const double *a, const double *b, size_t count)
{
    ts_ranked *sorted = malloc((count + 1) * sizeof *sorted);
    double *ranks = malloc((2 * count + 1) * sizeof *ranks), result = NAN;
    if (sorted && ranks && count >= 3) {
        rank(a, count, sorted, ranks);
        rank(b, count, sorted, ranks + count);
        result = correlation(ranks, ranks + count, count);
    }
    free(sorted);
    free(ranks);
    return result;
}
