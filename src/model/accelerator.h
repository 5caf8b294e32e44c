/* What arrays that only multiply matrices have in common: where their operands lie, and what they can't do.
 */
#ifndef TS_MODEL_ACCELERATOR_H
#define TS_MODEL_ACCELERATOR_H

#include "model/machine.h"

/**
 * A call without matrix products. By itself: TS_EINPUT and a plain no. As one of a network's: its operands go
 * to the host over link.host and back (or, without one, through memory to units that nobody describes), which
 * is taken to compute as fast as they come.
 */
int ts_accelerator_other(const ts_model_call *call, ts_facts *facts, ts_prediction *p);

/** Bytes of the operands that are no weights, in the machine's type. */
double ts_accelerator_activations(const ts_model_call *call, const ts_machine_type *type);

/**
 * What must come from outside besides `memory_bytes` that the memory delivers anyway: activations stay in the
 * target's buffers where they fit, else they cross link.host if there is one, else the memory. Adds the
 * levels, and binds the time by memory and link. TS_ENOTFOUND if a bandwidth isn't stated; with `optional`
 * memory that isn't described never makes the array wait.
 */
int ts_accelerator_move(const ts_model_call *call, ts_facts *facts, const ts_machine_type *type,
                        double memory_bytes, bool optional, ts_prediction *p);

#endif
