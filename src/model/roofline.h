/* Roofline bounds: what compute and each memory level allow. */
#ifndef TS_MODEL_ROOFLINE_H
#define TS_MODEL_ROOFLINE_H

#include <stddef.h>

/** One memory level: bytes that a unit of work moves across it, and its bandwidth. */
typedef struct ts_roofline_level {
    double bytes, bytes_per_second;
    double joules_per_byte; /**< 0: not counted */
} ts_roofline_level;

typedef struct ts_roofline {
    double work; /**< operations of the unit of work */
    double operations_per_second;
    double joules_per_operation, static_watts; /**< 0: not counted */
    size_t level_count;
    const ts_roofline_level *levels; /**< innermost first */
} ts_roofline;

typedef struct ts_roofline_bound {
    double operations_per_second;
    double seconds, joules;
    int limit; /**< index of the binding level, -1: compute */
} ts_roofline_bound;

/**
 * P = min(P_peak, min over levels of I_l · B_l) with I_l = work / bytes across level l.
 * Williams, Waterman, Patterson, CACM 52(4) 2009; one intensity for each level as in the
 * hierarchical variant. Energy: work · e_op + Σ bytes_l · e_l + P_static · T (Choi et al., "A roofline model
 * of energy", IPDPS 2013).
 */
ts_roofline_bound ts_roofline_bounds(const ts_roofline *r);

/**
 * The cache-aware variant: one intensity, counted at the core, against the bandwidth of the level that holds
 * the data. Ilic, Pratas, Sousa, IEEE CAL 13(1) 2014. Operations per second.
 */
double ts_roofline_cache_aware(double operations_per_byte_at_core, double level_bytes_per_second,
                               double peak_operations_per_second);

#endif
