/*
 * The ladder: exact shape, nearest measured shape, family default, built-in default. docs/runtime.md defines
 * and defends the distance and the cut-off.
 */
#include "runtime/internal.h"
#include <string.h>

static tsrt_state state_of(const tsrt_variant *variant)
{
    return (tsrt_state)atomic_load_explicit(&variant->state, memory_order_acquire);
}

static bool same_types(const tsrt_family *family, const int64_t *a, const int64_t *b)
{
    for (size_t i = 0; i < family->dim_count; i++)
        if (!family->free[i] && a[i] != b[i])
            return false;
    return true;
}

/* Most wins; then the winner of the largest problem, where the time goes; then by id, so that the choice is
 * repeatable. */
static bool better_default(const tsrt_variant *a, const tsrt_variant *b)
{
    if (a->wins != b->wins)
        return a->wins > b->wins;
    if (a->largest_flops != b->largest_flops)
        return a->largest_flops > b->largest_flops;
    return strcmp(a->id, b->id) < 0;
}

static const tsrt_winner *family_default(const ts_rt *rt, const tsrt_family *family, const int64_t *dims)
{
    const tsrt_winner *best = NULL;
    for (size_t i = 0; i < family->count; i++) {
        const tsrt_winner *w = &rt->winners[family->first + i];
        if (tsrt_general(family, w, dims) && (best == NULL || better_default(w->general, best->general)))
            best = w;
    }
    return best;
}

static bool load(ts_rt *rt, tsrt_variant *variant)
{
    if (state_of(variant) == TSRT_UNTRIED) {
        pthread_mutex_lock(&rt->lock);
        if (state_of(variant) == TSRT_UNTRIED)
            tsrt_variant_load(rt, variant);
        pthread_mutex_unlock(&rt->lock);
    }
    return state_of(variant) == TSRT_LOADED;
}

/* ---- answers
 * ------------------------------------------------------------------------------------------------ */

static size_t measured_shapes(const ts_rt *rt, const tsrt_family *family, const int64_t *dims)
{
    size_t count = 0;
    for (size_t i = 0; i < family->count; i++)
        count += same_types(family, rt->winners[family->first + i].dims, dims);
    return count;
}

static const char *explain_winner(ts_rt *rt, const tsrt_family *family, const tsrt_answer *answer)
{
    const ts_rt_rung rung = answer->kernel.rung;
    const tsrt_winner *w = answer->winner;
    const tsrt_variant *variant = answer->variant;
    if (rung == TS_RT_PINNED)
        return tsrt_format(
            &rt->arena,
            "pinned: %s names variant %.8s, %s for %s; what the ladder would answer was not asked",
            rt->force ? "force" : "pin", variant->id,
            variant == w->variant ? "the winner" : "kept beside the winner", w->problem);
    if (rung == TS_RT_EXACT)
        return tsrt_format(&rt->arena,
                           "exact: measured on this machine for %s at %.4g us per call (variant %.8s)",
                           w->problem, w->seconds * 1e6, variant->id);
    if (rung == TS_RT_NEAREST)
        return tsrt_format(&rt->arena,
                           "nearest: the %s for %s and, by weight of nearness, for most of the measured "
                           "shapes within a factor of 8 in every dimension; its time for this shape is "
                           "unmeasured (variant %.8s)",
                           variant == w->variant ? "winner" : "best that isn't compiled for one shape",
                           w->problem, variant->id);
    return tsrt_format(&rt->arena,
                       "family default: answers for %zu of %zu measured shapes, %s among them; no usable "
                       "shape was measured "
                       "within a factor of 8, and its time for this one is unmeasured (variant %.8s)",
                       variant->wins, measured_shapes(rt, family, w->dims), w->problem, variant->id);
}

static const char *explain(ts_rt *rt, const tsrt_family *family, const tsrt_answer *answer)
{
    const char *main;
    if (answer->winner != NULL)
        main = explain_winner(rt, family, answer);
    else if (answer->failed == NULL)
        main =
            tsrt_format(&rt->arena, "built-in default, unmeasured: %s",
                        rt->winner_count == 0
                            ? rt->status
                            : "no general winner of this machine covers this kernel, type and transposition");
    else
        main = "built-in default, unmeasured: the tuned variants cannot be loaded";
    if (main == NULL || answer->failed == NULL)
        return main;
    return tsrt_format(&rt->arena, "%s; variant %.8s was passed over: %s", main, answer->failed->id,
                       answer->failed->failure);
}

static const tsrt_answer *answer_known(ts_rt *rt, const tsrt_answer *key)
{
    const tsrt_answer *a = atomic_load_explicit(&rt->answers, memory_order_acquire);
    while (a != NULL && (a->kernel.rung != key->kernel.rung || a->winner != key->winner ||
                         a->failed != key->failed || a->kernel.function != key->kernel.function))
        a = a->next;
    return a;
}

/* The caller holds the lock. */
static const tsrt_answer *answer_add(ts_rt *rt, const tsrt_family *family, const tsrt_answer *key)
{
    tsrt_answer *answer = tsrt_alloc(&rt->arena, sizeof *answer);
    if (answer == NULL)
        return NULL;
    *answer = *key;
    answer->kernel.why = explain(rt, family, answer);
    if (answer->kernel.why == NULL)
        answer->kernel.why = "out of memory while explaining";
    answer->next = atomic_load_explicit(&rt->answers, memory_order_relaxed);
    atomic_store_explicit(&rt->answers, answer, memory_order_release);
    return answer;
}

static const tsrt_answer *answer_get(ts_rt *rt, const tsrt_family *family, const tsrt_answer *key)
{
    const tsrt_answer *answer = answer_known(rt, key);
    if (answer != NULL)
        return answer;
    pthread_mutex_lock(&rt->lock);
    answer = answer_known(rt, key);
    if (answer == NULL)
        answer = answer_add(rt, family, key);
    pthread_mutex_unlock(&rt->lock);
    return answer;
}

