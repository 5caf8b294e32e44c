/* Photonic tensor cores: the formulas and their sources stand in photonic.h. */
#include "model/accelerator.h"
#include "model/models.h"
#include "model/photonic.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char source[] = "Zhu et al., HPCA 2024; SimPhony, DAC 2025";
static const char user[] = "the photonic model";

/* A number by the name of the attribute that holds it. */
typedef struct wanted {
    const char *name;
    double *to;
} wanted;

static int read_all(ts_facts *facts, const wanted *items, size_t count)
{
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = ts_facts_need(facts, items[i].name, user, items[i].to);
    return rc;
}

typedef struct core {
    double tiles, cores, rows, columns, wavelengths, bits, clock_hz;
} core;

static int read_core(ts_facts *facts, core *c)
{
    const wanted items[] = {
        {"photonic.tiles", &c->tiles}, {"photonic.cores", &c->cores},
        {"photonic.rows", &c->rows},   {"photonic.columns", &c->columns},
        {"photonic.bits", &c->bits},   {"photonic.wavelengths", &c->wavelengths},
        {"clock.core", &c->clock_hz},
    };
    return read_all(facts, items, sizeof items / sizeof *items);
}

static bool has_bits(void *context, const char *type)
{
    const core *c = context;
    return ts_type_bytes(type) * 8 <= c->bits && type[0] == 'i';
}

static double count_cycles(const core *c, const ts_work *work, ts_facts *facts)
{
    ts_photonic_array array = {.tiles = (int64_t)c->tiles,
                               .cores = (int64_t)c->cores,
                               .height = (int64_t)c->rows,
                               .width = (int64_t)c->columns,
                               .wavelengths = (int64_t)c->wavelengths,
                               .clock_hz = c->clock_hz};
    double cycles = 0;
    for (size_t i = 0; i < work->product_count; i++) {
        const ts_product_sizes *p = &work->products[i];
        ts_photonic_product product = {p->m, p->k, p->n};
        double one = (double)ts_photonic_cycles(&array, &product);
        cycles += p->count * one;
        ts_facts_step(facts, "cycles", p->count * one, "cycles", source,
                      "%g * ceil(%lld/(%g*%g)) ceil(%lld/%g) ceil(%lld/(%g*%g))", p->count, (long long)p->m,
                      c->tiles, c->rows, (long long)p->k, c->wavelengths, (long long)p->n, c->cores,
                      c->columns);
    }
    return cycles;
}

/* Conversions of results: sums are kept in charge while the inner dimension passes (Zhu et al., section 4).
 */
static double results(const ts_work *work)
{
    double count = 0;
    for (size_t i = 0; i < work->product_count; i++)
        count += work->products[i].count * (double)work->products[i].m * (double)work->products[i].n;
    return count;
}

/* Devices whose power or energy the target states. */
typedef struct devices {
    double loss, sensitivity, efficiency, extinction, modulator_j;
    double dac_w, dac_bits, dac_hz, adc_w, adc_bits, adc_hz, detector_w, amplifier_w;
} devices;

static int read_devices(ts_facts *facts, devices *d)
{
    const wanted items[] = {
        {"photonic.loss", &d->loss},
        {"photonic.sensitivity", &d->sensitivity},
        {"photonic.laser_efficiency", &d->efficiency},
        {"photonic.extinction", &d->extinction},
        {"photonic.modulator_energy", &d->modulator_j},
        {"photonic.dac_power", &d->dac_w},
        {"photonic.dac_bits", &d->dac_bits},
        {"photonic.dac_rate", &d->dac_hz},
        {"photonic.adc_power", &d->adc_w},
        {"photonic.adc_bits", &d->adc_bits},
        {"photonic.adc_rate", &d->adc_hz},
        {"photonic.detector_power", &d->detector_w},
        {"photonic.amplifier_power", &d->amplifier_w},
    };
    return read_all(facts, items, sizeof items / sizeof *items);
}

