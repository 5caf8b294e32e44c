/*
 * JSON of recordings, and mending it. Kernel Tuner appends to its cache as it goes, so a killed run leaves no
 * closing braces and perhaps a trailing comma; Python writes NaN and Infinity, which JSON doesn't have. Both
 * are mended only when the text doesn't parse as it is.
 */
#include "core/recording_parts.h"
#include "util/str.h"
#include <stdarg.h>
#include <string.h>

/* Length of the non-finite literal at p, 0 if there is none. */
static size_t non_finite(const char *p, size_t left)
{
    static const char *const words[] = {"-Infinity", "Infinity", "NaN"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (left >= n && memcmp(p, words[i], n) == 0)
            return n;
    }
    return 0;
}

/* Copy with non-finite literals outside of strings as null. */
static void copy_finite(ts_str *out, const char *text, size_t length)
{
    bool quoted = false;
    size_t from = 0, i = 0;
    while (i < length) {
        size_t n = quoted ? 0 : non_finite(text + i, length - i);
        if (n) {
            ts_str_append_n(out, text + from, i - from);
            ts_str_append(out, "null");
            from = i += n;
            continue;
        }
        if (text[i] == '"')
            quoted = !quoted;
        i += quoted && text[i] == '\\' && i + 1 < length ? 2 : 1;
    }
    ts_str_append_n(out, text + from, length - from);
}

/* Length without trailing blanks and one trailing comma. */
static size_t length_before_comma(const char *text, size_t length)
{
    static const char blanks[] = " \t\r\n";
    while (length && strchr(blanks, text[length - 1]))
        length--;
    return length && text[length - 1] == ',' ? length - 1 : length;
}

static json_t *parse(const char *text, size_t length, json_error_t *error)
{
    return json_loadb(text, length, JSON_REJECT_DUPLICATES, error);
}

static json_t *parse_mended(const char *text, size_t length, json_error_t *error)
{
    ts_str copy = TS_STR_INIT;
    json_t *root = NULL;
    copy_finite(&copy, text, length);
    if (!copy.failed)
        root = parse(ts_str_text(&copy), copy.length, error);
    if (!root && !copy.failed) {
        json_error_t ignored; /* the first error is where the text itself goes wrong */
        copy.length = length_before_comma(ts_str_text(&copy), copy.length);
        ts_str_append(&copy, "}}");
        root = parse(ts_str_text(&copy), copy.failed ? 0 : copy.length, &ignored);
    }
    ts_str_free(&copy);
    return root;
}

/* The whole text at once: slower than entry by entry, but mends, and says where it goes wrong. */
static int parse_whole(const char *text, size_t length, const char *path, ts_document *out)
{
    json_error_t error = {.line = 0};
    out->root = parse(text, length, &error);
    if (!out->root)
        out->root = parse_mended(text, length, &error);
    if (!out->root)
        return ts_fail(TS_EINPUT, "%s:%d:%d: cannot be read as JSON: %s", path, error.line, error.column,
                       error.text);
    if (!json_is_object(out->root))
        return ts_fail(TS_EINPUT,
                       "%s:1: expected an object with \"cache\" (Kernel Tuner) or \"results\" (T4)", path);
    const char *key;
    json_t *entry;
    size_t i;
    json_object_foreach(json_object_get(out->root, "cache"), key,
                        entry) if (ts_document_take(out, entry) < 0) return TS_ENOMEM;
    if (json_is_object(json_object_get(out->root, "cache")))
        return TS_OK;
    json_array_foreach(json_object_get(out->root, "results"), i,
                       entry) if (ts_document_take(out, entry) < 0) return TS_ENOMEM;
    return TS_OK;
}

void ts_document_clear(ts_document *d)
{
    for (size_t i = 0; i < d->raws.count; i++)
        free(d->raws.items[i].values);
    ts_vec_free(&d->raws);
    ts_str_free(&d->copy);
    json_decref(d->root);
    *d = (ts_document){0};
}

int ts_document_parse(const char *text, size_t length, const char *path, ts_document *out)
{
    size_t mark = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* byte order mark */
    *out = (ts_document){0};
    if (ts_document_stream(text + mark, length - mark, out))
        return TS_OK;
    ts_document_clear(out);
    int rc = parse_whole(text + mark, length - mark, path, out);
    if (rc)
        ts_document_clear(out);
    return rc;
}

static int line_of(const ts_source *source, const char *quoted)
{
    char *needle = quoted ? ts_asprintf("\"%s\"", quoted) : NULL;
    const char *at = needle ? memmem(source->text, source->length, needle, strlen(needle)) : NULL;
    int line = at ? 1 : 0;
    for (const char *p = source->text; at && p < at; p++)
        line += *p == '\n';
    free(needle);
    return line;
}

int ts_source_fail(const ts_source *source, const char *quoted, const char *format, ...)
{
    va_list args;
    ts_str message = TS_STR_INIT;
    int line = line_of(source, quoted);
    va_start(args, format);
    ts_str_vformat(&message, format, args);
    va_end(args);
    int rc = line ? ts_fail(TS_EINPUT, "%s:%d: %s", source->path, line, ts_str_text(&message))
                  : ts_fail(TS_EINPUT, "%s: %s", source->path, ts_str_text(&message));
    ts_str_free(&message);
    return rc;
}
