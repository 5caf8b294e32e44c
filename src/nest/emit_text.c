/* Tokens as text: arrays become one block, iterators what they stand for, elements vectors. */
#include "nest/emit.h"
#include <string.h>

/* A template's `${` stands for an expression. */
static void append_escaped(const char *text, size_t length, ts_str *out)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '$' && i + 1 < length && text[i + 1] == '{')
            ts_str_append(out, "$");
        ts_str_append_n(out, text + i, 1);
    }
}

static void space(const ts_nest *nest, size_t i, ts_str *out)
{
    const ts_token *t = ts_nest_token(nest, i), *next = ts_nest_token(nest, i + 1);
    if (next->line != t->line)
        ts_str_append(out, "\n");
    else if (t->text + t->length != next->text)
        ts_str_append(out, " ");
}

/* A[i][j] as A[(i)*(m) + (j)]. */
static void emit_ref(const ts_nest *nest, const ts_ref *ref, const ts_view *view, ts_str *out)
{
    const ts_nest_array *a = ref->array;
    const bool vector = view->vector && ts_ref_stride(nest, ref, view->vector) == 1;
    ts_view whole = *view; /* subscripts stay whole numbers */
    whole.vector = NULL;
    whole.cast = false;
    if (vector)
        ts_str_format(out, "(*(%s${fn}_u *)&", a->constant ? "const " : "");
    ts_str_format(out, "%s[", a->name);
    for (size_t i = 1; i + 1 < a->extent_count; i++)
        ts_str_append(out, "(");
    for (size_t i = 0; i < a->extent_count; i++) {
        if (i) {
            ts_str_append(out, i > 1 ? ")*(" : "*(");
            ts_emit_tokens(nest, a->extents[i], &whole, out);
            ts_str_append(out, ") + ");
        }
        ts_str_append(out, a->extent_count > 1 && i == 0 ? "(int64_t)(" : "(");
        ts_emit_tokens(nest, ref->index[i], &whole, out);
        ts_str_append(out, ")");
    }
    ts_str_append(out, vector ? "])" : "]");
}

static const char *replaced(const ts_view *view, const ts_token *t)
{
    for (size_t i = 0; t->kind == TS_TOKEN_NAME && i < view->count; i++)
        if (ts_token_is(t, view->names[i]))
            return view->texts[i];
    return NULL;
}

static void emit_token(const ts_token *t, const ts_view *view, ts_str *out)
{
    const char *text = replaced(view, t);
    if (text)
        ts_str_append(out, text);
    else if (t->kind == TS_TOKEN_PRAGMA)
        ts_str_append(out, ""); /* a shape() is known by now */
    else if (t->kind == TS_TOKEN_NUMBER && view->cast)
        ts_str_format(out, "((${T})%.*s)", (int)t->length, t->text);
    else
        append_escaped(t->text, t->length, out);
}

void ts_emit_tokens(const ts_nest *nest, ts_span span, const ts_view *view, ts_str *out)
{
    ts_ref ref;
    for (size_t i = span.first; i < span.last; i++) {
        bool element = ts_ref_at(nest, i, &ref) && ref.all.last <= span.last;
        if (element) {
            emit_ref(nest, &ref, view, out);
            i = ref.all.last - 1;
        } else if (ts_nest_token(nest, i)->kind == TS_TOKEN_DIRECTIVE) {
            ts_str_append(out, "\n");
            append_escaped(ts_nest_token(nest, i)->text, ts_nest_token(nest, i)->length, out);
            ts_str_append(out, "\n");
        } else {
            emit_token(ts_nest_token(nest, i), view, out);
        }
        if (i + 1 < span.last)
            space(nest, i, out);
    }
}
