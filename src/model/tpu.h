/*
 * A weight-stationary matrix unit whose weights stream from memory, one tile after another.
 * Jouppi et al., "In-datacenter performance analysis of a tensor processing unit", ISCA 2017 (TPU v1).
 */
#ifndef TS_MODEL_TPU_H
#define TS_MODEL_TPU_H

typedef struct ts_tpu {
    int rows, columns; /**< multiply-accumulate cells */
    double clock_hz;
    double weight_bytes_per_second;
    double weight_bytes; /**< of one weight */
} ts_tpu;

/** 2 · rows · columns · clock. Operations per second. */
double ts_tpu_peak(const ts_tpu *t);
/**
 * Cycles of one tile of weights that `uses` inputs pass: the longest of the inputs, of shifting the next tile
 * into the cells (one row a cycle), and of fetching it. ISCA 2017, section 2: weights are double-buffered.
 */
double ts_tpu_tile_cycles(const ts_tpu *t, double uses);
/** What is left of the peak, operations per second; `uses` is the operational intensity in MACs a weight
 * byte. */
double ts_tpu_bound(const ts_tpu *t, double uses);

#endif
