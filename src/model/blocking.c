/* Analytical blocking, after TOMS 43(2) 2016: the micro-kernel from the core, then each block from one cache.
 */
#include "model/blocking.h"

#include <math.h>

/* Enough independent results in flight to hide the latency, as square as possible. */
static void micro_kernel(const ts_blocking_core *c, ts_blocking *b)
{
    double in_flight = c->vector_elements * c->fma_latency * c->fma_per_cycle;
    int64_t along = (int64_t)ceil(sqrt(in_flight) / c->vector_elements) * c->vector_elements;
    int64_t across = (int64_t)ceil(in_flight / (double)along);
    b->mr = c->vectors_along_columns ? across : along;
    b->nr = c->vectors_along_columns ? along : across;
}

static int64_t way_bytes(const ts_blocking_cache *cache)
{
    return cache->bytes / cache->ways;
}

/*
 * Ways of L1 for the micro-panel of A; one way is left to C, and B takes nr/mr as many.
 * A cache with too few ways has none to give: then one is assumed, and A and B share it.
 */
static int64_t panel_depth(const ts_blocking_core *c, const ts_blocking *b)
{
    double ways = floor((c->l1.ways - 1) / (1 + (double)b->nr / (double)b->mr));
    return (int64_t)(fmax(ways, 1) * (double)way_bytes(&c->l1)) / (b->mr * c->element_bytes);
}

/*
 * Of a cache's ways, one is left to what streams through and those that the inner panel needs
 * to that panel; the block gets the rest.
 */
static int64_t block_rows(const ts_blocking_cache *cache, int64_t panel_bytes, int64_t row_bytes)
{
    if (cache->bytes == 0 || cache->ways < 3)
        return 0;
    double ways = cache->ways - 1 - ceil((double)panel_bytes / (double)way_bytes(cache));
    return ways < 1 ? 0 : (int64_t)(ways * (double)way_bytes(cache)) / row_bytes;
}

static int64_t multiple(int64_t value, int64_t of)
{
    return value / of * of;
}

ts_blocking ts_blocking_analytical(const ts_blocking_core *core)
{
    ts_blocking b = {0};
    micro_kernel(core, &b);
    b.kc = panel_depth(core, &b);
    int64_t depth_bytes = b.kc * core->element_bytes;
    b.mc = multiple(block_rows(&core->l2, b.nr * depth_bytes, depth_bytes), b.mr);
    b.nc = multiple(block_rows(&core->l3, b.mc * depth_bytes, depth_bytes), b.nr);
    return b;
}
