/* Blocks of copies: whole ones by the micro-kernel, those that a bound cuts by smaller steps. */
#include "nest/emit.h"
#include <stdio.h>
#include <string.h>

void ts_emit_span(const ts_band *band, const ts_form *form, size_t l, bool block, char out[TS_NEST_TEXT])
{
    const bool copied = block && ts_band_copied(band, l), vector = form->explicit && form->vector == (int)l;
    if (copied)
        snprintf(out, TS_NEST_TEXT, "${copies_%s%s%s}", band->loops[l]->iter, band->suffix,
                 vector ? "*lanes" : "");
    else
        snprintf(out, TS_NEST_TEXT, "%s", vector ? "${lanes}" : "1");
}

static bool any_bent(const ts_band *band)
{
    for (size_t l = 0; l < band->depth; l++)
        if (ts_band_bent(band, l))
            return true;
    return false;
}

void ts_emit_guard(const ts_band *band, ts_str *out)
{
    ts_ends point = {0};
    bool first = true;
    for (size_t l = 0; l < band->depth; l++) {
        snprintf(point.low[l], TS_NEST_TEXT, "%s", band->loops[l]->iter);
        snprintf(point.high[l], TS_NEST_TEXT, "%s", band->loops[l]->iter);
    }
    for (size_t l = 0; l < band->depth; l++) {
        if (!ts_band_bent(band, l))
            continue;
        ts_str_format(out, "%s%s >= ", first ? "" : " && ", band->loops[l]->iter);
        ts_emit_bound(band, l, false, true, &point, out);
        ts_str_format(out, " && %s < ", band->loops[l]->iter);
        ts_emit_bound(band, l, true, false, &point, out);
        first = false;
    }
}

/* The values of all iterators in a block that begins at NAME_block (or a copy at NAME). */
static void block_ends(const ts_band *band, const ts_form *form, bool block, ts_ends *ends)
{
    for (size_t l = 0; l < band->depth; l++) {
        const char *i = band->loops[l]->iter, *at = block ? "_block" : "";
        char span[TS_NEST_TEXT];
        ts_emit_span(band, form, l, block, span);
        if (l == form->inner) {
            snprintf(ends->low[l], TS_NEST_TEXT, "%s_lo", i);
            snprintf(ends->high[l], TS_NEST_TEXT, "%s_hi - 1", i);
        } else {
            snprintf(ends->low[l], TS_NEST_TEXT, "%s%s", i, at);
            snprintf(ends->high[l], TS_NEST_TEXT, "%s%s + %s - 1", i, at, span);
        }
    }
}

/* Does the block (or copy) lie within all bounds? */
static void emit_whole(const ts_band *band, const ts_form *form, bool block, ts_str *out)
{
    ts_ends ends = {0};
    bool first = true;
    block_ends(band, form, block, &ends);
    for (size_t l = 0; l < band->depth; l++) {
        const char *i = band->loops[l]->iter;
        if (l == form->inner)
            continue;
        /* A vector that begins late in a block ends in it, too: the next block begins there. */
        ts_str_format(out, "%s%s < %s_%s", first ? "" : " && ", ends.high[l], i, block ? "hi" : "end");
        first = false;
        if (!ts_band_bent(band, l))
            continue;
        ts_str_format(out, " && %s >= ", ends.low[l]);
        ts_emit_bound(band, l, false, true, &ends, out);
        ts_str_format(out, " && %s < ", ends.high[l]);
        ts_emit_bound(band, l, true, false, &ends, out);
    }
    if (first)
        ts_str_append(out, "1");
}

/* The part of the innermost loop that all copies share, between its head and its tail. */
static void emit_core(const ts_band *band, const ts_form *form, bool block, ts_str *out)
{
    const size_t l = form->inner;
    const char *k = band->loops[l]->iter;
    ts_ends ends = {0};
    char first[TS_NEST_TEXT], last[TS_NEST_TEXT];
    ts_str_append(out, "{\n");
    if (!ts_band_bent(band, l)) {
        ts_str_format(out, "const int64_t %s_first = %s_lo, %s_last = %s_hi;\n", k, k, k, k);
        ts_emit_micro(band, form, block, out);
        ts_str_append(out, "}\n");
        return;
    }
    block_ends(band, form, block, &ends);
    ts_str_format(out, "const int64_t %s_first = ${fn}_min(${fn}_max(%s_lo, ", k, k);
    ts_emit_bound(band, l, false, true, &ends, out);
    ts_str_format(out, "), %s_hi);\nconst int64_t %s_last = ${fn}_max(%s_first, ${fn}_min(%s_hi, ", k, k, k,
                  k);
    ts_emit_bound(band, l, true, false, &ends, out);
    ts_str_append(out, "));\n");
    snprintf(first, sizeof first, "%s_first", k);
    snprintf(last, sizeof last, "%s_last", k);
    char lo[TS_NEST_TEXT], hi[TS_NEST_TEXT];
    snprintf(lo, sizeof lo, "%s_lo", k);
    snprintf(hi, sizeof hi, "%s_hi", k);
    ts_emit_points(band, form, block, lo, first, out);
    ts_emit_micro(band, form, block, out);
    ts_emit_points(band, form, block, last, hi, out);
    ts_str_append(out, "}\n");
}

