/*
 * Shapes that were not measured: the measured ones vote. A winner's vote for its variant weighs
 * (1 + d^2)^-2, d being the Euclidean distance of the base-2 logarithms of the dimensions, and 0 beyond a
 * factor of 8 in any dimension (kernel regression: Nadaraya, "On estimating regression", Theory Probab. Appl.
 * 9, 1964; a rational kernel, because it needs no exponential on the way of a lookup). docs/runtime.md
 * defends both.
 */
#include "runtime/internal.h"
#include <math.h>
#include <string.h>

/** log2 of the largest ratio in any one dimension across which a measured shape still speaks for another. */
#define REACH 3.0
/** Variants that may stand for election; later ones of a larger family only lend their times. */
#define CANDIDATES 256
/** The weight of what was not measured: one observation at a distance of a factor of 2. */
#define UNSEEN 0.25

bool tsrt_general(const tsrt_family *family, const tsrt_winner *winner, const int64_t *dims)
{
    if (winner->general == NULL ||
        atomic_load_explicit(&winner->general->state, memory_order_acquire) == TSRT_FAILED)
        return false;
    for (size_t i = 0; i < family->dim_count; i++)
        if (!family->free[i] && winner->dims[i] != dims[i])
            return false;
    return true;
}

static void logs_of(const tsrt_family *family, const int64_t *dims, double *logs)
{
    for (size_t i = 0; i < family->dim_count; i++)
        logs[i] = family->free[i] ? log2(dims[i] > 1 ? (double)dims[i] : 1.0) : 0;
}

/* Squared distance; infinite beyond the reach in any dimension. */
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

static double weight(double squared)
{
    double inverse = 1 / (1 + squared);
    return inverse * inverse;
}

/* log2 of the product of the free dimensions. */
static double volume(const tsrt_family *family, const double *logs)
{
    double sum = 0;
    for (size_t i = 0; i < family->dim_count; i++)
        sum += family->free[i] ? logs[i] : 0;
    return sum;
}

/* Where the votes go, and what the voters' times say. */
typedef struct poll {
    double votes[CANDIDATES];
    double total;       /**< of the weights */
    double timed, rate; /**< of the weights of those whose own time is known, and of these times log2(seconds
                           per volume) */
} poll;

static void count_vote(poll *p, const tsrt_family *family, const tsrt_winner *w, double weighs)
{
    if (w->general->number < CANDIDATES)
        p->votes[w->general->number] += weighs;
    p->total += weighs;
    if (w->general != w->variant)
        return; /* what stands for a winner was not timed like one */
    p->timed += weighs;
    p->rate += weighs * (w->log_seconds - volume(family, w->logs));
}

static void conclude(const tsrt_family *family, const poll *p, const tsrt_winner *chosen, const double *logs,
                     tsrt_estimate *out)
{
    double won = chosen->general->number < CANDIDATES ? p->votes[chosen->general->number] : 0;
    out->confidence = (float)(won / (p->total + UNSEEN));
    out->seconds =
        family->monomial && p->timed > 0 ? (float)exp2(p->rate / p->timed + volume(family, logs)) : 0;
}

/* Its variant has more votes; among the winners of one variant the nearest speaks, then the larger problem.
 */
static bool ahead(const poll *p, const tsrt_winner *a, double da, const tsrt_winner *b, double db)
{
    unsigned x = a->general->number, y = b->general->number;
    double va = x < CANDIDATES ? p->votes[x] : 0, vb = y < CANDIDATES ? p->votes[y] : 0;
    if (va != vb)
        return va > vb;
    return da != db ? da < db : a->flops > b->flops;
}

