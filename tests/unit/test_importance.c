/* Which parameters mattered, on functions whose answer is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tilesmith_plugin.h"
#include "tune/importance.h"

enum { SAMPLES = 400 };

typedef double function(int a, int b, int c);

/* Log cost: mostly a, then b. */
static double additive(int a, int b, int c)
{
    (void)c;
    return 1.0 * a + 0.3 * b;
}

/* Neither a nor b by itself: only whether they are equal. */
static double together(int a, int b, int c)
{
    (void)c;
    return (a < 2) == (b < 2) ? 1 : 0;
}

static ts_importance *ask(function *f)
{
    static char texts[SAMPLES][96];
    static ts_importance_sample samples[SAMPLES];
    static const char *const names[] = {"dot", "gcc", "axpy", "clang"};
    ts_importance *out;
    ts_rng rng;
    ts_rng_seed(&rng, 5);
    for (int i = 0; i < SAMPLES; i++) {
        int a = (int)ts_rng_below(&rng, 4), b = (int)ts_rng_below(&rng, 4), c = (int)ts_rng_below(&rng, 4);
        snprintf(texts[i], sizeof texts[i], "{\"a\": %d, \"b\": %d, \"noise\": \"%s\", \"same\": 7}", 8 << a,
                 10 * b, names[c]);
        samples[i] = (ts_importance_sample){texts[i], exp(f(a, b, c) + 0.01 * ts_rng_unit(&rng))};
    }
    if (ts_importance_of(samples, SAMPLES, &out) != TS_OK)
        fail_msg("%s", ts_error());
    return out;
}

/* Var(a) = 1.25, Var(0.3 b) = 0.1125: shares of 0.917 and 0.083. */
static void the_shares_are_those_of_the_function(void **state)
{
    (void)state;
    ts_importance *i = ask(additive);
    assert_int_equal(i->param_count, 3); /* "same" never varied */
    assert_string_equal(i->params[0].name, "a");
    assert_string_equal(i->params[1].name, "b");
    assert_string_equal(i->params[2].name, "noise");
    assert_true(fabs(i->params[0].share - 0.917) < 0.03);
    assert_true(fabs(i->params[1].share - 0.083) < 0.03);
    assert_true(i->params[2].share < 0.01);
    assert_true(i->trust > 0.95);
    assert_string_equal(i->params[0].values[0], "8");
    assert_string_equal(i->params[0].values[3], "64");
    ts_importance_free(i);
}

static void what_matters_only_together_is_found(void **state)
{
    (void)state;
    ts_importance *i = ask(together);
    assert_true(i->pair_count >= 1);
    const char *first = i->params[i->pairs[0].a].name, *second = i->params[i->pairs[0].b].name;
    assert_true((!strcmp(first, "a") && !strcmp(second, "b")) ||
                (!strcmp(first, "b") && !strcmp(second, "a")));
    assert_true(i->pairs[0].share > 0.6);
    ts_importance_free(i);
}

static void the_same_samples_give_the_same_answer(void **state)
{
    (void)state;
    ts_importance *x = ask(additive), *y = ask(additive);
    for (size_t i = 0; i < x->param_count; i++)
        assert_true(x->params[i].share == y->params[i].share);
    assert_true(x->trust == y->trust);
    ts_importance_free(x);
    ts_importance_free(y);
}

static double nothing(int a, int b, int c)
{
    (void)a, (void)b, (void)c;
    return 0;
}

static void noise_is_not_trusted(void **state)
{
    (void)state;
    ts_importance *i = ask(nothing);
    assert_true(i->trust < 0.2);
    ts_importance_free(i);
}

static void too_few_say_nothing(void **state)
{
    ts_importance_sample few[] = {{"{\"a\":1}", 1}, {"{\"a\":2}", 2}};
    ts_importance *i;
    (void)state;
    assert_int_equal(ts_importance_of(few, 2, &i), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "2 evaluations"));
    assert_null(i);
}

/* "2" is the fastest, no value at all comes next, "1" is slowest: ascending numbers would contradict that. */
static void values_that_are_no_numbers_stand_by_cost(void **state)
{
    static char texts[30][32];
    ts_importance_sample samples[30];
    static const double costs[] = {3, 1, 2};
    static const char *const values[] = {"{\"a\": 1}", "{\"a\": 2}", "{\"b\": 0}"};
    ts_importance *i;
    (void)state;
    for (size_t s = 0; s < 30; s++) {
        snprintf(texts[s], sizeof texts[s], "%s", values[s % 3]);
        samples[s] = (ts_importance_sample){texts[s], costs[s % 3]};
    }
    assert_int_equal(ts_importance_of(samples, 30, &i), TS_OK);
    const ts_importance_param *a = &i->params[strcmp(i->params[0].name, "a") == 0 ? 0 : 1];
    assert_string_equal(a->name, "a");
    assert_string_equal(a->values[0], "2");
    assert_string_equal(a->values[1], "-");
    assert_string_equal(a->values[2], "1");
    ts_importance_free(i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shares_are_those_of_the_function),
        cmocka_unit_test(what_matters_only_together_is_found),
        cmocka_unit_test(the_same_samples_give_the_same_answer),
        cmocka_unit_test(noise_is_not_trusted),
        cmocka_unit_test(too_few_say_nothing),
        cmocka_unit_test(values_that_are_no_numbers_stand_by_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
