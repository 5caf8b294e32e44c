/*
 * What a worker process may do, once it runs code that nobody has proved right: use the processor, its memory
 * and the descriptors it has. Each fence is put up if the kernel offers it; what is in force is reported,
 * never assumed.
 */
#ifndef TS_BUILD_SANDBOX_H
#define TS_BUILD_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

struct ts_str;

/** The fences, as bits. */
typedef enum ts_fence {
    TS_FENCE_LIMITS = 1,    /**< memory, processor time, file size, descriptors, no core dumps (setrlimit) */
    TS_FENCE_PARENT = 2,    /**< dies with the session, and with its process group */
    TS_FENCE_PROCESSES = 4, /**< can't start processes or signal others (seccomp) */
    TS_FENCE_NETWORK = 8,   /**< can't open sockets (seccomp) */
    TS_FENCE_FILES = 16     /**< can't write outside its folder (Landlock) */
} ts_fence;
#define TS_FENCES_ALL 31u

typedef struct ts_sandbox {
    const char *folder; /**< the only place where files may be written; NULL: nowhere */
    size_t memory;      /**< bytes of address space beyond what the process has now */
    double cpu_seconds; /**< processor time after which it gets SIGXCPU, and SIGKILL a second later */
    size_t file_bytes;  /**< largest file it may write */
    int threads;        /**< it may run at a time: memory and processor time are for each; 0 means 1 */
    bool shared_memory; /**< it may also write to /dev/shm, where LLVM's OpenMP runtime registers itself */
} ts_sandbox;

/** Shut the calling process in, for good; returns the fences in force (TS_FENCE_PARENT is ts_child_settle()'s
 * and is included). */
unsigned ts_sandbox_enter(const ts_sandbox *sandbox);
/** Try in a child process which fences this machine offers. */
unsigned ts_sandbox_probe(void);
/** "limits, no processes, no network; not in force: file fence (Landlock)": appended. */
void ts_sandbox_describe(unsigned fences, struct ts_str *out);

#endif
