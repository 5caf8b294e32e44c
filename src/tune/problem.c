/* Tuning one problem: what is known, the search, the finals. The winner is stored in crown.c, the report
 * filled in in outcome.c. */
#include "tune/bout.h"
#include "tune/conditions.h"
#include "tune/warm.h"
#include "util/clock.h"
#include "util/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Share of a problem's time that the finals get, and its bounds in seconds: a second is enough for short
 * calls, but the search needs most of what little time there may be. */
static const double finals_share = 0.22, finals_min = 1.0, finals_max = 8.0, finals_most = 0.3;

static void add_times(ts_tune_times *total, const ts_stage_times *t)
{
    total->render += t->render;
    total->compile += t->compile;
    total->verify += t->verify;
    total->measure += t->measure;
}

void ts_bout_progress(ts_bout *b, const char *phase)
{
    ts_tune_progress *p = &b->tuner->progress;
    const ts_session *s = &b->session;
    p->evaluations = s->evaluated;
    b->tuner->search_fraction = 0;
    if (s->evaluator) {
        ts_stop_state state = ts_session_state(s);
        b->tuner->search_fraction = ts_stop_fraction(&s->stop, &state);
    }
    memcpy(p->by_status, s->by_status, sizeof p->by_status);
    if (s->best.status == TS_STATUS_OK && !(p->best_seconds == s->best.cost)) {
        p->best_seconds = s->best.cost;
        p->best_rate = (b->roofline.flops > 0 ? b->roofline.flops : b->roofline.bytes) / s->best.cost;
        ts_str_clear(&b->best_text);
        ts_space_describe(b->space, s->best.config, &b->best_text);
        p->best_configuration = ts_str_text(&b->best_text);
    }
    ts_tuner_progress(b->tuner, phase);
}

static int store_result(ts_bout *b, const ts_result *r)
{
    double before = ts_now();
    ts_space_values(b->space, r->config, b->slots);
    int rc = ts_store_result(b->tuner->store, b->session_id, b->problem, b->slots, r, NULL);
    b->tuner->report->times.store += ts_now() - before;
    return rc;
}

static int on_result(void *context, const ts_result *r)
{
    ts_bout *b = context;
    add_times(&b->tuner->report->times, &r->times);
    int rc = store_result(b, r);
    if (rc == TS_OK && r->status == TS_STATUS_OK && b->tuner->keep_pareto)
        rc = ts_pareto_add(&b->pareto, (ts_trade){r->config, r->cost, r->deviation});
    ts_bout_progress(b, "search");
    return rc;
}

static int interrupted(void *context)
{
    return ts_tuner_interrupted(((ts_bout *)context)->tuner);
}

/* A request that came before the finals has ended the search; the next one ends them. */
static bool finals_interrupted(void *context)
{
    const ts_bout *b = context;
    return ts_tuner_interrupted(b->tuner) > b->interruptions;
}

/* What earlier sessions found out, and the trade-offs among it. */
static int recall(ts_bout *b, const ts_warm_query *query)
{
    double *deviations = NULL;
    int rc = ts_warm_known(query, &b->known, &deviations, &b->session.known_count);
    for (size_t i = 0; i < b->session.known_count && rc == TS_OK && b->tuner->keep_pareto; i++)
        if (b->known[i].status == TS_STATUS_OK)
            rc = ts_pareto_add(&b->pareto, (ts_trade){b->known[i].config, b->known[i].cost, deviations[i]});
    free(deviations);
    return rc;
}

/* The space and what the store knows about it. */
static int prepare(ts_bout *b)
{
    ts_tuner *t = b->tuner;
    bool has_default = false;
    b->slots = calloc(t->kernel->slot_count, sizeof *b->slots);
    if (!b->slots)
        return ts_fail(TS_ENOMEM, "out of memory while preparing a search");
    int rc = ts_roofline_of(b->problem, t->target, &b->roofline);
    if (rc == TS_OK)
        rc = ts_kernel_space(b->problem, t->target, t->compilers, &b->space);
    if (rc == TS_OK)
        rc = ts_kernel_slots(b->problem, t->target, b->slots);
    ts_warm_query query = {t->store, b->problem, t->target, t->target_id, b->space};
    if (rc == TS_OK)
        rc = recall(b, &query);
    if (rc == TS_OK)
        rc = ts_warm_incumbent(&query, &b->incumbent);
    if (rc == TS_OK)
        rc = ts_warm_seeds(&query, &b->seeds, &b->session.seed_count, &has_default);
    b->baseline = rc == TS_OK && has_default ? b->seeds[0] : TS_NO_CONFIG;
    if (rc == TS_OK && !t->options->dry_run)
        rc = ts_bout_learn(b, &query);
    return rc;
}

/* The square root of what an evaluation costs, by the roofline: if what a search still misses is inversely
 * proportional to the number of its evaluations, dividing the time so makes the sum of what is missed least.
 */
