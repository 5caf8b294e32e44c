/* The noise floor: one kernel timed against itself, interleaved, as tune times two variants. */
#include "cli/doctor.h"
#include "core/probe.h"
#include "measure/stats.h"
#include "measure/timer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUNDS         40
#define SAMPLE_SECONDS 1e-3
#define LEVEL          0.95

void ts_judge_noise(ts_diagnosis *d, const double *a, const double *b, size_t rounds, bool realtime)
{
    ts_interval ratio = ts_bootstrap_ratio(a, b, rounds, LEVEL, 2000, 1);
    double visible = fmax(fabs(ratio.lo - 1), fabs(ratio.hi - 1));
    double tail = ts_quantile(a, rounds, 0.95) / ts_median(a, rounds);
    ts_finding_state state = !(visible <= 0.05)             ? TS_FINDING_BAD
                             : visible > 0.02 || tail > 1.5 ? TS_FINDING_WARN
                                                            : TS_FINDING_OK;
    ts_finding *f = ts_finding_add(d, "noise floor", state);
    snprintf(f->seen, sizeof f->seen,
             "A/A ratio %.4f, 95 %% interval %.4f to %.4f over %zu rounds; p95 is %.2f x the median; "
             "differences from %.1f %% on can be "
             "told apart%s",
             ratio.mid, ratio.lo, ratio.hi, rounds, tail, 100 * visible,
             realtime ? " (real-time priority)" : "");
    if (state != TS_FINDING_OK) {
        snprintf(f->next, sizeof f->next, "%s; see the findings above, or give tune a larger --budget",
                 realtime ? "something else uses this core or its caches"
                          : "run as root for real-time priority");
    }
}

/* Arithmetic and second-level cache traffic in about equal parts, like the kernels that get tuned. */
typedef struct workload {
    ts_fma_kernel kernel;
    ts_load_kernel *load;
    unsigned char *bytes;
} workload;

#define WORKLOAD_BYTES ((size_t)256 << 10)

static void do_work(void *context)
{
    workload *w = context;
    w->kernel.run(NULL, 300);
    w->load(w->bytes, WORKLOAD_BYTES);
}

void ts_doctor_noise(ts_diagnosis *d)
{
    const char *name;
    double a[ROUNDS] = {0}, b[ROUNDS] = {0};
    ts_fma_kernel kernels[TS_FMA_KERNELS];
    ts_fma_kernels("f32", kernels);
    workload w = {kernels[0], ts_probe_load_kernel(&name), calloc(1, WORKLOAD_BYTES)};
    if (!w.bytes) {
        ts_finding *f = ts_finding_add(d, "noise floor", TS_FINDING_UNAVAILABLE);
        snprintf(f->seen, sizeof f->seen, "out of memory");
        return;
    }
    bool realtime = ts_realtime();
    uint64_t inner = ts_timer_calibrate(do_work, &w, SAMPLE_SECONDS);
    for (size_t i = 0; i < ROUNDS; i++) {
        double *first = i % 2 ? b : a,
               *second = i % 2 ? a : b; /* neither is always the one that goes first */
        first[i] = ts_timer_sample(do_work, &w, inner);
        second[i] = ts_timer_sample(do_work, &w, inner);
    }
    ts_judge_noise(d, a, b, ROUNDS, realtime);
    free(w.bytes);
}
