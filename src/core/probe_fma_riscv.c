/*
 * Multiply-add kernels for RISC-V with the V extension; whole loops in assembly, see probe_fma_x86.c. Without
 * V, or with an assembler that doesn't know it, the compiler's vector types serve.
 */
#include "core/probe.h"

#if defined(__riscv)

#include <string.h>

#if defined(__linux__) && __riscv_xlen == 64 && (!defined(__clang__) || __clang_major__ >= 17)
#define TS_RVV_KERNELS 1
#include <sys/auxv.h>

/* clang-format off */
#define EACH_24(M) M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11) M(12) M(13) M(14) M(15) M(16) M(17) \
                   M(18) M(19) M(20) M(21) M(22) M(23)
#if defined(__riscv_vector) /* only a compiler that uses vector registers itself knows (and needs) their names */
#define VECTORS "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", \
                "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v30", "v31", "vl", "vtype",
#else
#define VECTORS
#endif
/* clang-format on */

#define RVV_SET(n) "vfmv.v.f v" #n ", %1\n\t"
#define RVV_FMA(n) "vfmacc.vv v" #n ", v30, v31\n\t"
#define RVV_ONE(n) "vfmacc.vv v0, v30, v31\n\t"

#define KERNEL(fn, ctype, width, body)                                                                       \
    static void fn(void *unused, uint64_t repetitions)                                                       \
    {                                                                                                        \
        (void)unused;                                                                                        \
        ctype half = (ctype)0.5;                                                                             \
        __asm__ volatile(".option push\n\t.option arch, +v\n\t"                                              \
                         "vsetvli t0, zero, " width ", m1, ta, ma\n\t" EACH_24(RVV_SET) RVV_SET(30)          \
                             RVV_SET(31) "1:\n\t" body "addi %0, %0, -1\n\t"                                 \
                                         "bnez %0, 1b\n\t"                                                   \
                                         ".option pop\n\t"                                                   \
                         : "+r"(repetitions)                                                                 \
                         : "f"(half)                                                                         \
                         : VECTORS "t0", "memory");                                                          \
    }

KERNEL(rvv_f32, float, "e32", EACH_24(RVV_FMA))
KERNEL(rvv_f64, double, "e64", EACH_24(RVV_FMA))
KERNEL(rvv_chain_f32, float, "e32", EACH_24(RVV_ONE))
KERNEL(rvv_chain_f64, double, "e64", EACH_24(RVV_ONE))

static const ts_fma_kernel rvv_kernels[] = {
    {.name = "24 x RVV vfmacc",
     .type = "f32",
     .instructions = 24,
     .chain_length = 24,
     .run = rvv_f32,
     .chain = rvv_chain_f32},
    {.name = "24 x RVV vfmacc",
     .type = "f64",
     .instructions = 24,
     .chain_length = 24,
     .run = rvv_f64,
     .chain = rvv_chain_f64},
};

static int rvv_bits(void)
{
    unsigned long bytes = 0;
    if (getauxval(AT_HWCAP) >> ('v' - 'a') & 1) {
        __asm__ volatile("csrr %0, 0xc22" : "=r"(bytes)); /* vlenb */
    }
    return (int)(bytes * 8);
}
#endif

size_t ts_fma_kernels_native(const char *type, ts_fma_kernel out[TS_FMA_KERNELS])
{
    size_t count = 0;
#if defined(TS_RVV_KERNELS)
    int bits = rvv_bits();
    for (size_t i = 0; i < 2 && bits > 0; i++) {
        if (strcmp(rvv_kernels[i].type, type) == 0) {
            out[count] = rvv_kernels[i];
            out[count].vector_bits = bits;
            out[count].flops = 24.0 * 2 * bits / (i == 0 ? 32 : 64);
            count++;
        }
    }
#else
    (void)type, (void)out;
#endif
    return count;
}

#endif
