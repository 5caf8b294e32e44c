/*
 * Accesses of a mapped nest, from its loop bounds alone. "Above" a level are the loops of the levels outside
 * it. A level's tile stays while the loops above don't change it, is shifted by the innermost of them, and is
 * fetched anew by all others (ISPASS 2019, tile analysis: deltas between consecutive tiles).
 */
#include "model/mapping.h"

#include <math.h>

#include "tilesmith_plugin.h"

typedef struct extents {
    int64_t of[TS_MAPPING_DIMS];
} extents;

static bool is_relevant(const ts_mapping_tensor *x, int dim)
{
    for (size_t a = 0; a < x->axis_count; a++) {
        if (x->axes[a].coefficient[dim])
            return true;
    }
    return false;
}

/* 1 + Σ c_d (extent_d - 1): the width of a window sliding over a convolution's input, for instance. */
static int64_t axis_extent(const ts_mapping_axis *axis, const extents *e)
{
    int64_t extent = 1;
    for (int d = 0; d < TS_MAPPING_DIMS; d++)
        extent += axis->coefficient[d] * (e->of[d] - 1);
    return extent;
}

static int64_t volume(const ts_mapping_tensor *x, const extents *e)
{
    int64_t words = 1;
    for (size_t a = 0; a < x->axis_count; a++)
        words *= axis_extent(&x->axes[a], e);
    return words;
}

/* What of a tile is new after one step of the loop over `dim`. */
static int64_t shifted(const ts_mapping_tensor *x, const extents *e, int dim)
{
    int64_t kept = 1;
    for (size_t a = 0; a < x->axis_count; a++) {
        int64_t overlap = axis_extent(&x->axes[a], e) - x->axes[a].coefficient[dim] * e->of[dim];
        kept *= overlap > 0 ? overlap : 0;
    }
    return volume(x, e) - kept;
}

/* The extents of a tile of `level`: all loops from its own inwards, and with `temporal_above` the whole that
 * one instance sees in the course of time. */
static extents tile_of(const ts_mapping *m, size_t level, bool temporal_above)
{
    extents e;
    for (int d = 0; d < TS_MAPPING_DIMS; d++)
        e.of[d] = 1;
    for (size_t l = temporal_above ? 0 : level; l < m->level_count; l++) {
        for (size_t i = 0; i < m->levels[l].loop_count; i++) {
            const ts_mapping_loop *loop = &m->levels[l].loops[i];
            if (l >= level || !loop->spatial)
                e.of[loop->dim] *= loop->bound;
        }
    }
    return e;
}

/* Words of `x` that come into (or, for results, leave) one instance of `level` over the whole run. */
static int64_t traffic(const ts_mapping *m, const ts_mapping_tensor *x, size_t level)
{
    extents tile = tile_of(m, level, false);
    int64_t words = volume(x, &tile);
    bool innermost = true, moved = false;
    for (size_t l = level; l-- > 0;) {
        for (size_t i = m->levels[l].loop_count; i-- > 0;) {
            const ts_mapping_loop *loop = &m->levels[l].loops[i];
            if (loop->spatial || loop->bound == 1)
                continue;
            if (moved) {
                words *= loop->bound;
            } else if (is_relevant(x, loop->dim)) {
                moved = true;
                words += (loop->bound - 1) * (innermost ? shifted(x, &tile, loop->dim) : words);
            }
            innermost = false;
        }
    }
    return words;
}

/* Copies below one instance of level `from` down to `to` that hold different words of `x`: equal ones are
 * served by one multicast, or reduced on the way up. */
static int64_t distinct_copies(const ts_mapping *m, const ts_mapping_tensor *x, size_t from, size_t to)
{
    int64_t copies = 1;
    for (size_t l = from; l < to; l++) {
        for (size_t i = 0; i < m->levels[l].loop_count; i++) {
            const ts_mapping_loop *loop = &m->levels[l].loops[i];
            if (loop->spatial && is_relevant(x, loop->dim))
                copies *= loop->bound;
        }
    }
    return copies;
}

static int64_t product_of_bounds(const ts_mapping *m, size_t levels, bool spatial)
{
    int64_t product = 1;
    for (size_t l = 0; l < levels; l++) {
        for (size_t i = 0; i < m->levels[l].loop_count; i++) {
            if (m->levels[l].loops[i].spatial == spatial)
                product *= m->levels[l].loops[i].bound;
        }
    }
    return product;
}

/* Words that the next level inside that keeps tensor `t`, or the MACs, take from one instance of `level`. */
static int64_t taken_below(const ts_mapping *m, size_t t, size_t level)
{
    const ts_mapping_tensor *x = &m->tensors[t];
    size_t child = level + 1;
    while (child < m->level_count && !m->levels[child].keeps[t])
        child++;
    int64_t each = child < m->level_count ? traffic(m, x, child) : product_of_bounds(m, child, false);
    return each * distinct_copies(m, x, level, child);
}

