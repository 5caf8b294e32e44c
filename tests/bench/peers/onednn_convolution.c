/*
 * Convolution, in two uses. With source and result in the layout of the kernel's operands: weights that are
 * constant go to the layout that the library prefers once; others are used as they are, or converted in every
 * call, whichever is faster. And with everything in the library's own layouts, as in a network whose layers
 * all are the library's: source and weights are converted before, the result after the timing. Winograd
 * exists in the latter only.
 */
#include "onednn.h"

typedef struct convolution {
    const bench_tensor *x, *w, *y;
    int64_t n, h, width, c, k, r, s, stride, pad, oh, ow, nchw;
    dnnl_memory_desc_t dx, dw, dy;
} convolution;

/* A convolution in the library's own layouts, and where its result belongs. */
typedef struct own_work {
    onednn_work *work;
    dnnl_memory_t result;
    dnnl_memory_desc_t plain;
    void *data;
    size_t bytes;
} own_work;

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

static int make(const convolution *v, dnnl_alg_kind_t algorithm, const dnnl_memory_desc_t *x,
                const dnnl_memory_desc_t *weights, const dnnl_memory_desc_t *y, onednn_work *w,
                onednn_step *s, dnnl_primitive_desc_t *description)
{
    dnnl_convolution_desc_t operation;
    const dnnl_dims_t strides = {v->stride, v->stride}, padding = {v->pad, v->pad},
                      behind = {(v->oh - 1) * v->stride + v->r - v->h - v->pad,
                                (v->ow - 1) * v->stride + v->s - v->width - v->pad};
    return dnnl_convolution_forward_desc_init(&operation, dnnl_forward_inference, algorithm, x, weights, NULL,
                                              y, strides, padding, behind) == dnnl_success &&
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
    if (!w || !make(v, algorithm, &v->dx, &weights, &v->dy, w, &s, &description))
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
    *way = (bench_way){.name = name, .run = onednn_run, .state = w};
    return 1;
}

static void run_own(void *state)
{
    onednn_run(((own_work *)state)->work);
}

static void finish_own(void *state)
{
    own_work *o = state;
    void *data = NULL;
    dnnl_memory_t plain = onednn_convert(o->work, o->result, &o->plain);
    if (plain && dnnl_memory_get_data_handle(plain, &data) == dnnl_success)
        memcpy(o->data, data, o->bytes);
}

static int open_own(const convolution *v, dnnl_alg_kind_t algorithm, const char *name, bench_way *way)
{
    const int64_t dx[] = {v->n, v->c, v->h, v->width}, dw[] = {v->k, v->c, v->r, v->s},
                  dy[] = {v->n, v->k, v->oh, v->ow};
    const dnnl_memory_desc_t x = onednn_any(4, dx, "f32"), weights = onednn_any(4, dw, "f32"),
                             y = onednn_any(4, dy, "f32");
    dnnl_primitive_desc_t d;
    onednn_step s = {.count = 0};
    own_work *o = calloc(1, sizeof *o);
    if (!v->w->constant || !o || !(o->work = onednn_new()) ||
        !make(v, algorithm, &x, &weights, &y, o->work, &s, &d))
        return 0;
    dnnl_memory_t source = onednn_convert(o->work, onednn_memory(o->work, &v->dx, v->x->data),
                                          dnnl_primitive_desc_query_md(d, dnnl_query_src_md, 0)),
                  given = onednn_convert(o->work, onednn_memory(o->work, &v->dw, v->w->data),
                                         dnnl_primitive_desc_query_md(d, dnnl_query_weights_md, 0));
    o->result = onednn_memory(o->work, dnnl_primitive_desc_query_md(d, dnnl_query_dst_md, 0), NULL);
    o->plain = v->dy;
    o->data = v->y->data;
    o->bytes = (size_t)(v->n * v->k * v->oh * v->ow) * sizeof(float);
    if (!source || !given || !o->result)
        return 0;
    onednn_argument(&s, DNNL_ARG_SRC, source);
    onednn_argument(&s, DNNL_ARG_WEIGHTS, given);
    onednn_argument(&s, DNNL_ARG_DST, o->result);
    o->work->steps[o->work->count++] = s;
    *way = (bench_way){.name = name, .run = run_own, .state = o, .finish = finish_own};
    return 1;
}

int onednn_open_convolution(const bench_job *job, bench_way *ways, char *why)
{
    convolution v;
    int count = 0;
    if (!bench_is(job, "conv2d", "f32") || !describe(job, &v))
        return 0;
    count += open_with(&v, dnnl_convolution_direct, 1, "direct", &ways[count]);
    count += open_own(&v, dnnl_convolution_direct, "direct, own layouts", &ways[count]);
    count += open_own(&v, dnnl_convolution_winograd, "winograd, own layouts", &ways[count]);
    if (!v.w->constant)
        count += open_with(&v, dnnl_convolution_direct, 0, "direct, plain W", &ways[count]);
    if (count == 0)
        snprintf(why, BENCH_WHY, "refuses this convolution");
    return count;
}
