/*
 * Bayesian optimisation (Jones, Schonlau & Welch 1998; Snoek, Larochelle & Adams 2012) for constrained
 * discrete spaces: a Gaussian process of the transformed cost, expected improvement, and a pool of candidates
 * that is partly random, partly close to the best. A configuration that fails teaches twice: the model is
 * told a bad cost, and the improvement expected near it counts less. There is no initial design: priors carry
 * the first picks. Everything that costs more than O(n) per candidate is amortised: observations append to
 * the Cholesky factor, scales are learned again each time the number of observations has grown by a sixth,
 * from a subset of them.
 */
#include "bayes.h"

#include "pool.h"
#include "response.h"

#include <math.h>
#include <stdlib.h>

enum { ELITE = 8, RANDOM = 450, RANDOM_AFTER = 20, OFFSPRING = 120 };
enum { ACTIVE = 180, FIT_POINTS = 100, BEST_PERCENT = 60 }; /* what the model is built from, and its scales */
enum { EAGER = 60, PATIENCE = 5 }; /* up to EAGER results rebuild each time, then every fifth */
enum { MEMORY = 128, FAILURE_WEIGHT = 10, PENDING = 64 };

typedef struct trial {
    uint64_t config;
    double cost, prior; /* cost NAN: failed */
    uint16_t *levels;
    bool chosen;
} trial;

typedef struct bayes {
    ts_walk walk;
    ts_encoding encoding;
    ts_gp gp;
    ts_pool pool;
    ts_response response;
    trial *trials;
    double *costs; /* scratch, as many as trials */
    size_t count, capacity, working;
    trial pending[PENDING]; /* proposed, not yet observed */
    size_t pending_count;
    double best, worst;     /* cost; response */
    size_t next_fit, since; /* working trials at which to fit; trials since the pool was made */
    bool stale;
} bayes;

static bool worked(const trial *t)
{
    return !isnan(t->cost);
}

int ts_bayes_open(const ts_search *search, bool informed, void **state)
{
    bayes *b = calloc(1, sizeof *b);
    if (!b)
        return ts_fail(TS_ENOMEM, "out of memory while starting the search");
    *b = (bayes){.best = INFINITY, .worst = -INFINITY, .next_fit = 2, .stale = true};
    ts_walk_open(&b->walk, search);
    int status = ts_encoding_open(&b->encoding, search, informed);
    if (status == TS_OK)
        status = ts_gp_open(&b->gp, &b->encoding);
    if (status == TS_OK)
        status = ts_pool_open(&b->pool, &b->walk, &b->encoding);
    if (status != TS_OK) {
        ts_bayes_close(b);
        return status;
    }
    ts_response_fit(&b->response, NULL, 0);
    ts_bayes_observe(b, search->known, search->known_count);
    *state = b;
    return TS_OK;
}

void ts_bayes_close(void *state)
{
    bayes *b = state;
    for (size_t i = 0; i < b->count; i++)
        free(b->trials[i].levels);
    for (size_t i = 0; i < b->pending_count; i++)
        free(b->pending[i].levels);
    free(b->trials);
    free(b->costs);
    ts_pool_close(&b->pool);
    ts_gp_close(&b->gp);
    ts_encoding_close(&b->encoding);
    ts_walk_close(&b->walk);
    free(b);
}

/* ---- learning
 * ------------------------------------------------------------------------------------------------ */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static size_t list_costs(bayes *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++)
        if (worked(&b->trials[i]))
            b->costs[n++] = b->trials[i].cost;
    return n;
}

static void learn_response(bayes *b)
{
    size_t n = list_costs(b);
    ts_response_fit(&b->response, b->costs, n);
    b->worst = n ? ts_response_of(&b->response, b->costs[n - 1]) : -INFINITY;
}

static ts_gp_point point_of(const bayes *b, const trial *t)
{
    double y = worked(t) ? ts_response_of(&b->response, t->cost) : b->worst;
    return (ts_gp_point){t->levels, {[TS_GP_RESPONSE] = y, [TS_GP_ONE] = 1, [TS_GP_PRIOR] = t->prior}};
}

