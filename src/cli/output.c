/* Styles, wrapped text and JSON on standard output. */
#include "cli/output.h"
#include "tilesmith_plugin.h"
#include "util/str.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int ts_columns(FILE *stream)
{
    struct winsize size;
    int fd = fileno(stream);
    if (fd < 0 || !isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

const char *ts_style_on(FILE *stream, ts_style style)
{
    static const char *const codes[] = {
        [TS_STYLE_PLAIN] = "\033[0m", [TS_STYLE_BOLD] = "\033[1m", [TS_STYLE_DIM] = "\033[2m",
        [TS_STYLE_GOOD] = "\033[32m", [TS_STYLE_BAD] = "\033[31m",
    };
    const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");
    bool plain = (refused && *refused) || (terminal && strcmp(terminal, "dumb") == 0);
    return !plain && isatty(fileno(stream)) ? codes[style] : "";
}

static void wrap_line(ts_str *out, const char *line, size_t length, size_t indent, size_t width)
{
    size_t column = 0;
    for (size_t i = 0; i < length;) {
        i += strspn(line + i, " ");
        size_t word = 0, shown = 0;
        for (; i + word < length && line[i + word] != ' '; word++)
            shown += ((unsigned char)line[i + word] & 0xC0) != 0x80;
        if (word == 0)
            break;
        if (column && column + 1 + shown > width) {
            ts_str_append(out, "\n");
            column = 0;
        }
        if (column)
            ts_str_append(out, " ");
        else
            ts_str_format(out, "%*s", (int)indent, "");
        column = column ? column + 1 + shown : indent + shown;
        ts_str_append_n(out, line + i, word);
        i += word;
    }
    ts_str_append(out, "\n");
}

void ts_wrap(ts_str *out, const char *text, size_t indent, size_t width)
{
    while (*text) {
        size_t length = strcspn(text, "\n"), own = strspn(text, " ");
        wrap_line(out, text, length, indent + own, width);
        text += length + (text[length] == '\n');
    }
}

json_t *ts_json_real(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

json_t *ts_json_text(const char *text)
{
    return text ? json_string(text) : json_null();
}

int ts_json_print(json_t *owned)
{
    if (!owned || json_dumpf(owned, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) != 0) {
        json_decref(owned);
        fprintf(stderr,
                "tilesmith: could not write the result as JSON; check the space left for standard output\n");
        return 1;
    }
    json_decref(owned);
    putchar('\n');
    return 0;
}
