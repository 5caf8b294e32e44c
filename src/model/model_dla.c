/* NVDLA's kind: see dla.h, where the sources stand. Products are convolutions with windows of one pixel. */
#include "model/accelerator.h"
#include "model/dla.h"
#include "model/models.h"

#include <math.h>

static const char source[] = "NVDLA hardware manual, convolution pipeline";
static const char user[] = "the DLA model";

static int read_machine(ts_facts *facts, ts_dla *d)
{
    double c = 0, k = 0;
    int rc = ts_facts_need(facts, "dla.atomic_c", user, &c);
    if (rc == 0)
        rc = ts_facts_need(facts, "dla.atomic_k", user, &k);
    if (rc == 0)
        rc = ts_facts_need(facts, "buffer.convolution.size", user, &d->buffer_bytes);
    if (rc == 0)
        rc = ts_facts_need(facts, "clock.core", user, &d->clock_hz);
    if (rc == 0)
        rc = ts_facts_need(facts, "memory.bandwidth", user, &d->memory_bytes_per_second);
    d->input_atoms = (int64_t)fmax(1, round(c));
    d->kernel_atoms = (int64_t)fmax(1, round(k));
    return rc;
}

static ts_dla_layer layer_of(const ts_product_sizes *p, double element_bytes)
{
    ts_dla_layer l = {
        .width = 1, .height = p->m, .channels = p->k, .kernels = p->n, .window = 1, .stride = 1};
    if (p->is_convolution)
        l = (ts_dla_layer){.width = p->width,
                           .height = p->height * p->images,
                           .channels = p->channels,
                           .kernels = p->filters,
                           .window = p->rows > p->columns ? p->rows : p->columns,
                           .stride = p->stride,
                           .is_image = p->channels <= 4};
    l.element_bytes = element_bytes;
    return l;
}

static int predict(const ts_model_call *call, ts_facts *facts, ts_prediction *out)
{
    ts_dla d = {0};
    ts_machine_type type = {0};
    double peak, bytes = 0, compute = 0, seconds = 0;
    if (call->work->product_flops <= 0)
        return ts_accelerator_other(call, facts, out);
    int rc = read_machine(facts, &d);
    if (rc == 0)
        rc = ts_machine_peak(facts, call, user, out, &type, &peak);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < call->work->product_count; i++) {
        const ts_product_sizes *p = &call->work->products[i];
        ts_dla_layer l = layer_of(p, type.bytes);
        double cycles = ts_dla_compute_cycles(&d, &l), moved = ts_dla_traffic_bytes(&d, &l);
        compute += p->count * cycles / d.clock_hz;
        bytes += p->count * moved;
        seconds += p->count * ts_dla_layer_seconds(&d, &l);
        ts_facts_step(facts, "layer", p->count * ts_dla_layer_seconds(&d, &l), "s", source,
                      "%g times %lld x %lld pixels, %lld channels, %lld kernels of %lld^2: %g cycles, %g B",
                      p->count, (long long)l.width, (long long)l.height, (long long)l.channels,
                      (long long)l.kernels, (long long)l.window, cycles, moved);
    }
    double moving = bytes / d.memory_bytes_per_second;
    out->peak = 2 * (double)(d.input_atoms * d.kernel_atoms) * d.clock_hz;
    out->compute_seconds = compute;
    out->bytes = bytes;
    ts_prediction_add(out, "memory", bytes, moving, bytes * ts_facts_peek(facts, "memory.energy"));
    ts_prediction_note_zeros(call, facts, out);
    ts_prediction_bind(out, seconds, compute >= moving ? "clock.core" : "memory.bandwidth");
    ts_machine_energy(facts, out);
    return 0;
}

const ts_model ts_model_dla = {
    .name = "dla",
    .summary = "convolution engine with one memory port",
    .kind = "dla",
    .source = source,
    .rank = 10,
    .predict = predict,
};
