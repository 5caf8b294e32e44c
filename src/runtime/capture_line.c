/* The line of a capture file: see capture_line.h. */
#include "runtime/capture_line.h"
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Copy a word of printable characters and step over it and the blank behind; NULL: there is none, or no room.
 */
static const char *take_word(const char *at, char *out, size_t size)
{
    size_t length = 0;
    while (at[length] > ' ' && at[length] < 0x7f)
        length++;
    if (length == 0 || length >= size || (at[length] != ' ' && at[length] != '\0'))
        return NULL;
    memcpy(out, at, length);
    out[length] = '\0';
    return at + length + (at[length] == ' ');
}

static int take_count(const char *text, uint64_t *out)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    *out = value;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
}

static int take_seconds(const char *text, double *out)
{
    char *end;
    *out = strtod(text, &end);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && isfinite(*out) && *out >= 0;
}

/* A field of a later version is skipped. */
static int take_field(const char *word, tsrt_captured *out)
{
    if (strncmp(word, "calls=", 6) == 0)
        return take_count(word + 6, &out->calls);
    if (strncmp(word, "lookups=", 8) == 0)
        return take_count(word + 8, &out->lookups);
    if (strncmp(word, "seconds=", 8) == 0)
        return take_seconds(word + 8, &out->seconds);
    return strchr(word, '=') != NULL;
}

int tsrt_capture_parse(const char *line, tsrt_captured *out)
{
    char word[64];
    *out = (tsrt_captured){.calls = 0};
    if (line[0] == '\0' || line[0] == '#' || strcmp(line, TSRT_CAPTURE_HEAD) == 0)
        return 0;
    const char *at = take_word(line, out->kernel, sizeof out->kernel);
    at = at != NULL ? take_word(at, out->type, sizeof out->type) : NULL;
    at = at != NULL ? take_word(at, out->problem, sizeof out->problem) : NULL;
    if (at == NULL || strchr(out->problem, '=') == NULL)
        return -1;
    while (*at != '\0') {
        at = take_word(at, word, sizeof word);
        if (at == NULL || !take_field(word, out))
            return -1;
    }
    return 1;
}

size_t tsrt_capture_format(const tsrt_captured *s, char line[TSRT_CAPTURE_LINE])
{
    int n = snprintf(line, TSRT_CAPTURE_LINE, "%s %s %s calls=%" PRIu64 " lookups=%" PRIu64 " seconds=%.9g\n",
                     s->kernel, s->type, s->problem, s->calls, s->lookups, s->seconds);
    return n > 0 && n < TSRT_CAPTURE_LINE ? (size_t)n : 0;
}