static double cost_weight(const ts_tuner *t, const ts_problem *problem)
{
    const double build_seconds = 0.1, calls = 16; /* of one variant; verified, warmed up and timed */
    ts_roofline roofline;
    ts_roofline_side side;
    double call =
        ts_roofline_of(problem, t->target, &roofline) == TS_OK ? ts_roofline_seconds(&roofline, &side) : NAN;
    return sqrt(build_seconds + (isnan(call) ? 0 : calls * call));
}

/* What this problem weighs against itself and those after it: as the options say, else by its cost. */
static double weight_of(const ts_tuner *t)
{
    const double *weights = t->options->shapes ? t->options->weights : NULL;
    double own = 0, rest = 0;
    for (size_t i = t->problem_count; i-- > t->progress.shape;) {
        own = weights ? weights[i] : cost_weight(t, &t->problems[i]);
        rest += own;
    }
    return rest > 0 ? own / rest : 1 / (double)(t->problem_count - t->progress.shape);
}

/* The part of the time that is left which this problem may use. */
static void share_time(ts_bout *b)
{
    const ts_tuner *t = b->tuner;
    double share = (t->deadline - ts_now()) * weight_of(t);
    b->finals_seconds = fmin(fmin(fmax(finals_share * share, finals_min), finals_max), finals_most * share);
    ts_stop_rule time = ts_stop_seconds(fmax(share - b->finals_seconds, 0.1));
    b->session.stop = ts_stop_either(&b->session.stop, &time);
}

/* The rule that was given, or a budget that ends earlier. The bound of a rule is the roofline by the target's
 * rates. */
static int set_stop_rule(ts_bout *b)
{
    const ts_tuner *t = b->tuner;
    ts_roofline_side side;
    double bound = ts_roofline_seconds(&b->roofline, &side);
    b->session.stop = t->stop;
    b->session.bound = isnan(bound) ? 0 : bound;
    b->tuner->progress.bound_rate =
        isnan(bound) ? NAN : (b->roofline.flops > 0 ? b->roofline.flops : b->roofline.bytes) / bound;
    b->finals_seconds = finals_max;
    if (t->options->budget_evaluations) {
        ts_stop_rule evaluations = ts_stop_evaluations(t->options->budget_evaluations);
        b->session.stop = ts_stop_either(&b->session.stop, &evaluations);
    }
    if (t->deadline > 0)
        share_time(b);
    if (b->session.bound == 0 && ts_stop_mentions(&t->stop, TS_STOP_WITHIN))
        return ts_fail(TS_EINPUT,
                       "--stop '%s' needs the %s, which the target '%s' doesn't state; leave 'within' out or "
                       "describe the machine with tilesmith detect",
                       t->options->stop, b->roofline.flops > 0 ? "peak of this type" : "memory bandwidth",
                       t->target->name);
    return TS_OK;
}

static int begin_session(ts_bout *b)
{
    ts_tuner *t = b->tuner;
    ts_conditions_text text;
    ts_session_row row = {.target = t->target_id,
                          .strategy = t->strategy->name,
                          .evaluator = b->evaluator->name,
                          .objective = "time",
                          .seed = t->options->seed,
                          .threads = ts_problem_threads(b->problem),
                          .max_error = b->problem->max_error};
    ts_str options = TS_STR_INIT;
    ts_conditions_read(&row.conditions, &text);
    row.conditions.peak = b->roofline.peak;
    ts_str_format(&options, "{\"evaluations\":%zu,\"seconds\":%.3f,\"stop\":", t->options->budget_evaluations,
                  t->options->budget_seconds);
    ts_json_string(&options, t->options->stop);
    ts_str_append(&options, "}");
    row.options = ts_str_text(&options);
    int rc = ts_store_problem(t->store, b->problem, &row.problem);
    if (rc == TS_OK)
        rc = ts_store_session_begin(t->store, &row, &b->session_id);
    ts_str_free(&options);
    return rc;
}

static int search(ts_bout *b)
{
    ts_tuner *t = b->tuner;
    ts_session *s = &b->session;
    t->progress.resumed = s->known_count;
    ts_bout_progress(b, "search");
    s->space = b->space;
    s->evaluator = b->evaluator;
    s->strategy = t->strategy;
    s->seed = t->options->seed;
    s->known = b->known;
    s->seeds = b->seeds;
    s->context = b;
    s->on_result = on_result;
    s->interrupted = interrupted;
    if (t->options->guided)
        s->belief = ts_learned_belief(ts_lessons_learned(b->lessons));
    if (b->prune)
        s->filter = ts_prune_filter(b->prune);
    int rc = ts_session_run(s);
    t->report->times.search += s->search_seconds;
    b->interruptions = interrupted(b);
    if (rc == TS_OK && b->interruptions)
        t->report->interrupted = true;
    return rc;
}

