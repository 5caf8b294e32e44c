/* See gpu.h. */
#include "model/gpu.h"

#include <math.h>

/* Registers of a thread besides its sums: addresses, and operands on their way to the units. */
enum { OTHER_REGISTERS = 40 };
/* Bytes along k of a row of operands in a stage: what CUTLASS's defaults have. */
enum { STAGE_BYTES = 64, THREAD_BYTES = 16, LARGEST_SPLIT = 16 };

static const ts_gpu_tile tiles[] = {
    {256, 128, 256, 3}, {128, 256, 256, 3}, {128, 128, 256, 3}, {128, 64, 128, 3}, {64, 128, 128, 3},
    {64, 64, 128, 3},   {64, 32, 64, 3},    {32, 64, 64, 3},    {32, 32, 32, 3},   {16, 64, 32, 3},
};

double ts_gpu_resident(const ts_gpu *g, const ts_gpu_tile *t, double element_bytes)
{
    (void)element_bytes; /* a stage has as many bytes for every type */
    double warps = ceil(t->threads / g->warp);
    double sums = (double)t->m * t->n / t->threads;
    double of_a_thread = sums + OTHER_REGISTERS;
    double of_a_warp = ceil(of_a_thread * g->warp / g->register_unit) * g->register_unit;
    double shared = (double)t->stages * (t->m + t->n) * STAGE_BYTES;
    if (of_a_thread > g->thread_registers || shared > g->block_shared)
        return 0;
    double by_warps = floor(g->warps / warps), by_registers = floor(g->registers / (of_a_warp * warps));
    return fmin(fmin(by_warps, by_registers), fmin(floor(g->shared / shared), g->blocks));
}

/* Blocks of a wave lie in a rectangle as square as the tiles allow, and share the rows and columns they read.
 */
static double wave_bytes(const ts_gpu_product *o, const ts_product_sizes *p, double at_once, double element)
{
    double rows = ceil((double)p->m / o->tile.m), columns = ceil((double)p->n / o->tile.n);
    double high = fmin(rows, fmax(1, round(sqrt(at_once * o->tile.n / o->tile.m))));
    double wide = fmin(columns, ceil(at_once / high));
    double each = (high * o->tile.m + wide * o->tile.n) * (double)p->k * element;
    return ceil(rows / high) * ceil(columns / wide) * each + 2 * (double)p->m * (double)p->n * element;
}

/* Warps of a block lie in a rectangle whose parts are as square as can be: what each reads for its part
 * along k, from shared memory. */
static double warp_bytes(const ts_gpu *g, const ts_gpu_tile *t, double element)
{
    double warps = fmax(1, t->threads / g->warp), least = INFINITY;
    for (int64_t high = 1; (double)high <= warps; high *= 2)
        least = fmin(least, warps * (t->m / (double)high + t->n / (warps / (double)high)) * element);
    return least;
}

ts_gpu_product ts_gpu_tiled(const ts_gpu *g, const ts_gpu_tile *tile, int split, const ts_product_sizes *p,
                            double element)
{
    ts_gpu_product o = {.tile = *tile, .split = split, .seconds = INFINITY};
    double depth = ceil((double)p->k / split);
    double partial = split > 1 ? 8.0 * split * (double)p->m * (double)p->n : 0; /* f32, written and read */
    o.resident = ts_gpu_resident(g, tile, element);
    if (o.resident < 1)
        return o;
    o.blocks = ceil(p->count * ceil((double)p->m / tile->m) * ceil((double)p->n / tile->n) * split);
    o.waves = ceil(o.blocks / (g->sms * o.resident));
    double of_an_sm = ceil(o.blocks / g->sms), at_once = fmin(o.resident, of_an_sm);
    double cluster = fmax(1, g->cluster), larger = fmax(tile->m, tile->n), smaller = fmin(tile->m, tile->n);
    double block_bytes = (larger / cluster + smaller) * depth * element;
    double in_flight = at_once * (tile->stages - 1) * (tile->m + tile->n) * STAGE_BYTES;
    o.compute_s = of_an_sm * 2 * tile->m * tile->n * depth * g->sms / g->peak;
    o.shared_s = isnan(g->shared_bytes_per_second)
                     ? 0
                     : of_an_sm * depth * warp_bytes(g, tile, element) / g->shared_bytes_per_second;
    o.l2_bytes = o.blocks * block_bytes + p->count * ((double)p->m * (double)p->n * element + partial);
    o.l2_s = isnan(g->l2_bytes_per_second) ? 0 : o.l2_bytes / g->l2_bytes_per_second;
    o.latency_s = of_an_sm * block_bytes * g->latency_s / fmin(in_flight, of_an_sm * block_bytes);
    o.memory_bytes = p->count * wave_bytes(&o, p, g->sms * o.resident / fmax(1, p->count * split), element);
    o.seconds = fmax(fmax(o.compute_s, o.shared_s), fmax(o.l2_s, o.latency_s));
    return o;
}

ts_gpu_product ts_gpu_best(const ts_gpu *g, const ts_product_sizes *p, double element)
{
    ts_gpu_product best = {.seconds = INFINITY};
    for (size_t i = 0; i < sizeof tiles / sizeof *tiles; i++)
        for (int split = 1; split <= LARGEST_SPLIT && split <= p->k; split *= 2) {
            ts_gpu_product o = ts_gpu_tiled(g, &tiles[i], split, p, element);
            if (o.seconds < best.seconds)
                best = o;
        }
    return best;
}

double ts_gpu_latency_seconds(const ts_gpu *g, double bytes)
{
    double in_flight = fmin(bytes, g->sms * g->warps * g->warp * THREAD_BYTES);
    return bytes > 0 ? bytes * g->latency_s / in_flight : 0;
}
