/*
 * The roofline: compute at its peak, each level at its bandwidth, all at the same time.
 * Williams, Waterman, Patterson, CACM 52(4) 2009; one intensity for each level as in the hierarchical
 * variant.
 */
#include "model/models.h"
#include "model/processor.h"

#include <stdio.h>

static const char source[] = "Williams, Waterman, Patterson, CACM 52(4) 2009";

static int predict(const ts_model_call *call, ts_facts *facts, ts_prediction *out)
{
    ts_processor c = {.allocates = false};
    char peak[24];
    int rc = ts_processor_of(call, facts, "the roofline", out, &c);
    if (rc < 0)
        return rc;
    snprintf(peak, sizeof peak, "peak.%s", c.type.name);
    ts_prediction_bind(out, c.compute_seconds, peak);
    for (size_t i = 0; i < TS_PROCESSOR_LEVELS; i++)
        if (c.levels[i].seconds > 0)
            ts_prediction_bind(out, c.levels[i].seconds, c.levels[i].bound);
    ts_facts_step(facts, "time", out->seconds, "s", source, "the longest of compute and levels");
    ts_machine_energy(facts, out);
    return 0;
}

const ts_model ts_model_roofline = {
    .name = "roofline",
    .summary = "peak and bandwidth of each level, all overlapping: a bound",
    .kind = NULL,
    .source = source,
    .rank = 0,
    .predict = predict,
};
