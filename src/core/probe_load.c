/* Loads of the widest vectors the machine has, and nothing else: what the bandwidth probes run. */
#include "core/probe.h"

#if defined(__x86_64__)

/* Eight vectors a turn; `step` is their bytes. */
#define LOAD_KERNEL(name, isa, insn, reg, width, leave)                                                      \
    __attribute__((target(isa))) static void name(const void *memory, size_t bytes)                          \
    {                                                                                                        \
        const unsigned char *at = memory, *end = at + bytes;                                                 \
        __asm__ volatile("1:\n\t" insn " 0*" width "(%0), %%" reg "0\n\t" insn " 1*" width "(%0), %%" reg    \
                         "1\n\t" insn " 2*" width "(%0), %%" reg "2\n\t" insn " 3*" width "(%0), %%" reg     \
                         "3\n\t" insn " 4*" width "(%0), %%" reg "4\n\t" insn " 5*" width "(%0), %%" reg     \
                         "5\n\t" insn " 6*" width "(%0), %%" reg "6\n\t" insn " 7*" width "(%0), %%" reg     \
                         "7\n\tadd $8*" width ", %0\n\tcmp %1, %0\n\tjb 1b\n\t" leave                        \
                         : "+r"(at)                                                                          \
                         : "r"(end)                                                                          \
                         : "cc", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7");  \
    }
LOAD_KERNEL(load_avx512, "avx512f", "vmovups", "zmm", "64", "vzeroupper\n\t")
LOAD_KERNEL(load_avx, "avx", "vmovups", "ymm", "32", "vzeroupper\n\t")
LOAD_KERNEL(load_sse, "sse2", "movups", "xmm", "16", "")

ts_load_kernel *ts_probe_load_kernel(const char **name)
{
    if (__builtin_cpu_supports("avx512f")) {
        *name = "512-bit loads";
        return load_avx512;
    }
    if (__builtin_cpu_supports("avx")) {
        *name = "256-bit loads";
        return load_avx;
    }
    *name = "128-bit loads";
    return load_sse;
}

#elif defined(__aarch64__)

static void load_neon(const void *memory, size_t bytes)
{
    const unsigned char *at = memory, *end = at + bytes;
    __asm__ volatile("1:\n\tldp q0, q1, [%0]\n\tldp q2, q3, [%0, #32]\n\tldp q4, q5, [%0, #64]\n\t"
                     "ldp q6, q7, [%0, #96]\n\tadd %0, %0, #128\n\tcmp %0, %1\n\tb.lo 1b\n\t"
                     : "+r"(at)
                     : "r"(end)
                     : "cc", "memory", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7");
}

ts_load_kernel *ts_probe_load_kernel(const char **name)
{
    *name = "pairs of 128-bit loads";
    return load_neon;
}

#else

typedef uint64_t generic_vector __attribute__((vector_size(16)));

static void load_generic(const void *memory, size_t bytes)
{
    const generic_vector *at = memory;
    generic_vector a = {0}, b = a, c = a, d = a;
    for (size_t i = 0; i < bytes / sizeof *at; i += 4) {
        a |= at[i], b |= at[i + 1], c |= at[i + 2], d |= at[i + 3];
    }
    a |= b | c | d;
    __asm__ volatile("" : : "m"(a));
}

ts_load_kernel *ts_probe_load_kernel(const char **name)
{
    *name = "128-bit loads of the compiler's vectors";
    return load_generic;
}

#endif
