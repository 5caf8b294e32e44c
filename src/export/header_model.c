#include "export/header_model.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int push(ts_fields *fields, char *name, ts_value value)
{
    ts_field field = {name, value};
    if (name && ts_vec_push(fields, field))
        return TS_OK;
    free(name);
    return ts_fail(TS_ENOMEM, "out of memory while exporting");
}

/* "m=512,n=512": dimensions in the manifest's order. Text without numbers (of imported problems) has no
 * dimensions. */
static int read_dims(const char *problem, ts_fields *out)
{
    int rc = TS_OK;
    for (const char *p = problem; *p && rc == TS_OK;) {
        size_t length = strcspn(p, ","), name = strcspn(p, "=");
        char *end = NULL;
        if (name < length) {
            long long value = strtoll(p + name + 1, &end, 10);
            if (end == p + length && end != p + name + 1)
                rc = push(out, strndup(p, name), (ts_value){.kind = TS_INT, .i = value});
        }
        p += length + (p[length] == ',');
    }
    return rc;
}

static ts_value to_value(const json_t *json)
{
    if (json_is_integer(json))
        return (ts_value){.kind = TS_INT, .i = json_integer_value(json)};
    if (json_is_real(json))
        return (ts_value){.kind = TS_REAL, .r = json_real_value(json)};
    if (json_is_string(json))
        return (ts_value){.kind = TS_STRING, .s = json_string_value(json)};
    if (json_is_boolean(json))
        return (ts_value){.kind = TS_INT, .i = json_is_true(json)};
    return (ts_value){.kind = TS_NONE};
}

static int read_params(json_t *configuration, ts_fields *out)
{
    const char *name;
    json_t *json;
    json_object_foreach(configuration, name, json)
    {
        ts_value value = to_value(json);
        int rc = value.kind == TS_NONE ? TS_OK : push(out, strdup(name), value);
        if (rc)
            return rc;
    }
    return TS_OK;
}

static int make_choice(ts_store *store, const ts_winner *w, ts_choice *out)
{
    out->winner = w;
    if (!isfinite(w->seconds) || w->seconds <= 0)
        return ts_fail(
            TS_EINPUT,
            "%s: is damaged (a winner that takes no time); restore a copy, or move it away and tune again",
            ts_store_path(store));
    int rc = ts_stored_json(store, w->configuration, false, &out->configuration);
    if (rc == TS_OK)
        rc = read_params(out->configuration, &out->params);
    return rc ? rc : read_dims(w->problem, &out->dims);
}

/* The header's numbers are seconds of one thread; approximate winners are for those who ask for them. */
static bool serves_by_default(const ts_winner *w)
{
    return strcmp(w->objective, "time") == 0 && w->threads <= 1 && w->max_error == 0;
}

int ts_choices_make(ts_store *store, const ts_selection *selection, ts_choices *out)
{
    int rc = TS_OK;
    *out = (ts_choices){.items = calloc(selection->count + 1, sizeof *out->items)};
    if (!out->items)
        return ts_fail(TS_ENOMEM, "out of memory while exporting");
    for (size_t i = 0; i < selection->count && rc == TS_OK; i++)
        if (serves_by_default(&selection->winners[i]))
            rc = make_choice(store, &selection->winners[i], &out->items[out->count++]);
    if (rc)
        ts_choices_clear(out);
    return rc;
}

static void fields_clear(ts_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        free(fields->items[i].name);
    ts_vec_free(fields);
}

void ts_choices_clear(ts_choices *c)
{
    for (size_t i = 0; i < c->count; i++) {
        fields_clear(&c->items[i].dims);
        fields_clear(&c->items[i].params);
        json_decref(c->items[i].configuration);
    }
    free(c->items);
    *c = (ts_choices){0};
}

const ts_field *ts_field_find(const ts_fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (strcmp(fields->items[i].name, name) == 0)
            return &fields->items[i];
    return NULL;
}

int ts_choices_read(ts_store *store, const ts_export_request *request, ts_selection *selection,
                    ts_choices *out)
{
    *out = (ts_choices){0};
    int rc = ts_select_plain(store, request, selection);
    if (rc == TS_OK)
        rc = ts_choices_make(store, selection, out);
    if (rc == TS_OK && out->count == 0)
        rc = ts_select_nothing(store, request, "winner by time");
    return rc;
}

int ts_export_finish(int rc, ts_str *out, char **text, size_t *length)
{
    *length = out->length;
    if (rc == TS_OK && !(*text = ts_str_take(out)))
        rc = ts_fail(TS_ENOMEM, "out of memory while exporting");
    ts_str_free(out);
    return rc;
}
