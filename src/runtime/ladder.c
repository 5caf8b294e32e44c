/*
 * The ladder: exact shape, nearest measured shape, family default, built-in default. docs/runtime.md defines
 * and defends the distance and the cut-off.
 */
#include "runtime/internal.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/** log2 of the largest ratio in any one dimension across which a measured shape still speaks for another: a
 * factor of 8. */
#define REACH 3.0

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

/* Can this winner serve other shapes of these types of problem? */
static bool general(const tsrt_family *family, const tsrt_winner *winner, const int64_t *dims)
{
    return !winner->variant->fixed_shape && state_of(winner->variant) != TSRT_FAILED &&
           same_types(family, winner->dims, dims);
}

/* Squared Euclidean distance of the logarithms; infinite beyond the reach in any dimension. */
static double distance(const tsrt_family *family, const tsrt_winner *winner, const double *logs)
{
    double sum = 0;
    for (size_t i = 0; i < family->dim_count; i++) {
        double d = family->free[i] ? winner->logs[i] - logs[i] : 0;
        if (fabs(d) > REACH)
            return INFINITY;
        sum += d * d;
    }
    return sum;
}

static const tsrt_winner *nearest(const ts_rt *rt, const tsrt_family *family, const int64_t *dims)
{
    double logs[TSRT_MAX_DIMS], best_distance = INFINITY;
    for (size_t i = 0; i < family->dim_count; i++)
        logs[i] = log2(dims[i] > 1 ? (double)dims[i] : 1.0);
    const tsrt_winner *best = NULL;
    for (size_t i = 0; i < family->count; i++) {
        const tsrt_winner *w = &rt->winners[family->first + i];
        if (!general(family, w, dims))
            continue;
        double d = distance(family, w, logs);
        if (d < best_distance || (best != NULL && d == best_distance && w->flops > best->flops)) {
            best = w;
            best_distance = d;
        }
    }
    return best;
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
        if (general(family, w, dims) && (best == NULL || better_default(w->variant, best->variant)))
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

static const char *explain_winner(ts_rt *rt, const tsrt_family *family, ts_rt_rung rung, const tsrt_winner *w)
{
    if (rung == TS_RT_EXACT)
        return tsrt_format(&rt->arena,
                           "exact: measured on this machine for %s at %.4g us per call (variant %.8s)",
                           w->problem, w->seconds * 1e6, w->variant->id);
    if (rung == TS_RT_NEAREST)
        return tsrt_format(&rt->arena,
                           "nearest: the winner for %s, the nearest measured shape, within a factor of 8 in "
                           "every dimension; its "
                           "time for this shape is unmeasured (variant %.8s)",
                           w->problem, w->variant->id);
    return tsrt_format(&rt->arena,
                       "family default: the winner of %zu of %zu measured shapes, %s among them; no usable "
                       "shape was measured "
                       "within a factor of 8, and its time for this one is unmeasured (variant %.8s)",
                       w->variant->wins, measured_shapes(rt, family, w->dims), w->problem, w->variant->id);
}

static const char *explain(ts_rt *rt, const tsrt_family *family, const tsrt_answer *answer)
{
    const char *main;
    if (answer->winner != NULL)
        main = explain_winner(rt, family, answer->kernel.rung, answer->winner);
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
                                        const tsrt_winner *w, const tsrt_variant *failed)
{
    tsrt_answer key = {.kernel = {.function = w->variant->function,
                                  .prepare = w->variant->prepare,
                                  .threads = w->threads,
                                  .max_error = w->max_error,
                                  .workspace_bytes = w->variant->workspace_bytes,
                                  .huge_pages = w->variant->huge_pages,
                                  .rung = rung,
                                  .expected_seconds = rung == TS_RT_EXACT ? w->seconds : 0},
                       .winner = w,
                       .failed = failed};
    return answer_get(rt, family, &key);
}

/* A general variant of these types of problem that an earlier lookup failed to load. */
static const tsrt_variant *failed_before(const ts_rt *rt, const tsrt_family *family, const int64_t *dims)
{
    for (size_t i = 0; i < family->count; i++) {
        const tsrt_winner *w = &rt->winners[family->first + i];
        if (!w->variant->fixed_shape && same_types(family, w->dims, dims) &&
            state_of(w->variant) == TSRT_FAILED)
            return w->variant;
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

const tsrt_answer *tsrt_ladder(ts_rt *rt, const tsrt_family *family, tsrt_winner *exact, const int64_t *dims,
                               const char **why)
{
    const tsrt_variant *failed = NULL;
    for (ts_rt_rung rung = TS_RT_EXACT; rung < TS_RT_DEFAULT; rung++) {
        const tsrt_winner *w = exact;
        if (rung != TS_RT_EXACT)
            w = family->free_dims == 0  ? NULL
                : rung == TS_RT_NEAREST ? nearest(rt, family, dims)
                                        : family_default(rt, family, dims);
        if (w == NULL)
            continue;
        const tsrt_answer *answer = load(rt, w->variant) ? winner_answer(rt, family, rung, w, failed) : NULL;
        if (answer != NULL)
            return answer;
        if (failed == NULL && state_of(w->variant) == TSRT_FAILED)
            failed = w->variant;
    }
    return default_answer(rt, family, dims, failed, why);
}
