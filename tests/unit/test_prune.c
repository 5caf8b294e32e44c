/* Pruning: what is dropped, that the best survives as often as stated, and that a search is none the worse.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/recording.h"
#include "core/space.h"
#include "eval/evaluator.h"
#include "tune/prune.h"
#include "tune/strategies.h"

enum { PARAMS = 6, VALUES = 6, COUNT = VALUES * VALUES * VALUES * VALUES * VALUES * VALUES };

/* A space with costs: a model knows a part of them, another part can be learned, and the rest can't. */
typedef struct world {
    ts_space *space;
    double known[COUNT], cost[COUNT]; /* logs */
    uint64_t best;
} world;

static ts_space *make_space(void)
{
    static const char *const NAMES[PARAMS] = {"a", "b", "c", "d", "e", "f"};
    ts_value domain[VALUES], known[PARAMS] = {{0}};
    ts_space_param_spec specs[PARAMS] = {0};
    ts_names *names;
    ts_space *space;
    assert_int_equal(ts_names_new(&names), TS_OK);
    for (size_t i = 0; i < VALUES; i++)
        domain[i] = ts_int((int64_t)i);
    for (size_t i = 0; i < PARAMS; i++) {
        specs[i] = (ts_space_param_spec){.name = NAMES[i], .values = domain, .count = VALUES};
        assert_int_equal(ts_names_add(names, NAMES[i], &specs[i].slot), TS_OK);
    }
    assert_int_equal(ts_space_build(&(ts_space_spec){specs, PARAMS, NULL, 0, known, PARAMS}, &space), TS_OK);
    ts_names_free(names);
    return space;
}

static double noise(ts_rng *rng)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += ts_rng_unit(rng);
    return sum;
}

static world *make_world(uint64_t seed, double random)
{
    world *w = calloc(1, sizeof *w);
    double effect[PARAMS][VALUES];
    ts_rng rng;
    assert_non_null(w);
    ts_rng_seed(&rng, seed);
    w->space = make_space();
    for (size_t i = 0; i < PARAMS; i++)
        for (size_t v = 0; v < VALUES; v++)
            effect[i][v] = 0.25 * noise(&rng);
    for (uint64_t c = 0; c < COUNT; c++) {
        uint16_t o[PARAMS];
        ts_space_decode(w->space, c, o);
        for (size_t i = 0; i < 3; i++)
            w->known[c] += effect[i][o[i]];
        w->cost[c] = w->known[c] + effect[3][o[3]] + (o[4] > o[5] ? 0.2 : 0) + random * noise(&rng);
        if (w->cost[c] < w->cost[w->best])
            w->best = c;
    }
    return w;
}

static void free_world(world *w)
{
    ts_space_free(w->space);
    free(w);
}

static double predict(void *context, uint64_t config, double *features)
{
    const world *w = context;
    features[0] = w->known[config];
    return 2 * exp(w->known[config]); /* the factor is to be learned */
}

/* Learn from a search of so many evaluations. */
static ts_prune *prepare(world *w, bool model, size_t evaluations, uint64_t seed, ts_learned **learned)
{
    ts_predictor predictor = {w, 1, predict};
    ts_observation known[400];
    ts_prune *p;
    ts_rng rng;
    ts_rng_seed(&rng, seed);
    assert_true(evaluations <= 400);
    assert_int_equal(ts_learned_open(w->space, model ? predictor : (ts_predictor){0}, learned), TS_OK);
    for (size_t i = 0; i < evaluations; i++) {
        uint64_t c = ts_rng_below(&rng, COUNT);
        known[i] = (ts_observation){c, TS_STATUS_OK, exp(w->cost[c])};
        assert_int_equal(ts_learned_add(*learned, c, known[i].cost), TS_OK);
    }
    assert_int_equal(ts_learned_fit(*learned), TS_OK);
    assert_int_equal(ts_prune_open(*learned, 0.02, &p), TS_OK);
    assert_int_equal(ts_prune_begin(p, known, evaluations), TS_OK);
    return p;
}

