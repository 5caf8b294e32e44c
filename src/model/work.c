/* See work.h. */
#include "model/work.h"
#include "model/predict.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *ts_model_type(const ts_problem *problem)
{
    /* Sign matters to nobody's peak. */
    return strcmp(problem->type->name, "u8") == 0 ? "i8" : problem->type->name;
}

static int tensor_bytes(const ts_problem *problem, size_t i, const ts_value *slots, double *bytes)
{
    const ts_tensor *t = &problem->kernel->tensors[i];
    int rc = 0;
    *bytes = (double)ts_problem_tensor_type(problem, i).size;
    for (size_t e = 0; e < t->extent_count && rc == 0; e++) {
        int64_t extent = 0;
        rc = ts_expr_int(t->extents[e], slots, &extent);
        *bytes *= (double)extent;
    }
    return rc;
}

static int add_operands(const ts_problem *problem, const ts_value *slots, ts_work *w)
{
    int rc = 0;
    for (size_t i = 0; i < problem->kernel->tensor_count && rc == 0; i++) {
        double bytes = 0;
        ts_access access = problem->kernel->tensors[i].access;
        rc = tensor_bytes(problem, i, slots, &bytes);
        w->footprint += bytes;
        w->loaded += access & TS_READ ? bytes : 0;
        w->stored += access & TS_WRITE ? bytes : 0;
    }
    return rc;
}

static int add_products(const ts_problem *problem, ts_work *w)
{
    w->product_count = problem->kernel->product_count;
    int rc = ts_problem_products(problem, w->products);
    for (size_t i = 0; i < w->product_count && rc == 0; i++) {
        const ts_product_sizes *p = &w->products[i];
        w->product_flops += 2 * p->count * (double)p->m * (double)p->n * (double)p->k;
        if (p->constant)
            w->constant_bytes += p->count * (double)p->n * (double)p->k * w->element_bytes;
    }
    w->constant_bytes = fmin(w->constant_bytes, w->bytes);
    return rc;
}

int ts_work_of(const ts_problem *problem, ts_work *out)
{
    *out = (ts_work){.type = ts_model_type(problem), .element_bytes = (double)problem->type->size};
    ts_value *slots = calloc(problem->kernel->slot_count + 1, sizeof *slots);
    if (!slots)
        return ts_fail(TS_ENOMEM, "out of memory while computing the work of %s", problem->kernel->name);
    int rc = ts_kernel_slots(problem, NULL, slots);
    if (rc == 0)
        rc = ts_problem_work(problem, &out->flops, &out->bytes);
    if (rc == 0)
        rc = add_operands(problem, slots, out);
    if (rc == 0)
        rc = add_products(problem, out);
    free(slots);
    return rc;
}
