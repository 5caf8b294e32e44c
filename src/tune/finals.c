/* See finals.h. */
#include "tune/finals.h"

#include "util/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_HEAT = 16,
    SECOND_HEAT = 6,
    FIRST_ROUNDS = 12,
    SECOND_ROUNDS = 20,
    SITTINGS = 3,
    MOST = FIRST_HEAT + 2 + TS_FINALS_GUESTS, /* entrants */
    OTHER_CALLS = 8, /* of an entrant in a heat, besides its rounds: verification and warm-up */
    RESAMPLES = 1000
};

/* Search costs are noisy: whoever came within this factor of the best gets into the first heat, and within
 * the second into the second. */
static const double first_margin = 1.25, second_margin = 1.05;
/* A finalist is out when it is shown to be slower by more than this: smaller differences aren't worth a
 * change of winner. */
static const double equivalence = 0.01, level = 0.95;
/* Of the time, for the first heat. */
static const double first_share = 0.35;

static const ts_finals nothing = {.winner = TS_NO_CONFIG,
                                  .peak = NAN,
                                  .bandwidth = NAN,
                                  .bound_seconds = NAN,
                                  .bound_share = NAN,
                                  .baseline_seconds = NAN};

typedef struct ts_entrants {
    uint64_t configs[MOST];
    size_t count;
} ts_entrants;

static void enter(ts_entrants *e, uint64_t config)
{
    for (size_t i = 0; i < e->count; i++)
        if (e->configs[i] == config)
            return;
    if (config != TS_NO_CONFIG && e->count < sizeof e->configs / sizeof *e->configs)
        e->configs[e->count++] = config;
}

static int by_cost(const void *a, const void *b)
{
    const ts_observation *x = a, *y = b;
    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    return x->config < y->config ? -1 : x->config > y->config;
}

/* How many entrants have time for a few rounds of calls as long as the best's. */
static size_t affordable(const ts_finals_plan *plan, double best)
{
    double each = best * (OTHER_CALLS + 0.5 * FIRST_ROUNDS), most = first_share * plan->seconds / each;
    return most >= FIRST_HEAT ? FIRST_HEAT : most > 2 ? (size_t)most : 2;
}

/* The best of the search, then those that always take part. */
static int choose(const ts_finals_plan *plan, ts_entrants *e)
{
    const ts_session *s = plan->session;
    TS_VEC(ts_observation) ok = {0};
    int rc = TS_OK;
    for (size_t i = 0; i < s->trials.count && rc == TS_OK; i++)
        if (s->trials.items[i].status == TS_STATUS_OK && !ts_vec_push(&ok, s->trials.items[i]))
            rc = ts_fail(TS_ENOMEM, "out of memory while choosing finalists");
    if (ok.count > 1)
        qsort(ok.items, ok.count, sizeof *ok.items, by_cost);
    size_t most = ok.count > 0 ? affordable(plan, ok.items[0].cost) : 0;
    for (size_t i = 0; i < ok.count && i < most && ok.items[i].cost <= first_margin * ok.items[0].cost; i++)
        enter(e, ok.items[i].config);
    for (size_t i = 0; i < plan->guest_count; i++)
        enter(e, plan->guests[i].config);
    enter(e, plan->incumbent);
    if (ok.count > 0)
        enter(e, plan->baseline);
    ts_vec_free(&ok);
    return rc;
}

static double row_median(const ts_contest *c, size_t i)
{
    return c->results[i].status == TS_STATUS_OK && c->rounds > 0
               ? ts_median(c->samples + i * c->rounds, c->rounds)
               : NAN;
}

static bool is_guest(const ts_finals_plan *plan, uint64_t config)
{
    bool guest = config == plan->incumbent || config == plan->baseline;
    for (size_t i = 0; i < plan->guest_count; i++)
        guest = guest || config == plan->guests[i].config;
    return guest;
}

