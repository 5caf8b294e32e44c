/* GPUs: products in tiles and waves (gpu.h), everything else as streams; then the roofline of L2 and memory,
 * and the launch. */
#include "model/gpu.h"
#include "model/machine.h"
#include "model/models.h"

#include <math.h>
#include <stdio.h>

static const char source[] = "Volkov, 2016; NVIDIA, Matrix multiplication background; CUDA C++ Programming "
                             "Guide; Williams et al., 2009";
static const char user[] = "the GPU model";
/* Products with fewer rows or columns are read like a stream by kernels of their own. */
enum { THIN = 8 };

static int read_limits(ts_facts *facts, ts_gpu *g)
{
    const struct {
        const char *name;
        double *to;
    } items[] = {
        {"gpu.sms", &g->sms},
        {"gpu.warp", &g->warp},
        {"gpu.warps", &g->warps},
        {"gpu.blocks", &g->blocks},
        {"gpu.registers", &g->registers},
        {"gpu.thread_registers", &g->thread_registers},
        {"gpu.register_unit", &g->register_unit},
        {"gpu.shared", &g->shared},
        {"gpu.block_shared", &g->block_shared},
    };
    int rc = 0;
    for (size_t i = 0; i < sizeof items / sizeof *items && rc == 0; i++)
        rc = ts_facts_need(facts, items[i].name, user, items[i].to);
    g->cluster = ts_facts_or(facts, "gpu.cluster", 1, "blocks fetch their operands each for itself");
    g->latency_s = ts_facts_or(facts, "memory.latency", 0, "latency is taken to be hidden");
    g->shared_bytes_per_second =
        ts_facts_or(facts, "l1d.bandwidth", NAN, "shared memory is taken to be fast enough");
    g->l2_bytes_per_second = ts_facts_or(facts, "l2.bandwidth", NAN, "L2 is taken to be fast enough");
    return rc;
}

/* What a call comes to on the chip, before memory and launch. */
typedef struct on_chip {
    double compute_s, shared_s, l2_s, latency_s, l2_bytes, memory_bytes;
} on_chip;

static void add_product(const ts_gpu *g, const ts_product_sizes *p, double element, ts_facts *facts,
                        on_chip *c)
{
    ts_gpu_product o = ts_gpu_best(g, p, element);
    c->compute_s += o.compute_s;
    c->shared_s += o.shared_s;
    c->l2_s += o.l2_s;
    c->latency_s += o.latency_s;
    c->l2_bytes += o.l2_bytes;
    c->memory_bytes += o.memory_bytes;
    ts_facts_step(
        facts, "product", o.seconds, "s", source,
        "%lld x %lld x %lld (%g times) in tiles of %d x %d, k in %d: %g blocks, %g at a time on each of "
        "%g multiprocessors, %g waves; compute %g s, shared memory %g s, L2 %g s, latency %g s",
        (long long)p->m, (long long)p->n, (long long)p->k, p->count, o.tile.m, o.tile.n, o.split, o.blocks,
        o.resident, g->sms, o.waves, o.compute_s, o.shared_s, o.l2_s, o.latency_s);
}

static bool is_thin(const ts_work *w)
{
    bool thin = true;
    for (size_t i = 0; i < w->product_count; i++)
        thin = thin && (w->products[i].m <= THIN || w->products[i].n <= THIN);
    return thin;
}

static void stream(const ts_model_call *call, const ts_gpu *g, double bytes, ts_facts *facts, on_chip *c)
{
    c->compute_s = call->work->flops / g->peak;
    c->l2_bytes = c->memory_bytes = bytes;
    c->l2_s = isnan(g->l2_bytes_per_second) ? 0 : bytes / g->l2_bytes_per_second;
    c->latency_s = ts_gpu_latency_seconds(g, bytes);
    ts_facts_step(facts, "stream", fmax(c->compute_s, fmax(c->l2_s, c->latency_s)), "s", source,
                  "%g operations / %g per second, %g B through L2 in %g s, latency %g s", call->work->flops,
                  g->peak, bytes, c->l2_s, c->latency_s);
}

static on_chip find_on_chip(const ts_model_call *call, const ts_gpu *g, const ts_machine_type *type,
                            ts_facts *facts)
{
    on_chip c = {0};
    const ts_work *w = call->work;
    double bytes = ts_machine_bytes(call, type, w->bytes), element = fmin(type->bytes, w->element_bytes);
    if (is_thin(w)) {
        stream(call, g, bytes, facts, &c);
        return c;
    }
    for (size_t i = 0; i < w->product_count; i++)
        add_product(g, &w->products[i], element, facts, &c);
    /* Fused products don't write what is between them; tiles of one needn't read more than L2 does. */
    c.memory_bytes = w->product_count > 1 ? bytes : fmax(bytes, fmin(c.memory_bytes, c.l2_bytes));
    return c;
}