static const tsrt_answer *winner_answer(ts_rt *rt, const tsrt_family *family, ts_rt_rung rung,
                                        const tsrt_winner *w, tsrt_variant *variant,
                                        const tsrt_variant *failed)
{
    tsrt_answer key = {.kernel = {.function = variant->function,
                                  .prepare = variant->prepare,
                                  .threads = w->threads,
                                  .max_error = w->max_error,
                                  .workspace_bytes = variant->workspace_bytes,
                                  .huge_pages = variant->huge_pages,
                                  .rung = rung,
                                  .variant = variant->id,
                                  .confidence = rung == TS_RT_EXACT,
                                  .expected_seconds = rung == TS_RT_EXACT ? w->seconds : 0},
                       .winner = w,
                       .variant = variant,
                       .failed = failed};
    return answer_get(rt, family, &key);
}

/* A general variant of these types of problem that an earlier lookup failed to load. */
static const tsrt_variant *failed_before(const ts_rt *rt, const tsrt_family *family, const int64_t *dims)
{
    for (size_t i = 0; rt->winners != NULL && i < family->count; i++) {
        const tsrt_winner *w = &rt->winners[family->first + i];
        if (w->general != NULL && same_types(family, w->dims, dims) && state_of(w->general) == TSRT_FAILED)
            return w->general;
    }
    return NULL;
}

/* ---- the walk
 * ----------------------------------------------------------------------------------------------- */

static const tsrt_answer *default_answer(ts_rt *rt, const tsrt_family *family, const int64_t *dims,
                                         const tsrt_variant *failed, const char **why)
{
    if (failed == NULL)
        failed = failed_before(rt, family, dims);
    if (family->builtin == NULL) {
        *why = failed != NULL ? failed->failure
                              : "this shape was not measured on this machine, and the library has no default "
                                "for the kernel";
        return NULL;
    }
    tsrt_answer key = {
        .kernel = {.function = tsrt_builtin_function(family, dims), .rung = TS_RT_DEFAULT, .threads = 1},
        .failed = failed};
    if (key.kernel.function == NULL) {
        *why = "a type of problem (ta, tb) is neither 0 nor 1";
        return NULL;
    }
    const tsrt_answer *answer = answer_get(rt, family, &key);
    if (answer == NULL)
        *why = "out of memory";
    return answer;
}

/* The winner on this rung; NULL: the rung doesn't hold. */
static const tsrt_winner *on_rung(const ts_rt *rt, const tsrt_family *family, ts_rt_rung rung,
                                  const tsrt_winner *exact, const int64_t *dims, tsrt_estimate *estimate)
{
    if (rung == TS_RT_EXACT)
        return exact;
    if (family->free_dims == 0 || (rt->flags & TS_RT_EXACT_ONLY) != 0)
        return NULL;
    return rung == TS_RT_NEAREST ? tsrt_model_choose(rt, family, dims, estimate)
                                 : family_default(rt, family, dims);
}

/* A winner of the pinned variant that serves these dims: the one for this shape, else any if it is general.
 */
static const tsrt_winner *pinned(const ts_rt *rt, const tsrt_family *family, const tsrt_winner *exact,
                                 const int64_t *dims, tsrt_variant **variant)
{
    if (exact != NULL && tsrt_pinned(rt, exact->variant)) {
        *variant = exact->variant;
        return exact;
    }
    for (size_t i = 0; i < family->count; i++) {
        const tsrt_winner *w = &rt->winners[family->first + i];
        if (tsrt_general(family, w, dims) && tsrt_pinned(rt, w->general)) {
            *variant = w->general;
            return w;
        }
    }
    return NULL;
}

/* What pin or force has to say; NULL with *why: force says that nothing answers; NULL without: ask the
 * ladder. */
static const tsrt_answer *pinned_answer(ts_rt *rt, const tsrt_family *family, const tsrt_winner *exact,
                                        const int64_t *dims, const tsrt_variant **failed, const char **why)
{
    tsrt_variant *variant = NULL;
    const tsrt_winner *w = pinned(rt, family, exact, dims, &variant);
    if (w != NULL && load(rt, variant))
        return winner_answer(rt, family, TS_RT_PINNED, w, variant, NULL);
    if (w != NULL)
        *failed = variant;
    if (rt->force)
        *why = w != NULL ? variant->failure
                         : "the variant that force names is not among the winners that may serve this shape";
    return NULL;
}

const tsrt_answer *tsrt_ladder(ts_rt *rt, const tsrt_family *family, tsrt_winner *exact, const int64_t *dims,
                               tsrt_estimate *estimate, const char **why)
{
    const tsrt_variant *failed = NULL;
    if (rt->pin != NULL) {
        const tsrt_answer *answer = pinned_answer(rt, family, exact, dims, &failed, why);
        if (answer != NULL || rt->force)
            return answer;
    }
    for (ts_rt_rung rung = TS_RT_EXACT; rung < TS_RT_DEFAULT; rung++) {
        const tsrt_winner *w = on_rung(rt, family, rung, exact, dims, estimate);
        if (w == NULL)
            continue;
        tsrt_variant *variant = rung == TS_RT_EXACT ? w->variant : w->general;
        const tsrt_answer *answer =
            load(rt, variant) ? winner_answer(rt, family, rung, w, variant, failed) : NULL;
        if (answer != NULL)
            return answer;
        *estimate = (tsrt_estimate){0};
        if (failed == NULL && state_of(variant) == TSRT_FAILED)
            failed = variant;
    }
    return default_answer(rt, family, dims, failed, why);
}
