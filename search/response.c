/* See response.h. */
#include "response.h"

#include <math.h>
#include <stdlib.h>

enum { KNEE_MINIMUM = 6 };
static const double COMPRESSION = 0.3;

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void ts_response_fit(ts_response *r, double *costs, size_t count)
{
    *r = (ts_response){.knee = INFINITY, .unit = 1};
    if (count == 0)
        return;
    qsort(costs, count, sizeof *costs, by_value);
    if (costs[0] <= 0)
        r->scale = costs[count - 1] < 0 ? TS_RESPONSE_LOG_NEGATED : TS_RESPONSE_ASINH;
    double middle = costs[(count - 1) / 2];
    if (middle != 0)
        r->unit = fabs(middle);
    if (count >= KNEE_MINIMUM)
        r->knee = ts_response_of(r, middle);
}

bool ts_response_takes(const ts_response *r, double cost)
{
    return r->scale == TS_RESPONSE_ASINH || (r->scale == TS_RESPONSE_LOG ? cost > 0 : cost < 0);
}

double ts_response_of(const ts_response *r, double cost)
{
    double y = r->scale == TS_RESPONSE_LOG           ? log(cost)
               : r->scale == TS_RESPONSE_LOG_NEGATED ? -log(-cost)
                                                     : asinh(cost / r->unit);
    return y > r->knee ? r->knee + COMPRESSION * (y - r->knee) : y;
}
