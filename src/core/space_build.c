#include "core/space_build.h"

#include <stdlib.h>
#include <string.h>

/* ---- domains ---- */
int ts_space_domain_open(const ts_param *param, ts_space_domain *out)
{
    ts_space_domain d = {.counts = {param->count}};
    size_t total = param->count;
    for (d.top = 0; d.counts[d.top] > 1; d.top++) {
        d.start[d.top + 1] = total;
        d.counts[d.top + 1] = (d.counts[d.top] + TS_SPACE_RUN - 1) / TS_SPACE_RUN;
        total += d.counts[d.top + 1];
    }
    d.spans = malloc(total * sizeof *d.spans);
    if (!d.spans)
        return ts_space_no_memory();
    for (size_t i = 0; i < param->count; i++)
        d.spans[i] = ts_range_of(param->values[i]);
    for (size_t level = 1; level <= d.top; level++) {
        for (size_t i = 0; i < d.counts[level - 1]; i++) {
            ts_range *run = &d.spans[d.start[level] + i / TS_SPACE_RUN],
                     part = d.spans[d.start[level - 1] + i];
            *run = i % TS_SPACE_RUN ? ts_range_hull(*run, part) : part;
        }
    }
    *out = d;
    return TS_OK;
}

const ts_range *ts_space_domain_all(const ts_space_domain *domain)
{
    return &domain->spans[domain->start[domain->top]];
}

/* ---- constraints ---- */
/* Where each of the constraint's slots gets its value from: beforehand, or from a parameter. */
static int bind_slots(ts_space_builder *b, ts_space_constraint *c)
{
    for (size_t k = 0; k < c->partial.slot_count; k++) {
        const ts_dependents *d = &c->partial.slots[k];
        const size_t param = d->slot < b->space->slot_count ? b->param_of_slot[d->slot] : SIZE_MAX;
        if (param != SIZE_MAX) {
            c->by_param[param] = d;
            ts_partial_set(&c->partial, d, ts_space_domain_all(&b->domains[param]));
        } else if (d->slot < b->space->slot_count && b->space->known[d->slot].kind != TS_NONE) {
            const ts_range known = ts_range_of(b->space->known[d->slot]);
            ts_partial_set(&c->partial, d, &known);
        } else {
            return ts_expr_fault(c->partial.expr, d->nodes[0], TS_FAULT_UNKNOWN);
        }
    }
    return TS_OK;
}

static int add_constraint(ts_space_builder *b, const ts_expr *expr, ts_expr *owned)
{
    ts_space_constraint *c = &b->constraints[b->constraint_count++];
    c->owned = owned;
    c->by_param = calloc(b->space->param_count + 1, sizeof *c->by_param);
    if (!c->by_param)
        return ts_space_no_memory();
    int code = ts_partial_open(expr, &c->partial);
    return code ? code : bind_slots(b, c);
}

/* An inactive parameter takes its fallback only: `when || parameter == fallback`. */
static int add_when(ts_space_builder *b, const ts_space_param_inside *param)
{
    ts_expr *rule = NULL;
    if (!param->when)
        return TS_OK;
    int code = ts_expr_or_equals(param->when, param->slot, param->shown.values[param->fallback], &rule);
    return code ? code : add_constraint(b, rule, rule);
}

static void note_open(void *context, size_t slot)
{
    ts_space_builder *b = context;
    const size_t param = b->param_of_slot[slot];
    b->noted.words[param / 64] |= (uint64_t)1 << (param % 64);
}

int ts_space_note_residual(ts_space_builder *b, uint32_t c)
{
    ts_space_constraint *constraint = &b->constraints[c];
    bool fresh;
    ts_str_clear(&b->key);
    ts_str_append_n(&b->key, (const char *)&c, sizeof c);
    b->noted = (ts_space_set){{0}};
    ts_partial_key(&constraint->partial, &b->key, note_open, b);
    constraint->open = b->noted;
    if (b->key.failed ||
        !ts_intern_add(&b->residuals, b->key.data, b->key.length, &constraint->residual, &fresh))
        return ts_space_no_memory();
    return TS_OK;
}

/* ---- the builder ---- */
static int map_params(ts_space_builder *b)
{
    const ts_space *space = b->space;
    for (size_t i = 0; i < space->slot_count; i++)
        b->param_of_slot[i] = SIZE_MAX;
    for (size_t i = 0; i < space->param_count; i++) {
        const ts_space_param_inside *p = &space->params[i];
        if (b->param_of_slot[p->slot] != SIZE_MAX)
            return ts_fail(TS_EINTERNAL, "parameters '%s' and '%s' share a slot", p->shown.name,
                           space->params[b->param_of_slot[p->slot]].shown.name);
        b->param_of_slot[p->slot] = i;
        int code = ts_space_domain_open(&p->shown, &b->domains[i]);
        if (code)
            return code;
    }
    return TS_OK;
}

