/* The shapes that the program calls, while calls are watched: a table that only grows, claimed without a
 * lock. */
#include "runtime/internal.h"
#include <string.h>

enum { EMPTY, CLAIMED, VALID };
#define PROBES 64

static bool same(const tsrt_site *site, size_t family, const int64_t *dims, size_t count)
{
    return site->family == family && memcmp(site->dims, dims, count * sizeof *dims) == 0;
}

tsrt_site *tsrt_site_get(ts_rt *rt, const tsrt_family *family, const int64_t *dims)
{
    size_t number = (size_t)(family - rt->families), count = family->dim_count;
    uint64_t hash = tsrt_hash(number, dims, count);
    for (size_t i = 0; i < PROBES; i++) {
        tsrt_site *site = &rt->sites[((hash >> 54) + i) % TSRT_SITES];
        int state = atomic_load_explicit(&site->state, memory_order_acquire);
        if (state == EMPTY &&
            atomic_compare_exchange_strong_explicit(&site->state, &state, CLAIMED, memory_order_acquire,
                                                    memory_order_acquire)) {
            site->family = number;
            memcpy(site->dims, dims, count * sizeof *dims);
            site->stride = 1;
            atomic_store_explicit(&site->state, VALID, memory_order_release);
            return site;
        }
        while (state == CLAIMED) /* a dozen stores of another thread */
            state = atomic_load_explicit(&site->state, memory_order_acquire);
        if (same(site, number, dims, count))
            return site;
    }
    atomic_fetch_add_explicit(&rt->lost, 1, memory_order_relaxed);
    return NULL;
}
