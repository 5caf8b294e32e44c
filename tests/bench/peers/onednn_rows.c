/* Softmax, layer normalisation and activations on rows. */
#include "onednn.h"

typedef struct rows {
    const bench_tensor *x, *y;
    dnnl_memory_desc_t desc;
} rows;

static void in_and_out(onednn_work *w, const rows *r)
{
    onednn_argument(&w->steps[0], DNNL_ARG_SRC, onednn_memory(w, &r->desc, r->x->data));
    onednn_argument(&w->steps[0], DNNL_ARG_DST, onednn_memory(w, &r->desc, r->y->data));
    w->count = 1;
}

static int open_softmax(onednn_work *w, const rows *r)
{
    dnnl_softmax_v2_desc_t operation;
    dnnl_primitive_desc_t description;
    if (dnnl_softmax_v2_forward_desc_init(&operation, dnnl_forward_inference, dnnl_softmax_accurate, &r->desc,
                                          &r->desc, 1) != dnnl_success ||
        !onednn_make(w, &operation, NULL, &w->steps[0], &description))
        return 0;
    in_and_out(w, r);
    return 1;
}

static int open_activation(const bench_job *job, onednn_work *w, const rows *r)
{
    static const dnnl_alg_kind_t functions[] = {dnnl_eltwise_gelu_erf, dnnl_eltwise_gelu_tanh,
                                                dnnl_eltwise_swish, dnnl_eltwise_tanh};
    int64_t function = bench_dim_of(job, "function", 0);
    dnnl_eltwise_desc_t operation;
    dnnl_primitive_desc_t description;
    if (function < 0 || function > 3 ||
        dnnl_eltwise_forward_desc_init(&operation, dnnl_forward_inference, functions[function], &r->desc,
                                       function == 2 ? 1.0f : 0.0f, 0) != dnnl_success ||
        !onednn_make(w, &operation, NULL, &w->steps[0], &description))
        return 0;
    in_and_out(w, r);
    return 1;
}

static int open_layernorm(const bench_job *job, onednn_work *w, const rows *r)
{
    const bench_tensor *gamma = bench_tensor_of(job, "gamma"), *beta = bench_tensor_of(job, "beta");
    const int64_t n = bench_dim_of(job, "n", 0);
    dnnl_memory_desc_t vector = onednn_plain(1, &n, "f32");
    dnnl_layer_normalization_desc_t operation;
    dnnl_primitive_desc_t description;
    if (!gamma || !beta ||
        dnnl_layer_normalization_forward_desc_init(&operation, dnnl_forward_inference, &r->desc, NULL,
                                                   (float)bench_scalar_of(job, "epsilon", 1e-5),
                                                   dnnl_use_scale | dnnl_use_shift) != dnnl_success ||
        !onednn_make(w, &operation, NULL, &w->steps[0], &description))
        return 0;
    in_and_out(w, r);
    onednn_argument(&w->steps[0], DNNL_ARG_SCALE, onednn_memory(w, &vector, gamma->data));
    onednn_argument(&w->steps[0], DNNL_ARG_SHIFT, onednn_memory(w, &vector, beta->data));
    return 1;
}

int onednn_open_rows(const bench_job *job, bench_way *ways, char *why)
{
    int softmax = bench_is(job, "softmax", "f32"), layernorm = bench_is(job, "layernorm", "f32"),
        activation = bench_is(job, "activation", "f32");
    rows r = {.x = bench_tensor_of(job, "X"), .y = bench_tensor_of(job, "Y")};
    if ((!softmax && !layernorm && !activation) || !r.x || !r.y)
        return 0;
    const int64_t extents[] = {bench_dim_of(job, "m", 0), bench_dim_of(job, "n", 0)};
    onednn_work *w = onednn_new();
    r.desc = onednn_plain(2, extents, "f32");
    if (!w || !(softmax     ? open_softmax(w, &r)
                : layernorm ? open_layernorm(job, w, &r)
                            : open_activation(job, w, &r))) {
        snprintf(why, BENCH_WHY, "refuses this operation");
        return 0;
    }
    ways[0] = (bench_way){.name = "", .run = onednn_run, .state = w};
    return 1;
}
