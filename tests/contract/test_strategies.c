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

/* x0 is a boolean; x1 (sizes), x2 (a permutation) and x3 (a category) only mean something where it is true.
 */
static ts_space *make_conditional_space(void)
{
    enum { PARAMS = 4, SIZES = 12 };
    static const char *const ORDERS[] = {"ijk", "ikj", "jik", "jki", "kij", "kji"};
    static const ts_param_kind KINDS[] = {TS_PARAM_BOOLEAN, TS_PARAM_ORDINAL, TS_PARAM_PERMUTATION,
                                          TS_PARAM_CATEGORICAL};
    static const size_t COUNTS[PARAMS] = {2, SIZES, 6, 3};
    ts_value domains[PARAMS][SIZES], known[PARAMS] = {{0}};
    ts_space_param_spec specs[PARAMS] = {0};
    char name[PARAMS][3] = {"x0", "x1", "x2", "x3"};
    ts_names *names;
    ts_expr *when;
    ts_space *space;
    assert_int_equal(ts_names_new(&names), TS_OK);
    for (size_t i = 0; i < PARAMS; i++) {
        for (size_t v = 0; v < COUNTS[i]; v++)
            domains[i][v] = i == 2 ? ts_string(ORDERS[v]) : ts_int((int64_t)(i == 1 ? 8 * (v + 1) : v));
        specs[i] = (ts_space_param_spec){
            .name = name[i], .kind = KINDS[i], .values = domains[i], .count = COUNTS[i]};
        assert_int_equal(ts_names_add(names, name[i], &specs[i].slot), TS_OK);
    }
    assert_int_equal(ts_expr_parse("x0 == 1", (ts_place){"test", 1, 1}, names, &when), TS_OK);
    for (size_t i = 1; i < PARAMS; i++)
        specs[i].when = when;
    assert_int_equal(ts_space_build(&(ts_space_spec){specs, PARAMS, NULL, 0, known, PARAMS}, &space), TS_OK);
    assert_int_equal(ts_space_count(space), 1 + SIZES * 6 * 3);
    ts_expr_free(when);
    ts_names_free(names);
    return space;
}

/* How results come back. Zeros: each configuration at once, costs from 1 up, some fail. */
typedef struct course {
    size_t batch;
    bool all_fail;
    size_t late;    /* results held back, and then delivered last first */
    size_t foreign; /* configurations 0, 1, ... observed without being asked for, the first half before
                       anything */
    double offset;  /* added to every cost */
} course;

static ts_observation evaluate(const ts_space *space, uint64_t config, const course *c)
{
    uint16_t ordinals[4];
    ts_space_decode(space, config, ordinals);
    double cost = 1 + c->offset;
    for (size_t i = 0; i < ts_space_params(space); i++)
        cost += fabs((double)ordinals[i] - 4.0);
    bool fails = c->all_fail || config % 11 == 5;
    return (ts_observation){config, fails ? TS_STATUS_CRASHED : TS_STATUS_OK, fails ? NAN : cost};
}

static void tell(const ts_strategy *s, void *state, const ts_observation *o, size_t count)
{
    if (s->observe && count > 0)
        s->observe(state, o, count);
}

/* Observe configurations first .. end - 1, which the strategy may then no longer propose. */
static void tell_foreign(const ts_strategy *s, void *state, const ts_space *space, const course *c,
                         bool *seen, uint64_t first, uint64_t end)
{
    for (uint64_t config = first; config < end; config++) {
        ts_observation o = evaluate(space, config, c);
        if (!seen[config])
            tell(s, state, &o, 1);
        seen[config] = true;
    }
}

/* Drive a strategy until it has nothing more or `limit` evaluations; checks range and repeats; returns the
 * length of the trace. */
