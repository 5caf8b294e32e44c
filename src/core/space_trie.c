/* The descent that builds the diagram, one parameter after the other, group by group. */
#include "core/space_build.h"

#include <stdlib.h>
#include <string.h>

/* ---- sets ---- */

#define WORDS (TS_SPACE_MAX_PARAMS / 64)

static size_t lowest(const ts_space_set *s)
{
    for (size_t w = 0; w < WORDS; w++) {
        if (s->words[w])
            return 64 * w + (size_t)__builtin_ctzll(s->words[w]);
    }
    return SIZE_MAX;
}

static bool meets(const ts_space_set *a, const ts_space_set *b)
{
    uint64_t common = 0;
    for (size_t w = 0; w < WORDS; w++)
        common |= a->words[w] & b->words[w];
    return common != 0;
}

static void join(ts_space_set *a, const ts_space_set *b)
{
    for (size_t w = 0; w < WORDS; w++)
        a->words[w] |= b->words[w];
}

static void take_out(ts_space_set *a, const ts_space_set *b)
{
    for (size_t w = 0; w < WORDS; w++)
        a->words[w] &= ~b->words[w];
}

static ts_space_set only(size_t i)
{
    ts_space_set s = {{0}};
    s.words[i / 64] = (uint64_t)1 << (i % 64);
    return s;
}

/* ---- one node ---- */
/* A group: parameters that open constraints connect, the constraints being pending[base .. end). */
typedef struct group {
    ts_space_set params;
    size_t base, end;
} group;

static int build_groups(ts_space_builder *b, ts_space_set params, size_t base, size_t end, ts_space_ref *out);

static int look_up(ts_space_builder *b, size_t param, const group *g, uint32_t *state, bool *fresh)
{
    b->state.count = 0;
    if (!ts_vec_push(&b->state, (uint32_t)param))
        return ts_space_no_memory();
    for (size_t k = g->base; k < g->end; k++) {
        if (!ts_vec_push(&b->state, b->constraints[b->pending.items[k]].residual))
            return ts_space_no_memory();
    }
    if (!ts_intern_add(&b->states, b->state.items, b->state.count * sizeof *b->state.items, state, fresh))
        return ts_space_no_memory();
    return !*fresh || ts_vec_push(&b->built, TS_SPACE_DEAD) ? TS_OK : ts_space_no_memory();
}

/* Remember the group's constraints that use the parameter: setting it will change them. */
static int save(ts_space_builder *b, size_t param, const group *g)
{
    for (size_t k = g->base; k < g->end; k++) {
        const uint32_t c = b->pending.items[k];
        const ts_space_constraint *constraint = &b->constraints[c];
        const ts_space_saved s = {
            .constraint = c, .residual = constraint->residual, .open = constraint->open};
        if (constraint->by_param[param] && !ts_vec_push(&b->saved, s))
            return ts_space_no_memory();
    }
    return TS_OK;
}

static void restore(ts_space_builder *b, size_t param, size_t base)
{
    for (size_t k = base; k < b->saved.count; k++) {
        const ts_space_saved *s = &b->saved.items[k];
        ts_space_constraint *c = &b->constraints[s->constraint];
        ts_partial_set(&c->partial, c->by_param[param], ts_space_domain_all(&b->domains[param]));
        c->closed = false;
        c->residual = s->residual;
        c->open = s->open;
    }
    b->saved.count = base;
}

static bool is_false(const ts_range *r)
{
    return !r->fault && ts_range_truth(*r) == 0 && !(r->may & TS_MAY_FAIL);
}

/*
 * Set the parameter, to one value or a run of them, in the constraints saved from `base` on. False if one of
 * them now excludes it; that one is then asked first the next time, because it is likely to exclude more.
 */
static bool fits(ts_space_builder *b, size_t param, const ts_range *value, size_t base)
{
    for (size_t k = base; k < b->saved.count; k++) {
        const ts_space_saved s = b->saved.items[k];
        ts_space_constraint *c = &b->constraints[s.constraint];
        ts_partial_set(&c->partial, c->by_param[param], value);
        if (is_false(ts_partial_root(&c->partial))) {
            b->saved.items[k] = b->saved.items[base];
            b->saved.items[base] = s;
            return false;
        }
    }
    return true;
}

