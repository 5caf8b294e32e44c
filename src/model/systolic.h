/*
 * Systolic arrays that multiply matrices (or convolutions as such), after SCALE-Sim v2.
 * Samajdar et al., "A systematic methodology for characterizing scalability of DNN accelerators using
 * SCALE-Sim", ISPASS 2020. Three dataflows; scratchpads are double-buffered and filled from memory.
 */
#ifndef TS_MODEL_SYSTOLIC_H
#define TS_MODEL_SYSTOLIC_H

#include <stdint.h>

typedef enum ts_dataflow { TS_OUTPUT_STATIONARY, TS_WEIGHT_STATIONARY, TS_INPUT_STATIONARY } ts_dataflow;

/** The array and its scratchpads; words are operands, whatever their width. */
typedef struct ts_systolic_array {
    int64_t rows, columns;
    ts_dataflow dataflow;
    int64_t input_words, weight_words, output_words; /**< capacity of the scratchpads, both halves */
    int64_t words_per_cycle; /**< between memory and each scratchpad; 0: the array never waits */
} ts_systolic_array;

/** C[pixels × filters] = A[pixels × window] · B[window × filters]; for a convolution, the im2col sizes. */
typedef struct ts_systolic_layer {
    int64_t pixels, filters, window;
} ts_systolic_layer;

typedef struct ts_systolic_result {
    int64_t row_folds, column_folds, fold_cycles;
    int64_t compute_cycles; /**< without stalls */
    int64_t stall_cycles;
    int64_t input_reads, weight_reads, output_writes; /**< scratchpad accesses, words */
    int64_t input_fetches, weight_fetches;            /**< memory reads, words; 0 without a bandwidth */
    double mapping_efficiency;                        /**< cells with work, mean over the folds, 0..1 */
    double utilization;                               /**< MACs / (cells · fold cycles), without stalls */
} ts_systolic_result;

/** Cycles, accesses and stalls of one layer; TS_EINPUT and ts_error() if a size is not positive. */
int ts_systolic_run(const ts_systolic_array *array, const ts_systolic_layer *layer, ts_systolic_result *out);

#endif
