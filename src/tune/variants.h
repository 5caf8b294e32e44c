/* The model of a kernel's variants as a predictor: the loop nest that the manifest states, on a target's
 * facts. */
#ifndef TS_TUNE_VARIANTS_H
#define TS_TUNE_VARIANTS_H

#include "core/kernel.h"
#include "tune/learned.h"

typedef struct ts_variants ts_variants;

enum { TS_VARIANT_FEATURES = 16 };

/** Borrowed: all three. *out is NULL where there is no model: the manifest states no nest for this problem,
 * or the target leaves out what it needs. */
int ts_variants_open(const ts_problem *problem, const ts_target *target, const ts_space *space,
                     ts_variants **out);
void ts_variants_close(ts_variants *variants);
/** Seconds of a call of the variant with these values (by parameter), and its features
 * [TS_VARIANT_FEATURES]; NAN where the nest doesn't cover it. */
double ts_variants_seconds(ts_variants *variants, const ts_value *values, double *features);
/** Of the space's configurations; NULL predicts nothing. */
ts_predictor ts_variants_predictor(ts_variants *variants);

#endif
