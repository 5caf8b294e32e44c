/* A variant by its parameters, as people write them. */
#ifndef TS_CLI_VARIANT_OF_H
#define TS_CLI_VARIANT_OF_H

#include "core/kernel.h"

typedef struct ts_cli_variant {
    ts_space *space; /**< owns the strings among the slots */
    uint64_t config; /**< index in it */
    ts_value *slots; /**< the kernel's values by slot, dimensions and target included */
} ts_cli_variant;

/**
 * "mr=8,nv=2"; parameters that aren't named take the defaults of the kernel's author. TS_EINPUT for an
 * unknown parameter, a value it can't have, or a combination that a constraint forbids. Free with
 * ts_cli_variant_free(), also after an error.
 */
int ts_cli_variant_of(const ts_problem *problem, const ts_target *target, const char *config,
                      ts_cli_variant *out);
void ts_cli_variant_free(ts_cli_variant *variant);

#endif
