/* Every search strategy passes the same tests: inside the space, no repeats, same seed same trace, survives
 * odd spaces. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/space.h"
#include "tune/strategies.h"

enum { MAX_TRACE = 3000 };

/* A space of `params` ordinal parameters of `values` values each, with the constraint x0 + x1 != 3 when there
 * are two. */
static ts_space *make_space(size_t params, size_t values)
{
    ts_names *names;
    ts_space_param_spec specs[4] = {0};
    ts_value domain[16], known[4] = {{0}};
    char name[4][3];
    ts_expr *constraint = NULL;
    ts_space *space;
    assert_int_equal(ts_names_new(&names), TS_OK);
    for (size_t i = 0; i < values; i++)
        domain[i] = ts_int((int64_t)i);
    for (size_t i = 0; i < params; i++) {
        name[i][0] = 'x';
        name[i][1] = (char)('0' + i);
        name[i][2] = '\0';
        specs[i] = (ts_space_param_spec){.name = name[i],
                                         .kind = i % 2 ? TS_PARAM_CATEGORICAL : TS_PARAM_ORDINAL,
                                         .values = domain,
                                         .count = values};
        assert_int_equal(ts_names_add(names, name[i], &specs[i].slot), TS_OK);
    }
    if (params > 1)
        assert_int_equal(ts_expr_parse("x0 + x1 != 3", (ts_place){"test", 1, 1}, names, &constraint), TS_OK);
    const ts_expr *constraints[] = {constraint};
    ts_space_spec spec = {specs, params, constraints, params > 1, known, params};
    assert_int_equal(ts_space_build(&spec, &space), TS_OK);
    ts_expr_free(constraint);
    ts_names_free(names);
    return space;
}

static ts_observation evaluate(const ts_space *space, uint64_t config, bool all_fail)
{
    uint16_t ordinals[4];
    ts_space_decode(space, config, ordinals);
    double cost = 1;
    for (size_t i = 0; i < ts_space_params(space); i++)
        cost += fabs((double)ordinals[i] - 4.0);
    bool fails = all_fail || config % 11 == 5;
    return (ts_observation){config, fails ? TS_STATUS_CRASHED : TS_STATUS_OK, fails ? NAN : cost};
}

/* Drive a strategy until it has nothing more or `limit` evaluations; checks range and repeats; returns the
 * length of the trace. */
static size_t drive(const ts_strategy *strategy, const ts_space *space, uint64_t seed, bool all_fail,
                    size_t batch, size_t limit, uint64_t *trace)
{
    ts_search search = {.space = space, .seed = seed};
    void *state;
    size_t n = 0;
    uint64_t count = ts_space_count(space);
    bool *seen = calloc(count + 1, sizeof *seen);
    assert_int_equal(strategy->open(&search, &state), TS_OK);
    while (n < limit) {
        uint64_t configs[16];
        size_t got = strategy->propose(state, batch, configs);
        assert_true(got <= batch);
        if (got == 0)
            break;
        for (size_t i = 0; i < got; i++) {
            assert_true(configs[i] < count);
            assert_false(seen[configs[i]]);
            seen[configs[i]] = true;
            trace[n++] = configs[i];
            ts_observation o = evaluate(space, configs[i], all_fail);
            if (strategy->observe)
                strategy->observe(state, &o, 1);
        }
    }
    strategy->close(state);
    free(seen);
    return n;
}

static void for_each_strategy(void (*check)(const ts_strategy *))
{
    for (const ts_strategy *const *s = ts_strategies; *s; s++) {
        print_message("  strategy %s\n", (*s)->name);
        check(*s);
    }
}

static void check_identity(const ts_strategy *s)
{
    assert_non_null(s->name);
    assert_non_null(s->summary);
    assert_non_null(s->open);
    assert_non_null(s->propose);
    assert_non_null(s->close);
    assert_ptr_equal(ts_strategy_find(s->name), s);
}

