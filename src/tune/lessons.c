/* See lessons.h. */
#include "tune/lessons.h"

#include "tune/variants.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NEIGHBOURS = 8 };

struct ts_lessons {
    ts_warm_query query;
    ts_variants *variants; /* NULL: no model */
    char *no_model;        /* why not */
    ts_learned *learned;
};

static int learn_own(ts_lessons *l, const ts_observation *known, size_t count)
{
    int rc = TS_OK;
    for (size_t i = 0; i < count && rc == TS_OK; i++)
        if (known[i].status == TS_STATUS_OK)
            rc = ts_learned_add(l->learned, known[i].config, known[i].cost);
    return rc;
}

/* Operations of a call, or bytes where there are none: without a model, times are as these. */
static double work_of(const ts_problem *problem)
{
    double flops, bytes;
    if (ts_problem_work(problem, &flops, &bytes) != TS_OK)
        return NAN;
    return flops > 0 ? flops : bytes;
}

/* The results of one other shape, each with what the model says of it there; without one, all take `usual`.
 */
static int learn_rows(ts_lessons *l, ts_variants *model, const ts_known *rows, size_t count, double usual,
                      size_t group)
{
    double features[TS_NEST_FEATURES];
    int rc = TS_OK;
    for (size_t i = 0; i < count && rc == TS_OK; i++) {
        if (rows[i].status != TS_STATUS_OK)
            continue;
        double predicted = model ? ts_variants_seconds(model, rows[i].values, features) : usual;
        rc = ts_learned_add_other(
            l->learned, &(ts_learned_other){group, rows[i].values, predicted, features, rows[i].cost});
    }
    return rc;
}

static int learn_neighbour(ts_lessons *l, const ts_problem *problem, size_t group)
{
    ts_variants *model = NULL;
    ts_known *rows = NULL;
    size_t count = 0;
    int rc = ts_store_known(l->query.store, problem, l->query.target_id, &rows, &count);
    if (rc == TS_OK && l->variants)
        rc = ts_variants_open(problem, l->query.target, l->query.space, &model);
    if (rc == TS_OK)
        rc = learn_rows(l, model, rows, count, work_of(problem) / work_of(l->query.problem), group);
    ts_variants_close(model);
    ts_store_known_free(problem->kernel, rows, count);
    return rc;
}

static int learn_neighbours(ts_lessons *l)
{
    ts_problem near[NEIGHBOURS];
    size_t count = 0;
    int rc = l->query.store ? ts_warm_neighbours(&l->query, near, NEIGHBOURS, &count) : TS_OK;
    for (size_t i = 0; i < count && rc == TS_OK; i++)
        rc = learn_neighbour(l, &near[i], i + 1);
    return rc;
}

int ts_lessons_open(const ts_warm_query *query, const ts_observation *known, size_t count, ts_lessons **out)
{
    ts_lessons *l = calloc(1, sizeof *l);
    if (!l)
        return ts_fail(TS_ENOMEM, "out of memory while preparing to predict");
    l->query = *query;
    int rc = ts_variants_open(query->problem, query->target, query->space, &l->variants);
    if (rc == TS_OK && !l->variants) {
        l->no_model = strdup(ts_error());
        rc = l->no_model ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while preparing to predict");
    }
    if (rc == TS_OK)
        rc = ts_learned_open(query->space, ts_variants_predictor(l->variants), &l->learned);
    if (rc == TS_OK)
        rc = learn_neighbours(l);
    if (rc == TS_OK)
        rc = ts_learned_fit(l->learned);
    if (rc == TS_OK) { /* a search is told its own results, so they don't belong into its prior */
        ts_learned_settle(l->learned);
        rc = learn_own(l, known, count);
    }
    if (rc == TS_OK)
        rc = ts_learned_fit(l->learned);
    if (rc != TS_OK) {
        ts_lessons_close(l);
        return rc;
    }
    *out = l;
    return TS_OK;
}

void ts_lessons_close(ts_lessons *l)
{
    if (!l)
        return;
    ts_learned_close(l->learned);
    ts_variants_close(l->variants);
    free(l->no_model);
    free(l);
}

ts_learned *ts_lessons_learned(ts_lessons *l)
{
    return l->learned;
}

const char *ts_lessons_no_model(const ts_lessons *l)
{
    return l->no_model;
}
