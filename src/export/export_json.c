/* JSON: every winner with all of its provenance, source text included. */
#include "export/exporters.h"
#include "export/select.h"
#include "tilesmith.h"
#include "util/json.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void append_text(ts_str *out, const char *key, const char *value)
{
    ts_str_format(out, ", \"%s\": ", key);
    ts_json_string(out, value);
}

static void append_number(ts_str *out, const char *key, double value)
{
    ts_str_format(out, ", \"%s\": ", key);
    ts_json_number(out, value);
}

/* Text that is JSON already goes in as it is, once it has proved to be. */
static int append_stored(ts_store *store, ts_str *out, const char *key, const char *text, bool array)
{
    json_t *root = NULL;
    if (!text) {
        ts_str_format(out, ", \"%s\": null", key);
        return TS_OK;
    }
    int rc = ts_stored_json(store, text, array, &root);
    json_decref(root);
    ts_str_format(out, ", \"%s\": %s", key, text);
    return rc;
}

static int append_winner(ts_store *store, const ts_winner *w, ts_str *out)
{
    ts_str_append(out, "{\"kernel\": ");
    ts_json_string(out, w->kernel);
    append_text(out, "type", w->type);
    append_text(out, "problem", w->problem);
    append_text(out, "target", w->target_name);
    append_text(out, "fingerprint", w->fingerprint);
    append_text(out, "objective", w->objective);
    append_number(out, "seconds", w->seconds);
    append_number(out, "lo", w->lo);
    append_number(out, "hi", w->hi);
    append_number(out, "flops", w->flops);
    append_number(out, "peak", w->peak);
    append_number(out, "bytes", w->bytes);
    append_number(out, "bound", w->bound);
    append_text(out, "bound_by", w->bound_by);
    ts_str_format(out, ", \"threads\": %d", w->threads > 1 ? w->threads : 1);
    append_number(out, "max_error", w->max_error);
    append_number(out, "error", w->deviation);
    int rc = append_stored(store, out, "configuration", w->configuration, false);
    if (rc == TS_OK)
        rc = append_stored(store, out, "tied", w->tied, true);
    append_text(out, "compiler", w->compiler);
    append_text(out, "compiler_identity", w->compiler_identity);
    append_text(out, "flags", w->flags);
    ts_str_format(
        out, ", \"fixed_shape\": %s, \"huge_pages\": %s, \"workspace_bytes\": %lld, \"evaluations\": %zu",
        w->fixed_shape ? "true" : "false", w->huge_pages ? "true" : "false", (long long)w->workspace_bytes,
        w->evaluations);
    append_text(out, "library_version", w->library_version);
    append_text(out, "timestamp", w->timestamp);
    append_text(out, "kernel_hash", w->kernel_hash);
    append_text(out, "variant", w->variant);
    append_text(out, "source", w->source);
    ts_str_append(out, "}");
    return rc;
}

static int render(ts_store *store, const ts_export_request *request, char **text, size_t *length)
{
    ts_selection selection;
    ts_str out = TS_STR_INIT;
    int rc = ts_select(store, request, &selection);
    if (rc)
        return rc;
    ts_str_format(
        &out,
        "{\"generator\": \"tilesmith %s\", \"units\": {\"seconds\": \"s\", \"lo\": \"s\", \"hi\": \"s\", "
        "\"flops\": \"flop\", \"peak\": \"flop/s\", \"workspace_bytes\": \"B\"},\n\"winners\": [\n",
        TILESMITH_VERSION);
    for (size_t i = 0; i < selection.count && rc == TS_OK; i++) {
        ts_str_append(&out, i ? ",\n" : "");
        rc = append_winner(store, &selection.winners[i], &out);
    }
    ts_str_append(&out, "\n]}\n");
    ts_selection_clear(&selection);
    *length = out.length;
    if (rc == TS_OK && !(*text = ts_str_take(&out)))
        rc = ts_fail(TS_ENOMEM, "out of memory while exporting");
    ts_str_free(&out);
    return rc;
}

extern const ts_exporter ts_exporter_json;
const ts_exporter ts_exporter_json = {.name = "json",
                                      .summary = "winners with all of their provenance, as JSON",
                                      .extension = ".json",
                                      .render = render};
