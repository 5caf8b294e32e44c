/* See verify_check.h. */
#include "build/verify_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 512 };

/* The worst element so far of one tensor. */
typedef struct ts_worst {
    double error, got, expected;
    size_t row, column;
    double off; /* largest |C-R|, perhaps of another element */
} ts_worst;

/* The tolerance of one tensor: at least `least`. */
typedef struct ts_limit {
    double absolute, relative, least;
} ts_limit;

/* ---- reasons --------------------------------------------------------------------------------- */

/* ", at m=7,n=9": the dimensions passed as arguments, so that the reader can reproduce it. */
static void append_dims(const ts_verifier *v, const ts_answer *a, ts_str *out)
{
    const char *separator = ", at ";
    for (size_t d = 0; d < v->problem->kernel->dim_count; d++) {
        ts_str_format(out, "%s%s=%lld", separator, v->problem->kernel->dims[d].name, (long long)a->dims[d]);
        separator = ",";
    }
    separator = " ";
    for (size_t i = 0; i < v->problem->kernel->scalar_count; i++) {
        ts_str_format(out, "%s%s=%g", separator, v->problem->kernel->scalars[i].name, a->scalars[i]);
        separator = ",";
    }
}

/* "C[3][17]": rows are unravelled over all extents but the last. */
static void append_element(const ts_verifier *v, const ts_answer *a, size_t t, size_t row, size_t column,
                           ts_str *out)
{
    const ts_tensor *tensor = &v->problem->kernel->tensors[t];
    ts_value *slots = malloc((v->problem->kernel->slot_count + 1) * sizeof *slots);
    size_t rest = a->sheets[t].rows;
    ts_str_append(out, tensor->name);
    if (slots) {
        memcpy(slots, v->slots, v->problem->kernel->slot_count * sizeof *slots);
        for (size_t d = 0; d < v->problem->kernel->dim_count; d++)
            slots[v->problem->kernel->dims[d].slot] = ts_int(a->dims[d]);
    }
    for (size_t i = 0; slots && i + 1 < tensor->extent_count; i++) {
        int64_t n = 1;
        if (ts_expr_int(tensor->extents[i], slots, &n) != TS_OK || n <= 0 || (size_t)n > rest)
            break;
        rest /= (size_t)n;
        ts_str_format(out, "[%zu]", row / rest);
        row %= rest;
    }
    ts_str_format(out, "[%zu]", column);
    free(slots);
}

static void explain_worst(const ts_verifier *v, const ts_answer *a, size_t t, const ts_worst *w, ts_str *out)
{
    append_element(v, a, t, w->row, w->column, out);
    /* printf shows the sign of a NaN, which means nothing */
    ts_str_format(out, " is %.9g, reference %.9g", isnan(w->got) ? fabs(w->got) : w->got, w->expected);
    if (isfinite(w->error))
        ts_str_format(out, ", off by %.3g x the tolerance", w->error);
    append_dims(v, a, out);
}

/* ---- comparing ------------------------------------------------------------------------------- */

static void compare_element(const ts_limit *limit, double got, double expected, size_t row, size_t column,
                            ts_worst *w)
{
    if (got == expected || (isnan(got) && isnan(expected)))
        return;
    double off = fabs(got - expected), tolerance = limit->absolute + limit->relative * fabs(expected);
    double error = off / (tolerance > limit->least ? tolerance : limit->least);
    error = isnan(error) ? INFINITY : error;
    w->off = off > w->off ? off : isnan(off) ? INFINITY : w->off;
    if (error > w->error) {
        w->error = error;
        w->got = got;
        w->expected = expected;
        w->row = row;
        w->column = column;
    }
}

static void compare_row(const ts_element *e, const ts_limit *limit, const char *got, const char *expected,
                        size_t length, size_t row, ts_worst *w)
{
    double x[CHUNK], y[CHUNK];
    if (memcmp(got, expected, length * e->size) == 0)
        return;
    for (size_t done = 0; done < length;) {
        size_t part = length - done < CHUNK ? length - done : CHUNK;
        e->load(x, got + done * e->size, part);
        e->load(y, expected + done * e->size, part);
        for (size_t i = 0; i < part; i++)
            compare_element(limit, x[i], y[i], row, done + i, w);
        done += part;
    }
}

