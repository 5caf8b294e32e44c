/* See answer.h. */
#include "build/answer.h"

#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { SHEET_ALIGN = 64, PROBE_DIM = 4 };
static const uint64_t contents_seed = 20177;

/* ---- shapes ---------------------------------------------------------------------------------- */

static int extents(const ts_tensor *t, const ts_value *slots, ts_sheet *out)
{
    *out = (ts_sheet){.rows = 1, .length = 1};
    for (size_t i = 0; i < t->extent_count; i++) {
        int64_t n;
        int rc = ts_expr_int(t->extents[i], slots, &n);
        if (rc != TS_OK)
            return rc;
        if (n <= 0)
            return ts_fail(TS_EINPUT, "tensor %s has an extent of %lld; take a larger shape", t->name,
                           (long long)n);
        size_t *into = i + 1 == t->extent_count ? &out->length : &out->rows;
        if (__builtin_mul_overflow(*into, (size_t)n, into))
            return ts_fail(TS_EINPUT, "tensor %s is too large for this machine; take a smaller shape",
                           t->name);
    }
    return TS_OK;
}

static int shape_with(const ts_problem *p, const ts_value *slots, ts_answer *out)
{
    int rc = TS_OK;
    for (size_t t = 0; t < p->kernel->tensor_count && rc == TS_OK; t++) {
        rc = extents(&p->kernel->tensors[t], slots, &out->sheets[t]);
        out->sheets[t].size = (size_t)ts_problem_tensor_type(p, t).size;
    }
    if (rc == TS_OK)
        rc = ts_expr_real(p->type->absolute, slots, &out->absolute);
    if (rc == TS_OK)
        rc = ts_expr_real(p->type->relative, slots, &out->relative);
    return rc;
}

int ts_answer_shape(const ts_problem *p, const ts_value *slots, const int64_t *dims, ts_answer *out)
{
    const ts_kernel *k = p->kernel;
    ts_value *own = malloc((k->slot_count + 1) * sizeof *own);
    if (!own)
        return ts_fail(TS_ENOMEM, "out of memory while preparing a verification");
    memcpy(own, slots, k->slot_count * sizeof *own);
    *out = (ts_answer){.overwrites = false};
    memcpy(out->dims, dims, k->dim_count * sizeof *dims);
    for (size_t d = 0; d < k->dim_count; d++)
        own[k->dims[d].slot] = ts_int(dims[d]);
    int rc = shape_with(p, own, out);
    free(own);
    return rc;
}

static size_t sheet_bytes(const ts_sheet *s)
{
    return (s->rows * s->length * s->size + SHEET_ALIGN - 1) / SHEET_ALIGN * SHEET_ALIGN;
}

int ts_answer_bytes(const ts_problem *p, const ts_answer *a, bool shared_inputs, size_t *bytes)
{
    *bytes = 0;
    for (size_t t = 0; t < p->kernel->tensor_count; t++) {
        const ts_sheet *s = &a->sheets[t];
        size_t copies = p->kernel->tensors[t].access != TS_READ ? 2 : shared_inputs ? 0 : 1, n;
        if (__builtin_mul_overflow(s->rows, s->length, &n) || n > SIZE_MAX / 64 / s->size)
            return ts_fail(TS_EINPUT, "tensor %s is too large for this machine; take a smaller shape",
                           p->kernel->tensors[t].name);
        *bytes += copies * sheet_bytes(s);
    }
    return TS_OK;
}

void ts_answer_attach(const ts_problem *p, ts_answer *a, char *memory, const ts_answer *inputs)
{
    for (size_t t = 0; t < p->kernel->tensor_count; t++) {
        ts_sheet *s = &a->sheets[t];
        bool written = p->kernel->tensors[t].access != TS_READ;
        if (!written && inputs) {
            s->initial = inputs->sheets[t].initial;
            continue;
        }
        s->initial = memory;
        memory += sheet_bytes(s);
        s->expected = written ? memory : NULL;
        memory += written ? sheet_bytes(s) : 0;
    }
}

/* ---- contents and results -------------------------------------------------------------------- */

static size_t elements_of(const ts_sheet *s)
{
    return s->rows * s->length;
}

/* Where results may differ from the reference, operands of which sums are exact would hide by how much. */
static void fill_sheet(const ts_problem *p, const ts_element *e, size_t t, ts_sheet *s)
{
    if (p->kernel->tensors[t].reference_fill)
        memset(s->initial, 0, elements_of(s) * s->size);
    else
        ts_element_fill(e, s->initial, contents_seed + t, 0, elements_of(s),
                        p->kernel->tensors[t].exact_fill && !(p->max_error > 0 && !e->integral));
}

