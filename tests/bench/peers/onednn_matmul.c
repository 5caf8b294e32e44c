/* Matrix products: the BLAS-like call, and the matmul primitive with plain operands and, where the tuned
 * kernel may convert B, with B in the library's own layout. */
#include "onednn.h"

typedef struct gemm {
    char ta, tb;
    int64_t m, n, k, lda, ldb, ldc;
    float alpha, beta;
    const float *a, *b;
    float *c;
} gemm;

static void run_sgemm(void *state)
{
    const gemm *g = state;
    dnnl_sgemm(g->ta, g->tb, g->m, g->n, g->k, g->alpha, g->a, g->lda, g->b, g->ldb, g->beta, g->c, g->ldc);
}

static int open_sgemm(const bench_job *job, const bench_tensor *a, const bench_tensor *b,
                      const bench_tensor *c, bench_way *way)
{
    gemm *g = calloc(1, sizeof *g);
    if (!g)
        return 0;
    *g = (gemm){.ta = bench_dim_of(job, "ta", 0) ? 'T' : 'N',
                .tb = bench_dim_of(job, "tb", 0) ? 'T' : 'N',
                .m = bench_dim_of(job, "m", 0),
                .n = bench_dim_of(job, "n", 0),
                .k = bench_dim_of(job, "k", 0),
                .lda = a->ld,
                .ldb = b->ld,
                .ldc = c->ld,
                .alpha = (float)bench_scalar_of(job, "alpha", 1),
                .beta = (float)bench_scalar_of(job, "beta", 0),
                .a = a->data,
                .b = b->data,
                .c = c->data};
    *way = (bench_way){.name = "sgemm", .run = run_sgemm, .state = g};
    return 1;
}

/* The epilogue of gemm_fused: oneDNN adds the bias itself, the rest are its post-ops in their order. */
static dnnl_primitive_attr_t epilogue(const bench_job *job, const bench_tensor *residual,
                                      const dnnl_memory_desc_t *c)
{
    static const dnnl_alg_kind_t functions[] = {dnnl_alg_kind_undef, dnnl_eltwise_relu, dnnl_eltwise_gelu_erf,
                                                dnnl_eltwise_swish};
    const int64_t act = bench_dim_of(job, "act", 0);
    dnnl_primitive_attr_t attributes;
    dnnl_post_ops_t ops;
    dnnl_primitive_attr_create(&attributes);
    dnnl_post_ops_create(&ops);
    if (act >= 1 && act <= 3)
        dnnl_post_ops_append_eltwise(ops, 1, functions[act], act == 3 ? 1.0f : 0.0f, 0);
    if (residual)
        dnnl_post_ops_append_binary(ops, dnnl_binary_add, c);
    dnnl_primitive_attr_set_post_ops(attributes, ops);
    return attributes;
}

/* Rows and columns of an operand, swapped where it is stored transposed. */
static dnnl_memory_desc_t operand(const bench_tensor *t, int64_t rows, int64_t columns, int64_t transposed)
{
    const int64_t stored[] = {transposed ? columns : rows, transposed ? rows : columns};
    dnnl_memory_desc_t d = onednn_plain(2, stored, t->type);
    if (transposed) {
        dnnl_dims_t dims = {rows, columns}, strides = {1, rows};
        dnnl_memory_desc_init_by_strides(&d, 2, dims, d.data_type, strides);
    }
    return d;
}

static int open_matmul(const bench_job *job, const bench_tensor *const t[5], int packed, const char *name,
                       bench_way *way)
{
    const bench_tensor *a = t[0], *b = t[1], *c = t[2], *bias = t[3], *residual = t[4];
    const int64_t m = bench_dim_of(job, "m", 0), n = bench_dim_of(job, "n", 0), k = bench_dim_of(job, "k", 0),
                  b_extents[] = {k, n}, bias_extents[] = {1, n};
    dnnl_memory_desc_t da = operand(a, m, k, bench_dim_of(job, "ta", 0)),
                       plain_b = operand(b, k, n, bench_dim_of(job, "tb", 0)),
                       db = packed ? onednn_any(2, b_extents, b->type) : plain_b, dc = operand(c, m, n, 0),
                       dbias = onednn_plain(2, bias_extents, bias ? bias->type : "f32");
    onednn_work *w = onednn_new();
    dnnl_matmul_desc_t operation;
    dnnl_primitive_desc_t description;
    if (!w || dnnl_matmul_desc_init(&operation, &da, &db, bias ? &dbias : NULL, &dc) != dnnl_success)
        return 0;
    onednn_step *s = &w->steps[w->count++];
    int fused = strcmp(job->kernel, "gemm_fused") == 0;
    if (!onednn_make(w, &operation, fused ? epilogue(job, residual, &dc) : NULL, s, &description))
        return 0;
    dnnl_memory_t weights = onednn_memory(w, &plain_b, b->data);
    if (packed)
        weights =
            onednn_convert(w, weights, dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0));
    if (!weights)
        return 0;
    onednn_argument(s, DNNL_ARG_SRC, onednn_memory(w, &da, a->data));
    onednn_argument(s, DNNL_ARG_WEIGHTS, weights);
    onednn_argument(s, DNNL_ARG_DST, onednn_memory(w, &dc, c->data));
    if (bias)
        onednn_argument(s, DNNL_ARG_BIAS, onednn_memory(w, &dbias, bias->data));
    if (fused && residual) {
        const int position = bench_dim_of(job, "act", 0) > 0;
        onednn_argument(s, DNNL_ARG_ATTR_MULTIPLE_POST_OP(position) | DNNL_ARG_SRC_1,
                        onednn_memory(w, &dc, residual->data));
    }
    *way = (bench_way){.name = name, .run = onednn_run, .state = w};
    return 1;
}

/* An operand that a dimension of its own switches on. */
static const bench_tensor *optional(const bench_job *job, const char *dim, const char *name)
{
    return bench_dim_of(job, dim, 0) ? bench_tensor_of(job, name) : NULL;
}

/* gemm_sparse is a dense product to this library: its zeros stand in A. */
static int has_product(const bench_job *job)
{
    static const char *const kernels[] = {"gemm", "gemm_bf16", "gemm_int8", "gemm_fused", "gemm_sparse"};
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++)
        if (strcmp(job->kernel, kernels[i]) == 0)
            return 1;
    return 0;
}

int onednn_open_matmul(const bench_job *job, bench_way *ways, char *why)
{
    const bench_tensor *const t[5] = {bench_tensor_of(job, "A"), bench_tensor_of(job, "B"),
                                      bench_tensor_of(job, "C"), optional(job, "bias", "Bias"),
                                      optional(job, "residual", "R")};
    int count = 0;
    if (!has_product(job) || !t[0] || !t[1] || !t[2])
        return 0;
    if (strcmp(job->type, "f64") == 0) {
        snprintf(why, BENCH_WHY, "has no f64 products");
        return 0;
    }
    if (bench_is(job, "gemm", "f32") || bench_is(job, "gemm_sparse", "f32"))
        count += open_sgemm(job, t[0], t[1], t[2], &ways[count]);
    count += open_matmul(job, t, 0, "matmul", &ways[count]);
    if (t[1]->constant)
        count += open_matmul(job, t, 1, "matmul, packed B", &ways[count]);
    if (count == 0)
        snprintf(why, BENCH_WHY, "refuses this product");
    return count;
}