/* Share dropped, and what is lost: log of the best that is kept over the best there is. */
static double dropped(const world *w, ts_prune *p, double *loss)
{
    ts_filter f = ts_prune_filter(p);
    double best = INFINITY;
    size_t n = 0;
    for (uint64_t c = 0; c < COUNT; c += 1 + (c != w->best && c + 1 != w->best)) { /* half, and the best */
        if (f.admits(f.context, c))
            best = fmin(best, w->cost[c]);
        else
            n++;
    }
    *loss = best - w->cost[w->best];
    return 2.0 * (double)n / COUNT;
}

/* Over many worlds the best is lost no more often than stated. */
static void test_the_best_survives(void **unused)
{
    (void)unused;
    enum { WORLDS = 10 };
    for (int model = 0; model < 2; model++) {
        double share = 0, said = 0;
        size_t lost = 0;
        for (uint64_t seed = 1; seed <= WORLDS; seed++) {
            world *w = make_world(seed, 0.08);
            ts_learned *l;
            ts_prune *p = prepare(w, model, 80, 100 + seed, &l);
            double loss;
            share += dropped(w, p, &loss) / WORLDS;
            ts_prune_claim c = ts_prune_says(p);
            assert_true(c.chance <= 0.0201 && !c.assumed && c.regret == 0.02);
            assert_true(c.share == 0 || (c.loss > 0.02 && c.loss < 0.2));
            said += c.share / WORLDS;
            lost += loss > log(1 / 0.98);
            ts_prune_close(p);
            ts_learned_close(l);
            free_world(w);
        }
        print_message("  %s: dropped %.0f %% (stated %.0f %%), the best was lost in %zu of %d spaces\n",
                      model ? "with a model" : "results alone", 100 * share, 100 * said, lost, WORLDS);
        assert_true(fabs(share - said) < 0.05);
        assert_true(share > (model ? 0.5 : 0.2));
        assert_true(lost <= 1); /* binomial: 2 or more of 10 at 2 % happen once in 60 times */
    }
}

static void test_nothing_is_dropped_without_a_result(void **unused)
{
    (void)unused;
    world *w = make_world(1, 0.08);
    ts_learned *l;
    ts_prune *p = prepare(w, true, 0, 1, &l);
    double loss;
    assert_true(dropped(w, p, &loss) == 0);
    ts_prune_claim c = ts_prune_says(p);
    assert_true(c.share == 0 && c.chance == 0 && c.assumed && isnan(c.loss));
    ts_prune_close(p);
    ts_learned_close(l);
    free_world(w);
}

/* With a few results the errors are assumed, and said to be. */
static void test_assumed_errors(void **unused)
{
    (void)unused;
    world *w = make_world(1, 0.08);
    ts_learned *l;
    ts_prune *few = prepare(w, true, 6, 1, &l);
    ts_prune_claim c = ts_prune_says(few);
    assert_true(c.assumed && c.deviation > 0.3);
    ts_prune_close(few);
    ts_learned_close(l);
    free_world(w);
}

/* ---- in the loop ----------------------------------------------------------------------------- */

static double true_cost(const void *context, uint64_t config)
{
    return ((const world *)context)->cost[config];
}

typedef struct outcome {
    double best;
    size_t evaluated;
    ts_prune_claim claim;
} outcome;

static outcome search(world *w, const char *strategy, bool pruned, uint64_t seed)
{
    ts_session s = {.space = w->space, .seed = seed, .stop = ts_stop_evaluations(60)};
    outcome out;
    ts_learned *l;
    ts_prune *p;
    assert_int_equal(ts_strategy_named(strategy, &s.strategy), TS_OK);
    assert_int_equal(ts_model_evaluator_open((ts_belief){w, true_cost}, &s.evaluator), TS_OK);
    s.evaluator->batch = 4; /* results come while others are on their way */
    assert_int_equal(ts_learned_open(w->space, (ts_predictor){w, 1, predict}, &l), TS_OK);
    assert_int_equal(ts_prune_open(l, 0.02, &p), TS_OK);
    if (pruned)
        s.filter = ts_prune_filter(p);
    assert_int_equal(ts_session_run(&s), TS_OK);
    out = (outcome){log(s.best.cost) - w->cost[w->best], s.evaluated, ts_prune_says(p)};
    s.evaluator->close(s.evaluator);
    ts_session_clear(&s);
    ts_prune_close(p);
    ts_learned_close(l);
    return out;
}

