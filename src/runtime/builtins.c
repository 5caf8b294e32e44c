/* The kernels that the library can compute without any database. */
#include "runtime/internal.h"

static const char *const gemm_dims[] = {"m", "n", "k", "ta", "tb", NULL};

const tsrt_builtin tsrt_builtins[] = {
    [TSRT_GEMM_F32] = {"gemm", "f32", gemm_dims, 3, tsrt_gemm_f32},
    [TSRT_GEMM_F64] = {"gemm", "f64", gemm_dims, 3, tsrt_gemm_f64},
};
const size_t tsrt_builtin_count = sizeof tsrt_builtins / sizeof *tsrt_builtins;

void (*tsrt_builtin_function(const tsrt_family *family, const int64_t *dims))(void)
{
    if (family->builtin == NULL)
        return NULL;
    size_t which = 0;
    for (size_t i = 0; i < family->dim_count; i++) {
        if (dims[i] < 0 || (i >= family->free_dims && dims[i] > 1))
            return NULL;
        if (i >= family->free_dims)
            which = 2 * which + (size_t)dims[i];
    }
    return family->builtin->functions[which];
}
