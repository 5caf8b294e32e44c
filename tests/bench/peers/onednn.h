/* What the files of the oneDNN driver share: a primitive with its arguments, run on a stream. Written for
 * oneDNN 2.x. */
#ifndef BENCH_ONEDNN_H
#define BENCH_ONEDNN_H

#include "../driver.h"
#include <dnnl.h>
#include <stdio.h>
#include <stdlib.h>

enum { ONEDNN_ARGUMENTS = 8, ONEDNN_STEPS = 3 };

/** One primitive and what it is called with. */
typedef struct onednn_step {
    dnnl_primitive_t primitive;
    dnnl_exec_arg_t arguments[ONEDNN_ARGUMENTS];
    int count;
} onednn_step;

/** What a way runs: primitives one after the other. */
typedef struct onednn_work {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    onednn_step steps[ONEDNN_STEPS];
    int count;
} onednn_work;

void onednn_run(void *state);
/** NULL when the library can't be set up. */
onednn_work *onednn_new(void);
/** A plain row-major description; outermost extent first. */
dnnl_memory_desc_t onednn_plain(int rank, const int64_t *extents, const char *type);
/** The same with the layout left to the library. */
dnnl_memory_desc_t onednn_any(int rank, const int64_t *extents, const char *type);
/** Memory over `data`, or of the library's own where that is NULL. */
dnnl_memory_t onednn_memory(const onednn_work *w, const dnnl_memory_desc_t *desc, void *data);
/** Make the primitive of an operation's description; NULL attributes are the defaults. False if the library
 * refuses. */
int onednn_make(const onednn_work *w, const_dnnl_op_desc_t operation, const_dnnl_primitive_attr_t attributes,
                onednn_step *out, dnnl_primitive_desc_t *description);
void onednn_argument(onednn_step *s, int index, dnnl_memory_t memory);
/** Copy `from` into a memory of the layout that the primitive wants for its argument `what`; returns it. */
dnnl_memory_t onednn_convert(const onednn_work *w, dnnl_memory_t from, const dnnl_memory_desc_t *desc);

/* One of these does a kernel, or returns 0. */
typedef int onednn_open_fn(const bench_job *job, bench_way *ways, char *why);
onednn_open_fn onednn_open_matmul, onednn_open_rows, onednn_open_convolution, onednn_open_attention;

#endif
