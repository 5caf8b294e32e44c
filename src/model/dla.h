/*
 * A convolution engine of NVDLA's kind: atomC × atomK multipliers, a convolution buffer, one memory port.
 * NVDLA hardware manual, "Convolution pipeline" (direct convolution, image input) and primer.
 */
#ifndef TS_MODEL_DLA_H
#define TS_MODEL_DLA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ts_dla {
    int64_t input_atoms, kernel_atoms; /**< channels in and out that are multiplied in a cycle */
    double buffer_bytes;               /**< half for inputs, half for weights, both double-buffered */
    double clock_hz, memory_bytes_per_second;
} ts_dla;

typedef struct ts_dla_layer {
    int64_t width, height; /**< of the output; a product's m rows are its height, so that they may be cut */
    int64_t channels, kernels;
    int64_t window, stride; /**< square filters */
    double element_bytes;
    bool is_image;      /**< pixels: channels and filter columns are packed into the atoms together */
    bool adds_residual; /**< the result is added to another tensor, read from memory */
} ts_dla_layer;

/** ceil(C/atomC) ceil(K/atomK) R S P Q; an image packs C and S. */
double ts_dla_compute_cycles(const ts_dla *d, const ts_dla_layer *l);
/**
 * Bytes to and from memory. What does not fit in its part of the buffer is cut: then either the weights stay
 * and the input passes once for each piece of them, or the other way round, whichever moves less. Pieces of
 * the input are whole rows and overlap by those that the filters reach across.
 */
double ts_dla_traffic_bytes(const ts_dla *d, const ts_dla_layer *l);
/**
 * Loading and multiplying overlap piece by piece, but a layer's input is the result of the one before: its
 * first piece is waited for, and its last one computed after all is loaded: max(compute + first load, memory
 * + last compute). Seconds.
 */
double ts_dla_layer_seconds(const ts_dla *d, const ts_dla_layer *l);
/** One pass over tensors without multiplications (pooling): its bytes at the memory's bandwidth. Seconds. */
double ts_dla_pass_seconds(const ts_dla *d, double bytes);
double ts_dla_network_seconds(const ts_dla *d, const ts_dla_layer *layers, size_t count);

#endif
