/* The innermost code: copies side by side, elements in registers, vectors written out. */
#include "nest/emit.h"
#include <stdio.h>
#include <string.h>

/* `for` over the copies of every loop but the innermost, and (with it) of that one as u_NAME below n_copies.
 */
static size_t open_copies(const ts_band *band, const ts_form *form, bool block, bool inner, ts_str *out)
{
    size_t opened = 0;
    if (inner) {
        ts_str_format(out, "//@ for u_%s in 0..turn\n", band->loops[form->inner]->iter);
        opened++;
    }
    for (size_t l = 0; l < band->depth; l++)
        if (l != form->inner && block && ts_band_copied(band, l)) {
            const char *i = band->loops[l]->iter;
            ts_str_format(out, "//@ for u_%s in 0..copies_%s%s\n", i, i, band->suffix);
            opened++;
        }
    return opened;
}

static void close_copies(size_t opened, ts_str *out)
{
    while (opened--)
        ts_str_append(out, "//@ endfor\n");
}

/* The iterators of one copy. */
static void copy_view(const ts_band *band, const ts_form *form, bool block, bool inner, ts_view *view)
{
    *view = (ts_view){.count = band->depth};
    for (size_t l = 0; l < band->depth; l++) {
        const char *i = band->loops[l]->iter;
        const char *lanes = form->explicit && form->vector == (int)l ? "*lanes" : "";
        view->names[l] = i;
        if (l == form->inner)
            snprintf(view->texts[l], TS_NEST_TEXT, inner ? "(%s_at + ${u_%s%s})" : "%s_at", i, i, lanes);
        else if (block && ts_band_copied(band, l))
            snprintf(view->texts[l], TS_NEST_TEXT, "(%s_block + ${u_%s%s})", i, i, lanes);
        else
            snprintf(view->texts[l], TS_NEST_TEXT, block ? "%s_block" : "%s", i);
    }
}

/* The register of a copy: kept_${u_i}_${u_j}. */
static void kept_name(const ts_band *band, const ts_form *form, bool block, ts_str *out)
{
    ts_str_append(out, "kept");
    for (size_t l = 0; l < band->depth; l++)
        if (l != form->inner && block && ts_band_copied(band, l))
            ts_str_format(out, "_${u_%s}", band->loops[l]->iter);
}

static bool is_sum(const ts_form *form)
{
    return form->explicit && form->kept && form->vector == (int)form->inner;
}

static void vector_view(const ts_band *band, const ts_form *form, ts_view *view)
{
    view->vector = form->explicit ? band->loops[form->vector]->iter : NULL;
    view->cast = form->explicit;
}

/* ---- statements
 * ---------------------------------------------------------------------------------------------- */

static bool holds_vector(const ts_band *band, const ts_statement *s, const char *iter)
{
    ts_ref ref;
    for (size_t i = s->right.first; iter && i < s->right.last; i++)
        if (ts_ref_at(band->nest, i, &ref)) {
            if (ts_ref_stride(band->nest, &ref, iter) == 1)
                return true;
            i = ref.all.last - 1;
        }
    return false;
}

static void emit_statement(const ts_band *band, const ts_form *form, bool block, const ts_statement *s,
                           const ts_view *view, ts_str *out)
{
    const ts_token *operator= ts_nest_token(band->nest, s->verb);
    const bool broadcast = form->explicit && !holds_vector(band, s, view->vector);
    if (form->kept)
        kept_name(band, form, block, out);
    else
        ts_emit_tokens(band->nest, s->left.all, view, out);
    ts_str_format(out, " %.*s %s", (int)operator->length, operator->text,
                  broadcast ? "(${fn}_v){0} + (" : "");
    ts_emit_tokens(band->nest, s->right, view, out);
    ts_str_append(out, broadcast ? ");\n" : ";\n");
}

static void emit_body(const ts_band *band, const ts_form *form, bool block, const ts_view *view, ts_str *out)
{
    if (form->explicit || form->kept) {
        for (size_t i = 0; i < band->statement_count; i++)
            emit_statement(band, form, block, &band->statements[i], view, out);
        return;
    }
    ts_str_append(out, "{ ");
    ts_emit_tokens(band->nest, band->body->text, view, out);
    ts_str_append(out, " }\n");
}

/* ---- registers
 * ------------------------------------------------------------------------------------------------ */

