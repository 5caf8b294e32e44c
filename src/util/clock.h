/* The monotonic clock, for budgets and for timing the tool itself (kernels are timed by measure/). */
#ifndef TS_UTIL_CLOCK_H
#define TS_UTIL_CLOCK_H

#include <stdint.h>

/** Nanoseconds of CLOCK_MONOTONIC. */
uint64_t ts_now_ns(void);
/** Seconds of CLOCK_MONOTONIC. */
double ts_now(void);
/** Now as ISO 8601 UTC with seconds, for example "2026-11-23T18:39:30Z"; writes 21 bytes. */
void ts_timestamp(char out[21]);

#endif
