/* See accelerator.h. */
#include "model/accelerator.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char roofline_source[] = "Williams et al., CACM 52(4) 2009";

static int refuse(const ts_model_call *call, ts_facts *facts)
{
    return ts_fail(TS_EINPUT,
                   "%s multiplies matrices and %s has no matrix product; its description states no unit that "
                   "could do it: predict it on a processor or GPU, or as part of a workload",
                   ts_facts_target(facts)->name, call->problem->kernel->name);
}

int ts_accelerator_other(const ts_model_call *call, ts_facts *facts, ts_prediction *p)
{
    bool host = !isnan(ts_facts_peek(facts, "link.host.bandwidth"));
    const char *name = host ? "link.host.bandwidth" : "memory.bandwidth";
    double bandwidth, bytes = call->work->bytes;
    if (!call->in_network)
        return refuse(call, facts);
    int rc = ts_facts_need(facts, name, "moving the operands of what the array can't do", &bandwidth);
    if (rc < 0)
        return rc;
    snprintf(p->as_type, sizeof p->as_type, "%.7s", call->work->type);
    p->peak = NAN;
    double energy = host ? NAN : ts_facts_peek(facts, "memory.energy");
    ts_prediction_add(p, host ? "host link" : "memory", bytes, bytes / bandwidth, bytes * energy);
    ts_prediction_bind(p, bytes / bandwidth, name);
    ts_prediction_note(p,
                       host ? "done by the host: the time is that of moving the operands"
                            : "done by units that nobody describes: the time is that of moving the operands");
    ts_facts_step(facts, "time", p->seconds, "s", roofline_source,
                  "%g B / %g B/s: %s is no matrix product; assumed: computed as fast as its operands move",
                  bytes, bandwidth, call->problem->kernel->name);
    ts_machine_energy(facts, p);
    if (isnan(p->joules) && !isnan(energy)) {
        p->joules = bytes * energy;
        p->no_energy[0] = '\0';
        ts_facts_step(facts, "energy", p->joules, "J", roofline_source, "%g B * %g J/B, moving alone", bytes,
                      energy);
    }
    return 0;
}

double ts_accelerator_activations(const ts_model_call *call, const ts_machine_type *type)
{
    return ts_machine_bytes(call, type, fmax(0, call->work->bytes - call->work->constant_bytes));
}

/* Memories between the array and what lies outside the chip. */
static double buffers(ts_facts *facts)
{
    static const char *const names[] = {"buffer.unified.size", "buffer.common.size", "buffer.global.size",
                                        "buffer.convolution.size"};
    double bytes = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!isnan(ts_facts_peek(facts, names[i])))
            bytes += ts_facts_or(facts, names[i], 0, "activations that stay on the chip");
    return bytes;
}

static int move_over(ts_facts *facts, const char *attribute, const char *name, double bytes, ts_prediction *p)
{
    double bandwidth;
    if (bytes <= 0)
        return 0;
    int rc = ts_facts_need(facts, attribute, "moving operands onto the chip", &bandwidth);
    if (rc < 0)
        return rc;
    double energy = strcmp(name, "memory") == 0 ? ts_facts_peek(facts, "memory.energy") : NAN;
    ts_prediction_add(p, name, bytes, bytes / bandwidth, bytes * energy);
    ts_prediction_bind(p, bytes / bandwidth, attribute);
    ts_facts_step(facts, name, bytes / bandwidth, "s", roofline_source, "%g B / %g B/s", bytes, bandwidth);
    return 0;
}

int ts_accelerator_move(const ts_model_call *call, ts_facts *facts, const ts_machine_type *type,
                        double memory_bytes, bool optional, ts_prediction *p)
{
    double activations = ts_accelerator_activations(call, type), room = buffers(facts);
    bool host = !isnan(ts_facts_peek(facts, "link.host.bandwidth"));
    bool stay = activations <= room;
    ts_facts_step(facts, "activations", activations, "B", "", "%g B %s the %g B on the chip", activations,
                  stay ? "stay in" : "are more than", room);
    double through_memory = memory_bytes + (stay || host ? 0 : activations);
    p->bytes = through_memory + (host && !stay ? activations : 0);
    if (optional && isnan(ts_facts_peek(facts, "memory.bandwidth"))) {
        ts_facts_or(facts, "memory.bandwidth", NAN, "memory is taken to be fast enough");
        ts_prediction_add(p, "memory", through_memory, NAN, NAN);
        return 0;
    }
    int rc = move_over(facts, "memory.bandwidth", "memory", through_memory, p);
    if (rc == 0 && host && !stay)
        rc = move_over(facts, "link.host.bandwidth", "host link", activations, p);
    return rc;
}
