/* See explore.h: a space of designs, an evaluator that asks the models, and the one loop. */
#include "tune/explore.h"
#include "core/space.h"
#include "eval/evaluator.h"
#include "tune/session.h"
#include "tune/strategies.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_BUDGET = 2000 };

/* Dataflows that the models can map a product by; row-stationary machines keep theirs. */
static const char *const dataflows[] = {"output_stationary", "weight_stationary", "input_stationary"};
enum { DATAFLOWS = sizeof dataflows / sizeof *dataflows };

typedef struct ts_explorer {
    ts_evaluator base; /* first: an evaluator is one of these */
    const ts_explore_question *question;
    ts_explore_report *report;
    ts_target *targets[DATAFLOWS]; /* owned; the base with each dataflow, or as it is */
    ts_facts *facts[DATAFLOWS];
    size_t variants;
    ts_space *space;
    TS_VEC(uint64_t) queue;
    TS_VEC(ts_design) designs;
    size_t next;
} ts_explorer;

/* ---- one design -------------------------------------------------------------------------------- */

static double objective(const ts_explorer *x, const ts_design *d)
{
    return x->question->objective == TS_EXPLORE_TIME     ? d->seconds
           : x->question->objective == TS_EXPLORE_ENERGY ? d->joules
                                                         : d->joules * d->seconds;
}

static int judge(ts_explorer *x, ts_design *d)
{
    size_t flow = d->dataflow > 0 ? (size_t)d->dataflow : 0;
    ts_prediction *calls = calloc(x->question->workload->call_count + 1, sizeof *calls);
    if (!calls)
        return ts_fail(TS_ENOMEM, "out of memory while exploring");
    int rc = ts_explore_apply(x->report, x->targets[flow], x->facts[flow], d->values);
    if (rc == TS_OK)
        rc = ts_predict_workload(NULL, x->question->workload, x->facts[flow], 1, &d->seconds, &d->joules,
                                 calls);
    for (size_t i = 0; rc == TS_OK && i < x->question->workload->call_count && !x->report->no_energy; i++)
        if (calls[i].no_energy[0])
            x->report->no_energy = strdup(calls[i].no_energy);
    d->area = d->area_lo = d->area_hi = NAN;
    if (rc == TS_OK && x->question->area) {
        ts_area area;
        rc = ts_explore_area(x->question->base, x->report->attributes, x->report->attribute_count, d->values,
                             &area);
        d->area = area.mm2;
        d->area_lo = area.lo;
        d->area_hi = area.hi;
    }
    d->value = objective(x, d);
    free(calls);
    return rc;
}

/* ---- the evaluator ----------------------------------------------------------------------------- */

static int submit(ts_evaluator *self, const uint64_t *configs, size_t count)
{
    ts_explorer *x = (ts_explorer *)self;
    for (size_t i = 0; i < count; i++)
        if (!ts_vec_push(&x->queue, configs[i]))
            return ts_fail(TS_ENOMEM, "out of memory while exploring");
    return TS_OK;
}

static void decode(const ts_explorer *x, uint64_t config, ts_design *d)
{
    uint16_t ordinals[TS_EXPLORE_VARIED + 1];
    ts_space_decode(x->space, config, ordinals);
    for (size_t i = 0; i < x->report->attribute_count; i++)
        d->values[i] = x->report->attributes[i].values[ordinals[i]];
    d->dataflow = x->report->dataflow_count ? (int)ordinals[x->report->attribute_count] : -1;
}

/* A design that a model says no to, or can't judge by the objective, is one that doesn't work. */
static int collect(ts_evaluator *self, double timeout, ts_result *out)
{
    ts_explorer *x = (ts_explorer *)self;
    ts_design d = {0};
    (void)timeout;
    if (x->next == x->queue.count)
        return 0;
    uint64_t config = x->queue.items[x->next++];
    decode(x, config, &d);
    int rc = judge(x, &d);
    if (rc != TS_OK && rc != TS_EINPUT && rc != TS_ENOTFOUND)
        return rc;
    bool works = rc == TS_OK && d.value > 0;
    if (works && !ts_vec_push(&x->designs, d))
        return ts_fail(TS_ENOMEM, "out of memory while exploring");
    if (!works) {
        x->report->refused++;
        if (!x->report->refusal)
            x->report->refusal = strdup(rc                     ? ts_error()
                                        : x->report->no_energy ? x->report->no_energy
                                                               : "it has no energy");
    }
    *out = (ts_result){.config = config,
                       .status = works ? TS_STATUS_OK : TS_STATUS_UNAVAILABLE,
                       .cost = works ? d.value : NAN,
                       .error = NAN,
                       .deviation = NAN};
    return 1;
}

static void close_evaluator(ts_evaluator *self)
{
    (void)self; /* the explorer is on its owner's stack */
}