/* A call on the initial contents, or on those and copies of the outputs that become the results. */
static ts_call call_on(const ts_problem *p, const ts_answer *a, bool results)
{
    ts_call call = {.workspace = NULL};
    memcpy(call.dim, a->dims, sizeof call.dim);
    memcpy(call.scalar, a->scalars, sizeof call.scalar);
    for (size_t t = 0; t < p->kernel->tensor_count; t++) {
        const ts_sheet *s = &a->sheets[t];
        call.tensor[t] = results && s->expected ? s->expected : s->initial;
        call.ld[t] = (int64_t)s->length;
    }
    return call;
}

static void call_reference(const ts_problem *p, ts_oracle oracle, ts_answer *a)
{
    if (oracle.inputs) {
        ts_call fill = call_on(p, a, false);
        oracle.inputs(&fill);
    }
    for (size_t t = 0; t < p->kernel->tensor_count; t++)
        if (a->sheets[t].expected)
            memcpy(a->sheets[t].expected, a->sheets[t].initial,
                   elements_of(&a->sheets[t]) * a->sheets[t].size);
    ts_call call = call_on(p, a, true);
    double before = ts_now();
    oracle.results(&call);
    a->seconds = ts_now() - before;
}

/* Only a call that writes every element leaves no NaN of those it found. Integers have no NaN: there the
 * manifest is believed. */
static bool results_are_whole(const ts_problem *p, const ts_element *const *elements, const ts_answer *a)
{
    for (size_t t = 0; t < p->kernel->tensor_count; t++) {
        const ts_sheet *s = &a->sheets[t];
        const ts_tensor *tensor = &p->kernel->tensors[t];
        if (s->expected && (elements[t]->integral || tensor->reference_fill
                                ? tensor->access != TS_WRITE
                                : ts_element_any_nan(elements[t], s->expected, elements_of(s))))
            return false;
    }
    return true;
}

/* Outputs start as what no kernel computes (written only, or on trial), or as data (updated). */
static void fill_outputs(const ts_problem *p, const ts_element *const *elements, bool trial, ts_answer *a)
{
    for (size_t t = 0; t < p->kernel->tensor_count; t++) {
        ts_sheet *s = &a->sheets[t];
        const ts_tensor *tensor = &p->kernel->tensors[t];
        if (!s->expected)
            continue;
        if (tensor->access == TS_WRITE || (trial && !elements[t]->integral && !tensor->reference_fill))
            ts_element_fill_noise(elements[t], s->initial, contents_seed + t, elements_of(s));
        else
            fill_sheet(p, elements[t], t, s);
    }
}

static void note_largest(const ts_problem *p, const ts_element *const *elements, ts_answer *a)
{
    for (size_t t = 0; t < p->kernel->tensor_count; t++) {
        ts_sheet *s = &a->sheets[t];
        if (s->expected)
            s->largest = ts_element_largest(elements[t], s->expected, elements_of(s));
    }
}

void ts_answer_compute(const ts_problem *p, const ts_element *const *elements, ts_oracle oracle,
                       bool fill_inputs, bool try_nan, ts_answer *a)
{
    for (size_t t = 0; t < p->kernel->tensor_count; t++)
        if (fill_inputs && !a->sheets[t].expected)
            fill_sheet(p, elements[t], t, &a->sheets[t]);
    a->overwrites = false;
    if (try_nan) {
        fill_outputs(p, elements, true, a);
        call_reference(p, oracle, a);
        a->overwrites = results_are_whole(p, elements, a);
    }
    if (!a->overwrites) {
        fill_outputs(p, elements, false, a);
        call_reference(p, oracle, a);
    }
    note_largest(p, elements, a);
}

/* ---- scalars --------------------------------------------------------------------------------- */

static size_t choices(const ts_scalar *s)
{
    return s->verify_count ? s->verify_count : 1;
}

size_t ts_scalar_sets(const ts_kernel *k)
{
    size_t n = 1;
    for (size_t i = 0; i < k->scalar_count; i++)
        n *= choices(&k->scalars[i]);
    return k->scalar_count ? 1 + n : 1;
}

