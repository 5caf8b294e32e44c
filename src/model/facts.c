/* See facts.h. What is drawn or scaled is a copy of the target's attributes: derived numbers follow from it.
 */
#include "model/facts.h"
#include "model/facts_chain.h"
#include "util/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_PLACES = 256, CACHE_NAME = 48 };

/* A number that was read since the last draw; NAN: the target doesn't say. */
typedef struct reading {
    char name[CACHE_NAME]; /* "": free */
    double value;
} reading;

typedef struct scale {
    char *name;
    double factor;
    ts_fact derived; /* lends unit and source where the target doesn't state the name */
} scale;

struct ts_facts {
    const ts_target *target;
    ts_target drawn; /* the target with its attributes drawn and scaled: names and texts are borrowed */
    uint64_t *seeds; /* of each attribute's name */
    TS_VEC(scale) scales;
    uint64_t seed;
    bool stale; /* `drawn` is not what seed and scales ask for */
    int threads;
    reading readings[CACHE_PLACES];
    ts_chain *chain; /* a node's is its cluster's */
    bool owns_chain;
    ts_target *node_target;
    ts_facts *node;
};

static const char node_prefix[] = "node.";

/* FNV-1a. Fowler, Noll, Vo. */
static uint64_t hash_name(const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
    return hash;
}

static int make_room(ts_facts *f, size_t extra)
{
    size_t wanted = f->target->count + extra + 1;
    ts_attribute *grown = realloc(f->drawn.attributes, wanted * sizeof *grown);
    if (!grown)
        return ts_fail(TS_ENOMEM, "out of memory while reading target %s", f->target->name);
    f->drawn.attributes = grown;
    return 0;
}

static int open_facts(const ts_target *target, ts_chain *chain, ts_facts **out)
{
    ts_facts *f = calloc(1, sizeof *f);
    *out = NULL;
    if (!f)
        return ts_fail(TS_ENOMEM, "out of memory while reading target %s", target->name);
    f->target = target;
    f->drawn = *target;
    f->drawn.attributes = NULL;
    f->stale = true;
    f->owns_chain = chain == NULL;
    f->chain = chain ? chain : ts_chain_new();
    f->seeds = calloc(target->count + 1, sizeof *f->seeds);
    if (!f->chain || !f->seeds || make_room(f, 0) < 0) {
        ts_facts_close(f);
        return ts_fail(TS_ENOMEM, "out of memory while reading target %s", target->name);
    }
    for (size_t i = 0; i < target->count; i++)
        f->seeds[i] = hash_name(target->attributes[i].name);
    *out = f;
    return 0;
}

int ts_facts_open(const ts_target *target, ts_facts **out)
{
    return open_facts(target, NULL, out);
}

void ts_facts_close(ts_facts *f)
{
    if (!f)
        return;
    ts_facts_close(f->node);
    ts_target_free(f->node_target);
    for (size_t i = 0; i < f->scales.count; i++)
        free(f->scales.items[i].name);
    ts_vec_free(&f->scales);
    if (f->owns_chain)
        ts_chain_free(f->chain);
    free(f->drawn.attributes);
    free(f->seeds);
    free(f);
}

const ts_target *ts_facts_target(const ts_facts *f)
{
    return f->target;
}

void ts_facts_use_threads(ts_facts *f, int threads)
{
    f->threads = threads;
    if (f->node)
        f->node->threads = threads;
}

int ts_facts_threads(const ts_facts *f)
{
    return f->threads;
}

/* The quantile of a triangular distribution: Kotz, van Dorp, "Beyond Beta", 2004, section 1.1. */
static double triangular(double lo, double mode, double hi, double u)
{
    double below = (mode - lo) / (hi - lo);
    return u < below ? lo + sqrt(u * (hi - lo) * (mode - lo)) : hi - sqrt((1 - u) * (hi - lo) * (hi - mode));
}

static double number_of(const ts_attribute *a)
{
    return a->value.kind == TS_INT ? (double)a->value.i : a->value.r;
}

/* Equal names get equal places in their spreads, on whatever target: so two machines can be compared draw by
 * draw. */
static void draw_attribute(ts_attribute *a, uint64_t seed)
{
    double mode = number_of(a), lo = isnan(a->lo) ? mode : a->lo, hi = isnan(a->hi) ? mode : a->hi;
    ts_rng rng;
    if (!(lo < hi))
        return;
    ts_rng_seed(&rng, seed);
    a->value = (ts_value){.kind = TS_REAL, .r = triangular(lo, mode, hi, ts_rng_unit(&rng))};
}

static double scale_of(const ts_facts *f, const char *name)
{
    for (size_t i = 0; i < f->scales.count; i++)
        if (strcmp(f->scales.items[i].name, name) == 0)
            return f->scales.items[i].factor;
    return 1;
}

static void multiply(ts_attribute *a, double factor)
{
    a->value = (ts_value){.kind = TS_REAL, .r = number_of(a) * factor};
    a->lo *= factor;
    a->hi *= factor;
}

/* What is derived and scaled becomes stated, so that what derives from it follows. */
static void state_derived(ts_facts *f, scale *s)
{
    if (ts_target_get(&f->drawn, s->name) || ts_target_need(&f->drawn, s->name, "a scale", &s->derived) < 0)
        return;
    ts_attribute *a = &f->drawn.attributes[f->drawn.count++];
    *a = (ts_attribute){.name = s->name,
                        .value = {.kind = TS_REAL, .r = s->derived.value},
                        .unit = s->derived.unit,
                        .source = s->derived.source,
                        .lo = s->derived.lo,
                        .hi = s->derived.hi};
    multiply(a, s->factor);
}

