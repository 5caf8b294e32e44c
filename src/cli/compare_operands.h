/* What the operands of `compare` name. */
#ifndef TS_CLI_COMPARE_OPERANDS_H
#define TS_CLI_COMPARE_OPERANDS_H

#include "cli/cli.h"
#include "core/workload.h"
#include "util/vec.h"

/** Everything that was named, owned: ts_compare_operands_free(). */
typedef struct ts_compare_operands {
    const ts_args *args;
    TS_VEC(ts_target *) targets;
    TS_VEC(ts_workload *) workloads; /**< networks, and one for each shape of a kernel */
    TS_VEC(char *) kernels;          /**< that were named */
} ts_compare_operands;

/** Load what the command line names; `args` is set. Nothing of a kind named: all there is of it. */
int ts_compare_operands_load(ts_compare_operands *o);
void ts_compare_operands_free(ts_compare_operands *o);

#endif
