/* The cost models, as listed by the build from src/model/model_NAME.c; see predict.h. */
#ifndef TS_MODEL_MODELS_H
#define TS_MODEL_MODELS_H

#include "model/predict.h"

/** Sorted by name, NULL-terminated. */
extern const ts_model *const ts_models[];

#endif
