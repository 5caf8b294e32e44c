/*
 * What a mapped loop nest moves: accesses of every memory level, cycles, energy, after Timeloop.
 * Parashar et al., "Timeloop: A systematic approach to DNN accelerator evaluation", ISPASS 2019.
 * The nest is perfect and dense; levels are listed from the outermost memory to the one beside the MACs.
 */
#ifndef TS_MODEL_MAPPING_H
#define TS_MODEL_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TS_MAPPING_DIMS = 8,    /**< dimensions of a problem */
    TS_MAPPING_AXES = 4,    /**< axes of a tensor */
    TS_MAPPING_TENSORS = 4, /**< tensors of a problem */
    TS_MAPPING_LEVELS = 12, /**< levels, those that only spread in space included */
    TS_MAPPING_LOOPS = 8    /**< loops of one level */
};

/** index = Σ coefficient[d] · i_d: {1} for a plain axis, {stride for P, 1 for R} for a convolution's input.
 */
typedef struct ts_mapping_axis {
    int64_t coefficient[TS_MAPPING_DIMS];
} ts_mapping_axis;

typedef struct ts_mapping_tensor {
    size_t axis_count;
    ts_mapping_axis axes[TS_MAPPING_AXES];
    bool accumulated; /**< read and written: partial sums */
} ts_mapping_tensor;

typedef struct ts_mapping_loop {
    int dim;
    int64_t bound;
    bool spatial;
} ts_mapping_loop;

typedef struct ts_mapping_level {
    size_t loop_count;
    ts_mapping_loop loops[TS_MAPPING_LOOPS];            /**< outermost first */
    bool keeps[TS_MAPPING_TENSORS];                     /**< false: that tensor bypasses this level */
    int64_t block_words;                                /**< words of one access; 1 if 0 */
    double read_pj, fill_pj, update_pj;                 /**< energy of one access of a block */
    double read_words_per_cycle, write_words_per_cycle; /**< of one instance; 0: never the limit */
} ts_mapping_level;

typedef struct ts_mapping {
    size_t tensor_count, level_count;
    ts_mapping_tensor tensors[TS_MAPPING_TENSORS];
    ts_mapping_level levels[TS_MAPPING_LEVELS];
    double compute_pj; /**< energy of one multiply-accumulate */
} ts_mapping;

/** One tensor at one level; words of one instance. */
typedef struct ts_mapping_access {
    int64_t tile;                  /**< capacity that the tensor takes */
    int64_t reads, fills, updates; /**< 0 where the tensor bypasses the level */
    double energy_pj;              /**< of all instances */
} ts_mapping_access;

typedef struct ts_mapping_result {
    ts_mapping_access access[TS_MAPPING_LEVELS][TS_MAPPING_TENSORS];
    int64_t instances[TS_MAPPING_LEVELS]; /**< instances with work */
    int64_t computes;
    double cycles;
    int limit; /**< the level whose bandwidth sets the cycles, -1: the compute */
    double compute_energy_pj, energy_pj;
} ts_mapping_result;

/** TS_EINPUT and ts_error() for a nest that has no meaning (a bound below 1, an unknown dimension). */
int ts_mapping_evaluate(const ts_mapping *mapping, ts_mapping_result *out);

#endif