/* Declined proposals cost no evaluation, and every strategy gets on without them. */
static void test_every_strategy_gains(void **unused)
{
    (void)unused;
    double without = 0, with = 0;
    for (size_t i = 0; ts_strategies[i]; i++) {
        if (strcmp(ts_strategies[i]->name, "exhaustive") == 0)
            continue;
        for (uint64_t seed = 1; seed <= 2; seed++) {
            world *w = make_world(seed, 0.04);
            outcome plain = search(w, ts_strategies[i]->name, false, seed);
            outcome pruned = search(w, ts_strategies[i]->name, true, seed);
            assert_true(pruned.evaluated > 12); /* fewer than 60: nothing else was admitted */
            assert_true(pruned.claim.share > 0.3 && pruned.claim.declined > 0);
            without += plain.best;
            with += pruned.best;
            free_world(w);
        }
    }
    print_message("  60 evaluations end %.3f above the best, %.3f with pruning (sums over all)\n", without,
                  with);
    assert_true(with < without);
}

/* ---- recorded spaces ------------------------------------------------------------------------- */

static uint64_t optimum(const ts_recording *r)
{
    uint64_t best = 0;
    for (uint64_t i = 1; i < r->count; i++)
        if (r->status[i] == TS_STATUS_OK && (r->status[best] != TS_STATUS_OK || r->cost[i] < r->cost[best]))
            best = i;
    return best;
}

/* Whether a search with pruning has lost the best: it is ruled out, and better by more than the regret. */
static bool lost(const ts_recording *r, const char *strategy, uint64_t seed, double *share)
{
    ts_session s = {.space = r->space, .seed = seed, .stop = ts_stop_evaluations(60)};
    ts_learned *l;
    ts_prune *p;
    uint64_t best = optimum(r);
    assert_int_equal(ts_strategy_named(strategy, &s.strategy), TS_OK);
    assert_int_equal(ts_replay_open(r, &s.evaluator), TS_OK);
    assert_int_equal(ts_learned_open(r->space, (ts_predictor){0}, &l), TS_OK);
    assert_int_equal(ts_prune_open(l, 0.02, &p), TS_OK);
    s.filter = ts_prune_filter(p);
    assert_int_equal(ts_session_run(&s), TS_OK);
    *share += ts_prune_says(p).share;
    bool gone = !s.filter.admits(p, best) && 0.98 * s.best.cost > r->cost[best];
    s.evaluator->close(s.evaluator);
    ts_session_clear(&s);
    ts_prune_close(p);
    ts_learned_close(l);
    return gone;
}

/* Real spaces, results alone. Those beside the repository are used where they are. */
static void test_recorded_spaces(void **unused)
{
    (void)unused;
    static const char *const PATHS[] = {"tests/data/spaces/gemm_48_T4.json.xz",
                                        "../shared/data/search/dedispersion_milo__W7800.json.xz",
                                        "../shared/data/search/gemm__RTX_3090.json.xz"};
    static const char *const NAMES[] = {"random", "auto"};
    size_t runs = 0, gone = 0;
    double share = 0;
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
        ts_recording *r;
        char path[512];
        snprintf(path, sizeof path, "%s/%s", TS_SOURCE_DIR, PATHS[i]);
        if (i > 0 && access(path, R_OK) != 0)
            continue;
        assert_int_equal(ts_recording_load(path, &r), TS_OK);
        for (uint64_t seed = 1; seed <= 2; seed++)
            for (size_t n = 0; n < 2; n++, runs++)
                gone += lost(r, NAMES[n], seed, &share);
        ts_recording_free(r);
    }
    print_message("  %zu searches ruled out %.0f %% of their spaces; the best was lost in %zu\n", runs,
                  100 * share / (double)runs, gone);
    assert_true(gone <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_best_survives), cmocka_unit_test(test_nothing_is_dropped_without_a_result),
        cmocka_unit_test(test_assumed_errors),    cmocka_unit_test(test_every_strategy_gains),
        cmocka_unit_test(test_recorded_spaces),
    };
    return cmocka_run_group_tests_name("pruning", tests, NULL, NULL);
}
