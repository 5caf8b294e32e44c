/*
 * JSON in the layout of CLBlast's tuning database (its database.json: "sections", each with the attributes of
 * a device and a kernel, "parameter_names" and "results" of positional "parameters" with a "time" in
 * milliseconds), so that scripts for that layout read our winners. Its values are texts; dimensions stand as
 * arg_NAME. What it has no place for stands in "tilesmith". Texts among the parameters stay texts, which
 * CLBlast itself would not compile.
 */
#include "export/exporters.h"
#include "export/header_model.h"
#include "tilesmith.h"
#include "util/json.h"
#include <inttypes.h>
#include <string.h>

/* CLBlast's word for a type: bits, 16 and 32 and 64 of reals. Other types keep their name. */
static const char *precision(const char *type)
{
    return strcmp(type, "f16") == 0   ? "16"
           : strcmp(type, "f32") == 0 ? "32"
           : strcmp(type, "f64") == 0 ? "64"
                                      : type;
}

static void append_text(ts_str *out, const char *key, const char *value)
{
    ts_str_format(out, ", \"%s\": ", key);
    ts_json_string(out, value);
}

static void append_names(ts_str *out, const ts_fields *fields)
{
    ts_str_append(out, ",\n \"parameter_names\": [");
    for (size_t i = 0; i < fields->count; i++) {
        ts_str_append(out, i ? ", " : "");
        ts_json_string(out, fields->items[i].name);
    }
    ts_str_append(out, "]");
}

static void append_values(ts_str *out, const ts_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        ts_value value = fields->items[i].value;
        ts_str_append(out, i ? ", " : "");
        if (value.kind == TS_STRING)
            ts_json_string(out, value.s);
        else if (value.kind == TS_REAL)
            ts_json_number(out, value.r);
        else
            ts_str_format(out, "%" PRId64, value.i);
    }
}

static void append_dims(ts_str *out, const ts_fields *dims)
{
    for (size_t i = 0; i < dims->count; i++) {
        char *key = ts_asprintf("arg_%s", dims->items[i].name);
        ts_str_append(out, ", ");
        ts_json_string(out, key);
        ts_str_format(out, ": \"%" PRId64 "\"", dims->items[i].value.i);
        free(key);
    }
}

static void append_section(ts_str *out, const ts_choice *c)
{
    const ts_winner *w = c->winner;
    ts_str_append(out, "{\"kernel_family\": ");
    ts_json_string(out, w->kernel);
    append_text(out, "kernel", w->kernel);
    append_text(out, "precision", precision(w->type));
    append_dims(out, &c->dims);
    append_text(out, "clblast_device_type", "CPU");
    append_text(out, "clblast_device_vendor", "default");
    append_text(out, "clblast_device_architecture", "default");
    append_text(out, "clblast_device_name", w->target_name);
    append_text(out, "device", w->target_name);
    append_names(out, &c->params);
    ts_str_append(out, ",\n \"results\": [{\"time\": ");
    ts_json_number(out, w->seconds * 1e3);
    ts_str_append(out, ", \"parameters\": [");
    append_values(out, &c->params);
    ts_str_append(out, "]}],\n \"tilesmith\": {\"problem\": ");
    ts_json_string(out, w->problem);
    append_text(out, "fingerprint", w->fingerprint);
    append_text(out, "compiler", w->compiler_identity ? w->compiler_identity : w->compiler);
    append_text(out, "flags", w->flags);
    append_text(out, "kernel_hash", w->kernel_hash);
    append_text(out, "variant", w->variant);
    append_text(out, "library_version", w->library_version);
    append_text(out, "timestamp", w->timestamp);
    ts_str_append(out, "}}");
}

static int render(ts_store *store, const ts_export_request *request, char **text, size_t *length)
{
    ts_selection selection;
    ts_choices choices;
    ts_str out = TS_STR_INIT;
    int rc = ts_choices_read(store, request, &selection, &choices);
    ts_str_format(&out, "{\"generator\": \"tilesmith %s\", \"units\": {\"time\": \"ms\"},\n\"sections\": [\n",
                  TILESMITH_VERSION);
    for (size_t i = 0; i < choices.count; i++) {
        ts_str_append(&out, i ? ",\n" : "");
        append_section(&out, &choices.items[i]);
    }
    ts_str_append(&out, "\n]}\n");
    rc = ts_export_finish(rc, &out, text, length);
    ts_choices_clear(&choices);
    ts_selection_clear(&selection);
    return rc;
}

extern const ts_exporter ts_exporter_clblast;
const ts_exporter ts_exporter_clblast = {.name = "clblast",
                                         .summary =
                                             "winners as JSON in the layout of CLBlast's tuning database",
                                         .extension = ".json",
                                         .render = render};
