/*
 * Row-stationary convolution arrays.
 * Chen, Krishna, Emer, Sze, "Eyeriss: an energy-efficient reconfigurable accelerator for deep convolutional
 * neural networks", JSSC 52(1) 2017; the letters are that paper's.
 */
#ifndef TS_MODEL_ROW_STATIONARY_H
#define TS_MODEL_ROW_STATIONARY_H

#include <stdint.h>

/** A layer: N images, M filters of C channels (of one group) and R × R taps, E × E outputs, stride U. */
typedef struct ts_row_layer {
    int64_t images, filters, channels, taps, outputs, stride;
} ts_row_layer;

/** One processing pass: n images, e output rows, p filters and q channels in a PE, r channel and t filter
 * sets. */
typedef struct ts_row_pass {
    int64_t images, output_rows, filters, channels, channel_sets, filter_sets;
} ts_row_pass;

/** What feeds the array: words a cycle of the filter bus and of the input bus. */
typedef struct ts_row_array {
    double filter_words_per_cycle, input_words_per_cycle;
    double clock_hz;
} ts_row_array;

typedef struct ts_row_result {
    int64_t passes, active_pes;
    double compute_cycles, filter_cycles, fill_cycles; /**< of one pass */
    double cycles, seconds;                            /**< of the layer */
} ts_row_result;

/**
 * Each PE works n·p·q·R·E cycles a pass (one row of taps on one row of inputs after another).
 * Before that come what double buffering cannot hide, since the PEs' scratchpads are single: the pass's
 * filters, and the first window of each input row.
 */
ts_row_result ts_row_stationary(const ts_row_array *array, const ts_row_layer *layer,
                                const ts_row_pass *pass);

#endif
