/*
 * A capture file: what a program called, one shape a line. docs/runtime.md, "Capture", has the format.
 * Written and merged by the runtime; the tuner borrows the reader.
 *
 *     tilesmith-capture 1
 *     gemm f32 m=512,n=512,k=512,ta=0,tb=0 calls=1200 lookups=0 seconds=0.8311
 */
#ifndef TS_RUNTIME_CAPTURE_LINE_H
#define TS_RUNTIME_CAPTURE_LINE_H

#include <stddef.h>
#include <stdint.h>

#define TSRT_CAPTURE_HEAD "tilesmith-capture 1"
/** Longest line, with its newline and NUL. */
#define TSRT_CAPTURE_LINE 512

typedef struct tsrt_captured {
    char kernel[64], type[32], problem[256];
    uint64_t calls;   /**< that the runtime made */
    uint64_t lookups; /**< answered for callers that make theirs */
    double seconds;   /**< of the calls, together; 0 if only looked up */
} tsrt_captured;

/** One line without its newline. 1: a shape; 0: blank, a comment or the head; -1: neither. */
int tsrt_capture_parse(const char *line, tsrt_captured *out);
/** The line of a shape, with newline; its length, or 0 if it doesn't fit. */
size_t tsrt_capture_format(const tsrt_captured *shape, char line[TSRT_CAPTURE_LINE]);

#endif
