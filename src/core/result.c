/* See result.h. */
#include "core/result.h"

#include <stdlib.h>

void ts_counters_free(ts_counter *counters, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free((char *)counters[i].name);
        free((char *)counters[i].unit);
        free((char *)counters[i].reason);
    }
    free(counters);
}

void ts_result_clear(ts_result *r)
{
    ts_counters_free(r->counters, r->counter_count);
    free(r->samples);
    free(r->reason);
    *r = (ts_result){0};
}