static size_t drive(const ts_strategy *strategy, const ts_space *space, uint64_t seed, const course *c,
                    size_t limit, uint64_t *trace)
{
    ts_search search = {.space = space, .seed = seed};
    ts_observation waiting[64];
    void *state;
    size_t n = 0, held = 0, got = 1;
    uint64_t count = ts_space_count(space);
    bool *seen = calloc(count + 1, sizeof *seen);
    assert_int_equal(strategy->open(&search, &state), TS_OK);
    tell_foreign(strategy, state, space, c, seen, 0, c->foreign / 2);
    while (n < limit && got > 0) {
        uint64_t configs[16];
        got = strategy->propose(state, c->batch, configs);
        assert_true(got <= c->batch);
        for (size_t i = 0; i < got; i++) {
            assert_true(configs[i] < count);
            assert_false(seen[configs[i]]);
            seen[configs[i]] = true;
            trace[n++] = configs[i];
            waiting[held++] = evaluate(space, configs[i], c);
        }
        for (; held > (got ? c->late : 0); held--)
            tell(strategy, state, &waiting[held - 1], 1);
        if (n > 5)
            tell_foreign(strategy, state, space, c, seen, c->foreign / 2, c->foreign);
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
        assert_int_equal(drive(s, space, 1, &(course){.batch = batch}, MAX_TRACE - 16, trace),
                         ts_space_count(space));
    free(trace);
    ts_space_free(space);
}

static void check_deterministic(const ts_strategy *s)
{
    ts_space *space = make_space(4, 7);
    uint64_t a[128], b[128];
    size_t n = drive(s, space, 42, &(course){.batch = 4}, 100, a);
    assert_int_equal(drive(s, space, 42, &(course){.batch = 4}, 100, b), n);
    assert_memory_equal(a, b, n * sizeof *a);
    ts_space_free(space);
}

static void check_tiny(const ts_strategy *s)
{
    uint64_t trace[32];
    for (size_t values = 1; values <= 2; values++) {
        ts_space *space = make_space(1, values);
        assert_int_equal(drive(s, space, 3, &(course){.batch = 4}, 16, trace), values);
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
    assert_int_equal(drive(s, space, 5, &(course){.batch = 4}, 16, trace), 0);
    ts_space_free(space);
    ts_expr_free(constraint);
    ts_names_free(names);
}

static void check_all_fail(const ts_strategy *s)
{
    ts_space *space = make_space(3, 5);
    uint64_t *trace = calloc(MAX_TRACE, sizeof *trace);
    assert_int_equal(drive(s, space, 9, &(course){.batch = 3, .all_fail = true}, MAX_TRACE - 16, trace),
                     ts_space_count(space));
    free(trace);
    ts_space_free(space);
}

/* What is known is never proposed again. */
static void check_known(const ts_strategy *s)
{
    ts_space *space = make_space(2, 8);
    ts_observation known[10];
    for (uint64_t i = 0; i < 10; i++)
        known[i] = evaluate(space, 3 * i, &(course){0});
    ts_search search = {.space = space, .seed = 7, .known = known, .known_count = 10};
    void *state;
    uint64_t configs[64];
    size_t total = 0, got;
    assert_int_equal(s->open(&search, &state), TS_OK);
    while ((got = s->propose(state, 5, configs)) > 0) {
        for (size_t i = 0; i < got; i++) {
            assert_false(configs[i] % 3 == 0 && configs[i] < 30);
            ts_observation o = evaluate(space, configs[i], &(course){0});
            if (s->observe)
                s->observe(state, &o, 1);
        }
        total += got;
    }
    assert_int_equal(total, ts_space_count(space) - 10);
    s->close(state);
    ts_space_free(space);
}

/* Parameters of every kind, most of them inactive in one half. */
static void check_conditional(const ts_strategy *s)
{
    ts_space *space = make_conditional_space();
    uint64_t trace[256];
    for (int fail = 0; fail < 2; fail++)
        assert_int_equal(drive(s, space, 11, &(course){.batch = 2, .all_fail = fail}, 240, trace),
                         ts_space_count(space));
    ts_space_free(space);
}

/* Batches whose results come late and last first: still complete, still the same each time. */
static void check_late(const ts_strategy *s)
{
    ts_space *space = make_space(3, 6);
    uint64_t a[256], b[256];
    course late = {.batch = 8, .late = 30};
    size_t n = drive(s, space, 21, &late, 240, a);
    assert_int_equal(n, ts_space_count(space));
    assert_int_equal(drive(s, space, 21, &late, 240, b), n);
    assert_memory_equal(a, b, n * sizeof *a);
    ts_space_free(space);
}

/* Seeds and other sessions' results, before the first proposal and in between. */
static void check_foreign(const ts_strategy *s)
{
    ts_space *space = make_space(3, 6);
    uint64_t trace[256];
    size_t n = drive(s, space, 31, &(course){.batch = 1, .foreign = 60}, 240, trace);
    assert_in_range(n, ts_space_count(space) - 60, ts_space_count(space) - 30);
    ts_space_free(space);
}

/* Costs that are rates (negative) or of either sign. */
static void check_signs(const ts_strategy *s)
{
    ts_space *space = make_space(3, 6);
    uint64_t trace[256];
    const double offsets[] = {-100, -5, -1};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(drive(s, space, 41, &(course){.batch = 3, .offset = offsets[i]}, 240, trace),
                         ts_space_count(space));
    ts_space_free(space);
}

/* On a smooth space, whoever learns is done early, whatever the sign of the costs.
 */
static void check_learns(const ts_strategy *s)
{
    if (!s->observe || !strcmp(s->name, "random") || !strcmp(s->name, "exhaustive"))
        return;
    ts_space *space = make_space(4, 9);
    uint64_t trace[1600];
    const double offsets[] = {0, -100};
    for (size_t i = 0; i < 2; i++) {
        size_t n = drive(s, space, 51, &(course){.batch = 1, .offset = offsets[i]}, 1500, trace), found = 0;
        while (found < n && !(evaluate(space, trace[found], &(course){0}).cost <= 2))
            found++;
        assert_in_range(found, 0, 200); /* random: about 600 */
    }
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
EACH(conditional)
EACH(late)
EACH(foreign)
EACH(signs)
EACH(learns)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity),      cmocka_unit_test(test_exhausts),
        cmocka_unit_test(test_deterministic), cmocka_unit_test(test_tiny),
        cmocka_unit_test(test_empty),         cmocka_unit_test(test_all_fail),
        cmocka_unit_test(test_known),         cmocka_unit_test(test_conditional),
        cmocka_unit_test(test_late),          cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_signs),         cmocka_unit_test(test_learns),
    };
    return cmocka_run_group_tests_name("strategies", tests, NULL, NULL);
}
