/* Layer conditions; the citations are in the header. */
#include "model/layer_condition.h"

#include <stdlib.h>

static int descending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

void ts_reuse_distances(int64_t *offsets, size_t count, int64_t *distances)
{
    if (count == 0)
        return;
    qsort(offsets, count, sizeof *offsets, descending);
    distances[0] = TS_FIRST_ACCESS;
    for (size_t i = 1; i < count; i++)
        distances[i] = offsets[i - 1] - offsets[i];
}

/* Accesses with d ≤ t if the cache holds what lies between them, else 0. */
static size_t hits_at(const int64_t *distances, size_t count, int64_t t, double capacity)
{
    double needed = 0;
    size_t hits = 0;
    for (size_t i = 0; i < count; i++) {
        needed += (double)(distances[i] <= t ? distances[i] : t);
        hits += distances[i] <= t;
    }
    return needed <= capacity ? hits : 0;
}

size_t ts_layer_condition_hits(const int64_t *distances, size_t count, double capacity, double footprint)
{
    if (footprint < capacity)
        return count;
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        size_t hits = distances[i] == TS_FIRST_ACCESS ? 0 : hits_at(distances, count, distances[i], capacity);
        most = hits > most ? hits : most;
    }
    return most;
}
