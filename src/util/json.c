#include "util/json.h"
#include "util/number.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static void append_control(ts_str *out, unsigned char c)
{
    static const char letters[] = "\bb\ff\nn\rr\tt";
    for (const char *p = letters; *p; p += 2) {
        if ((unsigned char)*p == c) {
            ts_str_format(out, "\\%c", p[1]);
            return;
        }
    }
    ts_str_format(out, "\\u%04x", c);
}

void ts_json_string(ts_str *out, const char *text)
{
    if (!text) {
        ts_str_append(out, "null");
        return;
    }
    ts_str_append(out, "\"");
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        size_t n = ts_utf8_length((const char *)s);
        if (n == 0)
            ts_str_append(out, "\xef\xbf\xbd");
        else if (*s < 0x20 || *s == 0x7f)
            append_control(out, *s);
        else if (*s == '"' || *s == '\\')
            ts_str_format(out, "\\%c", *s);
        else
            ts_str_append_n(out, (const char *)s, n);
        s += n ? n : 1;
    }
    ts_str_append(out, "\"");
}

/* Raw timings come by the hundred thousand: 15 digits without trailing zeros are the fewest already where
 * they are enough. */
void ts_json_number(ts_str *out, double value)
{
    char text[40];
    if (!isfinite(value)) {
        ts_str_append(out, "null");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        char *comma = strchr(text, ','); /* the program's locale may say so; JSON doesn't */
        if (comma)
            *comma = '.';
        if (ts_strtod(text, NULL) == value)
            break;
    }
    ts_str_append(out, text);
}

void ts_json_numbers(ts_str *out, const double *values, size_t count)
{
    ts_str_append(out, "[");
    for (size_t i = 0; i < count; i++) {
        ts_str_append(out, i ? "," : "");
        ts_json_number(out, values[i]);
    }
    ts_str_append(out, "]");
}
