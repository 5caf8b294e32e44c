/* What every exporter begins with: the winners that were asked for. */
#ifndef TS_EXPORT_SELECT_H
#define TS_EXPORT_SELECT_H

#include "store/store.h"
#include <jansson.h>

typedef struct ts_selection {
    ts_winner *winners;
    size_t count;
} ts_selection;

/** The current winners of a request; none is TS_ENOTFOUND with the next step. */
int ts_select(ts_store *store, const ts_export_request *request, ts_selection *out);
/** May a program be given it unasked? On one thread, within the kernel's tolerance. */
bool ts_is_plain(const ts_winner *winner);
/** Only those winners. */
int ts_select_plain(ts_store *store, const ts_export_request *request, ts_selection *out);
void ts_selection_clear(ts_selection *s);
/** TS_ENOTFOUND in one sentence: nothing answers to this request. */
int ts_select_nothing(ts_store *store, const ts_export_request *request, const char *what);
/** Parse JSON text of the database that must be an object (array: `array` true). Released by the caller. */
int ts_stored_json(ts_store *store, const char *text, bool array, json_t **out);

#endif
