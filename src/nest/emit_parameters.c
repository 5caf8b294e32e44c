/* What is tuned about a nest: order, tiles, copies, form; and where to begin. */
#include "nest/emit.h"
#include <stdio.h>
#include <string.h>

/* ---- orders of the loops
 * ------------------------------------------------------------------------------------------- */

typedef struct ts_orders {
    const ts_band *band;
    size_t at[TS_NEST_DEPTH]; /* the loop at each place */
    bool used[TS_NEST_DEPTH];
    ts_str values, places[TS_NEST_DEPTH]; /* the domain; the place of each loop as an expression */
    size_t count;
} ts_orders;

static bool may_move(const ts_band *band, size_t l)
{
    const ts_clause *c = &band->clauses->of[TS_CLAUSE_INTERCHANGE];
    return c->given && !(band->skewed && l == 0) && band->depth <= 4 &&
           (c->count == 0 || ts_clause_names(c, band->loops[l]->iter));
}

static void add_order(ts_orders *o)
{
    ts_str name = TS_STR_INIT;
    for (size_t p = 0; p < o->band->depth; p++)
        ts_str_format(&name, "%s%s", p ? "," : "", o->band->loops[o->at[p]]->iter);
    ts_str_format(&o->values, "%s'%s'", o->count ? ", " : "", ts_str_text(&name));
    for (size_t p = 0; p < o->band->depth; p++)
        ts_str_format(&o->places[o->at[p]], "order%s == '%s' ? %zu : ", o->band->suffix, ts_str_text(&name),
                      p);
    o->count++;
    ts_str_free(&name);
}

static void permute(ts_orders *o, size_t place)
{
    if (place == o->band->depth) {
        add_order(o);
        return;
    }
    for (size_t l = 0; l < o->band->depth; l++) {
        if (o->used[l] || (l != place && !(may_move(o->band, l) && may_move(o->band, place))))
            continue;
        o->used[l] = true;
        o->at[place] = l;
        permute(o, place + 1);
        o->used[l] = false;
    }
}

static void emit_order(const ts_band *band, ts_str *out)
{
    ts_orders o = {.band = band};
    permute(&o, 0);
    if (o.count > 1)
        ts_str_format(out,
                      "  <parameter name=\"order%s\" kind=\"categorical\" values=\"%s\" text=\"loops over "
                      "tiles and blocks, outermost "
                      "first\"/>\n",
                      band->suffix, ts_str_text(&o.values));
    for (size_t l = 0; l < band->depth; l++) {
        ts_str_format(out, "  <let name=\"place_%s%s\" value=\"", band->loops[l]->iter, band->suffix);
        ts_str_format(out, "%s%zu\"/>\n", o.count > 1 ? ts_str_text(&o.places[l]) : "", l);
        ts_str_free(&o.places[l]);
    }
    ts_str_free(&o.values);
}

/* ---- tiles and copies
 * -------------------------------------------------------------------------------------------------- */

static void emit_loops(const ts_band *band, ts_str *out)
{
    const char *s = band->suffix;
    for (size_t l = 0; l < band->depth; l++) {
        const char *i = band->loops[l]->iter;
        if (ts_band_tiled(band, l))
            ts_str_format(out,
                          "  <parameter name=\"tile_%s%s\" values=\"0, 16, 32, 64, 128, 256, 512\" "
                          "default=\"0\" text=\"values of %s in a "
                          "tile; 0: all\"/>\n",
                          i, s, i);
        if (ts_band_copied(band, l))
            ts_str_format(out,
                          "  <parameter name=\"copies_%s%s\" values=\"1, 2, 3, 4, 6, 8\" default=\"1\" "
                          "text=\"copies of the loop over %s "
                          "side by side\"/>\n",
                          i, s, i);
    }
    if (band->skewed)
        ts_str_format(out,
                      "  <parameter name=\"tile_%s%s\" values=\"1:64:*2\" default=\"1\" text=\"steps of %s "
                      "in a block of time\"/>\n"
                      "  <parameter name=\"tile_%s%s\" values=\"4:256:*2, 1M\" default=\"1M\" text=\"values "
                      "of %s in a wave\"/>\n",
                      band->wrap[0]->iter, s, band->wrap[0]->iter, band->loops[0]->iter, s,
                      band->loops[0]->iter);
}

static void emit_forms(const ts_group *g, ts_str *out)
{
    const ts_band *band = &g->bands[0];
    char name[TS_NEST_TEXT];
    if (g->form_count < 2)
        return;
    ts_str_format(out, "  <parameter name=\"form%s\" kind=\"categorical\" values=\"", g->suffix);
    for (size_t f = 0; f < g->form_count; f++) {
        ts_form_name(band, &g->forms[f], name);
        ts_str_format(out, "%s'%s'", f ? ", " : "", name);
    }
    ts_str_append(out, "\" text=\"innermost loop, and the one along vectors\"/>\n");
}

