/*
 * T4 results of the AutoTuning Association: {schema_version, metadata{timeunit}, results[]{configuration,
 * objectives, times, invalidity, correctness, measurements[]}}. Tolerated because they are out there: no
 * schema_version, "compilation" for "compilation_time", "miliseconds". Files written by Tilesmith say in
 * "tilesmith" which kernel, problem and target a result belongs to.
 */
#include "core/recording_parts.h"
#include "util/str.h"
#include <math.h>
#include <string.h>
#include <strings.h>

/* The results of one problem on one target. */
typedef struct ts_group {
    const json_t *context; /* "tilesmith" of its first result, or NULL */
    const char *objective;
    ts_recording *recording;
    ts_entries entries;
} ts_group;

typedef struct ts_t4 {
    const ts_source *source;
    TS_VEC(ts_group) groups;
    const char *objective; /* of the first result: for results that name none */
    double unit;           /* of "times", in seconds; 0 where the file doesn't say */
} ts_t4;

/* Seconds of a unit by its name, 0 if it isn't a time. Written "miliseconds" by some. */
static double unit_seconds(const char *name)
{
    static const struct {
        const char *prefix;
        double seconds;
    } units[] = {{"mil", 1e-3}, {"ms", 1e-3}, {"mic", 1e-6}, {"us", 1e-6},
                 {"nan", 1e-9}, {"ns", 1e-9}, {"s", 1}};
    for (size_t i = 0; name && i < sizeof units / sizeof *units; i++)
        if (strncasecmp(name, units[i].prefix, strlen(units[i].prefix)) == 0)
            return units[i].seconds;
    return 0;
}

static int invalidity_status(const json_t *invalidity, ts_status *status)
{
    static const struct {
        const char *name;
        ts_status status;
    } known[] = {{"correct", TS_STATUS_OK},
                 {"timeout", TS_STATUS_TIMED_OUT},
                 {"compile", TS_STATUS_COMPILE_FAILED},
                 {"runtime", TS_STATUS_CRASHED},
                 {"correctness", TS_STATUS_WRONG},
                 {"constraints", TS_STATUS_UNAVAILABLE}};
    const char *name = invalidity ? json_string_value(invalidity) : "correct";
    for (size_t i = 0; name && i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, name) == 0) {
            *status = known[i].status;
            return TS_OK;
        }
    }
    return TS_EINPUT;
}

/* One stage: a number or a list of numbers to be summed; two names are in use for some. */
static double stage(const json_t *times, const char *name, const char *other, double unit)
{
    const json_t *value = json_object_get(times, name), *item;
    double sum = 0, one;
    size_t i;
    if (!value && other)
        value = json_object_get(times, other);
    if (ts_recorded_number(value, &one))
        return one * unit;
    if (!json_is_array(value))
        return NAN;
    json_array_foreach(value, i, item) sum += ts_recorded_number(item, &one) ? one * unit : 0;
    return sum;
}

static void read_times(ts_entry *entry, const json_t *times, ts_raw *raw, double unit)
{
    ts_record *r = &entry->record;
    const double *stages[] = {&r->compile, &r->framework, &r->search, &r->verify};
    bool said = false;
    r->compile = stage(times, "compilation_time", "compilation", unit);
    r->framework = stage(times, "framework", NULL, unit);
    r->search = stage(times, "search_algorithm", NULL, unit);
    r->verify = stage(times, "validation", NULL, unit);
    r->benchmark = stage(times, "benchmark", NULL, unit);
    entry->spent = ts_record_samples(r, raw, unit);
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        said = said || !isnan(*stages[i]);
        entry->spent += isnan(*stages[i]) ? 0 : *stages[i];
    }
    if (!said && r->sample_count == 0)
        entry->spent = NAN;
}

