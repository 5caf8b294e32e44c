/* See verify.h. */
#include "build/verify.h"

#include "build/verify_check.h"

#include <stdlib.h>
#include <string.h>

enum { WORKSPACE_ALIGN = 64, PADDING_LIMIT = 19, FIXED_RUNS = 3, STAGGER = 17 * 64 };
static const uint64_t padding_seed = 4211, noise_seed = 7433;

/* How one run lays its operands out. */
typedef struct ts_run {
    ts_position position;
    bool padded;
} ts_run;

int ts_verifier_open(const ts_problem *problem, const ts_value *slots, const ts_references *references,
                     ts_oracle oracle, ts_board *board, ts_verifier *out)
{
    *out = (ts_verifier){
        .problem = problem, .slots = slots, .references = references, .oracle = oracle, .board = board};
    return ts_elements_find(problem, out->elements);
}

void ts_verifier_close(ts_verifier *v)
{
    for (size_t i = 0; i < v->remembered_count; i++)
        free(v->remembered[i].memory);
    for (size_t t = 0; t < v->problem->kernel->tensor_count; t++)
        ts_guarded_close(&v->tensors[t]);
    ts_guarded_close(&v->workspaces[0]);
    ts_guarded_close(&v->workspaces[1]);
}

/* ---- answers --------------------------------------------------------------------------------- */

static int new_answer(ts_verifier *v, const int64_t *dims, const double *scalars, ts_answer *a)
{
    size_t bytes;
    int rc = ts_answer_shape(v->problem, v->slots, dims, a);
    if (rc == TS_OK)
        rc = ts_answer_bytes(v->problem, a, false, &bytes);
    if (rc != TS_OK)
        return rc;
    a->memory = aligned_alloc(WORKSPACE_ALIGN, bytes + WORKSPACE_ALIGN);
    if (!a->memory)
        return ts_fail(TS_ENOMEM, "out of memory while computing a reference result");
    memcpy(a->scalars, scalars, sizeof a->scalars);
    ts_answer_attach(v->problem, a, a->memory, NULL);
    v->board->phase = TS_PHASE_REFERENCE;
    ts_answer_compute(v->problem, v->elements, v->oracle, true, true, a);
    return TS_OK;
}

static bool is_answer_to(const ts_answer *a, const ts_kernel *k, const int64_t *dims, const double *scalars)
{
    if (memcmp(a->dims, dims, k->dim_count * sizeof *dims) != 0)
        return false;
    for (size_t i = 0; i < k->scalar_count; i++)
        if (a->scalars[i] != scalars[i])
            return false;
    return true;
}

/* The answer at these dimensions and scalars: remembered, since configurations share many of their sizes. */
static int small_answer(ts_verifier *v, const int64_t *dims, size_t set, const ts_answer **out)
{
    const ts_kernel *k = v->problem->kernel;
    double scalars[TS_MAX_SCALARS] = {0};
    ts_scalar_set(k, set, scalars);
    for (size_t i = 0; i < v->remembered_count; i++) {
        const ts_answer *a = &v->remembered[i];
        if (is_answer_to(a, k, dims, scalars)) {
            *out = a;
            return TS_OK;
        }
    }
    ts_answer fresh;
    int rc = new_answer(v, dims, scalars, &fresh);
    if (rc != TS_OK)
        return rc;
    ts_answer *into = &v->remembered[v->next];
    if (v->remembered_count < TS_REMEMBERED)
        v->remembered_count++;
    else
        free(into->memory);
    v->next = (v->next + 1) % TS_REMEMBERED;
    *into = fresh;
    *out = into;
    return TS_OK;
}

/* ---- placing operands ------------------------------------------------------------------------ */

static int make_room(ts_guarded *g, size_t bytes, bool huge)
{
    if (g->map && g->room_bytes >= bytes + 4096)
        return TS_OK;
    ts_guarded_close(g);
    return ts_guarded_open(bytes, huge, g);
}

static void post_zone(const ts_verifier *v, size_t index, const ts_guarded *g)
{
    v->board->zones[index] = (ts_zone){(uintptr_t)g->map, (uintptr_t)g->start, (uintptr_t)g->start + g->bytes,
                                       (uintptr_t)g->map + g->map_bytes};
}

