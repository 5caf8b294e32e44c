/* Attention as matmul, softmax, matmul: the library has no fused one. */
#include "onednn.h"
#include <math.h>

typedef struct attention {
    onednn_work *work;
    dnnl_memory_desc_t q, k, v, scores;
    dnnl_memory_t values[5]; /* Q, K^T, V, scores, O */
} attention;

static int add_matmul(attention *a, const dnnl_memory_desc_t *x, const dnnl_memory_desc_t *y,
                      const dnnl_memory_desc_t *z, const int at[3], const_dnnl_primitive_attr_t attributes)
{
    onednn_step *s = &a->work->steps[a->work->count++];
    dnnl_matmul_desc_t operation;
    dnnl_primitive_desc_t description;
    if (dnnl_matmul_desc_init(&operation, x, y, NULL, z) != dnnl_success ||
        !onednn_make(a->work, &operation, attributes, s, &description))
        return 0;
    onednn_argument(s, DNNL_ARG_SRC, a->values[at[0]]);
    onednn_argument(s, DNNL_ARG_WEIGHTS, a->values[at[1]]);
    onednn_argument(s, DNNL_ARG_DST, a->values[at[2]]);
    return 1;
}

static int add_softmax(attention *a)
{
    onednn_step *s = &a->work->steps[a->work->count++];
    dnnl_softmax_v2_desc_t operation;
    dnnl_primitive_desc_t description;
    if (dnnl_softmax_v2_forward_desc_init(&operation, dnnl_forward_inference, dnnl_softmax_accurate,
                                          &a->scores, &a->scores, 2) != dnnl_success ||
        !onednn_make(a->work, &operation, NULL, s, &description))
        return 0;
    onednn_argument(s, DNNL_ARG_SRC, a->values[3]);
    onednn_argument(s, DNNL_ARG_DST, a->values[3]);
    return 1;
}

int onednn_open_attention(const bench_job *job, bench_way *ways, char *why)
{
    const bench_tensor *q = bench_tensor_of(job, "Q"), *k = bench_tensor_of(job, "K"),
                       *v = bench_tensor_of(job, "V"), *o = bench_tensor_of(job, "O");
    if (!bench_is(job, "attention", "f32") || !q || !k || !v || !o)
        return 0;
    if (bench_dim_of(job, "causal", 0)) {
        snprintf(why, BENCH_WHY, "has no causal softmax");
        return 0;
    }
    const int64_t heads = bench_dim_of(job, "heads", 1), rows = bench_dim_of(job, "q", 1),
                  columns = bench_dim_of(job, "kv", 1), d = bench_dim_of(job, "d", 1),
                  xq[] = {heads, rows, d}, xv[] = {heads, columns, d}, xs[] = {heads, rows, columns};
    attention *a = calloc(1, sizeof *a);
    if (!a || !(a->work = onednn_new()))
        return 0;
    a->q = onednn_plain(3, xq, "f32"), a->v = onednn_plain(3, xv, "f32"),
    a->scores = onednn_plain(3, xs, "f32");
    dnnl_dims_t dims = {heads, d, columns}, strides = {columns * d, 1, d};
    dnnl_memory_desc_init_by_strides(&a->k, 3, dims, dnnl_f32, strides);
    a->values[0] = onednn_memory(a->work, &a->q, q->data),
    a->values[1] = onednn_memory(a->work, &a->k, k->data);
    a->values[2] = onednn_memory(a->work, &a->v, v->data),
    a->values[3] = onednn_memory(a->work, &a->scores, NULL);
    a->values[4] = onednn_memory(a->work, &a->q, o->data);
    dnnl_primitive_attr_t attributes;
    const float scale = (float)(1 / sqrt((double)d));
    dnnl_primitive_attr_create(&attributes);
    dnnl_primitive_attr_set_output_scales(attributes, 1, 0, &scale);
    if (!add_matmul(a, &a->q, &a->k, &a->scores, (const int[]){0, 1, 3}, attributes) || !add_softmax(a) ||
        !add_matmul(a, &a->scores, &a->v, &a->q, (const int[]){3, 2, 4}, NULL)) {
        snprintf(why, BENCH_WHY, "refuses one of the three operations");
        return 0;
    }
    ways[0] = (bench_way){.name = "", .run = onednn_run, .state = a->work};
    return 1;
}
