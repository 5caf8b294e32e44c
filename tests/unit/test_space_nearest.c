/* ts_space_nearest() against its definition, by brute force, for both forms of a space. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/space.h"

enum { PARAMS = 3, VALUES = 7 };

static ts_value domain[VALUES];

/* Three parameters with a constraint that leaves holes. */
static ts_space *make_trie(void)
{
    static const char *const names[PARAMS] = {"x", "y", "z"};
    ts_names *table;
    ts_expr *constraint;
    ts_space *space;
    ts_space_param_spec specs[PARAMS] = {0};
    ts_value known[PARAMS] = {{0}};
    assert_int_equal(ts_names_new(&table), TS_OK);
    for (size_t i = 0; i < VALUES; i++)
        domain[i] = ts_int((int64_t)i);
    for (size_t i = 0; i < PARAMS; i++) {
        specs[i] = (ts_space_param_spec){
            .name = names[i], .kind = TS_PARAM_ORDINAL, .values = domain, .count = VALUES};
        assert_int_equal(ts_names_add(table, names[i], &specs[i].slot), TS_OK);
    }
    assert_int_equal(ts_expr_parse("(x * 3 + y) % 4 == 1 && x + z != 5 && x != 2", (ts_place){"test", 1, 1},
                                   table, &constraint),
                     TS_OK);
    const ts_expr *constraints[] = {constraint};
    assert_int_equal(ts_space_build(&(ts_space_spec){specs, PARAMS, constraints, 1, known, PARAMS}, &space),
                     TS_OK);
    ts_expr_free(constraint);
    ts_names_free(table);
    return space;
}

/* The same configurations as rows, in an order of their own. */
static ts_space *make_table(const ts_space *trie)
{
    static const char *const names[PARAMS] = {"x", "y", "z"};
    const uint64_t count = ts_space_count(trie);
    uint16_t *rows = calloc(count, PARAMS * sizeof *rows);
    ts_space_param_spec specs[PARAMS] = {0};
    ts_space *space;
    for (size_t i = 0; i < PARAMS; i++)
        specs[i] = (ts_space_param_spec){
            .name = names[i], .kind = TS_PARAM_ORDINAL, .values = domain, .count = VALUES, .slot = i};
    for (uint64_t c = 0; c < count; c++)
        ts_space_decode(trie, (c * 11 + 3) % count, rows + c * PARAMS);
    assert_int_equal(ts_space_from_table(specs, PARAMS, rows, count, &space), TS_OK);
    free(rows);
    return space;
}

static int distance(uint16_t a, uint16_t b)
{
    return a < b ? b - a : a - b;
}

/* Keep, parameter by parameter, the feasible value nearest to the wanted one, by looking at every
 * configuration. */
static void by_brute_force(const ts_space *space, const uint16_t *wanted, uint16_t *out)
{
    uint16_t o[PARAMS];
    for (size_t i = 0; i < PARAMS; i++) {
        int best = -1;
        for (uint64_t c = 0; c < ts_space_count(space); c++) {
            bool agrees = true;
            ts_space_decode(space, c, o);
            for (size_t j = 0; j < i; j++)
                agrees = agrees && o[j] == out[j];
            if (!agrees)
                continue;
            int d = distance(o[i], wanted[i]), b = best < 0 ? 0 : distance((uint16_t)best, wanted[i]);
            if (best < 0 || d < b || (d == b && o[i] < best))
                best = o[i];
        }
        out[i] = (uint16_t)best;
    }
}

static void check_all(const ts_space *space)
{
    for (uint16_t x = 0; x < VALUES; x++)
        for (uint16_t y = 0; y < VALUES; y++)
            for (uint16_t z = 0; z < VALUES; z++) {
                uint16_t wanted[PARAMS] = {x, y, z}, expected[PARAMS], got[PARAMS];
                uint64_t config = ts_space_nearest(space, wanted), exact;
                assert_true(config < ts_space_count(space));
                ts_space_decode(space, config, got);
                by_brute_force(space, wanted, expected);
                assert_memory_equal(got, expected, sizeof got);
                if (ts_space_encode(space, wanted, &exact))
                    assert_int_equal(config, exact);
            }
}

static void test_trie(void **unused)
{
    (void)unused;
    ts_space *trie = make_trie();
    assert_true(ts_space_count(trie) > 40 && ts_space_count(trie) < VALUES * VALUES * VALUES / 2);
    check_all(trie);
    ts_space_free(trie);
}

static void test_table(void **unused)
{
    (void)unused;
    ts_space *trie = make_trie(), *table = make_table(trie);
    assert_int_equal(ts_space_count(table), ts_space_count(trie));
    check_all(table);
    ts_space_free(table);
    ts_space_free(trie);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_trie), cmocka_unit_test(test_table)};
    return cmocka_run_group_tests_name("space_nearest", tests, NULL, NULL);
}
