/*
 * Memory whose surroundings tell: a mapping between two zones that can't be touched, with canaries in
 * whatever lies between a zone and the operand. A variant that goes one byte too far is caught by the
 * processor or leaves a trace.
 */
#ifndef TS_BUILD_GUARDED_H
#define TS_BUILD_GUARDED_H

#include <stdbool.h>
#include <stddef.h>

/** Where in its mapping an operand lies. */
typedef enum ts_position {
    TS_AT_END,    /**< its last byte touches the guard zone behind it */
    TS_AT_START,  /**< its first byte touches the guard zone before it */
    TS_AT_ALIGNED /**< 64-byte aligned at an offset that differs between operands: for timing */
} ts_position;

typedef struct ts_guarded {
    char *map, *room; /**< the mapping, guard zones included; what may be touched */
    size_t map_bytes, room_bytes;
    char *start; /**< the operand as placed */
    size_t bytes;
} ts_guarded;

/** Bytes of each guard zone: wide, so that a stride too far doesn't leap over it. */
#define TS_GUARD_ZONE ((size_t)4 << 20)

/** Make room for `bytes` (zero is fine); `huge` asks for 2 MiB pages. */
int ts_guarded_open(size_t bytes, bool huge, ts_guarded *out);
void ts_guarded_close(ts_guarded *g);
/** Place an operand of `bytes` <= room with an alignment (a power of two <= 4096); paints the canaries beside
 * it, up to a page each way. */
void ts_guarded_place(ts_guarded *g, size_t bytes, size_t align, ts_position position, size_t stagger);
/** First painted byte beside the operand that has changed; NULL if none has. */
const char *ts_guarded_trace(const ts_guarded *g);

/** Write canaries: a pattern by address that is a NaN as f32, f64 and bf16, so that reading it shows as well.
 */
void ts_canary_paint(char *from, size_t n);
/** First byte that isn't the canary's; NULL if all are. */
const char *ts_canary_trace(const char *from, size_t n);

#endif
