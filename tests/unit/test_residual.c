/* The learned residual: what it learns, how it judges itself, and that it stands back where it doesn't help.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/boost.h"
#include "model/correlation.h"
#include "model/residual.h"
#include "tilesmith_plugin.h"
#include "util/clock.h"

enum { WIDTH = 8, MOST = 2000 };

typedef struct data {
    double inputs[MOST][WIDTH];
    ts_residual_sample samples[MOST];
    ts_rng rng;
} data;

static data *make_data(uint64_t seed)
{
    data *d = calloc(1, sizeof *d);
    assert_non_null(d);
    ts_rng_seed(&d->rng, seed);
    return d;
}

/* Nearly normal, deviation 1. */
static double noise(ts_rng *rng)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += ts_rng_unit(rng);
    return sum;
}

/* A sample: the model knows the first two inputs; `missed` weighs what it doesn't know, an interaction too.
 */
static void draw(data *d, size_t i, double missed, double noisy, size_t group)
{
    double *x = d->inputs[i];
    for (size_t j = 0; j < WIDTH; j++)
        x[j] = (double)ts_rng_below(&d->rng, 6);
    double known = 0.15 * x[0] + 0.1 * x[1];
    double unknown = 0.1 * fabs(x[2] - 3) + (x[3] > 2 && x[4] < 2 ? 0.4 : 0);
    double factor = group ? 3.0 * (double)group : 0.7; /* each problem's own */
    d->samples[i] = (ts_residual_sample){
        x, exp(known), exp(known + factor + missed * unknown + noisy * noise(&d->rng)), group};
}

static ts_residual *fit(const data *d, size_t count)
{
    ts_residual *r;
    assert_int_equal(ts_residual_fit(d->samples, count, WIDTH, &r), TS_OK);
    return r;
}

/* Rank correlation on samples first..last-1, and the root mean square of the log error. */
static double tested(const data *d, const ts_residual *r, size_t first, size_t last, double *deviation)
{
    static double predicted[MOST], measured[MOST];
    double squares = 0;
    for (size_t i = first; i < last; i++) {
        const ts_residual_sample *s = &d->samples[i];
        predicted[i] = ts_residual_seconds(r, s->inputs, s->predicted);
        measured[i] = s->measured;
        squares += pow(log(measured[i] / predicted[i]), 2);
    }
    *deviation = sqrt(squares / (double)(last - first));
    return ts_spearman(predicted + first, measured + first, last - first);
}

static void test_ranks(void **unused)
{
    (void)unused;
    const double a[] = {1, 2, 3, 4, 5}, b[] = {2, 4, 6, 8, 100}, c[] = {5, 4, 3, 2, 1}, d[] = {1, 1, 2, 2, 3},
                 e[] = {7, 7, 7, 7, 7};
    assert_float_equal(ts_spearman(a, b, 5), 1, 1e-12);
    assert_float_equal(ts_spearman(a, c, 5), -1, 1e-12);
    assert_float_equal(ts_spearman(a, d, 5), 9 / sqrt(90), 1e-12); /* ties share the mean of their ranks */
    assert_true(isnan(ts_spearman(a, e, 5)));
    assert_true(isnan(ts_spearman(a, b, 2)));
}

static void test_trees_learn_an_interaction(void **unused)
{
    (void)unused;
    enum { COUNT = 400 };
    static double x[COUNT][2], y[COUNT];
    const double *rows[COUNT];
    ts_boost *boost;
    ts_rng rng;
    ts_rng_seed(&rng, 4);
    for (size_t i = 0; i < COUNT; i++) {
        x[i][0] = ts_rng_unit(&rng);
        x[i][1] = ts_rng_unit(&rng);
        rows[i] = x[i];
        y[i] = (x[i][0] > 0.5) != (x[i][1] > 0.3);
    }
    assert_int_equal(ts_boost_fit(&(ts_boost_data){rows, y, COUNT, 2}, &boost), TS_OK);
    assert_true(ts_boost_predict(boost, (const double[]){0.8, 0.1}) > 0.8);
    assert_true(ts_boost_predict(boost, (const double[]){0.8, 0.8}) < 0.2);
    assert_true(ts_boost_predict(boost, (const double[]){0.1, 0.8}) > 0.8);
    ts_boost_close(boost);
    assert_true(ts_boost_predict(NULL, x[0]) == 0);
}

static void test_odd_data(void **unused)
{
    (void)unused;
    const double row[] = {3}, *rows[] = {row, row, row}, y[] = {1, 2, 3};
    ts_boost *boost;
    assert_int_equal(ts_boost_fit(&(ts_boost_data){rows, y, 3, 1}, &boost), TS_OK); /* nothing to split by */
    assert_float_equal(ts_boost_predict(boost, row), 2, 0.5);
    ts_boost_close(boost);
    assert_int_equal(ts_boost_fit(&(ts_boost_data){rows, y, 3, 0}, &boost), TS_OK);
    assert_float_equal(ts_boost_predict(boost, row), 2, 1e-9);
    ts_boost_close(boost);
    assert_int_equal(ts_boost_fit(&(ts_boost_data){rows, y, 0, 1}, &boost), TS_OK);
    assert_true(ts_boost_predict(boost, row) == 0);
    ts_boost_close(boost);
}

