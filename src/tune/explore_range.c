/* Ranges of --vary. */
#include "tune/explore.h"
#include "util/number.h"
#include "util/vec.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_VALUES = 1000 };

typedef TS_VEC(double) ts_values;

static int bad_range(const char *text)
{
    return ts_fail(
        TS_EINPUT,
        "--vary %s: expected ATTRIBUTE=FROM:TO (doubling), FROM:TO:+STEP, FROM:TO:*FACTOR or A,B,C with "
        "positive numbers, such as l2.size=256K:4M",
        text);
}

/* A number with K, M or G; *end is what follows. */
static double number(const char *text, const char **end)
{
    char *stop;
    double value = ts_strtod(text, &stop);
    double unit = *stop == 'K' ? 1024 : *stop == 'M' ? 1048576 : *stop == 'G' ? 1073741824 : 1;
    *end = stop + (unit > 1);
    return stop == text ? NAN : value * unit;
}

static bool push(ts_values *values, double value)
{
    return value > 0 && isfinite(value) && values->count < MOST_VALUES && ts_vec_push(values, value);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Ascending, each once: neighbours of a value are the next smaller and larger one. */
static void put_in_order(ts_values *values)
{
    size_t kept = 0;
    qsort(values->items, values->count, sizeof *values->items, by_value);
    for (size_t i = 0; i < values->count; i++)
        if (kept == 0 || values->items[i] > values->items[kept - 1])
            values->items[kept++] = values->items[i];
    values->count = kept;
}

static bool read_list(const char *text, ts_values *values)
{
    for (;;) {
        const char *end;
        if (!push(values, number(text, &end)) || (*end && *end != ','))
            return false;
        if (!*end) {
            put_in_order(values);
            return true;
        }
        text = end + 1;
    }
}

static bool read_interval(const char *text, ts_values *values)
{
    const char *end;
    double from = number(text, &end), to = *end == ':' ? number(end + 1, &end) : NAN, step = 2;
    bool adds = false;
    if (*end == ':' && (end[1] == '+' || end[1] == '*')) {
        adds = end[1] == '+';
        step = number(end + 2, &end);
    }
    if (*end || !(from > 0) || !(to >= from) || !(adds ? step > 0 : step > 1))
        return false;
    double v = from;
    bool room = true;
    while (room && v <= to * (1 + 1e-9)) {
        room = push(values, v);
        v = adds ? v + step : v * step;
    }
    return room;
}

int ts_explore_range(const char *text, ts_explore_attribute *out)
{
    const char *equals = strchr(text, '=');
    ts_values values = {0};
    *out = (ts_explore_attribute){.base = NAN};
    if (!equals || equals == text)
        return bad_range(text);
    bool right = strchr(equals, ':') ? read_interval(equals + 1, &values) : read_list(equals + 1, &values);
    out->name = strndup(text, (size_t)(equals - text));
    out->values = values.items;
    out->count = values.count;
    if (!right || values.count == 0)
        return bad_range(text);
    out->best = malloc(values.count * sizeof *out->best);
    for (size_t i = 0; out->best && i < values.count; i++)
        out->best[i] = NAN;
    return out->name && out->best ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while exploring");
}
