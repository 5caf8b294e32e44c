/* ts_rt_gemm_*: check the arguments, find, provide the workspace, call. */
#include "runtime/internal.h"

/* A matrix argument: needed unless it is empty; rows must not overlap. */
static bool matrix_good(const void *p, int64_t rows, int64_t columns, int64_t ld)
{
    return ld >= (columns > 1 ? columns : 1) && (p != NULL || rows == 0 || columns == 0);
}

static bool arguments_good(const ts_rt *rt, int64_t m, int64_t n, int64_t k)
{
    return rt != NULL && m >= 0 && n >= 0 && k >= 0;
}

/* The kernel to call and its workspace: the built-in one if the workspace can't be had. */
static void (*choose(ts_rt *rt, size_t family, int64_t m, int64_t n, int64_t k, void **workspace))(void)
{
    const int64_t dims[TSRT_MAX_DIMS] = {m, n, k};
    const char *why;
    const tsrt_answer *answer = tsrt_lookup(rt, &rt->families[family], dims, &why);
    *workspace = NULL;
    if (answer != NULL && answer->kernel.prepare != NULL)
        answer = NULL; /* operands may differ from call to call: converting them each time doesn't pay */
    if (answer != NULL && answer->kernel.workspace_bytes > 0)
        *workspace = tsrt_workspace(answer->kernel.workspace_bytes, answer->kernel.huge_pages != 0);
    if (answer == NULL || (answer->kernel.workspace_bytes > 0 && *workspace == NULL))
        return tsrt_builtin_function(&rt->families[family], dims);
    return answer->kernel.function;
}

int ts_rt_gemm_f32(ts_rt *rt, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
                   const float *b, int64_t ldb, float beta, float *c, int64_t ldc)
{
    if (!arguments_good(rt, m, n, k) || !matrix_good(a, m, k, lda) || !matrix_good(b, k, n, ldb) ||
        !matrix_good(c, m, n, ldc))
        return -1;
    if (m == 0 || n == 0)
        return 0;
    if (k == 0 || alpha == 0) {
        tsrt_scale_f32(m, n, beta, c, ldc);
        return 0;
    }
    void *workspace;
    ts_rt_gemm_f32_fn *function = (ts_rt_gemm_f32_fn *)choose(rt, TSRT_GEMM_F32, m, n, k, &workspace);
    function(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, workspace);
    return 0;
}

int ts_rt_gemm_f64(ts_rt *rt, int64_t m, int64_t n, int64_t k, double alpha, const double *a, int64_t lda,
                   const double *b, int64_t ldb, double beta, double *c, int64_t ldc)
{
    if (!arguments_good(rt, m, n, k) || !matrix_good(a, m, k, lda) || !matrix_good(b, k, n, ldb) ||
        !matrix_good(c, m, n, ldc))
        return -1;
    if (m == 0 || n == 0)
        return 0;
    if (k == 0 || alpha == 0) {
        tsrt_scale_f64(m, n, beta, c, ldc);
        return 0;
    }
    void *workspace;
    ts_rt_gemm_f64_fn *function = (ts_rt_gemm_f64_fn *)choose(rt, TSRT_GEMM_F64, m, n, k, &workspace);
    function(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, workspace);
    return 0;
}
