/* See gp.h. */
#include "gp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Priors, chosen by leave-one-kernel-out cross-validation on recorded spaces (docs/search.md). */
const double ts_gp_length0 = -0.22314; /* log 0.8 */
const double ts_gp_noise0 = -5.80914;  /* log 0.003 */
const double ts_gp_freedom = 4;
static const double SIGMA0 = 0.5, SLOPE0 = 1, SLOPE_DEVIATION = 1, TINY = 1e-9;

double ts_gp_relevance0(ts_factor_kind kind)
{
    return kind == TS_FACTOR_VALUATION || kind == TS_FACTOR_IDENTITY ? -0.5 : 0.5;
}

/* Fixed lanes and order of summation: the same result whatever the compiler makes of it. */
typedef double wide __attribute__((vector_size(32), aligned(8), may_alias));
typedef float wide_narrow __attribute__((vector_size(32), aligned(4), may_alias));

static double dot(const double *a, const double *b, size_t n)
{
    wide s = {0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        s += *(const wide *)(a + i) * *(const wide *)(b + i);
    double rest = 0;
    for (; i < n; i++)
        rest += a[i] * b[i];
    return s[0] + s[1] + s[2] + s[3] + rest;
}

static float dot_narrow(const float *a, const float *b, size_t n)
{
    wide_narrow s = {0};
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        s += *(const wide_narrow *)(a + i) * *(const wide_narrow *)(b + i);
    float rest = 0;
    for (; i < n; i++)
        rest += a[i] * b[i];
    return s[0] + s[1] + s[2] + s[3] + s[4] + s[5] + s[6] + s[7] + rest;
}

int ts_gp_open(ts_gp *g, const ts_encoding *encoding)
{
    size_t factors = encoding->count;
    *g = (ts_gp){.encoding = encoding, .noise = ts_gp_noise0};
    g->scales = calloc(factors + 1, sizeof *g->scales);
    g->levels = calloc(TS_GP_MAX * factors + 1, sizeof *g->levels);
    g->rows = calloc((size_t)TS_GP_MAX * TS_GP_MAX, sizeof *g->rows);
    g->narrow = calloc((size_t)TS_GP_MAX * TS_GP_MAX, sizeof *g->narrow);
    g->white = calloc((size_t)TS_GP_COLUMNS * TS_GP_MAX, sizeof *g->white);
    if (!g->scales || !g->levels || !g->rows || !g->narrow || !g->white) {
        ts_gp_close(g);
        return ts_fail(TS_ENOMEM, "out of memory while starting the search");
    }
    for (size_t i = 0; i < factors; i++) {
        g->scales[i].relevance = ts_gp_relevance0(encoding->factors[i].kind);
        g->scales[i].length = ts_gp_length0;
        ts_gp_tabulate(g, i);
    }
    ts_gp_clear(g);
    return TS_OK;
}

void ts_gp_close(ts_gp *g)
{
    free(g->scales);
    free(g->levels);
    free(g->rows);
    free(g->narrow);
    free(g->white);
    *g = (ts_gp){0};
}

static double matern(double distance)
{
    double r = sqrt(5) * distance;
    return (1 + r + r * r / 3) * exp(-r);
}

void ts_gp_tabulate(ts_gp *g, size_t factor)
{
    const ts_factor *f = &g->encoding->factors[factor];
    ts_gp_scale *s = &g->scales[factor];
    double w = 1 / (1 + exp(-s->relevance)), unit = exp(-s->length) / f->span;
    for (size_t d = 0; d < TS_LEVELS; d++) {
        double m = f->kind == TS_FACTOR_IDENTITY ? d == 0 : matern((double)d * unit);
        s->correlation[d] = (float)(1 - w + w * m);
    }
}

double ts_gp_correlation(const ts_gp *g, const uint16_t *a, const uint16_t *b)
{
    float product = 1;
    for (size_t i = 0; i < g->encoding->count; i++) {
        int d = abs((int)a[i] - (int)b[i]);
        product *= g->scales[i].correlation[d < TS_LEVELS ? d : TS_LEVELS - 1];
    }
    return (double)product;
}

void ts_gp_clear(ts_gp *g)
{
    g->count = 0;
    g->log_determinant = 0;
    memset(g->gram, 0, sizeof g->gram);
}

bool ts_gp_add(ts_gp *g, const ts_gp_point *point)
{
    if (g->count == TS_GP_MAX)
        return false;
    size_t n = g->count++, factors = g->encoding->count;
    double *row = g->rows + n * TS_GP_MAX, left = 1 + exp(g->noise);
    for (size_t j = 0; j < n; j++) {
        const double *other = g->rows + j * TS_GP_MAX;
        double k = ts_gp_correlation(g, point->levels, g->levels + j * factors);
        row[j] = (k - dot(row, other, j)) / other[j];
    }
    left -= dot(row, row, n);
    row[n] = sqrt(left > TINY ? left : TINY);
    g->log_determinant += log(row[n]);
    for (size_t j = 0; j <= n; j++)
        g->narrow[n * TS_GP_MAX + j] = (float)row[j];
    memcpy(g->levels + n * factors, point->levels, factors * sizeof *g->levels);
    for (size_t c = 0; c < TS_GP_COLUMNS; c++) {
        double *white = g->white + c * TS_GP_MAX;
        white[n] = (point->column[c] - dot(row, white, n)) / row[n];
        for (size_t d = 0; d <= c; d++)
            g->gram[c][d] = g->gram[d][c] += white[n] * g->white[d * TS_GP_MAX + n];
    }
    return true;
}

/*
 * Generalised least squares for mean and slope, with the slope a priori SLOPE0 sigma, and the posterior mode
 * of sigma^2 under a scaled inverse chi-square prior (Gelman et al. 2013, ch. 14); they depend on each other,
 * a few rounds suffice.
 */
void ts_gp_solve(ts_gp *g)
{
    enum { Y = TS_GP_RESPONSE, ONE = TS_GP_ONE, S = TS_GP_PRIOR, ROUNDS = 4 };
    g->mean = g->slope = 0;
    g->sigma = SIGMA0;
    if (g->count == 0)
        return;
    double precision = 1 / (SLOPE_DEVIATION * SLOPE_DEVIATION), squares = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double slope0 = SLOPE0 * g->sigma, ss = g->gram[S][S] + precision,
               sy = g->gram[S][Y] + precision * slope0;
        double determinant = g->gram[ONE][ONE] * ss - g->gram[ONE][S] * g->gram[ONE][S];
        double b[TS_GP_COLUMNS] = {[Y] = 1};
        b[ONE] = -(g->gram[ONE][Y] * ss - sy * g->gram[ONE][S]) / determinant;
        b[S] = -(g->gram[ONE][ONE] * sy - g->gram[ONE][S] * g->gram[ONE][Y]) / determinant;
        g->mean = -b[ONE];
        g->slope = -b[S];
        squares = precision * (g->slope - slope0) * (g->slope - slope0);
        for (size_t i = 0; i < TS_GP_COLUMNS; i++)
            for (size_t j = 0; j < TS_GP_COLUMNS; j++)
                squares += b[i] * b[j] * g->gram[i][j];
        g->misfit = ts_gp_freedom * SIGMA0 * SIGMA0 + fmax(0, squares);
        g->sigma = sqrt(g->misfit / (ts_gp_freedom + (double)g->count));
    }
}

void ts_gp_view_update(const ts_gp *g, const uint16_t *levels, float *white, ts_gp_view *view)
{
    size_t factors = g->encoding->count;
    for (; view->seen < g->count; view->seen++) {
        size_t j = view->seen;
        const float *row = g->narrow + j * TS_GP_MAX;
        float k = (float)ts_gp_correlation(g, levels, g->levels + j * factors);
        white[j] = (k - dot_narrow(white, row, j)) / row[j];
        double w = (double)white[j];
        for (size_t c = 0; c < TS_GP_COLUMNS; c++)
            view->dot[c] += w * g->white[c * TS_GP_MAX + j];
        view->explained += w * w;
    }
}

void ts_gp_predict(const ts_gp *g, const ts_gp_view *view, double prior, double *mean, double *deviation)
{
    *mean = g->mean + g->slope * prior + view->dot[TS_GP_RESPONSE] - g->mean * view->dot[TS_GP_ONE] -
            g->slope * view->dot[TS_GP_PRIOR];
    *deviation = g->sigma * sqrt(fmax(1e-8, 1 - view->explained));
}
