/*
 * Latency and bandwidth of the memory hierarchy. Latency: a chain of dependent loads through a random cycle
 * over cache lines, which no prefetcher can guess (McVoy & Staelin, lmbench, USENIX 1996). Huge pages keep
 * address translation out of it.
 */
#include "core/probe.h"
#include "tilesmith_plugin.h"
#include "util/clock.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE    ((size_t)2 << 20)
#define CHUNK        40e-6 /* seconds */
#define WARM_UP      12e-3 /* seconds */
#define LARGEST_READ ((size_t)4 << 20)

static bool ask_for_huge_pages(void *memory, size_t size)
{
#if defined(MADV_HUGEPAGE)
    return madvise(memory, size, MADV_HUGEPAGE) == 0;
#else
    (void)memory, (void)size;
    return false;
#endif
}

int ts_arena_open(size_t size, size_t line, ts_arena *out)
{
    memset(out, 0, sizeof *out);
    size_t mapped = size + HUGE_PAGE;
    unsigned char *bytes =
        mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (bytes == MAP_FAILED) {
        return ts_fail(TS_ENOMEM,
                       "cannot map %zu MiB to measure memory (%s); free some memory or use --no-measure",
                       mapped >> 20, strerror(errno));
    }
    size_t head = (HUGE_PAGE - (size_t)((uintptr_t)bytes % HUGE_PAGE)) % HUGE_PAGE;
    if (head > 0) {
        munmap(bytes, head);
    }
    munmap(bytes + head + size, HUGE_PAGE - head);
    *out = (ts_arena){.bytes = bytes + head, .size = size, .line = line, .random = 0x9e3779b97f4a7c15u};
    out->huge = ask_for_huge_pages(out->bytes, size);
    return TS_OK;
}

void ts_arena_close(ts_arena *arena)
{
    if (arena->bytes) {
        munmap(arena->bytes, arena->size);
    }
    memset(arena, 0, sizeof *arena);
}

/* xorshift64* (Vigna 2016): only has to look random to a prefetcher. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static void **element(const ts_arena *arena, size_t i)
{
    return (void **)(void *)(arena->bytes + i * arena->line);
}

/*
 * Insert each new line behind a random earlier one: a uniformly random cycle at every length (the Chinese
 * restaurant process conditioned on one cycle), so that a larger working set extends the smaller one.
 */
static void grow_cycle(ts_arena *arena, size_t elements)
{
    if (arena->linked == 0) {
        *element(arena, 0) = element(arena, 0);
        arena->linked = 1;
    }
    for (size_t i = arena->linked; i < elements; i++) {
        size_t behind = (size_t)((next_random(&arena->random) >> 32) * i >> 32);
        *element(arena, i) = *element(arena, behind);
        *element(arena, behind) = element(arena, i);
    }
    arena->linked = elements > arena->linked ? elements : arena->linked;
}

void *ts_probe_follow(void *start, uint64_t steps)
{
    void **at = start;
    for (; steps >= 8; steps -= 8) {
        at = *(void ***)*(void ***)*(void ***)*(void ***)*(void ***)*(void ***)*(void ***)*(void ***)at;
    }
    for (; steps > 0; steps--) {
        at = *at;
    }
    __asm__ volatile("" : "+r"(at)); /* the walk is the result */
    return at;
}

/* The next chunk goes on where the last one stopped: starting over would keep its few lines cached. */
static void follow_on(void *argument, uint64_t repetitions)
{
    void **at = argument;
    *at = ts_probe_follow(*at, repetitions);
}

/* Once around, so that what fits a cache is in it; what takes longer than WARM_UP doesn't fit. */
static void *warm_up(void *start, size_t elements)
{
    enum { STRETCH = 4096 };
    double end = ts_now() + WARM_UP;
    for (size_t walked = 0; walked < elements && ts_now() < end; walked += STRETCH) {
        start = ts_probe_follow(start, STRETCH);
    }
    return start;
}

ts_spread ts_probe_latency(ts_arena *arena, size_t bytes, double seconds)
{
    size_t elements = (bytes < arena->size ? bytes : arena->size) / arena->line;
    ts_chunks chunks;
    grow_cycle(arena, elements);
    void *at = warm_up(element(arena, 0), elements);
    ts_probe_run((ts_work){follow_on, &at}, CHUNK, seconds, &chunks);
    return ts_probe_spread(chunks.each, chunks.count);
}

/* Reads the working set slice by slice, so that a chunk stays short however large the set is. */
typedef struct reader {
    ts_load_kernel *load;
    const unsigned char *bytes;
    size_t size, slice, at;
} reader;

static void read_on(void *argument, uint64_t repetitions)
{
    reader *r = argument;
    for (; repetitions > 0; repetitions--) {
        r->load(r->bytes + r->at, r->slice);
        r->at = r->at + 2 * r->slice <= r->size ? r->at + r->slice : 0;
    }
}

ts_spread ts_probe_bandwidth(ts_arena *arena, size_t bytes, double seconds, const char **how)
{
    const size_t page = 4096;
    reader r = {.load = ts_probe_load_kernel(how),
                .bytes = arena->bytes,
                .size = bytes < arena->size ? bytes : arena->size};
    r.size = r.size < page ? page : r.size / page * page;
    r.slice = r.size < LARGEST_READ ? r.size : LARGEST_READ;
    ts_chunks chunks;
    r.load(r.bytes, r.size);
    ts_probe_run((ts_work){read_on, &r}, CHUNK, seconds, &chunks);
    for (size_t i = 0; i < chunks.count; i++) {
        chunks.each[i] = (double)r.slice / chunks.each[i];
    }
    return ts_probe_spread(chunks.each, chunks.count);
}

size_t ts_probe_knee(const ts_latency_point *curve, size_t count, double own, double beyond, size_t *next)
{
    size_t inside = 0;
    double border = sqrt(own * beyond);
    *next = 0;
    for (size_t i = 0; i < count; i++) {
        if (!(curve[i].latency.lo > border)) {
            inside = curve[i].bytes;
        } else if (inside > 0 && (i + 1 == count || curve[i + 1].latency.lo > border)) {
            *next = curve[i].bytes; /* one slow point alone is a disturbance */
            break;
        }
    }
    return inside;
}