/* Up to `limit` trials for the model: the best ones, and a random choice of the others. Failures count only
 * once there is a cost to compare them with. */
static size_t choose(bayes *b, size_t limit, ts_gp_point *points)
{
    size_t n = 0;
    if (b->working == 0)
        return 0;
    if (b->count <= limit) {
        for (; n < b->count; n++)
            points[n] = point_of(b, &b->trials[n]);
        return n;
    }
    size_t costs = list_costs(b), best = limit * BEST_PERCENT / 100;
    qsort(b->costs, costs, sizeof *b->costs, by_value);
    double threshold = best < costs ? b->costs[best] : INFINITY;
    for (size_t i = 0; i < b->count; i++) {
        trial *t = &b->trials[i];
        t->chosen = n < best && t->cost < threshold;
        if (t->chosen)
            points[n++] = point_of(b, t);
    }
    while (n < limit) {
        trial *t = &b->trials[ts_rng_below(&b->walk.rng, b->count)];
        if (!t->chosen)
            points[n++] = point_of(b, t);
        t->chosen = true;
    }
    return n;
}

static void build_model(bayes *b)
{
    ts_gp_point points[ACTIVE];
    size_t n;
    learn_response(b);
    if (b->working >= b->next_fit && b->encoding.count > 0) {
        n = choose(b, FIT_POINTS, points);
        ts_gp_fit(&b->gp, points, n);
        b->next_fit = b->working + (b->working < 12 ? 1 : b->working < 40 ? 2 : b->working / 6);
    }
    ts_gp_clear(&b->gp);
    n = choose(b, ACTIVE, points);
    for (size_t i = 0; i < n; i++)
        ts_gp_add(&b->gp, &points[i]);
}

static size_t list_elite(const bayes *b, uint64_t *elite)
{
    const trial *top[ELITE];
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++) {
        const trial *t = &b->trials[i];
        if (!worked(t) || (n == ELITE && !(t->cost < top[ELITE - 1]->cost)))
            continue;
        size_t at = n < ELITE ? n++ : ELITE - 1;
        for (; at > 0 && t->cost < top[at - 1]->cost; at--)
            top[at] = top[at - 1];
        top[at] = t;
    }
    for (size_t i = 0; i < n; i++)
        elite[i] = top[i]->config;
    return n;
}

static void rebuild(bayes *b)
{
    uint64_t elite[ELITE];
    build_model(b);
    ts_pool_clear(&b->pool);
    size_t n = list_elite(b, elite);
    for (size_t i = 0; i < n; i++)
        ts_pool_neighbours(&b->pool, elite[i]);
    ts_pool_offspring(&b->pool, elite, n, OFFSPRING);
    ts_pool_random(&b->pool, RANDOM);
    b->since = 0;
    b->stale = false;
}

/* ---- telling
 * ------------------------------------------------------------------------------------------------- */

static bool make_trial(bayes *b, uint64_t config, double cost, trial *t)
{
    *t = (trial){.config = config, .cost = cost};
    t->levels = calloc(b->encoding.count + 1, sizeof *t->levels);
    if (t->levels)
        t->prior = ts_encoding_of(&b->encoding, config, t->levels);
    return t->levels;
}

static bool grow(bayes *b)
{
    size_t capacity = b->capacity ? 2 * b->capacity : 256;
    trial *trials = realloc(b->trials, capacity * sizeof *trials);
    if (trials)
        b->trials = trials;
    double *costs = trials ? realloc(b->costs, capacity * sizeof *costs) : NULL;
    if (costs) {
        b->costs = costs;
        b->capacity = capacity;
    }
    return costs;
}

static void settle(bayes *b, uint64_t config)
{
    for (size_t i = 0; i < b->pending_count; i++)
        if (b->pending[i].config == config) {
            free(b->pending[i].levels);
            b->pending[i] = b->pending[--b->pending_count];
            return;
        }
}