static void emit_cut_loop(const ts_band *band, const ts_form *form, size_t l, bool along, ts_str *out)
{
    const char *i = band->loops[l]->iter;
    char span[TS_NEST_TEXT];
    ts_emit_span(band, form, l, true, span);
    if (along)
        ts_str_format(out,
                      "for (int64_t %s = %s_block, %s_step, %s_end = ${fn}_min(%s_block + %s, %s_hi); %s < "
                      "%s_end; %s += %s_step) {\n",
                      i, i, i, i, i, span, i, i, i, i, i);
    else
        ts_str_format(
            out,
            "for (int64_t %s = %s_block, %s_end = ${fn}_min(%s_block + %s, %s_hi); %s < %s_end; %s++) {\n", i,
            i, i, i, span, i, i, i, i);
}

/* A block that a bound cuts: copy by copy, and where vectors don't fit, point by point. */
static void emit_cut(const ts_band *band, const ts_form *form, ts_str *out)
{
    const bool vector = form->explicit && form->vector != (int)form->inner;
    for (size_t l = 0; l < band->depth; l++)
        if (l != form->inner && !(vector && (int)l == form->vector))
            emit_cut_loop(band, form, l, false, out);
    /* Last, because how far it goes on depends on the others. */
    if (vector)
        emit_cut_loop(band, form, (size_t)form->vector, true, out);
    ts_str_append(out, "if (");
    emit_whole(band, form, false, out);
    ts_str_append(out, ") {\n");
    emit_core(band, form, false, out);
    if (vector)
        ts_str_format(out, "%s_step = ${lanes};\n", band->loops[form->vector]->iter);
    ts_str_append(out, "} else {\n");
    if (vector)
        ts_str_format(out, "%s_step = 1;\n", band->loops[form->vector]->iter);
    char lo[TS_NEST_TEXT], hi[TS_NEST_TEXT];
    snprintf(lo, sizeof lo, "%s_lo", band->loops[form->inner]->iter);
    snprintf(hi, sizeof hi, "%s_hi", band->loops[form->inner]->iter);
    if (vector || any_bent(band))
        ts_emit_points(band, form, false, lo, hi, out);
    ts_str_append(out, "}\n");
    for (size_t l = 0; l + 1 < band->depth; l++)
        ts_str_append(out, "}\n");
}

void ts_emit_form(const ts_band *band, const ts_form *form, ts_str *out)
{
    const char *k = band->loops[form->inner]->iter;
    ts_str_format(out, "if (%s_lo < %s_hi)\n//@ for level in 0..%zu\n", k, k, band->depth);
    for (size_t l = 0; l < band->depth; l++) {
        const char *i = band->loops[l]->iter;
        char span[TS_NEST_TEXT], untiled[TS_NEST_TEXT] = "";
        if (l == form->inner)
            continue;
        ts_emit_span(band, form, l, true, span);
        ts_str_format(out, "//@ if place_%s%s == level\n", i, band->suffix);
        if (ts_band_tiled(band, l))
            snprintf(untiled, sizeof untiled, " && tile_%s%s == 0", i, band->suffix);
        ts_emit_parallel(band, l, untiled, out);
        ts_str_format(out, "for (int64_t %s_block = %s_lo; %s_block < %s_hi; %s_block += %s)\n//@ endif\n", i,
                      i, i, i, i, span);
    }
    ts_str_append(out, "//@ endfor\n{\nif (");
    emit_whole(band, form, true, out);
    ts_str_append(out, ")\n");
    emit_core(band, form, true, out);
    if (band->depth > 1) {
        ts_str_append(out, "else\n");
        emit_cut(band, form, out);
    }
    ts_str_append(out, "}\n");
}
