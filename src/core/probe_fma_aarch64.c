/*
 * Multiply-add kernels for aarch64: SVE at whatever length the machine has, else NEON. Whole loops in
 * assembly, see probe_fma_x86.c; 24 accumulators cover latency 9 x 2 pipes and 4 x 4 pipes.
 */
#include "core/probe.h"

#if defined(__aarch64__)

#include <string.h>
#if defined(__linux__)
#include <sys/auxv.h>
#include <sys/prctl.h>
#endif

/* clang-format off */
#define EACH_24(M, s) M(s, 0) M(s, 1) M(s, 2) M(s, 3) M(s, 4) M(s, 5) M(s, 6) M(s, 7) M(s, 8) M(s, 9) M(s, 10) M(s, 11) \
                      M(s, 12) M(s, 13) M(s, 14) M(s, 15) M(s, 16) M(s, 17) M(s, 18) M(s, 19) M(s, 20) M(s, 21) \
                      M(s, 22) M(s, 23)
#define VECTORS "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", \
                "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v30", "v31"
/* clang-format on */

#define NEON_SET(s, n) "fmov v" #n "." s ", #0.5\n\t"
#define NEON_FMA(s, n) "fmla v" #n "." s ", v30." s ", v31." s "\n\t"
#define NEON_ONE(s, n) "fmla v0." s ", v30." s ", v31." s "\n\t"
#define SVE_SET(s, n)  "fmov z" #n "." s ", #0.5\n\t"
#define SVE_FMA(s, n)  "fmla z" #n "." s ", p0/m, z30." s ", z31." s "\n\t"
#define SVE_ONE(s, n)  "fmla z0." s ", p0/m, z30." s ", z31." s "\n\t"

#define KERNEL(name, setup, body, leave)                                                                     \
    static void name(void *unused, uint64_t repetitions)                                                     \
    {                                                                                                        \
        (void)unused;                                                                                        \
        __asm__ volatile(setup "1:\n\t" body "subs %0, %0, #1\n\t"                                           \
                               "b.ne 1b\n\t" leave                                                           \
                         : "+r"(repetitions)                                                                 \
                         :                                                                                   \
                         : "cc", "memory", VECTORS);                                                         \
    }

#define NEON_SETUP(s) EACH_24(NEON_SET, s) NEON_SET(s, 30) NEON_SET(s, 31)
#define SVE_SETUP(s)                                                                                         \
    ".arch_extension sve\n\tptrue p0." s "\n\t" EACH_24(SVE_SET, s) SVE_SET(s, 30) SVE_SET(s, 31)
#define SVE_LEAVE ".arch_extension nosve\n\t"

KERNEL(neon_f32, NEON_SETUP("4s"), EACH_24(NEON_FMA, "4s"), "")
KERNEL(neon_f64, NEON_SETUP("2d"), EACH_24(NEON_FMA, "2d"), "")
KERNEL(neon_chain_f32, NEON_SETUP("4s"), EACH_24(NEON_ONE, "4s"), "")
KERNEL(neon_chain_f64, NEON_SETUP("2d"), EACH_24(NEON_ONE, "2d"), "")
#if !defined(__ARM_FEATURE_SVE) /* else the compiler may keep its own values in p0, and nosve would end its  \
                                   own code */
#define TS_SVE_KERNELS 1
KERNEL(sve_f32, SVE_SETUP("s"), EACH_24(SVE_FMA, "s"), SVE_LEAVE)
KERNEL(sve_f64, SVE_SETUP("d"), EACH_24(SVE_FMA, "d"), SVE_LEAVE)
KERNEL(sve_chain_f32, SVE_SETUP("s"), EACH_24(SVE_ONE, "s"), SVE_LEAVE)
KERNEL(sve_chain_f64, SVE_SETUP("d"), EACH_24(SVE_ONE, "d"), SVE_LEAVE)
#endif

static const ts_fma_kernel neon_kernels[] = {
    {"24 x NEON fmla", "f32", 128, 24 * 4 * 2, 24, 24, neon_f32, neon_chain_f32},
    {"24 x NEON fmla", "f64", 128, 24 * 2 * 2, 24, 24, neon_f64, neon_chain_f64},
};

/* 0 without SVE. */
static int sve_bits(void)
{
#if defined(TS_SVE_KERNELS) && defined(PR_SVE_GET_VL)
    const unsigned long hwcap_sve = 1ul << 22;
    int length = getauxval(AT_HWCAP) & hwcap_sve ? prctl(PR_SVE_GET_VL) : 0;
    return length > 0 ? (length & PR_SVE_VL_LEN_MASK) * 8 : 0;
#else
    return 0;
#endif
}

static ts_fma_kernel sve_kernel(int bits, bool doubles)
{
    ts_fma_kernel kernel = {
        .name = "24 x SVE fmla", .vector_bits = bits, .instructions = 24, .chain_length = 24};
#if defined(TS_SVE_KERNELS)
    kernel.type = doubles ? "f64" : "f32";
    kernel.flops = 24.0 * 2 * bits / (doubles ? 64 : 32);
    kernel.run = doubles ? sve_f64 : sve_f32;
    kernel.chain = doubles ? sve_chain_f64 : sve_chain_f32;
#else
    (void)doubles;
#endif
    return kernel;
}

size_t ts_fma_kernels_native(const char *type, ts_fma_kernel out[TS_FMA_KERNELS])
{
    size_t count = 0;
    bool doubles = strcmp(type, "f64") == 0;
    if (!doubles && strcmp(type, "f32") != 0) {
        return 0;
    }
    int bits = sve_bits();
    if (bits > 128) { /* at 128 bits NEON is the same width and on no core slower */
        out[count++] = sve_kernel(bits, doubles);
    }
    out[count++] = neon_kernels[doubles];
    return count;
}

#endif
