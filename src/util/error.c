#include "tilesmith_plugin.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_SIZE 2048

static _Thread_local char message[MESSAGE_SIZE];

/* Messages quote files and compilers; control characters in them must not reach a terminal or break a line of
 * output. */
static void make_one_line(char *text)
{
    for (char *p = text; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    }
    for (size_t n = strlen(text); n && text[n - 1] == ' '; n--)
        text[n - 1] = 0;
}

/* End a cut message with dots, without leaving half of a UTF-8 sequence before them. */
static void mark_cut(char *text)
{
    size_t n = MESSAGE_SIZE - 1 - strlen("...");
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    memcpy(text + n, "...", sizeof "...");
}

/* In parentheses, because the header makes the name a macro for the static analyser. */
int(ts_fail)(int code, const char *format, ...)
{
    /* Arguments may point into the present message, as in ts_fail(c, "...: %s", ts_error()). */
    char next[MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(next, sizeof next, format, args);
    va_end(args);
    if (n < 0)
        next[0] = 0;
    if (n >= (int)sizeof next)
        mark_cut(next);
    make_one_line(next);
    memcpy(message, next, strlen(next) + 1);
    return code;
}

const char *ts_error(void)
{
    return message;
}
