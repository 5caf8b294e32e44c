/*
 * The memory hierarchy as one core sees it: latency over working-set size, from which the effective size of
 * each cache follows, then latency and bandwidth of each level at sizes well inside it. A hypervisor reports
 * the host's last-level cache, of which this machine gets some part: only the curve tells how much.
 */
#include "core/detect_parts.h"
#include "util/clock.h"

#include <math.h>
#include <stdio.h>

#define MEBI              ((size_t)1 << 20)
#define SMALLEST_SET      8192
#define LARGEST_SET       (256 * MEBI)
#define SMALLEST_LARGEST  (64 * MEBI)
#define POINTS            64
#define STEPS_PER_OCTAVE  3
#define SECONDS_PER_POINT 4e-3
#define SWEEP_DEADLINE    1.4 /* seconds for all passes: what is left of about two */

#define PASSES 2

typedef struct curve {
    ts_latency_point points[POINTS];
    size_t count;
} curve;

typedef struct survey {
    ts_arena arena;
    curve passes[PASSES], merged;
} survey;

/* Largest working set: four times the last level, within reason and what memory is free. */
static size_t largest_set(const ts_host *host)
{
    size_t last = (size_t)(host->l3.size > 0 ? host->l3.size : host->l2.size);
    size_t wanted = last > LARGEST_SET / 4 ? LARGEST_SET : 4 * last;
    wanted = wanted < SMALLEST_LARGEST ? SMALLEST_LARGEST : wanted;
    size_t available = (size_t)ts_detect_meminfo("MemAvailable:") / 4 / MEBI * MEBI;
    return available > 0 && available < wanted ? available : wanted;
}

/* One ascending pass; stops early at the deadline. */
static void sweep(ts_arena *arena, double deadline, curve *out)
{
    double size = SMALLEST_SET;
    out->count = 0;
    arena->linked = 0;
    for (; out->count < POINTS && ts_now() < deadline; size *= exp2(1.0 / STEPS_PER_OCTAVE)) {
        size_t bytes = (size_t)size < arena->size ? (size_t)size : arena->size;
        out->points[out->count++] =
            (ts_latency_point){bytes, ts_probe_latency(arena, bytes, SECONDS_PER_POINT)};
        if (bytes == arena->size) {
            break;
        }
    }
}

static const ts_latency_point *nearest(const curve *c, double bytes)
{
    const ts_latency_point *best = &c->points[0];
    for (size_t i = 1; i < c->count; i++) {
        if (fabs(log((double)c->points[i].bytes / bytes)) < fabs(log((double)best->bytes / bytes))) {
            best = &c->points[i];
        }
    }
    return best;
}

/* The level's own latency: the lowest between two sizes well inside it (a disturbance only adds). NAN if
 * there is none. */
static double lowest_between(const curve *c, double from, double to)
{
    double lowest = NAN;
    for (size_t i = 0; i < c->count; i++) {
        double bytes = (double)c->points[i].bytes;
        if (bytes >= from && bytes <= to && !(c->points[i].latency.lo >= lowest)) {
            lowest = c->points[i].latency.lo;
        }
    }
    return lowest;
}

/* Pointwise minimum, as far as both passes go: what neighbours didn't disturb. The passes visit the same
 * sizes. */
static void merge(const curve passes[PASSES], curve *merged)
{
    *merged = passes[0];
    for (size_t i = 0; i < merged->count && i < passes[1].count; i++) {
        if (passes[1].points[i].latency.lo < merged->points[i].latency.lo) {
            merged->points[i] = passes[1].points[i];
        }
    }
}

static void put_latency(ts_detector *d, const char *level, const survey *s, const ts_latency_point *point)
{
    char name[32];
    const ts_spread *l = &point->latency;
    snprintf(name, sizeof name, "%s.latency", level);
    ts_detect_put(d, name, ts_real(l->mid), "s", l->lo, l->hi,
                  "measured: random cycle through %zu KiB%s, median of %zu chunks", point->bytes >> 10,
                  s->arena.huge ? "" : " on small pages", l->count);
}

