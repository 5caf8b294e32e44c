/* A variant of a kernel on one processor, by its loop nest; see nest.h. */
#include "model/models.h"
#include "model/nest.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static void fill(const ts_nest_model *model, const ts_nest_cost *c, ts_prediction *out)
{
    double longest = c->core_seconds + c->copy_seconds;
    out->seconds = c->seconds;
    out->compute_seconds = c->core_seconds;
    snprintf(out->bound, sizeof out->bound, "fma.throughput");
    out->level_count = c->level_count;
    for (size_t i = 0; i < c->level_count; i++) {
        const char *name = ts_nest_level_name(model, i);
        ts_prediction_level *level = &out->levels[i];
        snprintf(level->name, sizeof level->name, "%s", name);
        level->bytes = c->bytes[i];
        level->seconds = c->level_seconds[i];
        level->joules = NAN;
        if (c->level_seconds[i] <= longest)
            continue;
        longest = c->level_seconds[i];
        snprintf(out->bound, sizeof out->bound, "%s%s.bandwidth", *name == 'L' ? "l" : "",
                 *name == 'L' ? name + 1 : name);
    }
    out->bytes = c->level_count ? c->bytes[c->level_count - 1] : NAN;
    snprintf(out->no_energy, sizeof out->no_energy, "the model of variants has no energy");
}

static void explain(ts_facts *facts, const ts_nest_model *model, const ts_nest_cost *c)
{
    static const char *const source =
        "Stengel et al., ICS 2015; Hammer et al., Kerncraft 2016; Low et al., TOMS 43(2) 2016";
    ts_facts_step(
        facts, "core", c->core_seconds, "s", source,
        "operations at full throughput %g s, times %g for tiles cut short, %g for waiting, and entries",
        c->vector_seconds, c->waste, c->waiting);
    for (size_t i = 0; i < c->level_count; i++)
        ts_facts_step(facts, ts_nest_level_name(model, i), c->level_seconds[i], "s", source,
                      "%g B on the way in from %s", c->bytes[i], ts_nest_level_name(model, i));
    ts_facts_step(facts, "copies", c->copy_seconds, "s", source, "packing into panels, and its traffic");
    ts_facts_step(facts, "time", c->seconds, "s", source,
                  "the longer of core and transfers, a share of the other, and copies");
}

static int predict(const ts_model_call *call, ts_facts *facts, ts_prediction *out)
{
    ts_nest_model *model;
    ts_nest_cost cost;
    if (!call->values)
        return ts_fail(TS_EINPUT, "the model of variants needs one: give its parameters with --config");
    int rc = ts_nest_model_open(call->problem, facts, &model);
    if (rc != TS_OK)
        return rc;
    if (ts_nest_predict(model, call->values, &cost)) {
        fill(model, &cost, out);
        explain(facts, model, &cost);
        out->peak = cost.vector_seconds > 0 ? out->flops / cost.vector_seconds : NAN;
    } else
        rc = ts_fail(TS_EINPUT, "no <nest> of kernel '%s' describes this variant",
                     call->problem->kernel->name);
    ts_nest_model_close(model);
    return rc;
}

extern const ts_model ts_model_nest;
const ts_model ts_model_nest = {
    .name = "nest",
    .summary = "one variant of a kernel: traffic of its loop nest, and the core",
    .kind = "cpu",
    .source = "Stengel et al., ICS 2015; Hammer et al., Kerncraft 2016; Low et al., TOMS 43(2) 2016",
    .rank = -1, /* asked for by name: it needs a variant */
    .predict = predict,
};
