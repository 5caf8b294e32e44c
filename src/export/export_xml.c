/* XML: every winner with its provenance, parameters as elements; the source text is left to JSON. */
#include "export/exporters.h"
#include "export/header_model.h"
#include "tilesmith.h"
#include "util/number.h"
#include "util/str.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Text for an attribute. Bytes that XML 1.0 has no character for (2.2: most controls, U+FFFE and U+FFFF) and
 * those that are not UTF-8 become U+FFFD. */
static void append_text(ts_str *out, const char *text)
{
    for (const char *s = text; *s;) {
        size_t length = ts_utf8_length(s);
        bool none =
            memcmp(s, "\xef\xbf", length == 3 ? 2 : 0) == 0 && length == 3 && (unsigned char)s[2] >= 0xbe;
        if (length == 0 || none)
            ts_str_append(out, "\xef\xbf\xbd");
        else if (strchr("&<>\"\t\n\r", *s))
            ts_str_format(out, "&#%d;", *s);
        else if ((unsigned char)*s < 0x20)
            ts_str_append(out, "\xef\xbf\xbd");
        else
            ts_str_append_n(out, s, length);
        s += length ? length : 1;
    }
}

/* What isn't known is left out. */
static void text_attribute(ts_str *out, const char *name, const char *value)
{
    if (!value)
        return;
    ts_str_format(out, " %s=\"", name);
    append_text(out, value);
    ts_str_append(out, "\"");
}

static void number_attribute(ts_str *out, const char *name, double value)
{
    char text[40];
    if (isfinite(value))
        ts_str_format(out, " %s=\"%s\"", name, ts_real_text(value, text, sizeof text));
}

static void append_field(ts_str *out, const char *element, const ts_field *field)
{
    char text[40];
    ts_str_format(out, "    <%s", element);
    text_attribute(out, "name", field->name);
    if (field->value.kind == TS_STRING)
        text_attribute(out, "value", field->value.s);
    else if (field->value.kind == TS_REAL)
        text_attribute(out, "value", ts_real_text(field->value.r, text, sizeof text));
    else
        ts_str_format(out, " value=\"%" PRId64 "\"", field->value.i);
    ts_str_append(out, "/>\n");
}

static void append_choice(ts_str *out, const ts_choice *c)
{
    const ts_winner *w = c->winner;
    ts_str_append(out, "  <winner");
    text_attribute(out, "kernel", w->kernel);
    text_attribute(out, "type", w->type);
    text_attribute(out, "target", w->target_name);
    text_attribute(out, "fingerprint", w->fingerprint);
    text_attribute(out, "objective", w->objective);
    number_attribute(out, "seconds", w->seconds);
    number_attribute(out, "lo", w->lo);
    number_attribute(out, "hi", w->hi);
    number_attribute(out, "flops", w->flops);
    number_attribute(out, "peak", w->peak);
    ts_str_append(out, ">\n    <provenance");
    text_attribute(out, "compiler", w->compiler);
    text_attribute(out, "compiler-identity", w->compiler_identity);
    text_attribute(out, "flags", w->flags);
    text_attribute(out, "kernel-hash", w->kernel_hash);
    text_attribute(out, "variant", w->variant);
    text_attribute(out, "library-version", w->library_version);
    text_attribute(out, "timestamp", w->timestamp);
    ts_str_format(out, " evaluations=\"%zu\"/>\n", w->evaluations);
    for (size_t i = 0; i < c->dims.count; i++)
        append_field(out, "dimension", &c->dims.items[i]);
    for (size_t i = 0; i < c->params.count; i++)
        append_field(out, "parameter", &c->params.items[i]);
    ts_str_append(out, "  </winner>\n");
}

static int render(ts_store *store, const ts_export_request *request, char **text, size_t *length)
{
    ts_selection selection;
    ts_choices choices;
    ts_str out = TS_STR_INIT;
    int rc = ts_choices_read(store, request, &selection, &choices);
    ts_str_format(&out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- times in seconds, work in flop, peak in "
                  "flop/s -->\n"
                  "<winners generator=\"tilesmith %s\">\n",
                  TILESMITH_VERSION);
    for (size_t i = 0; i < choices.count; i++)
        append_choice(&out, &choices.items[i]);
    ts_str_append(&out, "</winners>\n");
    rc = ts_export_finish(rc, &out, text, length);
    ts_choices_clear(&choices);
    ts_selection_clear(&selection);
    return rc;
}

extern const ts_exporter ts_exporter_xml;
const ts_exporter ts_exporter_xml = {.name = "xml",
                                     .summary = "winners with their parameters and provenance, as XML",
                                     .extension = ".xml",
                                     .render = render};