static const json_t *measurement(const json_t *result, const char *objective)
{
    const json_t *list = json_object_get(result, "measurements"), *item;
    size_t i;
    json_array_foreach(list, i, item)
    {
        const char *name = json_string_value(json_object_get(item, "name"));
        if (name && strcmp(name, objective) == 0)
            return item;
    }
    return NULL;
}

static int read_value(const ts_t4 *t4, const char *objective, ts_entry *entry, const json_t *result)
{
    const json_t *m = measurement(result, objective), *context = json_object_get(result, "tilesmith");
    const json_t *invalidity = json_object_get(result, "invalidity");
    if (invalidity_status(invalidity, &entry->status))
        return ts_source_fail(t4->source, json_string_value(invalidity),
                              "\"invalidity\" of %s must be one of timeout, compile, runtime, correctness, "
                              "constraints, correct",
                              entry->label);
    int rc = ts_recording_text(&entry->record.reason, json_object_get(context, "reason"));
    if (rc || entry->status != TS_STATUS_OK)
        return rc;
    if (!ts_recorded_number(json_object_get(m, "value"), &entry->value)) {
        entry->status = TS_STATUS_UNAVAILABLE;
        free(entry->record.reason);
        entry->record.reason = ts_asprintf("no value of the objective \"%s\" was recorded", objective);
        return entry->record.reason ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while reading a recording");
    }
    double unit = unit_seconds(json_string_value(json_object_get(m, "unit")));
    if (unit == 0 && strcmp(objective, "time") == 0)
        unit = t4->unit ? t4->unit : 1;
    entry->value *= unit ? unit : 1;
    return TS_OK;
}

static bool same_problem(const json_t *a, const json_t *b)
{
    static const char *const keys[] = {"kernel", "type", "problem", "target", "fingerprint"};
    if (!a || !b)
        return a == b;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *x = json_object_get(a, keys[i]), *y = json_object_get(b, keys[i]);
        if (x && y ? !json_equal(x, y) : x != y)
            return false;
    }
    return true;
}

static int read_texts(const json_t *context, ts_recording *r)
{
    const struct {
        char **field;
        const char *key;
    } texts[] = {{&r->kernel, "kernel"},
                 {&r->type, "type"},
                 {&r->problem, "problem"},
                 {&r->device, "target"},
                 {&r->fingerprint, "fingerprint"}};
    int rc = TS_OK;
    for (size_t i = 0; rc == TS_OK && i < sizeof texts / sizeof *texts; i++)
        rc = ts_recording_text(texts[i].field, json_object_get(context, texts[i].key));
    return rc;
}

/* The group of a result, the last one first: files are written group by group. */
static int find_group(ts_t4 *t4, const json_t *context, const char *objective, ts_group **out)
{
    for (size_t i = t4->groups.count; i-- > 0;) {
        ts_group *g = &t4->groups.items[i];
        if (strcmp(g->objective, objective) == 0 && same_problem(g->context, context)) {
            *out = g;
            return TS_OK;
        }
    }
    ts_group group = {.context = context, .objective = objective};
    int rc = ts_recording_new(t4->source, &group.recording);
    if (rc == TS_OK)
        rc = read_texts(context, group.recording);
    if (rc == TS_OK && !ts_vec_push(&t4->groups, group))
        rc = ts_fail(TS_ENOMEM, "%s: out of memory", t4->source->path);
    if (rc) {
        ts_recording_free(group.recording);
        return rc;
    }
    *out = &t4->groups.items[t4->groups.count - 1];
    return TS_OK;
}

static int add_names(ts_entries *entries, const json_t *configuration)
{
    const char *name;
    json_t *value;
    json_object_foreach(
        (json_t *)(uintptr_t)configuration, name,
        value) if (!ts_vec_push(&entries->names,
                                name)) return ts_fail(TS_ENOMEM,
                                                      "out of memory while reading parameter names");
    return TS_OK;
}

