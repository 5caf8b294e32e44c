/*
 * Calls that are watched: timed for the capture and, if the program asked for it, an occasion to try another
 * variant. The policy is the bandit's; here are the candidates, the clock and the locks.
 */
#include "runtime/live.h"
#include <math.h>
#include <string.h>

/* What watching a call may cost of it: two readings of the clock, a look into the table and two logarithms
 * take 120 ns. */
#define WATCH_SHARE   0.005
#define WATCH_SECONDS 120e-9
/* A program that is killed loses no more of its capture than this. */
#define CAPTURE_SECONDS 60.0
/* Calls that the energy counter can tell apart: ten of its steps of a millisecond. */
#define ENERGY_SECONDS 10e-3

/* ---- candidates
 * --------------------------------------------------------------------------------------------- */

static void add_arm(ts_rt *rt, tsrt_site *site, size_t *count, tsrt_variant *variant)
{
    if (*count == TSRT_ARMS || atomic_load(&variant->verified) < 0)
        return;
    for (size_t i = 0; i < *count; i++)
        if (site->arms[i] == variant)
            return;
    if (tsrt_variant_ready(rt, variant) && variant->prepare == NULL)
        site->arms[(*count)++] = variant;
}

/* What earlier processes found fastest here is tried first. */
static void add_lesson(ts_rt *rt, tsrt_site *site, size_t *count)
{
    const tsrt_lesson *best = NULL;
    size_t dims = rt->families[site->family].dim_count;
    for (const tsrt_lesson *l = rt->lessons; l != NULL; l = l->next)
        if (l->family == site->family && memcmp(l->dims, site->dims, dims * sizeof *l->dims) == 0 &&
            (best == NULL || l->seconds < best->seconds))
            best = l;
    tsrt_variant *variant = best != NULL ? tsrt_variant_find(rt, best->variant) : NULL;
    bool serves = variant != NULL && variant->family == site->family;
    for (size_t i = 0; serves && i < dims; i++)
        if (variant->fixed_shape || !rt->families[site->family].free[i])
            serves = variant->types[i] == site->dims[i];
    if (serves)
        add_arm(rt, site, count, variant);
}

/* The answer of the ladder, what is kept beside it, and the winners of the shapes around. */
static void prepare(ts_rt *rt, tsrt_site *site, const tsrt_answer *answer)
{
    const tsrt_family *family = &rt->families[site->family];
    tsrt_variant *around[TSRT_ARMS];
    size_t count = 0;
    site->prepared = true;
    if (answer == NULL || answer->winner == NULL || answer->kernel.prepare != NULL)
        return;
    site->arms[count++] = answer->variant;
    add_lesson(rt, site, &count);
    if (answer->kernel.rung == TS_RT_EXACT)
        for (const tsrt_tie *t = answer->winner->ties; t != NULL; t = t->next)
            add_arm(rt, site, &count, t->variant);
    size_t near = tsrt_model_neighbours(rt, family, site->dims, around, TSRT_ARMS);
    for (size_t i = 0; i < near; i++)
        add_arm(rt, site, &count, around[i]);
    tsrt_bandit_init(&site->bandit, count, rt->objective == TS_RT_LEAST_ENERGY ? rt->deadline : 0);
}

/* ---- one call
 * ----------------------------------------------------------------------------------------------- */

typedef struct measured {
    double seconds, joules; /**< joules: 0 unless measured */
} measured;

/* One call a minute pays for this, and none if somebody else is at it. */
__attribute__((noinline)) static void write_capture(ts_rt *rt, double now)
{
    char reason[TSRT_REASON];
    if (pthread_mutex_trylock(&rt->lock) != 0)
        return;
    atomic_store_explicit(&rt->captured, now, memory_order_relaxed);
    (void)tsrt_capture_write(rt, reason); /* what is wrong is said by ts_rt_learn() */
    pthread_mutex_unlock(&rt->lock);
}

static measured run_timed(ts_rt *rt, const tsrt_product *p, const tsrt_variant *variant, int *rc)
{
    double energy = rt->energy_file != NULL ? tsrt_energy_read(rt) : -1;
    double begin = rt->clock();
    *rc = tsrt_product_run(rt, p, variant);
    double end = rt->clock();
    measured m = {.seconds = end - begin};
    if (rt->capture != NULL &&
        end - atomic_load_explicit(&rt->captured, memory_order_relaxed) > CAPTURE_SECONDS)
        write_capture(rt, end);
    if (energy < 0 || m.seconds < ENERGY_SECONDS)
        return m;
    double used = tsrt_energy_read(rt) - energy;
    used += used < 0 ? rt->energy_range : 0;
    m.joules = used > 0 ? 1e-6 * used : 0;
    return m;
}

