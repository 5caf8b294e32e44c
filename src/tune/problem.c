/* Tuning one problem: what is known, the search, the finals, the winner stored with its provenance. */
#include "build/render.h"
#include "build/toolchain.h"
#include "tune/conditions.h"
#include "tune/tuner.h"
#include "tune/warm.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/str.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Share of a problem's time that the finals get, and their bounds in seconds. */
static const double finals_share = 0.22, finals_min = 1.0, finals_max = 8.0;

/* One problem on its way. */
typedef struct ts_bout {
    ts_tuner *tuner;
    const ts_problem *problem;
    ts_tune_shape *shape; /* the report's */
    ts_space *space;
    ts_evaluator *evaluator;
    ts_value *slots;
    ts_session session;
    ts_finals finals;
    ts_observation *known;
    uint64_t *seeds;
    uint64_t incumbent, baseline;
    int64_t session_id;
    ts_str key, best_text;
    double flops, finals_seconds;
} ts_bout;

static void add_times(ts_tune_times *total, const ts_stage_times *t)
{
    total->render += t->render;
    total->compile += t->compile;
    total->verify += t->verify;
    total->measure += t->measure;
}

static void show_progress(ts_bout *b, const char *phase)
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
        p->best_rate = b->flops / s->best.cost;
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
    show_progress(b, "search");
    return rc;
}

static int interrupted(void *context)
{
    return ts_tuner_interrupted(((ts_bout *)context)->tuner);
}

/* The space and what the store knows about it. */
static int prepare(ts_bout *b)
{
    ts_tuner *t = b->tuner;
    bool has_default = false;
    double bytes;
    b->slots = calloc(t->kernel->slot_count, sizeof *b->slots);
    if (!b->slots)
        return ts_fail(TS_ENOMEM, "out of memory while preparing a search");
    int rc = ts_problem_work(b->problem, &b->flops, &bytes);
    if (rc == TS_OK)
        rc = ts_kernel_space(b->problem, t->target, t->compilers, &b->space);
    if (rc == TS_OK)
        rc = ts_kernel_slots(b->problem, t->target, b->slots);
    ts_warm_query query = {t->store, b->problem, t->target, t->target_id, b->space};
    if (rc == TS_OK)
        rc = ts_warm_known(&query, &b->known, &b->session.known_count);
    if (rc == TS_OK)
        rc = ts_warm_incumbent(&query, &b->incumbent);
    if (rc == TS_OK)
        rc = ts_warm_seeds(&query, &b->seeds, &b->session.seed_count, &has_default);
    b->baseline = rc == TS_OK && has_default ? b->seeds[0] : TS_NO_CONFIG;
    return rc;
}

/* The part of the time that is left which this problem may use: an equal share with the problems after it. */
static void share_time(ts_bout *b)
{
    const ts_tuner *t = b->tuner;
    double share = (t->deadline - ts_now()) / (double)(t->problem_count - t->progress.shape);
    b->finals_seconds = fmin(fmax(finals_share * share, finals_min), finals_max);
    ts_stop_rule time = ts_stop_seconds(fmax(share - b->finals_seconds, 0.1));
    b->session.stop = ts_stop_either(&b->session.stop, &time);
}

/* The rule that was given, or a budget that ends earlier. The bound of a rule is the work at the machine's
 * peak. */
static int set_stop_rule(ts_bout *b)
{
    const ts_tuner *t = b->tuner;
    b->session.stop = t->stop;
    b->session.bound = isnan(t->progress.peak) ? 0 : b->flops / t->progress.peak;
    b->finals_seconds = finals_max;
    if (t->options->budget_evaluations) {
        ts_stop_rule evaluations = ts_stop_evaluations(t->options->budget_evaluations);
        b->session.stop = ts_stop_either(&b->session.stop, &evaluations);
    }
    if (t->deadline > 0)
        share_time(b);
    if (b->session.bound == 0 && ts_stop_mentions(&t->stop, TS_STOP_WITHIN))
        return ts_fail(
            TS_EINPUT,
            "--stop '%s' needs the peak of %s, which the target '%s' doesn't state; leave 'within' out or "
            "describe the machine with tilesmith detect",
            t->options->stop, b->problem->type->name, t->target->name);
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
                          .seed = t->options->seed};
    ts_str options = TS_STR_INIT;
    ts_conditions_read(&row.conditions, &text);
    row.conditions.peak = t->progress.peak;
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
    show_progress(b, "search");
    s->space = b->space;
    s->evaluator = b->evaluator;
    s->strategy = t->strategy;
    s->seed = t->options->seed;
    s->known = b->known;
    s->seeds = b->seeds;
    s->context = b;
    s->on_result = on_result;
    s->interrupted = interrupted;
    int rc = ts_session_run(s);
    t->report->times.search += s->search_seconds;
    if (rc == TS_OK && interrupted(b))
        t->report->interrupted = true;
    return rc;
}

