/*
 * The worker's notice board: what it is doing and where its operands lie, in memory shared with the session,
 * so that a death can be explained by whoever survives. A wild variant may scribble on it: readers take it as
 * a hint, never as a fact to act upon.
 */
#ifndef TS_BUILD_BOARD_H
#define TS_BUILD_BOARD_H

#include "core/variant.h"

typedef enum ts_phase {
    TS_PHASE_IDLE,
    TS_PHASE_LOAD,
    TS_PHASE_REFERENCE,
    TS_PHASE_VERIFY,
    TS_PHASE_MEASURE,
    TS_PHASE_PREPARE,
    TS_PHASE_COUNT
} ts_phase;

/** Where one operand lies: the zone around it belongs to it. The entry after the tensors' is the workspace.
 */
typedef struct ts_zone {
    uintptr_t zone, start, end, zone_end;
} ts_zone;

/** What a fatal signal left behind. */
typedef struct ts_fault {
    int signal;       /**< 0: none */
    int access;       /**< 'r', 'w', or 0 where the processor doesn't tell */
    int nearest;      /**< index of the zone it falls into; -1: none */
    int64_t distance; /**< bytes before the start (negative) or past the end (1 = the first byte behind) */
    uintptr_t address;
    bool by_kernel; /**< the address is meaningful: not sent by kill() or raise() */
    bool near_stack;
} ts_fault;

typedef struct ts_board {
    ts_phase phase;
    unsigned fences;
    int64_t dims[TS_MAX_DIMS];
    ts_zone zones[TS_MAX_TENSORS + 1];
    ts_fault fault;
} ts_board;

#endif
