/* The report of a tuning session as JSON: all of it, unmeasured as null. */
#include "cli/tune_report.h"
#include <math.h>

static json_t *statuses_json(const size_t by_status[TS_STATUS_COUNT])
{
    json_t *object = json_object();
    for (int s = 0; s < TS_STATUS_COUNT; s++)
        json_object_set_new(object, ts_status_name((ts_status)s), json_integer((json_int_t)by_status[s]));
    return object;
}

static json_t *counters_json(const ts_counter *counters, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        const ts_counter *c = &counters[i];
        json_array_append_new(array, json_pack("{s:o, s:o, s:b, s:o, s:o}", "name", ts_json_text(c->name),
                                               "unit", ts_json_text(c->unit), "available", c->available,
                                               "value", c->available ? ts_json_real(c->value) : json_null(),
                                               "reason", ts_json_text(c->reason)));
    }
    return array;
}

static json_t *texts_json(char *const *texts, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; texts && i < count; i++)
        json_array_append_new(array, ts_json_text(texts[i]));
    return array;
}

static json_t *pareto_json(const ts_tune_shape *s)
{
    json_t *array = json_array();
    for (size_t i = 0; i < s->pareto_count; i++) {
        const ts_tune_trade *t = &s->pareto[i];
        double gain = s->pareto[s->pareto_count - 1].seconds / t->seconds;
        json_array_append_new(array,
                              json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "seconds", ts_json_real(t->seconds),
                                        "error", ts_json_real(t->deviation), "gain", ts_json_real(gain),
                                        "configuration", ts_json_text(t->configuration), "changes",
                                        ts_json_text(t->changes), "winner", t->winner));
    }
    return array;
}

static json_t *result_json(const ts_tune_shape *s)
{
    double flops = s->flops > 0 ? s->flops : NAN; /* of a kernel that has none there is no rate */
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o}", "seconds",
                     ts_json_real(s->seconds), "lo", ts_json_real(s->lo), "hi", ts_json_real(s->hi), "flops",
                     ts_json_real(s->flops), "flops_per_second", ts_json_real(flops / s->seconds), "bytes",
                     ts_json_real(s->bytes), "bytes_per_second", ts_json_real(s->bytes / s->seconds),
                     "default_seconds", ts_json_real(s->default_seconds), "confirmed", s->confirmed, "error",
                     ts_json_real(s->deviation), "pareto", pareto_json(s));
}

static json_t *bound_json(const ts_tune_shape *s)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "by", ts_json_text(s->bound), "seconds",
                     ts_json_real(s->bound_seconds), "share", ts_json_real(s->bound_share), "peak",
                     ts_json_real(s->peak), "bandwidth", ts_json_real(s->bandwidth));
}

static json_t *search_json(const ts_tune_shape *s)
{
    return json_pack("{s:I, s:I, s:o, s:I, s:o, s:o, s:o}", "evaluations", (json_int_t)s->evaluations,
                     "resumed", (json_int_t)s->resumed, "by_status", statuses_json(s->by_status), "space",
                     (json_int_t)s->space, "space_raw", ts_json_real(s->space_raw), "incumbent",
                     ts_json_text(s->incumbent), "tied", texts_json(s->tied_configurations, s->tied));
}

/* Null without a model; without --prune its share in it is null. */
static json_t *model_json(const ts_tune_model *m)
{
    json_t *pruning = json_null();
    if (!m->used)
        return json_null();
    if (m->pruned)
        pruning =
            json_pack("{s:o, s:o, s:o, s:o, s:I, s:b}", "dropped", ts_json_real(m->dropped), "chance",
                      ts_json_real(m->chance), "regret", ts_json_real(m->regret), "loss",
                      ts_json_real(m->loss), "declined", (json_int_t)m->declined, "assumed", m->assumed);
    return json_pack("{s:b, s:I, s:I, s:o, s:o, s:o}", "nest", m->nest, "own", (json_int_t)m->own, "others",
                     (json_int_t)m->others, "spearman", ts_json_real(m->spearman), "deviation",
                     ts_json_real(m->deviation), "pruning", pruning);
}

static json_t *shape_json(const ts_tune_shape *s)
{
    json_t *what =
        json_pack("{s:o, s:o, s:i, s:o, s:o, s:o, s:o}", "problem", ts_json_text(s->problem), "type",
                  ts_json_text(s->type), "threads", s->threads, "max_error", ts_json_real(s->max_error),
                  "configuration", ts_json_text(s->configuration), "variant", ts_json_text(s->variant),
                  "stop_reason", ts_json_text(s->stop_reason));
    json_t *result = result_json(s), *search = search_json(s);
    json_object_update(what, result);
    json_object_update(what, search);
    json_object_set_new(what, "predicted", json_boolean(s->predicted));
    json_object_set_new(what, "model", model_json(&s->model));
    json_object_set_new(what, "peak", ts_json_real(s->peak));
    json_object_set_new(what, "bound", bound_json(s));
    json_object_set_new(what, "counters", counters_json(s->counters, s->counter_count));
    json_decref(result);
    json_decref(search);
    return what;
}

static json_t *times_json(const ts_tune_times *t)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "detect", t->detect, "search",
                     t->search, "render", t->render, "compile", t->compile, "verify", t->verify, "measure",
                     t->measure, "finals", t->finals, "store", t->store, "total", t->total);
}

json_t *ts_tune_report_json(const ts_tune_report *report)
{
    json_t *shapes = json_array();
    for (size_t i = 0; i < report->count; i++)
        json_array_append_new(shapes, shape_json(&report->shapes[i]));
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:b, s:o, s:o}", "tilesmith", TILESMITH_VERSION, "target",
                     ts_json_text(report->target_name), "fingerprint", ts_json_text(report->fingerprint),
                     "database", ts_json_text(report->database), "strategy", ts_json_text(report->strategy),
                     "interrupted", report->interrupted, "shapes", shapes, "times",
                     times_json(&report->times));
}
