/* See variants.h. */
#include "tune/variants.h"

#include "model/nest.h"

#include <math.h>
#include <stdlib.h>

struct ts_variants {
    const ts_kernel *kernel;
    const ts_space *space;
    ts_nest_model *nest;
    ts_value *slots; /* of the configuration at hand */
};

static double predict(ts_variants *v, double *features)
{
    ts_nest_cost cost;
    if (!ts_nest_predict(v->nest, v->slots, &cost) || !(cost.seconds > 0))
        return NAN;
    ts_nest_features(&cost, features);
    return cost.seconds;
}

static double predict_config(void *context, uint64_t config, double *features)
{
    ts_variants *v = context;
    ts_space_values(v->space, config, v->slots);
    return predict(v, features);
}

/* No nest, or a target that leaves out what it needs, is an answer here and no error. */
static int open_nest(ts_variants *v, const ts_problem *problem, const ts_target *target)
{
    ts_facts *facts = NULL;
    int rc = ts_facts_open(target, &facts);
    if (rc == TS_OK)
        rc = ts_nest_model_open(problem, facts, &v->nest);
    ts_facts_close(facts);
    return rc == TS_ENOTFOUND ? TS_OK : rc;
}

int ts_variants_open(const ts_problem *problem, const ts_target *target, const ts_space *space,
                     ts_variants **out)
{
    ts_variants *v = calloc(1, sizeof *v);
    *out = NULL;
    if (!v)
        return ts_fail(TS_ENOMEM, "out of memory while preparing to predict");
    *v = (ts_variants){.kernel = problem->kernel, .space = space};
    v->slots = calloc(v->kernel->slot_count + 1, sizeof *v->slots);
    int rc = v->slots ? open_nest(v, problem, target)
                      : ts_fail(TS_ENOMEM, "out of memory while preparing to predict");
    if (rc != TS_OK || !v->nest) {
        ts_variants_close(v);
        return rc;
    }
    *out = v;
    return TS_OK;
}

void ts_variants_close(ts_variants *v)
{
    if (!v)
        return;
    ts_nest_model_close(v->nest);
    free(v->slots);
    free(v);
}

double ts_variants_seconds(ts_variants *v, const ts_value *values, double *features)
{
    for (size_t i = 0; i < v->kernel->parameter_count; i++)
        v->slots[v->kernel->parameters[i].slot] = values[i];
    return predict(v, features);
}

ts_predictor ts_variants_predictor(ts_variants *v)
{
    return v ? (ts_predictor){v, TS_NEST_FEATURES, predict_config} : (ts_predictor){0};
}
