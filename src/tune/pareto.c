/* See pareto.h. */
#include "tune/pareto.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool as_good(const ts_trade *a, const ts_trade *b)
{
    return a->seconds <= b->seconds && a->deviation <= b->deviation;
}

static bool reserve(ts_pareto *set)
{
    if (set->count < set->capacity)
        return true;
    size_t capacity = set->capacity ? 2 * set->capacity : 16;
    ts_trade *items = realloc(set->items, capacity * sizeof *items);
    if (!items)
        return false;
    set->items = items;
    set->capacity = capacity;
    return true;
}

int ts_pareto_add(ts_pareto *set, ts_trade trade)
{
    size_t kept = 0, at = 0;
    if (isnan(trade.seconds) || isnan(trade.deviation))
        return TS_OK;
    for (size_t i = 0; i < set->count; i++)
        if (as_good(&set->items[i], &trade))
            return TS_OK;
    for (size_t i = 0; i < set->count; i++)
        if (!as_good(&trade, &set->items[i]))
            set->items[kept++] = set->items[i];
    set->count = kept;
    if (!reserve(set))
        return ts_fail(TS_ENOMEM, "out of memory while comparing times with errors");
    while (at < set->count && set->items[at].seconds < trade.seconds)
        at++;
    memmove(&set->items[at + 1], &set->items[at], (set->count - at) * sizeof *set->items);
    set->items[at] = trade;
    set->count++;
    return TS_OK;
}

/* An exact result has no logarithm; the difference to the next is then as large as can be. */
static double gap(const ts_trade *faster, const ts_trade *slower)
{
    return slower->deviation > 0 ? log(faster->deviation / slower->deviation) : INFINITY;
}

/* The inner member that is nearest to a neighbour. */
static size_t least_needed(const ts_trade *items, size_t count)
{
    size_t least = 1;
    double smallest = INFINITY;
    for (size_t i = 1; i + 1 < count; i++) {
        double distance = fmin(gap(&items[i - 1], &items[i]), gap(&items[i], &items[i + 1]));
        if (distance < smallest) {
            smallest = distance;
            least = i;
        }
    }
    return least;
}

size_t ts_pareto_choose(const ts_pareto *set, size_t most, ts_trade *out)
{
    size_t count = set->count;
    if (count <= most || most < 2) {
        count = count < most ? count : most;
        if (count > 0)
            memcpy(out, set->items, count * sizeof *out);
        return count;
    }
    ts_trade *items = malloc(count * sizeof *items);
    if (!items)
        return 0;
    memcpy(items, set->items, count * sizeof *items);
    for (; count > most; count--) {
        size_t i = least_needed(items, count);
        memmove(&items[i], &items[i + 1], (count - i - 1) * sizeof *items);
    }
    memcpy(out, items, count * sizeof *out);
    free(items);
    return count;
}

void ts_pareto_clear(ts_pareto *set)
{
    free(set->items);
    *set = (ts_pareto){0};
}
