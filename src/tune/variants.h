/* The model of a kernel's variants as a predictor: the loop nest that the manifest states, on a target's
 * facts. */
#ifndef TS_TUNE_VARIANTS_H
#define TS_TUNE_VARIANTS_H

#include "model/nest.h"
#include "tune/learned.h"

typedef struct ts_variants ts_variants;

/** All three are borrowed. *out is NULL where there is no model, and ts_error() says why: the manifest states
 * no nest, or the target leaves out what it needs. */
int ts_variants_open(const ts_problem *problem, const ts_target *target, const ts_space *space,
                     ts_variants **out);
void ts_variants_close(ts_variants *variants);
/** Seconds of a call of the variant with these values (by parameter), and its features
 * [TS_NEST_FEATURES]; NAN where the model can't say. */
double ts_variants_seconds(ts_variants *variants, const ts_value *values, double *features);
/** Of the space's configurations; NULL predicts nothing. */
ts_predictor ts_variants_predictor(ts_variants *variants);

#endif
