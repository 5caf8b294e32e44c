/* The FMA peak: which kernel, and how many operations per second it reaches. */
#include "core/detect.h"
#include "core/probe.h"

#include <math.h>
#include <string.h>

#define GENERIC_VECTOR_BYTES 16
typedef float generic_f32 __attribute__((vector_size(GENERIC_VECTOR_BYTES)));
typedef double generic_f64 __attribute__((vector_size(GENERIC_VECTOR_BYTES)));

/* One multiply-add on eight accumulators, with the compiler's vector types; the empty asm keeps each result
 * needed. */
#define GENERIC_KERNEL(name, vector)                                                                         \
    static void name(void *unused, uint64_t repetitions)                                                     \
    {                                                                                                        \
        (void)unused;                                                                                        \
        volatile float half = 0.5f;                                                                          \
        vector x = (vector){0} + half, a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x;               \
        while (repetitions-- > 0) {                                                                          \
            a = a * x + x, b = b * x + x, c = c * x + x, d = d * x + x;                                      \
            e = e * x + x, f = f * x + x, g = g * x + x, h = h * x + x;                                      \
        }                                                                                                    \
        vector sum = a + b + c + d + e + f + g + h;                                                          \
        __asm__ volatile("" : : "m"(sum));                                                                   \
    }
GENERIC_KERNEL(multiply_add_f32, generic_f32)
GENERIC_KERNEL(multiply_add_f64, generic_f64)

static const ts_fma_kernel generic_kernels[] = {
    {"8 x compiler's 128-bit multiply-add", "f32", 128, 8 * 4 * 2, 8, 0, multiply_add_f32, NULL},
    {"8 x compiler's 128-bit multiply-add", "f64", 128, 8 * 2 * 2, 8, 0, multiply_add_f64, NULL},
};

size_t ts_fma_kernels(const char *type, ts_fma_kernel out[TS_FMA_KERNELS])
{
    size_t count = ts_fma_kernels_native(type, out);
    for (size_t i = 0; count == 0 && i < sizeof generic_kernels / sizeof generic_kernels[0]; i++) {
        if (strcmp(generic_kernels[i].type, type) == 0) {
            out[count++] = generic_kernels[i];
        }
    }
    return count;
}

/*
 * The 90th percentile of many short chunks. Whatever disturbs a chunk (the scheduler, the hypervisor, a busy
 * sibling thread) can only slow it down, so the upper end of the distribution is the machine itself; the top
 * tenth is left out because a single chunk can be flattered by the step of the clock.
 */
double ts_detect_peak(const char *type, double seconds)
{
    const double chunk = seconds < 1e-3 ? seconds / 16 : 60e-6;
    ts_fma_kernel kernels[TS_FMA_KERNELS];
    ts_chunks chunks;
    if (ts_fma_kernels(type, kernels) == 0) {
        return 0;
    }
    ts_probe_run((ts_work){kernels[0].run, NULL}, chunk, seconds, &chunks);
    return kernels[0].flops / ts_probe_quantile(chunks.each, chunks.count, 0.1);
}

#if !defined(__x86_64__) && !defined(__aarch64__) && !defined(__riscv)
size_t ts_fma_kernels_native(const char *type, ts_fma_kernel out[TS_FMA_KERNELS])
{
    (void)type, (void)out;
    return 0;
}
#endif
