/* From a capture to what is tuned for how long: `tilesmith tune --capture`. */
#ifndef TS_TUNE_CAPTURE_H
#define TS_TUNE_CAPTURE_H

#include <stddef.h>

/** The shapes of one kernel and type that are worth their time. Owned by the plan. */
typedef struct ts_capture_group {
    char kernel[64], type[32];
    const char **shapes; /**< NULL-terminated, most time first */
    double *weights; /**< [shapes] their share of the time of all groups; what ts_tune() splits a budget by */
    size_t count;
    double share; /**< of all groups: 0..1 */
} ts_capture_group;

typedef struct ts_capture_plan {
    ts_capture_group *groups; /**< most time first */
    size_t count;
    size_t left_out;       /**< shapes with less than 1 % of the time each */
    double left_out_share; /**< of the time, together */
    void *texts;           /**< of the shapes; private */
} ts_capture_plan;

/**
 * Read a capture and weigh its shapes by time: a shape that was only looked up weighs its lookups times the
 * mean time of all calls (1 if nothing was timed). `kernel` and `type` (NULL: all) select; nothing selected
 * is TS_ENOTFOUND.
 */
int ts_capture_plan_load(const char *path, const char *kernel, const char *type, ts_capture_plan *out);
void ts_capture_plan_clear(ts_capture_plan *plan);

#endif
