/*
 * The lookup. A measured shape is found in an immutable table; any other shape in a small direct-mapped cache
 * of sequence-locked slots. Only a shape that is in neither walks the ladder, and only a variant seen for the
 * first time takes the lock.
 */
#include "runtime/internal.h"
#include <string.h>

static tsrt_slot *slot_of(ts_rt *rt, uint64_t hash)
{
    return &rt->slots[hash >> 55]; /* 64 - log2(TSRT_SLOTS) */
}
_Static_assert(TSRT_SLOTS == 1 << (64 - 55), "slot_of() takes the top bits of the hash");

/*
 * Loads of a slot are acquire and stores release, which is what orders them against `sequence` (Boehm, "Can
 * seqlocks get along with programming language memory models?", MSPC 2012, section 5: no fences are needed
 * then).
 */
static const tsrt_answer *recall(const tsrt_slot *slot, size_t family, const int64_t *dims, size_t count,
                                 tsrt_estimate *estimate)
{
    uint64_t before = atomic_load_explicit(&slot->sequence, memory_order_acquire);
    uint64_t differ =
        (before & 1) | (atomic_load_explicit(&slot->family, memory_order_acquire) ^ (family + 1));
    for (size_t i = 0; i < count; i++)
        differ |= (uint64_t)(atomic_load_explicit(&slot->dims[i], memory_order_acquire) ^ dims[i]);
    const tsrt_answer *answer = atomic_load_explicit(&slot->answer, memory_order_acquire);
    uint64_t bits = atomic_load_explicit(&slot->estimate, memory_order_acquire);
    memcpy(estimate, &bits, sizeof bits);
    differ |= before ^ atomic_load_explicit(&slot->sequence, memory_order_relaxed);
    return differ == 0 ? answer : NULL;
}

/* A slot that another thread is writing is left to it: the answer is only remembered, not lost. */
static void remember(tsrt_slot *slot, size_t family, const int64_t *dims, size_t count,
                     const tsrt_answer *answer, const tsrt_estimate *estimate)
{
    uint64_t bits;
    memcpy(&bits, estimate, sizeof bits);
    uint64_t sequence = atomic_load_explicit(&slot->sequence, memory_order_relaxed);
    if ((sequence & 1) != 0 ||
        !atomic_compare_exchange_strong_explicit(&slot->sequence, &sequence, sequence + 1,
                                                 memory_order_acquire, memory_order_relaxed))
        return;
    atomic_store_explicit(&slot->family, family + 1, memory_order_release);
    for (size_t i = 0; i < count; i++)
        atomic_store_explicit(&slot->dims[i], dims[i], memory_order_release);
    atomic_store_explicit(&slot->answer, answer, memory_order_release);
    atomic_store_explicit(&slot->estimate, bits, memory_order_release);
    atomic_store_explicit(&slot->sequence, sequence + 2, memory_order_release);
}

/* First time for this shape (or its slot was taken by another since): off the fast path on purpose. */
__attribute__((noinline)) static const tsrt_answer *resolve(ts_rt *rt, const tsrt_family *family,
                                                            tsrt_winner *exact, const int64_t *dims,
                                                            uint64_t hash, tsrt_estimate *estimate,
                                                            const char **why)
{
    for (size_t i = 0; i < family->dim_count; i++) {
        if (dims[i] < 0) {
            *why = "a dimension is negative";
            return NULL;
        }
    }
    *estimate = (tsrt_estimate){0};
    const tsrt_answer *answer = tsrt_ladder(rt, family, exact, dims, estimate, why);
    if (answer == NULL)
        return NULL;
    if (exact != NULL)
        atomic_store_explicit(&exact->answer, answer, memory_order_release);
    else
        remember(slot_of(rt, hash), (size_t)(family - rt->families), dims, family->dim_count, answer,
                 estimate);
    return answer;
}

