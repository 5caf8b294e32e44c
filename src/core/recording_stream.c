/*
 * Recordings are read entry by entry: raw timings are most of a file, and as JSON nodes they would take some
 * twenty times their size. Whatever is unusual makes this give up; the caller then parses the text as a
 * whole, mends it or says where it goes wrong.
 */
#include "core/recording_parts.h"
#include "util/number.h"
#include <math.h>
#include <string.h>

typedef struct ts_cursor {
    const char *at, *end;
} ts_cursor;

static char next_byte(ts_cursor *c)
{
    while (c->at < c->end && *c->at && strchr(" \t\r\n", *c->at))
        c->at++;
    return c->at < c->end ? *c->at : '\0';
}

static bool accept(ts_cursor *c, char byte)
{
    if (next_byte(c) != byte)
        return false;
    c->at++;
    return true;
}

/* One JSON value at the cursor; NULL if there is none. Not for entries: see next_entry(). */
static json_t *next_value(ts_cursor *c)
{
    json_error_t error = {.position = 0};
    next_byte(c);
    json_t *value = json_loadb(c->at, (size_t)(c->end - c->at),
                               JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &error);
    c->at += value ? error.position : 0;
    return value;
}

static bool push_number(ts_raw *raw, double value)
{
    size_t n = raw->count;
    if ((n & (n - 1)) == 0) { /* full at every power of two */
        double *grown = realloc(raw->values, (n ? 2 * n : 1) * sizeof *grown);
        if (!grown)
            return false;
        raw->values = grown;
    }
    raw->values[raw->count++] = value;
    return true;
}

/* Numbers of an array whose items may be arrays again: runs of several kernels. */
static bool push_numbers(ts_raw *raw, const json_t *array)
{
    size_t i;
    const json_t *item;
    bool good = true;
    json_array_foreach(array, i, item)
    {
        double value;
        if (json_is_array(item))
            good = push_numbers(raw, item);
        else if (ts_recorded_number(item, &value))
            good = push_number(raw, value);
        if (!good)
            break;
    }
    return good;
}

int ts_document_take(ts_document *d, json_t *entry)
{
    static const struct {
        const char *name, *inner;
    } places[] = {{"times", NULL}, {"times", "runtimes"}};
    ts_raw raw = {0};
    bool good = true;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        json_t *holder = places[i].inner ? json_object_get(entry, places[i].name) : entry;
        const char *name = places[i].inner ? places[i].inner : places[i].name;
        const json_t *array = json_object_get(holder, name);
        if (!json_is_array(array))
            continue;
        good = good && push_numbers(&raw, array);
        json_object_del(holder, name);
    }
    if (good && ts_vec_push(&d->raws, raw))
        return TS_OK;
    free(raw.values);
    return ts_fail(TS_ENOMEM, "out of memory while reading raw timings");
}

/* The number at the cursor, as jansson and Python would read it. */
static bool next_number(ts_cursor *c, double *out)
{
    char digits[48], *end;
    size_t n = 0;
    while (c->at < c->end && n + 1 < sizeof digits && *c->at && strchr("+-.0123456789eE", *c->at))
        digits[n++] = *c->at++;
    digits[n] = '\0';
    *out = ts_strtod(digits, &end);
    return n > 0 && *end == '\0' && isfinite(*out);
}

/* The rest of an array of numbers and such arrays. Marks of failure among them are left out, as in
 * push_numbers(). */
static bool scan_numbers(ts_cursor *c, ts_raw *raw)
{
    for (int depth = 1; depth > 0;) {
        char byte = next_byte(c);
        double value;
        if (byte == '[' || byte == ']' || byte == ',') {
            depth += byte == '[' ? 1 : byte == ']' ? -1 : 0;
            c->at++;
        } else if (!next_number(c, &value) || (value < 1e19 && !push_number(raw, value))) {
            return false;
        }
    }
    return true;
}

/* The string at the cursor, quotes included. */
static bool copy_string(ts_cursor *c, ts_str *copy, size_t *length)
{
    const char *from = c->at++;
    while (c->at < c->end && *c->at != '"')
        c->at += *c->at == '\\' ? 2 : 1;
    if (c->at >= c->end)
        return false;
    *length = (size_t)(++c->at - from);
    ts_str_append_n(copy, from, *length);
    return true;
}

