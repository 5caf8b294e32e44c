#include "export/select.h"
#include <stdlib.h>

void ts_selection_clear(ts_selection *s)
{
    for (size_t i = 0; i < s->count; i++)
        ts_winner_clear(&s->winners[i]);
    free(s->winners);
    *s = (ts_selection){0};
}

int ts_select_nothing(ts_store *store, const ts_export_request *request, const char *what)
{
    return ts_fail(TS_ENOTFOUND,
                   "%s: has no %s of %s%s on %s%s; 'tilesmith show results' lists what is there",
                   ts_store_path(store), what, request->kernel ? "kernel " : "any kernel",
                   request->kernel ? request->kernel : "", request->target ? "target " : "any target",
                   request->target ? request->target : "");
}

int ts_select(ts_store *store, const ts_export_request *request, ts_selection *out)
{
    *out = (ts_selection){0};
    int rc = ts_store_winners(store, request->kernel, request->target, &out->winners, &out->count);
    return rc || out->count ? rc : ts_select_nothing(store, request, "winner");
}

bool ts_is_plain(const ts_winner *winner)
{
    return winner->threads <= 1 && !(winner->max_error > 0);
}

int ts_select_plain(ts_store *store, const ts_export_request *request, ts_selection *out)
{
    size_t kept = 0;
    int rc = ts_select(store, request, out);
    if (rc)
        return rc;
    for (size_t i = 0; i < out->count; i++) {
        if (ts_is_plain(&out->winners[i]))
            out->winners[kept++] = out->winners[i];
        else
            ts_winner_clear(&out->winners[i]);
    }
    out->count = kept;
    return kept ? TS_OK
                : ts_select_nothing(store, request, "winner for one thread within the kernel's tolerance");
}

int ts_stored_json(ts_store *store, const char *text, bool array, json_t **out)
{
    json_t *root = text ? json_loads(text, 0, NULL) : NULL;
    if (array ? json_is_array(root) : json_is_object(root)) {
        *out = root;
        return TS_OK;
    }
    json_decref(root);
    return ts_fail(
        TS_EINPUT,
        "%s: is damaged (expected a JSON %s, found '%.60s'); restore a copy, or move it away and tune again",
        ts_store_path(store), array ? "array" : "object", text ? text : "");
}
