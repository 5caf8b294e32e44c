/* The parameters of a configuration as numbers that something can be learned from. */
#ifndef TS_MODEL_INPUTS_H
#define TS_MODEL_INPUTS_H

#include "core/kernel.h"

typedef struct ts_inputs ts_inputs;

/** For the parameters of a space of this kernel that have a choice: numbers stand for themselves, of texts
 * each value is an input of its own, 0 or 1. Both are borrowed. */
int ts_inputs_open(const ts_kernel *kernel, const ts_space *space, ts_inputs **out);
void ts_inputs_close(ts_inputs *inputs);
/** How many numbers a configuration is. */
size_t ts_inputs_width(const ts_inputs *inputs);
/** Those of a configuration whose parameter values are in `slots` (by kernel slot), to `out` [width]. A value
 * that is missing is -1. */
void ts_inputs_write(const ts_inputs *inputs, const ts_value *slots, double *out);

#endif
