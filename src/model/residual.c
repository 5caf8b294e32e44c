/* See residual.h. Cross-validation: Stone, "Cross-validatory choice and assessment of statistical
 * predictions", J. Royal Statistical Society B 36(2) 1974. */
#include "model/residual.h"

#include "model/boost.h"
#include "model/correlation.h"
#include "tilesmith_plugin.h"

#include <math.h>
#include <stdlib.h>

enum { FOLDS = 10, FOLDS_OF_MANY = 5, MANY = 400, OWN_LEAST = 20 };
struct ts_residual {
    ts_boost *boost;
    double factor; /**< log of the common factor of the problem at hand */
    ts_residual_trust trust;
    ts_residual_error *errors; /**< [error_count] fastest first */
    size_t error_count;
};

/* A sample on its way through the fit. */
typedef struct ts_item {
    const ts_residual_sample *sample;
    double ratio;  /**< log(measured / predicted), without its group's factor */
    double level;  /**< log(measured), without its group's mean */
    size_t fold;   /**< left out together; NO_FOLD: always learned from */
    double learnt; /**< correction by the trees that had not seen it */
} ts_item;

enum { NO_FOLD = FOLDS };

/* All samples, and room for what the trees are fitted to. */
typedef struct ts_fitting {
    ts_item *items;
    size_t count, width, folds;
    const double **rows;
    double *targets;
} ts_fitting;

static double log_ratio(const ts_residual_sample *s)
{
    return log(s->measured / s->predicted);
}

static double mean_level(const ts_fitting *f, size_t group)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < f->count; i++)
        if (f->items[i].sample->group == group) {
            sum += log(f->items[i].sample->measured);
            n++;
        }
    return n > 0 ? sum / n : 0;
}

/* What is left of a sample's log ratio by a correction. */
static double remainder_of(const ts_item *it, const ts_boost *boost)
{
    return log_ratio(it->sample) - ts_boost_predict(boost, it->sample->inputs);
}

/* Mean of that over a group; over all results if it has none. */
static double factor_of(const ts_fitting *f, const ts_boost *boost, size_t group)
{
    double sum = 0, n = 0, all = 0;
    for (size_t i = 0; i < f->count; i++) {
        double left = remainder_of(&f->items[i], boost);
        all += left;
        if (f->items[i].sample->group != group)
            continue;
        sum += left;
        n++;
    }
    return n > 0 ? sum / n : all / (double)f->count;
}

static size_t group_count(const ts_fitting *f)
{
    size_t n = 1;
    for (size_t i = 0; i < f->count; i++)
        if (f->items[i].sample->group >= n)
            n = f->items[i].sample->group + 1;
    return n;
}

/* Each problem's factor is its own: what a shape costs in all is not what tells configurations apart. */
static void remove_factors(ts_fitting *f, const ts_boost *boost)
{
    size_t groups = group_count(f);
    for (size_t g = 0; g < groups; g++) {
        double factor = factor_of(f, boost, g), mean = mean_level(f, g);
        for (size_t i = 0; i < f->count; i++) {
            ts_item *it = &f->items[i];
            if (it->sample->group != g)
                continue;
            it->ratio = log_ratio(it->sample) - factor;
            it->level = log(it->sample->measured) - mean;
        }
    }
}

/* Which samples are left out together: those that follow each other, since searches try similar
 * configurations one after another, and what one of these teaches about the next says nothing of the rest of
 * the space. */
static void assign_folds(ts_fitting *f, const ts_residual_trust *trust)
{
    size_t judged = trust->own_judged ? trust->own : trust->others, groups = group_count(f), turn = 0;
    bool by_group = !trust->own_judged && groups > 2;
    f->folds = judged > MANY ? FOLDS_OF_MANY : FOLDS;
    if (by_group)
        f->folds = groups - 1 < FOLDS ? groups - 1 : FOLDS;
    for (size_t i = 0; i < f->count; i++) {
        size_t group = f->items[i].sample->group;
        if ((group == 0) != trust->own_judged)
            f->items[i].fold = NO_FOLD;
        else
            f->items[i].fold = by_group ? (group - 1) % f->folds : turn++ * f->folds / judged;
    }
}