/* The contents before a call, where the tensor lies now. */
static void fill_placed(const ts_verifier *v, const ts_answer *a, size_t t)
{
    const ts_sheet *s = &a->sheets[t];
    char *to = v->call.tensor[t];
    for (size_t r = 0; r < s->rows; r++)
        memcpy(to + r * (size_t)v->call.ld[t] * s->size, s->initial + r * s->length * s->size,
               s->length * s->size);
}

static int place_tensor(ts_verifier *v, const ts_answer *a, size_t t, const ts_run *run)
{
    const ts_sheet *s = &a->sheets[t];
    const size_t size = s->size;
    ts_guarded *g = &v->tensors[t];
    size_t padding =
        run->padded && v->problem->kernel->tensors[t].ld ? 1 + ts_rng_below(&v->rng, PADDING_LIMIT) : 0;
    size_t ld = s->length + padding, bytes = ((s->rows - 1) * ld + s->length) * size;
    int rc = make_room(g, bytes, false);
    if (rc != TS_OK)
        return rc;
    ts_guarded_place(g, bytes, size, run->position, (t + 1) * STAGGER);
    v->call.tensor[t] = g->start;
    v->call.ld[t] = (int64_t)ld;
    fill_placed(v, a, t);
    for (size_t r = 0; r + 1 < s->rows; r++)
        ts_canary_paint(g->start + (r * ld + s->length) * size, padding * size);
    post_zone(v, t, g);
    return TS_OK;
}

static int place_workspace(ts_verifier *v, const ts_subject *s, const ts_run *run)
{
    size_t bytes = s->workspace_bytes > 0 ? (size_t)s->workspace_bytes : 0;
    ts_guarded *g = &v->workspaces[s->huge_pages];
    int rc = make_room(g, bytes, s->huge_pages);
    if (rc != TS_OK)
        return rc;
    ts_guarded_place(g, bytes, WORKSPACE_ALIGN, run->position, 0);
    memset(g->start, 0xff, bytes); /* NaNs: a variant must not count on zeros */
    v->workspace = g;
    v->call.workspace = g->start;
    post_zone(v, v->problem->kernel->tensor_count, g);
    return TS_OK;
}

/* ---- runs ------------------------------------------------------------------------------------ */

/*
 * Preparing may read the constant operands and nothing else: it finds noise in the others, which come only
 * afterwards, so that a variant that does the work of a call beforehand gives wrong results.
 */
static bool prepare(ts_verifier *v, const ts_subject *s, const ts_answer *a, ts_accuracy *accuracy,
                    ts_str *reason)
{
    const ts_kernel *k = v->problem->kernel;
    for (size_t t = 0; t < k->tensor_count; t++) {
        const ts_sheet *sheet = &a->sheets[t];
        char *to = v->call.tensor[t];
        for (size_t r = 0; r < sheet->rows && !k->tensors[t].constant; r++)
            ts_element_fill_noise(v->elements[t], to + r * (size_t)v->call.ld[t] * sheet->size,
                                  noise_seed + r, sheet->length);
    }
    v->board->phase = TS_PHASE_PREPARE;
    s->prepare(&v->call);
    for (size_t t = 0; t < k->tensor_count; t++)
        if (!k->tensors[t].constant)
            fill_placed(v, a, t);
    v->board->phase = TS_PHASE_VERIFY;
    if (ts_verify_check(v, a, false, accuracy, reason))
        return true;
    ts_str_append(reason, " while it prepared");
    return false;
}

/* What was prepared must last: a second call on the same operands gives the same. */
static bool call_again(ts_verifier *v, const ts_subject *s, const ts_answer *a, ts_accuracy *accuracy,
                       ts_str *reason)
{
    for (size_t t = 0; t < v->problem->kernel->tensor_count; t++)
        if (a->sheets[t].expected)
            fill_placed(v, a, t);
    s->call(&v->call);
    if (ts_verify_check(v, a, true, accuracy, reason))
        return true;
    ts_str_append(reason, " when called again without another preparation");
    return false;
}