/* From the first heat's results to the second heat's entrants. */
static void advance(const ts_contest *c, const ts_finals_plan *plan, ts_entrants *e)
{
    ts_observation order[MOST];
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++) {
        double cost = row_median(c, i);
        if (!isnan(cost))
            order[n++] = (ts_observation){c->results[i].config, TS_STATUS_OK, cost};
    }
    qsort(order, n, sizeof *order, by_cost);
    e->count = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_guest(plan, order[i].config) ||
            (i < SECOND_HEAT && order[i].cost <= second_margin * order[0].cost))
            enter(e, order[i].config);
    }
}

/* Rows of the contest that are complete, gathered so that statistics see no holes. */
typedef struct ts_heat {
    double *samples;
    size_t rows[MOST];
    size_t count;
} ts_heat;

static int gather_rows(const ts_contest *c, ts_heat *h)
{
    h->count = 0;
    h->samples = malloc((c->count * c->rounds + 1) * sizeof *h->samples);
    if (!h->samples)
        return ts_fail(TS_ENOMEM, "out of memory while judging the finals");
    for (size_t i = 0; i < c->count; i++) {
        if (isnan(row_median(c, i)))
            continue;
        memcpy(h->samples + h->count * c->rounds, c->samples + i * c->rounds, c->rounds * sizeof *h->samples);
        h->rows[h->count++] = i;
    }
    return TS_OK;
}

/* Median of what could be measured. */
static double median_of(const double *x, size_t n)
{
    for (size_t i = 0; x && i < n; i++)
        if (isnan(x[i]))
            return NAN;
    return x && n > 0 ? ts_median(x, n) : NAN;
}

/* The clock drifts, so the bound of each round is compared with the winner's time in that round. */
static int judge_bound(const ts_contest *c, const ts_finals_plan *plan, const double *winner, ts_finals *out)
{
    ts_roofline_side side;
    out->bound_seconds = out->bound_share = NAN;
    out->peak = median_of(c->peak, c->rounds);
    out->bandwidth = median_of(c->bandwidth, c->rounds);
    if (!plan->roofline)
        return TS_OK;
    double *bounds = malloc((2 * c->rounds + 1) * sizeof *bounds);
    if (!bounds)
        return ts_fail(TS_ENOMEM, "out of memory while judging the finals");
    double *shares = bounds + c->rounds;
    ts_roofline r = *plan->roofline;
    for (size_t i = 0; i < c->rounds; i++) {
        r.peak = c->peak ? c->peak[i] : NAN;
        r.bandwidth = c->bandwidth ? c->bandwidth[i] : NAN;
        bounds[i] = ts_roofline_seconds(&r, &side);
        shares[i] = bounds[i] / winner[i];
    }
    out->bound_seconds = median_of(bounds, c->rounds);
    out->bound_share = median_of(shares, c->rounds);
    r.peak = out->peak;
    r.bandwidth = out->bandwidth;
    ts_roofline_seconds(&r, &out->side);
    free(bounds);
    return TS_OK;
}

/* Deviations are those of the heat's own verification, times the medians of its rounds. */
static int judge_trades(const ts_contest *c, const ts_heat *heat, ts_finals *out)
{
    int rc = TS_OK;
    for (size_t i = 0; i < heat->count && rc == TS_OK; i++) {
        const ts_result *r = &c->results[heat->rows[i]];
        double seconds = ts_median(heat->samples + i * c->rounds, c->rounds);
        rc = ts_pareto_add(&out->pareto, (ts_trade){r->config, seconds, r->deviation});
    }
    return rc;
}

/* Who is tied with the best, and what became of those that always take part; the row of the winner. */
static size_t judge_entrants(const ts_contest *c, const ts_finals_plan *plan, const ts_heat *heat,
                             ts_finals *out)
{
    bool tied[MOST];
    size_t best;
    ts_tied_set(heat->samples, heat->count, c->rounds, level, equivalence, plan->seed, &best, tied);
    for (size_t i = 0; i < heat->count; i++) {
        uint64_t config = c->results[heat->rows[i]].config;
        if (tied[i])
            out->tied[out->tied_count++] = config;
        if (config == plan->incumbent) {
            out->incumbent_ran = true;
            out->incumbent_tied = tied[i];
            if (tied[i])
                best = i;
        }
        if (config == plan->baseline)
            out->baseline_seconds = ts_median(heat->samples + i * c->rounds, c->rounds);
    }
    return best;
}

