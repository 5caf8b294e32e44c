/* Winners as named numbers and texts: what the C header is written from. */
#ifndef TS_EXPORT_HEADER_MODEL_H
#define TS_EXPORT_HEADER_MODEL_H

#include "export/select.h"
#include "tilesmith_plugin.h"
#include "util/str.h"
#include "util/vec.h"

/** A dimension or parameter of one winner. */
typedef struct ts_field {
    char *name;
    ts_value value; /**< strings borrowed from the winner's configuration */
} ts_field;

typedef TS_VEC(ts_field) ts_fields;

typedef struct ts_choice {
    const ts_winner *winner;
    json_t *configuration;
    ts_fields dims, params;
} ts_choice;

typedef struct ts_choices {
    ts_choice *items;
    size_t count;
} ts_choices;

/** Borrows the selection, which must outlive the result. */
int ts_choices_make(ts_store *store, const ts_selection *selection, ts_choices *out);
void ts_choices_clear(ts_choices *c);
/** The winners of a request that a program may be given unasked; none is TS_ENOTFOUND with the next step.
 * Both results are the caller's to clear, whatever is returned. */
int ts_choices_read(ts_store *store, const ts_export_request *request, ts_selection *selection,
                    ts_choices *out);
/** What an exporter ends with: the text becomes the caller's if all went well; `out` is freed. */
int ts_export_finish(int rc, ts_str *out, char **text, size_t *length);
/** NULL if there is no field of that name. */
const ts_field *ts_field_find(const ts_fields *fields, const char *name);

#endif
