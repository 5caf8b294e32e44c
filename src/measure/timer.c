/*
 * Timing one function in this process. A sample is taken by the wall clock. If the kernel took the processor
 * away meanwhile (an involuntary context switch, and less CPU time than wall time), the sample says more
 * about the scheduler than about the function: it is taken again, and when that keeps happening, the thread's
 * CPU time is used, which doesn't run while others do. A function that waits of its own accord (a barrier, a
 * page from disk) makes voluntary switches: its waiting counts. A call on several threads waits for the last
 * of them: only the wall clock knows how long that took, and a switch of any thread spoils the sample.
 */
#include "measure/timer.h"
#include "measure/stats.h"
#include "tilesmith_plugin.h"
#include "util/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define DEFAULT_SAMPLE_SECONDS 200e-6
#define DEFAULT_BUDGET_SECONDS 20e-3
#define DEFAULT_MIN_SAMPLES    5
#define DEFAULT_MAX_SAMPLES    25
#define RETRIES_PER_SAMPLE     3

static uint64_t thread_cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Times the kernel took this thread, or any thread of the process, off its CPU against its will. */
static long preemptions(int threads)
{
#if defined(RUSAGE_THREAD)
    struct rusage usage;
    return getrusage(threads > 1 ? RUSAGE_SELF : RUSAGE_THREAD, &usage) == 0 ? usage.ru_nivcsw : 0;
#else
    (void)threads;
    return 0;
#endif
}

typedef struct reading {
    double wall, cpu; /* seconds */
    bool preempted;
} reading;

static reading read_once(void (*call)(void *), void *context, uint64_t inner, int threads)
{
    long switches = preemptions(threads);
    uint64_t cpu = thread_cpu_ns(), wall = ts_now_ns();
    for (uint64_t i = 0; i < inner; i++) {
        call(context);
    }
    reading r = {.wall = 1e-9 * (double)(ts_now_ns() - wall)};
    r.cpu = 1e-9 * (double)(thread_cpu_ns() - cpu);
    /* 2 us: what the two clock readings and a timer interrupt may differ by */
    bool waited = threads > 1 || r.wall - r.cpu > 0.01 * r.wall + 2e-6;
    r.preempted = waited && preemptions(threads) != switches;
    return r;
}

/* `retries` are the further readings that may be spent; counted down. */
static double sample_within(void (*call)(void *), void *context, uint64_t inner, const ts_timing_plan *plan,
                            size_t *retries)
{
    for (;;) {
        if (plan->cold) {
            ts_timer_evict();
        }
        reading r = read_once(call, context, inner, plan->threads);
        if (!r.preempted || *retries == 0) {
            return (r.preempted && plan->threads <= 1 ? r.cpu : r.wall) / (double)inner;
        }
        --*retries;
    }
}

double ts_timer_sample(void (*call)(void *context), void *context, uint64_t inner)
{
    return ts_timer_sample_threads(call, context, inner, 1);
}

double ts_timer_sample_threads(void (*call)(void *context), void *context, uint64_t inner, int threads)
{
    size_t retries = RETRIES_PER_SAMPLE;
    const ts_timing_plan plan = {.threads = threads};
    return sample_within(call, context, inner > 0 ? inner : 1, &plan, &retries);
}

/* How many calls of `each` seconds last `seconds`. */
static uint64_t calls_for(double seconds, double each)
{
    double calls = ceil(seconds / (each > 1e-12 ? each : 1e-12));
    return calls < 1 ? 1 : calls > 1e12 ? (uint64_t)1e12 : (uint64_t)calls;
}

uint64_t ts_timer_calibrate(void (*call)(void *context), void *context, double seconds)
{
    enum { STEP = 8 }; /* a tenth of the aim is measured well enough to scale up from */
    uint64_t inner = 1;
    double took = read_once(call, context, inner, 1).wall;
    while (took < seconds / STEP && inner < UINT64_C(1) << 40) {
        uint64_t more = calls_for(seconds / 4, took / (double)inner);
        inner = more > inner * STEP ? inner * STEP : more > inner ? more : 2 * inner;
        took = read_once(call, context, inner, 1).wall;
    }
    double again = took < seconds ? read_once(call, context, inner, 1).wall
                                  : took; /* the one before may have been interrupted */
    return calls_for(seconds, (again < took ? again : took) / (double)inner);
}

static ts_timing_plan with_defaults(const ts_timing_plan *plan)
{
    ts_timing_plan p = *plan;
    p.sample_seconds = p.sample_seconds > 0 ? p.sample_seconds : DEFAULT_SAMPLE_SECONDS;
    p.budget_seconds = p.budget_seconds > 0 ? p.budget_seconds : DEFAULT_BUDGET_SECONDS;
    p.min_samples = p.min_samples > 0 ? p.min_samples : DEFAULT_MIN_SAMPLES;
    p.max_samples = p.max_samples > 0 ? p.max_samples : DEFAULT_MAX_SAMPLES;
    p.max_samples = p.max_samples < p.min_samples ? p.min_samples : p.max_samples;
    return p;
}

/*
 * The fastest sample decides: a disturbance can make a good variant look bad, none makes a bad one look good.
 * Three samples, or two when it is not even close.
 */
static bool is_hopeless(const ts_timing_plan *plan, const ts_timing *t)
{
    if (plan->hopeless <= 0 || t->count < 2) {
        return false;
    }
    double fastest = ts_quantile(t->samples, t->count, 0);
    return fastest > (t->count < 3 ? 2 * plan->hopeless : plan->hopeless);
}

static bool is_enough(const ts_timing_plan *plan, const ts_timing *t, double spent)
{
    if (t->count >= plan->max_samples) {
        return true;
    }
    if (t->count < plan->min_samples) {
        return false;
    }
    return spent >= plan->budget_seconds ||
           (plan->contender > 0 && ts_median(t->samples, t->count) >= plan->contender);
}

int ts_timer_run(void (*call)(void *context), void *context, const ts_timing_plan *plan, ts_timing *out)
{
    ts_timing_plan p = with_defaults(plan);
    memset(out, 0, sizeof *out);
    out->samples = malloc(p.max_samples * sizeof *out->samples);
    if (!out->samples) {
        return ts_fail(TS_ENOMEM, "out of memory for %zu timing samples", p.max_samples);
    }
    out->inner = p.cold ? 1 : ts_timer_calibrate(call, context, p.sample_seconds); /* warms up as well */
    /* Where others work on one of several CPUs every reading is spoilt: waiting for clean ones has an end. */
    size_t retries = p.threads > 1 ? p.min_samples : 2 * p.max_samples;
    double begin = ts_now();
    while (!is_enough(&p, out, ts_now() - begin)) {
        out->samples[out->count++] = sample_within(call, context, out->inner, &p, &retries);
        if (is_hopeless(&p, out)) {
            out->hopeless = true;
            break;
        }
    }
    return TS_OK;
}

void ts_timer_resolution(double *step_ns, double *cost_ns)
{
    enum { READS = 2000 };
    uint64_t smallest = UINT64_MAX, begin = ts_now_ns(), last = begin;
    for (int i = 0; i < READS; i++) {
        uint64_t now = ts_now_ns();
        if (now > last && now - last < smallest) {
            smallest = now - last;
        }
        last = now;
    }
    *cost_ns = (double)(last - begin) / READS;
    *step_ns = (double)smallest;
}
