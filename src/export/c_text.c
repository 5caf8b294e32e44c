#include "export/c_text.h"
#include "util/vec.h"
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

void ts_c_string(ts_str *out, const char *text)
{
    if (!text) {
        ts_str_append(out, "0");
        return;
    }
    ts_str_append(out, "\"");
    for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
        if (*s < 0x20 || *s > 0x7e)
            ts_str_format(out, "\\%03o", *s); /* exactly three digits: the next character can't join in */
        else if (strchr("\"\\?", *s))         /* ? because of trigraphs */
            ts_str_format(out, "\\%c", *s);
        else
            ts_str_append_n(out, (const char *)s, 1);
    }
    ts_str_append(out, "\"");
}

void ts_c_comment(ts_str *out, const char *text)
{
    for (const char *s = text ? text : "unknown"; *s; s++) {
        unsigned char c = (unsigned char)*s;
        char plain = c < 0x20 || c == 0x7f ? ' ' : *s;
        ts_str_append_n(out, &plain, 1);
        if ((s[0] == '*' && s[1] == '/') || (s[0] == '/' && s[1] == '*') || (s[0] == '?' && s[1] == '?'))
            ts_str_append(out, " ");
    }
}

void ts_c_name(ts_str *out, const char *text, bool upper)
{
    for (const char *s = text; *s; s++) {
        unsigned char c = (unsigned char)*s;
        bool plain = c < 0x80 && (isalnum(c) || c == '_');
        char letter = (char)(!plain ? '_' : upper ? toupper(c) : c);
        ts_str_append_n(out, &letter, 1);
    }
}

void ts_c_integer(ts_str *out, int64_t value)
{
    if (value == INT64_MIN)
        ts_str_append(out, "(-9223372036854775807LL - 1)");
    else if (value < 0)
        ts_str_format(out, "(%" PRId64 ")", value);
    else
        ts_str_format(out, "%" PRId64, value);
}

static bool is_taken(const ts_c_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return false;
}

bool ts_c_unique(ts_c_names *names, const char *name, ts_str *out)
{
    char *fresh = ts_asprintf("%s", name);
    for (unsigned n = 2; fresh && is_taken(names, fresh); n++) {
        free(fresh);
        fresh = ts_asprintf("%s_%u", name, n);
    }
    if (!fresh || !ts_vec_push(names, fresh)) {
        free(fresh);
        return false;
    }
    ts_str_append(out, fresh);
    return true;
}

void ts_c_names_clear(ts_c_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    ts_vec_free(names);
}
