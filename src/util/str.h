/* A growing byte string. Allocation failure sticks: ts_str_failed() tells, appends after it do nothing. */
#ifndef TS_UTIL_STR_H
#define TS_UTIL_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct ts_str {
    char *data; /**< always NUL-terminated once something was appended; NULL when empty and fresh */
    size_t length;
    size_t capacity;
    bool failed;
} ts_str;

#define TS_STR_INIT                                                                                          \
    {                                                                                                        \
        0                                                                                                    \
    }

void ts_str_append(ts_str *s, const char *text);
void ts_str_append_n(ts_str *s, const char *bytes, size_t n);
void ts_str_format(ts_str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ts_str_vformat(ts_str *s, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
void ts_str_clear(ts_str *s);
void ts_str_free(ts_str *s);
/** The text, "" when empty; borrowed. */
const char *ts_str_text(const ts_str *s);
/** Give the buffer away (malloc'ed; NULL if an append failed) and reset. */
char *ts_str_take(ts_str *s);
/** malloc'ed printf; NULL when out of memory. */
char *ts_asprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** Length of the valid UTF-8 sequence at `text`, 0 if there is none (RFC 3629: no overlong forms, no
 * surrogates). */
size_t ts_utf8_length(const char *text);

#endif