static int hold_finals(ts_bout *b)
{
    ts_tuner *t = b->tuner;
    ts_finals_plan plan = {&b->session, b->incumbent, b->baseline, b->finals_seconds, t->options->seed};
    double before = ts_now();
    show_progress(b, "finals");
    int rc = ts_finals_hold(&plan, b->evaluator, &b->finals);
    t->report->times.finals += ts_now() - before;
    if (rc == TS_OK && b->evaluator->contest)
        rc = store_result(b, &b->finals.winner_result);
    return rc;
}

/* "[{…},{…}]" of the tied set. */
static char *tied_json(const ts_bout *b)
{
    ts_str text = TS_STR_INIT;
    ts_str_append(&text, "[");
    for (size_t i = 0; i < b->finals.tied_count; i++) {
        char *one = ts_configuration_json(b->space, b->finals.tied[i]);
        ts_str_format(&text, "%s%s", i ? "," : "", one ? one : "");
        text.failed = text.failed || !one;
        free(one);
    }
    ts_str_append(&text, "]");
    return ts_str_take(&text);
}

/* The winner with all that is needed to build it again elsewhere. Strings borrowed from arguments are not
 * owned by the row. */
static int store_winner(ts_bout *b, const ts_variant *v)
{
    ts_tuner *t = b->tuner;
    const char *identity;
    char stamp[21];
    int rc = ts_compiler_identity(v->compiler, &identity);
    if (rc != TS_OK)
        return rc;
    ts_timestamp(stamp);
    char *configuration = ts_configuration_json(b->space, b->finals.winner), *tied = tied_json(b);
    char *source = ts_asprintf("%s%s", ts_variant_prelude(), v->source);
    ts_winner w = {
        .kernel = t->kernel->name,
        .kernel_hash = t->kernel->hash,
        .type = b->problem->type->name,
        .problem = (char *)ts_str_text(&b->key),
        .target_name = t->target->name,
        .fingerprint = t->target->fingerprint,
        .configuration = configuration,
        .variant = (char *)v->id,
        .source = source,
        .compiler = v->compiler,
        .compiler_identity = (char *)identity,
        .flags = v->flags,
        .fixed_shape = v->fixed_shape,
        .huge_pages = v->huge_pages,
        .workspace_bytes = v->workspace_bytes,
        .seconds = b->finals.seconds.mid,
        .lo = b->finals.seconds.lo,
        .hi = b->finals.seconds.hi,
        .flops = b->flops,
        .peak = b->finals.peak,
        .tied = tied,
        .evaluations = b->session.trials.count,
        .objective = "time",
        .library_version = TILESMITH_VERSION,
        .timestamp = stamp,
    };
    rc = configuration && tied && source ? ts_store_winner_put(t->store, b->session_id, &w)
                                         : ts_fail(TS_ENOMEM, "out of memory while storing the winner");
    free(configuration);
    free(tied);
    free(source);
    return rc;
}

static int crown(ts_bout *b)
{
    ts_renderer *renderer = NULL;
    ts_variant variant = {0};
    int rc = ts_renderer_open(b->problem, b->tuner->target, b->space, &renderer);
    if (rc == TS_OK)
        rc = ts_renderer_variant(renderer, b->finals.winner, &variant);
    if (rc == TS_OK)
        rc = store_winner(b, &variant);
    if (rc == TS_OK && !(b->shape->variant = strdup(variant.id)))
        rc = ts_fail(TS_ENOMEM, "out of memory while reporting the winner");
    ts_variant_clear(&variant);
    ts_renderer_close(renderer);
    return rc;
}

