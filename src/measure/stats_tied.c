/*
 * Which variants can't be told from the best. For each pair two exact intervals of the ratio, each at half
 * the error allowed: Hodges-Lehmann's from the Wilcoxon signed-rank distribution, which sees small
 * differences, and the order-statistic interval of the sign test, which a few large outliers don't widen
 * (Hollander, Wolfe & Chicken, Nonparametric Statistical Methods, 3.3 and 3.6). They assume nothing about the
 * noise but that two equal variants, timed in the same round, are equally likely to be the slower one.
 */
#include "measure/stats.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/*
 * How many of the Walsh averages to cut off at each end so that the interval has level 1 - alpha: the largest
 * c with 2 P(W <= c - 1) <= alpha for the signed-rank statistic W of n rounds. `ways` has room for n(n+1)/2 +
 * 1 numbers.
 */
static size_t wilcoxon_cut(size_t n, double alpha, double *ways)
{
    size_t sums = n * (n + 1) / 2 + 1, cut = 0;
    memset(ways, 0, sums * sizeof *ways);
    ways[0] = 1;
    for (size_t rank = 1; rank <= n; rank++) {
        for (size_t s = sums; s-- > 0;) {
            ways[s] = 0.5 * (ways[s] + (s >= rank ? ways[s - rank]
                                                  : 0)); /* halving as we go: probabilities, no overflow */
        }
    }
    for (double tail = ways[0]; cut < sums && 2 * tail <= alpha; tail += ways[cut]) {
        cut++;
    }
    return cut;
}

/* The same for the values themselves, from the binomial distribution of signs: the largest c with 2 P(B <= c
 * - 1) <= alpha. */
static size_t sign_cut(size_t n, double alpha)
{
    double term = exp2(-(double)n), tail = term; /* P(B = cut), P(B <= cut) */
    size_t cut = 0;
    while (cut < n && 2 * tail <= alpha) {
        cut++;
        term *= (double)(n - cut + 1) / (double)cut;
        tail += term;
    }
    return cut;
}

/* All (d[i]+d[j])/2, ascending; returns their number, n(n+1)/2. */
static size_t walsh_averages(const double *d, size_t n, double *out)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i; j < n; j++) {
            out[count++] = 0.5 * (d[i] + d[j]);
        }
    }
    qsort(out, count, sizeof *out, compare_doubles);
    return count;
}

/* Scratch memory of one call. */
typedef struct contest {
    const double *samples;
    size_t count, rounds;
    double *column;        /* [max(count, rounds)] */
    double *walsh;         /* [rounds(rounds+1)/2 + 1] */
    size_t wilcoxon, sign; /* values to cut off at each end; 0: too few rounds for the level */
} contest;

static bool has_samples(const contest *c, size_t row)
{
    for (size_t r = 0; r < c->rounds; r++) {
        if (!isfinite(c->samples[row * c->rounds + r])) {
            return false;
        }
    }
    return c->rounds > 0;
}

/* Median of the variants that ran, in one round: dividing by it takes out what slowed the whole round down.
 */
static double round_median(contest *c, size_t round)
{
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (has_samples(c, i)) {
            c->column[n++] = c->samples[i * c->rounds + round];
        }
    }
    return ts_median(c->column, n);
}

static size_t find_best(contest *c, double *norms)
{
    size_t best = 0;
    double lowest = INFINITY;
    for (size_t r = 0; r < c->rounds; r++) {
        norms[r] = round_median(c, r);
    }
    for (size_t i = 0; i < c->count; i++) {
        for (size_t r = 0; r < c->rounds; r++) {
            c->column[r] = c->samples[i * c->rounds + r] / norms[r];
        }
        double median = has_samples(c, i) ? ts_median(c->column, c->rounds) : INFINITY;
        if (median < lowest) {
            lowest = median;
            best = i;
        }
    }
    return best;
}

/* `values` ascending; without a cut nothing can be said. */
static ts_interval cut_off(const double *values, size_t n, size_t cut)
{
    if (cut == 0) {
        return (ts_interval){0, 1, INFINITY};
    }
    return (ts_interval){exp(values[cut - 1]), exp(values[n / 2]), exp(values[n - cut])};
}

/* Of row i over row `best`: what both intervals leave. */
static ts_interval ratio_interval(contest *c, size_t i, size_t best)
{
    for (size_t r = 0; r < c->rounds; r++) {
        c->column[r] = log(c->samples[i * c->rounds + r] / c->samples[best * c->rounds + r]);
    }
    qsort(c->column, c->rounds, sizeof *c->column, compare_doubles);
    size_t averages = walsh_averages(c->column, c->rounds, c->walsh);
    ts_interval sign = cut_off(c->column, c->rounds, c->sign),
                rank = cut_off(c->walsh, averages, c->wilcoxon);
    return (ts_interval){fmax(sign.lo, rank.lo), rank.mid, fmin(sign.hi, rank.hi)};
}

static void judge(contest *c, double level, double equivalence, size_t best, _Bool *tied)
{
    size_t runners = 0;
    for (size_t i = 0; i < c->count; i++) {
        runners += has_samples(c, i);
    }
    double pairs = runners > 1 ? 0.5 * (double)runners * (double)(runners - 1) : 1;
    double alpha = (1 - level) / pairs;
    c->wilcoxon = wilcoxon_cut(c->rounds, alpha / 2, c->walsh);
    c->sign = sign_cut(c->rounds, alpha / 2);
    for (size_t i = 0; i < c->count; i++) {
        tied[i] = false;
        if (has_samples(c, i)) {
            ts_interval ratio = ratio_interval(c, i, best);
            tied[i] = i == best || ratio.lo <= 1 + equivalence;
        }
    }
}

void ts_tied_set(const double *samples, size_t count, size_t rounds, double level, double equivalence,
                 uint64_t seed, size_t *best, _Bool *tied)
{
    (void)seed; /* the exact distribution needs no resampling */
    size_t longest = count > rounds ? count : rounds;
    contest c = {.samples = samples, .count = count, .rounds = rounds};
    double *norms = malloc((rounds + 1) * sizeof *norms);
    c.column = malloc((longest + 1) * sizeof *c.column);
    c.walsh = malloc((rounds * (rounds + 1) / 2 + 1) * sizeof *c.walsh);
    *best = 0;
    for (size_t i = 0; i < count; i++) {
        tied[i] = true; /* what remains when memory runs out: nothing can be told apart */
    }
    if (norms && c.column && c.walsh && count > 0) {
        *best = find_best(&c, norms);
        judge(&c, level, equivalence, *best, tied);
    }
    free(norms);
    free(c.column);
    free(c.walsh);
}
