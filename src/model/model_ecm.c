/*
 * The execution-cache-memory model of a processor: transfers through the hierarchy of a core follow each
 * other, and only computing overlaps with them; the memory interface saturates as cores are added.
 * Stengel, Treibig, Hager, Wellein, ICS 2015; Hofmann et al., SFI 7(2) 2020.
 */
#include "model/ecm.h"
#include "model/models.h"
#include "model/processor.h"

#include <math.h>
#include <stdio.h>

static const char source[] = "Stengel et al., ICS 2015; Hofmann et al., SFI 7(2) 2020";

/* Times nearer than this are one time. */
static const double ALIKE = 0.98;

static const ts_processor_level *longest(const ts_processor *c)
{
    const ts_processor_level *found = &c->levels[0];
    for (size_t i = 1; i < TS_PROCESSOR_LEVELS; i++)
        if (c->levels[i].seconds > found->seconds)
            found = &c->levels[i];
    return found;
}

/* Seconds of what comes from one level: of a path all that crosses it; where the bandwidth is that of loads
 * from there into registers, only what comes from no further out. */
static double level_seconds(const ts_processor *c, size_t level)
{
    const ts_processor_level *l = &c->levels[level];
    double further = 0;
    for (size_t i = level + 1; i < TS_PROCESSOR_LEVELS && further <= 0; i++)
        further = c->levels[i].seconds > 0 ? c->levels[i].bytes : 0;
    return l->bytes > 0 && l->from_registers ? l->seconds * fmax(0, 1 - further / l->bytes) : l->seconds;
}

/*
 * Seconds of all transfers. Where the target states what one core gets from memory, that is what saturates;
 * else u(n) says how much of the interface n cores use (Hofmann et al., 2020).
 */
static double transfers(const ts_processor *c, ts_facts *facts)
{
    const ts_processor_level *memory = &c->levels[TS_PROCESSOR_LEVELS - 1];
    double caches = 0;
    for (size_t i = 0; i + 1 < TS_PROCESSOR_LEVELS; i++)
        caches += level_seconds(c, i);
    if (memory->seconds <= 0 || c->cores == 1 || !isnan(c->one_core_memory))
        return caches + memory->seconds;
    double one = fmax(c->compute_seconds * c->cores, caches * c->cores + memory->seconds);
    double used = ts_ecm_memory_utilization(c->cores, memory->seconds, one);
    ts_facts_step(facts, "u(n)", used, "1", "Hofmann et al., SFI 7(2) 2020",
                  "memory utilisation of %d cores that take %g s each alone, %g s of it memory's", c->cores,
                  one, memory->seconds);
    return memory->seconds / used;
}

static int predict(const ts_model_call *call, ts_facts *facts, ts_prediction *out)
{
    ts_processor c = {.allocates = true};
    char peak[24];
    int rc = ts_processor_of(call, facts, "the ECM model", out, &c);
    if (rc < 0)
        return rc;
    double moving = transfers(&c, facts);
    snprintf(peak, sizeof peak, "peak.%s", c.type.name);
    ts_prediction_bind(out, c.compute_seconds, peak);
    /* Where both take the same time, cores that hinder each other a little don't make it a transfer's. */
    bool computes = c.compute_seconds >= ALIKE * moving;
    ts_prediction_bind(out, moving, computes ? peak : longest(&c)->bound);
    ts_facts_step(facts, "time", out->seconds, "s", source,
                  "max(compute %g s, transfers one after another %g s)", c.compute_seconds, moving);
    ts_machine_energy(facts, out);
    return 0;
}

const ts_model ts_model_ecm = {
    .name = "ecm",
    .summary = "compute against the sum of transfers, with the memory saturating over cores",
    .kind = "cpu",
    .source = source,
    .rank = 10,
    .predict = predict,
};