static int no_survivor(const ts_contest *c)
{
    const char *why = c->count > 0 && c->results[0].reason ? c->results[0].reason : "no round was completed";
    return ts_fail(TS_ENOTFOUND, "no finalist survived its finals: %s; run the same command again", why);
}

static int judge_heat(ts_contest *c, const ts_finals_plan *plan, const ts_heat *heat, ts_finals *out)
{
    out->tied = calloc(heat->count, sizeof *out->tied);
    if (!out->tied)
        return ts_fail(TS_ENOMEM, "out of memory while judging the finals");
    size_t best = judge_entrants(c, plan, heat, out);
    const double *row = heat->samples + best * c->rounds;
    out->winner = c->results[heat->rows[best]].config;
    out->seconds = ts_bootstrap_median(row, c->rounds, level, RESAMPLES, plan->seed);
    int rc = judge_bound(c, plan, row, out);
    if (rc == TS_OK)
        rc = judge_trades(c, heat, out);
    out->winner_result = c->results[heat->rows[best]];
    c->results[heat->rows[best]] = (ts_result){0};
    return rc;
}

static int judge(ts_contest *c, const ts_finals_plan *plan, ts_finals *out)
{
    ts_heat heat;
    int rc = gather_rows(c, &heat);
    if (rc == TS_OK)
        rc = heat.count > 0 ? judge_heat(c, plan, &heat, out) : no_survivor(c);
    free(heat.samples);
    return rc;
}

/* Where costs are exact (replay, model) there is nothing to measure again. */
static int take_best(const ts_finals_plan *plan, ts_finals *out)
{
    const ts_observation *best = &plan->session->best;
    if (best->status != TS_STATUS_OK)
        return ts_fail(TS_ENOTFOUND,
                       "no configuration succeeded; see the reasons in `tilesmith show results`");
    out->tied = malloc(sizeof *out->tied);
    if (!out->tied)
        return ts_fail(TS_ENOMEM, "out of memory while judging the finals");
    out->tied[out->tied_count++] = out->winner = best->config;
    out->seconds = (ts_interval){best->cost, best->cost, best->cost};
    return TS_OK;
}

/* Two series of numbers, one after the other, in the place of the first. */
static bool append_series(double **to, size_t n, const double *more, size_t m)
{
    double *grown = *to && more ? realloc(*to, (n + m + 1) * sizeof *grown) : NULL;
    if (!grown)
        return !*to;
    memcpy(grown + n, more, m * sizeof *grown);
    *to = grown;
    return true;
}

/* Append a sitting's rounds to the heat's. An entrant that fails in one sitting is out of the heat. */
static int append_sitting(ts_contest *heat, ts_contest *sitting)
{
    size_t rounds = heat->rounds + sitting->rounds;
    double *samples = malloc((heat->count * rounds + 1) * sizeof *samples);
    if (!samples || !append_series(&heat->peak, heat->rounds, sitting->peak, sitting->rounds) ||
        !append_series(&heat->bandwidth, heat->rounds, sitting->bandwidth, sitting->rounds)) {
        free(samples);
        return ts_fail(TS_ENOMEM, "out of memory during the finals");
    }
    for (size_t i = 0; i < heat->count; i++) {
        memcpy(samples + i * rounds, heat->samples + i * heat->rounds, heat->rounds * sizeof *samples);
        memcpy(samples + i * rounds + heat->rounds, sitting->samples + i * sitting->rounds,
               sitting->rounds * sizeof *samples);
        if (heat->results[i].status == TS_STATUS_OK && sitting->results[i].status != TS_STATUS_OK) {
            ts_result_clear(&heat->results[i]);
            heat->results[i] = sitting->results[i];
            sitting->results[i] = (ts_result){0};
        }
    }
    free(heat->samples);
    heat->samples = samples;
    heat->rounds = rounds;
    return TS_OK;
}