/* ---- the space --------------------------------------------------------------------------------- */

static int read_attributes(const ts_explore_question *q, ts_explore_report *r)
{
    for (size_t i = 0; q->vary && q->vary[i]; i++) {
        ts_explore_attribute *a = &r->attributes[r->attribute_count];
        if (r->attribute_count == TS_EXPLORE_VARIED)
            return ts_fail(TS_EINPUT, "at most %d attributes can be varied at a time; leave some --vary out",
                           TS_EXPLORE_VARIED);
        r->attribute_count++;
        int rc = ts_explore_range(q->vary[i], a);
        if (rc != TS_OK)
            return rc;
        ts_fact fact;
        rc = ts_target_need(q->base, a->name, "exploring", &fact);
        if (rc != TS_OK)
            return rc;
        a->base = fact.value;
    }
    return r->attribute_count
               ? TS_OK
               : ts_fail(TS_EINPUT,
                         "nothing is varied; say what with --vary, such as --vary l2.size=256K:4M");
}

/* The base once for each dataflow that it may have. */
static int open_targets(ts_explorer *x)
{
    const ts_attribute *flow = ts_target_get(x->question->base, "array.dataflow");
    bool choice = flow && flow->value.kind == TS_STRING && strcmp(flow->value.s, "row_stationary") != 0;
    x->variants = choice ? DATAFLOWS : 1;
    int rc = TS_OK;
    for (size_t i = 0; i < DATAFLOWS && i < x->variants && rc == TS_OK; i++) {
        char *text = NULL;
        rc = ts_target_write(x->question->base, &text);
        if (rc == TS_OK)
            rc = ts_target_parse(text, strlen(text), x->question->base->name, &x->targets[i]);
        if (rc == TS_OK && choice)
            rc = ts_target_set(x->targets[i], "array.dataflow", ts_string(dataflows[i]), NULL, "explored",
                               NAN, NAN);
        if (rc == TS_OK)
            rc = ts_facts_open(x->targets[i], &x->facts[i]);
        free(text);
    }
    for (size_t i = 0; choice && i < DATAFLOWS; i++)
        x->report->dataflows[x->report->dataflow_count++] = dataflows[i];
    return rc;
}

static int build_space(ts_explorer *x)
{
    ts_space_param_spec specs[TS_EXPLORE_VARIED + 1] = {{0}};
    ts_value *values[TS_EXPLORE_VARIED] = {0}, flows[DATAFLOWS], known[TS_EXPLORE_VARIED + 1] = {{0}};
    const ts_explore_report *r = x->report;
    size_t count = r->attribute_count;
    int rc = TS_OK;
    for (size_t i = 0; i < count && rc == TS_OK; i++) {
        values[i] = calloc(r->attributes[i].count, sizeof **values);
        if (!values[i])
            rc = ts_fail(TS_ENOMEM, "out of memory while exploring");
        for (size_t j = 0; rc == TS_OK && j < r->attributes[i].count; j++)
            values[i][j] = ts_real(r->attributes[i].values[j]);
        specs[i] = (ts_space_param_spec){.name = r->attributes[i].name,
                                         .kind = TS_PARAM_ORDINAL,
                                         .values = values[i],
                                         .count = r->attributes[i].count,
                                         .slot = i};
    }
    for (size_t i = 0; i < r->dataflow_count; i++)
        flows[i] = ts_string(r->dataflows[i]);
    if (r->dataflow_count)
        specs[count] = (ts_space_param_spec){.name = "dataflow",
                                             .kind = TS_PARAM_CATEGORICAL,
                                             .values = flows,
                                             .count = r->dataflow_count,
                                             .slot = count};
    size_t params = count + (r->dataflow_count > 0);
    if (rc == TS_OK)
        rc = ts_space_build(
            &(ts_space_spec){.params = specs, .param_count = params, .known = known, .slot_count = params},
            &x->space);
    for (size_t i = 0; i < count; i++)
        free(values[i]);
    return rc;
}

/* ---- the search, and what it shows --------------------------------------------------------------- */

static int tell(void *context)
{
    ts_explorer *x = context;
    const ts_explore_question *q = x->question;
    size_t most = q->budget ? q->budget : DEFAULT_BUDGET;
    double of = fmin((double)most, (double)ts_space_count(x->space));
    return q->progress ? q->progress(q->context, (double)x->next / of, x->next) : 0;
}

static int on_result(void *context, const ts_result *result)
{
    (void)context, (void)result;
    return TS_OK;
}

