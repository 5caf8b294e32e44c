/* The parameters of a configuration as numbers that something can be learned from. */
#ifndef TS_MODEL_INPUTS_H
#define TS_MODEL_INPUTS_H

#include "core/space.h"

typedef struct ts_inputs ts_inputs;

/** For the parameters of a space that have a choice: numbers stand for themselves, of texts each value is an
 * input of its own, 0 or 1. Borrowed. */
int ts_inputs_open(const ts_space *space, ts_inputs **out);
void ts_inputs_close(ts_inputs *inputs);
/** How many numbers a configuration is. */
size_t ts_inputs_width(const ts_inputs *inputs);
/** Those of a configuration, to `out` [width]. */
void ts_inputs_of(const ts_inputs *inputs, uint64_t config, double *out);
/** The same from the values of its parameters, by parameter: also of configurations that aren't in the space.
 * A value that is missing is -1. */
void ts_inputs_of_values(const ts_inputs *inputs, const ts_value *values, double *out);

#endif
