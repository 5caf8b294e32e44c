/*
 * One workspace per thread, shared by all runtimes of the process: it grows to the largest that was asked for
 * and is freed when the thread ends.
 */
#include "runtime/internal.h"
#include <stdlib.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

typedef struct workspace {
    void *memory;
    size_t bytes;
    bool huge_pages;
} workspace;

static _Thread_local workspace current __attribute__((tls_model("initial-exec")));
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool key_made;

/* A later destructor of the same thread may multiply again: it then starts from an empty workspace. */
static void at_thread_end(void *memory)
{
    free(memory);
    current = (workspace){0};
}

static void make_key(void)
{
    key_made = pthread_key_create(&key, at_thread_end) == 0;
}

static void *allocate(size_t bytes, bool huge_pages, size_t *got)
{
    size_t unit = huge_pages ? HUGE_PAGE : 4096;
    size_t size = (bytes + unit - 1) / unit * unit;
    void *memory = aligned_alloc(huge_pages ? HUGE_PAGE : 64, size);
#ifdef MADV_HUGEPAGE
    if (memory != NULL && huge_pages)
        (void)madvise(memory, size, MADV_HUGEPAGE); /* advice: without it the variant is right, only slower */
#endif
    *got = size;
    return memory;
}

static void *grow(size_t bytes, bool huge_pages)
{
    if (bytes > SIZE_MAX / 2 || pthread_once(&once, make_key) != 0 || !key_made)
        return NULL;
    size_t size = 0;
    huge_pages = huge_pages || current.huge_pages;
    void *memory = allocate(bytes > current.bytes ? bytes : current.bytes, huge_pages, &size);
    if (memory == NULL)
        return NULL;
    if (pthread_setspecific(key, memory) != 0) {
        free(memory);
        return NULL;
    }
    free(current.memory);
    current = (workspace){memory, size, huge_pages};
    return memory;
}

void *tsrt_workspace(size_t bytes, bool huge_pages)
{
    if (bytes <= current.bytes && (!huge_pages || current.huge_pages))
        return current.memory;
    return grow(bytes, huge_pages);
}
