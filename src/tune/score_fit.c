/* The numerical methods of the score; see score.h. */
#include "tune/score.h"

#include <math.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double ts_score_median(double *values, size_t n)
{
    if (n == 0)
        return NAN;
    qsort(values, n, sizeof *values, by_value);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* ---- PCHIP: Fritsch & Butland, SIAM J. Sci. Stat. Comput. 5 (1984), with the three-point ends of Moler,
 * "Numerical Computing with MATLAB" (2004), ch. 3 ---- */

static double slope(const ts_xy *k, size_t i)
{
    return (k[i + 1].y - k[i].y) / (k[i + 1].x - k[i].x);
}

static int sign(double x)
{
    return (x > 0) - (x < 0);
}

/* One-sided estimate from the two nearest intervals, shape-preserving. */
static double end_derivative(double h0, double h1, double m0, double m1)
{
    double d = ((2 * h0 + h1) * m0 - h0 * m1) / (h0 + h1);
    if (sign(d) != sign(m0))
        return 0;
    return sign(m0) != sign(m1) && fabs(d) > 3 * fabs(m0) ? 3 * m0 : d;
}

static double derivative(const ts_xy *k, size_t n, size_t i)
{
    if (n == 2)
        return slope(k, 0);
    if (i == 0)
        return end_derivative(k[1].x - k[0].x, k[2].x - k[1].x, slope(k, 0), slope(k, 1));
    if (i == n - 1)
        return end_derivative(k[n - 1].x - k[n - 2].x, k[n - 2].x - k[n - 3].x, slope(k, n - 2),
                              slope(k, n - 3));
    double left = slope(k, i - 1), right = slope(k, i);
    if (!(left * right > 0))
        return 0;
    double before = k[i].x - k[i - 1].x, after = k[i + 1].x - k[i].x;
    double w1 = 2 * after + before, w2 = after + 2 * before;
    return (w1 + w2) / (w1 / left + w2 / right);
}

/* The interval whose left knot is the last one not beyond x, within the first and the last interval. */
static size_t interval(const ts_xy *k, size_t n, double x)
{
    size_t lo = 0, hi = n - 2;
    while (lo < hi) {
        size_t mid = hi - (hi - lo) / 2;
        if (k[mid].x <= x)
            lo = mid;
        else
            hi = mid - 1;
    }
    return lo;
}

int ts_pchip(const ts_xy *k, size_t n, const double *q, size_t q_count, double *out)
{
    double *d = calloc(n, sizeof *d);
    if (!d)
        return ts_fail(TS_ENOMEM, "out of memory while interpolating");
    for (size_t i = 0; i < n; i++)
        d[i] = derivative(k, n, i);
    for (size_t j = 0; j < q_count; j++) {
        size_t i = interval(k, n, q[j]);
        double h = k[i + 1].x - k[i].x, t = (q[j] - k[i].x) / h, t2 = t * t, t3 = t2 * t;
        out[j] = (2 * t3 - 3 * t2 + 1) * k[i].y + (t3 - 2 * t2 + t) * h * d[i] +
                 (-2 * t3 + 3 * t2) * k[i + 1].y + (t3 - t2) * h * d[i + 1];
    }
    free(d);
    return TS_OK;
}

/* ---- isotonic regression: Barlow, Bartholomew, Bremner & Brunk (1972), pool adjacent violators
 * ------------------------ */

/* Points with the same x, then neighbours pooled into one level. */
typedef struct ts_block {
    double sum, weight;
    size_t first, last; /* of the distinct x */
} ts_block;

static int by_x(const void *a, const void *b)
{
    const ts_xy *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return (p->y > q->y) - (p->y < q->y);
}

/* True if the later block's mean is above the earlier's, which a non-increasing fit can't have. */
static bool violates(const ts_block *earlier, const ts_block *later)
{
    return earlier->sum * later->weight < later->sum * earlier->weight;
}

/* Sorted points to blocks of non-increasing means; the distinct x move to the front of `points`. */
static size_t pool(ts_xy *points, size_t n, ts_block *blocks, size_t *distinct)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < n; at++) {
        ts_block b = {0, 0, at, at};
        double x = points[i].x;
        for (; i < n && points[i].x == x; i++) {
            b.sum += points[i].y;
            b.weight++;
        }
        points[at].x = x;
        blocks[count++] = b;
        for (; count > 1 && violates(&blocks[count - 2], &blocks[count - 1]); count--) {
            ts_block *into = &blocks[count - 2];
            into->sum += blocks[count - 1].sum;
            into->weight += blocks[count - 1].weight;
            into->last = blocks[count - 1].last;
        }
    }
    *distinct = at;
    return count;
}

int ts_isotonic(ts_xy *points, size_t n, const double *q, size_t q_count, double *out)
{
    ts_block *blocks = malloc(n * sizeof *blocks);
    if (!blocks)
        return ts_fail(TS_ENOMEM, "out of memory while fitting a curve");
    size_t distinct, at = 0;
    qsort(points, n, sizeof *points, by_x);
    size_t count = pool(points, n, blocks, &distinct);
    for (size_t b = 0; b < count; b++)
        for (size_t i = blocks[b].first; i <= blocks[b].last; i++)
            points[i].y = blocks[b].sum / blocks[b].weight;
    free(blocks);
    for (size_t j = 0; j < q_count; j++) {
        while (at + 1 < distinct && points[at + 1].x < q[j])
            at++;
        const ts_xy *a = &points[at], *b = &points[at + 1];
        if (q[j] <= points[0].x)
            out[j] = points[0].y;
        else if (at + 1 >= distinct)
            out[j] = points[distinct - 1].y;
        else
            out[j] = a->y + (q[j] - a->x) / (b->x - a->x) * (b->y - a->y);
    }
    return TS_OK;
}
