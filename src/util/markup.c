/* See markup.h. */
#include "util/markup.h"

/* One character, or U+FFFD for a byte that is none or that HTML forbids. */
static size_t append_character(ts_str *out, const char *text)
{
    size_t length = ts_utf8_length(text);
    bool control = ((unsigned char)*text < 0x20 && *text != '\n' && *text != '\t') || *text == 0x7f;
    if (length == 0 || control)
        ts_str_append(out, "\xef\xbf\xbd");
    else
        ts_str_append_n(out, text, length);
    return length ? length : 1;
}

void ts_markup_text(ts_str *out, const char *text)
{
    while (text && *text) {
        const char *entity = *text == '&'   ? "&amp;"
                             : *text == '<' ? "&lt;"
                             : *text == '>' ? "&gt;"
                             : *text == '"' ? "&quot;"
                                            : NULL;
        if (entity)
            ts_str_append(out, entity);
        text += entity ? 1 : append_character(out, text);
    }
}