static void put_bandwidth(ts_detector *d, const char *level, survey *s, double bytes, double seconds)
{
    char name[32];
    const char *how;
    ts_spread b = ts_probe_bandwidth(&s->arena, (size_t)bytes, seconds, &how);
    snprintf(name, sizeof name, "%s.bandwidth", level);
    ts_detect_put(d, name, ts_real(b.mid), "B/s", b.lo, b.hi,
                  "measured: one core, %s over %zu KiB, median of %zu chunks", how, (size_t)bytes >> 10,
                  b.count);
}

/* Sets LEVEL.effective, or says nothing if the curve has no step that could be the level's end; the size to
 * go on with. */
static double put_effective(ts_detector *d, const char *level, const survey *s, double reported, double own,
                            double beyond)
{
    char name[32];
    size_t next, next_of_pass;
    size_t size =
        beyond > 1.3 * own ? ts_probe_knee(s->merged.points, s->merged.count, own, beyond, &next) : 0;
    if (size == 0) {
        return reported;
    }
    size = (double)size > reported
               ? (size_t)reported
               : size; /* latency rises after the size itself, by the last points' spacing */
    size_t least = size;
    for (size_t i = 0; i < PASSES; i++) {
        size_t inside = ts_probe_knee(s->passes[i].points, s->passes[i].count, own, beyond, &next_of_pass);
        least = inside > 0 && inside < least ? inside : least;
    }
    snprintf(name, sizeof name, "%s.effective", level);
    ts_detect_put(d, name, ts_int((int64_t)size), "B", (double)least, next ? (double)next : NAN,
                  "measured: largest set read in under %.3g ns, the geometric mean of this level and the "
                  "next; lo: worse of %d passes",
                  sqrt(own * beyond) * 1e9, PASSES);
    return (double)size;
}

/* Levels from the core outwards; each is measured where it is well inside itself and outside the one before.
 */
static void describe_levels(ts_detector *d, survey *s)
{
    const curve *c = &s->merged;
    const ts_latency_point *memory = &c->points[c->count - 1];
    double l1 = (double)d->host.l1d.size, l2 = (double)d->host.l2.size, l3 = (double)d->host.l3.size;
    double l3_own = l3 > 0 ? lowest_between(c, 2 * l2, fmin(4 * l2, l3)) : NAN;
    if (l1 > 0) {
        put_latency(d, "l1d", s, nearest(c, l1 / 2));
        put_bandwidth(d, "l1d", s, l1 / 2, 0.03);
    }
    if (l2 > 0) {
        l2 = put_effective(d, "l2", s, l2, lowest_between(c, 2 * l1, l2),
                           isnan(l3_own) ? memory->latency.lo : l3_own);
        put_latency(d, "l2", s, nearest(c, sqrt(l1 * l2)));
        put_bandwidth(d, "l2", s, fmax(l2 / 2, sqrt(l1 * l2)), 0.03);
    }
    if (!isnan(l3_own)) {
        l3 = put_effective(d, "l3", s, l3, l3_own, memory->latency.lo);
        put_latency(d, "l3", s, nearest(c, sqrt(l2 * l3)));
        put_bandwidth(d, "l3", s, fmax(l3 / 2, sqrt(l2 * l3)), 0.06);
    }
    put_latency(d, "memory", s, memory);
    put_bandwidth(d, "memory", s, (double)memory->bytes, 0.12);
}

void ts_detect_memory(ts_detector *d)
{
    survey s;
    size_t line = d->host.l1d.line >= 16 ? (size_t)d->host.l1d.line : 64;
    double deadline = ts_now() + SWEEP_DEADLINE;
    if (d->status == TS_OK) {
        d->status = ts_arena_open(largest_set(&d->host), line, &s.arena);
    }
    if (d->status != TS_OK) {
        return;
    }
    for (int i = 0; i < PASSES; i++) {
        ts_detect_report(d, "cache sizes", 0.25 + 0.3 * i);
        sweep(&s.arena, deadline, &s.passes[i]);
    }
    merge(s.passes, &s.merged);
    ts_detect_report(d, "bandwidths", 0.85);
    describe_levels(d, &s);
    ts_arena_close(&s.arena);
}
