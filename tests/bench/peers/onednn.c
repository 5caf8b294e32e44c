/* The driver of oneDNN: set-up, and which file does which kernel. */
#include "onednn.h"

void onednn_run(void *state)
{
    const onednn_work *w = state;
    for (int i = 0; i < w->count; i++)
        dnnl_primitive_execute(w->steps[i].primitive, w->stream, w->steps[i].count, w->steps[i].arguments);
    dnnl_stream_wait(w->stream);
}

onednn_work *onednn_new(void)
{
    onednn_work *w = calloc(1, sizeof *w);
    if (!w || dnnl_engine_create(&w->engine, dnnl_cpu, 0) != dnnl_success ||
        dnnl_stream_create(&w->stream, w->engine, dnnl_stream_default_flags) != dnnl_success)
        return NULL;
    return w;
}

static dnnl_data_type_t type_of(const char *name)
{
    static const struct {
        const char *name;
        dnnl_data_type_t type;
    } types[] = {{"f32", dnnl_f32}, {"bf16", dnnl_bf16}, {"i8", dnnl_s8}, {"u8", dnnl_u8}, {"i32", dnnl_s32}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].type;
    return dnnl_data_type_undef;
}

dnnl_memory_desc_t onednn_plain(int rank, const int64_t *extents, const char *type)
{
    dnnl_memory_desc_t d;
    dnnl_dims_t dims, strides;
    int64_t stride = 1;
    for (int i = rank; i-- > 0;) {
        dims[i] = extents[i];
        strides[i] = stride;
        stride *= extents[i];
    }
    dnnl_memory_desc_init_by_strides(&d, rank, dims, type_of(type), strides);
    return d;
}

dnnl_memory_desc_t onednn_any(int rank, const int64_t *extents, const char *type)
{
    dnnl_memory_desc_t d;
    dnnl_dims_t dims;
    for (int i = 0; i < rank; i++)
        dims[i] = extents[i];
    dnnl_memory_desc_init_by_tag(&d, rank, dims, type_of(type), dnnl_format_tag_any);
    return d;
}

dnnl_memory_t onednn_memory(const onednn_work *w, const dnnl_memory_desc_t *desc, void *data)
{
    dnnl_memory_t m = NULL;
    dnnl_memory_create(&m, desc, w->engine, data ? data : DNNL_MEMORY_ALLOCATE);
    return m;
}

int onednn_make(const onednn_work *w, const_dnnl_op_desc_t operation, const_dnnl_primitive_attr_t attributes,
                onednn_step *out, dnnl_primitive_desc_t *description)
{
    return dnnl_primitive_desc_create(description, operation, attributes, w->engine, NULL) == dnnl_success &&
           dnnl_primitive_create(&out->primitive, *description) == dnnl_success;
}

void onednn_argument(onednn_step *s, int index, dnnl_memory_t memory)
{
    s->arguments[s->count++] = (dnnl_exec_arg_t){index, memory};
}

dnnl_memory_t onednn_convert(const onednn_work *w, dnnl_memory_t from, const dnnl_memory_desc_t *desc)
{
    dnnl_memory_t to = onednn_memory(w, desc, NULL);
    const dnnl_memory_desc_t *source;
    dnnl_primitive_desc_t description;
    dnnl_primitive_t reorder;
    dnnl_memory_get_memory_desc(from, &source);
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    if (dnnl_reorder_primitive_desc_create(&description, source, w->engine, desc, w->engine, NULL) !=
            dnnl_success ||
        dnnl_primitive_create(&reorder, description) != dnnl_success ||
        dnnl_primitive_execute(reorder, w->stream, 2, arguments) != dnnl_success)
        return NULL;
    dnnl_stream_wait(w->stream);
    return to;
}

int bench_open(const bench_job *job, const char *library, bench_way ways[BENCH_WAYS], char why[BENCH_WHY])
{
    static onednn_open_fn *const openers[] = {onednn_open_matmul, onednn_open_rows, onednn_open_convolution,
                                              onednn_open_attention};
    (void)library;
    for (size_t i = 0; i < sizeof openers / sizeof *openers; i++) {
        int count = openers[i](job, ways, why);
        if (count > 0 || *why)
            return count;
    }
    return 0;
}
