/* Known work for the self-test of counters: each part makes certain that one kind of event happens. */
#include "core/probe.h"
#include "measure/papi_events.h"

#include <stdint.h>
#include <sys/mman.h>
#include <time.h>

/* Every vector width the machine has, both types: instructions, cycles, floating-point operations. */
static void arithmetic(void)
{
    static const char *const types[] = {"f32", "f64"};
    for (size_t t = 0; t < 2; t++) {
        ts_fma_kernel kernels[TS_FMA_KERNELS];
        size_t count = ts_fma_kernels(types[t], kernels);
        for (size_t i = 0; i < count; i++) {
            kernels[i].run(NULL, 200);
        }
    }
    volatile float single = 1;
    volatile double twofold = 1;
    for (int i = 0; i < 1000; i++) {
        single = single * 0.5f + 1;
        twofold = twofold * 0.5 + 1;
    }
}

/* No predictor follows a linear congruential generator's upper bits. */
static void branches(void)
{
    volatile unsigned taken = 0;
    uint32_t state = 12345;
    for (int i = 0; i < 10000; i++) {
        state = state * 1664525u + 1013904223u;
        if (state >> 31) {
            taken++;
        }
    }
}

static void forget_line(const volatile unsigned char *line)
{
#if defined(__x86_64__)
    __builtin_ia32_clflush((const void *)(uintptr_t)line);
#else
    (void)line;
#endif
}

/* Fresh small pages: a fault each, and misses in every cache and in the translation buffer. */
static void memory(void)
{
    const size_t page = 4096, pages = 512;
    unsigned char *bytes =
        mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes == MAP_FAILED) {
        return;
    }
#if defined(MADV_NOHUGEPAGE)
    madvise(bytes, pages * page, MADV_NOHUGEPAGE);
#endif
    volatile unsigned char *at = bytes;
    for (size_t i = 0; i < pages; i++) {
        at[i * page + (i * 64) % page]++;
        forget_line(&at[i * page + (i * 64) % page]);
    }
    for (size_t i = 0; i < pages; i++) {
        size_t scattered = i * 167 % pages;
        at[scattered * page + (scattered * 64) % page]++;
    }
    munmap(bytes, pages * page);
}

void ts_papi_known_work(void)
{
    const struct timespec moment = {.tv_nsec = 1000};
    arithmetic();
    branches();
    memory();
    nanosleep(&moment, NULL); /* a context switch */
}
