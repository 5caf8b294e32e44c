/* See nest.h: the machine read from facts, and the parts put together. */
#include "model/nest_parts.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char user[] = "the model of variants";

static double optional(ts_facts *f, const char *level, const char *what, double assumed, const char *why)
{
    char name[48];
    snprintf(name, sizeof name, "%s.%s", level, what);
    return ts_facts_or(f, name, assumed, why);
}

/* A cache and its way in from the next level out. Bandwidths are stated as loads into registers, so the way
 * itself is the difference. */
static void add_cache(ts_facts *f, const char *level, const char *from, ts_nest_machine *m)
{
    ts_nest_cache *c = &m->caches[m->cache_count];
    double size = optional(f, level, "size", NAN, "no such cache");
    double inner = optional(f, level, "bandwidth", NAN, "not stated"),
           outer = optional(f, from, "bandwidth", NAN, "not stated");
    if (!(size > 0) || !(outer > 0))
        return;
    if (strcmp(from, "memory") == 0) /* which the cores share: each gets its part of the whole */
        outer = fmin(outer, optional(f, from, "total", outer * m->cores, "as much for each core") / m->cores);
    double effective = optional(f, level, "effective", size, "all of it");
    c->ways = optional(f, level, "ways", 8, "as most caches have");
    c->line = optional(f, level, "line", 64, "as most machines have");
    c->period = size / c->ways;
    c->bytes = fmin(size, effective) * (c->ways - 1) / c->ways; /* one way streams: Low et al., TOMS 2016 */
    c->seconds_per_byte = fmax(1 / outer - (inner > 0 ? 1 / inner : 0), 0.1 / outer);
    snprintf(c->name, sizeof c->name, "%s", from);
    if (c->name[0] == 'l')
        c->name[0] = 'L';
    m->cache_count++;
}

/* Each cache from the next one out that there is. */
static void read_caches(ts_facts *f, ts_nest_machine *m)
{
    static const char *const levels[] = {"l1d", "l2", "l3"};
    enum { COUNT = sizeof levels / sizeof *levels };
    for (size_t i = 0; i < COUNT; i++) {
        const char *next = i + 1 < COUNT ? levels[i + 1] : NULL;
        char size[16];
        snprintf(size, sizeof size, "%s.size", next ? next : "");
        if (!next || isnan(ts_facts_peek(f, size))) {
            add_cache(f, levels[i], "memory", m);
            return;
        }
        add_cache(f, levels[i], next, m);
    }
}

static int read_machine(const ts_problem *problem, ts_facts *f, ts_nest_machine *m)
{
    double bits, size;
    int rc = ts_facts_need(f, "clock.core", user, &m->clock);
    if (rc == TS_OK)
        rc = ts_facts_need(f, "fma.throughput", user, &m->throughput);
    if (rc == TS_OK)
        rc = ts_facts_need(f, "fma.latency", user, &m->latency);
    if (rc == TS_OK)
        rc = ts_facts_need(f, "vector.bits", user, &bits);
    if (rc == TS_OK)
        rc = ts_facts_need(f, "l1d.size", user, &size);
    if (rc != TS_OK)
        return rc;
    m->cores = ts_problem_threads(problem);
    m->vector_bytes = bits / 8;
    double bandwidth =
        ts_facts_or(f, "l1d.bandwidth", 2 * m->vector_bytes * m->clock, "two loads of a vector a cycle");
    m->loads_per_cycle = fmax(bandwidth / m->vector_bytes / m->clock, 1);
    m->issue = ts_facts_or(f, "issue.width", 6, "instructions that recent cores decode in a cycle");
    m->page = ts_facts_or(f, "page.size", 4096, "the smallest there are");
    m->pages = ts_facts_or(f, "tlb.entries", 64, "as the first level of recent cores has");
    m->page_walk =
        7 / m->clock; /* a hit of the second level: about as long as one of L2's, less what overlaps */
    read_caches(f, m);
    return m->cache_count
               ? TS_OK
               : ts_fail(TS_ENOTFOUND,
                         "target %s states no bandwidth beyond its first cache, which the model of variants "
                         "needs; add <bandwidth> to its <cache> or <memory>",
                         ts_facts_target(f)->name);
}

