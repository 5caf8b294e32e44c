/* Spaces against plain enumeration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "space_fixture.h"

static bool step(const draft *d, uint16_t *ordinals)
{
    for (size_t i = d->param_count; i-- > 0;) {
        if (++ordinals[i] < d->params[i].count)
            return true;
        ordinals[i] = 0;
    }
    return false;
}

/* The space must hold what enumeration finds, in the same order, and nothing else. */
static void check_against_enumeration(const draft *d, const ts_space *space)
{
    uint16_t ordinals[MOST] = {0}, decoded[MOST];
    ts_value slots[MOST + 1];
    uint64_t expected = 0, config;
    do {
        memcpy(slots, d->known, sizeof slots);
        for (size_t i = 0; i < d->param_count; i++)
            slots[d->params[i].slot] = d->params[i].values[ordinals[i]];
        if (is_valid(d, slots, ordinals)) {
            assert_true(ts_space_encode(space, ordinals, &config));
            assert_int_equal(config, expected);
            ts_space_decode(space, config, decoded);
            assert_memory_equal(decoded, ordinals, d->param_count * sizeof *ordinals);
            expected++;
        } else {
            assert_false(ts_space_encode(space, ordinals, &config));
        }
    } while (step(d, ordinals));
    assert_int_equal(ts_space_count(space), expected);
    assert_true((ts_space_why_empty(space) != NULL) == (expected == 0));
}

static void check(const char *const *constraints, int letters, int from, int to)
{
    draft d;
    begin(&d);
    add_letters(&d, letters, from, to);
    for (; *constraints; constraints++)
        constrain(&d, *constraints);
    ts_space *space = build(&d);
    check_against_enumeration(&d, space);
    ts_space_free(space);
    end(&d);
}

static void test_same_as_enumeration(void **state)
{
    (void)state;
    check((const char *[]){NULL}, 4, 0, 5);
    check((const char *[]){"a*b*c <= 12", NULL}, 4, -3, 6);
    check((const char *[]){"a % b == 0", "b % c == 0", NULL}, 4, 1, 9);
    check((const char *[]){"a == d", "b == c", NULL}, 4, 0, 6);
    check((const char *[]){"b == 0 || a / b > 1", NULL}, 3, -4, 4);
    check((const char *[]){"a*c*b == 24", "min(a, d, 3) + max(b, c) < 8", NULL}, 4, 1, 8);
    check((const char *[]){"a > 2 ? b < 3 : c == d", "in(d, 1, a, 5)", NULL}, 4, 0, 6);
    check((const char *[]){"a + b - c * d == 3 || ispow2(a + b)", NULL}, 4, -2, 4);
    check((const char *[]){"roundup(a, c) == ceildiv(b, c) * c", NULL}, 4, 1, 7);
    check((const char *[]){"sqrt(1.0*a*a + b*b) <= c", "abs(a - d) == 1", NULL}, 4, 0, 6);
    check((const char *[]){"a / 2.0 > b && floor(c / 3.0) == d", NULL}, 4, 0, 7);
    check((const char *[]){"!(a < b) || not (c < d)", "a - b != c", NULL}, 4, 0, 6);
}

/* Random constraints, so that shapes nobody thought of are met: the tree is grown from a small grammar. */
static void random_expression(ts_rng *rng, int depth, ts_str *out)
{
    static const char *const binary[] = {"+", "-", "*", "<", "<=", "==", "!=", "&&", "||", ">", ">="};
    static const char *const calls[] = {"min", "max", "in"};
    uint64_t pick = depth <= 0 ? 0 : ts_rng_below(rng, 8);
    if (pick < 2) {
        ts_str_format(out, pick && depth < 3 ? "%c" : "(%c)", (char)('a' + ts_rng_below(rng, 4)));
    } else if (pick == 2) {
        ts_str_format(out, "%d", (int)ts_rng_below(rng, 7));
    } else if (pick == 3) {
        ts_str_format(out, "%s(", calls[ts_rng_below(rng, 3)]);
        random_expression(rng, depth - 1, out);
        ts_str_append(out, ", ");
        random_expression(rng, depth - 1, out);
        ts_str_append(out, ")");
    } else if (pick == 4) {
        ts_str_append(out, "(");
        random_expression(rng, depth - 1, out);
        ts_str_append(out, ts_rng_below(rng, 2) ? " % (1 + abs(" : " / (2 + abs(");
        random_expression(rng, depth - 1, out);
        ts_str_append(out, ")))");
    } else if (pick == 5) {
        ts_str_append(out, "(");
        random_expression(rng, depth - 1, out);
        ts_str_append(out, " ? ");
        random_expression(rng, depth - 1, out);
        ts_str_append(out, " : ");
        random_expression(rng, depth - 1, out);
        ts_str_append(out, ")");
    } else {
        ts_str_append(out, "(");
        random_expression(rng, depth - 1, out);
        ts_str_format(out, " %s ", binary[ts_rng_below(rng, 11)]);
        random_expression(rng, depth - 1, out);
        ts_str_append(out, ")");
    }
}

