/* See finals.h. */
#include "tune/finals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_HEAT = 16,
    SECOND_HEAT = 6,
    FIRST_ROUNDS = 12,
    SECOND_ROUNDS = 20,
    SITTINGS = 3,
    RESAMPLES = 1000
};

/* Search costs are noisy: whoever came within this factor of the best gets into the first heat, and within
 * the second into the second. */
static const double first_margin = 1.25, second_margin = 1.05;
/* A finalist is out when it is shown to be slower by more than this: smaller differences aren't worth a
 * change of winner. */
static const double equivalence = 0.01, level = 0.95;

typedef struct ts_entrants {
    uint64_t configs[FIRST_HEAT + 2];
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

/* The best of the search, then the two that always take part. */
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
    for (size_t i = 0; i < ok.count && i < FIRST_HEAT && ok.items[i].cost <= first_margin * ok.items[0].cost;
         i++)
        enter(e, ok.items[i].config);
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

/* From the first heat's results to the second heat's entrants. */
static void advance(const ts_contest *c, const ts_finals_plan *plan, ts_entrants *e)
{
    ts_observation order[FIRST_HEAT + 2];
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++) {
        double cost = row_median(c, i);
        if (!isnan(cost))
            order[n++] = (ts_observation){c->results[i].config, TS_STATUS_OK, cost};
    }
    qsort(order, n, sizeof *order, by_cost);
    e->count = 0;
    for (size_t i = 0; i < n; i++) {
        bool guest = order[i].config == plan->incumbent || order[i].config == plan->baseline;
        if (guest || (i < SECOND_HEAT && order[i].cost <= second_margin * order[0].cost))
            enter(e, order[i].config);
    }
}

/* Rows of the contest that are complete, gathered so that statistics see no holes. */
typedef struct ts_heat {
    double *samples;
    size_t rows[FIRST_HEAT + 2];
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

static void judge_peak(const ts_contest *c, const double *winner, ts_finals *out)
{
    out->peak = out->peak_seconds = NAN;
    double *product = c->peak ? malloc(c->rounds * sizeof *product) : NULL;
    if (!product)
        return;
    for (size_t r = 0; r < c->rounds; r++)
        product[r] = c->peak[r] * winner[r];
    out->peak = ts_median(c->peak, c->rounds);
    out->peak_seconds = ts_median(product, c->rounds);
    free(product);
}

static int judge(ts_contest *c, const ts_finals_plan *plan, ts_finals *out)
{
    ts_heat heat;
    bool tied[FIRST_HEAT + 2];
    size_t best;
    int rc = gather_rows(c, &heat);
    if (rc != TS_OK)
        return rc;
    if (heat.count == 0) {
        free(heat.samples);
        const char *why =
            c->count > 0 && c->results[0].reason ? c->results[0].reason : "no round was completed";
        return ts_fail(TS_ENOTFOUND, "no finalist survived its finals: %s; run the same command again", why);
    }
    ts_tied_set(heat.samples, heat.count, c->rounds, level, equivalence, plan->seed, &best, tied);
    out->tied = calloc(heat.count, sizeof *out->tied);
    out->baseline_seconds = NAN;
    for (size_t i = 0; i < heat.count; i++) {
        uint64_t config = c->results[heat.rows[i]].config;
        if (tied[i] && out->tied)
            out->tied[out->tied_count++] = config;
        if (config == plan->incumbent) {
            out->incumbent_ran = true;
            out->incumbent_tied = tied[i];
            if (tied[i])
                best = i;
        }
        if (config == plan->baseline)
            out->baseline_seconds = ts_median(heat.samples + i * c->rounds, c->rounds);
    }
    const double *row = heat.samples + best * c->rounds;
    out->winner = c->results[heat.rows[best]].config;
    out->seconds = ts_bootstrap_median(row, c->rounds, level, RESAMPLES, plan->seed);
    judge_peak(c, row, out);
    out->winner_result = c->results[heat.rows[best]];
    c->results[heat.rows[best]] = (ts_result){0};
    free(heat.samples);
    return out->tied ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while judging the finals");
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
    out->peak = out->peak_seconds = out->baseline_seconds = NAN;
    return TS_OK;
}

/* Append a sitting's rounds to the heat's. An entrant that fails in one sitting is out of the heat. */
static int append_sitting(ts_contest *heat, ts_contest *sitting)
{
    size_t rounds = heat->rounds + sitting->rounds;
    double *samples = malloc((heat->count * rounds + 1) * sizeof *samples);
    double *peak = heat->peak && sitting->peak ? realloc(heat->peak, (rounds + 1) * sizeof *peak) : NULL;
    heat->peak = peak ? peak : heat->peak;
    if (!samples || (heat->peak && !peak)) {
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
    if (peak)
        memcpy(peak + heat->rounds, sitting->peak, sitting->rounds * sizeof *peak);
    free(heat->samples);
    heat->samples = samples;
    heat->rounds = rounds;
    return TS_OK;
}

/*
 * The second heat, in several sittings, each in a process of its own: where code and data happen to lie in
 * memory favours one entrant over another by a per cent or two for the whole life of a process (Mytkowicz et
 * al., ASPLOS 2009), which no number of rounds in one process would average out.
 */
static int hold_sittings(ts_evaluator *evaluator, const ts_entrants *e, double seconds, ts_contest *heat)
{
    for (int i = 0; i < SITTINGS; i++) {
        ts_contest sitting = {0};
        int rc =
            evaluator->contest(evaluator, e->configs, e->count, SECOND_ROUNDS, seconds / SITTINGS, &sitting);
        if (rc == TS_OK && i > 0)
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

int ts_finals_hold(const ts_finals_plan *plan, ts_evaluator *evaluator, ts_finals *out)
{
    ts_contest contest = {0};
    ts_entrants e = {.count = 0};
    *out = (ts_finals){.winner = TS_NO_CONFIG};
    if (!evaluator->contest)
        return take_best(plan, out);
    int rc = choose(plan, &e);
    if (rc != TS_OK)
        return rc;
    if (e.count == 0)
        return ts_fail(TS_ENOTFOUND,
                       "no configuration succeeded; see the reasons in `tilesmith show results`");
    if (e.count > SECOND_HEAT + 2) {
        rc = evaluator->contest(evaluator, e.configs, e.count, FIRST_ROUNDS, 0.35 * plan->seconds, &contest);
        if (rc == TS_OK)
            advance(&contest, plan, &e);
        ts_contest_clear(&contest);
        if (rc == TS_OK && e.count == 0)
            rc = ts_fail(TS_ENOTFOUND, "no finalist survived its finals; run the same command again");
        if (rc != TS_OK)
            return rc;
    }
    rc = hold_sittings(evaluator, &e, 0.65 * plan->seconds, &contest);
    if (rc == TS_OK)
        rc = judge(&contest, plan, out);
    ts_contest_clear(&contest);
    if (rc != TS_OK)
        ts_finals_clear(out);
    return rc;
}

void ts_finals_clear(ts_finals *f)
{
    free(f->tied);
    ts_result_clear(&f->winner_result);
    *f = (ts_finals){.winner = TS_NO_CONFIG};
}