/* Trees from everything but one fold (NO_FOLD: from everything). */
static int fit_without(ts_fitting *f, size_t fold, ts_boost **out)
{
    ts_boost_data data = {f->rows, f->targets, 0, f->width};
    for (size_t i = 0; i < f->count; i++) {
        if (fold != NO_FOLD && f->items[i].fold == fold)
            continue;
        f->rows[data.count] = f->items[i].sample->inputs;
        f->targets[data.count++] = f->items[i].ratio;
    }
    return ts_boost_fit(&data, out);
}

/* A few results of one problem are not a fair sample of it: with others, its factor is what the trees leave.
 */
static int find_factors(ts_fitting *f)
{
    ts_boost *boost = NULL;
    remove_factors(f, NULL);
    int rc = group_count(f) > 1 ? fit_without(f, NO_FOLD, &boost) : TS_OK;
    if (boost)
        remove_factors(f, boost);
    ts_boost_close(boost);
    return rc;
}

static int cross_validate(ts_fitting *f)
{
    for (size_t fold = 0; fold < f->folds; fold++) {
        ts_boost *boost;
        int rc = fit_without(f, fold, &boost);
        if (rc != TS_OK)
            return rc;
        for (size_t i = 0; i < f->count; i++)
            if (f->items[i].fold == fold)
                f->items[i].learnt = ts_boost_predict(boost, f->items[i].sample->inputs);
        ts_boost_close(boost);
    }
    return TS_OK;
}

/* Least squares of ratio = weight * learnt, within 0 .. 1. */
static double best_weight(const ts_fitting *f)
{
    double product = 0, square = 0;
    for (size_t i = 0; i < f->count; i++) {
        const ts_item *it = &f->items[i];
        if (it->fold == NO_FOLD)
            continue;
        product += it->learnt * it->ratio;
        square += it->learnt * it->learnt;
    }
    return square > 0 ? fmin(fmax(product / square, 0), 1) : 0;
}

/* What this weight saves of the squared error must exceed its standard error. */
static bool helps(const ts_fitting *f, double weight)
{
    double sum = 0, squares = 0, n = 0;
    for (size_t i = 0; i < f->count; i++) {
        const ts_item *it = &f->items[i];
        if (it->fold == NO_FOLD)
            continue;
        double left = it->ratio - weight * it->learnt, saved = it->ratio * it->ratio - left * left;
        sum += saved;
        squares += saved * saved;
        n++;
    }
    double variance = (squares - sum * sum / n) / (n - 1);
    return sum > 0 && sum * sum > n * variance;
}

static int by_measured(const void *a, const void *b)
{
    const ts_residual_error *x = a, *y = b;
    if (x->measured != y->measured)
        return x->measured < y->measured ? -1 : 1;
    return (x->error > y->error) - (x->error < y->error);
}

static double root_mean_square(const ts_residual_error *errors, size_t count)
{
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += errors[i].error * errors[i].error;
    return sqrt(squares / (double)count);
}

/* Errors on what was left out, with the correction weighted so; 0 is the model alone. */
static int judge(ts_fitting *f, double weight, ts_residual_error *errors, double *spearman, double *deviation)
{
    double *predicted = calloc(2 * f->count + 1, sizeof *predicted);
    size_t n = 0;
    if (!predicted)
        return ts_fail(TS_ENOMEM, "out of memory while judging a model");
    double *measured = predicted + f->count;
    for (size_t i = 0; i < f->count; i++) {
        const ts_item *it = &f->items[i];
        if (it->fold == NO_FOLD)
            continue;
        double error = it->ratio - weight * it->learnt;
        predicted[n] = it->level - error;
        measured[n] = it->level;
        errors[n++] = (ts_residual_error){it->level, error};
    }
    *spearman = ts_spearman(predicted, measured, n);
    *deviation = root_mean_square(errors, n);
    free(predicted);
    return TS_OK;
}

static int assess(ts_residual *r, ts_fitting *f)
{
    ts_residual_trust *t = &r->trust;
    assign_folds(f, t);
    int rc = cross_validate(f);
    if (rc != TS_OK)
        return rc;
    t->weight = best_weight(f);
    if (!helps(f, t->weight))
        t->weight = 0;
    r->error_count = t->own_judged ? t->own : t->others;
    r->errors = calloc(r->error_count, sizeof *r->errors);
    if (!r->errors)
        return ts_fail(TS_ENOMEM, "out of memory while judging a model");
    rc = judge(f, 0, r->errors, &t->model_spearman, &t->model_deviation);
    if (rc == TS_OK)
        rc = judge(f, t->weight, r->errors, &t->spearman, &t->deviation);
    qsort(r->errors, r->error_count, sizeof *r->errors, by_measured);
    return rc;
}