static void test_random_constraints(void **state)
{
    (void)state;
    ts_rng rng;
    ts_rng_seed(&rng, 7);
    for (int round = 0; round < 400; round++) {
        draft d;
        begin(&d);
        add_letters(&d, 4, -1 + (int)ts_rng_below(&rng, 3), 3 + (int)ts_rng_below(&rng, 3));
        for (uint64_t n = 1 + ts_rng_below(&rng, 3); n--;) {
            ts_str text = TS_STR_INIT;
            random_expression(&rng, 4, &text);
            constrain(&d, ts_str_text(&text));
            ts_str_free(&text);
        }
        if (ts_rng_below(&rng, 2))
            when(&d, ts_rng_below(&rng, 4), ts_rng_below(&rng, 2) ? "a > b" : "c == d || b > 1", 1);
        ts_space *space = build(&d);
        check_against_enumeration(&d, space);
        ts_space_free(space);
        end(&d);
    }
}

static void test_inactive_parameters(void **state)
{
    (void)state;
    draft d;
    ts_str text = TS_STR_INIT;
    begin(&d);
    ts_space_param_spec *p = add(&d, "algorithm", TS_PARAM_CATEGORICAL);
    d.values[0][p->count++] = ts_string("packed");
    d.values[0][p->count++] = ts_string("direct");
    add_range(&d, "kc", 64, 512, 64);
    add_range(&d, "mr", 1, 4, 1);
    when(&d, 1, "algorithm == 'packed'", 3);
    constrain(&d, "algorithm != 'direct' || mr > 2");
    ts_space *space = build(&d);
    check_against_enumeration(&d, space);
    assert_int_equal(ts_space_count(space), 8 * 4 + 2);
    assert_true(ts_space_active(space, 0, 1));
    assert_false(ts_space_active(space, 33, 1));
    ts_space_describe(space, 8, &text);
    ts_str_append(&text, "; ");
    ts_space_describe(space, 33, &text);
    assert_string_equal(ts_str_text(&text), "algorithm=packed kc=192 mr=1; algorithm=direct mr=4");
    ts_str_free(&text);
    ts_space_free(space);
    end(&d);
}

/* A condition may look at a parameter that comes later. */
static void test_condition_on_later_parameter(void **state)
{
    (void)state;
    draft d;
    begin(&d);
    add_letters(&d, 3, 0, 5);
    when(&d, 0, "c > 2", 4);
    constrain(&d, "a <= b");
    ts_space *space = build(&d);
    check_against_enumeration(&d, space);
    ts_space_free(space);
    end(&d);
}

static void test_known_values(void **state)
{
    (void)state;
    draft d;
    size_t slot;
    begin(&d);
    add_letters(&d, 2, 1, 10);
    assert_int_equal(ts_names_add(d.names, "target.l1", &slot), TS_OK);
    d.known[slot] = ts_int(20);
    constrain(&d, "a * b <= target.l1");
    ts_space *space = build(&d);
    check_against_enumeration(&d, space);
    ts_space_free(space);
    end(&d);
}

/* ---- what can be wrong
 * ----------------------------------------------------------------------------------------- */

static int build_code(const draft *d)
{
    const ts_space_spec spec = spec_of(d);
    ts_space *space = NULL;
    int code = ts_space_build(&spec, &space);
    ts_space_free(code ? NULL : space);
    return code;
}

static void test_why_empty(void **state)
{
    (void)state;
    draft d;
    begin(&d);
    add_letters(&d, 3, 1, 9);
    constrain(&d, "a > 3");
    constrain(&d, "b > 3");
    constrain(&d, "a + b < 8");
    constrain(&d, "c > 0");
    ts_space *space = build(&d);
    assert_int_equal(ts_space_count(space), 0);
    assert_string_equal(ts_space_why_empty(space), "a + b < 8 (test.xml:12)");
    ts_space_free(space);
    end(&d);
}

static void test_errors(void **state)
{
    (void)state;
    draft d;
    begin(&d);
    add_letters(&d, 2, 0, 5);
    constrain(&d, "a / b == 1");
    assert_int_equal(build_code(&d), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "test.xml:10:3: in 'a / b == 1': division by zero"));
    end(&d);
    begin(&d);
    add_letters(&d, 2, 0, 5);
    constrain(&d, "a == 'text'");
    assert_int_equal(build_code(&d), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "compares a text with a number"));
    end(&d);
    begin(&d);
    add_letters(&d, 1, 0, 5);
    d.values[0][3] = ts_int(1);
    assert_int_equal(build_code(&d), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "has the value 1 twice"));
    d.params[0].count = 0;
    assert_int_equal(build_code(&d), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "has no values"));
    end(&d);
}