static void check_exhausts(const ts_strategy *s)
{
    ts_space *space = make_space(3, 8);
    uint64_t *trace = calloc(MAX_TRACE, sizeof *trace);
    for (size_t batch = 1; batch <= 7; batch += 6)
        assert_int_equal(drive(s, space, 1, false, batch, MAX_TRACE - 16, trace), ts_space_count(space));
    free(trace);
    ts_space_free(space);
}

static void check_deterministic(const ts_strategy *s)
{
    ts_space *space = make_space(4, 7);
    uint64_t a[128], b[128];
    size_t n = drive(s, space, 42, false, 4, 100, a);
    assert_int_equal(drive(s, space, 42, false, 4, 100, b), n);
    assert_memory_equal(a, b, n * sizeof *a);
    ts_space_free(space);
}

static void check_tiny(const ts_strategy *s)
{
    uint64_t trace[32];
    for (size_t values = 1; values <= 2; values++) {
        ts_space *space = make_space(1, values);
        assert_int_equal(drive(s, space, 3, false, 4, 16, trace), values);
        ts_space_free(space);
    }
}

/* x0 in {3}, x1 in {0}: the constraint x0 + x1 != 3 leaves nothing. */
static void check_empty(const ts_strategy *s)
{
    ts_names *names;
    ts_value three = ts_int(3), known[1] = {{0}};
    ts_expr *constraint;
    ts_space *space;
    uint64_t trace[16];
    ts_space_param_spec spec = {.name = "x", .kind = TS_PARAM_ORDINAL, .values = &three, .count = 1};
    assert_int_equal(ts_names_new(&names), TS_OK);
    assert_int_equal(ts_names_add(names, "x", &spec.slot), TS_OK);
    assert_int_equal(ts_expr_parse("x != 3", (ts_place){"test", 1, 1}, names, &constraint), TS_OK);
    const ts_expr *constraints[] = {constraint};
    assert_int_equal(ts_space_build(&(ts_space_spec){&spec, 1, constraints, 1, known, 1}, &space), TS_OK);
    assert_int_equal(ts_space_count(space), 0);
    assert_int_equal(drive(s, space, 5, false, 4, 16, trace), 0);
    ts_space_free(space);
    ts_expr_free(constraint);
    ts_names_free(names);
}

static void check_all_fail(const ts_strategy *s)
{
    ts_space *space = make_space(3, 5);
    uint64_t *trace = calloc(MAX_TRACE, sizeof *trace);
    assert_int_equal(drive(s, space, 9, true, 3, MAX_TRACE - 16, trace), ts_space_count(space));
    free(trace);
    ts_space_free(space);
}

/* What is known is never proposed again. */
static void check_known(const ts_strategy *s)
{
    ts_space *space = make_space(2, 8);
    ts_observation known[10];
    for (uint64_t i = 0; i < 10; i++)
        known[i] = evaluate(space, 3 * i, false);
    ts_search search = {space, 7, known, 10};
    void *state;
    uint64_t configs[64];
    size_t total = 0, got;
    assert_int_equal(s->open(&search, &state), TS_OK);
    while ((got = s->propose(state, 5, configs)) > 0) {
        for (size_t i = 0; i < got; i++) {
            assert_false(configs[i] % 3 == 0 && configs[i] < 30);
            ts_observation o = evaluate(space, configs[i], false);
            if (s->observe)
                s->observe(state, &o, 1);
        }
        total += got;
    }
    assert_int_equal(total, ts_space_count(space) - 10);
    s->close(state);
    ts_space_free(space);
}

#define EACH(name)                                                                                           \
    static void test_##name(void **unused)                                                                   \
    {                                                                                                        \
        (void)unused;                                                                                        \
        for_each_strategy(check_##name);                                                                     \
    }
EACH(identity)
EACH(exhausts)
EACH(deterministic)
EACH(tiny)
EACH(empty)
EACH(all_fail)
EACH(known)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity),      cmocka_unit_test(test_exhausts),
        cmocka_unit_test(test_deterministic), cmocka_unit_test(test_tiny),
        cmocka_unit_test(test_empty),         cmocka_unit_test(test_all_fail),
        cmocka_unit_test(test_known),
    };
    return cmocka_run_group_tests_name("strategies", tests, NULL, NULL);
}
