/* ts_simulate(): strategies on recorded spaces through the session's loop. */
#include "tune/score.h"
#include "tune/session.h"
#include "tune/strategies.h"
#include "util/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEFAULT_RUNS = 30, LEAST_EVALUATIONS = 200 };

/* The whole simulation, and the run that is on. */
typedef struct ts_simulation {
    const ts_spaces *spaces;
    const ts_simulate_options *options;
    const ts_simulate_callbacks *callbacks;
    const ts_strategy **strategies; /* NULL-terminated */
    uint64_t *seeds;                /* [runs] */
    size_t runs, strategy_count;
    ts_stop_rule stop; /* of all spaces; without terms: the default of each */
    ts_trace *trace;
    ts_simulate_progress progress;
    double started;
    ts_trace_run *run;
    const ts_session *session;
    uint64_t polled; /* results since the callbacks were last called */
} ts_simulation;

static int open_strategies(ts_simulation *s)
{
    static const char *const usual[] = {"auto", NULL};
    const char *const *names = s->options->strategies ? s->options->strategies : usual;
    size_t n = 0;
    int rc = TS_OK;
    while (names[n])
        n++;
    s->strategies = calloc(n + 1, sizeof *s->strategies);
    if (!s->strategies)
        return ts_fail(TS_ENOMEM, "out of memory while preparing a simulation");
    for (size_t i = 0; rc == TS_OK && i < n; i++)
        rc = ts_strategy_named(names[i], &s->strategies[i]);
    s->strategy_count = n;
    return rc;
}

/* Run r has the same seed on every space and with every strategy, however many of them there are. */
static int draw_seeds(ts_simulation *s)
{
    ts_rng rng;
    s->seeds = calloc(s->runs, sizeof *s->seeds);
    if (!s->seeds)
        return ts_fail(TS_ENOMEM, "out of memory while preparing a simulation");
    ts_rng_seed(&rng, s->options->seed);
    for (size_t i = 0; i < s->runs; i++)
        s->seeds[i] = ts_rng_next(&rng);
    return TS_OK;
}

static int read_rule(ts_simulation *s)
{
    const ts_simulate_options *o = s->options;
    int rc = o->stop ? ts_stop_parse(o->stop, &s->stop) : TS_OK;
    if (o->budget_evaluations) {
        ts_stop_rule evaluations = ts_stop_evaluations(o->budget_evaluations);
        s->stop = ts_stop_either(&s->stop, &evaluations);
    }
    if (o->budget_seconds > 0) {
        ts_stop_rule seconds = ts_stop_seconds(o->budget_seconds);
        s->stop = ts_stop_either(&s->stop, &seconds);
    }
    return rc;
}

/* To the end of what the score looks at, and far enough for the best-so-far table. A space without a scale
 * gets the latter. */
static int default_rule(const ts_simulation *s, const ts_recording *space, ts_stop_rule *out)
{
    ts_score_scale *scale;
    *out = ts_stop_evaluations(LEAST_EVALUATIONS);
    int rc = ts_score_scale_open(space, s->options->cost_by_evaluations, &scale);
    if (rc != TS_OK)
        return rc == TS_EINPUT ? TS_OK : rc;
    double horizon = ts_score_horizon(scale, LEAST_EVALUATIONS);
    ts_stop_rule window =
        scale->timed ? ts_stop_seconds(horizon) : ts_stop_evaluations((size_t)ceil(horizon));
    *out = ts_stop_both(out, &window);
    ts_score_scale_close(scale);
    return TS_OK;
}

static bool is_timed(const ts_recording *space)
{
    for (uint64_t i = 0; i < space->count; i++)
        if (isnan(space->spent[i]))
            return false;
    return true;
}

static int rule_of(const ts_simulation *s, const ts_recording *space, ts_stop_rule *out)
{
    *out = s->stop;
    if (s->stop.count == 0)
        return default_rule(s, space, out);
    if (ts_stop_mentions(out, TS_STOP_SECONDS) && !is_timed(space))
        return ts_fail(
            TS_EINPUT,
            "the space '%s' doesn't record how long evaluations took; give the budget in evaluations",
            space->name);
    return TS_OK;
}

