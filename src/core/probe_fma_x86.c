/*
 * Multiply-add kernels for x86-64. Whole loops in assembly: the same instructions whatever the compiler and
 * its flags, so that the count of operations is exact. 24 (AVX-512) or 12 accumulators cover latency 5 x 2
 * pipes; operands are ordinary numbers, neither zero nor denormal, and sums stay finite.
 */
#include "core/probe.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <string.h>

static const float ones_f32[16]
    __attribute__((aligned(64))) = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static const float halves_f32[16] __attribute__((aligned(64))) = {.5f, .5f, .5f, .5f, .5f, .5f, .5f, .5f,
                                                                  .5f, .5f, .5f, .5f, .5f, .5f, .5f, .5f};
static const double ones_f64[8] __attribute__((aligned(64))) = {1, 1, 1, 1, 1, 1, 1, 1};
static const double halves_f64[8] __attribute__((aligned(64))) = {.5, .5, .5, .5, .5, .5, .5, .5};

/* clang-format off */
#define EACH_6(M, a, b)   M(a, b, 0) M(a, b, 1) M(a, b, 2) M(a, b, 3) M(a, b, 4) M(a, b, 5)
#define EACH_6B(M, a, b)  M(a, b, 6) M(a, b, 7) M(a, b, 8) M(a, b, 9) M(a, b, 10) M(a, b, 11)
#define EACH_12(M, a, b)  EACH_6(M, a, b) EACH_6B(M, a, b)
#define EACH_24(M, a, b)  EACH_12(M, a, b) M(a, b, 12) M(a, b, 13) M(a, b, 14) M(a, b, 15) M(a, b, 16) M(a, b, 17) \
                          M(a, b, 18) M(a, b, 19) M(a, b, 20) M(a, b, 21) M(a, b, 22) M(a, b, 23)
#define CLOBBER_16 "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", \
                   "xmm12", "xmm13", "xmm14", "xmm15"
#define CLOBBER_32 CLOBBER_16, "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", \
                   "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31"
/* clang-format on */

#define LOAD_Z(a, b, n)    "vmovups (%1), %%zmm" #n "\n\t"
#define LOAD_Y(a, b, n)    "vmovups (%1), %%ymm" #n "\n\t"
#define LOAD_X(a, b, n)    "movaps (%1), %%xmm" #n "\n\t"
#define FMA_Z(a, b, n)     "vfmadd231" a " %%zmm30, %%zmm31, %%zmm" #n "\n\t"
#define FMA_Y(a, b, n)     "vfmadd231" a " %%ymm14, %%ymm15, %%ymm" #n "\n\t"
#define DOT_Z(a, b, n)     a " %%zmm30, %%zmm31, %%zmm" #n "\n\t"
#define FMA_Z_ONE(a, b, n) "vfmadd231" a " %%zmm30, %%zmm31, %%zmm0\n\t"
#define FMA_Y_ONE(a, b, n) "vfmadd231" a " %%ymm14, %%ymm15, %%ymm0\n\t"
#define VEX_Y(a, b, n)     a " %%ymm" b ", %%ymm" #n ", %%ymm" #n "\n\t"
#define SSE_X(a, b, n)     a " %%xmm" b ", %%xmm" #n "\n\t"