static void draw_again(ts_facts *f)
{
    memset(f->readings, 0, sizeof f->readings);
    f->drawn.count = f->target->count;
    if (f->target->count)
        memcpy(f->drawn.attributes, f->target->attributes, f->target->count * sizeof *f->drawn.attributes);
    for (size_t i = 0; i < f->drawn.count; i++) {
        ts_attribute *a = &f->drawn.attributes[i];
        double factor = scale_of(f, a->name);
        if (a->value.kind == TS_STRING)
            continue;
        if (f->seed)
            draw_attribute(a, f->seed * 0x9e3779b97f4a7c15u ^ f->seeds[i]);
        if (factor != 1)
            multiply(a, factor);
    }
    for (size_t i = 0; i < f->scales.count; i++)
        if (f->scales.items[i].factor != 1)
            state_derived(f, &f->scales.items[i]);
    f->stale = false;
}

static void set_stale(ts_facts *f)
{
    f->stale = true;
}

void ts_facts_draw(ts_facts *f, uint64_t seed)
{
    f->seed = seed;
    set_stale(f);
    if (f->node)
        ts_facts_draw(f->node, seed);
}

static int add_scale(ts_facts *f, const char *name, double factor)
{
    scale s = {.name = strdup(name), .factor = factor};
    if (s.name && ts_vec_push(&f->scales, s) && make_room(f, f->scales.count) == 0)
        return 0;
    free(s.name);
    return ts_fail(TS_ENOMEM, "out of memory while scaling %s", name);
}

int ts_facts_scale(ts_facts *f, const char *name, double factor)
{
    if (strncmp(name, node_prefix, sizeof node_prefix - 1) == 0 && f->node)
        return ts_facts_scale(f->node, name + sizeof node_prefix - 1, factor);
    set_stale(f);
    for (size_t i = 0; i < f->scales.count; i++)
        if (strcmp(f->scales.items[i].name, name) == 0) {
            f->scales.items[i].factor = factor;
            return 0;
        }
    return add_scale(f, name, factor);
}

/* The place of a name, or the free one where it belongs; NULL if the table is full or the name too long. */
static reading *find_reading(ts_facts *f, const char *name)
{
    size_t length = strlen(name), at = (size_t)hash_name(name) % CACHE_PLACES;
    if (length >= CACHE_NAME)
        return NULL;
    for (size_t i = 0; i < CACHE_PLACES; i++, at = (at + 1) % CACHE_PLACES)
        if (!f->readings[at].name[0] || strcmp(f->readings[at].name, name) == 0)
            return &f->readings[at];
    return NULL;
}

static int ask_target(ts_facts *f, const char *name, const char *user, double *out)
{
    ts_fact fact;
    int rc = ts_target_need(&f->drawn, name, user, &fact);
    *out = rc < 0 ? NAN : fact.value;
    if (rc == 0)
        ts_chain_fact(f->chain, f->target->name, name, &fact);
    return rc;
}

int ts_facts_need(ts_facts *f, const char *name, const char *user, double *out)
{
    if (strncmp(name, node_prefix, sizeof node_prefix - 1) == 0 && f->node)
        return ts_facts_need(f->node, name + sizeof node_prefix - 1, user, out);
    if (f->stale)
        draw_again(f);
    reading *r = find_reading(f, name);
    if (r && r->name[0] && !isnan(r->value) && !ts_chain_remembers(f->chain)) {
        *out = r->value;
        return 0;
    }
    int rc = ask_target(f, name, user, out);
    if (r && !r->name[0]) {
        memcpy(r->name, name, strlen(name) + 1);
        r->value = *out;
    }
    return rc;
}

double ts_facts_or(ts_facts *f, const char *name, double assumed, const char *why)
{
    double value;
    if (strncmp(name, node_prefix, sizeof node_prefix - 1) == 0 && f->node)
        return ts_facts_or(f->node, name + sizeof node_prefix - 1, assumed, why);
    if (f->stale)
        draw_again(f);
    reading *r = find_reading(f, name);
    bool known_absent = r && r->name[0] && isnan(r->value);
    if (!known_absent && ts_facts_need(f, name, why, &value) == 0)
        return value;
    value = assumed * scale_of(f, name);
    ts_chain_assumed(f->chain, f->target->name, name, value, why);
    return value;
}

double ts_facts_peek(ts_facts *f, const char *name)
{
    bool remembers = ts_facts_pause(f, false);
    if (f->stale)
        draw_again(f);
    reading *r = find_reading(f, name);
    double value = r && r->name[0] ? r->value : NAN;
    if (!r || !r->name[0])
        ts_facts_need(f, name, "a model", &value);
    ts_facts_pause(f, remembers);
    return value;
}

int ts_facts_node(ts_facts *f, const char *user, ts_facts **out)
{
    *out = f->node;
    if (f->node)
        return 0;
    int rc = ts_target_node(f->target, user, &f->node_target);
    if (rc == 0)
        rc = open_facts(f->node_target, f->chain, &f->node);
    if (rc < 0)
        return rc;
    f->node->threads = f->threads;
    ts_facts_draw(f->node, f->seed);
    *out = f->node;
    return 0;
}

ts_chain *ts_facts_chain(const ts_facts *f)
{
    return f->chain;
}
