/* The system's compilers: found, identified, run as child processes. Nothing ever goes through a shell. */
#ifndef TS_BUILD_TOOLCHAIN_H
#define TS_BUILD_TOOLCHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** "gcc 12.2.0 x86_64-linux-gnu": part of a build's provenance. Cached per compiler; TS_ENOTFOUND with the next step if it can't run. Borrowed. */
int ts_compiler_identity(const char *compiler, const char **identity);
/** True if the compiler can be run. */
bool ts_compiler_exists(const char *compiler);

/** A running compilation of one translation unit into one shared object. */
typedef struct ts_compile {
    pid_t pid; /**< process group leader; 0 when not running */
    char *source_path, *object_path, *log_path;
    uint64_t started_ns;
} ts_compile;

/** Start compiling `source` (text) to `object` in `scratch`; never blocks. */
int ts_compile_start(const char *scratch, const char *compiler, const char *flags, const char *source, const char *name, ts_compile *out);
/** 1 finished well, 0 still running, negative: failed (ts_error() holds the compiler's first error line). Reaps and cleans up. */
int ts_compile_poll(ts_compile *c, bool block, double timeout_s);
void ts_compile_kill(ts_compile *c);

/**
 * The cache of built variants: CACHE/objects/ab/abcdef….so, content-addressed by variant id; several ids may be hard links to
 * one shared object. `put` links atomically; `find` writes the path into buffer and says whether it is there.
 */
bool ts_cache_find(const char *id, char *path, size_t size);
int ts_cache_put(const char *id, const char *object_path);

#endif