void ts_scalar_set(const ts_kernel *k, size_t set, double *scalars)
{
    size_t rest = set ? set - 1 : 0;
    for (size_t i = 0; i < k->scalar_count; i++) {
        const ts_scalar *s = &k->scalars[i];
        scalars[i] = set && s->verify_count ? s->verify[rest % choices(s)] : s->fallback;
        rest /= choices(s);
    }
}

/* ---- the asked size -------------------------------------------------------------------------- */

int ts_references_open(const ts_problem *p, const ts_value *slots, ts_references **out)
{
    size_t first, more, sets = ts_scalar_sets(p->kernel), total;
    const size_t header = (sizeof(ts_references) + SHEET_ALIGN - 1) / SHEET_ALIGN * SHEET_ALIGN;
    ts_answer shape;
    *out = NULL;
    int rc = ts_answer_shape(p, slots, p->dims, &shape);
    if (rc == TS_OK)
        rc = ts_answer_bytes(p, &shape, false, &first);
    if (rc == TS_OK)
        rc = ts_answer_bytes(p, &shape, true, &more);
    if (rc != TS_OK)
        return rc;
    sets = sets < TS_MAX_ANSWERS ? sets : TS_MAX_ANSWERS;
    if (__builtin_mul_overflow(more, sets - 1, &total) ||
        __builtin_add_overflow(total, first + header, &total))
        return ts_fail(TS_EINPUT,
                       "the operands of this shape are too large for this machine; take a smaller shape");
    char *map = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED)
        return ts_fail(TS_EINPUT,
                       "the operands of this shape need %zu bytes, which this machine doesn't give (%s); "
                       "take a smaller shape",
                       total, strerror(errno));
    ts_references *r = (ts_references *)(void *)map;
    r->planned = sets;
    r->map_bytes = total;
    r->footprint = first;
    map += header;
    for (size_t i = 0; i < sets; i++) {
        r->answers[i] = shape;
        ts_scalar_set(p->kernel, i, r->answers[i].scalars);
        ts_answer_attach(p, &r->answers[i], map, i ? &r->answers[0] : NULL);
        map += i ? more : first;
    }
    *out = r;
    return TS_OK;
}

/*
 * Whether outputs may start as NaN is a matter of the scalars, not of the size: a tiny problem tells, where a
 * second run at the asked size could take long. A kernel that has no such tiny problem is not tried with NaN.
 */
static bool overwrites(const ts_problem *p, const ts_value *slots, const ts_element *const *elements,
                       ts_oracle oracle, const double *scalars)
{
    int64_t dims[TS_MAX_DIMS] = {0};
    size_t bytes;
    ts_answer tiny;
    for (size_t d = 0; d < p->kernel->dim_count; d++) {
        const ts_dim *dim = &p->kernel->dims[d];
        int64_t small = dim->min > PROBE_DIM ? dim->min : PROBE_DIM;
        dims[d] = dim->argument && p->dims[d] > small ? small : p->dims[d];
    }
    if (ts_answer_shape(p, slots, dims, &tiny) != TS_OK || ts_answer_bytes(p, &tiny, false, &bytes) != TS_OK)
        return false;
    memcpy(tiny.scalars, scalars, sizeof tiny.scalars);
    char *memory = bytes < (size_t)1 << 26 ? aligned_alloc(SHEET_ALIGN, bytes + SHEET_ALIGN) : NULL;
    if (!memory)
        return false;
    ts_answer_attach(p, &tiny, memory, NULL);
    ts_answer_compute(p, elements, oracle, true, true, &tiny);
    free(memory);
    return tiny.overwrites;
}

int ts_references_compute(ts_references *r, const ts_problem *p, const ts_value *slots, ts_oracle oracle,
                          double seconds)
{
    const ts_element *elements[TS_MAX_TENSORS];
    int rc = ts_elements_find(p, elements);
    double spent = 0;
    for (size_t i = 0; rc == TS_OK && i < r->planned && (i == 0 || spent + r->seconds < seconds); i++) {
        ts_answer *a = &r->answers[i];
        ts_answer_compute(p, elements, oracle, i == 0, overwrites(p, slots, elements, oracle, a->scalars), a);
        spent += a->seconds;
        if (i == 0)
            r->seconds = a->seconds;
        r->count = i + 1;
    }
    return rc;
}

void ts_references_seal(ts_references *r)
{
    mprotect(r, r->map_bytes, PROT_READ);
}

void ts_references_close(ts_references *r)
{
    if (r)
        munmap(r, r->map_bytes);
}
