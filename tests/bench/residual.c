/*
 * How well the cost model orders variants, alone and corrected by some of their results.
 *
 *     residual DATABASE KERNEL TYPE SHAPE LEARN
 *
 * For each of SPLITS random splits of the results that the database has of this problem: LEARN of them are
 * learned from, the others are predicted. Prints the rank correlation with what was measured (mean and least
 * over the splits), what the residual itself said of it, and how many of the 5 % fastest are among the 25 %
 * that are expected to be fastest; and the predictions that the loop nest makes in a second on one core.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/detect.h"
#include "model/correlation.h"
#include "tune/lessons.h"
#include "tune/variants.h"
#include "util/clock.h"

enum { SPLITS = 20 };

static int give_up(void)
{
    fprintf(stderr, "residual: %s\n", ts_error());
    return 2;
}

typedef struct results {
    ts_problem problem;
    ts_target *target;
    ts_space *space;
    ts_observation *known; /* those that are ok */
    size_t count;
} results;

static int load(results *r, ts_kernel *kernel, const char *database, const char *type, const char *shape)
{
    static const char *const compilers[] = {"gcc", "cc", "clang", NULL};
    char fingerprint[17];
    double *deviations = NULL;
    int64_t id = 0;
    size_t all = 0;
    ts_store *store = NULL;
    int rc = ts_problem_parse(kernel, type, shape, &r->problem);
    if (rc == TS_OK)
        rc = ts_store_open(database, TS_STORE_WRITE, &store);
    if (rc == TS_OK)
        rc = ts_detect_fingerprint(fingerprint);
    if (rc == TS_OK)
        rc = ts_store_target_load(store, fingerprint, &r->target);
    if (rc == TS_OK)
        rc = ts_store_target(store, r->target, &id);
    if (rc == TS_OK)
        rc = ts_kernel_space(&r->problem, r->target, compilers, &r->space);
    if (rc == TS_OK)
        rc = ts_warm_known(&(ts_warm_query){store, &r->problem, r->target, id, r->space}, &r->known,
                           &deviations, &all);
    for (size_t i = 0; i < all && rc == TS_OK; i++)
        if (r->known[i].status == TS_STATUS_OK)
            r->known[r->count++] = r->known[i];
    free(deviations);
    ts_store_close(store);
    return rc;
}

static void shuffle(ts_observation *items, size_t count, ts_rng *rng)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)ts_rng_below(rng, i);
        ts_observation swap = items[i - 1];
        items[i - 1] = items[j];
        items[j] = swap;
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double threshold(const double *values, size_t count, double share)
{
    double *sorted = malloc(count * sizeof *sorted);
    for (size_t i = 0; sorted && i < count; i++)
        sorted[i] = values[i];
    if (sorted)
        qsort(sorted, count, sizeof *sorted, by_value);
    double value = sorted ? sorted[(size_t)(share * (double)(count - 1))] : NAN;
    free(sorted);
    return value;
}

/* Of the 5 % that are fastest, the share that is expected among the 25 % that are. */
static double recall(const double *expected, const double *measured, size_t count)
{
    double fast = threshold(measured, count, 0.05), likely = threshold(expected, count, 0.25), hits = 0,
           n = 0;
    for (size_t i = 0; i < count; i++) {
        n += measured[i] <= fast;
        hits += measured[i] <= fast && expected[i] <= likely;
    }
    return hits / n;
}

typedef struct figures {
    double sum, least, recall, own, seconds; /* own: what the residual says of itself */
    size_t splits;
} figures;

