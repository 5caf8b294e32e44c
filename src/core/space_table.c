/* A space given as a table: decoding is a copy, encoding a hash look-up. */
#include "core/space_inside.h"
#include "core/space_intern.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FREE_BUCKET UINT32_MAX

static const uint16_t *row_at(const ts_space *space, uint64_t row)
{
    return space->rows + row * space->param_count;
}

/* The bucket that holds an equal row, or the free one where it belongs. */
static size_t find_bucket(const ts_space *space, const uint16_t *ordinals)
{
    const size_t size = space->param_count * sizeof *ordinals;
    size_t i = ts_intern_hash(ordinals, size) & (space->bucket_count - 1);
    while (space->buckets[i] != FREE_BUCKET && memcmp(row_at(space, space->buckets[i]), ordinals, size) != 0)
        i = (i + 1) & (space->bucket_count - 1);
    return i;
}

bool ts_space_table_encode(const ts_space *space, const uint16_t *ordinals, uint64_t *config)
{
    const uint32_t row = space->buckets[find_bucket(space, ordinals)];
    if (row == FREE_BUCKET)
        return false;
    *config = row;
    return true;
}

/* First place in sorted[low, high), whose rows agree in parameters before i, with an ordinal of i of at least
 * `ordinal`. */
static uint64_t first_at_least(const ts_space *space, uint64_t low, uint64_t high, size_t i, uint32_t ordinal)
{
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (row_at(space, space->sorted[middle])[i] < ordinal)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint64_t ts_space_table_nearest(const ts_space *space, const uint16_t *ordinals)
{
    uint64_t low = 0, high = space->count;
    for (size_t i = 0; i < space->param_count; i++) {
        const uint64_t at = first_at_least(space, low, high, i, ordinals[i]);
        uint16_t value = row_at(space, space->sorted[at < high ? at : at - 1])[i];
        if (at < high && at > low && value != ordinals[i]) {
            const uint16_t below = row_at(space, space->sorted[at - 1])[i];
            value = ordinals[i] - below <= value - ordinals[i] ? below : value;
        }
        low = first_at_least(space, low, high, i, value);
        high = first_at_least(space, low, high, i, (uint32_t)value + 1);
    }
    return space->sorted[low];
}

static int by_ordinals(const void *a, const void *b, void *context)
{
    const ts_space *space = context;
    const uint16_t *x = row_at(space, *(const uint32_t *)a), *y = row_at(space, *(const uint32_t *)b);
    for (size_t i = 0; i < space->param_count; i++) {
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    }
    return 0;
}

static int check_row(const ts_space *space, uint64_t row)
{
    for (size_t i = 0; i < space->param_count; i++) {
        if (row_at(space, row)[i] >= space->params[i].shown.count)
            return ts_fail(TS_EINTERNAL, "row %" PRIu64 " has no value number %u of parameter '%s'", row,
                           row_at(space, row)[i], space->params[i].shown.name);
    }
    return TS_OK;
}

static int index_rows(ts_space *space)
{
    for (uint64_t row = 0; row < space->count; row++) {
        int code = check_row(space, row);
        if (code)
            return code;
        size_t bucket = find_bucket(space, row_at(space, row));
        if (space->buckets[bucket] != FREE_BUCKET)
            return ts_fail(TS_EINPUT,
                           "rows %" PRIu32 " and %" PRIu64
                           " of the recorded space are the same configuration",
                           space->buckets[bucket], row);
        space->buckets[bucket] = (uint32_t)row;
        space->sorted[row] = (uint32_t)row;
    }
    qsort_r(space->sorted, space->count, sizeof *space->sorted, by_ordinals, space);
    return TS_OK;
}

/* Rows are copied, so that decoding needs nothing of the caller's. */
static int fill(ts_space *space, const uint16_t *rows, uint64_t row_count)
{
    const size_t width = space->param_count * sizeof *rows;
    if (row_count >= FREE_BUCKET / 2)
        return ts_fail(TS_EINPUT, "a recorded space of %" PRIu64 " rows is too large", row_count);
    space->count = row_count;
    for (space->bucket_count = 2; space->bucket_count < 2 * row_count;)
        space->bucket_count *= 2;
    space->rows = malloc(row_count * width + 1);
    space->buckets = malloc(space->bucket_count * sizeof *space->buckets);
    space->sorted = malloc(row_count * sizeof *space->sorted + 1);
    if (!space->rows || !space->buckets || !space->sorted)
        return ts_fail(TS_ENOMEM, "out of memory while indexing a recorded space");
    if (row_count)
        memcpy(space->rows, rows, row_count * width);
    memset(space->buckets, 0xff, space->bucket_count * sizeof *space->buckets);
    if (row_count)
        return index_rows(space);
    space->why_empty = strdup("the recorded space has no rows");
    return space->why_empty ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while indexing a recorded space");
}

int ts_space_from_table(const ts_space_param_spec *params, size_t param_count, const uint16_t *rows,
                        uint64_t row_count, ts_space **out)
{
    const ts_space_spec spec = {.params = params, .param_count = param_count};
    ts_space *space = NULL;
    int code = ts_space_new(&spec, &space);
    if (!code)
        code = fill(space, rows, row_count);
    if (code)
        ts_space_free(space);
    else
        *out = space;
    return code;
}