/* After a value that fits: which constraints are done, and does one fail? */
static int settle(ts_space_builder *b, size_t base)
{
    for (size_t k = base; k < b->saved.count; k++) {
        ts_space_constraint *c = &b->constraints[b->saved.items[k].constraint];
        const ts_range *root = ts_partial_root(&c->partial);
        if (root->fault)
            return ts_partial_fail(&c->partial);
        c->closed = root->exact;
    }
    return TS_OK;
}

/* Put the group's constraints that are still open on the pending stack, with what is left of those just
 * changed. */
static int collect_open(ts_space_builder *b, const group *g, size_t saved_base)
{
    for (size_t k = saved_base; k < b->saved.count; k++) {
        const uint32_t c = b->saved.items[k].constraint;
        int code = b->constraints[c].closed ? TS_OK : ts_space_note_residual(b, c);
        if (code)
            return code;
    }
    for (size_t k = g->base; k < g->end; k++) {
        const uint32_t c = b->pending.items[k];
        if (!b->constraints[c].closed && !ts_vec_push(&b->pending, c))
            return ts_space_no_memory();
    }
    return TS_OK;
}

/* Everything below one value of the node's parameter. */
static int build_below(ts_space_builder *b, size_t param, const group *g, size_t saved_base,
                       ts_space_ref *out)
{
    const size_t base = b->pending.count;
    const ts_space_set self = only(param);
    ts_space_set rest = g->params;
    int code;
    take_out(&rest, &self);
    *out = TS_SPACE_END;
    if (lowest(&rest) == SIZE_MAX)
        return TS_OK;
    code = collect_open(b, g, saved_base);
    if (!code)
        code = build_groups(b, rest, base, b->pending.count, out);
    b->pending.count = base;
    return code;
}