static int read_result(ts_t4 *t4, const json_t *result, ts_raw *raw, const char *label)
{
    const json_t *configuration = json_object_get(result, "configuration");
    const char *objective = json_string_value(json_array_get(json_object_get(result, "objectives"), 0));
    ts_group *group;
    if (json_object_size(configuration) == 0)
        return ts_source_fail(t4->source, "results", "%s has no \"configuration\" object with parameters",
                              label);
    int rc =
        find_group(t4, json_object_get(result, "tilesmith"), objective ? objective : t4->objective, &group);
    if (rc == TS_OK && group->entries.names.count == 0)
        rc = add_names(&group->entries, configuration);
    if (rc)
        return rc;
    ts_entry blank = {.label = label, .values = configuration, .value = NAN};
    if (!ts_vec_push(&group->entries.rows, blank))
        return ts_fail(TS_ENOMEM, "%s: out of memory", t4->source->path);
    ts_entry *entry = &group->entries.rows.items[group->entries.rows.count - 1];
    read_times(entry, json_object_get(result, "times"), raw, t4->unit ? t4->unit : 1);
    rc = read_value(t4, group->objective, entry, result);
    if (rc == TS_OK)
        rc = ts_recording_text(&entry->record.timestamp, json_object_get(result, "timestamp"));
    entry->label = NULL; /* its text lives no longer than this call */
    return rc;
}

/* The objective of the first result stands for the file, and so does the unit of its times if metadata
 * doesn't give one. */
static void read_head(ts_t4 *t4, const json_t *root)
{
    const json_t *first = json_array_get(json_object_get(root, "results"), 0);
    const json_t *objective = json_array_get(json_object_get(first, "objectives"), 0);
    const json_t *unit = json_object_get(json_object_get(root, "metadata"), "timeunit");
    t4->objective = json_is_string(objective) ? json_string_value(objective) : "time";
    t4->unit = unit_seconds(json_string_value(unit));
    if (t4->unit == 0)
        t4->unit =
            unit_seconds(json_string_value(json_object_get(measurement(first, t4->objective), "unit")));
}

static int read_results(ts_t4 *t4, ts_document *document)
{
    const json_t *results = json_object_get(document->root, "results"), *result;
    size_t i;
    int rc = TS_OK;
    json_array_foreach(results, i, result)
    {
        char label[40];
        snprintf(label, sizeof label, "result %zu", i);
        rc = read_result(t4, result, &document->raws.items[i], label);
        if (rc)
            break;
    }
    return rc;
}

static int build_groups(ts_t4 *t4, ts_recordings *out)
{
    out->items = calloc(t4->groups.count ? t4->groups.count : 1, sizeof *out->items);
    if (!out->items)
        return ts_fail(TS_ENOMEM, "%s: out of memory", t4->source->path);
    for (size_t i = 0; i < t4->groups.count; i++) {
        ts_group *g = &t4->groups.items[i];
        json_t *objective = json_string(g->objective);
        int rc = ts_recording_text(&g->recording->objective, objective);
        json_decref(objective);
        if (rc == TS_OK)
            rc = ts_recording_build(t4->source, &g->entries, g->recording);
        if (rc)
            return rc;
        out->items[out->count++] = g->recording;
        g->recording = NULL;
    }
    return TS_OK;
}

int ts_recording_from_t4(const ts_source *source, ts_document *document, ts_recordings *out)
{
    ts_t4 t4 = {.source = source};
    read_head(&t4, document->root);
    int rc = read_results(&t4, document);
    if (rc == TS_OK && t4.groups.count == 0)
        rc = ts_fail(TS_EINPUT, "%s: \"results\" is empty; there is nothing to read", source->path);
    if (rc == TS_OK)
        rc = build_groups(&t4, out);
    for (size_t i = 0; i < t4.groups.count; i++) {
        ts_entries_clear(&t4.groups.items[i].entries);
        ts_recording_free(t4.groups.items[i].recording);
    }
    ts_vec_free(&t4.groups);
    return rc;
}