static void load_kept(const ts_band *band, const ts_form *form, bool block, ts_str *out)
{
    const ts_statement *s = band->statements;
    ts_view view;
    copy_view(band, form, block, false, &view);
    vector_view(band, form, &view);
    size_t opened = open_copies(band, form, block, false, out);
    ts_str_append(out, form->explicit ? "${fn}_v " : "${T} ");
    kept_name(band, form, block, out);
    ts_str_append(out, " = ");
    if (is_sum(form))
        ts_str_append(out, "{0}");
    else
        ts_emit_tokens(band->nest, s->left.all, &view, out);
    ts_str_append(out, ";\n");
    close_copies(opened, out);
}

static void store_kept(const ts_band *band, const ts_form *form, bool block, ts_str *out)
{
    const ts_statement *s = band->statements;
    ts_view view;
    copy_view(band, form, block, false, &view);
    vector_view(band, form, &view);
    size_t opened = open_copies(band, form, block, false, out);
    ts_emit_tokens(band->nest, s->left.all, &view, out);
    ts_str_append(out, is_sum(form) ? " += ${fn}_sum(" : " = ");
    kept_name(band, form, block, out);
    ts_str_append(out, is_sum(form) ? ");\n" : ";\n");
    close_copies(opened, out);
}

void ts_emit_points(const ts_band *band, const ts_form *form, bool block, const char *first, const char *last,
                    ts_str *out)
{
    ts_view view = {0};
    for (size_t l = 0; l < band->depth && block; l++) {
        const char *i = band->loops[l]->iter;
        char span[TS_NEST_TEXT];
        ts_emit_span(band, form, l, true, span);
        if (l != form->inner)
            ts_str_format(out, "for (int64_t %s = %s_block; %s < %s_block + %s; %s++)\n", i, i, i, i, span,
                          i);
    }
    const char *k = band->loops[form->inner]->iter;
    ts_str_format(out, "for (int64_t %s = %s; %s < %s; %s++)\n", k, first, k, last, k);
    ts_str guard = TS_STR_INIT;
    ts_emit_guard(band, &guard);
    if (guard.length)
        ts_str_format(out, "if (%s)\n", ts_str_text(&guard));
    ts_str_free(&guard);
    ts_str_append(out, "{ ");
    ts_emit_tokens(band->nest, band->body->text, &view, out);
    ts_str_append(out, " }\n");
}

/* The innermost loop: several steps a turn, then one; what is left of vectors comes after. */
static void emit_turns(const ts_band *band, const ts_form *form, bool block, ts_str *out)
{
    const char *k = band->loops[form->inner]->iter,
               *lanes = form->explicit && form->vector == (int)form->inner ? "*lanes" : "";
    const bool copied = block && ts_band_copied(band, form->inner);
    char copies[TS_NEST_TEXT] = "1";
    ts_view view;
    if (copied)
        snprintf(copies, sizeof copies, "copies_%s%s", k, band->suffix);
    copy_view(band, form, block, true, &view);
    vector_view(band, form, &view);
    ts_str_format(out, "//@ for part in (%s > 1 ? 0 : 1)..2\n//@ let turn = part == 0 ? %s : 1\n", copies,
                  copies);
    if (!form->explicit && ts_clause_names(&band->clauses->of[TS_CLAUSE_VECTORIZE], k))
        ts_str_append(out, "#pragma GCC ivdep\n");
    ts_str_format(out, "for (; %s_at <= %s_last - ${turn%s}; %s_at += ${turn%s}) {\n", k, k, lanes, k, lanes);
    size_t opened = open_copies(band, form, block, true, out);
    emit_body(band, form, block, &view, out);
    close_copies(opened, out);
    ts_str_append(out, "}\n//@ endfor\n");
}

void ts_emit_micro(const ts_band *band, const ts_form *form, bool block, ts_str *out)
{
    const char *k = band->loops[form->inner]->iter;
    char at[TS_NEST_TEXT], last[TS_NEST_TEXT];
    ts_str_format(out, "{\nint64_t %s_at = %s_first;\n", k, k);
    if (form->kept)
        load_kept(band, form, block, out);
    emit_turns(band, form, block, out);
    if (form->kept)
        store_kept(band, form, block, out);
    snprintf(at, sizeof at, "%s_at", k);
    snprintf(last, sizeof last, "%s_last", k);
    if (form->explicit && form->vector == (int)form->inner)
        ts_emit_points(band, form, block, at, last, out);
    ts_str_append(out, "}\n");
}
