/* ts_rt_gemm_*: check the arguments, find, provide the workspace, call. */
#include "runtime/live.h"

/* A matrix argument: needed unless it is empty; rows must not overlap. */
static bool matrix_good(const void *p, int64_t rows, int64_t columns, int64_t ld)
{
    return ld >= (columns > 1 ? columns : 1) && (p != NULL || rows == 0 || columns == 0);
}

static bool arguments_good(const ts_rt *rt, int64_t m, int64_t n, int64_t k)
{
    return rt != NULL && m >= 0 && n >= 0 && k >= 0;
}

/* The last product of this thread: a loop over one shape then looks nothing up. */
typedef struct memo {
    uint64_t runtime; /* serial; 0: none */
    size_t family;
    int64_t m, n, k;
    const tsrt_answer *answer;
} memo;
static _Thread_local memo last __attribute__((tls_model("initial-exec")));

/* What the ladder answers for the product; NULL: nothing that can be called without preparation. */
static const tsrt_answer *answer_of(ts_rt *rt, const tsrt_product *p)
{
    if (last.m == p->m && last.n == p->n && last.k == p->k && last.runtime == rt->serial &&
        last.family == p->family)
        return last.answer;
    const int64_t dims[TSRT_MAX_DIMS] = {p->m, p->n, p->k};
    const char *why;
    tsrt_estimate estimate;
    const tsrt_answer *answer = tsrt_lookup(rt, &rt->families[p->family], dims, &estimate, &why);
    if (answer != NULL && answer->kernel.prepare != NULL)
        return NULL; /* operands may differ from call to call: converting them each time doesn't pay */
    if (answer != NULL)
        last = (memo){rt->serial, p->family, p->m, p->n, p->k, answer};
    return answer;
}

/* The kernel to call and its workspace: the built-in one if the workspace can't be had. NULL: force says that
 * nothing answers. */
static void (*choose(ts_rt *rt, const tsrt_product *p, void **workspace))(void)
{
    const tsrt_answer *answer = answer_of(rt, p);
    *workspace = NULL;
    if (answer != NULL && answer->kernel.workspace_bytes > 0)
        *workspace = tsrt_workspace(answer->kernel.workspace_bytes, answer->kernel.huge_pages != 0);
    if (answer != NULL && (answer->kernel.workspace_bytes == 0 || *workspace != NULL)) {
        tsrt_count(rt, (tsrt_counter)answer->kernel.rung, 1);
        return answer->kernel.function;
    }
    const int64_t dims[TSRT_MAX_DIMS] = {p->m, p->n, p->k};
    tsrt_count(rt, rt->force ? TSRT_MISSES : (tsrt_counter)TS_RT_DEFAULT, 1);
    return rt->force ? NULL : tsrt_builtin_function(&rt->families[p->family], dims);
}

void tsrt_product_call(const tsrt_product *p, void (*function)(void), void *workspace)
{
    if (p->family == TSRT_GEMM_F32)
        ((ts_rt_gemm_f32_fn *)function)(p->m, p->n, p->k, (float)p->alpha, p->a, p->lda, p->b, p->ldb,
                                        (float)p->beta, p->c, p->ldc, workspace);
    else
        ((ts_rt_gemm_f64_fn *)function)(p->m, p->n, p->k, p->alpha, p->a, p->lda, p->b, p->ldb, p->beta, p->c,
                                        p->ldc, workspace);
}

int tsrt_product_run(ts_rt *rt, const tsrt_product *p, const tsrt_variant *variant)
{
    void *workspace = NULL;
    void (*function)(void);
    if (variant == NULL)
        function = choose(rt, p, &workspace);
    else {
        function = variant->function;
        if (variant->workspace_bytes > 0)
            workspace = tsrt_workspace(variant->workspace_bytes, variant->huge_pages);
        if (variant->workspace_bytes > 0 && workspace == NULL)
            function = p->family == TSRT_GEMM_F32 ? tsrt_gemm_f32[0] : tsrt_gemm_f64[0];
    }
    if (function == NULL)
        return -1;
    tsrt_product_call(p, function, workspace);
    return 0;
}

