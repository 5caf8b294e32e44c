/*
 * Short measurements behind detect: many small chunks of known work, so that a busy neighbour or the
 * scheduler spoils some of them and not the answer. Nothing here allocates except the memory probes.
 */
#ifndef TS_CORE_PROBE_H
#define TS_CORE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Median with the 10th and 90th percentile of `count` chunks; all NAN when there are none. */
typedef struct ts_spread {
    double mid, lo, hi;
    size_t count;
} ts_spread;

/** Quantile by linear interpolation; sorts `x` in place. */
double ts_probe_quantile(double *x, size_t n, double q);
/** Sorts `x` in place. */
ts_spread ts_probe_spread(double *x, size_t n);

/** Known work: `run(argument, repetitions)` does `repetitions` units. */
typedef struct ts_work {
    void (*run)(void *argument, uint64_t repetitions);
    void *argument;
} ts_work;

#define TS_PROBE_CHUNKS 256

/** Chunks timed for `seconds`, at least 3 and at most TS_PROBE_CHUNKS: seconds per repetition, in order of
 * measurement. */
typedef struct ts_chunks {
    double each[TS_PROBE_CHUNKS];
    size_t count;
} ts_chunks;
/** Warm up, find how many repetitions last `chunk_seconds`, then time chunks until `seconds` have passed. */
void ts_probe_run(ts_work work, double chunk_seconds, double seconds, ts_chunks *out);

/* ---- arithmetic -------------------------------------------------------------------------------------------
 */

/** Multiply-adds of one instruction set and element type, `run` on independent accumulators, `chain` on a
 * single one. */
typedef struct ts_fma_kernel {
    const char *name; /**< "avx512 fma" */
    const char *type; /**< "f32", "f64"; where vectors have such products "bf16", "i8", "u8" */
    int vector_bits;
    double flops;        /**< per repetition of `run`, exact */
    double instructions; /**< vector arithmetic instructions per repetition of `run` */
    double chain_length; /**< dependent multiply-adds per repetition of `chain`; 0: there is no fused one */
    void (*run)(void *unused, uint64_t repetitions);
    void (*chain)(void *unused, uint64_t repetitions);
} ts_fma_kernel;

#define TS_FMA_KERNELS 4
/** Kernels this processor and system can run for an element type, widest first; 0 if the type is unknown. */
size_t ts_fma_kernels(const char *type, ts_fma_kernel out[TS_FMA_KERNELS]);

/** The architecture's own kernels (probe_fma_*.c); the same contract as ts_fma_kernels(). */
size_t ts_fma_kernels_native(const char *type, ts_fma_kernel out[TS_FMA_KERNELS]);

/**
 * Core clock in Hz by a chain of dependent one-cycle instructions, which no core can run faster than one per
 * cycle; *how names the chain. count 0 where this architecture has none.
 */
ts_spread ts_probe_clock(double seconds, const char **how);

/* ---- memory -----------------------------------------------------------------------------------------------
 */

/** A buffer on huge pages where the system gives them, and the random cycle through its lines that grows as
 * needed. */
typedef struct ts_arena {
    unsigned char *bytes;
    size_t size;
    size_t line;   /**< bytes between the elements of the cycle */
    size_t linked; /**< elements in the cycle so far */
    uint64_t random;
    bool huge; /**< on huge pages */
} ts_arena;

int ts_arena_open(size_t size, size_t line, ts_arena *out);
void ts_arena_close(ts_arena *arena);

/** Seconds per dependent load over a random cycle through the first `bytes` of the arena (growing it:
 * ascending sizes only). */
ts_spread ts_probe_latency(ts_arena *arena, size_t bytes, double seconds);
/** Bytes per second read from the first `bytes`, over and over, with the widest loads; *how names them. */
ts_spread ts_probe_bandwidth(ts_arena *arena, size_t bytes, double seconds, const char **how);

/** Reads `bytes` (a multiple of 4096) once. */
typedef void ts_load_kernel(const void *memory, size_t bytes);
ts_load_kernel *ts_probe_load_kernel(const char **name);
/** Follows the pointers of a cycle for `steps`; returns where it arrived. */
void *ts_probe_follow(void *start, uint64_t steps);

/** One point of the curve of latency over working-set size. */
typedef struct ts_latency_point {
    size_t bytes;
    ts_spread latency;
} ts_latency_point;

/**
 * The effective size of a cache: the largest working set that is still nearer (in ratio) to the latency of
 * this level than to that of the next. *next is the first size beyond; 0 if the curve ends first.
 */
size_t ts_probe_knee(const ts_latency_point *curve, size_t count, double own, double beyond, size_t *next);

#endif