const tsrt_answer *tsrt_lookup(ts_rt *rt, const tsrt_family *family, const int64_t *dims,
                               tsrt_estimate *estimate, const char **why)
{
    size_t f = (size_t)(family - rt->families), count = family->dim_count;
    uint64_t hash = tsrt_hash(f, dims, count);
    tsrt_winner *exact = tsrt_winner_find(rt, family, dims, hash);
    const tsrt_answer *answer = exact != NULL ? atomic_load_explicit(&exact->answer, memory_order_acquire)
                                              : recall(slot_of(rt, hash), f, dims, count, estimate);
    if (answer == NULL)
        answer = resolve(rt, family, exact, dims, hash, estimate, why);
    else if (exact != NULL)
        *estimate = (tsrt_estimate){0};
    return answer;
}

static int nothing(ts_rt_kernel *out, const char *why)
{
    *out = (ts_rt_kernel){.rung = TS_RT_DEFAULT, .why = why};
    return -1;
}

/* What the interpolation says of this shape; the answer itself is shared between shapes. */
static void add_estimate(ts_rt_kernel *out, const tsrt_family *family, const tsrt_estimate *e)
{
    out->confidence = (double)e->confidence;
    out->estimated_seconds = (double)e->seconds;
    if (family->factor > 0) {
        out->estimated_lo = (double)e->seconds / family->factor;
        out->estimated_hi = (double)e->seconds * family->factor;
    }
}

/* Out of line, for a program that is watched. */
__attribute__((noinline)) static void note_lookup(ts_rt *rt, const tsrt_family *family, const int64_t *dims)
{
    tsrt_site *site = tsrt_site_get(rt, family, dims);
    if (site != NULL)
        atomic_fetch_add_explicit(&site->lookups, 1, memory_order_relaxed);
}

/* The family of the arguments; NULL: there is none, and out->why says why. */
static const tsrt_family *family_of(const ts_rt *rt, const char *kernel, const char *type,
                                    const int64_t *dims, size_t dim_count, ts_rt_kernel *out)
{
    if (rt == NULL || kernel == NULL || type == NULL || (dims == NULL && dim_count > 0)) {
        nothing(out, "an argument of ts_rt_find() is NULL");
        return NULL;
    }
    const tsrt_family *family = tsrt_family_find(rt, kernel, type);
    if (family == NULL)
        nothing(out, "the database holds no winner of this kernel and type for this machine, and the "
                     "library has no default for it");
    else if (family->dim_count != dim_count)
        nothing(out, family->builtin != NULL
                         ? "gemm takes five dimensions: m, n, k, ta, tb"
                         : "the kernel's measured problems have another number of dimensions");
    return family != NULL && family->dim_count == dim_count ? family : NULL;
}

static int find(ts_rt *rt, const tsrt_family *family, const int64_t *dims, ts_rt_kernel *out)
{
    const char *why = NULL;
    tsrt_estimate estimate;
    const tsrt_answer *answer = tsrt_lookup(rt, family, dims, &estimate, &why);
    if (answer != NULL) {
        *out = answer->kernel;
        if (answer->kernel.rung == TS_RT_NEAREST)
            add_estimate(out, family, &estimate);
        return 0;
    }
    nothing(out, why);
    if (!rt->force) /* out of memory for an answer: the default needs none */
        out->function = tsrt_builtin_function(family, dims);
    return out->function != NULL ? 0 : -1;
}

int ts_rt_find(ts_rt *rt, const char *kernel, const char *type, const int64_t *dims, size_t dim_count,
               ts_rt_kernel *out)
{
    if (out == NULL)
        return -1;
    const tsrt_family *family = family_of(rt, kernel, type, dims, dim_count, out);
    if (rt == NULL || family == NULL) {
        if (rt != NULL)
            tsrt_count(rt, TSRT_MISSES, 1);
        return -1;
    }
    int rc = find(rt, family, dims, out);
    tsrt_count(rt, rc == 0 ? (tsrt_counter)out->rung : TSRT_MISSES, 1);
    if (rc == 0 && rt->sites != NULL)
        note_lookup(rt, family, dims);
    return rc;
}

const char *ts_rt_why(ts_rt *rt, const char *kernel, const char *type, const int64_t *dims, size_t dim_count)
{
    ts_rt_kernel found;
    const tsrt_family *family = family_of(rt, kernel, type, dims, dim_count, &found);
    if (rt != NULL && family != NULL)
        (void)find(rt, family, dims, &found);
    return found.why != NULL ? found.why : "nothing is known about it";
}
