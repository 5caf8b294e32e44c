/* See prune.h. */
#include "tune/prune.h"

#include <math.h>
#include <stdlib.h>

enum { SAMPLE = 2000, REFIT_LEAST = 3 };
/* That what is dropped holds the best: one-sided. */
static const double chance = 0.02;
/* Of the log error of a model that nothing is known of: a factor of two, either way, is not rare. It counts
 * as much as so many results, so that a few that resemble each other don't make a model too sure of itself.
 */
static const double prior_deviation = 0.35, prior_weight = 4;

struct ts_prune {
    ts_learned *learned;
    double regret;
    double extreme;             /* a(N): how many deviations below the mean the least of the space lies */
    double best;                /* log of the best result; INFINITY */
    double limit;               /* log of the seconds that may be expected of what is evaluated */
    double strictest;           /* limit so far */
    double deviation, selected; /* d and s of prune.h */
    bool assumed;
    size_t own, fitted; /* results of this space; at the last fit */
    size_t declined, sampled;
    uint64_t sample[SAMPLE]; /* configurations, drawn once */
    double expected[SAMPLE]; /* of them, at the last fit */
};

static double normal_above(double z)
{
    return 0.5 * erfc(z * M_SQRT1_2);
}

/* By how much z is exceeded on average where it is exceeded; far out the quotient has no digits left. */
static double excess(double z)
{
    return z > 20 ? 1 / z : exp(-0.5 * z * z) / sqrt(2 * M_PI) / normal_above(z) - z;
}

/* The z that is exceeded with this probability. */
static double normal_quantile(double probability)
{
    double low = -40, high = 40;
    for (int i = 0; i < 100; i++) {
        double middle = 0.5 * (low + high);
        if (normal_above(middle) > probability)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Blom's approximation of the expected largest of `count` standard normal variables. */
static double expected_extreme(double count)
{
    return count > 1 ? normal_quantile((1 - 0.375) / (count + 0.25)) : 0;
}

/* Predictions over the space, and their deviation. */
static double survey(ts_prune *p)
{
    double sum = 0, squares = 0, n = 0;
    for (size_t i = 0; i < p->sampled; i++) {
        double x = p->expected[i] = ts_learned_expect(p->learned, p->sample[i]);
        if (!isfinite(x))
            continue;
        sum += x;
        squares += x * x;
        n++;
    }
    return n > 1 ? sqrt(fmax(0, (squares - sum * sum / n) / (n - 1))) : 0;
}

/* What the model's errors are reckoned with: their deviation as measured, by one standard error larger, and
 * that the common factor of this problem comes from so many results. */
static double error_deviation(ts_prune *p)
{
    const ts_residual_trust *t = ts_learned_trust(p->learned);
    double n = (double)(t->own_judged ? t->own : t->others),
           squares = prior_weight * prior_deviation * prior_deviation;
    p->assumed = isnan(t->deviation);
    if (p->assumed)
        n = 0;
    else
        squares += n * t->deviation * t->deviation;
    n += prior_weight;
    return sqrt(squares / n) * (1 + 1 / sqrt(2 * n)) * sqrt(1 + 1 / fmax(1, (double)t->own));
}

/* How far below its expectation the best may lie. */
static double margin(const ts_prune *p, double z)
{
    return p->deviation * (p->selected * p->extreme + z * sqrt(1 - p->selected * p->selected));
}

/* Without results of this problem nobody knows its common factor. */
static void set_limit(ts_prune *p)
{
    if (p->fitted < REFIT_LEAST || !ts_learned_speaks(p->learned))
        return;
    p->limit = p->best + log1p(-p->regret) + margin(p, normal_quantile(chance));
    p->strictest = fmin(p->strictest, p->limit);
}

static void calibrate(ts_prune *p)
{
    double spread = survey(p);
    p->deviation = error_deviation(p);
    p->selected = p->deviation / sqrt(p->deviation * p->deviation + spread * spread);
    p->fitted = p->own;
    set_limit(p);
}

int ts_prune_open(ts_learned *learned, double regret, ts_prune **out)
{
    uint64_t count = ts_space_count(ts_learned_space(learned));
    ts_prune *p = calloc(1, sizeof *p);
    ts_rng rng;
    if (!p)
        return ts_fail(TS_ENOMEM, "out of memory while preparing to prune");
    p->learned = learned;
    p->regret = regret;
    p->extreme = expected_extreme((double)count);
    p->best = p->limit = p->strictest = INFINITY;
    p->sampled = count < SAMPLE ? (size_t)count : SAMPLE;
    ts_rng_seed(&rng, 1);
    for (size_t i = 0; i < p->sampled; i++)
        p->sample[i] = count <= SAMPLE ? i : ts_rng_below(&rng, count);
    calibrate(p);
    *out = p;
    return TS_OK;
}

void ts_prune_close(ts_prune *p)
{
    free(p);
}

static void count_result(ts_prune *p, const ts_observation *o)
{
    p->own++;
    p->best = fmin(p->best, log(o->cost));
}

int ts_prune_begin(ts_prune *p, const ts_observation *known, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (known[i].status == TS_STATUS_OK && known[i].cost > 0)
            count_result(p, &known[i]);
    calibrate(p);
    return TS_OK;
}

/* The expectation follows the results, at first every few of them. */
int ts_prune_learn(ts_prune *p, const ts_observation *o)
{
    if (o->status != TS_STATUS_OK || !(o->cost > 0))
        return TS_OK;
    count_result(p, o);
    int rc = ts_learned_add(p->learned, o->config, o->cost);
    if (rc == TS_OK && p->own - p->fitted >= REFIT_LEAST + p->fitted / 6) {
        rc = ts_learned_fit(p->learned);
        calibrate(p);
    }
    set_limit(p);
    return rc;
}

static bool admits(void *context, uint64_t config)
{
    ts_prune *p = context;
    bool slower = isfinite(p->limit) && ts_learned_expect(p->learned, config) > p->limit;
    p->declined += slower;
    return !slower;
}

static int learn(void *context, const ts_observation *o)
{
    return ts_prune_learn(context, o);
}

ts_filter ts_prune_filter(ts_prune *p)
{
    return (ts_filter){p, admits, learn};
}

/* The limit was never below `strictest`: what the errors, as they are known now, say about that one. */
ts_prune_claim ts_prune_says(const ts_prune *p)
{
    ts_prune_claim c = {.regret = p->regret,
                        .chance = 0,
                        .loss = NAN,
                        .deviation = p->deviation,
                        .assumed = p->assumed,
                        .declined = p->declined};
    size_t dropped = 0;
    for (size_t i = 0; i < p->sampled; i++)
        dropped += p->expected[i] > p->strictest;
    if (dropped == 0 || !isfinite(p->strictest))
        return c;
    double rest = p->deviation * sqrt(1 - p->selected * p->selected);
    double z = (p->strictest - p->best - log1p(-p->regret) - margin(p, 0)) / rest;
    c.share = (double)dropped / (double)p->sampled;
    c.chance = normal_above(z);
    c.loss = exp(rest * excess(z)) / (1 - p->regret) - 1;
    return c;
}
