/* See predict.h: a workload's calls, each different one predicted once a draw. */
#include "model/facts_chain.h"
#include "model/predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A call that differs from those before it. */
typedef struct distinct {
    ts_model_call call;
    ts_work work;
    double count; /* of all calls that equal it */
} distinct;

static bool equal_calls(const ts_workload_call *a, const ts_workload_call *b)
{
    const ts_problem *p = &a->problem, *q = &b->problem;
    return p->kernel == q->kernel && p->type == q->type && a->sparsity == b->sparsity &&
           ts_problem_threads(p) == ts_problem_threads(q) &&
           memcmp(p->dims, q->dims, p->kernel->dim_count * sizeof *p->dims) == 0;
}

/* `which[i]` is the distinct call that call i equals. */
static int find_distinct(const ts_workload *w, distinct *items, size_t *which, size_t *count)
{
    int rc = 0;
    *count = 0;
    for (size_t i = 0; i < w->call_count && rc == 0; i++) {
        const ts_workload_call *call = &w->calls[i];
        size_t j = 0;
        while (j < i && !equal_calls(&w->calls[j], call))
            j++;
        which[i] = j < i ? which[j] : (*count)++;
        distinct *d = &items[which[i]];
        d->count += (double)call->count;
        if (j < i)
            continue;
        d->call = (ts_model_call){.problem = &call->problem, .sparsity = call->sparsity, .in_network = true};
        d->call.work = &d->work;
        rc = ts_work_of(&call->problem, &d->work);
    }
    double constant = 0;
    for (size_t i = 0; i < *count; i++)
        constant += items[i].count * items[i].work.constant_bytes;
    for (size_t i = 0; i < *count; i++)
        items[i].call.network_bytes = constant;
    return rc;
}

static int predict_all(const ts_model *model, const distinct *items, size_t count, ts_facts *facts,
                       ts_prediction *out)
{
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = ts_model_run(model, &items[i].call, facts, &out[i]);
    return rc;
}

static void sum(const distinct *items, size_t count, const ts_prediction *predictions, double *seconds,
                double *joules)
{
    *seconds = *joules = 0;
    for (size_t i = 0; i < count; i++) {
        *seconds += items[i].count * predictions[i].seconds;
        *joules += items[i].count * predictions[i].joules;
    }
}

static int draw_all(const ts_model *model, const distinct *items, size_t count, ts_facts *facts, size_t draws,
                    double *seconds, double *joules, ts_prediction *nominal)
{
    ts_prediction *drawn = calloc(count + 1, sizeof *drawn);
    if (!drawn)
        return ts_fail(TS_ENOMEM, "out of memory while predicting a workload");
    int rc = 0;
    bool remembers = ts_facts_pause(facts, false);
    for (size_t i = 0; i < draws && rc == 0; i++) {
        ts_prediction *to = i ? drawn : nominal;
        ts_facts_draw(facts, i);
        ts_facts_pause(facts, remembers && i == 0);
        rc = predict_all(model, items, count, facts, to);
        ts_facts_pause(facts, false);
        if (rc == 0)
            sum(items, count, to, &seconds[i], &joules[i]);
    }
    ts_facts_draw(facts, 0);
    ts_facts_pause(facts, remembers);
    free(drawn);
    return rc;
}

int ts_predict_workload(const ts_model *model, const ts_workload *workload, ts_facts *facts, size_t draws,
                        double *seconds, double *joules, ts_prediction *calls)
{
    size_t count = 0, n = workload->call_count;
    distinct *items = calloc(n + 1, sizeof *items);
    size_t *which = calloc(n + 1, sizeof *which);
    ts_prediction *nominal = calloc(n + 1, sizeof *nominal);
    int rc = items && which && nominal ? 0 : ts_fail(TS_ENOMEM, "out of memory while predicting a workload");
    if (rc == 0 && !model)
        rc = ts_model_find(NULL, ts_facts_target(facts), &model);
    if (rc == 0)
        rc = find_distinct(workload, items, which, &count);
    if (rc == 0)
        rc = draw_all(model, items, count, facts, draws, seconds, joules, nominal);
    for (size_t i = 0; i < n && calls && rc == 0; i++)
        calls[i] = nominal[which[i]];
    free(items);
    free(which);
    free(nominal);
    return rc;
}
