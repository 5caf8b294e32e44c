/* The system's compilers: found, identified, run as child processes. Nothing ever goes through a shell. */
#ifndef TS_BUILD_TOOLCHAIN_H
#define TS_BUILD_TOOLCHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** "gcc 12.2.0 x86_64-linux-gnu": part of a build's provenance. Cached per compiler; TS_ENOTFOUND with the
 * next step if it can't run. Borrowed. */
int ts_compiler_identity(const char *compiler, const char **identity);
/** True if the compiler can be run. */
bool ts_compiler_exists(const char *compiler);

/** A running compilation of one translation unit into one shared object. */
typedef struct ts_compile {
    pid_t pid;   /**< process group leader; 0 when not running */
    int done_fd; /**< hangs up when the compilation has ended: poll() it */
    char *folder, *source_path, *object_path, *log_path;
    uint64_t started_ns;
    bool timed_out; /**< killed because it took too long */
} ts_compile;

/** What to compile, and where. */
typedef struct ts_compile_request {
    const char *scratch;          /**< folder for the compilation's own folder */
    const char *name;             /**< of that folder, and of the files in it */
    const char *compiler, *flags; /**< as in ts_variant */
    const char *source;           /**< text of the translation unit */
    int cpu;                      /**< to run on; -1: wherever the caller may */
    int niceness;                 /**< 0..19, on top of the caller's own */
} ts_compile_request;

/** Start compiling into scratch/NAME/NAME.so; never blocks. Temporary files go to that folder as well. */
int ts_compile_start(const ts_compile_request *request, ts_compile *out);
/**
 * 1 finished well: the object lies at object_path until ts_compile_clear(); 0 still running; negative:
 * failed, ts_error() holds the compiler's first error line. It is killed once `timeout_s` have passed since
 * its start. With `block`, waits.
 */
int ts_compile_poll(ts_compile *c, bool block, double timeout_s);
/** Kill it if it runs, remove its folder, free its strings. */
void ts_compile_clear(ts_compile *c);

/**
 * The cache of built variants: CACHE/objects/ab/abcdef….so, content-addressed by variant id; several ids may
 * be hard links to one shared object. Each ends in a seal (length and checksum), so that a file cut short or
 * damaged is never loaded. `put` seals the object and links it atomically (copies across file systems);
 * `find` writes the path into buffer and says whether a whole object is there.
 */
bool ts_cache_find(const char *id, char *path, size_t size);
int ts_cache_put(const char *id, const char *object_path);
/** Drop the oldest objects beyond `limit` bytes; looks at most once a day. Failure is harmless. */
void ts_cache_prune(uint64_t limit);

#endif