/* Of light and electronics that run all the time. */
static double static_watts(const core *c, const devices *d, ts_facts *facts)
{
    double detectors = c->tiles * c->cores * c->rows * c->columns;
    ts_photonic_link link = {d->loss, d->sensitivity, detectors, d->efficiency, d->extinction, (int)c->bits};
    double laser = ts_photonic_laser_mw(&link) / 1e3;
    double electronics = detectors * (d->detector_w + d->amplifier_w);
    ts_facts_step(facts, "laser", laser, "W", source,
                  "10^((%g dB %+g dBm + 10 log10 %g)/10) mW / %g * 2^%g / (1 - 10^(-%g/10))", d->loss,
                  d->sensitivity, detectors, d->efficiency, c->bits, d->extinction);
    ts_facts_step(facts, "detectors", electronics, "W", source, "%g * (%g + %g W)", detectors, d->detector_w,
                  d->amplifier_w);
    return laser + electronics;
}

static double conversion_joules(const core *c, const devices *d, double cycles, const ts_work *work,
                                ts_facts *facts)
{
    /* Both operands are modulated anew in each cycle: a row and a column of each core. */
    double modulators = c->tiles * c->cores * (c->rows + c->columns) * c->wavelengths;
    int bits = (int)c->bits;
    double dac =
        ts_photonic_dac_watts(d->dac_w, (int)d->dac_bits, d->dac_hz, bits, c->clock_hz) / c->clock_hz;
    double adc =
        ts_photonic_adc_watts(d->adc_w, (int)d->adc_bits, d->adc_hz, bits, c->clock_hz) / c->clock_hz;
    double in = modulators * cycles * (dac + d->modulator_j), out = results(work) * adc;
    ts_facts_step(facts, "modulation", in, "J", source, "%g modulators * %g cycles * (%g + %g J)", modulators,
                  cycles, dac, d->modulator_j);
    ts_facts_step(facts, "results", out, "J", source, "%g conversions * %g J", results(work), adc);
    return in + out;
}

static void find_energy(const core *c, double cycles, const ts_work *work, ts_facts *facts, ts_prediction *p)
{
    devices d;
    double memory = 0;
    if (read_devices(facts, &d) < 0) {
        snprintf(p->no_energy, sizeof p->no_energy, "%.159s", ts_error());
        return;
    }
    for (size_t i = 0; i < p->level_count; i++)
        memory += p->levels[i].joules;
    if (isnan(memory)) {
        snprintf(p->no_energy, sizeof p->no_energy,
                 "target %.60s doesn't state memory.energy, which the energy of moving operands needs",
                 ts_facts_target(facts)->name);
        return;
    }
    double light = static_watts(c, &d, facts);
    p->joules = light * p->seconds + conversion_joules(c, &d, cycles, work, facts) + memory;
    ts_facts_step(facts, "energy", p->joules, "J", source, "%g W * %g s + conversions + memory %g J", light,
                  p->seconds, memory);
}

static int predict(const ts_model_call *call, ts_facts *facts, ts_prediction *out)
{
    core c;
    ts_machine_type type = {0};
    if (call->work->product_flops <= 0)
        return ts_accelerator_other(call, facts, out);
    int rc = read_core(facts, &c);
    if (rc == 0)
        rc = ts_machine_choose(facts, call, has_bits, &c, out, &type);
    if (rc < 0)
        return rc;
    double cycles = count_cycles(&c, call->work, facts);
    out->peak = 2 * c.tiles * c.cores * c.rows * c.columns * c.wavelengths * c.clock_hz;
    /* Where operands are not modulated as they come, each tile waits for the array to be set anew. */
    double reprogram =
        ts_facts_or(facts, "photonic.reprogram", 0, "both operands are modulated: nothing to set");
    out->compute_seconds = cycles * (1 / c.clock_hz + reprogram);
    ts_prediction_note_zeros(call, facts, out);
    ts_prediction_bind(out, out->compute_seconds,
                       reprogram * c.clock_hz > 1 ? "photonic.reprogram" : "clock.core");
    rc = ts_accelerator_move(call, facts, &type, ts_machine_bytes(call, &type, call->work->constant_bytes),
                             false, out);
    if (rc < 0)
        return rc;
    ts_facts_step(facts, "time", out->seconds, "s", source, "max(%g cycles / %g Hz, memory)", cycles,
                  c.clock_hz);
    find_energy(&c, cycles, call->work, facts, out);
    return 0;
}

const ts_model ts_model_photonic = {
    .name = "photonic",
    .summary = "photonic tensor cores with lasers, converters and modulators",
    .kind = "photonic",
    .source = source,
    .rank = 10,
    .predict = predict,
};
