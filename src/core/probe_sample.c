/* Timing chunks of known work, and the quantiles that make many disturbed chunks one sound number. */
#include "core/probe.h"
#include "util/clock.h"

#include <math.h>
#include <stdlib.h>

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double ts_probe_quantile(double *x, size_t n, double q)
{
    if (n == 0) {
        return NAN;
    }
    qsort(x, n, sizeof *x, compare_doubles);
    double at = q * (double)(n - 1);
    size_t below = (size_t)at;
    return below + 1 < n ? x[below] + (at - (double)below) * (x[below + 1] - x[below]) : x[n - 1];
}

ts_spread ts_probe_spread(double *x, size_t n)
{
    return (ts_spread){.mid = ts_probe_quantile(x, n, 0.5),
                       .lo = ts_probe_quantile(x, n, 0.1),
                       .hi = ts_probe_quantile(x, n, 0.9),
                       .count = n};
}

static double time_once(ts_work work, uint64_t repetitions)
{
    uint64_t begin = ts_now_ns();
    work.run(work.argument, repetitions);
    uint64_t end = ts_now_ns();
    return end > begin ? 1e-9 * (double)(end - begin) : 1e-9;
}

/* Doubling until a chunk is long enough is warm-up as well: caches fill and wide vector units power up
 * meanwhile. */
static uint64_t calibrate(ts_work work, double chunk_seconds)
{
    uint64_t repetitions = 1;
    double took = time_once(work, repetitions);
    while (took < chunk_seconds / 2 && repetitions < UINT64_C(1) << 40) {
        repetitions *= 2;
        took = time_once(work, repetitions);
    }
    double again = time_once(work, repetitions); /* the first may have been interrupted */
    double scaled = (double)repetitions * chunk_seconds / (again < took ? again : took);
    return scaled < 1 ? 1 : (uint64_t)scaled;
}

void ts_probe_run(ts_work work, double chunk_seconds, double seconds, ts_chunks *out)
{
    enum { LEAST = 3 };
    if (seconds > chunk_seconds * TS_PROBE_CHUNKS) {
        chunk_seconds = seconds / TS_PROBE_CHUNKS;
    }
    uint64_t repetitions = calibrate(work, chunk_seconds);
    double end = ts_now() + seconds;
    out->count = 0;
    while (out->count < TS_PROBE_CHUNKS && (out->count < LEAST || ts_now() < end)) {
        out->each[out->count++] = time_once(work, repetitions) / (double)repetitions;
    }
}
