/* Timing one function in this process: calibrated inner count, warm-up, adaptive repetition. */
#ifndef TS_MEASURE_TIMER_H
#define TS_MEASURE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How to time. */
typedef struct ts_timing_plan {
    double sample_seconds; /**< aim for samples at least this long: the inner count is calibrated to it
                              (default 200e-6) */
    double budget_seconds; /**< spend at most about this on all samples of a variant */
    size_t min_samples, max_samples;
    double hopeless; /**< stop after the first samples if slower than this many seconds per call; 0 = never */
    double contender; /**< spend all max_samples only if the median is below this many seconds; 0 = always */
    bool cold;        /**< evict caches before every call (inner count 1) */
    int threads;      /**< that a call runs on; more than 1: the wall clock alone counts; 0 means 1 */
} ts_timing_plan;

typedef struct ts_timing {
    double *samples; /**< seconds per call, in order; owned by the caller (malloc'ed) */
    size_t count;
    uint64_t inner; /**< calls per sample */
    bool hopeless;  /**< stopped early */
} ts_timing;

/** Time `call(context)`. Uses the thread's CPU clock when CLOCK_MONOTONIC shows preemption of an unpinned
 * user (see timer.c). */
int ts_timer_run(void (*call)(void *context), void *context, const ts_timing_plan *plan, ts_timing *out);
/** One sample of `inner` calls, seconds per call. */
double ts_timer_sample(void (*call)(void *context), void *context, uint64_t inner);
/** The same of a call that runs on several threads. */
double ts_timer_sample_threads(void (*call)(void *context), void *context, uint64_t inner, int threads);
/** Inner count so that a sample lasts `seconds`. */
uint64_t ts_timer_calibrate(void (*call)(void *context), void *context, double seconds);
/** Read and write a buffer larger than the last-level cache. */
void ts_timer_evict(void);
/** Smallest observable step of the clock in ns, and the cost of reading it (measured). */
void ts_timer_resolution(double *step_ns, double *cost_ns);

/** Pin the calling thread to one CPU (the last allowed one if cpu < 0); returns the CPU or -1. */
int ts_pin(int cpu);
/** Real-time priority if allowed (root), guarded by RLIMIT_RTTIME; false if refused. */
bool ts_realtime(void);

#endif
