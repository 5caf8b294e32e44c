/* What a nest moves: footprints, layer conditions with associativity, copies, pages. */
#include "model/nest_parts.h"
#include <math.h>

/* Blocks as the templates cut them: the fewest of at most `step`, equal, in whole units. */
static double balanced(double extent, double step, double unit)
{
    double blocks = ceil(extent / step), each = ceil(extent / blocks);
    return ceil(each / unit) * unit;
}

static bool number(const ts_expr *expr, const ts_value *slots, double fallback, double *out)
{
    *out = fallback;
    return !expr || ts_expr_real(expr, slots, out) == 0;
}

static bool truth(const ts_expr *expr, const ts_value *slots, bool fallback, bool *out)
{
    *out = fallback;
    return !expr || ts_expr_test(expr, slots, out) == 0;
}

static bool eval_loops(const ts_nest *nest, const ts_value *slots, ts_nest_shape *s)
{
    double inside[TS_NEST_INDICES];
    for (size_t i = 0; i < nest->index_count; i++) {
        if (!number(nest->indices[i].extent, slots, 1, &s->extent[i]) || !(s->extent[i] >= 1))
            return false;
        inside[i] = s->extent[i];
    }
    s->depth = 0;
    for (size_t l = 0; l < nest->loop_count; l++) {
        const ts_nest_loop *loop = &nest->loops[l];
        double step, unit;
        bool there;
        if (!truth(loop->when, slots, true, &there))
            return false;
        if (!there)
            continue;
        if (!number(loop->step, slots, 1, &step) || !number(loop->unit, slots, 0, &unit) || !(step >= 1))
            return false;
        double *current = &inside[loop->index], extent = *current;
        *current = fmin(extent, unit > 0 ? balanced(extent, step, unit) : step);
        s->index[s->depth] = loop->index;
        s->block[s->depth] = *current;
        s->trips[s->depth] = extent / *current;
        s->blocking[s->depth++] = unit > 0;
    }
    return true;
}

static bool eval_uses(const ts_nest *nest, const ts_value *slots, double element, ts_nest_shape *s)
{
    for (size_t a = 0; a < nest->access_count; a++) {
        const ts_nest_access *access = &nest->accesses[a];
        ts_nest_use *use = &s->uses[a];
        use->access = access;
        if (!number(access->bytes, slots, element, &use->element) ||
            !number(access->stride, slots, 0, &use->stride) ||
            !number(access->effort, slots, 0, &use->effort) ||
            !truth(access->copied, slots, false, &use->copied))
            return false;
        use->stride *= use->element;
    }
    return true;
}

bool ts_nest_shape_of(const ts_nest_model *model, const ts_nest *nest, const ts_value *slots,
                      ts_nest_shape *out)
{
    out->nest = nest;
    return eval_loops(nest, slots, out) && eval_uses(nest, slots, (double)model->problem->type->size, out);
}

/* How much of an index one turn of the loops outside `depth` covers. */
static double covered(const ts_nest_shape *s, size_t index, size_t depth)
{
    for (size_t l = depth; l-- > 0;)
        if (s->index[l] == index)
            return s->block[l];
    return s->extent[index];
}

static bool moves(const ts_nest_use *use, size_t index)
{
    for (size_t i = 0; i < use->access->index_count; i++)
        if (use->access->indices[i] == index)
            return true;
    return false;
}

double ts_nest_footprint(const ts_nest_shape *s, const ts_nest_use *use, size_t depth)
{
    double elements = 1;
    for (size_t i = 0; i < use->access->index_count; i++)
        elements *= covered(s, use->access->indices[i], depth);
    return elements * use->element;
}

static double all_footprints(const ts_nest_shape *s, size_t depth)
{
    double bytes = 0;
    for (size_t a = 0; a < s->nest->access_count; a++)
        bytes += ts_nest_footprint(s, &s->uses[a], depth);
    return bytes;
}

static double greatest_divisor(double a, double b)
{
    while (b >= 1) {
        double rest = fmod(a, b);
        a = b;
        b = rest;
    }
    return a;
}

/* What a cache can hold of rows that are `stride` bytes apart: they begin in period / gcd(period, stride)
 * places, and each place has `ways` lines. */
static double room(const ts_nest_shape *s, const ts_nest_cache *c, const ts_nest_use *use, size_t depth)
{
    const ts_nest_access *access = use->access;
    if (use->copied || use->stride <= 0 || c->period <= 0 || access->index_count == 0)
        return c->bytes;
    double row = covered(s, access->indices[access->index_count - 1], depth) * use->element;
    double places = c->period / greatest_divisor(c->period, fmod(use->stride, c->period));
    return fmin(c->bytes, c->ways * places * fmax(ceil(row / c->line), 1) * c->line);
}

