/*
 * T4 results (AutoTuning Association, schema 1.0.0): every measured configuration, the newest measurement of
 * each, on one thread and within the kernel's tolerance: T4 could not tell others from those. Units are in
 * the file: "timeunit" for the times, "unit" for each measurement. What T4 has no place for (kernel, problem,
 * target, reason) stands in "tilesmith".
 */
#include "export/exporters.h"
#include "export/select.h"
#include "tilesmith.h"
#include "util/json.h"
#include <math.h>
#include <string.h>

typedef struct ts_t4_writer {
    ts_store *store;
    ts_str out;
    size_t count;
} ts_t4_writer;

/* T4's word for a status. "constraints" stands for what could not be tried at all. */
static const char *invalidity(ts_status status)
{
    switch (status) {
    case TS_STATUS_OK:
        return "correct";
    case TS_STATUS_WRONG:
        return "correctness";
    case TS_STATUS_COMPILE_FAILED:
        return "compile";
    case TS_STATUS_CRASHED:
        return "runtime";
    case TS_STATUS_TIMED_OUT:
        return "timeout";
    case TS_STATUS_UNAVAILABLE:
        break;
    }
    return "constraints";
}

static void append_stage(ts_str *out, const char *name, double seconds)
{
    if (isnan(seconds)) /* absent, not zero */
        return;
    ts_str_format(out, ", \"%s\": ", name);
    ts_json_number(out, seconds);
}

static void append_times(ts_str *out, const ts_store_row *r)
{
    ts_str_append(out, ", \"times\": {\"runtimes\": ");
    ts_json_numbers(out, r->samples, r->sample_count);
    append_stage(out, "compilation_time", r->times.compile);
    append_stage(out, "framework", r->times.render);
    append_stage(out, "search_algorithm", r->search_seconds);
    append_stage(out, "validation", r->times.verify);
    append_stage(out, "benchmark", r->times.measure);
    ts_str_append(out, "}");
}

static void append_measurements(ts_str *out, const ts_store_row *r)
{
    ts_str_append(out, ", \"measurements\": [");
    if (r->status == TS_STATUS_OK) {
        ts_str_append(out, "{\"name\": ");
        ts_json_string(out, r->objective);
        ts_str_append(out, ", \"value\": ");
        ts_json_number(out, ts_objective_maximised(r->objective) ? -r->cost : r->cost);
        ts_str_format(out, ", \"unit\": \"%s\"}", strcmp(r->objective, "time") == 0 ? "seconds" : "");
    }
    ts_str_append(out, "]");
}

static void append_field(ts_str *out, const char *key, const char *value)
{
    if (!value)
        return;
    ts_str_format(out, ", \"%s\": ", key);
    ts_json_string(out, value);
}

static void append_context(ts_str *out, const ts_store_row *r)
{
    ts_str_append(out, ", \"tilesmith\": {\"kernel\": ");
    ts_json_string(out, r->kernel);
    append_field(out, "type", r->type);
    append_field(out, "problem", r->problem);
    append_field(out, "target", r->target);
    append_field(out, "fingerprint", r->fingerprint);
    append_field(out, "compiler", r->compiler);
    append_field(out, "flags", r->flags);
    append_field(out, "reason", r->reason);
    ts_str_append(out, "}}");
}

static int write_row(void *context, const ts_store_row *r)
{
    ts_t4_writer *w = context;
    json_t *configuration = NULL;
    if (r->superseded || r->threads > 1 || r->max_error > 0)
        return TS_OK;
    int rc = ts_stored_json(w->store, r->configuration, false, &configuration);
    json_decref(configuration);
    if (rc)
        return rc;
    ts_str_append(&w->out, w->count++ ? ",\n{\"timestamp\": " : "{\"timestamp\": ");
    ts_json_string(&w->out, r->timestamp);
    ts_str_format(&w->out, ", \"configuration\": %s, \"objectives\": [", r->configuration);
    ts_json_string(&w->out, r->objective);
    ts_str_format(&w->out, "], \"invalidity\": \"%s\", \"correctness\": %d", invalidity(r->status),
                  r->status == TS_STATUS_OK);
    append_times(&w->out, r);
    append_measurements(&w->out, r);
    append_context(&w->out, r);
    return w->out.failed ? ts_fail(TS_ENOMEM, "out of memory while exporting") : TS_OK;
}

static int render(ts_store *store, const ts_export_request *request, char **text, size_t *length)
{
    ts_t4_writer w = {.store = store};
    ts_str_format(&w.out,
                  "{\"schema_version\": \"1.0.0\",\n\"metadata\": {\"timeunit\": \"seconds\", \"generator\": "
                  "\"tilesmith %s\"},\n"
                  "\"results\": [\n",
                  TILESMITH_VERSION);
    int rc = ts_store_each(store, request->kernel, request->target, write_row, &w);
    if (rc == TS_OK && w.count == 0)
        rc = ts_select_nothing(store, request, "evaluation on one thread and within the tolerance");
    ts_str_append(&w.out, "\n]}\n");
    *length = w.out.length;
    if (rc == TS_OK && !(*text = ts_str_take(&w.out)))
        rc = ts_fail(TS_ENOMEM, "out of memory while exporting");
    ts_str_free(&w.out);
    return rc;
}

extern const ts_exporter ts_exporter_t4;
const ts_exporter ts_exporter_t4 = {
    .name = "t4",
    .summary = "every measured configuration, in the AutoTuning Association's T4 format",
    .extension = ".json",
    .render = render};
