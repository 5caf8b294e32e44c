/* What a loop's statements allow: elements kept in registers, vectors written out. */
#include "nest/emit.h"
#include <stdio.h>
#include <string.h>

bool ts_ref_at(const ts_nest *nest, size_t token, ts_ref *out)
{
    const ts_nest_array *a = ts_nest_array_named(nest, ts_nest_token(nest, token));
    size_t at = token + 1;
    if (!a)
        return false;
    *out = (ts_ref){.array = a};
    for (size_t i = 0; i < a->extent_count; i++) {
        size_t after = ts_nest_is(nest, at, "[") ? ts_nest_close(nest, at, nest->body.last) : 0;
        if (!after)
            return false;
        out->index[i] = (ts_span){at + 1, after - 1};
        at = after;
    }
    out->all = (ts_span){token, at};
    return true;
}

int ts_ref_stride(const ts_nest *nest, const ts_ref *ref, const char *iter)
{
    const size_t last = ref->array->extent_count - 1;
    int64_t coefficient;
    if (!ts_nest_holds(nest, ref->all, iter))
        return 0;
    for (size_t i = 0; i < last; i++)
        if (ts_nest_holds(nest, ref->index[i], iter))
            return -1;
    return ts_affine(nest, ref->index[last], &iter, 1, &coefficient) && coefficient == 1 ? 1 : -1;
}

/* Numbers, scalars and elements, added, subtracted, multiplied and divided. */
static bool is_plain(const ts_nest *nest, ts_span span)
{
    for (size_t i = span.first; i < span.last; i++) {
        const ts_token *t = ts_nest_token(nest, i);
        const ts_nest_param *p = ts_nest_param_named(nest, t);
        long long whole;
        ts_ref ref;
        if (ts_ref_at(nest, i, &ref))
            i = ref.all.last - 1;
        else if (t->kind == TS_TOKEN_NUMBER) {
            /* 1/2 is 0, unless it is turned into a real number. */
            if (ts_token_int(t, &whole) && (ts_nest_is(nest, i + 1, "/") || ts_nest_is(nest, i - 1, "/")))
                return false;
        } else if (!(p && p->kind == TS_NEST_SCALAR) &&
                   !(t->kind == TS_TOKEN_PUNCTUATOR && t->length == 1 && strchr("+-*/()", *t->text)))
            return false;
    }
    return span.first < span.last;
}

static bool read_statement(const ts_band *band, size_t *at, ts_statement *s)
{
    static const char *const operators[] = {"=", "+=", "-=", "*="};
    const ts_nest *nest = band->nest;
    bool known = false;
    if (!ts_ref_at(nest, *at, &s->left) || s->left.array->constant)
        return false;
    s->verb = s->left.all.last;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        known |= ts_nest_is(nest, s->verb, operators[i]);
    s->right.first = s->right.last = s->verb + 1;
    while (s->right.last < band->body->text.last && !ts_nest_is(nest, s->right.last, ";"))
        s->right.last++;
    *at = s->right.last + 1;
    return known && s->right.last < band->body->text.last && is_plain(nest, s->right);
}

void ts_band_statements(ts_band *band)
{
    size_t n = 0;
    for (size_t at = band->body->text.first; at < band->body->text.last; n++)
        if (n == TS_NEST_STATEMENTS || !read_statement(band, &at, &band->statements[n])) {
            n = 0;
            break;
        }
    band->statement_count = n;
}

/* Does the element on the left stay the same, untouched by anything else, while the loop runs? */
static bool is_kept(const ts_band *band, size_t inner)
{
    const ts_statement *s = band->statements;
    return band->statement_count == 1 && ts_ref_stride(band->nest, &s->left, band->loops[inner]->iter) == 0 &&
           !ts_nest_holds(band->nest, s->right, s->left.array->name);
}

/* Can the statement be written with vectors along loop v? */
static bool is_vector(const ts_band *band, const ts_statement *s, size_t v, size_t inner)
{
    const ts_nest *nest = band->nest;
    const char *iter = band->loops[v]->iter;
    const int left = ts_ref_stride(nest, &s->left, iter);
    bool any = left == 1;
    ts_ref ref;
    for (size_t i = s->right.first; i < s->right.last; i++)
        if (ts_ref_at(nest, i, &ref)) {
            int stride = ts_ref_stride(nest, &ref, iter);
            if (stride < 0)
                return false;
            any |= stride == 1;
            i = ref.all.last - 1;
        }
    bool sum = left == 0 && v == inner && is_kept(band, inner) &&
               (ts_nest_is(nest, s->verb, "+=") || ts_nest_is(nest, s->verb, "-="));
    return any && (left == 1 || sum);
}

static bool serves(const ts_band *band, ts_form *form)
{
    form->kept = is_kept(band, form->inner);
    form->explicit = form->vector >= 0 && band->statement_count > 0;
    for (size_t i = 0; form->explicit && i < band->statement_count; i++)
        if (!is_vector(band, &band->statements[i], (size_t)form->vector, form->inner))
            return false;
    return form->vector < 0 || form->explicit;
}

