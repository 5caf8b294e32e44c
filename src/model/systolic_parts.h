/* What the files of the systolic model share. */
#ifndef TS_MODEL_SYSTOLIC_PARTS_H
#define TS_MODEL_SYSTOLIC_PARTS_H

#include "model/systolic.h"

/** How a layer lies on the array: two dimensions in space, cut into folds, one in time. */
typedef struct ts_systolic_fold {
    int64_t spatial_rows, spatial_columns, time;
} ts_systolic_fold;

static inline int64_t ts_ceil_div(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/** Stalls and memory reads; the closed forms in `out` are already there. */
void ts_systolic_stalls(const ts_systolic_array *array, const ts_systolic_fold *fold,
                        ts_systolic_result *out);

#endif
