/* What targets are compared by. */
#include "compare/compare.h"
#include <string.h>

static const char *const names[] = {[TS_BY_TIME] = "time",
                                    [TS_BY_ENERGY] = "energy",
                                    [TS_BY_EDP] = "edp",
                                    [TS_BY_PERF_PER_WATT] = "perf/W",
                                    [TS_BY_PERF_PER_PRICE] = "perf/$"};

int ts_objective_parse(const char *text, ts_objective *out)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], text) == 0) {
            *out = (ts_objective)i;
            return TS_OK;
        }
    return ts_fail(TS_EINPUT, "there is no objective '%s'; there are time, energy, edp, perf/W and perf/$",
                   text);
}

const char *ts_objective_name(ts_objective objective)
{
    return names[objective];
}

double ts_objective_shown(ts_objective objective, double value)
{
    return objective == TS_BY_PERF_PER_WATT || objective == TS_BY_PERF_PER_PRICE ? 1 / value : value;
}