static char *describe(const ts_bout *b, uint64_t config)
{
    ts_str text = TS_STR_INIT;
    ts_space_describe(b->space, config, &text);
    return ts_str_take(&text);
}

static int report_winner(ts_bout *b)
{
    ts_tune_shape *s = b->shape;
    ts_finals *f = &b->finals;
    s->configuration = describe(b, f->winner);
    s->seconds = f->seconds.mid;
    s->lo = f->seconds.lo;
    s->hi = f->seconds.hi;
    s->peak = f->peak;
    s->peak_share = b->flops / f->peak_seconds;
    s->default_seconds = f->baseline_seconds;
    s->tied_configurations = calloc(f->tied_count + 1, sizeof *s->tied_configurations);
    for (; s->tied_configurations && s->tied < f->tied_count; s->tied++)
        s->tied_configurations[s->tied] = describe(b, f->tied[s->tied]);
    s->incumbent = b->incumbent == TS_NO_CONFIG ? NULL
                   : !f->incumbent_ran          ? "failed"
                   : f->incumbent_tied          ? "kept"
                                                : "replaced";
    s->counters = f->winner_result.counters;
    s->counter_count = f->winner_result.counter_count;
    f->winner_result.counters = NULL;
    f->winner_result.counter_count = 0;
    return s->configuration && s->tied_configurations
               ? TS_OK
               : ts_fail(TS_ENOMEM, "out of memory while reporting the winner");
}

static void report_search(ts_bout *b)
{
    ts_tune_shape *s = b->shape;
    s->evaluations = b->session.evaluated;
    s->resumed = b->session.known_count;
    memcpy(s->by_status, b->session.by_status, sizeof s->by_status);
    s->stop_reason = b->session.stop_reason;
}

static int describe_problem(ts_bout *b)
{
    ts_tune_shape *s = b->shape;
    ts_problem_text(b->problem, &b->key);
    s->problem = strdup(ts_str_text(&b->key));
    s->type = strdup(b->problem->type->name);
    s->seconds = s->lo = s->hi = s->peak = s->peak_share = s->default_seconds = NAN;
    b->tuner->progress.problem = s->problem;
    b->tuner->progress.best_seconds = b->tuner->progress.best_rate = NAN;
    b->tuner->progress.best_configuration = NULL;
    memset(b->tuner->progress.by_status, 0, sizeof b->tuner->progress.by_status);
    return s->problem && s->type ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while preparing a search");
}

static int run(ts_bout *b)
{
    ts_tuner *t = b->tuner;
    ts_hardware_options hardware = {.cpu = -1};
    int rc = describe_problem(b);
    if (rc == TS_OK)
        rc = prepare(b);
    if (rc != TS_OK)
        return rc;
    b->shape->flops = b->flops;
    b->shape->space = ts_space_count(b->space);
    b->shape->space_raw = ts_space_raw_count(b->space);
    b->shape->resumed = b->session.known_count;
    if (t->options->dry_run)
        return TS_OK;
    rc = ts_hardware_open(b->problem, t->target, b->space, &hardware, &b->evaluator);
    if (rc == TS_OK)
        rc = set_stop_rule(b);
    if (rc == TS_OK)
        rc = begin_session(b);
    if (rc != TS_OK)
        return rc;
    rc = search(b);
    report_search(b);
    if (rc == TS_OK && ts_tuner_interrupted(t) < 2)
        rc = hold_finals(b);
    if (rc == TS_OK && b->finals.winner != TS_NO_CONFIG)
        rc = crown(b);
    if (rc == TS_OK && b->finals.winner != TS_NO_CONFIG)
        rc = report_winner(b);
    int end =
        ts_store_session_end(t->store, b->session_id, rc == TS_OK ? b->session.stop_reason : "failed", NULL);
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
    if (b.evaluator)
        b.evaluator->close(b.evaluator);
    t->progress.best_configuration = NULL;
    ts_finals_clear(&b.finals);
    ts_session_clear(&b.session);
    ts_space_free(b.space);
    ts_str_free(&b.key);
    ts_str_free(&b.best_text);
    free(b.slots);
    free(b.known);
    free(b.seeds);
    return rc;
}