/* Without memory for it, a result is merely not learned from. */
static void learn(bayes *b, const ts_observation *o)
{
    bool ok = o->status == TS_STATUS_OK && isfinite(o->cost);
    trial t;
    ts_walk_claim(&b->walk, o->config);
    settle(b, o->config);
    if ((b->count == b->capacity && !grow(b)) || !make_trial(b, o->config, ok ? o->cost : NAN, &t))
        return;
    b->trials[b->count++] = t;
    b->working += ok;
    b->since++;
    if (b->stale || (ok && !ts_response_takes(&b->response, o->cost))) {
        b->stale = true;
        b->best = ok ? fmin(b->best, o->cost) : b->best;
        return;
    }
    ts_gp_point point = point_of(b, &t);
    if (b->working > 0)
        ts_gp_add(&b->gp, &point);
    if (ok) {
        b->worst = fmax(b->worst, point.column[TS_GP_RESPONSE]);
        if (o->cost < b->best)
            ts_pool_neighbours(&b->pool, o->config);
        b->best = fmin(b->best, o->cost);
        ts_pool_random(&b->pool, RANDOM_AFTER);
    }
}

void ts_bayes_observe(void *state, const ts_observation *observations, size_t count)
{
    for (size_t i = 0; i < count; i++)
        learn(state, &observations[i]);
}

/* Nothing is learned of them, and nothing of what is near them awaited. */
void ts_bayes_decline(void *state, const uint64_t *configs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        settle(state, configs[i]);
}

/* ---- asking
 * -------------------------------------------------------------------------------------------------- */

static double expected_improvement(double mean, double deviation, double best)
{
    double z = (best - mean) / deviation;
    return deviation * (z * 0.5 * erfc(-z * M_SQRT1_2) + exp(-0.5 * z * z) * 0.5 * M_2_SQRTPI * M_SQRT1_2);
}

/* A kernel estimate (Nadaraya-Watson) of the chance to work, from the latest trials, one success added. */
static double feasibility(bayes *b, ts_candidate *c)
{
    if (b->working == b->count)
        return 1;
    if (c->judged == 0 && b->count > MEMORY)
        c->judged = b->count - MEMORY;
    for (; c->judged < b->count; c->judged++) {
        const trial *t = &b->trials[c->judged];
        *(worked(t) ? &c->works : &c->fails) += ts_gp_correlation(&b->gp, c->levels, t->levels);
    }
    return (1 + c->works) / (1 + c->works + FAILURE_WEIGHT * c->fails);
}

static double merit(bayes *b, ts_candidate *c, double best)
{
    double value = exp(-c->prior), mean, deviation;
    if (b->working > 0) {
        ts_gp_view_update(&b->gp, c->levels, c->white, &c->view);
        ts_gp_predict(&b->gp, &c->view, c->prior, &mean, &deviation);
        value = expected_improvement(mean, deviation, best);
    }
    value *= feasibility(b, c);
    for (size_t i = 0; i < b->pending_count; i++) {
        double k = ts_gp_correlation(&b->gp, c->levels, b->pending[i].levels);
        value *= 1 - k * k;
    }
    return value;
}

static bool propose_one(bayes *b, uint64_t *config)
{
    if (b->stale || b->since >= (b->working < EAGER ? 1 : PATIENCE))
        rebuild(b);
    ts_gp_solve(&b->gp);
    double best = b->working > 0 ? ts_response_of(&b->response, b->best) : 0, highest = -1;
    const ts_candidate *pick = NULL;
    for (size_t i = 0; i < b->pool.count; i++) {
        ts_candidate *c = &b->pool.items[i];
        if (ts_seen_has(&b->walk.seen, c->config))
            continue;
        double value = merit(b, c, best);
        if (value > highest) {
            highest = value;
            pick = c;
        }
    }
    if (!pick)
        return ts_walk_fresh(&b->walk, config);
    *config = pick->config;
    if (b->pending_count < PENDING && make_trial(b, *config, NAN, &b->pending[b->pending_count]))
        b->pending_count++;
    return ts_walk_claim(&b->walk, *config);
}

size_t ts_bayes_propose(void *state, size_t want, uint64_t *configs)
{
    size_t n = 0;
    while (n < want && propose_one(state, &configs[n]))
        n++;
    return n;
}
