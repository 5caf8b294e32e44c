/* Between the files that read recordings; nobody else includes this. */
#ifndef TS_CORE_RECORDING_PARTS_H
#define TS_CORE_RECORDING_PARTS_H

#include "core/recording.h"
#include "util/str.h"
#include "util/vec.h"
#include <jansson.h>

/** Raw timings of one entry, as recorded; taken out of the JSON, where each number would cost a node. */
typedef struct ts_raw {
    double *values;
    size_t count;
} ts_raw;

/** A recording's JSON without its raw timings. */
typedef struct ts_document {
    json_t *root;
    TS_VEC(ts_raw) raws; /**< one for each entry of "cache" or "results", in order */
    ts_str copy;         /**< scratch */
} ts_document;
/** Parses; mends what Kernel Tuner and Python leave behind (no closing braces after a kill, NaN, Infinity).
 */
int ts_document_parse(const char *text, size_t length, const char *path, ts_document *out);
void ts_document_clear(ts_document *d);
/** Entry by entry, so that a large file needs little memory; false if the text is in any way unusual. */
bool ts_document_stream(const char *text, size_t length, ts_document *out);
/** Move the raw timings of the next entry out of its JSON. */
int ts_document_take(ts_document *d, json_t *entry);

/** The file being read, for messages and lookups. */
typedef struct ts_source {
    const char *path;
    const char *text;
    size_t length;
} ts_source;
/** ts_fail() with "PATH:LINE: ", the line being where `quoted` first stands in quotes ("PATH: " if it does
 * not). */
int ts_source_fail(const ts_source *source, const char *quoted, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** One configuration as a format's reader found it. Everything is borrowed from the JSON document. */
typedef struct ts_entry {
    const char *label;    /**< how messages call it */
    const json_t *values; /**< object that holds the parameters by name */
    ts_status status;
    double value; /**< the objective as recorded, in seconds if it is a time */
    double spent;
    ts_record record; /**< owned until taken by the recording */
} ts_entry;

/** A space under construction. */
typedef struct ts_entries {
    TS_VEC(const char *) names; /**< parameters, borrowed */
    TS_VEC(ts_entry) rows;
    const json_t *domains; /**< tune_params, or NULL: domains are the values seen */
} ts_entries;
void ts_entries_clear(ts_entries *e);
/** Domains, table space, status, cost: takes the records out of `e`. `r` has its texts already. */
int ts_recording_build(const ts_source *source, ts_entries *e, ts_recording *r);

/** New recording with empty texts and its file's name and hash. */
int ts_recording_new(const ts_source *source, ts_recording **out);
/** Replace an owned text by a copy of a JSON string (or of other JSON as compact text); absent leaves it. */
int ts_recording_text(char **field, const json_t *value);
/** A JSON number that is a usable measurement: finite and below the 1e20 by which recorders mark failures. */
bool ts_recorded_number(const json_t *value, double *out);
/** Move raw timings into a record, in seconds. Returns their sum. */
double ts_record_samples(ts_record *record, ts_raw *raw, double unit);

int ts_recording_from_cache(const ts_source *source, ts_document *document, ts_recordings *out);
int ts_recording_from_t4(const ts_source *source, ts_document *document, ts_recordings *out);

#endif