/* Whether a tensor is still there when a loop that doesn't move it comes round again. */
static bool stays(const ts_nest_shape *s, const ts_nest_cache *c, const ts_nest_use *use, size_t loop)
{
    return all_footprints(s, loop + 1) <= c->bytes &&
           ts_nest_footprint(s, use, loop + 1) <= room(s, c, use, loop + 1);
}

/* Rows that don't fill lines bring whole ones. */
static double line_waste(const ts_nest_shape *s, const ts_nest_cache *c, const ts_nest_use *use)
{
    const ts_nest_access *access = use->access;
    if (use->copied || use->stride <= 0 || c->line <= 0)
        return 1;
    double row = covered(s, access->indices[access->index_count - 1], s->depth) * use->element;
    bool reused = moves(use, s->nest->core.index) || row >= c->line;
    return reused ? 1 : c->line / row;
}

static double copies_of(const ts_nest_shape *s, const ts_nest_use *use)
{
    double times = 1, pending = 1;
    for (size_t l = 0; l < s->depth && s->blocking[l]; l++) {
        if (moves(use, s->index[l])) {
            times *= pending;
            pending = 1;
        } else
            pending *= s->trips[l];
    }
    return times;
}

double ts_nest_traffic(const ts_nest_shape *s, const ts_nest_cache *c)
{
    double bytes = 0;
    for (size_t a = 0; a < s->nest->access_count; a++) {
        const ts_nest_use *use = &s->uses[a];
        double whole = ts_nest_footprint(s, use, 0), times = 1;
        for (size_t l = 0; l < s->depth; l++)
            if (!moves(use, s->index[l]) && !stays(s, c, use, l))
                times *= s->trips[l];
        bytes += whole * times * line_waste(s, c, use) * (use->access->writes ? 2 : 1);
    }
    /* What fits altogether comes once, from further out. */
    return all_footprints(s, 0) <= c->bytes ? 0 : bytes;
}

double ts_nest_copy_traffic(const ts_nest_shape *s, const ts_nest_cache *c)
{
    /* The original is read and the panel written; what fits with all the rest is there already. */
    double bytes = 0;
    for (size_t a = 0; a < s->nest->access_count; a++)
        if (s->uses[a].copied)
            bytes += 2 * ts_nest_footprint(s, &s->uses[a], 0) * copies_of(s, &s->uses[a]);
    return all_footprints(s, 0) <= c->bytes ? 0 : bytes;
}

double ts_nest_copies(const ts_nest_model *model, const ts_nest_shape *s)
{
    double cycles = 0;
    for (size_t a = 0; a < s->nest->access_count; a++) {
        const ts_nest_use *use = &s->uses[a];
        /* A vector is loaded, perhaps shuffled, and stored: two cycles at one store a cycle. */
        double effort = use->effort > 0 ? use->effort : 2 * use->element / model->machine.vector_bytes;
        if (use->copied)
            cycles += copies_of(s, use) * ts_nest_footprint(s, use, 0) / use->element * effort;
    }
    return cycles / model->machine.clock;
}

/* Pages that an access touches in one turn of the loops outside `depth`. */
static double pages_of(const ts_nest_model *m, const ts_nest_shape *s, const ts_nest_use *use, size_t depth)
{
    const ts_nest_access *access = use->access;
    double bytes = ts_nest_footprint(s, use, depth);
    if (use->copied || use->stride <= 0 || access->index_count == 0)
        return bytes / m->machine.page;
    double row = covered(s, access->indices[access->index_count - 1], depth) * use->element;
    double rows = bytes / row;
    return use->stride >= m->machine.page ? rows * fmax(1, row / m->machine.page)
                                          : fmax(rows * use->stride, row) / m->machine.page;
}

double ts_nest_walks(const ts_nest_model *m, const ts_nest_shape *s)
{
    double walks = 0;
    if (!(m->machine.pages > 0))
        return 0;
    for (size_t a = 0; a < s->nest->access_count; a++) {
        const ts_nest_use *use = &s->uses[a];
        double times = 1;
        for (size_t l = 0; l < s->depth; l++) {
            double pages = 0;
            for (size_t b = 0; b < s->nest->access_count; b++)
                pages += pages_of(m, s, &s->uses[b], l + 1);
            bool kept = pages <= m->machine.pages;
            times *= !moves(use, s->index[l]) && kept ? 1 : s->trips[l];
        }
        double inner = pages_of(m, s, use, s->depth);
        walks += inner > 0 ? times * inner : 0;
    }
    return walks * m->machine.page_walk;
}