static uint64_t plus(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* One value, as an edge on the builder's stack if anything completes it. */
static int build_edge(ts_space_builder *b, size_t param, size_t ordinal, const group *g, size_t saved_base,
                      uint64_t *total)
{
    ts_space_edge edge = {.before = *total, .ordinal = (uint16_t)ordinal};
    int code = settle(b, saved_base);
    if (!code)
        code = build_below(b, param, g, saved_base, &edge.next);
    if (code || edge.next == TS_SPACE_DEAD)
        return code;
    *total = plus(*total, b->exists_only ? 1 : ts_space_completions(b->space, edge.next));
    return ts_vec_push(&b->edges, edge) ? TS_OK : ts_space_no_memory();
}

/* The values of a run that fit: first the run as a whole is asked, then its parts. */
static int build_run(ts_space_builder *b, size_t param, size_t level, size_t run, const group *g,
                     size_t saved_base, uint64_t *total)
{
    const ts_space_domain *d = &b->domains[param];
    const size_t first = run * TS_SPACE_RUN;
    int code = TS_OK;
    if (b->exists_only && *total)
        return TS_OK;
    if ((level == 0 || level < d->top) && !fits(b, param, &d->spans[d->start[level] + run], saved_base))
        return TS_OK;
    if (level == 0)
        return build_edge(b, param, run, g, saved_base, total);
    for (size_t i = first; !code && i < first + TS_SPACE_RUN && i < d->counts[level - 1]; i++)
        code = build_run(b, param, level - 1, i, g, saved_base, total);
    return code;
}

static int build_node(ts_space_builder *b, const group *g, ts_space_ref *out)
{
    const size_t param = lowest(&g->params), saved_base = b->saved.count, edge_base = b->edges.count;
    uint64_t total = 0;
    uint32_t state = 0;
    bool fresh = false;
    int code = look_up(b, param, g, &state, &fresh);
    if (code || !fresh) {
        *out = code ? TS_SPACE_DEAD : b->built.items[state];
        return code;
    }
    *out = TS_SPACE_DEAD;
    code = save(b, param, g);
    if (!code)
        code = build_run(b, param, b->domains[param].top, 0, g, saved_base, &total);
    restore(b, param, saved_base);
    if (!code && total && b->exists_only)
        *out = TS_SPACE_END;
    else if (!code && total)
        code = ts_space_share_node(b, param, total, edge_base, out);
    b->edges.count = edge_base;
    b->built.items[state] = *out;
    return code;
}

/* ---- groups ---- */
/* Grow the group of its first parameter until no open constraint leads out of it; constraints found get
 * `mark`. */
static void grow_group(ts_space_builder *b, size_t base, size_t end, uint64_t first_mark, uint64_t mark,
                       ts_space_set *params)
{
    for (bool grown = true; grown;) {
        grown = false;
        for (size_t k = base; k < end; k++) {
            ts_space_constraint *c = &b->constraints[b->pending.items[k]];
            if (c->mark >= first_mark || !meets(&c->open, params))
                continue;
            join(params, &c->open);
            c->mark = mark;
            grown = true;
        }
    }
}

static int build_group(ts_space_builder *b, size_t base, size_t end, uint64_t first_mark,
                       ts_space_set *params, ts_space_ref *out)
{
    const size_t stack = b->pending.count;
    const uint64_t mark = ++b->mark;
    int code = TS_OK;
    grow_group(b, base, end, first_mark, mark, params);
    for (size_t k = base; k < end && !code; k++) {
        const uint32_t c = b->pending.items[k];
        if (b->constraints[c].mark == mark && !ts_vec_push(&b->pending, c))
            code = ts_space_no_memory();
    }
    if (!code)
        code = build_node(b, &(group){.params = *params, .base = stack, .end = b->pending.count}, out);
    b->pending.count = stack;
    return code;
}

/* Split the parameters into groups and build each; *out is their product, dead if one of them is. */
static int build_groups(ts_space_builder *b, ts_space_set params, size_t base, size_t end, ts_space_ref *out)
{
    const size_t stack = b->groups.count;
    const uint64_t first_mark = b->mark + 1;
    int code = TS_OK;
    *out = TS_SPACE_END;
    for (size_t first; !code && (first = lowest(&params)) != SIZE_MAX;) {
        ts_space_set part = only(first);
        ts_space_ref ref = TS_SPACE_DEAD;
        code = build_group(b, base, end, first_mark, &part, &ref);
        take_out(&params, &part);
        if (!code && ref == TS_SPACE_DEAD) {
            *out = TS_SPACE_DEAD;
            break;
        }
        if (!code && ref != TS_SPACE_END && !ts_vec_push(&b->groups, ref))
            code = ts_space_no_memory();
    }
    if (!code && *out != TS_SPACE_DEAD)
        code = ts_space_share_product(b, stack, out);
    b->groups.count = stack;
    return code;
}

/* ---- the root ---- */
/* Constraints that the known values decide: false leaves nothing, true is done. The others are pending. */
static int start(ts_space_builder *b, bool *possible)
{
    *possible = true;
    for (uint32_t c = 0; c < b->constraint_count; c++) {
        ts_space_constraint *constraint = &b->constraints[c];
        const ts_range *root = ts_partial_root(&constraint->partial);
        if (root->fault)
            return ts_partial_fail(&constraint->partial);
        if (is_false(root))
            *possible = false;
        constraint->closed = root->exact;
        int code = root->exact ? TS_OK : ts_space_note_residual(b, c);
        if (code)
            return code;
        if (!root->exact && !ts_vec_push(&b->pending, c))
            return ts_space_no_memory();
    }
    return TS_OK;
}

int ts_space_descend(ts_space *space, const ts_space_spec *spec, size_t constraint_count, bool exists_only,
                     ts_space_ref *root)
{
    ts_space_builder b;
    ts_space_set all = {{0}};
    bool possible = true;
    *root = TS_SPACE_DEAD;
    int code = ts_space_builder_open(&b, space, spec, constraint_count);
    b.exists_only = exists_only;
    if (!code)
        code = start(&b, &possible);
    for (size_t i = 0; i < space->param_count; i++)
        all.words[i / 64] |= (uint64_t)1 << (i % 64);
    if (!code && possible)
        code = build_groups(&b, all, 0, b.pending.count, root);
    ts_space_builder_close(&b);
    return code;
}