/* What sixty samples teach holds for others, and cross-validation says how well. */
static void test_learns_and_knows_how_well(void **unused)
{
    (void)unused;
    data *d = make_data(1);
    for (size_t i = 0; i < 300; i++)
        draw(d, i, 1, 0.03, 0);
    double deviation, pure_deviation;
    ts_residual *r = fit(d, 60), *pure = fit(d, 0);
    const ts_residual_trust *t = ts_residual_trusted(r);
    double rho = tested(d, r, 60, 300, &deviation), before = tested(d, pure, 60, 300, &pure_deviation);
    print_message("  rank correlation %.3f, %.3f corrected (cross-validated: %.3f); error %.3f (%.3f)\n",
                  before, rho, t->spearman, deviation, t->deviation);
    assert_true(rho > before + 0.03);
    assert_true(fabs(t->spearman - rho) < 0.05);
    assert_true(t->deviation > 0.75 * deviation && t->deviation < 1.5 * deviation);
    assert_true(t->weight > 0.5 && t->own == 60 && t->others == 0 && t->own_judged);
    assert_true(t->model_deviation > 1.3 * t->deviation);
    ts_residual_close(r);
    ts_residual_close(pure);
    free(d);
}

/* A perfect model and noise: a correction could only harm. */
static void test_stands_back(void **unused)
{
    (void)unused;
    size_t corrected = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        data *d = make_data(seed);
        for (size_t i = 0; i < 160; i++)
            draw(d, i, 0, 0.1, 0);
        ts_residual *r = fit(d, 80);
        double deviation, rho = tested(d, r, 80, 160, &deviation);
        corrected += ts_residual_trusted(r)->weight > 0;
        assert_true(rho > 0.9 && deviation < 0.13);
        ts_residual_close(r);
        free(d);
    }
    assert_true(corrected <= 4);
}

static void test_few_samples(void **unused)
{
    (void)unused;
    data *d = make_data(3);
    for (size_t i = 0; i < TS_RESIDUAL_MIN; i++)
        draw(d, i, 1, 0, 0);
    ts_residual *r = fit(d, 0);
    assert_true(ts_residual_seconds(r, d->inputs[0], 2.5) == 2.5);
    assert_true(isnan(ts_residual_trusted(r)->spearman));
    ts_residual_close(r);
    r = fit(d, TS_RESIDUAL_MIN - 1);
    const ts_residual_trust *t = ts_residual_trusted(r);
    assert_true(isnan(t->deviation) && t->weight == 0);
    assert_true(ts_residual_seconds(r, d->inputs[0], 1) > 1); /* the common factor is known by then */
    ts_residual_close(r);
    free(d);
}

/* Other problems teach about this one: not what it costs in all, but what makes the difference. */
static void test_other_problems_teach(void **unused)
{
    (void)unused;
    data *d = make_data(5);
    for (size_t i = 0; i < 200; i++)
        draw(d, i, 1, 0.03, 1 + i % 2);
    for (size_t i = 200; i < 400; i++)
        draw(d, i, 1, 0.03, 0);
    double deviation, rho;
    ts_residual *r = fit(d, 200);
    const ts_residual_trust *t = ts_residual_trusted(r);
    assert_true(!t->own_judged && t->others == 200 && t->own == 0);
    rho = tested(d, r, 200, 400, &deviation);
    assert_true(rho > 0.95 && fabs(t->spearman - rho) < 0.05);
    ts_residual_close(r);
    r = fit(d, 230); /* thirty of its own: the factor is known, and the errors are judged on these */
    t = ts_residual_trusted(r);
    assert_true(t->own_judged && t->own == 30);
    tested(d, r, 230, 400, &deviation);
    assert_true(deviation < 0.15);
    ts_residual_close(r);
    free(d);
}

static void test_same_samples_same_fit_in_time(void **unused)
{
    (void)unused;
    data *d = make_data(6);
    for (size_t i = 0; i < MOST; i++)
        draw(d, i, 1, 0.05, 0);
    double before = ts_now();
    ts_residual *a = fit(d, 60);
    double few = ts_now() - before;
    before = ts_now();
    ts_residual *many = fit(d, MOST);
    double all = ts_now() - before;
    print_message("  60 samples: %.1f ms; %d: %.1f ms\n", 1e3 * few, (int)MOST, 1e3 * all);
    ts_residual *b = fit(d, 60);
    for (size_t i = 0; i < 100; i++)
        assert_true(ts_residual_seconds(a, d->inputs[i], 1) == ts_residual_seconds(b, d->inputs[i], 1));
    size_t count;
    const ts_residual_error *errors = ts_residual_errors(a, &count);
    assert_int_equal(count, 60);
    for (size_t i = 1; i < count; i++)
        assert_true(errors[i - 1].measured <= errors[i].measured);
    assert_true(few < 0.5 && all < 10); /* ten times what it takes, for sanitizers and busy machines */
    ts_residual_close(a);
    ts_residual_close(b);
    ts_residual_close(many);
    free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_trees_learn_an_interaction),
        cmocka_unit_test(test_odd_data),
        cmocka_unit_test(test_learns_and_knows_how_well),
        cmocka_unit_test(test_stands_back),
        cmocka_unit_test(test_few_samples),
        cmocka_unit_test(test_other_problems_teach),
        cmocka_unit_test(test_same_samples_same_fit_in_time),
    };
    return cmocka_run_group_tests_name("residual", tests, NULL, NULL);
}
