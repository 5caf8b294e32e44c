/*
 * Block sizes of a matrix product from the caches alone.
 * Low, Igual, Smith, Quintana-Ortí, "Analytical modeling is enough for high-performance BLIS", TOMS 43(2)
 * 2016. A seed for a search: hand-tuned kernels of wide vectors are far from it.
 */
#ifndef TS_MODEL_BLOCKING_H
#define TS_MODEL_BLOCKING_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ts_blocking_cache {
    int64_t bytes;
    int ways;
    int line_bytes;
} ts_blocking_cache;

typedef struct ts_blocking_core {
    int vector_elements, element_bytes;
    double fma_latency, fma_per_cycle;
    bool vectors_along_columns;   /**< of C: nr is the dimension of the vectors, else mr */
    ts_blocking_cache l1, l2, l3; /**< l3.bytes 0: none, or not known */
} ts_blocking_core;

/** Rows and columns of the micro-kernel, and the blocks around it; 0 where the model has no answer. */
typedef struct ts_blocking {
    int64_t mr, nr, kc, mc, nc;
} ts_blocking;

ts_blocking ts_blocking_analytical(const ts_blocking_core *core);

#endif
