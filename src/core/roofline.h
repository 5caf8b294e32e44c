/*
 * The least time that a call can take: its operations at the machine's peak, or its bytes at the bandwidth of
 * the memory that holds them, whichever is more (the roofline: Williams, Waterman & Patterson, CACM 52(4),
 * 2009).
 */
#ifndef TS_CORE_ROOFLINE_H
#define TS_CORE_ROOFLINE_H

#include "core/kernel.h"

/** The work of one call, and what the machine can do of it in a second. */
typedef struct ts_roofline {
    double flops, bytes; /**< of one call */
    double footprint;    /**< bytes of all operands: where they fit decides which bandwidth counts */
    double peak;         /**< flop/s of all threads; NAN: not known for this type */
    double bandwidth;    /**< B/s of all threads from that memory; NAN: not known */
    double overlap;      /**< share of `bytes` that takes time: less than 1 where loads and stores overlap */
    const char *level;   /**< which memory: "L1", "L2", "L3", "memory"; static text */
} ts_roofline;

typedef enum ts_roofline_side { TS_BOUND_UNKNOWN, TS_BOUND_PEAK, TS_BOUND_BANDWIDTH } ts_roofline_side;

/** Bytes of all operands of a call. */
int ts_problem_footprint(const ts_problem *problem, double *bytes);
/** The problem's work, with the rates that the target states (of one core, times the problem's threads). */
int ts_roofline_of(const ts_problem *problem, const ts_target *target, ts_roofline *out);
/**
 * Seconds that no call can beat, and which side says so. NAN and UNKNOWN if a side that may bind isn't known:
 * the bandwidth alone would promise too much to a kernel that computes.
 */
double ts_roofline_seconds(const ts_roofline *r, ts_roofline_side *side);
/** "peak", "L2 bandwidth": static text; NULL if unknown. */
const char *ts_roofline_name(const ts_roofline *r, ts_roofline_side side);

#endif