int ts_space_builder_open(ts_space_builder *b, ts_space *space, const ts_space_spec *spec,
                          size_t constraint_count)
{
    *b = (ts_space_builder){.space = space};
    b->constraints = calloc(constraint_count + space->param_count + 1, sizeof *b->constraints);
    b->param_of_slot = calloc(space->slot_count + 1, sizeof *b->param_of_slot);
    b->domains = calloc(space->param_count + 1, sizeof *b->domains);
    if (!b->constraints || !b->param_of_slot || !b->domains)
        return ts_space_no_memory();
    int code = map_params(b);
    for (size_t c = 0; !code && c < constraint_count; c++)
        code = add_constraint(b, spec->constraints[c], NULL);
    for (size_t i = 0; !code && i < space->param_count; i++)
        code = add_when(b, &space->params[i]);
    return code;
}

void ts_space_builder_close(ts_space_builder *b)
{
    for (size_t c = 0; c < b->constraint_count; c++) {
        ts_partial_close(&b->constraints[c].partial);
        ts_expr_free(b->constraints[c].owned);
        free(b->constraints[c].by_param);
    }
    free(b->constraints);
    free(b->param_of_slot);
    for (size_t i = 0; b->domains && i < b->space->param_count; i++)
        free(b->domains[i].spans);
    free(b->domains);
    free(b->buckets);
    ts_intern_free(&b->residuals);
    ts_intern_free(&b->states);
    ts_intern_free(&b->products);
    ts_vec_free(&b->built);
    ts_vec_free(&b->pending);
    ts_vec_free(&b->saved);
    ts_vec_free(&b->edges);
    ts_vec_free(&b->groups);
    ts_vec_free(&b->state);
    ts_str_free(&b->key);
}

/* ---- the whole ---- */
/*
 * Is there a configuration that satisfies the first `count` constraints? Where a guard stands among the later
 * ones, evaluation may fail without it: such a prefix left something to fail on.
 */
static bool satisfiable(ts_space *space, const ts_space_spec *spec, size_t count)
{
    ts_space_ref root;
    return ts_space_descend(space, spec, count, true, &root) || root != TS_SPACE_DEAD;
}

static int explain(ts_space *space, const ts_space_spec *spec)
{
    size_t low = 0,
           high = spec->constraint_count; /* `low` constraints leave something, `high` leave nothing */
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (satisfiable(space, spec, middle))
            low = middle;
        else
            high = middle;
    }
    if (high == 0)
        space->why_empty = strdup("the conditions (when) of the parameters contradict each other");
    else
        space->why_empty = ts_asprintf("%s (%s:%d)", ts_expr_text(spec->constraints[high - 1]),
                                       ts_expr_place(spec->constraints[high - 1]).file,
                                       ts_expr_place(spec->constraints[high - 1]).line);
    return space->why_empty ? TS_OK : ts_space_no_memory();
}

/* Growth left room at the end; where giving it back fails, it stays. */
static void *trimmed(void *items, size_t bytes)
{
    void *smaller = realloc(items, bytes ? bytes : 1);
    if (!smaller)
        return items;
    return smaller;
}

static int fill(ts_space *space, const ts_space_spec *spec)
{
    int code = ts_space_descend(space, spec, spec->constraint_count, false, &space->root);
    if (code)
        return code;
    if (space->root == TS_SPACE_DEAD)
        return explain(space, spec);
    space->count = ts_space_completions(space, space->root);
    if (space->count == UINT64_MAX)
        return ts_fail(
            TS_EINPUT,
            "this search space has 2^64 configurations or more; add constraints or give fewer values");
    space->nodes.items = trimmed(space->nodes.items, space->nodes.count * sizeof *space->nodes.items);
    space->edges.items = trimmed(space->edges.items, space->edges.count * sizeof *space->edges.items);
    return TS_OK;
}

int ts_space_build(const ts_space_spec *spec, ts_space **out)
{
    ts_space *space = NULL;
    int code = ts_space_new(spec, &space);
    if (!code)
        code = fill(space, spec);
    if (code)
        ts_space_free(space);
    else
        *out = space;
    return code;
}