static int hold_finals(ts_bout *b)
{
    ts_tuner *t = b->tuner;
    ts_trade guests[TS_FINALS_GUESTS];
    ts_finals_plan plan = {.session = &b->session,
                           .incumbent = b->incumbent,
                           .baseline = b->baseline,
                           .guests = guests,
                           .guest_count = ts_pareto_choose(&b->pareto, TS_FINALS_GUESTS, guests),
                           .roofline = &b->roofline,
                           .seconds = b->finals_seconds,
                           .seed = t->options->seed};
    double before = ts_now();
    ts_bout_progress(b, "finals");
    b->evaluator->stop = finals_interrupted;
    b->evaluator->stop_context = b;
    int rc = ts_finals_hold(&plan, b->evaluator, &b->finals);
    t->report->times.finals += ts_now() - before;
    if (finals_interrupted(b))
        t->report->interrupted = true;
    if (rc == TS_OK && b->evaluator->contest && b->finals.winner != TS_NO_CONFIG)
        rc = store_result(b, &b->finals.winner_result);
    return rc;
}

static int finish(ts_bout *b)
{
    int rc = ts_bout_report_search(b);
    ts_bout_report_model(b);
    /* With nothing that works, the report says so and why; the shapes that follow may fare better. */
    if (rc == TS_OK && ts_tuner_interrupted(b->tuner) < 2 && b->session.best.status == TS_STATUS_OK)
        rc = hold_finals(b);
    if (rc == TS_OK && b->finals.winner != TS_NO_CONFIG)
        rc = ts_bout_crown(b);
    if (rc == TS_OK && b->finals.winner != TS_NO_CONFIG)
        rc = ts_bout_report_winner(b);
    return rc;
}

static int describe_space(ts_bout *b)
{
    int rc = ts_bout_report_problem(b);
    if (rc == TS_OK)
        rc = prepare(b);
    if (rc != TS_OK)
        return rc;
    b->shape->flops = b->roofline.flops;
    b->tuner->progress.moves = b->roofline.flops == 0;
    b->shape->bytes = b->roofline.bytes;
    b->shape->space = ts_space_count(b->space);
    b->shape->space_raw = ts_space_raw_count(b->space);
    b->shape->resumed = b->session.known_count;
    return TS_OK;
}

/* With what the samples don't tell: the default's time in the finals, and time that no evaluation took. */
static int end_session(ts_bout *b, const char *reason)
{
    ts_str summary = TS_STR_INIT;
    ts_str_append(&summary, "{\"default_seconds\": ");
    ts_json_number(&summary, b->shape->default_seconds);
    ts_str_append(&summary, ", \"search_seconds\": ");
    ts_json_number(&summary, b->session.search_seconds);
    ts_str_append(&summary, ", \"finals_seconds\": ");
    ts_json_number(&summary, b->finals_seconds);
    ts_str_append(&summary, "}");
    int rc = ts_store_session_end(b->tuner->store, b->session_id, reason, summary.data);
    ts_str_free(&summary);
    return rc;
}

static int run(ts_bout *b)
{
    ts_tuner *t = b->tuner;
    ts_hardware_options hardware = {.cpu = -1};
    int rc = describe_space(b);
    if (rc != TS_OK || t->options->dry_run)
        return rc;
    if (t->predicts)
        return ts_bout_predict(b);
    rc = ts_hardware_open(b->problem, t->target, b->space, &hardware, &b->evaluator);
    if (rc == TS_OK)
        rc = set_stop_rule(b);
    if (rc == TS_OK)
        rc = begin_session(b);
    if (rc != TS_OK)
        return rc;
    rc = search(b);
    if (rc == TS_OK)
        rc = finish(b);
    int end = end_session(b, rc == TS_OK ? b->session.stop_reason : "failed");
    return rc == TS_OK ? end : rc;
}

int ts_tuner_problem(ts_tuner *t, size_t i)
{
    ts_bout b = {.tuner = t,
                 .problem = &t->problems[i],
                 .shape = &t->report->shapes[i],
                 .incumbent = TS_NO_CONFIG,
                 .baseline = TS_NO_CONFIG,
                 .finals = {.winner = TS_NO_CONFIG}};
    t->progress.shape = i;
    int rc = run(&b);
    if (b.evaluator) {
        t->report->waited += b.evaluator->waited;
        b.evaluator->close(b.evaluator);
    }
    t->progress.best_configuration = NULL;
    ts_finals_clear(&b.finals);
    ts_session_clear(&b.session);
    ts_pareto_clear(&b.pareto);
    ts_prune_close(b.prune);
    ts_lessons_close(b.lessons);
    ts_space_free(b.space);
    ts_str_free(&b.key);
    ts_str_free(&b.best_text);
    free(b.slots);
    free(b.known);
    free(b.seeds);
    return rc;
}
