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
        r->scale = costs[count - 1] < 0 ? TS_RESPONSE_RATE : TS_RESPONSE_ANY;
    double middle = costs[(count - 1) / 2];
    if (middle != 0)
        r->unit = fabs(middle);
    if (count >= KNEE_MINIMUM)
        r->knee = ts_response_of(r, middle);
}

bool ts_response_takes(const ts_response *r, double cost)
{
    return r->scale == TS_RESPONSE_ANY || (r->scale == TS_RESPONSE_TIME ? cost > 0 : cost < 0);
}

static double transformed(const ts_response *r, double cost)
{
    switch (r->scale) {
    case TS_RESPONSE_TIME:
        return -2 * sqrt(r->unit / cost);
    case TS_RESPONSE_RATE:
        return -2 * sqrt(cost / -r->unit);
    case TS_RESPONSE_ANY:
        break;
    }
    return asinh(cost / r->unit);
}

double ts_response_of(const ts_response *r, double cost)
{
    double y = transformed(r, cost);
    return y > r->knee ? r->knee + COMPRESSION * (y - r->knee) : y;
}
