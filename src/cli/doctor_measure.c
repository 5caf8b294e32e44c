/* Doctor's measurements: clock, counters, what a busy neighbour costs, and the noise floor by timing one
 * kernel against itself. */
#include "cli/doctor.h"
#include "core/detect.h"
#include "core/probe.h"
#include "measure/counters.h"
#include "measure/papi_events.h"
#include "measure/stats.h"
#include "measure/timer.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void ts_doctor_timer(ts_diagnosis *d)
{
    double step, cost;
    ts_timer_resolution(&step, &cost);
    ts_finding *f = ts_finding_add(d, "timer",
                                   step > 1000                ? TS_FINDING_BAD
                                   : step > 200 || cost > 500 ? TS_FINDING_WARN
                                                              : TS_FINDING_OK);
    snprintf(f->seen, sizeof f->seen, "step %.0f ns, a reading costs %.0f ns", step, cost);
    if (f->state != TS_FINDING_OK) {
        snprintf(f->next, sizeof f->next,
                 "see /sys/devices/system/clocksource/clocksource0/current_clocksource: tsc or "
                 "arch_sys_counter is best");
    }
}

/* Names of the counters that count, by kind; the first reason among the hardware ones that don't. */
static void judge_counters(ts_diagnosis *d, const ts_counter *counters, size_t count)
{
    size_t hardware = 0, software = 0;
    bool energy = false;
    const char *reason = NULL;
    for (size_t i = 0; i < count; i++) {
        bool soft = strncmp(counters[i].name, "perf::", 6) == 0 ||
                    strncmp(counters[i].name, "getrusage::", 11) == 0 ||
                    strncmp(counters[i].name, "clock_gettime::", 15) == 0;
        energy = energy || (counters[i].available && strcmp(counters[i].unit, "uJ") == 0);
        software += soft && counters[i].available;
        hardware += !soft && counters[i].available && strcmp(counters[i].unit, "uJ") != 0;
        reason = !reason && !soft ? counters[i].reason : reason;
    }
    ts_finding *f = ts_finding_add(d, "counters", hardware ? TS_FINDING_OK : TS_FINDING_UNAVAILABLE);
    int used = snprintf(f->seen, sizeof f->seen, "%zu hardware, %zu software events count; energy %s",
                        hardware, software, energy ? "counts" : "unavailable");
    if (!hardware) {
        snprintf(f->seen + used, sizeof f->seen - (size_t)used, "; %s", reason ? reason : "no reason given");
        snprintf(
            f->next, sizeof f->next,
            "tuning by time works without; for counters use a bare machine or a guest with a virtual PMU");
    }
}

void ts_doctor_counters(ts_diagnosis *d)
{
    void *state = NULL;
    size_t count;
    const ts_counter_backend *backend = ts_counter_backend_find("papi");
    if (!backend || backend->open(&state) != TS_OK) {
        ts_finding *f = ts_finding_add(d, "PAPI", TS_FINDING_UNAVAILABLE);
        snprintf(f->seen, sizeof f->seen, "%s", ts_error());
        return;
    }
    ts_finding *f = ts_finding_add(d, "PAPI", TS_FINDING_OK);
    ts_papi_components(f->seen, sizeof f->seen);
    const ts_counter *counters = backend->read(state, &count);
    judge_counters(d, counters, count);
    backend->close(state);
}

/* A thread that computes on another CPU while `busy` is set. */
typedef struct neighbour {
    int cpu;
    atomic_bool busy, leave;
    ts_fma_kernel kernel;
} neighbour;

static void pause_for(double seconds)
{
    struct timespec pause = {.tv_nsec = (long)(seconds * 1e9)};
    nanosleep(&pause, NULL);
}

static void *be_a_neighbour(void *argument)
{
    neighbour *n = argument;
    ts_pin(n->cpu);
    while (!atomic_load(&n->leave)) {
        if (atomic_load(&n->busy)) {
            n->kernel.run(NULL, 1000);
        } else {
            pause_for(200e-6);
        }
    }
    return NULL;
}

static double peak_beside(neighbour *n, bool busy)
{
    atomic_store(&n->busy, busy);
    pause_for(1e-3);
    return ts_detect_peak("f32", 0.03);
}

static void judge_corunner(ts_diagnosis *d, double ratio, int other)
{
    ts_finding *f = ts_finding_add(d, "co-runner", ratio < 0.95 ? TS_FINDING_WARN : TS_FINDING_OK);
    snprintf(f->seen, sizeof f->seen,
             "with CPU %d computing too, the peak is %.1f %% of what it is alone: compiling can%s overlap "
             "measuring",
             other, 100 * ratio, ratio < 0.95 ? "not" : "");
    if (ratio < 0.95) {
        snprintf(f->next, sizeof f->next,
                 "the two CPUs share a core or its power: keep the other one idle while measuring");
    }
}

void ts_doctor_corunner(ts_diagnosis *d, int other)
{
    enum { ROUNDS = 5 };
    neighbour n = {.cpu = other};
    ts_fma_kernel kernels[TS_FMA_KERNELS];
    double ratios[ROUNDS];
    pthread_t thread;
    ts_fma_kernels("f32", kernels);
    n.kernel = kernels[0];
    if (other < 0 || pthread_create(&thread, NULL, be_a_neighbour, &n) != 0) {
        ts_finding *f = ts_finding_add(d, "co-runner", TS_FINDING_WARN);
        snprintf(f->seen, sizeof f->seen,
                 "only one CPU is allowed: compiling and measuring take turns on it");
        snprintf(f->next, sizeof f->next,
                 "allow a second CPU (taskset, container limits): tuning then tries more variants a second");
        return;
    }
    for (size_t i = 0; i < ROUNDS; i++) {
        double alone = peak_beside(&n, false);
        ratios[i] = peak_beside(&n, true) / alone;
    }
    atomic_store(&n.leave, true);
    pthread_join(thread, NULL);
    judge_corunner(d, ts_median(ratios, ROUNDS), other);
}