/* The product of the copies, of all loops but `except` (depth: of all). */
static void emit_product(const ts_band *band, size_t except, ts_str *out)
{
    ts_str_append(out, "1");
    for (size_t l = 0; l < band->depth; l++)
        if (l != except && ts_band_copied(band, l))
            ts_str_format(out, "*copies_%s%s", band->loops[l]->iter, band->suffix);
}

static void emit_constraints(const ts_group *g, ts_str *out)
{
    const ts_band *band = &g->bands[0];
    const char *s = g->suffix;
    for (size_t f = 0; f < g->form_count; f++) {
        const ts_form *form = &g->forms[f];
        char name[TS_NEST_TEXT];
        ts_form_name(band, form, name);
        ts_str_append(out, "  <constraint text=\"the copies must fit the registers\">");
        if (g->form_count > 1)
            ts_str_format(out, "form%s != '%s' || ", s, name);
        emit_product(band, form->inner, out);
        ts_str_append(out, " &lt; target.vector.registers - 2</constraint>\n");
    }
    ts_str_append(out, "  <constraint text=\"more copies than the instruction cache holds\">");
    emit_product(band, band->depth, out);
    ts_str_append(out, " &lt;= 64</constraint>\n");
    for (size_t l = 0; l < band->depth; l++)
        if (ts_band_tiled(band, l) && ts_band_copied(band, l))
            ts_str_format(out,
                          "  <constraint text=\"a tile holds its copies\">tile_%s%s == 0 || tile_%s%s >= "
                          "copies_%s%s</constraint>\n",
                          band->loops[l]->iter, s, band->loops[l]->iter, s, band->loops[l]->iter, s);
}

void ts_emit_parameters(const ts_group *g, ts_str *out)
{
    emit_forms(g, out);
    emit_order(&g->bands[0], out);
    emit_loops(&g->bands[0], out);
    emit_constraints(g, out);
}

/* ---- seeds
 * ----------------------------------------------------------------------------------------------------------------
 */

/* Copies that keep the arithmetic units busy: of the innermost of the loops that can be copied, within the
 * registers. */
static void seed_copies(const ts_band *band, const ts_form *form, ts_str *out)
{
    const char *s = band->suffix;
    const bool sum = form->vector == (int)form->inner;
    size_t left = 2;
    for (size_t l = band->depth; l-- > 0 && left;) {
        const char *i = band->loops[l]->iter;
        if (l == form->inner || !ts_band_copied(band, l))
            continue;
        if (!form->kept)
            ts_str_format(out, ", copies_%s%s = 2", i, s);
        else if ((int)l == form->vector)
            ts_str_format(out, ", copies_%s%s = many ? 3 : 2", i, s);
        else
            ts_str_format(out, ", copies_%s%s = many ? %d : %d", i, s, sum ? 4 : 8, sum ? 3 : 6);
        /* A vector loop further out still counts as one of the two. */
        left--;
    }
}

static void seed_tiles(const ts_band *band, const ts_form *form, int inner, int other, ts_str *out)
{
    for (size_t l = 0; l < band->depth; l++)
        if (ts_band_tiled(band, l))
            ts_str_format(out, ", tile_%s%s = %d", band->loops[l]->iter, band->suffix,
                          l == form->inner ? inner : other);
}

/* Vectors' loop outermost, then the innermost: what they reuse stays in a cache. */
static void seed_order(const ts_band *band, const ts_form *form, ts_str *out)
{
    for (size_t l = 0; l < band->depth; l++)
        if (!may_move(band, l))
            return;
    const size_t first =
        form->vector >= 0 && form->vector != (int)form->inner ? (size_t)form->vector : form->inner;
    ts_str_format(out, ", order%s = '%s", band->suffix, band->loops[first]->iter);
    if (first != form->inner)
        ts_str_format(out, ",%s", band->loops[form->inner]->iter);
    for (size_t l = 0; l < band->depth; l++)
        if (l != first && l != form->inner)
            ts_str_format(out, ",%s", band->loops[l]->iter);
    ts_str_append(out, "'");
}

static void seed_skew(const ts_band *band, ts_str *out)
{
    if (band->skewed)
        ts_str_format(out, ", tile_%s%s = 8, tile_%s%s = 16", band->wrap[0]->iter, band->suffix,
                      band->loops[0]->iter, band->suffix);
}

/* Advice for one form of one pragma, kind 0: copies alone; 1: with tiles; 2: with tiles in another order. */
void ts_emit_seed(const ts_group *g, size_t f, int kind, ts_str *out)
{
    const ts_band *band = &g->bands[0];
    const ts_form *form = &g->forms[f];
    char name[TS_NEST_TEXT];
    ts_form_name(band, form, name);
    if (g->form_count > 1)
        ts_str_format(out, ", form%s = '%s'", g->suffix, name);
    seed_copies(band, form, out);
    seed_skew(band, out);
    if (kind)
        seed_tiles(band, form, 256, kind == 1 ? 128 : 256, out);
    if (kind == 2)
        seed_order(band, form, out);
}