static int search(ts_explorer *x)
{
    const ts_explore_question *q = x->question;
    size_t most = q->budget ? q->budget : DEFAULT_BUDGET;
    x->report->space = ts_space_count(x->space);
    x->report->exhaustive = x->report->space <= most;
    ts_session session = {.space = x->space,
                          .evaluator = &x->base,
                          .seed = q->seed,
                          .stop = ts_stop_evaluations(most),
                          .context = x,
                          .on_result = on_result,
                          .interrupted = tell};
    int rc = ts_strategy_named(x->report->exhaustive ? "exhaustive"
                               : q->strategy         ? q->strategy
                                                     : "auto",
                               &session.strategy);
    if (rc == TS_OK)
        rc = ts_session_run(&session);
    ts_session_clear(&session);
    return rc;
}

static bool no_worse(double a, double b)
{
    return isnan(a) || isnan(b) || a <= b;
}

/* Of two designs that do the same, the one with less of everything. */
static bool smaller(const ts_design *a, const ts_design *b, size_t attributes)
{
    bool any = false;
    for (size_t i = 0; i < attributes; i++) {
        if (a->values[i] > b->values[i])
            return false;
        any |= a->values[i] < b->values[i];
    }
    return any;
}

static bool dominates(const ts_design *a, const ts_design *b, size_t attributes)
{
    bool all =
        no_worse(a->seconds, b->seconds) && no_worse(a->joules, b->joules) && no_worse(a->area, b->area);
    return all && (a->seconds < b->seconds || a->joules < b->joules || a->area < b->area ||
                   smaller(a, b, attributes));
}

static void sum_up(ts_explore_report *r)
{
    for (size_t i = 0; i < r->count; i++) {
        ts_design *d = &r->designs[i];
        d->front = true;
        for (size_t j = 0; j < r->count && d->front; j++)
            d->front = !dominates(&r->designs[j], d, r->attribute_count);
        if (d->value < r->designs[r->best].value ||
            (d->value == r->designs[r->best].value && smaller(d, &r->designs[r->best], r->attribute_count)))
            r->best = i;
        for (size_t a = 0; a < r->attribute_count; a++)
            for (size_t v = 0; v < r->attributes[a].count; v++)
                if (r->attributes[a].values[v] == d->values[a] && !(r->attributes[a].best[v] <= d->value))
                    r->attributes[a].best[v] = d->value;
    }
}

/* The target as it stands, for comparison. */
static int judge_base(ts_explorer *x)
{
    ts_explore_report *r = x->report;
    for (size_t i = 0; i < r->attribute_count; i++)
        r->base.values[i] = r->attributes[i].base;
    r->base.dataflow = -1;
    for (size_t i = 0; i < r->dataflow_count; i++)
        if (strcmp(r->dataflows[i], ts_target_get(x->question->base, "array.dataflow")->value.s) == 0)
            r->base.dataflow = (int)i;
    int rc = judge(x, &r->base);
    if (rc == TS_EINPUT || (rc == TS_ENOTFOUND && !x->question->area))
        r->base.seconds = r->base.joules = r->base.value = NAN;
    return rc == TS_EINPUT ? TS_OK : rc;
}

static int run(ts_explorer *x)
{
    int rc = read_attributes(x->question, x->report);
    if (rc == TS_OK)
        rc = open_targets(x);
    if (rc == TS_OK)
        rc = build_space(x);
    if (rc == TS_OK)
        rc = judge_base(x);
    if (rc == TS_OK)
        rc = search(x);
    if (rc == TS_OK && x->designs.count == 0)
        rc = ts_fail(TS_EINPUT, "no design can do it: %s",
                     x->report->refusal ? x->report->refusal : "none was judged");
    return rc;
}

int ts_explore(const ts_explore_question *question, ts_explore_report **out)
{
    ts_explorer x = {.base = {.name = "model",
                              .batch = 16,
                              .depth = 1,
                              .submit = submit,
                              .collect = collect,
                              .close = close_evaluator},
                     .question = question};
    *out = NULL;
    x.report = calloc(1, sizeof *x.report);
    int rc = x.report ? run(&x) : ts_fail(TS_ENOMEM, "out of memory while exploring");
    for (size_t i = 0; i < DATAFLOWS; i++) {
        ts_facts_close(x.facts[i]);
        ts_target_free(x.targets[i]);
    }
    ts_space_free(x.space);
    ts_vec_free(&x.queue);
    if (x.report) {
        x.report->designs = x.designs.items;
        x.report->count = x.designs.count;
    }
    if (rc == TS_OK && x.report) {
        sum_up(x.report);
        *out = x.report;
    } else
        ts_explore_report_free(x.report);
    return rc;
}

void ts_explore_report_free(ts_explore_report *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->attribute_count; i++) {
        free(r->attributes[i].name);
        free(r->attributes[i].values);
        free(r->attributes[i].best);
    }
    free(r->designs);
    free(r->refusal);
    free(r->no_energy);
    free(r);
}
