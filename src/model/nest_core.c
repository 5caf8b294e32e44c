/* What the core takes: operations against throughput and latency, loads, issue, entries, and tiles cut short.
 */
#include "model/nest_parts.h"
#include <math.h>

/* Expressions of <core>, evaluated. */
typedef struct ts_turn {
    double operations, vector, loads, stores, chains, unroll, entry;
} ts_turn;

static bool read_turn(const ts_nest_core *c, const ts_value *slots, ts_turn *t)
{
    const struct {
        const ts_expr *expr;
        double *to, fallback;
    } terms[] = {{c->operations, &t->operations, 0},
                 {c->vector, &t->vector, 0},
                 {c->loads, &t->loads, 0},
                 {c->stores, &t->stores, 0},
                 {c->chains, &t->chains, 1},
                 {c->unroll, &t->unroll, 1},
                 {c->entry, &t->entry, 0}};
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        *terms[i].to = terms[i].fallback;
        if (terms[i].expr && ts_expr_real(terms[i].expr, slots, terms[i].to) != 0)
            return false;
    }
    return t->operations > 0 && t->vector > 0 && t->chains > 0;
}

/* Tiles along an index. The last one of a block counts by the half, since templates have half-sized
 * micro-kernels, and for a tenth more, since it is entered anew: a judgement. */
static double tiles(const ts_nest_shape *s, size_t index, double extent, size_t from, double *pieces)
{
    size_t l = from;
    while (l < s->depth && s->index[l] != index)
        l++;
    if (l == s->depth) {
        *pieces = 1;
        return 1;
    }
    double block = s->block[l], whole = floor(extent / block), rest = extent - whole * block;
    size_t next = l + 1;
    while (next < s->depth && s->index[next] != index)
        next++;
    if (next == s->depth) {
        *pieces = whole + (rest > 0);
        return whole + (rest <= 0 ? 0 : rest <= block / 2 ? 0.5 + 0.1 : 1 + 0.1);
    }
    double inner = 0, inner_pieces = 0, last = 0, last_pieces = 0;
    if (whole > 0)
        inner = tiles(s, index, block, l + 1, &inner_pieces);
    if (rest > 0)
        last = tiles(s, index, rest, l + 1, &last_pieces);
    *pieces = whole * inner_pieces + last_pieces;
    return whole * inner + last;
}

/* Cycles of one turn of the innermost loop. */
static double turn_cycles(const ts_nest_machine *m, const ts_turn *t, double *waiting)
{
    double wide = fmax(t->vector / m->vector_bytes, 1); /* wider than native: in pieces */
    double compute = t->operations * wide / m->throughput;
    double wait = m->latency * ceil(t->operations / t->chains);
    double memory = (t->loads + 2 * t->stores) * wide / m->loads_per_cycle;
    double issue = (t->operations + t->loads + t->stores + 3 / t->unroll) * wide / m->issue;
    *waiting = fmax(wait / compute, 1);
    return fmax(fmax(compute, wait), fmax(memory, issue));
}

bool ts_nest_core_time(const ts_nest_model *model, const ts_nest_shape *s, const ts_value *slots,
                       ts_nest_cost *out)
{
    const ts_nest_machine *m = &model->machine;
    ts_turn turn;
    if (!read_turn(&s->nest->core, slots, &turn))
        return false;
    double entries = 1, work = 1, wanted = 1;
    for (size_t i = 0; i < s->nest->index_count; i++) {
        double pieces, count = tiles(s, i, s->extent[i], 0, &pieces);
        if (i == s->nest->core.index) {
            entries *= pieces;
            continue;
        }
        entries *= pieces;
        work *= count;
        double last = s->extent[i];
        for (size_t l = 0; l < s->depth; l++)
            last = s->index[l] == i ? s->block[l] : last;
        wanted *= s->extent[i] / last;
    }
    double turns = s->extent[s->nest->core.index];
    double cycles = work * turns * turn_cycles(m, &turn, &out->waiting);
    /* Entering: the tile of results is loaded and stored, the pipeline fills and drains, a call and its
     * branch that is not foreseen. */
    double entry = 2 * turn.entry / m->loads_per_cycle + 2 * m->latency + 20;
    out->core_seconds = (cycles + entries * entry) / m->clock;
    out->vector_seconds = wanted * turns * turn.operations / m->throughput / m->clock;
    out->waste = fmax(work / wanted, 1);
    return true;
}
