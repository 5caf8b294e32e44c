#include "util/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for `extra` more bytes and the NUL. */
static bool reserve(ts_str *s, size_t extra)
{
    if (s->failed)
        return false;
    if (s->data && extra < s->capacity - s->length)
        return true;
    size_t need, capacity = s->capacity ? s->capacity : 64;
    if (__builtin_add_overflow(s->length, extra, &need) || need >= SIZE_MAX / 2) {
        s->failed = true;
        return false;
    }
    while (capacity <= need)
        capacity *= 2;
    char *data = realloc(s->data, capacity);
    if (!data) {
        s->failed = true;
        return false;
    }
    s->data = data;
    s->capacity = capacity;
    return true;
}

void ts_str_append_n(ts_str *s, const char *bytes, size_t n)
{
    if (!reserve(s, n))
        return;
    if (n)
        memcpy(s->data + s->length, bytes, n);
    s->length += n;
    s->data[s->length] = 0;
}

void ts_str_append(ts_str *s, const char *text)
{
    ts_str_append_n(s, text, strlen(text));
}

void ts_str_vformat(ts_str *s, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n < 0) {
        s->failed = true;
    } else if (reserve(s, (size_t)n)) {
        vsnprintf(s->data + s->length, (size_t)n + 1, format, again);
        s->length += (size_t)n;
    }
    va_end(again);
}

void ts_str_format(ts_str *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ts_str_vformat(s, format, args);
    va_end(args);
}

void ts_str_clear(ts_str *s)
{
    s->length = 0;
    s->failed = false;
    if (s->data)
        s->data[0] = 0;
}

void ts_str_free(ts_str *s)
{
    free(s->data);
    *s = (ts_str)TS_STR_INIT;
}

const char *ts_str_text(const ts_str *s)
{
    return s->data ? s->data : "";
}

char *ts_str_take(ts_str *s)
{
    char *data = NULL;
    if (reserve(s, 0)) {
        data = s->data;
        data[s->length] = 0;
    } else {
        free(s->data);
    }
    *s = (ts_str)TS_STR_INIT;
    return data;
}

char *ts_asprintf(const char *format, ...)
{
    ts_str s = TS_STR_INIT;
    va_list args;
    va_start(args, format);
    ts_str_vformat(&s, format, args);
    va_end(args);
    return ts_str_take(&s);
}

size_t ts_utf8_length(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
    bool outside = (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf4 && s[1] > 0x8f);
    return overlong || outside ? 0 : n;
}