/* `setup`, then `body` repeated; operand 1 points at ones, operand 2 at halves. */
#define KERNEL(name, isa, type, setup, body, leave, ...)                                                     \
    __attribute__((target(isa))) static void name(void *unused, uint64_t repetitions)                        \
    {                                                                                                        \
        (void)unused;                                                                                        \
        __asm__ volatile(setup ".p2align 5\n"                                                                \
                               "1:\n\t" body "dec %0\n\t"                                                    \
                               "jnz 1b\n\t" leave                                                            \
                         : "+r"(repetitions)                                                                 \
                         : "r"(ones_##type), "r"(halves_##type)                                              \
                         : "cc", "memory", __VA_ARGS__);                                                     \
    }

#define SETUP_Z EACH_24(LOAD_Z, , ) "vmovups (%2), %%zmm30\n\tvmovups (%2), %%zmm31\n\t"
#define SETUP_Y EACH_12(LOAD_Y, , ) "vmovups (%2), %%ymm14\n\tvmovups (%1), %%ymm15\n\t"
#define SETUP_X EACH_12(LOAD_X, , ) "movaps (%2), %%xmm14\n\tmovaps (%1), %%xmm15\n\t"
#define LEAVE   "vzeroupper\n\t"

KERNEL(fma512_f32, "avx512f", f32, SETUP_Z, EACH_24(FMA_Z, "ps", ), LEAVE, CLOBBER_32)
KERNEL(fma512_f64, "avx512f", f64, SETUP_Z, EACH_24(FMA_Z, "pd", ), LEAVE, CLOBBER_32)
KERNEL(chain512_f32, "avx512f", f32, SETUP_Z, EACH_24(FMA_Z_ONE, "ps", ), LEAVE, CLOBBER_32)
KERNEL(chain512_f64, "avx512f", f64, SETUP_Z, EACH_24(FMA_Z_ONE, "pd", ), LEAVE, CLOBBER_32)
KERNEL(fma256_f32, "avx", f32, SETUP_Y, EACH_12(FMA_Y, "ps", ) EACH_12(FMA_Y, "ps", ), LEAVE, CLOBBER_16)
KERNEL(fma256_f64, "avx", f64, SETUP_Y, EACH_12(FMA_Y, "pd", ) EACH_12(FMA_Y, "pd", ), LEAVE, CLOBBER_16)
KERNEL(chain256_f32, "avx", f32, SETUP_Y, EACH_24(FMA_Y_ONE, "ps", ), LEAVE, CLOBBER_16)
KERNEL(chain256_f64, "avx", f64, SETUP_Y, EACH_24(FMA_Y_ONE, "pd", ), LEAVE, CLOBBER_16)

/* Products of 2 or 4 neighbours added up: the operands' bytes are ordinary numbers in these types too. */
KERNEL(dot512_bf16, "avx512f,avx512bf16", f32, SETUP_Z, EACH_24(DOT_Z, "vdpbf16ps", ), LEAVE, CLOBBER_32)
KERNEL(dot512_i8, "avx512f,avx512vnni", f32, SETUP_Z, EACH_24(DOT_Z, "vpdpbusd", ), LEAVE, CLOBBER_32)

/* Before FMA: multiplications by one and additions of a half, in equal number, each on accumulators of its
 * own. */
KERNEL(avx_f32, "avx", f32, SETUP_Y, EACH_6(VEX_Y, "vmulps", "15") EACH_6B(VEX_Y, "vaddps", "14"), LEAVE,
       CLOBBER_16)
KERNEL(avx_f64, "avx", f64, SETUP_Y, EACH_6(VEX_Y, "vmulpd", "15") EACH_6B(VEX_Y, "vaddpd", "14"), LEAVE,
       CLOBBER_16)
KERNEL(sse_f32, "sse2", f32, SETUP_X, EACH_6(SSE_X, "mulps", "15") EACH_6B(SSE_X, "addps", "14"), "",
       CLOBBER_16)
KERNEL(sse_f64, "sse2", f64, SETUP_X, EACH_6(SSE_X, "mulpd", "15") EACH_6B(SSE_X, "addpd", "14"), "",
       CLOBBER_16)

static const ts_fma_kernel avx512_kernels[] = {
    {"24 x AVX-512 FMA", "f32", 512, 24 * 16 * 2, 24, 24, fma512_f32, chain512_f32},
    {"24 x AVX-512 FMA", "f64", 512, 24 * 8 * 2, 24, 24, fma512_f64, chain512_f64},
};
static const ts_fma_kernel fma_kernels[] = {
    {"12 x AVX2 FMA", "f32", 256, 24 * 8 * 2, 24, 24, fma256_f32, chain256_f32},
    {"12 x AVX2 FMA", "f64", 256, 24 * 4 * 2, 24, 24, fma256_f64, chain256_f64},
};
static const ts_fma_kernel avx_kernels[] = {
    {"6 x AVX mul + 6 x AVX add", "f32", 256, 12 * 8, 12, 0, avx_f32, NULL},
    {"6 x AVX mul + 6 x AVX add", "f64", 256, 12 * 4, 12, 0, avx_f64, NULL},
};
static const ts_fma_kernel sse_kernels[] = {
    {"6 x SSE2 mul + 6 x SSE2 add", "f32", 128, 12 * 4, 12, 0, sse_f32, NULL},
    {"6 x SSE2 mul + 6 x SSE2 add", "f64", 128, 12 * 2, 12, 0, sse_f64, NULL},
};

static const ts_fma_kernel dot_kernels[] = {
    {"24 x AVX-512 BF16 dot product", "bf16", 512, 24 * 32 * 2, 24, 0, dot512_bf16, NULL},
    {"24 x AVX-512 VNNI dot product", "i8", 512, 24 * 64 * 2, 24, 0, dot512_i8, NULL},
    {"24 x AVX-512 VNNI dot product", "u8", 512, 24 * 64 * 2, 24, 0, dot512_i8, NULL},
};

/* Matrix units (AMX: CPUID leaf 7, EDX bit 24) do several times the work of vectors: next to them a peak of
 * vectors would be none. */
static bool has_matrix_unit(void)
{
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d >> 24 & 1);
}

static bool runs_dot(const char *type)
{
    bool known = strcmp(type, "bf16") == 0 ? __builtin_cpu_supports("avx512bf16")
                                           : __builtin_cpu_supports("avx512vnni");
    return known && __builtin_cpu_supports("avx512f") && !has_matrix_unit();
}

static bool runs_avx512(void)
{
    return __builtin_cpu_supports("avx512f");
}
static bool runs_fma(void)
{
    return __builtin_cpu_supports("avx") && __builtin_cpu_supports("fma");
}
static bool runs_avx(void)
{
    return __builtin_cpu_supports("avx");
}
static bool runs_sse2(void)
{
    return true; /* part of x86-64 */
}

/* __builtin_cpu_supports asks CPUID and XGETBV once per process; CPUID itself traps in virtual machines. */
size_t ts_fma_kernels_native(const char *type, ts_fma_kernel out[TS_FMA_KERNELS])
{
    static const struct {
        bool (*runs)(void);
        const ts_fma_kernel *by_type; /* f32, f64 */
    } sets[TS_FMA_KERNELS] = {{runs_avx512, avx512_kernels},
                              {runs_fma, fma_kernels},
                              {runs_avx, avx_kernels},
                              {runs_sse2, sse_kernels}};
    size_t count = 0;
    for (size_t i = 0; i < sizeof dot_kernels / sizeof dot_kernels[0]; i++) {
        if (strcmp(dot_kernels[i].type, type) == 0 && runs_dot(type)) {
            out[count++] = dot_kernels[i];
        }
    }
    for (size_t i = 0; i < TS_FMA_KERNELS; i++) {
        for (size_t t = 0; t < 2 && sets[i].runs(); t++) {
            if (strcmp(sets[i].by_type[t].type, type) == 0) {
                out[count++] = sets[i].by_type[t];
            }
        }
    }
    return count;
}

#endif