static bool may_be_innermost(const ts_band *band, size_t l)
{
    const ts_clause *c = &band->clauses->of[TS_CLAUSE_INTERCHANGE];
    const size_t last = band->depth - 1;
    if (l == last || !c->given)
        return l == last;
    if (band->skewed && l == 0)
        return false;
    return c->count == 0 ||
           (ts_clause_names(c, band->loops[l]->iter) && ts_clause_names(c, band->loops[last]->iter));
}

static void add_form(ts_group *g, size_t inner, int vector)
{
    ts_form form = {.inner = inner, .vector = vector};
    bool all = g->form_count < TS_NEST_FORMS, kept = true;
    for (size_t b = 0; b < g->count && all; b++) {
        all = serves(&g->bands[b], &form);
        kept &= form.kept;
    }
    form.kept = kept;
    if (all)
        g->forms[g->form_count++] = form;
}

static void collect_forms(ts_group *g)
{
    const ts_band *b = &g->bands[0];
    for (size_t inner = b->depth; inner-- > 0;)
        for (size_t v = 0; may_be_innermost(b, inner) && v < b->depth; v++)
            if (ts_clause_names(&b->clauses->of[TS_CLAUSE_VECTORIZE], b->loops[v]->iter))
                add_form(g, inner, (int)v);
    for (size_t inner = b->depth; g->form_count == 0 && inner-- > 0;)
        if (may_be_innermost(b, inner))
            add_form(g, inner, -1);
}

/* ---- the bands of a pragma
 * ------------------------------------------------------------------------------------ */

static bool same_loops(const ts_band *a, const ts_band *b)
{
    bool same = a->depth == b->depth;
    for (size_t i = 0; same && i < a->depth; i++)
        same = strcmp(a->loops[i]->iter, b->loops[i]->iter) == 0;
    return same;
}

static int add_band(ts_group *g, ts_band *band, const ts_nest_node *node)
{
    band->body = node;
    ts_band_statements(band);
    if (g->count && band->depth > g->bands[0].depth)
        g->count = 0;
    if (g->count && !same_loops(&g->bands[0], band))
        return TS_OK;
    if (g->count == TS_NEST_BANDS)
        return ts_nest_fail(band->nest, node->line, "this nest has more than %d bodies; divide it",
                            TS_NEST_BANDS);
    g->bands[g->count++] = *band;
    return TS_OK;
}

static int collect(ts_group *g, ts_band band, const ts_nest_node *node)
{
    int rc = TS_OK;
    if (!node->iter)
        return band.depth ? add_band(g, &band, node) : TS_OK;
    if (band.depth == 0 && (band.skewed ? band.wrap_count == 0 : !ts_clauses_name(band.clauses, node->iter)))
        band.wrap[band.wrap_count++] = node;
    else
        band.loops[band.depth++] = node;
    for (size_t i = 0; i < node->children.count && rc == TS_OK; i++)
        rc = collect(g, band, node->children.items[i]);
    return rc;
}

int ts_group_collect(const ts_nest *nest, const ts_nest_part *part, size_t index, ts_group *out)
{
    *out = (ts_group){.part = part};
    if (index)
        snprintf(out->suffix, sizeof out->suffix, "_%zu", index + 1);
    ts_band band = {.nest = nest,
                    .clauses = &part->clauses,
                    .skewed = part->clauses.of[TS_CLAUSE_SKEW].given,
                    .suffix = out->suffix};
    int rc = collect(out, band, part->loop);
    if (rc == TS_OK && out->count == 0)
        return ts_nest_fail(nest, part->loop->line,
                            "the clauses name no loop of this nest; name the ones to transform");
    if (rc == TS_OK)
        collect_forms(out);
    return rc;
}

bool ts_band_tiled(const ts_band *band, size_t l)
{
    return ts_clause_names(&band->clauses->of[TS_CLAUSE_TILE], band->loops[l]->iter) &&
           !(band->skewed && l == 0);
}

bool ts_band_copied(const ts_band *band, size_t l)
{
    const char *iter = band->loops[l]->iter;
    const ts_clauses *c = band->clauses;
    return ts_clause_names(&c->of[TS_CLAUSE_TILE], iter) || ts_clause_names(&c->of[TS_CLAUSE_UNROLL], iter) ||
           ts_clause_names(&c->of[TS_CLAUSE_VECTORIZE], iter);
}

void ts_form_name(const ts_band *band, const ts_form *form, char out[TS_NEST_TEXT])
{
    snprintf(out, TS_NEST_TEXT, form->vector < 0 ? "%s" : "%s:%s", band->loops[form->inner]->iter,
             form->vector < 0 ? "" : band->loops[form->vector]->iter);
}
