#include "core/recording.h"
#include "core/recording_parts.h"
#include "util/str.h"
#include <math.h>
#include <string.h>
#include <strings.h>

/* More text than any recorded space known needs; less than what would take the machine down. */
static const size_t RECORDING_LIMIT = (size_t)1 << 30;

/* The file's name without folder and without ".json", ".gz", ".xz" and "_T4". */
static char *space_name(const char *path)
{
    static const char *const endings[] = {".gz", ".xz", ".json", "_T4"};
    const char *slash = strrchr(path, '/');
    char *name = strdup(slash ? slash + 1 : path);
    for (size_t i = 0; name && i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(name), e = strlen(endings[i]);
        if (n > e && strcmp(name + n - e, endings[i]) == 0)
            name[n - e] = '\0';
    }
    return name;
}

static void source_hash(const ts_source *source, char hex[TS_HASH_HEX])
{
    ts_hash h;
    ts_hash_begin(&h);
    ts_hash_add(&h, source->text, source->length);
    ts_hash_end(&h, hex);
}

int ts_recording_new(const ts_source *source, ts_recording **out)
{
    ts_recording *r = calloc(1, sizeof *r);
    if (!r)
        return ts_fail(TS_ENOMEM, "%s: out of memory", source->path);
    r->name = space_name(source->path);
    r->device = strdup("");
    r->kernel = strdup("");
    r->type = strdup("");
    r->problem = strdup("");
    r->objective = strdup("time");
    if (!r->name || !r->device || !r->kernel || !r->type || !r->problem || !r->objective) {
        ts_recording_free(r);
        return ts_fail(TS_ENOMEM, "%s: out of memory", source->path);
    }
    source_hash(source, r->hash);
    *out = r;
    return TS_OK;
}

static void record_clear(ts_record *record)
{
    free(record->reason);
    free(record->timestamp);
    free(record->samples);
}

void ts_recording_free(ts_recording *r)
{
    if (!r)
        return;
    for (uint64_t i = 0; r->records && i < r->count; i++)
        record_clear(&r->records[i]);
    ts_space_free(r->space);
    free(r->records);
    free(r->status);
    free(r->cost);
    free(r->spent);
    free(r->name);
    free(r->device);
    free(r->kernel);
    free(r->type);
    free(r->problem);
    free(r->objective);
    free(r->fingerprint);
    free(r);
}

void ts_entries_clear(ts_entries *e)
{
    for (size_t i = 0; i < e->rows.count; i++)
        record_clear(&e->rows.items[i].record);
    ts_vec_free(&e->rows);
    ts_vec_free(&e->names);
}

int ts_recording_text(char **field, const json_t *value)
{
    char *text;
    if (!value || json_is_null(value))
        return TS_OK;
    text = json_is_string(value) ? strdup(json_string_value(value))
                                 : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    if (!text)
        return ts_fail(TS_ENOMEM, "out of memory while reading a recording");
    free(*field);
    *field = text;
    return TS_OK;
}

/* The name is all that files say; the field's own tools decide by it too. */
bool ts_objective_maximised(const char *objective)
{
    static const char *const rates[] = {"score", "gflop", "gb/s", "flops"};
    bool rate = false;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        rate = rate || strcasestr(objective, rates[i]);
    return rate && !strcasestr(objective, "time");
}

bool ts_recorded_number(const json_t *value, double *out)
{
    if (!json_is_number(value))
        return false;
    *out = json_number_value(value);
    return isfinite(*out) && *out < 1e19;
}

double ts_record_samples(ts_record *record, ts_raw *raw, double unit)
{
    double sum = 0;
    record->samples = raw->values;
    record->sample_count = raw->count;
    *raw = (ts_raw){0};
    for (size_t i = 0; i < record->sample_count; i++)
        sum += record->samples[i] *= unit;
    return sum;
}

int ts_recordings_parse(const char *text, size_t length, const char *path, ts_recordings *out)
{
    ts_source source = {.path = path, .text = text, .length = length};
    ts_document document;
    *out = (ts_recordings){0};
    int rc = ts_document_parse(text, length, path, &document);
    if (rc)
        return rc;
    if (json_is_object(json_object_get(document.root, "cache")))
        rc = ts_recording_from_cache(&source, &document, out);
    else if (json_is_array(json_object_get(document.root, "results")))
        rc = ts_recording_from_t4(&source, &document, out);
    else
        rc = ts_fail(
            TS_EINPUT,
            "%s:1: neither a Kernel Tuner cache file (\"cache\" object) nor T4 results (\"results\" array)",
            path);
    if (rc)
        ts_recordings_clear(out);
    ts_document_clear(&document);
    return rc;
}

int ts_recordings_load(const char *path, ts_recordings *out)
{
    char *text = NULL;
    size_t length = 0;
    *out = (ts_recordings){0};
    int rc = ts_recording_read(path, RECORDING_LIMIT, &text, &length);
    if (rc == TS_OK)
        rc = ts_recordings_parse(text, length, path, out);
    free(text);
    return rc;
}

void ts_recordings_clear(ts_recordings *r)
{
    for (size_t i = 0; i < r->count; i++)
        ts_recording_free(r->items[i]);
    free(r->items);
    *r = (ts_recordings){0};
}

int ts_recording_load(const char *path, ts_recording **out)
{
    ts_recordings all;
    int rc = ts_recordings_load(path, &all);
    if (rc)
        return rc;
    if (all.count == 1) {
        *out = all.items[0];
        all.items[0] = NULL;
    } else {
        rc = ts_fail(TS_EINPUT,
                     "%s: holds %zu problems, and one is wanted here; export one kernel and target at a time",
                     path, all.count);
    }
    ts_recordings_clear(&all);
    return rc;
}
