/* What a call asks of any machine, computed once from its kernel's manifest. */
#ifndef TS_MODEL_WORK_H
#define TS_MODEL_WORK_H

#include "core/kernel.h"

enum { TS_WORK_PRODUCTS = 8 };

typedef struct ts_work {
    double flops, bytes;   /**< as the manifest counts them */
    double loaded, stored; /**< bytes of the operands that are read, and that are written */
    double footprint;      /**< bytes of all operands */
    double product_flops;  /**< of `flops`, those in matrix products */
    double constant_bytes; /**< of the products' constant operands (weights): n k each; at most `bytes` */
    size_t product_count;
    ts_product_sizes products[TS_WORK_PRODUCTS];
    const char *type;     /**< that peaks are looked up by; see ts_model_type() */
    double element_bytes; /**< of an operand of that type */
} ts_work;

int ts_work_of(const ts_problem *problem, ts_work *out);

#endif
