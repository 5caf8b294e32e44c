/*
 * What a program called, as libtilesmith-rt wrote it down (TILESMITH_CAPTURE=FILE; the format:
 * docs/runtime.md).
 */
#ifndef TS_CORE_CAPTURE_H
#define TS_CORE_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

/** One shape. */
typedef struct ts_capture_shape {
    char kernel[64], type[32], problem[256]; /**< problem: "m=512,n=512,k=512,ta=0,tb=0" */
    uint64_t calls, lookups;                 /**< by the runtime; by callers that asked it for a function */
    double seconds;                          /**< of the calls, together */
} ts_capture_shape;

typedef struct ts_capture {
    ts_capture_shape *shapes; /**< in the file's order, each once */
    size_t count;
} ts_capture;

/** All or nothing: a line that is none is TS_EINPUT with file and line. ts_capture_clear() afterwards. */
int ts_capture_load(const char *path, ts_capture *out);
/** From text; `name` stands for the path in messages. */
int ts_capture_parse(const char *text, size_t length, const char *name, ts_capture *out);
void ts_capture_clear(ts_capture *capture);

#endif