int ts_nest_model_open(const ts_problem *problem, ts_facts *facts, ts_nest_model **out)
{
    *out = NULL;
    if (problem->kernel->nest_count == 0)
        return ts_fail(
            TS_ENOTFOUND,
            "kernel '%s' states no <nest>, so nothing is known of its variants' loops; add one to %s",
            problem->kernel->name, problem->kernel->path ? problem->kernel->path : "its manifest");
    if (problem->kernel->slot_count > TS_NEST_SLOTS)
        return ts_fail(TS_ENOTFOUND, "kernel '%s' has more names than the model of variants can hold (%d)",
                       problem->kernel->name, TS_NEST_SLOTS);
    ts_nest_model *m = calloc(1, sizeof *m);
    if (!m)
        return ts_fail(TS_ENOMEM, "out of memory while preparing the model of variants");
    m->problem = problem;
    int rc = ts_kernel_slots(problem, ts_facts_target(facts), m->base);
    if (rc == TS_OK)
        rc = read_machine(problem, facts, &m->machine);
    if (rc != TS_OK) {
        free(m);
        return rc;
    }
    *out = m;
    return TS_OK;
}

void ts_nest_model_close(ts_nest_model *model)
{
    free(model);
}

const char *ts_nest_level_name(const ts_nest_model *model, size_t level)
{
    return model->machine.caches[level].name;
}

static const ts_nest *choose(const ts_nest_model *m, const ts_value *slots)
{
    for (size_t i = 0; i < m->problem->kernel->nest_count; i++) {
        const ts_nest *n = &m->problem->kernel->nests[i];
        bool holds = true;
        if (!n->when || (ts_expr_test(n->when, slots, &holds) == 0 && holds))
            return n;
    }
    return NULL;
}

/* Loads ahead hide the transfers of regular loops behind the core, as on processors whose paths overlap
 * (Hofmann et al., SFI 7(2) 2020), but for a share: a judgement, since nobody states it. Copies wait for
 * their own. */
static const double exposed = 0.15;

bool ts_nest_predict(const ts_nest_model *m, const ts_value *values, ts_nest_cost *out)
{
    ts_value slots[TS_NEST_SLOTS];
    ts_nest_shape shape;
    const ts_kernel *kernel = m->problem->kernel;
    memcpy(slots, m->base, kernel->slot_count * sizeof *slots);
    for (size_t i = 0; i < kernel->parameter_count; i++)
        slots[kernel->parameters[i].slot] = values[kernel->parameters[i].slot];
    const ts_nest *nest = choose(m, slots);
    if (!nest || !ts_nest_shape_of(m, nest, slots, &shape) || !ts_nest_core_time(m, &shape, slots, out))
        return false;
    double transfers = ts_nest_walks(m, &shape), copies = ts_nest_copies(m, &shape);
    out->level_count = m->machine.cache_count;
    for (size_t l = 0; l < out->level_count; l++) {
        out->bytes[l] = ts_nest_traffic(&shape, &m->machine.caches[l]);
        out->level_seconds[l] = out->bytes[l] * m->machine.caches[l].seconds_per_byte;
        transfers += out->level_seconds[l];
        copies += ts_nest_copy_traffic(&shape, &m->machine.caches[l]) * m->machine.caches[l].seconds_per_byte;
    }
    out->copy_seconds = copies;
    double core = out->core_seconds;
    out->seconds =
        (fmax(core, transfers) + exposed * fmin(core, transfers) + out->copy_seconds) / m->machine.cores;
    return isfinite(out->seconds) && out->seconds > 0;
}

static double logarithm(double seconds, double whole)
{
    return log(fmax(seconds, 1e-6 * whole));
}

void ts_nest_features(const ts_nest_cost *c, double features[TS_NEST_FEATURES])
{
    memset(features, 0, TS_NEST_FEATURES * sizeof *features);
    features[0] = log(c->seconds);
    features[1] = logarithm(c->core_seconds, c->seconds);
    features[2] = logarithm(c->copy_seconds, c->seconds);
    features[3] = log(c->waste);
    features[4] = log(c->waiting);
    for (size_t l = 0; l < c->level_count; l++)
        features[5 + l] = logarithm(c->level_seconds[l], c->seconds);
}