static bool is_outermost(const ts_mapping *m, size_t t, size_t level)
{
    while (level-- > 0) {
        if (m->levels[level].keeps[t])
            return false;
    }
    return true;
}

/* A result's first arrival needs no old value, so reads and refills are short of one of each distinct word.
 */
static ts_mapping_access access_of(const ts_mapping *m, size_t t, size_t level)
{
    const ts_mapping_tensor *x = &m->tensors[t];
    extents tile = tile_of(m, level, false), seen = tile_of(m, level, true);
    ts_mapping_access a = {.tile = volume(x, &tile)};
    int64_t moved = is_outermost(m, t, level) ? 0 : traffic(m, x, level);
    int64_t taken = taken_below(m, t, level), distinct = volume(x, &seen);
    if (x->accumulated) {
        a.updates = taken;
        a.reads = taken - distinct;
        a.fills = moved ? moved - distinct : 0;
    } else {
        a.reads = taken;
        a.fills = moved;
    }
    return a;
}

static double blocks(int64_t words, int64_t block)
{
    return ceil((double)words / (double)(block > 0 ? block : 1));
}

/* ISPASS 2019: energy is accesses times the energy of each, summed over the instances. */
static double energy_of(const ts_mapping_level *l, const ts_mapping_access *a, int64_t instances)
{
    double each = blocks(a->reads, l->block_words) * l->read_pj +
                  blocks(a->fills, l->block_words) * l->fill_pj +
                  blocks(a->updates, l->block_words) * l->update_pj;
    return each * (double)instances;
}

/* Cycles that the ports of one level need for all its accesses. */
static double port_cycles(const ts_mapping_level *l, const ts_mapping_access *tensors, size_t count)
{
    double reads = 0, writes = 0;
    for (size_t t = 0; t < count; t++) {
        reads += (double)tensors[t].reads;
        writes += (double)(tensors[t].fills + tensors[t].updates);
    }
    double reading = l->read_words_per_cycle > 0 ? reads / l->read_words_per_cycle : 0;
    double writing = l->write_words_per_cycle > 0 ? writes / l->write_words_per_cycle : 0;
    return ceil(fmax(reading, writing));
}

static int check(const ts_mapping *m)
{
    if (m->level_count < 1 || m->level_count > TS_MAPPING_LEVELS || m->tensor_count > TS_MAPPING_TENSORS)
        return ts_fail(TS_EINPUT, "a mapping has 1 to %d levels and up to %d tensors", TS_MAPPING_LEVELS,
                       TS_MAPPING_TENSORS);
    for (size_t l = 0; l < m->level_count; l++) {
        if (m->levels[l].loop_count > TS_MAPPING_LOOPS)
            return ts_fail(TS_EINPUT, "level %zu of a mapping has more than %d loops", l, TS_MAPPING_LOOPS);
        for (size_t i = 0; i < m->levels[l].loop_count; i++) {
            const ts_mapping_loop *loop = &m->levels[l].loops[i];
            if (loop->bound < 1 || loop->dim < 0 || loop->dim >= TS_MAPPING_DIMS)
                return ts_fail(TS_EINPUT,
                               "loop %zu of level %zu of a mapping has bound %lld over dimension %d", i, l,
                               (long long)loop->bound, loop->dim);
        }
    }
    return 0;
}

static void evaluate_level(const ts_mapping *m, size_t l, ts_mapping_result *out)
{
    out->instances[l] = product_of_bounds(m, l, true);
    for (size_t t = 0; t < m->tensor_count; t++) {
        if (!m->levels[l].keeps[t])
            continue;
        ts_mapping_access *a = &out->access[l][t];
        *a = access_of(m, t, l);
        a->energy_pj = energy_of(&m->levels[l], a, out->instances[l]);
        out->energy_pj += a->energy_pj;
    }
    double cycles = port_cycles(&m->levels[l], out->access[l], m->tensor_count);
    if (cycles > out->cycles) {
        out->cycles = cycles;
        out->limit = (int)l;
    }
}

int ts_mapping_evaluate(const ts_mapping *mapping, ts_mapping_result *out)
{
    *out = (ts_mapping_result){.limit = -1};
    int rc = check(mapping);
    if (rc)
        return rc;
    int64_t steps = product_of_bounds(mapping, mapping->level_count, false);
    out->cycles = (double)steps;
    out->computes = steps * product_of_bounds(mapping, mapping->level_count, true);
    out->compute_energy_pj = (double)out->computes * mapping->compute_pj;
    out->energy_pj = out->compute_energy_pj;
    for (size_t l = 0; l < mapping->level_count; l++)
        evaluate_level(mapping, l, out);
    return 0;
}
