/* Transfer: what results of one problem say about another, and how a search uses it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/space.h"
#include "tune/expect.h"
#include "tune/strategies.h"

enum { PARAMS = 6, VALUES = 7, RESULTS = 120, LIMIT = 400 };

static ts_space *make_space(void)
{
    static const char *const NAMES[PARAMS] = {"a", "b", "c", "d", "e", "f"};
    ts_value domain[VALUES], known[PARAMS] = {{0}};
    ts_space_param_spec specs[PARAMS] = {0};
    ts_names *names;
    ts_space *space;
    assert_int_equal(ts_names_new(&names), TS_OK);
    for (size_t i = 0; i < VALUES; i++)
        domain[i] = ts_int((int64_t)1 << i);
    for (size_t i = 0; i < PARAMS; i++) {
        specs[i] = (ts_space_param_spec){.name = NAMES[i],
                                         .kind = i < 4 ? TS_PARAM_ORDINAL : TS_PARAM_CATEGORICAL,
                                         .values = domain,
                                         .count = VALUES};
        assert_int_equal(ts_names_add(names, NAMES[i], &specs[i].slot), TS_OK);
    }
    assert_int_equal(ts_space_build(&(ts_space_spec){specs, PARAMS, NULL, 0, known, PARAMS}, &space), TS_OK);
    ts_names_free(names);
    return space;
}

/* Categories without order, and sizes with an interaction; `scale` and `shift` make another problem of it. */
static double cost(const ts_space *space, uint64_t config, double scale, unsigned shift)
{
    static const double CATEGORY[VALUES] = {0.9, 0.2, 1.1, 0.7, 0, 1.3, 0.5};
    uint16_t o[PARAMS];
    double sum = 1;
    ts_space_decode(space, config, o);
    for (size_t i = 0; i < 4; i++)
        sum += 0.2 * fabs((double)o[i] - (double)((2 * i + 1 + shift) % VALUES));
    return scale * (sum + CATEGORY[o[4]] + CATEGORY[o[5]] + (o[0] == o[1] ? 0.5 : 0));
}

static ts_transfer *learn(const ts_space *space, double scale, unsigned shift)
{
    ts_transferred results[RESULTS];
    ts_transfer *transfer;
    ts_rng rng;
    ts_rng_seed(&rng, 99);
    for (size_t i = 0; i < RESULTS; i++) {
        results[i].config = ts_rng_below(&rng, ts_space_count(space));
        results[i].cost = cost(space, results[i].config, scale, shift);
    }
    assert_int_equal(ts_transfer_open(space, results, RESULTS, &transfer), TS_OK);
    assert_non_null(transfer);
    return transfer;
}

static const ts_strategy *strategy(const char *name)
{
    const ts_strategy *const *s = ts_strategies;
    while (*s && strcmp((*s)->name, name) != 0)
        s++;
    assert_non_null(*s);
    return *s;
}

/* Evaluations until the cost is within 10 % of the least. */
static size_t evaluations(const ts_space *space, const char *name, ts_belief belief, uint64_t seed)
{
    const ts_strategy *s = strategy(name);
    ts_search search = {.space = space, .seed = seed, .belief = belief};
    void *state;
    size_t n = 0;
    bool found = false;
    assert_int_equal(s->open(&search, &state), TS_OK);
    for (; n < LIMIT && !found; n++) {
        uint64_t config;
        assert_int_equal(s->propose(state, 1, &config), 1);
        ts_observation o = {config, TS_STATUS_OK, cost(space, config, 1, 0)};
        s->observe(state, &o, 1);
        found = o.cost <= 1.1;
    }
    s->close(state);
    return n;
}

static size_t total(const ts_space *space, const char *name, ts_belief belief)
{
    size_t sum = 0;
    for (uint64_t seed = 1; seed <= 8; seed++)
        sum += evaluations(space, name, belief, seed);
    return sum;
}

static void test_few_results_say_nothing(void **unused)
{
    (void)unused;
    ts_space *space = make_space();
    ts_transferred results[TS_TRANSFER_MIN] = {{0}};
    ts_transfer *transfer;
    assert_int_equal(ts_transfer_open(space, results, TS_TRANSFER_MIN - 1, &transfer), TS_OK);
    assert_null(transfer);
    assert_null(ts_transfer_belief(transfer).of);
    ts_space_free(space);
}

/* Rank correlation would do; a plain count of well-ordered pairs says the same. */
static void test_predicts_order(void **unused)
{
    (void)unused;
    ts_space *space = make_space();
    ts_transfer *transfer = learn(space, 7, 0);
    ts_belief e = ts_transfer_belief(transfer);
    size_t right = 0, pairs = 2000;
    ts_rng rng;
    ts_rng_seed(&rng, 5);
    for (size_t i = 0; i < pairs; i++) {
        uint64_t a = ts_rng_below(&rng, ts_space_count(space)), b = ts_rng_below(&rng, ts_space_count(space));
        right += (cost(space, a, 1, 0) < cost(space, b, 1, 0)) == (e.of(e.context, a) < e.of(e.context, b));
    }
    assert_true(right > pairs * 7 / 10);
    ts_transfer_close(transfer);
    ts_space_free(space);
}

/* A related problem saves evaluations; an unrelated one must not lead astray for long. */
static void test_search_uses_it(void **unused)
{
    (void)unused;
    static const char *const NAMES[] = {"auto", "surrogate"};
    ts_space *space = make_space();
    ts_transfer *related = learn(space, 7, 0), *unrelated = learn(space, 7, 3);
    for (size_t i = 0; i < 2; i++) {
        size_t without = total(space, NAMES[i], (ts_belief){0});
        size_t with = total(space, NAMES[i], ts_transfer_belief(related));
        size_t misled = total(space, NAMES[i], ts_transfer_belief(unrelated));
        print_message("  %s: %zu evaluations, %zu with related results, %zu with unrelated ones\n", NAMES[i],
                      without, with, misled);
        assert_true(with < without * 85 / 100);
        assert_true(misled < without * 3 / 2);
    }
    ts_transfer_close(related);
    ts_transfer_close(unrelated);
    ts_space_free(space);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few_results_say_nothing),
        cmocka_unit_test(test_predicts_order),
        cmocka_unit_test(test_search_uses_it),
    };
    return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
