/* See roofline.h. */
#include "core/roofline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A level of the hierarchy: its attributes in a target and its name for people. */
typedef struct level {
    const char *attribute, *name;
    bool of_a_core; /* every thread has one of its own */
} level;

static const level levels[] = {
    {"l1d", "L1", true}, {"l2", "L2", true}, {"l3", "L3", false}, {"memory", "memory", false}};

static double tensor_bytes(const ts_problem *p, size_t i, const ts_value *slots, int *rc)
{
    const ts_tensor *t = &p->kernel->tensors[i];
    double elements = 1;
    for (size_t e = 0; e < t->extent_count && *rc == TS_OK; e++) {
        int64_t extent = 0;
        *rc = ts_expr_int(t->extents[e], slots, &extent);
        elements *= (double)extent;
    }
    return elements * (double)ts_problem_tensor_type(p, i).size;
}

/*
 * The first level takes stores beside its loads, each through ports of their own, so that only the larger of
 * the two takes time there (Stengel, Treibig, Hager & Wellein, ICS 2015).
 */
static int measure_operands(const ts_problem *p, ts_roofline *r)
{
    double loaded = 0, stored = 0;
    ts_value *slots = calloc(p->kernel->slot_count + 1, sizeof *slots);
    if (!slots)
        return ts_fail(TS_ENOMEM, "out of memory while computing the roofline");
    int rc = ts_kernel_slots(p, NULL, slots);
    for (size_t i = 0; i < p->kernel->tensor_count && rc == TS_OK; i++) {
        double bytes = tensor_bytes(p, i, slots, &rc);
        ts_access access = p->kernel->tensors[i].access;
        r->footprint += bytes;
        loaded += access & TS_READ ? bytes : 0;
        stored += access & TS_WRITE ? bytes : 0;
    }
    r->overlap = loaded + stored > 0 ? fmax(loaded, stored) / (loaded + stored) : 1;
    free(slots);
    return rc;
}

int ts_problem_footprint(const ts_problem *problem, double *bytes)
{
    ts_roofline r = {0};
    int rc = measure_operands(problem, &r);
    *bytes = r.footprint;
    return rc;
}

static double attribute(const ts_target *target, const char *topic, const char *leaf)
{
    char name[48];
    snprintf(name, sizeof name, "%.20s.%.20s", topic, leaf);
    return ts_target_number(target, name, NAN);
}

static bool holds(const ts_target *target, const level *l, double footprint, int threads)
{
    double size = attribute(target, l->attribute, "effective");
    size = isnan(size) ? attribute(target, l->attribute, "size") : size;
    return (l->of_a_core ? footprint / threads : footprint) <= size;
}

/* The nearest level that holds the operands; what no cache holds, or nobody knows of, is in memory. */
static const level *find_level(const ts_target *target, double footprint, int threads)
{
    size_t i = 0, last = sizeof levels / sizeof *levels - 1;
    while (i < last && !holds(target, &levels[i], footprint, threads))
        i++;
    return &levels[i];
}

int ts_roofline_of(const ts_problem *problem, const ts_target *target, ts_roofline *out)
{
    const int threads = ts_problem_threads(problem);
    *out = (ts_roofline){.peak = attribute(target, "peak", problem->type->name) * threads};
    int rc = ts_problem_work(problem, &out->flops, &out->bytes);
    if (rc == TS_OK)
        rc = measure_operands(problem, out);
    if (rc != TS_OK)
        return rc;
    const level *l = find_level(target, out->footprint, threads);
    out->level = l->name;
    out->bandwidth = attribute(target, l->attribute, "bandwidth") * threads;
    out->overlap = l == levels ? out->overlap : 1;
    return TS_OK;
}

double ts_roofline_seconds(const ts_roofline *r, ts_roofline_side *side)
{
    double computing = r->flops > 0 ? r->flops / r->peak : 0;
    double moving = r->bytes > 0 ? r->overlap * r->bytes / r->bandwidth : 0;
    bool known = !isnan(computing) && (computing > 0 || moving > 0);
    *side = !known               ? TS_BOUND_UNKNOWN
            : moving > computing ? TS_BOUND_BANDWIDTH
            : computing > 0      ? TS_BOUND_PEAK
                                 : TS_BOUND_UNKNOWN;
    return *side == TS_BOUND_UNKNOWN ? NAN : fmax(computing, isnan(moving) ? 0 : moving);
}

const char *ts_roofline_name(const ts_roofline *r, ts_roofline_side side)
{
    static const char *const names[] = {"L1 bandwidth", "L2 bandwidth", "L3 bandwidth", "memory bandwidth"};
    if (side != TS_BOUND_BANDWIDTH)
        return side == TS_BOUND_PEAK ? "peak" : NULL;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (r->level && strcmp(r->level, levels[i].name) == 0)
            return names[i];
    return NULL;
}