/* -1: a bad argument; 0: done, nothing was to be multiplied; 1: there is work. */
static int prepare(ts_rt *rt, const tsrt_product *p)
{
    if (!arguments_good(rt, p->m, p->n, p->k) || !matrix_good(p->a, p->m, p->k, p->lda) ||
        !matrix_good(p->b, p->k, p->n, p->ldb) || !matrix_good(p->c, p->m, p->n, p->ldc))
        return -1;
    if (p->m == 0 || p->n == 0)
        return 0;
    if (p->k > 0 && p->alpha != 0)
        return 1;
    if (p->family == TSRT_GEMM_F32)
        tsrt_scale_f32(p->m, p->n, (float)p->beta, p->c, p->ldc);
    else
        tsrt_scale_f64(p->m, p->n, p->beta, p->c, p->ldc);
    return 0;
}

static int multiply(ts_rt *rt, const tsrt_product *p)
{
    int rc = prepare(rt, p);
    if (rc <= 0)
        return rc;
    tsrt_count(rt, TSRT_CALLS, 1);
    tsrt_count(rt, TSRT_FLOP, 2 * (uint64_t)p->m * (uint64_t)p->n * (uint64_t)p->k);
    return rt->sites != NULL ? tsrt_product_watch(rt, p) : tsrt_product_run(rt, p, NULL);
}

/* The same product as the last one of this thread, and nobody watches: its function, else NULL. For a product
 * of 16x16x16, which takes 40 ns, the long way would be a quarter of the time. Counts it. */
static inline void (*again(ts_rt *rt, size_t family, int64_t m, int64_t n, int64_t k, void **workspace))(void)
{
    if (rt == NULL || last.m != m || last.n != n || last.k != k || last.runtime != rt->serial ||
        last.family != family || rt->sites != NULL)
        return NULL;
    const ts_rt_kernel *kernel = &last.answer->kernel;
    *workspace =
        kernel->workspace_bytes > 0 ? tsrt_workspace(kernel->workspace_bytes, kernel->huge_pages != 0) : NULL;
    if (kernel->workspace_bytes > 0 && *workspace == NULL)
        return NULL;
    tsrt_count(rt, (tsrt_counter)kernel->rung, 1);
    tsrt_count(rt, TSRT_CALLS, 1);
    tsrt_count(rt, TSRT_FLOP, 2 * (uint64_t)m * (uint64_t)n * (uint64_t)k);
    return kernel->function;
}

int ts_rt_gemm_f32(ts_rt *rt, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
                   const float *b, int64_t ldb, float beta, float *c, int64_t ldc)
{
    void *workspace;
    if (matrix_good(a, m, k, lda) && matrix_good(b, k, n, ldb) && matrix_good(c, m, n, ldc) && alpha != 0) {
        ts_rt_gemm_f32_fn *function = (ts_rt_gemm_f32_fn *)again(rt, TSRT_GEMM_F32, m, n, k, &workspace);
        if (function != NULL) {
            function(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, workspace);
            return 0;
        }
    }
    const tsrt_product p = {TSRT_GEMM_F32, m, n, k, lda, ldb, ldc, (double)alpha, (double)beta, a, b, c};
    return multiply(rt, &p);
}

int ts_rt_gemm_f64(ts_rt *rt, int64_t m, int64_t n, int64_t k, double alpha, const double *a, int64_t lda,
                   const double *b, int64_t ldb, double beta, double *c, int64_t ldc)
{
    void *workspace;
    if (matrix_good(a, m, k, lda) && matrix_good(b, k, n, ldb) && matrix_good(c, m, n, ldc) && alpha != 0) {
        ts_rt_gemm_f64_fn *function = (ts_rt_gemm_f64_fn *)again(rt, TSRT_GEMM_F64, m, n, k, &workspace);
        if (function != NULL) {
            function(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, workspace);
            return 0;
        }
    }
    const tsrt_product p = {TSRT_GEMM_F64, m, n, k, lda, ldb, ldc, alpha, beta, a, b, c};
    return multiply(rt, &p);
}
