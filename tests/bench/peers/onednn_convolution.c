/*
 * Convolution: source and result in the layout of the kernel's operands. Weights that are constant go to the
 * layout that the library prefers once; others are used as they are, or converted in every call, whichever is
 * faster.
 */
#include "onednn.h"

typedef struct convolution {
    const bench_tensor *x, *w, *y;
    int64_t n, h, width, c, k, r, s, stride, pad, oh, ow, nchw;
    dnnl_memory_desc_t dx, dw, dy;
} convolution;

/* oneDNN counts extents as n c h w and k c r s; strides say how they lie. */
static dnnl_memory_desc_t image(int64_t n, int64_t c, int64_t h, int64_t w, int64_t nchw)
{
    dnnl_memory_desc_t d;
    dnnl_dims_t dims = {n, c, h, w};
    dnnl_memory_desc_init_by_tag(&d, 4, dims, dnnl_f32, nchw ? dnnl_nchw : dnnl_nhwc);
    return d;
}

static int describe(const bench_job *job, convolution *v)
{
    *v = (convolution){.x = bench_tensor_of(job, "X"),
                       .w = bench_tensor_of(job, "W"),
                       .y = bench_tensor_of(job, "Y"),
                       .n = bench_dim_of(job, "n", 1),
                       .h = bench_dim_of(job, "h", 1),
                       .width = bench_dim_of(job, "w", 1),
                       .c = bench_dim_of(job, "c", 1),
                       .k = bench_dim_of(job, "k", 1),
                       .r = bench_dim_of(job, "r", 3),
                       .s = bench_dim_of(job, "s", 3),
                       .stride = bench_dim_of(job, "stride", 1),
                       .pad = bench_dim_of(job, "pad", 0),
                       .nchw = bench_dim_of(job, "layout", 0)};
    v->oh = (v->h + 2 * v->pad - v->r) / v->stride + 1;
    v->ow = (v->width + 2 * v->pad - v->s) / v->stride + 1;
    v->dx = image(v->n, v->c, v->h, v->width, v->nchw);
    v->dy = image(v->n, v->k, v->oh, v->ow, v->nchw);
    dnnl_dims_t weights = {v->k, v->c, v->r, v->s};
    dnnl_memory_desc_init_by_tag(&v->dw, 4, weights, dnnl_f32, v->nchw ? dnnl_oihw : dnnl_hwio);
    return v->x && v->w && v->y;
}

static int make(const convolution *v, dnnl_alg_kind_t algorithm, const dnnl_memory_desc_t *weights,
                onednn_work *w, onednn_step *s, dnnl_primitive_desc_t *description)
{
    dnnl_convolution_desc_t operation;
    const dnnl_dims_t strides = {v->stride, v->stride}, padding = {v->pad, v->pad},
                      behind = {(v->oh - 1) * v->stride + v->r - v->h - v->pad,
                                (v->ow - 1) * v->stride + v->s - v->width - v->pad};
    return dnnl_convolution_forward_desc_init(&operation, dnnl_forward_inference, algorithm, &v->dx, weights,
                                              NULL, &v->dy, strides, padding, behind) == dnnl_success &&
           onednn_make(w, &operation, NULL, s, description);
}

/* Convert W to the layout of `to` in every call, as the first step. */
static dnnl_memory_t convert_each_time(onednn_work *w, dnnl_memory_t from, const dnnl_memory_desc_t *source,
                                       const dnnl_memory_desc_t *to)
{
    onednn_step *s = &w->steps[w->count++];
    dnnl_primitive_desc_t description;
    dnnl_memory_t memory = onednn_memory(w, to, NULL);
    if (dnnl_reorder_primitive_desc_create(&description, source, w->engine, to, w->engine, NULL) !=
            dnnl_success ||
        dnnl_primitive_create(&s->primitive, description) != dnnl_success)
        return NULL;
    onednn_argument(s, DNNL_ARG_FROM, from);
    onednn_argument(s, DNNL_ARG_TO, memory);
    return memory;
}

static int open_with(const convolution *v, dnnl_alg_kind_t algorithm, int own_layout, const char *name,
                     bench_way *way)
{
    const int64_t extents[] = {v->k, v->c, v->r, v->s};
    dnnl_memory_desc_t weights = own_layout ? onednn_any(4, extents, "f32") : v->dw;
    dnnl_primitive_desc_t description;
    onednn_step s = {.count = 0};
    onednn_work *w = onednn_new();
    if (!w || !make(v, algorithm, &weights, w, &s, &description))
        return 0;
    dnnl_memory_t given = onednn_memory(w, &v->dw, v->w->data);
    const dnnl_memory_desc_t *wanted = dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0);
    if (own_layout)
        given =
            v->w->constant ? onednn_convert(w, given, wanted) : convert_each_time(w, given, &v->dw, wanted);
    if (!given)
        return 0;
    onednn_argument(&s, DNNL_ARG_SRC, onednn_memory(w, &v->dx, v->x->data));
    onednn_argument(&s, DNNL_ARG_WEIGHTS, given);
    onednn_argument(&s, DNNL_ARG_DST, onednn_memory(w, &v->dy, v->y->data));
    w->steps[w->count++] = s;
    *way = (bench_way){name, onednn_run, w};
    return 1;
}

int onednn_open_convolution(const bench_job *job, bench_way *ways, char *why)
{
    convolution v;
    int count = 0;
    if (!bench_is(job, "conv2d", "f32") || !describe(job, &v))
        return 0;
    count += open_with(&v, dnnl_convolution_direct, 1, "direct", &ways[count]);
    count += open_with(&v, dnnl_convolution_winograd, 1, "winograd", &ways[count]);
    if (!v.w->constant)
        count += open_with(&v, dnnl_convolution_direct, 0, "direct, plain W", &ways[count]);
    if (count == 0)
        snprintf(why, BENCH_WHY, "refuses this convolution");
    return count;
}
