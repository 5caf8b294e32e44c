/* The loops over tiles, the ranges of a tile, and the forms that a configuration chooses from. */
#include "nest/emit.h"
#include <stdio.h>

static void set_ends(ts_ends *ends, size_t l, const char *low, const char *high)
{
    snprintf(ends->low[l], TS_NEST_TEXT, "%s", low);
    snprintf(ends->high[l], TS_NEST_TEXT, "%s", high);
}

/* The iterators between NAME_PART… and NAME_…: what a bound may become. */
static void range_ends(const ts_band *band, const char *from, const char *to, ts_ends *ends)
{
    for (size_t l = 0; l < band->depth; l++) {
        char low[TS_NEST_TEXT], high[TS_NEST_TEXT];
        snprintf(low, sizeof low, "%s_%s", band->loops[l]->iter, from);
        snprintf(high, sizeof high, "%s_%s - 1", band->loops[l]->iter, to);
        set_ends(ends, l, low, high);
    }
}

/* The whole range of each loop, over all values of those around it. */
static void emit_ranges(const ts_band *band, ts_str *out)
{
    ts_ends ends = {0};
    range_ends(band, "from", "to", &ends);
    for (size_t l = band->skewed ? 1 : 0; l < band->depth; l++) {
        const char *iter = band->loops[l]->iter;
        ts_str_format(out, "const int64_t %s_from = ", iter);
        ts_emit_bound(band, l, false, false, &ends, out);
        ts_str_format(out, ", %s_to = ", iter);
        ts_emit_bound(band, l, true, true, &ends, out);
        ts_str_append(out, ";\n");
    }
}

void ts_emit_parallel(const ts_band *band, size_t l, const char *when, ts_str *out)
{
    const ts_clause *c = &band->clauses->of[TS_CLAUSE_PARALLEL];
    for (size_t outer = 0; outer < l; outer++)
        if (ts_clause_names(c, band->loops[outer]->iter))
            return;
    if (ts_clause_names(c, band->loops[l]->iter))
        ts_str_format(out,
                      "//@ if threads > 1%s\n#pragma omp parallel for num_threads(${threads}) "
                      "schedule(dynamic)\n//@ endif\n",
                      when);
}

static void emit_tile_loops(const ts_band *band, ts_str *out)
{
    bool any = false;
    for (size_t l = 0; l < band->depth; l++)
        any |= ts_band_tiled(band, l);
    if (!any)
        return;
    ts_str_format(out, "//@ for level in 0..%zu\n", band->depth);
    for (size_t l = 0; l < band->depth; l++) {
        const char *i = band->loops[l]->iter, *s = band->suffix;
        if (!ts_band_tiled(band, l))
            continue;
        ts_str_format(out, "//@ if place_%s%s == level && tile_%s%s > 0\n", i, s, i, s);
        ts_emit_parallel(band, l, "", out);
        ts_str_format(
            out, "for (int64_t %s_tile = %s_from; %s_tile < %s_to; %s_tile += ${tile_%s%s}) {\n//@ endif\n",
            i, i, i, i, i, i, s);
    }
    ts_str_append(out, "//@ endfor\n");
}

static void close_tile_loops(const ts_band *band, ts_str *out)
{
    for (size_t l = 0; l < band->depth; l++)
        if (ts_band_tiled(band, l))
            ts_str_format(out, "//@ if tile_%s%s > 0\n}\n//@ endif\n", band->loops[l]->iter, band->suffix);
}

/* NAME_lo, NAME_hi: what of the loop's range lies in this tile. */
static void emit_tile_ranges(const ts_band *band, ts_str *out)
{
    ts_ends ends = {0};
    range_ends(band, "lo", "hi", &ends);
    for (size_t l = 0; l < band->depth; l++) {
        const char *i = band->loops[l]->iter, *s = band->suffix;
        ts_str low = TS_STR_INIT, high = TS_STR_INIT;
        if (band->skewed && l == 0) {
            ts_str_format(&low, "%s_from", i);
            ts_str_format(&high, "%s_to", i);
        } else {
            ts_emit_bound(band, l, false, false, &ends, &low);
            ts_emit_bound(band, l, true, true, &ends, &high);
        }
        if (ts_band_tiled(band, l))
            ts_str_format(out,
                          "//@ if tile_%s%s > 0\nconst int64_t %s_lo = ${fn}_max(%s_tile, %s), %s_hi = "
                          "${fn}_min(%s_tile + ${tile_%s%s}, %s);\n//@ else\n",
                          i, s, i, i, ts_str_text(&low), i, i, i, s, ts_str_text(&high));
        ts_str_format(out, "const int64_t %s_lo = %s, %s_hi = %s;\n", i, ts_str_text(&low), i,
                      ts_str_text(&high));
        if (ts_band_tiled(band, l))
            ts_str_append(out, "//@ endif\n");
        ts_str_free(&low);
        ts_str_free(&high);
    }
}

void ts_emit_band(const ts_band *band, const ts_group *group, ts_str *out)
{
    ts_str_append(out, "{\n");
    emit_ranges(band, out);
    emit_tile_loops(band, out);
    emit_tile_ranges(band, out);
    for (size_t f = 0; f < group->form_count; f++) {
        char name[TS_NEST_TEXT];
        ts_form_name(band, &group->forms[f], name);
        if (group->form_count > 1)
            ts_str_format(out, "//@ %s form%s == '%s'\n", f ? "elif" : "if", band->suffix, name);
        ts_emit_form(band, &group->forms[f], out);
    }
    if (group->form_count > 1)
        ts_str_append(out, "//@ endif\n");
    close_tile_loops(band, out);
    ts_str_append(out, "}\n");
}
