/* Kernel Tuner cache files: {device_name, kernel_name, …, tune_params_keys[], tune_params{}, objective,
 * cache{"v1,v2": {…}}}; times in ms. */
#include "core/recording_parts.h"
#include "util/str.h"
#include <math.h>
#include <string.h>

static const double MS = 1e-3;

/* What Kernel Tuner's error names mean here. */
static ts_status error_status(const char *name)
{
    static const struct {
        const char *name;
        ts_status status;
    } known[] = {
        {"InvalidConfig", TS_STATUS_COMPILE_FAILED},  {"CompilationFailedConfig", TS_STATUS_COMPILE_FAILED},
        {"RuntimeFailedConfig", TS_STATUS_CRASHED},   {"VerificationFailedConfig", TS_STATUS_WRONG},
        {"CorrectnessFailedConfig", TS_STATUS_WRONG}, {"TimeoutConfig", TS_STATUS_TIMED_OUT},
        {"TimeoutFailedConfig", TS_STATUS_TIMED_OUT},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].status;
    return TS_STATUS_CRASHED;
}

static int fail_entry(ts_entry *entry, const json_t *value)
{
    static const char mark[] = "the recorder marked it as failed without saying why";
    const char *name = json_string_value(value);
    entry->status = name ? error_status(name) : TS_STATUS_CRASHED;
    entry->value = NAN;
    entry->record.reason = strdup(name && *name ? name : value ? mark : "no value was recorded");
    if (!value)
        entry->status = TS_STATUS_UNAVAILABLE;
    return entry->record.reason ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while reading a recording");
}

static double stage(const json_t *fields, const char *name)
{
    double value;
    return ts_recorded_number(json_object_get(fields, name), &value) ? value * MS : NAN;
}

static double or_zero(double value)
{
    return isnan(value) ? 0 : value;
}

/* Stage times, raw timings, and what the evaluation cost in all; a file without compile times was not timed.
 */
static int read_times(ts_entry *entry, const json_t *fields, ts_raw *raw)
{
    ts_record *r = &entry->record;
    double runs = ts_record_samples(r, raw, MS);
    r->compile = stage(fields, "compile_time");
    r->framework = stage(fields, "framework_time");
    r->search = stage(fields, "strategy_time");
    r->verify = stage(fields, "verification_time");
    r->benchmark = stage(fields, "benchmark_time");
    entry->spent = NAN;
    if (json_object_get(fields, "compile_time"))
        entry->spent =
            or_zero(r->compile) + or_zero(r->framework) + or_zero(r->search) + or_zero(r->verify) + runs;
    return ts_recording_text(&r->timestamp, json_object_get(fields, "timestamp"));
}

static int read_value(ts_entry *entry, const json_t *fields, const char *objective)
{
    const json_t *time = json_object_get(fields, "time"), *value = json_object_get(fields, objective);
    if (!value)
        value = time;
    if (json_is_string(time))
        return fail_entry(entry, time);
    if (!ts_recorded_number(value, &entry->value))
        return fail_entry(entry, value);
    entry->status = TS_STATUS_OK;
    if (strcmp(objective, "time") == 0 || value == time)
        entry->value *= MS;
    return TS_OK;
}

static int read_entry(const ts_source *source, const char *key, const json_t *fields, ts_raw *raw,
                      const char *objective, ts_entries *entries)
{
    ts_entry entry = {.label = key, .values = fields};
    if (!json_is_object(fields))
        return ts_source_fail(source, key, "the entry \"%s\" is not an object", key);
    if (!ts_vec_push(&entries->rows, entry))
        return ts_fail(TS_ENOMEM, "%s: out of memory", source->path);
    ts_entry *mine = &entries->rows.items[entries->rows.count - 1];
    int rc = read_times(mine, fields, raw);
    return rc ? rc : read_value(mine, fields, objective);
}

static int read_names(const ts_source *source, const json_t *root, ts_entries *entries)
{
    const json_t *keys = json_object_get(root, "tune_params_keys"), *key;
    size_t i;
    if (json_array_size(keys) == 0)
        return ts_fail(
            TS_EINPUT,
            "%s: a Kernel Tuner cache file needs \"tune_params_keys\": an array of parameter names",
            source->path);
    json_array_foreach(keys, i, key)
    {
        if (!json_is_string(key))
            return ts_source_fail(source, "tune_params_keys",
                                  "parameter %zu of tune_params_keys is not a string", i);
        if (!ts_vec_push(&entries->names, json_string_value(key)))
            return ts_fail(TS_ENOMEM, "%s: out of memory", source->path);
    }
    return TS_OK;
}

/* problem_size [4096, 4096] as "size=4096x4096". */
static int read_problem(const json_t *size, ts_recording *r)
{
    char *text = NULL;
    int rc = ts_recording_text(&text, size);
    if (rc || !text)
        return rc;
    ts_str out = TS_STR_INIT;
    ts_str_append(&out, "size=");
    for (const char *p = text; *p; p++)
        if (!strchr("[] \"", *p))
            ts_str_append_n(&out, *p == ',' ? "x" : p, 1);
    free(text);
    text = ts_str_take(&out);
    if (!text)
        return ts_fail(TS_ENOMEM, "out of memory while reading a recording");
    free(r->problem);
    r->problem = text;
    return TS_OK;
}

static int read_texts(const json_t *root, ts_recording *r)
{
    int rc = ts_recording_text(&r->device, json_object_get(root, "device_name"));
    if (rc == TS_OK)
        rc = ts_recording_text(&r->kernel, json_object_get(root, "kernel_name"));
    if (rc == TS_OK)
        rc = ts_recording_text(&r->objective, json_object_get(root, "objective"));
    return rc ? rc : read_problem(json_object_get(root, "problem_size"), r);
}

static int read_cache(const ts_source *source, ts_document *document, ts_entries *entries, ts_recording *r)
{
    const json_t *root = document->root;
    json_t *cache = json_object_get(root, "cache"), *fields;
    const char *key;
    size_t i = 0;
    int rc = read_texts(root, r);
    if (rc == TS_OK)
        rc = read_names(source, root, entries);
    if (rc)
        return rc;
    entries->domains = json_object_get(root, "tune_params");
    json_object_foreach(cache, key, fields)
    {
        rc = read_entry(source, key, fields, &document->raws.items[i++], r->objective, entries);
        if (rc)
            return rc;
    }
    return ts_recording_build(source, entries, r);
}

int ts_recording_from_cache(const ts_source *source, ts_document *document, ts_recordings *out)
{
    ts_entries entries = {.domains = NULL};
    out->items = calloc(1, sizeof *out->items);
    if (!out->items)
        return ts_fail(TS_ENOMEM, "%s: out of memory", source->path);
    int rc = ts_recording_new(source, out->items);
    if (rc == TS_OK) {
        out->count = 1;
        rc = read_cache(source, document, &entries, out->items[0]);
    }
    ts_entries_clear(&entries);
    return rc;
}
