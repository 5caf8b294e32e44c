/*
 * Area of a design: that of the base target, and what its memories and multipliers gain or lose.
 * Static memory: cells of 6 transistors as manufacturers published them, twice over for decoders and sense
 * amplifiers. Multiply-adders: Horowitz, "Computing's energy problem", ISSCC 2014 (45 nm), with the square of
 * the process. Both are of the right order, not more: the spread is a factor of 1.5 either way on what
 * changes.
 */
#include "tune/explore.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double overhead = 2, spread = 1.5;

/* Square micrometres of a bit: Intel 65 and 45 nm, TSMC 28, 16, 7 and 5 nm, Intel 10 nm (IEDM and ISSCC
 * papers of the processes). Widely known, re-check. */
static const struct {
    double nm, um2;
} cells[] = {{65, 0.57},   {45, 0.346}, {28, 0.127}, {16, 0.074},
             {10, 0.0312}, {7, 0.027},  {5, 0.021},  {3, 0.0199}};

/* Between two processes by the logarithm. */
static double cell_area(double nm)
{
    enum { COUNT = sizeof cells / sizeof *cells };
    for (size_t i = 0; i + 1 < COUNT; i++)
        if (nm >= cells[i + 1].nm) {
            double share = log(nm / cells[i + 1].nm) / log(cells[i].nm / cells[i + 1].nm);
            return cells[i + 1].um2 * pow(cells[i].um2 / cells[i + 1].um2, share);
        }
    return cells[COUNT - 1].um2;
}

/* A multiplier and an adder at 45 nm. */
static double multiplier_area(const ts_target *base, double nm)
{
    static const struct {
        const char *peak;
        double um2;
    } types[] = {{"peak.f32", 7700 + 4184},      {"peak.bf16", 1640 + 1360}, {"peak.f16", 1640 + 1360},
                 {"peak.i16", 3495 / 4.0 + 137}, {"peak.i8", 282 + 137},     {"peak.i4", 282 / 4.0 + 137}};
    double area = 7700 + 4184;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (ts_target_get(base, types[i].peak)) {
            area = types[i].um2;
            break;
        }
    return area * pow(nm / 45, 2);
}

/* A design of the base, or with no values the base itself. */
typedef struct ts_varied {
    const ts_target *base;
    const ts_explore_attribute *attributes;
    size_t count;
    const double *values;
} ts_varied;

static double stated(const ts_varied *v, const char *name, double fallback)
{
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->attributes[i].name, name) == 0)
            return v->values ? v->values[i] : v->attributes[i].base;
    return ts_target_number(v->base, name, fallback);
}

/* The multiply-adders of a machine. */
static double multipliers(const ts_varied *v)
{
    const char *kind = v->base->kind;
    if (strcmp(kind, "systolic") == 0)
        return stated(v, "array.rows", 0) * stated(v, "array.columns", 0) * stated(v, "array.count", 1);
    if (strcmp(kind, "dla") == 0)
        return stated(v, "dla.atomic_c", 0) * stated(v, "dla.atomic_k", 0);
    if (strcmp(kind, "gpu") == 0)
        return stated(v, "gpu.sms", 0) * stated(v, "gpu.lanes", 0);
    return stated(v, "vector.bits", 0) / 32 * stated(v, "fma.throughput", 2) * stated(v, "cores", 1);
}

static bool is_size(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && strcmp(dot, ".size") == 0 && strncmp(name, "memory.", 7) != 0 &&
           strncmp(name, "page.", 5) != 0;
}

/* Caches that each core, or group of cores, has of its own. */
static double instances(const ts_varied *v, const char *size)
{
    char name[64];
    const char *dot = strrchr(size, '.');
    snprintf(name, sizeof name, "%.*s.count", (int)(dot - size), size);
    double count = ts_target_number(v->base, name, NAN);
    if (!isnan(count))
        return count;
    double cores = stated(v, "cores", 1);
    snprintf(name, sizeof name, "%.*s.shared", (int)(dot - size), size);
    double threads = ts_target_number(v->base, "threads", cores) / ts_target_number(v->base, "cores", cores);
    double shared = ts_target_number(v->base, name, threads) / fmax(threads, 1);
    return strcmp(v->base->kind, "cpu") == 0 ? fmax(cores / fmax(shared, 1), 1) : 1;
}

static double memory_bits(const ts_varied *v)
{
    double bits = 0;
    for (size_t i = 0; i < v->base->count; i++) {
        const char *name = v->base->attributes[i].name;
        if (is_size(name))
            bits += 8 * stated(v, name, 0) * instances(v, name);
    }
    return bits;
}

int ts_explore_area(const ts_target *base, const ts_explore_attribute *attributes, size_t count,
                    const double *values, ts_area *out)
{
    ts_fact area, process;
    int rc = ts_target_need(base, "area", "the area model", &area);
    if (rc == TS_OK)
        rc = ts_target_need(base, "process", "the area model", &process);
    if (rc != TS_OK)
        return rc;
    ts_varied before = {base, attributes, count, NULL}, after = {base, attributes, count, values};
    double memory = memory_bits(&after) - memory_bits(&before);
    double units = multipliers(&after) - multipliers(&before);
    double change =
        (memory * cell_area(process.value) * overhead + units * multiplier_area(base, process.value)) / 1e6;
    double a = change / spread, b = change * spread;
    *out = (ts_area){area.value + change, area.lo + fmin(a, b), area.hi + fmax(a, b)};
    return TS_OK;
}