static void note(tsrt_site *site, double seconds)
{
    atomic_fetch_add_explicit(&site->nanoseconds, (uint64_t)(seconds > 0 ? seconds * 1e9 : 0),
                              memory_order_relaxed);
}

static void learn(ts_rt *rt, tsrt_site *site, size_t arm, const measured *m)
{
    if (site->bandit.spent <= 0)
        site->by_energy = m->joules > 0;
    unsigned changed =
        tsrt_bandit_observe(&site->bandit, arm, site->by_energy ? m->joules : m->seconds, m->seconds);
    double wanted = ceil(WATCH_SECONDS / WATCH_SHARE / fmax(m->seconds, 1e-9));
    site->stride = wanted > 1 ? (uint64_t)wanted : 1;
    site->learned = true;
    if ((changed & TSRT_DRIFTED) != 0)
        tsrt_count(rt, TSRT_DRIFTS, 1);
    if ((changed & TSRT_SWITCHED) == 0)
        return;
    tsrt_count(rt, TSRT_SWITCHES, 1);
    size_t chosen = site->bandit.chosen;
    atomic_store_explicit(&site->chosen, chosen == 0 ? NULL : site->arms[chosen], memory_order_release);
}

/* The first use of a variant that nobody has seen work here: the caller gets the ladder's result. */
static void run_verified(ts_rt *rt, const tsrt_product *p, tsrt_site *site, size_t arm)
{
    int verdict = tsrt_product_verify(rt, p, site->arms[arm]);
    atomic_store(&site->arms[arm]->verified, verdict);
    if (verdict <=
        0) /* what can't be told of this shape's operands (NaN in them, no room) isn't asked again */
        tsrt_bandit_reject(&site->bandit, arm);
    if (verdict < 0)
        tsrt_count(rt, TSRT_REJECTED, 1);
}

/* Holding site->busy. */
static int run_adaptive(ts_rt *rt, const tsrt_product *p, tsrt_site *site)
{
    int rc;
    size_t arm = tsrt_bandit_pick(&site->bandit), chosen = site->bandit.chosen;
    tsrt_variant *variant = site->arms[arm];
    if (arm != chosen) {
        int verified = atomic_load(&variant->verified);
        tsrt_count(rt, TSRT_EXPLORATIONS, 1);
        if (verified < 0)
            tsrt_bandit_reject(&site->bandit, arm);
        if (verified == 0) {
            run_verified(rt, p, site, arm);
            return 0;
        }
        arm = verified < 0 ? chosen : arm;
    }
    measured m = run_timed(rt, p, arm == 0 ? NULL : site->arms[arm], &rc);
    note(site, m.seconds * (double)site->skipped);
    learn(rt, site, arm, &m);
    return rc;
}

static bool adapts(ts_rt *rt, const tsrt_product *p, tsrt_site *site)
{
    if ((rt->flags & TS_RT_ADAPT) == 0 || rt->pin != NULL)
        return false;
    if (!site->prepared) {
        const char *why;
        tsrt_estimate estimate;
        prepare(rt, site, tsrt_lookup(rt, &rt->families[p->family], site->dims, &estimate, &why));
    }
    return site->bandit.count > 1;
}

/* Neither the clock nor the policy pays for this call. */
static int run_plain(ts_rt *rt, const tsrt_product *p, tsrt_site *site)
{
    const tsrt_variant *chosen = atomic_load_explicit(&site->chosen, memory_order_acquire);
    return tsrt_product_run(rt, p, chosen);
}

/* Holding site->busy: short calls are timed now and then, and stand for those in between. */
static int run_watched(ts_rt *rt, const tsrt_product *p, tsrt_site *site)
{
    int rc;
    if (adapts(rt, p, site)) {
        if (++site->skipped < site->stride)
            return run_plain(rt, p, site);
        rc = run_adaptive(rt, p, site);
        site->skipped = 0;
        return rc;
    }
    measured m = run_timed(rt, p, NULL, &rc);
    note(site, m.seconds);
    return rc;
}

int tsrt_product_watch(ts_rt *rt, const tsrt_product *p)
{
    const int64_t dims[TSRT_MAX_DIMS] = {p->m, p->n, p->k};
    tsrt_site *site = tsrt_site_get(rt, &rt->families[p->family], dims);
    if (site == NULL)
        return tsrt_product_run(rt, p, NULL);
    atomic_fetch_add_explicit(&site->calls, 1, memory_order_relaxed);
    if (rt->capture != NULL && (rt->flags & TS_RT_ADAPT) == 0) {
        int rc;
        measured m = run_timed(rt, p, NULL, &rc);
        note(site, m.seconds);
        return rc;
    }
    if (atomic_flag_test_and_set_explicit(&site->busy, memory_order_acquire))
        return run_plain(rt, p, site);
    int rc = run_watched(rt, p, site);
    atomic_flag_clear_explicit(&site->busy, memory_order_release);
    return rc;
}