static int open_fitting(ts_fitting *f, const ts_residual_sample *samples, ts_residual_trust *trust)
{
    f->items = calloc(f->count + 1, sizeof *f->items);
    f->rows = calloc(f->count + 1, sizeof *f->rows);
    f->targets = calloc(f->count + 1, sizeof *f->targets);
    if (!f->items || !f->rows || !f->targets)
        return ts_fail(TS_ENOMEM, "out of memory while learning from results");
    for (size_t i = 0; i < f->count; i++) {
        f->items[i] = (ts_item){.sample = &samples[i], .fold = NO_FOLD};
        *(samples[i].group == 0 ? &trust->own : &trust->others) += 1;
    }
    trust->own_judged = trust->own >= OWN_LEAST || trust->others < TS_RESIDUAL_MIN;
    return TS_OK;
}

/* The common factor of the problem at hand beside the correction, as far as that counts. */
static double own_factor(const ts_residual *r, const ts_fitting *f)
{
    double with = factor_of(f, r->boost, 0), without = factor_of(f, NULL, 0);
    return r->trust.weight * with + (1 - r->trust.weight) * without;
}

static int fit(const ts_residual_sample *samples, size_t count, size_t width, ts_residual **out)
{
    ts_fitting f = {.count = count, .width = width};
    ts_residual *r = calloc(1, sizeof *r);
    *out = NULL;
    if (!r)
        return ts_fail(TS_ENOMEM, "out of memory while learning from results");
    r->trust =
        (ts_residual_trust){.spearman = NAN, .model_spearman = NAN, .deviation = NAN, .model_deviation = NAN};
    int rc = open_fitting(&f, samples, &r->trust);
    if (rc == TS_OK && count > 0)
        rc = find_factors(&f);
    if (rc == TS_OK && (r->trust.own_judged ? r->trust.own : r->trust.others) >= TS_RESIDUAL_MIN)
        rc = assess(r, &f);
    if (rc == TS_OK && r->trust.weight > 0)
        rc = fit_without(&f, NO_FOLD, &r->boost);
    if (rc == TS_OK && count > 0)
        r->factor = own_factor(r, &f);
    free(f.items);
    free(f.rows);
    free(f.targets);
    if (rc != TS_OK) {
        ts_residual_close(r);
        return rc;
    }
    *out = r;
    return TS_OK;
}

/* The same from the results of the problem at hand alone. */
static int fit_own(const ts_residual_sample *samples, size_t count, size_t width, ts_residual **out)
{
    ts_residual_sample *own = calloc(count + 1, sizeof *own);
    size_t n = 0;
    if (!own)
        return ts_fail(TS_ENOMEM, "out of memory while learning from results");
    for (size_t i = 0; i < count; i++)
        if (samples[i].group == 0)
            own[n++] = samples[i];
    int rc = fit(own, n, width, out);
    free(own);
    return rc;
}

/* Other problems teach, or mislead: with enough results of its own, these say which. */
int ts_residual_fit(const ts_residual_sample *samples, size_t count, size_t width, ts_residual **out)
{
    ts_residual *alone, *worse;
    int rc = fit(samples, count, width, out);
    if (rc != TS_OK || (*out)->trust.own < OWN_LEAST || (*out)->trust.others == 0)
        return rc;
    rc = fit_own(samples, count, width, &alone);
    if (rc != TS_OK) {
        ts_residual_close(*out);
        *out = NULL;
        return rc;
    }
    worse = alone->trust.deviation < (*out)->trust.deviation ? *out : alone;
    *out = worse == alone ? *out : alone;
    ts_residual_close(worse);
    return TS_OK;
}

void ts_residual_close(ts_residual *r)
{
    if (!r)
        return;
    ts_boost_close(r->boost);
    free(r->errors);
    free(r);
}

double ts_residual_seconds(const ts_residual *r, const double *inputs, double predicted)
{
    return predicted * exp(r->factor + r->trust.weight * ts_boost_predict(r->boost, inputs));
}

const ts_residual_trust *ts_residual_trusted(const ts_residual *r)
{
    return &r->trust;
}

const ts_residual_error *ts_residual_errors(const ts_residual *r, size_t *count)
{
    *count = r->error_count;
    return r->errors;
}
