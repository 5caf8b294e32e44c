#include "util/clock.h"

#include <time.h>

uint64_t ts_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

double ts_now(void)
{
    return (double)ts_now_ns() * 1e-9;
}

void ts_timestamp(char out[21])
{
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    if (!strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &utc))
        out[0] = 0;
}