static bool stopped(const ts_evaluator *e)
{
    return e->stop && e->stop(e->stop_context);
}

/*
 * The second heat, in several sittings, each in a process of its own: where code and data happen to lie in
 * memory favours one entrant over another by a per cent or two for the whole life of a process (Mytkowicz et
 * al., ASPLOS 2009), which no number of rounds in one process would average out. Of a sitting that was
 * stopped before its first round nothing is kept; one that leaves no time for the next is the last.
 */
static int hold_sittings(ts_evaluator *evaluator, const ts_entrants *e, double seconds, ts_contest *heat)
{
    double deadline = ts_now() + seconds;
    for (int i = 0; i < SITTINGS; i++) {
        ts_contest sitting = {0};
        double share = fmax(deadline - ts_now(), 0) / (SITTINGS - i);
        if (i > 0 && (stopped(evaluator) || share < 0.1 * seconds / SITTINGS))
            return TS_OK;
        int rc = evaluator->contest(evaluator, e->configs, e->count, SECOND_ROUNDS, share, &sitting);
        if (rc == TS_OK && i > 0 && sitting.rounds > 0)
            rc = append_sitting(heat, &sitting);
        if (rc == TS_OK && i == 0)
            *heat = sitting;
        else
            ts_contest_clear(&sitting);
        if (rc != TS_OK)
            return rc;
    }
    return TS_OK;
}

static int note_failures(const ts_contest *c, ts_finals *out)
{
    uint64_t *failed = realloc(out->failed, (out->failed_count + c->count + 1) * sizeof *failed);
    if (!failed)
        return ts_fail(TS_ENOMEM, "out of memory during the finals");
    out->failed = failed;
    for (size_t i = 0; i < c->count; i++)
        if (c->results[i].status != TS_STATUS_OK)
            failed[out->failed_count++] = c->results[i].config;
    return TS_OK;
}

/* Many entrants for a few rounds; who is left goes on. A heat that was stopped stands as it is. */
static int hold_first_heat(const ts_finals_plan *plan, ts_evaluator *evaluator, ts_entrants *e,
                           ts_contest *heat, ts_finals *out)
{
    if (e->count <= SECOND_HEAT + 2 + plan->guest_count)
        return TS_OK;
    int rc =
        evaluator->contest(evaluator, e->configs, e->count, FIRST_ROUNDS, first_share * plan->seconds, heat);
    if (rc != TS_OK || stopped(evaluator))
        return rc;
    advance(heat, plan, e);
    rc = note_failures(heat, out);
    ts_contest_clear(heat);
    if (rc == TS_OK && e->count == 0)
        rc = ts_fail(TS_ENOTFOUND, "no finalist survived its finals; run the same command again");
    return rc;
}

int ts_finals_hold(const ts_finals_plan *plan, ts_evaluator *evaluator, ts_finals *out)
{
    ts_contest contest = {0};
    ts_entrants e = {.count = 0};
    double before = ts_now();
    *out = nothing;
    if (!evaluator->contest)
        return take_best(plan, out);
    int rc = choose(plan, &e);
    if (rc == TS_OK && e.count == 0)
        rc = ts_fail(TS_ENOTFOUND, "no configuration succeeded; see the reasons in `tilesmith show results`");
    if (rc == TS_OK)
        rc = hold_first_heat(plan, evaluator, &e, &contest, out);
    if (rc == TS_OK && !stopped(evaluator))
        rc = hold_sittings(evaluator, &e, fmax(plan->seconds - (ts_now() - before), 0.1 * plan->seconds),
                           &contest);
    if (rc == TS_OK)
        rc = note_failures(&contest, out);
    if (rc == TS_OK && (contest.rounds > 0 || !stopped(evaluator)))
        rc = judge(&contest, plan, out);
    ts_contest_clear(&contest);
    if (rc != TS_OK)
        ts_finals_clear(out);
    return rc;
}

void ts_finals_clear(ts_finals *f)
{
    free(f->tied);
    free(f->failed);
    ts_result_clear(&f->winner_result);
    ts_pareto_clear(&f->pareto);
    *f = nothing;
}
