/* A design: the base target's facts, scaled, with what follows from them. */
#include "tune/explore.h"
#include <math.h>
#include <string.h>

/* Attributes in proportion to which a machine computes: stated peaks and the power above idle follow them. */
static bool computes(const char *name)
{
    static const char *const names[] = {"vector.bits", "fma.throughput", "clock.core",
                                        "array.rows",  "array.columns",  "array.count",
                                        "gpu.sms",     "dla.atomic_c",   "dla.atomic_k"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* What is varied itself follows nothing. */
static bool varied(const ts_explore_report *r, const char *name)
{
    for (size_t i = 0; i < r->attribute_count; i++)
        if (strcmp(r->attributes[i].name, name) == 0)
            return true;
    return false;
}

static int scale_peaks(const ts_explore_report *r, const ts_target *target, ts_facts *facts, double factor,
                       double wider)
{
    int rc = TS_OK;
    for (size_t i = 0; i < target->count && rc == TS_OK; i++) {
        const char *name = target->attributes[i].name;
        if (varied(r, name))
            continue;
        if (strncmp(name, "peak.", 5) == 0)
            rc = ts_facts_scale(facts, name, factor);
        else if (strcmp(name, "operations.f32") == 0 || strcmp(name, "operations.f64") == 0)
            rc = ts_facts_scale(facts, name, wider);
    }
    return rc;
}

/* Power above idle is the units'; it follows them. */
static int scale_power(const ts_explore_report *r, const ts_target *target, ts_facts *facts, double factor)
{
    static const char *const names[] = {"power.busy", "power.design"};
    double idle = ts_target_number(target, "power.idle", 0);
    int rc = TS_OK;
    for (size_t i = 0; i < 2 && rc == TS_OK; i++) {
        double stated = ts_target_number(target, names[i], NAN);
        if (stated > idle && !varied(r, names[i]))
            rc = ts_facts_scale(facts, names[i], (idle + (stated - idle) * factor) / stated);
    }
    return rc;
}

int ts_explore_apply(const ts_explore_report *r, const ts_target *target, ts_facts *facts,
                     const double *values)
{
    double factor = 1, wider = 1;
    int rc = TS_OK;
    for (size_t i = 0; i < r->attribute_count && rc == TS_OK; i++) {
        const ts_explore_attribute *a = &r->attributes[i];
        double ratio = values[i] / a->base;
        rc = ts_facts_scale(facts, a->name, ratio);
        factor *= computes(a->name) ? ratio : 1;
        wider *= strcmp(a->name, "vector.bits") == 0 || strcmp(a->name, "fma.throughput") == 0 ? ratio : 1;
    }
    if (rc == TS_OK)
        rc = scale_peaks(r, target, facts, factor, wider);
    return rc == TS_OK ? scale_power(r, target, facts, factor) : rc;
}
