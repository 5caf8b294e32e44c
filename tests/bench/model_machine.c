/*
 * How well the model of variants orders what was measured on this machine.
 *
 *     model_machine DATABASE KERNEL TYPE SHAPE
 *
 * Reads the evaluations that the database has of one problem, predicts each, and prints Spearman's rank
 * correlation, the share of the fastest 5 % measured that are among the fastest 25 % predicted, and the
 * predictions made in a second on one core.
 */
#include "core/detect.h"
#include "model/correlation.h"
#include "model/nest.h"
#include "store/store.h"
#include "util/clock.h"
#include "util/str.h"
#include "util/vec.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct pair {
    double measured, predicted;
    char *text;
} pair;

typedef struct experiment {
    const ts_kernel *kernel;
    const ts_nest_model *model;
    const char *type, *problem;
    ts_value *last; /* values of the last configuration, by slot */
    TS_VEC(pair) pairs;
    size_t uncovered;
} experiment;

static void read_values(const ts_kernel *kernel, const json_t *object, ts_value *values)
{
    for (size_t i = 0; i < kernel->parameter_count; i++) {
        const json_t *v = json_object_get(object, kernel->parameters[i].name);
        ts_value *to = &values[kernel->parameters[i].slot];
        *to = json_is_integer(v)  ? ts_int(json_integer_value(v))
              : json_is_string(v) ? ts_string(json_string_value(v))
                                  : ts_real(json_number_value(v));
    }
}

static int take(void *context, const ts_store_row *r)
{
    experiment *x = context;
    ts_nest_cost cost;
    if (r->status != TS_STATUS_OK || r->superseded || strcmp(r->type, x->type) != 0 ||
        strcmp(r->problem, x->problem) != 0)
        return TS_OK;
    json_t *object = json_loads(r->configuration, 0, NULL);
    read_values(x->kernel, object, x->last);
    if (ts_nest_predict(x->model, x->last, &cost)) {
        pair p = {r->cost, cost.seconds, strdup(r->configuration)};
        if (!p.text || !ts_vec_push(&x->pairs, p))
            return ts_fail(TS_ENOMEM, "out of memory");
    } else
        x->uncovered++;
    if (getenv("MODEL_TRACE"))
        printf(
            "%.4g %.4g core %.4g copy %.4g waste %.3f wait %.3f bytes %.3g %.3g %.3g sec %.3g %.3g %.3g %s\n",
            r->cost * 1e6, cost.seconds * 1e6, cost.core_seconds * 1e6, cost.copy_seconds * 1e6, cost.waste,
            cost.waiting, cost.bytes[0], cost.bytes[1], cost.bytes[2], cost.level_seconds[0] * 1e6,
            cost.level_seconds[1] * 1e6, cost.level_seconds[2] * 1e6, r->configuration);
    json_decref(object);
    return TS_OK;
}

static int by_measured(const void *a, const void *b)
{
    double x = ((const pair *)a)->measured, y = ((const pair *)b)->measured;
    return (x > y) - (x < y);
}

/* Of the fastest 5 % measured, the share that the model has among its fastest 25 %. */
static double recall(pair *pairs, size_t count)
{
    size_t top = count / 20, quarter = count / 4, found = 0;
    qsort(pairs, count, sizeof *pairs, by_measured);
    for (size_t i = 0; i < top; i++) {
        size_t better = 0;
        for (size_t j = 0; j < count; j++)
            better += pairs[j].predicted < pairs[i].predicted;
        found += better < quarter;
    }
    return top ? (double)found / (double)top : NAN;
}

/* Predictions a second, over all configurations of a space in turn. */
static double speed(const experiment *x, const ts_space *space)
{
    enum { CALLS = 20000 };
    ts_nest_cost cost;
    uint64_t step = ts_space_count(space) / CALLS + 1, config = 0;
    double taken = 0;
    for (int i = 0; i < CALLS; i++, config = (config + step) % ts_space_count(space)) {
        ts_space_values(space, config, x->last);
        double begin = ts_now();
        ts_nest_predict(x->model, x->last, &cost);
        taken += ts_now() - begin;
    }
    return CALLS / taken;
}

static int report(experiment *x, const ts_space *space)
{
    size_t n = x->pairs.count;
    double *a = calloc(n + 1, sizeof *a), *b = calloc(n + 1, sizeof *b), ratio = 0;
    if (!a || !b)
        return 2;
    for (size_t i = 0; i < n; i++) {
        a[i] = x->pairs.items[i].measured;
        b[i] = x->pairs.items[i].predicted;
        ratio += log(a[i] / b[i]);
    }
    printf("%s %s %s: %zu variants (%zu without a nest), Spearman %.3f, top 5 %% in predicted top 25 %%: "
           "%.0f %%, "
           "measured / predicted %.2f, %.0f predictions/s\n",
           x->kernel->name, x->type, x->problem, n, x->uncovered, ts_spearman(a, b, n),
           100 * recall(x->pairs.items, n), exp(ratio / (double)(n ? n : 1)), speed(x, space));
    free(a);
    free(b);
    return 0;
}

static int fail(void)
{
    fprintf(stderr, "model_machine: %s\n", ts_error());
    return 2;
}

int main(int argc, char **argv)
{
    const char *compilers[] = {"gcc", NULL};
    char fingerprint[17];
    ts_store *store = NULL;
    ts_target *target = NULL;
    ts_kernel *kernel = NULL;
    ts_problem problem;
    ts_facts *facts = NULL;
    ts_nest_model *model = NULL;
    ts_space *space = NULL;
    ts_str text = TS_STR_INIT;
    if (argc != 5) {
        fprintf(stderr, "model_machine: give a database, a kernel, a type and a shape\n");
        return 2;
    }
    if (ts_store_open(argv[1], TS_STORE_READ, &store) || ts_detect_fingerprint(fingerprint) ||
        ts_store_target_load(store, fingerprint, &target) || ts_kernel_load(argv[2], &kernel) ||
        ts_problem_parse(kernel, argv[3], argv[4], &problem) || ts_facts_open(target, &facts) ||
        ts_nest_model_open(&problem, facts, &model) || ts_kernel_space(&problem, target, compilers, &space))
        return fail();
    ts_problem_text(&problem, &text);
    experiment x = {.kernel = kernel,
                    .model = model,
                    .type = argv[3],
                    .problem = ts_str_text(&text),
                    .last = calloc(kernel->slot_count + 1, sizeof(ts_value))};
    if (!x.last || ts_store_each(store, kernel->name, fingerprint, take, &x))
        return fail();
    int status = report(&x, space);
    ts_nest_model_close(model);
    ts_facts_close(facts);
    ts_space_free(space);
    ts_target_free(target);
    ts_kernel_free(kernel);
    ts_store_close(store);
    return status;
}
