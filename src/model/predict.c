/* See predict.h: the models behind one interface, with intervals and what doubling the binding resource
 * would gain. */
#include "model/predict.h"
#include "model/facts_chain.h"
#include "model/models.h"
#include "util/str.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void ts_prediction_clear(ts_prediction *p)
{
    memset(p, 0, sizeof *p);
    p->seconds = p->joules = p->flops = p->bytes = NAN;
    p->peak = p->utilization = p->compute_seconds = NAN;
}

static bool speaks_of(const ts_model *model, const ts_target *target)
{
    return !model->kind || strcmp(model->kind, target->kind) == 0;
}

static const ts_model *highest(const ts_target *target)
{
    const ts_model *best = NULL;
    for (const ts_model *const *m = ts_models; *m; m++)
        if (speaks_of(*m, target) && (!best || (*m)->rank > best->rank))
            best = *m;
    return best;
}

static int refuse_name(const char *name)
{
    ts_str known = TS_STR_INIT;
    for (const ts_model *const *m = ts_models; *m; m++)
        ts_str_format(&known, "%s%s", m == ts_models ? "" : ", ", (*m)->name);
    int rc = ts_fail(TS_ENOTFOUND, "there is no model '%s'; the models are %s", name, ts_str_text(&known));
    ts_str_free(&known);
    return rc;
}

int ts_model_find(const char *name, const ts_target *target, const ts_model **out)
{
    *out = name ? NULL : highest(target);
    for (const ts_model *const *m = ts_models; name && *m && !*out; m++)
        if (strcmp((*m)->name, name) == 0)
            *out = *m;
    if (!*out && name)
        return refuse_name(name);
    if (!*out)
        return ts_fail(TS_ENOTFOUND, "no model speaks of targets of the kind %s", target->kind);
    if (!speaks_of(*out, target))
        return ts_fail(TS_EINPUT, "the model '%s' speaks of targets of the kind %s, and %s is of the kind %s",
                       name, (*out)->kind, target->name, target->kind);
    return 0;
}

int ts_model_run(const ts_model *model, const ts_model_call *call, ts_facts *facts, ts_prediction *out)
{
    ts_prediction_clear(out);
    out->flops = call->work->flops;
    out->bytes = call->work->bytes;
    int rc = model->predict(call, facts, out);
    if (rc == 0 && out->flops > 0)
        out->utilization = out->flops / out->seconds / out->peak;
    return rc;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void ts_draws_interval(double *values, size_t count, double *lo, double *hi)
{
    size_t known = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(values[i]))
            values[known++] = values[i];
    *lo = *hi = NAN;
    if (!known)
        return;
    qsort(values, known, sizeof *values, ascending);
    *lo = values[(known - 1) / 10];
    *hi = values[(known - 1) - (known - 1) / 10];
}

/* Draws are never remembered: the chain is that of the stated values. */
static int draw_interval(const ts_model *model, const ts_model_call *call, ts_facts *facts, ts_predicted *out)
{
    double seconds[TS_PREDICTION_DRAWS] = {0}, joules[TS_PREDICTION_DRAWS] = {0};
    int rc = 0;
    for (size_t i = 0; i < TS_PREDICTION_DRAWS && rc == 0; i++) {
        ts_prediction p;
        ts_facts_draw(facts, i);
        rc = ts_model_run(model, call, facts, &p);
        seconds[i] = p.seconds;
        joules[i] = p.joules;
    }
    ts_facts_draw(facts, 0);
    if (rc < 0)
        return rc;
    ts_draws_interval(seconds, TS_PREDICTION_DRAWS, &out->seconds_lo, &out->seconds_hi);
    ts_draws_interval(joules, TS_PREDICTION_DRAWS, &out->joules_lo, &out->joules_hi);
    return 0;
}

double ts_twice_as_good(const char *attribute)
{
    static const char *const smaller[] = {"latency", "delay", "launch", "gate", "reprogram"};
    const char *dot = strrchr(attribute, '.');
    for (size_t i = 0; dot && i < sizeof smaller / sizeof *smaller; i++)
        if (strcmp(dot + 1, smaller[i]) == 0)
            return 0.5;
    return 2;
}

static int doubled(const ts_model *model, const ts_model_call *call, ts_facts *facts, ts_predicted *out)
{
    ts_prediction p;
    out->doubled_gain = NAN;
    if (!out->nominal.bound[0])
        return 0;
    int rc = ts_facts_scale(facts, out->nominal.bound, ts_twice_as_good(out->nominal.bound));
    if (rc == 0)
        rc = ts_model_run(model, call, facts, &p);
    if (rc == 0)
        out->doubled_gain = out->nominal.seconds / p.seconds;
    int back = ts_facts_scale(facts, out->nominal.bound, 1);
    return rc < 0 ? rc : back;
}

int ts_predict(const ts_model *model, const ts_model_call *call, ts_facts *facts, ts_predicted *out)
{
    ts_work work;
    ts_model_call full = *call;
    memset(out, 0, sizeof *out);
    int rc = model ? 0 : ts_model_find(NULL, ts_facts_target(facts), &model);
    if (rc == 0 && !full.work) {
        rc = ts_work_of(call->problem, &work);
        full.work = &work;
    }
    if (rc < 0)
        return rc;
    bool remembers = ts_facts_pause(facts, false);
    ts_facts_draw(facts, 0);
    ts_facts_pause(facts, remembers);
    rc = ts_model_run(model, &full, facts, &out->nominal);
    ts_facts_pause(facts, false);
    if (rc == 0)
        rc = draw_interval(model, &full, facts, out);
    if (rc == 0)
        rc = doubled(model, &full, facts, out);
    ts_facts_pause(facts, remembers);
    return rc;
}
