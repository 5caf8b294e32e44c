/* See predict_rows.h: the same as JSON. */
#include "cli/output.h"
#include "cli/predict_rows.h"
#include "util/str.h"

static json_t *levels_json(const ts_prediction *p)
{
    json_t *levels = json_array();
    for (size_t i = 0; i < p->level_count; i++) {
        const ts_prediction_level *l = &p->levels[i];
        json_array_append_new(levels, json_pack("{s:s, s:o, s:o, s:o}", "name", l->name, "bytes",
                                                ts_json_real(l->bytes), "seconds", ts_json_real(l->seconds),
                                                "joules", ts_json_real(l->joules)));
    }
    return levels;
}

/* NULL for an empty text. */
static const char *text_of(const char *text)
{
    return text[0] ? text : NULL;
}

static json_t *prediction_json(const ts_prediction *p)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s?, s:s?, s:s?, s:s?, s:o}", "seconds",
                     ts_json_real(p->seconds), "joules", ts_json_real(p->joules), "flops",
                     ts_json_real(p->flops), "bytes", ts_json_real(p->bytes), "peak", ts_json_real(p->peak),
                     "utilization", ts_json_real(p->utilization), "compute_seconds",
                     ts_json_real(p->compute_seconds), "bound", text_of(p->bound), "computes_in",
                     text_of(p->as_type), "note", text_of(p->note), "no_energy", text_of(p->no_energy),
                     "levels", levels_json(p));
}

static json_t *calls_json(const ts_predict_row *r, const ts_workload *w)
{
    json_t *calls = json_array();
    for (size_t i = 0; i < w->call_count; i++) {
        const ts_workload_call *call = &w->calls[i];
        ts_str shape = TS_STR_INIT;
        ts_problem_text(&call->problem, &shape);
        json_array_append_new(calls, json_pack("{s:s, s:s, s:s, s:s, s:I, s:o}", "text", call->text, "kernel",
                                               call->problem.kernel->name, "type", call->problem.type->name,
                                               "shape", ts_str_text(&shape), "count", (json_int_t)call->count,
                                               "prediction", prediction_json(&r->calls[i])));
        ts_str_free(&shape);
    }
    return calls;
}

static json_t *row_json(const ts_predict_row *r, const ts_predict_question *q)
{
    json_t *json = r->refusal ? json_object() : prediction_json(&r->p.nominal);
    json_object_set_new(json, "target", json_string(r->target));
    json_object_set_new(json, "shape", ts_json_text(r->shape));
    json_object_set_new(json, "type", ts_json_text(r->type));
    json_object_set_new(json, "refusal", ts_json_text(r->refusal));
    if (r->refusal)
        return json;
    json_object_set_new(json, "seconds_lo", ts_json_real(r->p.seconds_lo));
    json_object_set_new(json, "seconds_hi", ts_json_real(r->p.seconds_hi));
    json_object_set_new(json, "joules_lo", ts_json_real(r->p.joules_lo));
    json_object_set_new(json, "joules_hi", ts_json_real(r->p.joules_hi));
    json_object_set_new(json, "doubled_gain", ts_json_real(r->p.doubled_gain));
    if (q->workload)
        json_object_set_new(json, "calls", calls_json(r, q->workload));
    if (r->chain)
        json_object_set(json, "why", r->chain);
    return json;
}

json_t *ts_predict_json(const ts_predict_rows *rows, const ts_predict_question *q)
{
    json_t *predictions = json_array();
    for (size_t i = 0; i < rows->rows.count; i++)
        json_array_append_new(predictions, row_json(&rows->rows.items[i], q));
    return json_pack("{s:s, s:s, s:o}", q->workload ? "workload" : "kernel",
                     q->workload ? q->workload->name : q->kernel->name, "model",
                     q->model ? q->model : "default", "predictions", predictions);
}
