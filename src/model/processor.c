/* See processor.h. */
#include "model/processor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *attribute, *name;
} names[TS_PROCESSOR_LEVELS] = {{"l1d", "L1"}, {"l2", "L2"}, {"l3", "L3"}, {"memory", "memory"}};

static double attribute(ts_facts *facts, const char *topic, const char *leaf)
{
    char name[48];
    snprintf(name, sizeof name, "%s.%s", topic, leaf);
    return ts_facts_peek(facts, name);
}

static bool is_processor(const ts_facts *facts)
{
    return strcmp(ts_facts_target(facts)->kind, "cpu") == 0;
}

/* A variant runs as it was compiled; other calls get what the user says, or the machine. */
static int cores_of(const ts_model_call *call, ts_facts *facts)
{
    static const char unknown[] = "one core, as the description doesn't say how many";
    int asked = ts_facts_threads(facts), threads = ts_problem_threads(call->problem);
    bool fixed = call->values || threads > 1;
    if (!is_processor(facts))
        return 1; /* its rates are the whole machine's */
    int all = (int)fmax(1, ts_facts_or(facts, "cores", 1, unknown));
    int wanted = fixed ? threads : asked > 0 ? asked : all;
    int count = isnan(ts_facts_peek(facts, "cores")) || wanted < all ? wanted : all;
    ts_facts_step(facts, "cores at work", count, "1", "",
                  fixed       ? "as many as the call has threads, or all there are: %d"
                  : asked > 0 ? "as asked, or all there are: %d"
                              : "all of the machine's: %d",
                  count);
    return count;
}

/* How many of them a cache of this level serves; private ones where it isn't stated, but the last one. */
static double instances(ts_facts *facts, const char *topic, int cores)
{
    double shared = attribute(facts, topic, "shared"), threads = ts_facts_peek(facts, "threads");
    double machine = ts_facts_peek(facts, "cores");
    double smt = threads > 0 && machine > 0 ? fmax(1, threads / machine) : 1;
    if (isnan(shared))
        return strcmp(topic, "l3") == 0 ? 1 : cores;
    return fmax(1, ceil(cores * smt / shared));
}

static void find_capacity(ts_facts *facts, ts_processor_level *l, int cores)
{
    if (strcmp(l->attribute, "memory") == 0) {
        l->capacity = l->total = INFINITY;
        return;
    }
    if (!is_processor(facts) && strcmp(l->attribute, "l1d") == 0)
        return; /* of one multiprocessor: it shows in none of the machine's rates */
    double size = attribute(facts, l->attribute, "effective");
    size = isnan(size) ? attribute(facts, l->attribute, "size") : size;
    l->capacity = isnan(size) ? 0 : size;
    l->total = l->capacity * instances(facts, l->attribute, cores);
}

/* Bytes of registers that sums and operands of a product can stand in. */
static double register_bytes(ts_facts *facts)
{
    if (!is_processor(facts))
        return INFINITY; /* not described: each operand crosses once */
    double bits = ts_facts_or(facts, "vector.bits", 128, "vectors of 128 bits, the shortest there are");
    return bits / 8 * ts_facts_or(facts, "vector.registers", 16, "16 vector registers, the fewest there are");
}

/*
 * Bytes of a product that must cross into a memory of `inner` bytes: 2 m n k / sqrt(S) elements, at least
 * each operand once. Smith, Lowery, Langou, van de Geijn, "A tight I/O lower bound for matrix
 * multiplication", arXiv 1702.02017, 2019 (Hong, Kung, STOC 1981); blocked code comes near it.
 */
static double product_bytes(const ts_product_sizes *p, double inner, double element)
{
    double m = (double)p->m, n = (double)p->n, k = (double)p->k;
    double once = p->is_convolution ? 0 : m * k + k * n + m * n;
    return p->count * element * fmax(once, 2 * m * n * k / sqrt(fmax(1, inner / element)));
}

static double call_bytes(const ts_model_call *call, double inner)
{
    double bytes = 0;
    for (size_t i = 0; i < call->work->product_count; i++)
        bytes += product_bytes(&call->work->products[i], inner, call->work->element_bytes);
    return fmax(bytes, call->work->bytes);
}

/* All operands once, indices included; results that stay in a cache are read before they are written, those
 * that go to memory needn't be. */
static double stream_bytes(const ts_work *w, bool allocates)
{
    return fmax(w->bytes, w->loaded + w->stored) + (allocates ? w->stored : 0);
}

/* What comes from a level whose next one inward holds `inner` bytes; the operands lie in level `home`.
 * Weights of a network that no cache holds come from memory each time. */
static double level_bytes(const ts_model_call *call, const ts_processor *c, size_t level, size_t home,
                          double inner)
{
    const size_t memory = TS_PROCESSOR_LEVELS - 1;
    double largest = 0;
    for (size_t i = 0; i < memory; i++)
        largest = fmax(largest, c->levels[i].total);
    bool from_memory = call->in_network && call->network_bytes > largest;
    if (level <= home && c->allocates && call->work->product_count == 0)
        return stream_bytes(call->work, level > 0 && home < memory);
    if (level <= home)
        return call_bytes(call, inner);
    return from_memory ? call->work->constant_bytes : 0;
}