/* Learn from the first `learn` results and predict the rest. */
static int measure(const results *r, ts_variants *model, size_t learn, figures *f)
{
    ts_learned *learned = NULL;
    size_t count = r->count - learn;
    double *expected = calloc(2 * count + 1, sizeof *expected), *measured = expected + count;
    int rc = expected ? ts_learned_open(r->space, ts_variants_predictor(model), &learned) : TS_ENOMEM;
    for (size_t i = 0; i < learn && rc == TS_OK; i++)
        rc = ts_learned_add(learned, r->known[i].config, r->known[i].cost);
    double before = ts_now();
    if (rc == TS_OK)
        rc = ts_learned_fit(learned);
    f->seconds += ts_now() - before;
    for (size_t i = 0; i < count && rc == TS_OK; i++) {
        expected[i] = ts_learned_expect(learned, r->known[learn + i].config);
        measured[i] = r->known[learn + i].cost;
    }
    if (rc == TS_OK) {
        double rho = ts_spearman(expected, measured, count);
        f->least = f->splits++ ? fmin(f->least, rho) : rho;
        f->sum += rho;
        f->recall += recall(expected, measured, count);
        f->own += ts_learned_trust(learned)->spearman;
    }
    ts_learned_close(learned);
    free(expected);
    return rc;
}

static int report(const results *r, ts_variants *model, size_t learn)
{
    figures f = {0};
    ts_rng rng;
    int rc = TS_OK;
    ts_rng_seed(&rng, 1);
    for (size_t i = 0; i < SPLITS && rc == TS_OK; i++) {
        shuffle(r->known, r->count, &rng);
        rc = measure(r, model, learn, &f);
    }
    double n = (double)f.splits;
    if (rc == TS_OK)
        printf("%4zu results learned, %4zu predicted: rank correlation %.3f (least %.3f, by itself %.3f), "
               "top 5 %% in top 25 %%: %.0f %%, fit %.1f ms\n",
               learn, r->count - learn, f.sum / n, f.least, f.own / n, 100 * f.recall / n,
               1e3 * f.seconds / n);
    return rc;
}

/* Predictions a second, over configurations from all of the space. */
static int speed(const results *r, double *out)
{
    enum { CALLS = 20000 };
    ts_value *values = calloc(r->problem.kernel->slot_count + 1, sizeof *values);
    uint64_t count = ts_space_count(r->space), step = count / CALLS + 1, config = 0;
    ts_facts *facts = NULL;
    ts_nest_model *nest = NULL;
    ts_nest_cost cost;
    double taken = 0;
    int rc = values ? ts_facts_open(r->target, &facts) : TS_ENOMEM;
    if (rc == TS_OK)
        rc = ts_nest_model_open(&r->problem, facts, &nest);
    for (int i = 0; i < CALLS && rc == TS_OK; i++, config = (config + step) % count) {
        ts_space_values(r->space, config, values);
        double begin = ts_now();
        ts_nest_predict(nest, values, &cost);
        taken += ts_now() - begin;
    }
    *out = CALLS / taken;
    ts_nest_model_close(nest);
    ts_facts_close(facts);
    free(values);
    return rc;
}

int main(int argc, char **argv)
{
    ts_kernel *kernel = NULL;
    ts_variants *model = NULL;
    results r = {.count = 0};
    size_t learn = argc == 6 ? strtoul(argv[5], NULL, 10) : 0;
    if (argc != 6) {
        fprintf(stderr, "residual DATABASE KERNEL TYPE SHAPE LEARN\n");
        return 2;
    }
    int rc = ts_kernel_load(argv[2], &kernel);
    if (rc == TS_OK)
        rc = load(&r, kernel, argv[1], argv[3], argv[4]);
    if (rc == TS_OK && r.count < learn + 20)
        rc = ts_fail(TS_EINPUT, "%zu results are too few to learn from %zu", r.count, learn);
    if (rc == TS_OK)
        rc = ts_variants_open(&r.problem, r.target, r.space, &model);
    if (rc == TS_OK)
        printf("%s %s %s, %s\n", argv[2], argv[3], argv[4], model ? "loop nest" : "no model: results alone");
    double rate = NAN;
    if (rc == TS_OK && model)
        rc = speed(&r, &rate);
    if (rc == TS_OK && model)
        printf("%.0f predictions a second\n", rate);
    if (rc == TS_OK && model)
        rc = report(&r, model, 0);
    if (rc == TS_OK)
        rc = report(&r, model, learn);
    ts_variants_close(model);
    free(r.known);
    ts_space_free(r.space);
    ts_target_free(r.target);
    ts_kernel_free(kernel);
    return rc == TS_OK ? 0 : give_up();
}
