/*
 * The execution-cache-memory model: cycles for the work of one cache line, on one core and on several.
 * Hofmann, Alappat, Hager, Fey, Wellein, "Bridging the architecture gap: abstracting performance-relevant
 * properties of modern server processors", SFI 7(2) 2020; Stengel et al., ICS 2015.
 */
#ifndef TS_MODEL_ECM_H
#define TS_MODEL_ECM_H

#include <stdbool.h>
#include <stddef.h>

/** The path from one level to the next one out. */
typedef struct ts_ecm_path {
    double bytes_per_cycle;
    bool full_duplex; /**< reads and writes at the same time */
    bool overlaps;    /**< with the other paths and the loads into registers */
} ts_ecm_path;

/** Lines that cross a path while one line of results is computed. */
typedef struct ts_ecm_lines {
    double loaded, stored; /**< write-allocate counts as loaded */
} ts_ecm_lines;

/** Cycles on one path: (L + S) · line / B, or max(L, S) · line / B in full duplex (SFI 2020). */
double ts_ecm_path_cycles(const ts_ecm_path *path, ts_ecm_lines lines, double line_bytes);

/** T = max(T_OL, T_nOL + Σ T_l); paths that overlap count by themselves. ICS 2015. Cycles. */
double ts_ecm_cycles(double overlapping, double not_overlapping, const ts_ecm_path *paths,
                     const ts_ecm_lines *lines, size_t count, double line_bytes);

/** Bytes per cycle of a memory whose bandwidth is known in bytes per second. */
double ts_ecm_memory_bytes_per_cycle(double bytes_per_second, double clock_hz);

/**
 * Utilisation of the memory interface by n cores:
 * u(n) = min(1, n · T_mem / (T + (n - 1) u(n-1) T_mem / 2)). SFI 2020: each core waits for a part of
 * the lines of the others. n ≥ 1.
 */
double ts_ecm_memory_utilization(int cores, double memory_cycles, double total_cycles);

/** Speed-up of n cores over one: u(n) / u(1). */
double ts_ecm_speedup(int cores, double memory_cycles, double total_cycles);

/**
 * In-core bound of n multiply-adds in `chains` independent chains: max(n / throughput, latency · n / chains).
 * A micro-kernel with fewer accumulators than latency · throughput waits for its own results
 * (Low et al., TOMS 43(2) 2016). Cycles.
 */
double ts_incore_fma_cycles(double fmas, double throughput, double latency, double chains);

#endif