/* A guard that stands after what it guards still works where it excludes the value at once. */
static void test_late_guard(void **state)
{
    (void)state;
    draft d;
    begin(&d);
    add_letters(&d, 2, 0, 5);
    constrain(&d, "a / b == 1");
    constrain(&d, "b > 0");
    assert_int_equal(build_code(&d), TS_OK);
    end(&d);
}

static void test_too_many_configurations(void **state)
{
    (void)state;
    draft d;
    begin(&d);
    add_letters(&d, 10, 0, 99);
    assert_int_equal(build_code(&d), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "2^64"));
    constrain(&d, "a + b == 0");
    assert_int_equal(build_code(&d), TS_OK);
    end(&d);
}

static void test_no_parameters(void **state)
{
    (void)state;
    draft d;
    begin(&d);
    ts_space *space = build(&d);
    assert_int_equal(ts_space_count(space), 1);
    uint64_t config = 9;
    uint16_t none[1];
    assert_true(ts_space_encode(space, none, &config));
    assert_int_equal(config, 0);
    ts_space_free(space);
    end(&d);
}

/* ---- tables
 * ------------------------------------------------------------------------------------------------------ */

static void test_table(void **state)
{
    (void)state;
    const ts_value values[] = {ts_int(1), ts_int(2), ts_int(4)};
    const ts_space_param_spec params[] = {{.name = "x", .values = values, .count = 3, .slot = 0},
                                          {.name = "y", .values = values, .count = 3, .slot = 1}};
    const uint16_t rows[] = {2, 1, 0, 0, 1, 2}, twice[] = {2, 1, 0, 0, 2, 1}, outside[] = {3, 0};
    ts_space *space = NULL;
    ts_str text = TS_STR_INIT;
    uint64_t config;
    assert_int_equal(ts_space_from_table(params, 2, rows, 3, &space), TS_OK);
    assert_int_equal(ts_space_count(space), 3);
    for (uint64_t i = 0; i < 3; i++) {
        uint16_t ordinals[2];
        ts_space_decode(space, i, ordinals);
        assert_memory_equal(ordinals, rows + 2 * i, sizeof ordinals);
        assert_true(ts_space_encode(space, ordinals, &config));
        assert_int_equal(config, i);
    }
    assert_false(ts_space_encode(space, (uint16_t[]){1, 1}, &config));
    assert_false(ts_space_encode(space, (uint16_t[]){60000, 1}, &config));
    ts_space_describe(space, 0, &text);
    assert_string_equal(ts_str_text(&text), "x=4 y=2");
    ts_str_free(&text);
    ts_space_free(space);
    assert_int_equal(ts_space_from_table(params, 2, twice, 3, &space), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "rows 0 and 2"));
    assert_int_equal(ts_space_from_table(params, 2, outside, 1, &space), TS_EINTERNAL);
    assert_int_equal(ts_space_from_table(params, 2, rows, 0, &space), TS_OK);
    assert_non_null(ts_space_why_empty(space));
    ts_space_free(space);
}

/* ---- sharing and speed
 * ------------------------------------------------------------------------------------------- */

static void test_independent_groups_share(void **state)
{
    (void)state;
    draft d;
    begin(&d);
    add_letters(&d, 12, 1,
                9); /* a pairs with g, b with h, …: every pair is open in the middle of the order */
    for (int i = 0; i < 6; i++)
        constrain(&d, (char[]){(char)('a' + i), '<', (char)('g' + i), 0});
    ts_space *space = build(&d);
    assert_int_equal(ts_space_count(space), 36ull * 36 * 36 * 36 * 36 * 36);
    assert_true(ts_space_nodes(space) <= 6 * (1 + 9));
    ts_space_free(space);
    end(&d);
}

/* Groups that only fall apart once a first parameter is set are still separate below it. */
static void test_groups_behind_a_switch_share(void **state)
{
    (void)state;
    draft d;
    begin(&d);
    add_letters(&d, 13, 1, 9);
    for (int i = 1; i <= 6; i++) {
        char text[32];
        snprintf(text, sizeof text, "a > 4 || %c < %c", 'a' + i, 'g' + i);
        constrain(&d, text);
    }
    ts_space *space = build(&d);
    assert_true(ts_space_nodes(space) <= 1 + 12 + 6 * (1 + 9));
    ts_space_free(space);
    end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_enumeration),
        cmocka_unit_test(test_random_constraints),
        cmocka_unit_test(test_inactive_parameters),
        cmocka_unit_test(test_condition_on_later_parameter),
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_why_empty),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_late_guard),
        cmocka_unit_test(test_too_many_configurations),
        cmocka_unit_test(test_no_parameters),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_independent_groups_share),
        cmocka_unit_test(test_groups_behind_a_switch_share),
    };
    return cmocka_run_group_tests_name("space", tests, NULL, NULL);
}