const tsrt_winner *tsrt_model_choose(const ts_rt *rt, const tsrt_family *family, const int64_t *dims,
                                     tsrt_estimate *estimate)
{
    double logs[TSRT_MAX_DIMS];
    poll p;
    memset(p.votes, 0, sizeof *p.votes * (family->variants < CANDIDATES ? family->variants : CANDIDATES));
    p.total = p.timed = p.rate = 0;
    logs_of(family, dims, logs);
    const tsrt_winner *best = NULL, *first = &rt->winners[family->first];
    for (const tsrt_winner *w = first; w < first + family->count; w++) {
        double d = tsrt_general(family, w, dims) ? distance(family, w, logs) : INFINITY;
        if (d < INFINITY)
            count_vote(&p, family, w, weight(d));
    }
    double best_distance = INFINITY;
    for (const tsrt_winner *w = first; p.total > 0 && w < first + family->count; w++) {
        double d = tsrt_general(family, w, dims) ? distance(family, w, logs) : INFINITY;
        if (d < INFINITY && (best == NULL || ahead(&p, w, d, best, best_distance))) {
            best = w;
            best_distance = d;
        }
    }
    if (best != NULL)
        conclude(family, &p, best, logs, estimate);
    return best;
}

/* ---- the neighbours, for adaptation
 * ------------------------------------------------------------------------------ */

static bool listed(tsrt_variant *const *list, size_t count, const tsrt_variant *variant)
{
    while (count > 0)
        if (list[--count] == variant)
            return true;
    return false;
}

size_t tsrt_model_neighbours(const ts_rt *rt, const tsrt_family *family, const int64_t *dims,
                             tsrt_variant **out, size_t limit)
{
    double logs[TSRT_MAX_DIMS];
    logs_of(family, dims, logs);
    size_t count = 0;
    for (bool found = true; found && count < limit;) {
        double nearest = INFINITY;
        found = false;
        for (size_t i = 0; i < family->count; i++) {
            const tsrt_winner *w = &rt->winners[family->first + i];
            double d = tsrt_general(family, w, dims) ? distance(family, w, logs) : INFINITY;
            if (d < nearest && !listed(out, count, w->general)) {
                out[count] = w->general;
                nearest = d;
                found = true;
            }
        }
        count += found;
    }
    return count;
}

/* ---- what the winners say of each other
 * --------------------------------------------------------------------------- */

/* Is flops / volume one constant? Then a time per volume can be carried from shape to shape. */
static bool is_monomial(const ts_rt *rt, const tsrt_family *family)
{
    double first = 0;
    for (size_t i = 0; i < family->count; i++) {
        const tsrt_winner *w = &rt->winners[family->first + i];
        double share = log2(w->flops) - volume(family, w->logs);
        if (!(w->flops > 0) || (i > 0 && fabs(share - first) > 0.02))
            return false;
        first = i > 0 ? first : share;
    }
    return family->count > 0;
}

/* |log time - what the others predict| of one winner; negative: no other is within reach. */
static double surprise(const ts_rt *rt, const tsrt_family *family, const tsrt_winner *left_out)
{
    double total = 0, rate = 0;
    for (size_t i = 0; i < family->count; i++) {
        const tsrt_winner *w = &rt->winners[family->first + i];
        double d = w != left_out && w->general == w->variant && tsrt_general(family, w, left_out->dims)
                       ? distance(family, w, left_out->logs)
                       : INFINITY;
        if (d == INFINITY)
            continue;
        total += weight(d);
        rate += weight(d) * (w->log_seconds - volume(family, w->logs));
    }
    double predicted = rate / total + volume(family, left_out->logs);
    return total > 0 ? fabs(predicted - left_out->log_seconds) * M_LN2 : -1;
}

/* Leave-one-out (Stone, J. R. Stat. Soc. B 36, 1974), the normal 95 % factor on the root mean square; of at
 * most LIMIT winners, because it takes their number squared. */
static double leave_one_out(const ts_rt *rt, const tsrt_family *family)
{
    enum { LIMIT = 512, LEAST = 4 };
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < family->count && i < LIMIT; i++) {
        double off = surprise(rt, family, &rt->winners[family->first + i]);
        if (off < 0)
            continue;
        sum += off * off;
        count++;
    }
    return count >= LEAST ? exp(1.96 * sqrt(sum / (double)count)) : 0;
}

void tsrt_model_fit(ts_rt *rt)
{
    for (size_t i = 0; i < rt->family_count; i++) {
        tsrt_family *family = &rt->families[i];
        family->monomial = is_monomial(rt, family);
        family->factor = family->monomial ? leave_one_out(rt, family) : 0;
    }
}
