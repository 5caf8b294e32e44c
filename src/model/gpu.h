/*
 * Products on a GPU: tiles of blocks in waves, at the occupancy that registers and shared memory allow.
 * Occupancy: NVIDIA, CUDA C++ Programming Guide, "Hardware multithreading"; waves and tiles: NVIDIA, "Matrix
 * multiplication background user's guide"; hiding of latency by Little's law: Volkov, "Understanding latency
 * hiding on GPUs", UC Berkeley 2016.
 */
#ifndef TS_MODEL_GPU_H
#define TS_MODEL_GPU_H

#include "core/kernel.h"

/** Limits of a multiprocessor, and rates of the whole device. */
typedef struct ts_gpu {
    double sms, warp, warps, blocks, registers, thread_registers, register_unit, shared, block_shared;
    double cluster;                 /**< blocks that fetch an operand once for all of them; 0 or 1: none */
    double peak;                    /**< operations per second of the type */
    double latency_s;               /**< of memory; 0: not counted */
    double shared_bytes_per_second; /**< of a multiprocessor's shared memory; NAN: not stated */
    double l2_bytes_per_second;     /**< NAN: not stated, not counted */
} ts_gpu;

/** A block's tile of C; `stages` of operands are on their way at a time. */
typedef struct ts_gpu_tile {
    int m, n, threads, stages;
} ts_gpu_tile;

/** What a product takes with one tile. */
typedef struct ts_gpu_product {
    ts_gpu_tile tile;
    int split;       /**< parts of the inner dimension that blocks share out */
    double resident; /**< blocks of a multiprocessor at a time; 0: the tile doesn't fit */
    double blocks, waves;
    double compute_s, shared_s, l2_s, latency_s; /**< each if nothing else took time */
    double l2_bytes, memory_bytes;               /**< memory's if the operands come from there */
    double seconds;                              /**< the longest of compute, L2 and latency */
} ts_gpu_product;

/** Blocks of a tile that a multiprocessor holds. */
double ts_gpu_resident(const ts_gpu *g, const ts_gpu_tile *tile, double element_bytes);
/** One product with one tile. */
ts_gpu_product ts_gpu_tiled(const ts_gpu *g, const ts_gpu_tile *tile, int split, const ts_product_sizes *p,
                            double element_bytes);
/** The best of the usual tiles (those of CUTLASS's defaults and smaller ones) and splits 1, 2, 4 … 16. */
ts_gpu_product ts_gpu_best(const ts_gpu *g, const ts_product_sizes *p, double element_bytes);
/** Seconds in which `bytes` can arrive if every resident thread waits for 16 of them: Little's law. */
double ts_gpu_latency_seconds(const ts_gpu *g, double bytes);

#endif