static double optimum(const ts_recording *space)
{
    double best = 0;
    bool found = false;
    for (uint64_t i = 0; i < space->count; i++)
        if (space->status[i] == TS_STATUS_OK && (!found || space->cost[i] < best)) {
            best = space->cost[i];
            found = true;
        }
    return best;
}

static void show_progress(ts_simulation *s)
{
    ts_simulate_progress *p = &s->progress;
    double spent = ts_now() - s->started, within = 0;
    if (s->session && s->session->evaluator) {
        ts_stop_state state = ts_session_state(s->session);
        within = ts_stop_fraction(&s->session->stop, &state);
    }
    p->fraction = ((double)(p->run ? p->run - 1 : 0) + within) / (double)p->runs;
    p->seconds_left = p->fraction > 0.01 ? spent / p->fraction - spent : NAN;
    if (s->callbacks && s->callbacks->progress)
        s->callbacks->progress(s->callbacks->context, p);
}

static int on_result(void *context, const ts_result *result)
{
    ts_simulation *s = context;
    ts_step step = {result->config, NULL, s->options->overhead ? s->session->search_seconds * 1e3 : NAN};
    if (++s->polled % 64 == 0)
        show_progress(s);
    return ts_trace_add(s->run, step);
}

static int interrupted(void *context)
{
    const ts_simulation *s = context;
    return s->callbacks && s->callbacks->stop ? s->callbacks->stop(s->callbacks->context) : 0;
}

static int search(ts_simulation *s, const ts_strategy *strategy, const ts_recording *space,
                  const ts_stop_rule *rule, uint64_t seed)
{
    ts_session session = {.space = space->space,
                          .strategy = strategy,
                          .seed = seed,
                          .stop = *rule,
                          .bound = optimum(space),
                          .context = s,
                          .on_result = on_result,
                          .interrupted = interrupted};
    int rc = ts_replay_open(space, &session.evaluator);
    if (rc != TS_OK)
        return rc;
    s->session = &session;
    rc = ts_session_run(&session);
    s->session = NULL;
    session.evaluator->close(session.evaluator);
    ts_session_clear(&session);
    if (rc == TS_OK && interrupted(s))
        rc = ts_fail(TS_EINTR,
                     "interrupted; a simulation keeps nothing, and the same command gives the same trace");
    return rc;
}

static int simulate_pair(ts_simulation *s, const ts_strategy *strategy, const ts_recording *space)
{
    ts_stop_rule rule;
    int rc = rule_of(s, space, &rule);
    s->progress.strategy = strategy->name;
    s->progress.space = space->name;
    for (size_t run = 0; rc == TS_OK && run < s->runs; run++) {
        char label[24];
        snprintf(label, sizeof label, "%zu", run + 1);
        s->progress.run++;
        show_progress(s);
        rc = ts_trace_run_of(s->trace, strategy->name, space->name, label, &s->run);
        if (rc == TS_OK)
            rc = search(s, strategy, space, &rule, s->seeds[run]);
    }
    return rc;
}

static int simulate_all(ts_simulation *s)
{
    int rc = TS_OK;
    s->progress.runs = s->runs * s->strategy_count * s->spaces->items.count;
    for (size_t i = 0; rc == TS_OK && s->strategies[i]; i++)
        for (size_t j = 0; rc == TS_OK && j < s->spaces->items.count; j++)
            rc = simulate_pair(s, s->strategies[i], s->spaces->items.items[j]);
    return rc;
}

int ts_simulate(const ts_spaces *spaces, const ts_simulate_options *options,
                const ts_simulate_callbacks *callbacks, ts_trace **out)
{
    ts_simulation s = {.spaces = spaces,
                       .options = options,
                       .callbacks = callbacks,
                       .runs = options->runs ? options->runs : DEFAULT_RUNS,
                       .started = ts_now()};
    int rc = open_strategies(&s);
    if (rc == TS_OK)
        rc = draw_seeds(&s);
    if (rc == TS_OK)
        rc = read_rule(&s);
    if (rc == TS_OK)
        rc = ts_trace_new(&s.trace);
    if (rc == TS_OK)
        rc = simulate_all(&s);
    free(s.strategies);
    free(s.seeds);
    if (rc == TS_OK)
        *out = s.trace;
    else
        ts_trace_free(s.trace);
    return rc;
}
