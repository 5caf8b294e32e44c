/*
 * Learns relevance and length of every factor, and the noise: coordinate ascent on the log posterior density.
 * The mean, slope and variance are profiled out, so that only the shape of the covariance is searched.
 */
#include "gp.h"

#include <math.h>

enum { SWEEPS = 2, FACTORS_PER_FIT = 24 };
static const double RELEVANCE_DEVIATION = 1.5, LENGTH_DEVIATION = 0.8, NOISE_DEVIATION = 1.5;
static const double RELEVANCE_STEP = 1.2, LENGTH_STEP = 0.7, NOISE_STEP = 1;

typedef struct ascent {
    ts_gp *gp;
    const ts_gp_point *points;
    size_t count;
    double best;
} ascent;

static double penalty(double value, double centre, double deviation)
{
    double z = (value - centre) / deviation;
    return 0.5 * z * z;
}

static double log_posterior(const ascent *a)
{
    ts_gp *g = a->gp;
    ts_gp_clear(g);
    for (size_t i = 0; i < a->count; i++)
        ts_gp_add(g, &a->points[i]);
    ts_gp_solve(g);
    double p = -0.5 * ((double)a->count + ts_gp_freedom) * log(g->misfit) - g->log_determinant;
    p -= penalty(g->noise, ts_gp_noise0, NOISE_DEVIATION);
    for (size_t i = 0; i < g->encoding->count; i++) {
        p -= penalty(g->scales[i].relevance, ts_gp_relevance0(g->encoding->factors[i].kind),
                     RELEVANCE_DEVIATION);
        p -= penalty(g->scales[i].length, ts_gp_length0, LENGTH_DEVIATION);
    }
    return p;
}

/* One step of `value` each way, a second one in a direction that helped; true if it moved. */
static bool climb(ascent *a, double *value, size_t factor, double step)
{
    bool moved = false, tables = factor < a->gp->encoding->count;
    for (int direction = -1; direction <= 1 && !moved; direction += 2) {
        bool better = true;
        for (int repeat = 0; repeat < 2 && better; repeat++) {
            double before = *value;
            *value += direction * step;
            if (tables)
                ts_gp_tabulate(a->gp, factor);
            double p = log_posterior(a);
            better = p > a->best;
            moved |= better;
            if (better)
                a->best = p;
            else
                *value = before;
        }
        if (tables)
            ts_gp_tabulate(a->gp, factor);
    }
    return moved;
}

void ts_gp_fit(ts_gp *g, const ts_gp_point *points, size_t count)
{
    ascent a = {g, points, count, 0};
    size_t factors = g->encoding->count, share = factors < FACTORS_PER_FIT ? factors : FACTORS_PER_FIT;
    double size = 1;
    a.best = log_posterior(&a);
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        bool moved = false;
        for (size_t i = 0; i < share; i++) {
            size_t f = (g->turn + i) % factors;
            moved |= climb(&a, &g->scales[f].relevance, f, RELEVANCE_STEP * size);
            if (g->encoding->factors[f].kind != TS_FACTOR_IDENTITY)
                moved |= climb(&a, &g->scales[f].length, f, LENGTH_STEP * size);
        }
        moved |= climb(&a, &g->noise, factors, NOISE_STEP * size);
        if (!moved)
            size /= 2;
    }
    if (factors > share)
        g->turn = (g->turn + share) % factors;
    ts_gp_clear(g);
}