/*
 * The nearest level that holds the operands. Caches that several groups of cores have one each of hold parts:
 * of a product a square of the result, with the rows and columns it needs.
 */
static bool holds(const ts_processor_level *l, const ts_work *w)
{
    double parts = l->capacity > 0 && isfinite(l->capacity) ? fmax(1, l->total / l->capacity) : 1;
    double shared = w->product_count ? sqrt(parts) : parts;
    double part = w->loaded / shared + fmax(0, w->footprint - w->loaded) / parts;
    return part <= l->capacity;
}

static size_t find_home(const ts_processor *c, const ts_work *w)
{
    size_t i = 0;
    while (i + 1 < TS_PROCESSOR_LEVELS && !holds(&c->levels[i], w))
        i++;
    return i;
}

static int memory_bandwidth(ts_facts *facts, const char *user, ts_processor *c)
{
    ts_processor_level *l = &c->levels[TS_PROCESSOR_LEVELS - 1];
    double total = ts_facts_peek(facts, "memory.total");
    c->one_core_memory = ts_facts_peek(facts, "memory.bandwidth");
    bool by_cores = c->cores * c->one_core_memory < total || (isnan(total) && !isnan(c->one_core_memory));
    l->bound = by_cores ? "memory.bandwidth" : "memory.total";
    l->from_registers = by_cores;
    int rc = ts_facts_need(facts, l->bound, user, &l->bandwidth);
    l->bandwidth *= by_cores ? c->cores : 1;
    return rc;
}

static void cache_bandwidth(ts_facts *facts, const char *user, int cores, ts_processor_level *l)
{
    static const char *const bounds[] = {"l1d.bandwidth", "l2.bandwidth", "l3.bandwidth"};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        if (strncmp(bounds[i], l->attribute, strlen(l->attribute)) == 0)
            l->bound = bounds[i];
    l->bandwidth = ts_facts_or(facts, l->bound, NAN, user) * cores;
    /* What is stated as such is what loads get; what a rate in a cycle makes is the path to the next level.
     */
    l->from_registers = ts_target_get(ts_facts_target(facts), l->bound) != NULL;
}

static int time_level(ts_facts *facts, const char *user, ts_processor *c, ts_processor_level *l,
                      ts_prediction *p)
{
    int rc = 0;
    l->bandwidth = NAN;
    if (l->bytes <= 0)
        return 0;
    if (isinf(l->capacity))
        rc = memory_bandwidth(facts, user, c);
    else
        cache_bandwidth(facts, user, c->cores, l);
    if (rc < 0)
        return rc;
    bool known = !isnan(l->bandwidth);
    l->seconds = known ? l->bytes / l->bandwidth : 0;
    ts_prediction_add(p, l->name, l->bytes, known ? l->seconds : NAN,
                      l->bytes * attribute(facts, l->attribute, "energy"));
    if (known)
        ts_facts_step(facts, l->name, l->seconds, "s",
                      "Williams et al., CACM 52(4) 2009; bytes: Smith et al., 2019", "%g B / %g B/s",
                      l->bytes, l->bandwidth);
    return 0;
}

static int find_traffic(const ts_model_call *call, ts_facts *facts, const char *user, ts_prediction *p,
                        ts_processor *c)
{
    size_t home = find_home(c, call->work);
    double inner = register_bytes(facts);
    int rc = 0;
    ts_facts_step(facts, "home", call->work->footprint, "B", "", "operands of %g B lie in %s",
                  call->work->footprint, c->levels[home].name);
    for (size_t i = 0; i < TS_PROCESSOR_LEVELS && rc == 0; i++) {
        ts_processor_level *l = &c->levels[i];
        if (l->capacity <= 0)
            continue;
        l->bytes = level_bytes(call, c, i, home, inner);
        rc = time_level(facts, user, c, l, p);
        p->bytes = l->bytes > 0 ? l->bytes : p->bytes;
        inner = l->capacity;
    }
    return rc;
}

int ts_processor_of(const ts_model_call *call, ts_facts *facts, const char *user, ts_prediction *p,
                    ts_processor *c)
{
    *c = (ts_processor){.allocates = c->allocates, .cores = cores_of(call, facts), .one_core_memory = NAN};
    for (size_t i = 0; i < TS_PROCESSOR_LEVELS; i++) {
        c->levels[i].attribute = names[i].attribute;
        c->levels[i].name = names[i].name;
        find_capacity(facts, &c->levels[i], c->cores);
    }
    int rc = ts_machine_peak(facts, call, user, p, &c->type, &c->peak);
    if (rc < 0)
        return rc;
    p->peak = c->peak * c->cores;
    c->compute_seconds = p->compute_seconds = call->work->flops / p->peak;
    ts_facts_step(facts, "compute", c->compute_seconds, "s", "Williams et al., CACM 52(4) 2009",
                  "%g operations / (%d * %g per second)", call->work->flops, c->cores, c->peak);
    ts_prediction_note_zeros(call, facts, p);
    return find_traffic(call, facts, user, p, c);
}