/* Operands that L2 holds stay there from call to call, but for the weights of a network that don't. */
static double memory_bytes(const ts_model_call *call, const ts_machine_type *type, double l2,
                           const on_chip *c)
{
    const ts_work *w = call->work;
    if (ts_machine_bytes(call, type, w->footprint) > l2)
        return c->memory_bytes;
    bool cold = call->in_network && ts_machine_bytes(call, type, call->network_bytes) > l2;
    return cold ? ts_machine_bytes(call, type, w->constant_bytes) : 0;
}

static int bind(const ts_model_call *call, ts_facts *facts, const ts_machine_type *type, const on_chip *c,
                ts_prediction *out)
{
    char peak[24];
    double bandwidth, energy = ts_facts_peek(facts, "memory.energy");
    double l2 = ts_facts_or(facts, "l2.size", 0, "no L2");
    double bytes = memory_bytes(call, type, l2, c);
    int rc = ts_facts_need(facts, "memory.bandwidth", user, &bandwidth);
    if (rc < 0)
        return rc;
    snprintf(peak, sizeof peak, "peak.%s", type->name);
    ts_prediction_bind(out, c->compute_s, peak);
    ts_prediction_bind(out, c->shared_s, "l1d.bandwidth");
    ts_prediction_add(out, "L2", c->l2_bytes, c->l2_s > 0 ? c->l2_s : NAN, NAN);
    ts_prediction_bind(out, c->l2_s, "l2.bandwidth");
    ts_prediction_bind(out, c->latency_s, "memory.latency");
    if (bytes > 0) {
        ts_prediction_add(out, "memory", bytes, bytes / bandwidth, bytes * energy);
        ts_prediction_bind(out, bytes / bandwidth, "memory.bandwidth");
        ts_facts_step(facts, "memory", bytes / bandwidth, "s", "Williams et al., CACM 52(4) 2009",
                      "%g B / %g B/s", bytes, bandwidth);
        out->bytes = bytes;
    }
    return 0;
}

/* Of a type that has a rate for two zeros in four: NVIDIA, A100 white paper, "fine-grained structured
 * sparsity". Other zeros are multiplied. */
static int use_zeros(const ts_model_call *call, ts_facts *facts, const ts_machine_type *type, ts_gpu *g,
                     ts_prediction *out)
{
    char name[24];
    snprintf(name, sizeof name, "sparse.%s", type->name);
    bool pays = call->sparsity >= 0.5 && call->work->product_flops > 0;
    if (!pays || isnan(ts_facts_peek(facts, name))) {
        ts_prediction_note_zeros(call, facts, out);
        return 0;
    }
    ts_prediction_note(out, "as fast as this only if two of each four weights in a row are zero");
    return ts_facts_need(facts, name, user, &g->peak);
}

static int predict(const ts_model_call *call, ts_facts *facts, ts_prediction *out)
{
    ts_gpu g;
    ts_machine_type type = {0};
    int rc = ts_machine_peak(facts, call, user, out, &type, &g.peak);
    if (rc == 0)
        rc = read_limits(facts, &g);
    if (rc == 0)
        rc = use_zeros(call, facts, &type, &g, out);
    if (rc < 0)
        return rc;
    out->peak = g.peak;
    on_chip c = find_on_chip(call, &g, &type, facts);
    out->compute_seconds = c.compute_s;
    rc = bind(call, facts, &type, &c, out);
    if (rc < 0)
        return rc;
    /* A stream's latency is in it; of tiles the first must arrive. */
    double work = out->seconds + (is_thin(call->work) ? 0 : g.latency_s);
    double launch = ts_facts_or(facts, "gpu.launch", 0, "kernels start at once");
    if (launch > work)
        snprintf(out->bound, sizeof out->bound, "gpu.launch");
    out->seconds = work + launch;
    ts_facts_step(facts, "time", out->seconds, "s", source,
                  "launch %g s + first latency and the longest of the above, %g s", launch, work);
    ts_machine_energy(facts, out);
    return 0;
}

const ts_model ts_model_gpu = {
    .name = "gpu",
    .summary = "tiles in waves at their occupancy, L2, memory, latency and launch",
    .kind = "gpu",
    .source = source,
    .rank = 10,
    .predict = predict,
};
