/*
 * The default rung of gemm: right on every machine, at about the speed that 128-bit vectors allow. GCC vector
 * extensions, so the compiler lowers them to whatever the baseline of the architecture has.
 */
#include "runtime/internal.h"
#include <string.h>

#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

#define MR ((int64_t)6) /* 6x2 accumulators, two of B and one of A fit 16 registers */
#define KC ((int64_t)256)

#define REAL    float
#define NAME(x) x##_f32
#define MC      ((int64_t)24) /* the packed block of A: 24 KiB of stack; a panel of B takes 8 more */
#include "runtime/default_gemm_body.h"
#undef REAL
#undef NAME
#undef MC

#define REAL    double
#define NAME(x) x##_f64
#define MC      ((int64_t)12)
#include "runtime/default_gemm_body.h"
