/* How a product or convolution lies on a row-stationary array: the best of the mappings that its scratchpads
 * allow. Chen et al., JSSC 52(1) 2017, section V. */
#ifndef TS_MODEL_ROW_MAPPING_H
#define TS_MODEL_ROW_MAPPING_H

#include "core/kernel.h"
#include "model/facts.h"

/** Cycles of all `count` of them on one array. TS_ENOTFOUND if a scratchpad or bus isn't stated. */
int ts_row_cycles(ts_facts *facts, const ts_product_sizes *sizes, double rows, double columns,
                  double clock_hz, double *cycles);

#endif
