/* What only a measurement tells about the arithmetic: clock, peaks, FMA latency and throughput. */
#include "core/detect_parts.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>

/* Clocks and peaks are the 90th percentile of the chunks, see ts_detect_peak(). */
#define HIGH_RULE "90th percentile of %zu chunks (a disturbance only slows a chunk down), lo: 10th"

typedef struct ts_peak {
    ts_fma_kernel kernel;
    ts_spread rate; /* flop/s */
} ts_peak;

static void measure_peak(ts_detector *d, const char *type, double seconds, ts_peak *peak)
{
    ts_fma_kernel kernels[TS_FMA_KERNELS];
    ts_chunks chunks;
    char name[32];
    if (ts_fma_kernels(type, kernels) == 0) {
        return;
    }
    peak->kernel = kernels[0];
    ts_probe_run((ts_work){kernels[0].run, NULL}, 60e-6, seconds, &chunks);
    for (size_t i = 0; i < chunks.count; i++) {
        chunks.each[i] = kernels[0].flops / chunks.each[i];
    }
    peak->rate = ts_probe_spread(chunks.each, chunks.count);
    snprintf(name, sizeof name, "peak.%s", type);
    const char *unit = type[0] == 'i' || type[0] == 'u' ? "op/s" : "flop/s"; /* integers */
    ts_detect_put(d, name, ts_real(peak->rate.hi), unit, peak->rate.lo, peak->rate.hi,
                  "measured: %s; " HIGH_RULE, kernels[0].name, peak->rate.count);
}

/* In cycles of the clock measured a moment before; the shortest times belong to the undisturbed clock. */
static void measure_fma(ts_detector *d, const ts_peak *peak, const ts_spread *clock, double seconds)
{
    ts_chunks chunks;
    const ts_fma_kernel *kernel = &peak->kernel;
    if (kernel->chain) {
        ts_probe_run((ts_work){kernel->chain, NULL}, 60e-6, seconds, &chunks);
        for (size_t i = 0; i < chunks.count; i++) {
            chunks.each[i] *= clock->hi / kernel->chain_length;
        }
        ts_spread cycles = ts_probe_spread(chunks.each, chunks.count);
        ts_detect_put(d, "fma.latency", ts_real(cycles.lo), "cycles", cycles.lo, cycles.hi,
                      "measured: chain of dependent multiply-adds; 10th percentile of %zu chunks",
                      cycles.count);
    }
    double per_flop = kernel->instructions / kernel->flops / clock->hi;
    ts_detect_put(d, "fma.throughput", ts_real(peak->rate.hi * per_flop), "1/cycle", peak->rate.lo * per_flop,
                  peak->rate.hi * per_flop, "measured: instructions of peak.f32 per cycle of clock.core");
}

static void measure_arithmetic(ts_detector *d)
{
    const char *how;
    ts_peak f32 = {.rate.hi = NAN}, f64 = {.rate.hi = NAN}, bf16, i8, u8;
    ts_detect_report(d, "core clock", 0.02);
    ts_spread clock = ts_probe_clock(0.06, &how);
    if (clock.count > 0) {
        ts_detect_put(d, "clock.core", ts_real(clock.hi), "Hz", clock.lo, clock.hi,
                      "measured: %s; " HIGH_RULE, how, clock.count);
    }
    ts_detect_report(d, "peak f32", 0.05);
    measure_peak(d, "f32", 0.12, &f32);
    ts_detect_report(d, "peak f64", 0.13);
    measure_peak(d, "f64", 0.12, &f64);
    measure_peak(d, "bf16", 0.04, &bf16);
    measure_peak(d, "i8", 0.04, &i8);
    measure_peak(d, "u8", 0.04, &u8);
    if (clock.count > 0 && f32.rate.count > 0) {
        ts_detect_report(d, "FMA latency", 0.2);
        measure_fma(d, &f32, &clock, 0.04);
    }
}

void ts_detect_measure(ts_detector *d)
{
    cpu_set_t before, one;
    int last = -1;
    bool known = sched_getaffinity(0, sizeof before, &before) == 0;
    for (int cpu = 0; known && cpu < CPU_SETSIZE; cpu++) {
        last = CPU_ISSET(cpu, &before) ? cpu : last;
    }
    if (last >= 0) {
        CPU_ZERO(&one);
        CPU_SET(last, &one);
        sched_setaffinity(0, sizeof one, &one);
    }
    measure_arithmetic(d);
    ts_detect_memory(d);
    if (last >= 0) {
        sched_setaffinity(0, sizeof before, &before);
    }
}