static void keep_worst(const ts_worst *w, double largest, ts_accuracy *accuracy)
{
    accuracy->error = w->error > accuracy->error ? w->error : accuracy->error;
    if (largest > 0 && w->off / largest > accuracy->deviation)
        accuracy->deviation = w->off / largest;
}

static bool check_output(const ts_verifier *v, const ts_answer *a, size_t t, ts_accuracy *accuracy,
                         ts_str *reason)
{
    const ts_sheet *s = &a->sheets[t];
    const size_t ld = (size_t)v->call.ld[t];
    const char *got = v->call.tensor[t];
    const ts_limit limit = {a->absolute, a->relative, v->problem->max_error * s->largest};
    ts_worst worst = {.error = 0};
    for (size_t r = 0; r < s->rows; r++)
        compare_row(v->elements[t], &limit, got + r * ld * s->size, s->expected + r * s->length * s->size,
                    s->length, r, &worst);
    keep_worst(&worst, s->largest, accuracy);
    if (worst.error > 1)
        explain_worst(v, a, t, &worst, reason);
    return worst.error <= 1;
}

static bool check_input(const ts_verifier *v, const ts_answer *a, size_t t, ts_str *reason)
{
    const ts_sheet *s = &a->sheets[t];
    const size_t size = s->size, ld = (size_t)v->call.ld[t];
    const char *now = v->call.tensor[t];
    for (size_t r = 0; r < s->rows; r++) {
        const char *row = now + r * ld * size, *before = s->initial + r * s->length * size;
        if (memcmp(row, before, s->length * size) == 0)
            continue;
        size_t c = 0;
        while (memcmp(row + c * size, before + c * size, size) == 0)
            c++;
        ts_str_append(reason, "it changed its input ");
        append_element(v, a, t, r, c, reason);
        append_dims(v, a, reason);
        return false;
    }
    return true;
}

static bool check_padding(const ts_verifier *v, const ts_answer *a, size_t t, ts_str *reason)
{
    const ts_sheet *s = &a->sheets[t];
    const ts_tensor *tensor = &v->problem->kernel->tensors[t];
    const size_t size = s->size, ld = (size_t)v->call.ld[t];
    const char *start = v->call.tensor[t];
    for (size_t r = 0; ld > s->length && r + 1 < s->rows; r++) {
        const char *trace = ts_canary_trace(start + (r * ld + s->length) * size, (ld - s->length) * size);
        if (!trace)
            continue;
        ts_str_format(reason,
                      "it wrote into the padding behind row %zu of %s (%s=%zu, rows have %zu elements)", r,
                      tensor->name, tensor->ld ? tensor->ld : "row stride", ld, s->length);
        append_dims(v, a, reason);
        return false;
    }
    return true;
}

static bool check_surroundings(const ts_verifier *v, const ts_answer *a, const ts_guarded *g,
                               const char *name, ts_str *reason)
{
    const char *trace = ts_guarded_trace(g);
    if (!trace)
        return true;
    if (trace < g->start)
        ts_str_format(reason, "it wrote %td bytes before the start of %s", g->start - trace, name);
    else
        ts_str_format(reason, "it wrote %td bytes past the end of %s", trace - (g->start + g->bytes) + 1,
                      name);
    append_dims(v, a, reason);
    return false;
}

bool ts_verify_check(const ts_verifier *v, const ts_answer *a, bool results, ts_accuracy *accuracy,
                     ts_str *reason)
{
    const ts_kernel *k = v->problem->kernel;
    for (size_t t = 0; t < k->tensor_count; t++)
        if (results && a->sheets[t].expected && !check_output(v, a, t, accuracy, reason))
            return false;
    for (size_t t = 0; t < k->tensor_count; t++) {
        if (!a->sheets[t].expected && !check_input(v, a, t, reason))
            return false;
        if (!check_padding(v, a, t, reason) ||
            !check_surroundings(v, a, &v->tensors[t], k->tensors[t].name, reason))
            return false;
    }
    return check_surroundings(v, a, v->workspace, "its workspace", reason);
}