static int place_all(ts_verifier *v, const ts_subject *s, const ts_answer *a, const ts_run *run)
{
    int rc = TS_OK;
    for (size_t t = 0; t < v->problem->kernel->tensor_count && rc == TS_OK; t++)
        rc = place_tensor(v, a, t, run);
    if (rc == TS_OK)
        rc = place_workspace(v, s, run);
    memcpy(v->call.dim, a->dims, sizeof v->call.dim);
    memcpy(v->call.scalar, a->scalars, sizeof v->call.scalar);
    memcpy(v->board->dims, a->dims, sizeof v->board->dims);
    return rc;
}

static int run_once(ts_verifier *v, const ts_subject *s, const ts_answer *a, const ts_run *run,
                    ts_accuracy *accuracy, ts_str *reason)
{
    int rc = place_all(v, s, a, run);
    if (rc != TS_OK)
        return rc;
    v->board->phase = TS_PHASE_VERIFY;
    if (s->prepare && !prepare(v, s, a, accuracy, reason))
        return 0;
    s->call(&v->call);
    if (!ts_verify_check(v, a, true, accuracy, reason))
        return 0;
    return s->prepare && !call_again(v, s, a, accuracy, reason) ? 0 : 1;
}

/* Every small size and every set of scalars at least once, and each size flush against either zone in turn.
 */
static int run_cases(ts_verifier *v, const ts_subject *s, ts_accuracy *accuracy, ts_str *reason)
{
    size_t sets = ts_scalar_sets(v->problem->kernel), runs = s->case_count > sets ? s->case_count : sets;
    int rc = 1;
    for (size_t i = 0; i < (s->case_count ? runs : 0) && rc == 1; i++) {
        const ts_answer *a;
        ts_run run = {i % 2 ? TS_AT_START : TS_AT_END, i % 3 != 0};
        rc = small_answer(v, s->cases[i % s->case_count], i % sets, &a);
        if (rc == TS_OK)
            rc = run_once(v, s, a, &run, accuracy, reason);
    }
    return rc;
}

/* At the asked size: once where smaller sizes were tried, with every set of scalars where this is the only
 * size. */
static int run_asked(ts_verifier *v, const ts_subject *s, size_t runs, ts_accuracy *accuracy, ts_str *reason)
{
    const ts_references *known = v->references;
    size_t first = ts_rng_below(&v->rng, known->count);
    int rc = 1;
    for (size_t i = 0; i < runs && rc == 1; i++) {
        ts_run run = {i % 2 ? TS_AT_START : TS_AT_END, i != 1};
        rc = run_once(v, s, &known->answers[(first + i) % known->count], &run, accuracy, reason);
    }
    return rc;
}

int ts_verify_for_timing(ts_verifier *v, const ts_subject *s, ts_accuracy *accuracy, ts_str *reason)
{
    return run_once(v, s, &v->references->answers[0], &(ts_run){TS_AT_ALIGNED, false}, accuracy, reason);
}

static size_t asked_runs(const ts_verifier *v, const ts_subject *s)
{
    if (s->fixed_shape)
        return v->references->count > FIXED_RUNS ? v->references->count : FIXED_RUNS;
    return s->case_count ? 1 : 2;
}

static int verify(ts_verifier *v, const ts_subject *s, bool cases, ts_accuracy *accuracy, ts_str *reason)
{
    *accuracy = (ts_accuracy){0};
    ts_rng_seed(&v->rng, padding_seed);
    int rc = cases && !s->fixed_shape ? run_cases(v, s, accuracy, reason) : 1;
    if (rc == 1)
        rc = run_asked(v, s, cases ? asked_runs(v, s) : 1, accuracy, reason);
    if (rc == 1)
        rc = ts_verify_for_timing(v, s, accuracy, reason);
    v->board->phase = TS_PHASE_IDLE;
    return rc;
}

int ts_verify_variant(ts_verifier *v, const ts_subject *s, ts_accuracy *accuracy, ts_str *reason)
{
    return verify(v, s, true, accuracy, reason);
}

int ts_verify_asked(ts_verifier *v, const ts_subject *s, ts_accuracy *accuracy, ts_str *reason)
{
    return verify(v, s, false, accuracy, reason);
}

int ts_verify_after(ts_verifier *v, ts_accuracy *accuracy, ts_str *reason)
{
    const ts_answer *a = &v->references->answers[0];
    if (ts_verify_check(v, a, a->overwrites, accuracy, reason))
        return 1;
    ts_str_append(reason, " after repeated calls");
    return 0;
}