/* A string; if it names raw timings, they are read here and stand as [] in the copy. */
static bool copy_member(ts_cursor *c, ts_str *copy, ts_raw *raw)
{
    const char *name = c->at;
    size_t length;
    if (!copy_string(c, copy, &length))
        return false;
    bool times = (length == 7 && memcmp(name, "\"times\"", 7) == 0) ||
                 (length == 10 && memcmp(name, "\"runtimes\"", 10) == 0);
    if (!times || !accept(c, ':'))
        return true;
    ts_str_append(copy, ":");
    if (!accept(c, '['))
        return true;
    ts_str_append(copy, "[]");
    return scan_numbers(c, raw);
}

/* Copy the object at the cursor without its raw timings. */
static bool copy_entry(ts_cursor *c, ts_str *copy, ts_raw *raw)
{
    int depth = 0;
    do {
        const char *from = c->at;
        while (c->at < c->end && *c->at && !strchr("\"{}[]", *c->at))
            c->at++;
        ts_str_append_n(copy, from, (size_t)(c->at - from));
        if (c->at >= c->end || !*c->at)
            return false;
        if (*c->at == '"') {
            if (!copy_member(c, copy, raw))
                return false;
            continue;
        }
        depth += *c->at == '{' || *c->at == '[' ? 1 : -1;
        ts_str_append_n(copy, c->at++, 1);
    } while (depth > 0);
    return !copy->failed;
}

/* An entry of "cache" or "results": its JSON without the raw timings, which go to the document. */
static json_t *next_entry(ts_cursor *c, ts_document *d)
{
    ts_raw raw = {0};
    json_t *entry = NULL;
    ts_str_clear(&d->copy);
    if (next_byte(c) == '{' && copy_entry(c, &d->copy, &raw))
        entry = json_loadb(ts_str_text(&d->copy), d->copy.length, JSON_REJECT_DUPLICATES, NULL);
    if (entry && ts_vec_push(&d->raws, raw))
        return entry;
    json_decref(entry);
    free(raw.values);
    return NULL;
}

static bool stream_object(ts_cursor *c, ts_document *d, json_t *out);

/* "cache": {"key": {…}, …} */
static bool stream_cache(ts_cursor *c, ts_document *d, json_t *root)
{
    json_t *cache = json_object();
    if (json_object_set_new(root, "cache", cache) || !accept(c, '{'))
        return false;
    return accept(c, '}') || stream_object(c, d, cache);
}

/* "results": [{…}, …] */
static bool stream_results(ts_cursor *c, ts_document *d, json_t *root)
{
    json_t *results = json_array();
    if (json_object_set_new(root, "results", results) || !accept(c, '['))
        return false;
    if (accept(c, ']'))
        return true;
    do {
        if (json_array_append_new(results, next_entry(c, d)))
            return false;
    } while (accept(c, ','));
    return accept(c, ']');
}

static bool stream_member(ts_cursor *c, ts_document *d, json_t *out, const char *name)
{
    bool top = out == d->root;
    if (json_object_get(out, name)) /* a duplicate */
        return false;
    if (top && strcmp(name, "cache") == 0 && next_byte(c) == '{')
        return stream_cache(c, d, out);
    if (top && strcmp(name, "results") == 0 && next_byte(c) == '[')
        return stream_results(c, d, out);
    return json_object_set_new(out, name, top ? next_value(c) : next_entry(c, d)) == 0;
}

/* The members of an object whose opening brace was read. */
static bool stream_object(ts_cursor *c, ts_document *d, json_t *out)
{
    do {
        json_t *key = next_byte(c) == '"' ? next_value(c) : NULL;
        bool good = key && accept(c, ':') && stream_member(c, d, out, json_string_value(key));
        json_decref(key);
        if (!good)
            return false;
    } while (accept(c, ','));
    return accept(c, '}');
}

bool ts_document_stream(const char *text, size_t length, ts_document *out)
{
    ts_cursor c = {text, text + length};
    out->root = json_object();
    if (!out->root || !accept(&c, '{') || !stream_object(&c, out, out->root))
        return false;
    next_byte(&c);
    return c.at == c.end;
}
