/* Where another target becomes the better one: a quantity grows until the order turns. */
#include "compare/parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_BATCH = 4096 };

/* Multiply the dimension that counts inputs; false if the kernel has none, or its limit would be passed. */
static bool grow_batch(ts_workload_call *call, int64_t value)
{
    const ts_kernel *kernel = call->problem.kernel;
    for (size_t d = 0; d < kernel->dim_count; d++)
        if (kernel->dims[d].batch && call->problem.dims[d] <= kernel->dims[d].max / value) {
            call->problem.dims[d] *= value;
            return true;
        }
    return false;
}

static bool set_dimension(ts_workload_call *call, const char *name, int64_t value)
{
    const ts_kernel *kernel = call->problem.kernel;
    for (size_t d = 0; d < kernel->dim_count; d++)
        if (strcmp(kernel->dims[d].name, name) == 0 && value >= kernel->dims[d].min &&
            value <= kernel->dims[d].max) {
            call->problem.dims[d] = value;
            return true;
        }
    return false;
}

int ts_workload_scaled(const ts_workload *w, const char *quantity, int64_t value, ts_workload *out)
{
    bool batch = strcmp(quantity, "batch") == 0, any = batch;
    *out = *w;
    out->calls = calloc(w->call_count + 1, sizeof *out->calls);
    if (!out->calls)
        return ts_fail(TS_ENOMEM, "out of memory while looking for a break-even point");
    for (size_t i = 0; i < w->call_count; i++) {
        out->calls[i] = w->calls[i];
        if (!batch)
            any = set_dimension(&out->calls[i], quantity, value) || any;
        else if (!grow_batch(&out->calls[i], value))
            out->calls[i].count *= value;
    }
    if (any)
        return TS_OK;
    free(out->calls);
    out->calls = NULL;
    return ts_fail(TS_EINPUT,
                   "%s has no dimension '%s' that can be %lld; 'batch' and the dimensions of its kernels can "
                   "be varied",
                   w->name, quantity, (long long)value);
}

/* The objective's value on one target; NAN where it can't do it. */
static int value_on(const ts_compare_question *q, const ts_workload *w, size_t target, double *out)
{
    ts_facts *facts = NULL;
    double seconds = NAN, joules = NAN, flops = NAN, bytes, price = NAN;
    int rc = ts_facts_open(q->targets[target], &facts);
    if (rc == TS_OK) {
        ts_facts_use_threads(facts, q->threads);
        rc = ts_predict_workload(NULL, w, facts, 1, &seconds, &joules, NULL);
    }
    if (rc == TS_OK)
        rc = ts_workload_work(w, &flops, &bytes);
    if (rc == TS_OK)
        price = ts_facts_peek(facts, "price");
    *out = ts_objective_value(q->objective, seconds, joules, flops, price);
    ts_facts_close(facts);
    return rc;
}

/* The other target's value over the first one's at this value of the quantity. */
static int ratio_at(const ts_compare_question *q, const ts_workload *w, const ts_breakeven *b, int64_t value,
                    double *ratio)
{
    ts_workload scaled = {0};
    double first = NAN, second = NAN;
    int rc = ts_workload_scaled(w, b->quantity, value, &scaled);
    if (rc == TS_OK)
        rc = value_on(q, &scaled, b->first, &first);
    if (rc == TS_OK)
        rc = value_on(q, &scaled, b->second, &second);
    free(scaled.calls);
    *ratio = second / first;
    if (rc == TS_OK && isnan(*ratio))
        rc = ts_fail(TS_EINPUT, "no break-even point: %s or %s has no value for %s",
                     q->targets[b->first]->name, q->targets[b->second]->name, w->name);
    return rc;
}

/* Between a value at which `first` is better and a larger one at which it isn't. */
static int bisect(const ts_compare_question *q, const ts_workload *w, ts_breakeven *b, int64_t better,
                  int64_t worse)
{
    int rc = TS_OK;
    while (rc == TS_OK && worse - better > 1) {
        int64_t middle = better + (worse - better) / 2;
        double ratio = NAN;
        rc = ratio_at(q, w, b, middle, &ratio);
        if (ratio < 1)
            worse = middle;
        else
            better = middle;
    }
    b->at = worse;
    return rc;
}

/* A dimension's own limits; a batch goes as far as people go. */
static int64_t limit_of(const ts_workload *w, const char *quantity)
{
    for (size_t i = 0; i < w->call_count; i++)
        for (size_t d = 0; d < w->calls[i].problem.kernel->dim_count; d++) {
            const ts_dim *dim = &w->calls[i].problem.kernel->dims[d];
            if (strcmp(dim->name, quantity) == 0 && dim->max < 65536)
                return dim->max;
        }
    return strcmp(quantity, "batch") == 0 ? LARGEST_BATCH : 65536;
}

int ts_compare_breakeven(const ts_compare_question *q, const ts_workload *w, size_t a, size_t b,
                         const char *quantity, ts_breakeven *out)
{
    *out =
        (ts_breakeven){.quantity = quantity, .first = a, .second = b, .from = 1, .to = limit_of(w, quantity)};
    double ratio = NAN;
    int rc = ratio_at(q, w, out, out->from, &ratio);
    if (rc == TS_OK && ratio < 1) {
        out->first = b;
        out->second = a;
        ratio = 1 / ratio;
    }
    out->ratio_from = ratio;
    int64_t before = out->from;
    for (int64_t v = 2 * out->from; rc == TS_OK && v <= out->to && out->at == 0; v *= 2) {
        rc = ratio_at(q, w, out, v, &ratio);
        if (rc == TS_OK && ratio < 1)
            rc = bisect(q, w, out, before, v);
        before = v;
    }
    out->ratio_to = ratio;
    return rc;
}
