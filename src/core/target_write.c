/* Target descriptions out: flat dotted names to nested XML, in the order of the attributes. */
#include "core/target.h"
#include "core/target_terms.h"
#include "util/number.h"
#include "util/str.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void append_escaped(ts_str *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            ts_str_append(out, "&amp;");
            break;
        case '<':
            ts_str_append(out, "&lt;");
            break;
        case '"':
            ts_str_append(out, "&quot;");
            break;
        default:
            ts_str_append_n(out, text, 1);
        }
    }
}

/* ` name="text"`, or nothing for NULL. */
static void append_attribute(ts_str *out, const char *name, const char *text)
{
    char *clean = text ? ts_target_text_copy(text) : NULL;
    if (text && !clean)
        out->failed = true;
    if (!clean)
        return;
    ts_str_format(out, " %s=\"", name);
    append_escaped(out, clean);
    ts_str_append(out, "\"");
    free(clean);
}

static void append_bound(ts_str *out, const char *name, double bound)
{
    char text[32];
    if (!isnan(bound))
        append_attribute(out, name, ts_real_text(bound, text, sizeof text));
}

static bool is_default_feature(const ts_attribute *a, const ts_target_term *term)
{
    return strcmp(term->leaf, "feature") == 0 && a->value.kind == TS_INT && a->value.i == 1;
}

static void append_value(ts_str *out, const ts_attribute *a, const ts_target_term *term)
{
    char number[64];
    ts_str_format(out, "%s<%s", term->topic ? "    " : "  ", term->leaf);
    if (term->key)
        append_attribute(out, term->key, term->key_value);
    if (!is_default_feature(a, term)) {
        append_attribute(out, "value",
                         a->value.kind == TS_STRING ? a->value.s
                                                    : ts_value_text(a->value, number, sizeof number));
        append_attribute(out, "unit", a->unit);
    }
    append_bound(out, "lo", a->lo);
    append_bound(out, "hi", a->hi);
    append_attribute(out, "source", a->source);
    ts_str_append(out, "/>\n");
}

static bool same_topic(const ts_target_term *a, const ts_target_term *b)
{
    return a->topic && b->topic && strcmp(a->topic, b->topic) == 0 && strcmp(a->instance, b->instance) == 0;
}

static void close_topic(ts_str *out, const ts_target_term *term)
{
    if (term->topic)
        ts_str_format(out, "  </%s>\n", term->topic);
}

static void open_topic(ts_str *out, const ts_target_term *term)
{
    if (!term->topic)
        return;
    ts_str_format(out, "  <%s", term->topic);
    append_attribute(out, "name", *term->instance ? term->instance : NULL);
    ts_str_append(out, ">\n");
}

int ts_target_write(const ts_target *target, char **text)
{
    ts_str out = TS_STR_INIT;
    ts_target_term open = {0};
    ts_str_append(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<target");
    append_attribute(&out, "name", target->name);
    append_attribute(&out, "kind", target->kind);
    append_attribute(&out, "fingerprint", target->fingerprint);
    append_attribute(&out, "summary", target->summary);
    ts_str_append(&out, ">\n");
    for (size_t i = 0; i < target->count; i++) {
        ts_target_term term = ts_target_term_of(&target->attributes[i]);
        if (!same_topic(&open, &term)) {
            close_topic(&out, &open);
            open_topic(&out, &term);
        }
        append_value(&out, &target->attributes[i], &term);
        open = term;
    }
    close_topic(&out, &open);
    ts_str_append(&out, "</target>\n");
    *text = ts_str_take(&out);
    return *text ? 0 : ts_fail(TS_ENOMEM, "out of memory while writing target %s", target->name);
}
