/* What the cost model does for one problem: it guides the search, drops what cannot win, or stands in for the
 * machine. */
#include "tune/bout.h"

#include <math.h>

enum { DEFAULT_PREDICTIONS = 1000, PREDICTIONS_A_LINE = 64 };

int ts_bout_learn(ts_bout *b, const ts_warm_query *query)
{
    const ts_tune_options *o = b->tuner->options;
    if ((!o->guided && o->prune == 0 && !b->tuner->predicts) || ts_space_count(b->space) == 0)
        return TS_OK;
    int rc = ts_lessons_open(query, b->known, b->session.known_count, &b->lessons);
    if (rc != TS_OK || o->prune == 0)
        return rc;
    rc = ts_prune_open(ts_lessons_learned(b->lessons), o->prune, &b->prune);
    return rc == TS_OK ? ts_prune_begin(b->prune, b->known, b->session.known_count) : rc;
}

/* Predictions are cheap: without a budget there are many. */
static ts_stop_rule prediction_rule(const ts_tuner *t)
{
    const ts_tune_options *o = t->options;
    ts_stop_rule rule = t->stop, most = ts_stop_evaluations(DEFAULT_PREDICTIONS);
    if (o->budget_evaluations)
        most = ts_stop_evaluations(o->budget_evaluations);
    else if (o->budget_seconds > 0)
        most = ts_stop_seconds(o->budget_seconds / (double)t->problem_count);
    else if (rule.count > 0)
        return rule;
    return ts_stop_either(&rule, &most);
}

static int on_prediction(void *context, const ts_result *r)
{
    ts_bout *b = context;
    (void)r;
    if (b->session.evaluated % PREDICTIONS_A_LINE == 0)
        ts_bout_progress(b, "search");
    return TS_OK;
}

static int interrupted(void *context)
{
    return ts_tuner_interrupted(((ts_bout *)context)->tuner);
}

static int search_predictions(ts_bout *b)
{
    const ts_tuner *t = b->tuner;
    ts_session *s = &b->session;
    *s = (ts_session){.space = b->space,
                      .evaluator = b->evaluator,
                      .strategy = t->strategy,
                      .seed = t->options->seed,
                      .seeds = b->seeds,
                      .seed_count = s->seed_count,
                      .stop = prediction_rule(t),
                      .bound = s->bound,
                      .context = b,
                      .on_result = on_prediction,
                      .interrupted = interrupted};
    int rc = ts_session_run(s);
    t->report->times.search += s->search_seconds;
    t->report->interrupted = rc == TS_OK && interrupted(b);
    return rc;
}

int ts_bout_predict(ts_bout *b)
{
    ts_learned *learned = ts_lessons_learned(b->lessons);
    b->shape->predicted = true;
    if (!ts_learned_speaks(learned))
        return ts_fail(TS_ENOTFOUND, "nothing can be predicted, and no results are known to learn from: %s",
                       ts_lessons_no_model(b->lessons));
    int rc = ts_model_evaluator_open(ts_learned_expectation(learned), &b->evaluator);
    if (rc == TS_OK)
        rc = search_predictions(b);
    if (rc == TS_OK)
        rc = ts_bout_report_search(b);
    ts_bout_report_model(b);
    return rc;
}

static void report_pruning(const ts_prune *prune, ts_tune_model *m)
{
    ts_prune_claim c = ts_prune_says(prune);
    m->pruned = true;
    m->dropped = c.share;
    m->chance = c.chance;
    m->regret = c.regret;
    m->loss = c.loss;
    m->declined = c.declined;
    m->assumed = c.assumed;
}

void ts_bout_report_model(ts_bout *b)
{
    ts_tune_model *m = &b->shape->model;
    if (!b->lessons)
        return;
    const ts_residual_trust *t = ts_learned_trust(ts_lessons_learned(b->lessons));
    *m = (ts_tune_model){.used = ts_learned_speaks(ts_lessons_learned(b->lessons)),
                         .nest = !ts_lessons_no_model(b->lessons),
                         .own = t->own,
                         .others = t->others,
                         .spearman = t->spearman,
                         .deviation = t->deviation};
    if (b->prune)
        report_pruning(b->prune, m);
}
