/* The timer: counts of calls are exact, plans are kept, times agree with known durations. Bounds are wide:
 * machines are busy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "measure/stats.h"
#include "measure/timer.h"
#include "util/clock.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct spinner {
    double seconds; /* per call */
    uint64_t calls;
} spinner;

static double cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* By CPU time, so that being preempted doesn't shorten the work. */
static void spin(void *context)
{
    spinner *s = context;
    double end = cpu_now() + s->seconds;
    s->calls++;
    while (cpu_now() < end) {
    }
}

static void rest(void *context)
{
    spinner *s = context;
    struct timespec pause = {.tv_nsec = (long)(s->seconds * 1e9)};
    s->calls++;
    nanosleep(&pause, NULL);
}

static void samples_are_seconds_per_call(void **state)
{
    (void)state;
    spinner s = {.seconds = 100e-6};
    double once = ts_timer_sample(spin, &s, 1), many = ts_timer_sample(spin, &s, 20);
    assert_true(once >= 95e-6 && once < 3e-3);
    assert_true(many >= 95e-6 && many < 1e-3);
    assert_true(ts_timer_sample(spin, &s, 0) > 0); /* as one call */
}

/* A function that waits of its own accord takes the time it takes: that isn't preemption. */
static void waiting_counts(void **state)
{
    (void)state;
    spinner s = {.seconds = 2e-3};
    assert_true(ts_timer_sample(rest, &s, 1) >= 1.9e-3);
    assert_true(s.calls <= 4); /* 1, unless others take the CPU while it wakes up */
}

static void *spin_in_a_thread(void *context)
{
    spin(context);
    return NULL;
}

/* The calling thread has next to nothing to do. */
static void share_out(void *context)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, spin_in_a_thread, context), 0);
    pthread_join(thread, NULL);
}

static void threads_are_timed_by_the_wall_clock(void **state)
{
    (void)state;
    spinner s = {.seconds = 2e-3};
    ts_timing t;
    ts_timing_plan plan = {
        .sample_seconds = 1e-3, .budget_seconds = 1, .min_samples = 3, .max_samples = 9, .threads = 2};
    assert_true(ts_timer_sample_threads(share_out, &s, 1, 2) >= 1.9e-3);
    s.calls = 0;
    assert_int_equal(ts_timer_run(share_out, &s, &plan, &t), 0);
    for (size_t i = 0; i < t.count; i++)
        assert_true(t.samples[i] >= 1.9e-3);
    assert_true(s.calls <= 9 + 3 + 2); /* samples, retries, calibration */
    free(t.samples);
}

static void calibration_reaches_its_aim(void **state)
{
    (void)state;
    spinner s = {.seconds = 10e-6};
    uint64_t inner = ts_timer_calibrate(spin, &s, 1e-3);
    assert_true(inner >= 10 && inner <= 150);
    s.seconds = 1e-3;
    inner = ts_timer_calibrate(spin, &s, 100e-6);
    assert_int_equal(inner, 1);
}

static void hopeless_variants_stop_early(void **state)
{
    (void)state;
    spinner s = {.seconds = 1e-3};
    ts_timing t;
    ts_timing_plan plan = {.budget_seconds = 1, .min_samples = 5, .max_samples = 50, .hopeless = 0.8e-3};
    assert_int_equal(ts_timer_run(spin, &s, &plan, &t), 0);
    assert_true(t.hopeless);
    assert_int_equal(t.count, 3);
    free(t.samples);
    plan.hopeless = 0.1e-3;
    assert_int_equal(ts_timer_run(spin, &s, &plan, &t), 0);
    assert_true(t.hopeless);
    assert_int_equal(t.count, 2);
    free(t.samples);
}

static void contenders_get_all_samples(void **state)
{
    (void)state;
    spinner s = {.seconds = 50e-6};
    ts_timing t;
    ts_timing_plan plan = {
        .sample_seconds = 50e-6, .budget_seconds = 5, .min_samples = 4, .max_samples = 12, .contender = 1};
    assert_int_equal(ts_timer_run(spin, &s, &plan, &t), 0);
    assert_int_equal(t.count, 12);
    assert_false(t.hopeless);
    free(t.samples);
    plan.contender = 1e-6; /* nobody is that fast */
    assert_int_equal(ts_timer_run(spin, &s, &plan, &t), 0);
    assert_int_equal(t.count, 4);
    free(t.samples);
}

static void budget_is_kept(void **state)
{
    (void)state;
    spinner s = {.seconds = 1e-3};
    ts_timing t;
    ts_timing_plan plan = {
        .sample_seconds = 1e-3, .budget_seconds = 10e-3, .min_samples = 2, .max_samples = 10000};
    double begin = ts_now();
    assert_int_equal(ts_timer_run(spin, &s, &plan, &t), 0);
    assert_true(ts_now() - begin < 1);
    assert_true(t.count >= 2 && t.count <= 12);
    free(t.samples);
}

static void defaults_fill_an_empty_plan(void **state)
{
    (void)state;
    spinner s = {.seconds = 20e-6};
    ts_timing t;
    ts_timing_plan plan = {0};
    assert_int_equal(ts_timer_run(spin, &s, &plan, &t), 0);
    assert_true(t.count >= 5 && t.inner >= 1);
    for (size_t i = 0; i < t.count; i++) {
        assert_true(t.samples[i] >= 19e-6);
    }
    free(t.samples);
}

static unsigned char hot[4096];

static void touch_hot(void *context)
{
    const volatile unsigned char *bytes = hot;
    unsigned sum = 0;
    (void)context;
    for (size_t i = 0; i < sizeof hot; i += 64) {
        sum += bytes[i];
    }
    __asm__ volatile("" : : "r"(sum));
}

static void cold_runs_call_once_and_are_slower(void **state)
{
    (void)state;
    ts_timing warm, cold;
    ts_timing_plan plan = {.budget_seconds = 0.5, .min_samples = 5, .max_samples = 5};
    assert_int_equal(ts_timer_run(touch_hot, NULL, &plan, &warm), 0);
    plan.cold = true;
    assert_int_equal(ts_timer_run(touch_hot, NULL, &plan, &cold), 0);
    assert_int_equal(cold.inner, 1);
    assert_true(ts_median(cold.samples, cold.count) > ts_median(warm.samples, warm.count));
    free(warm.samples);
    free(cold.samples);
}

static void clock_has_a_fine_step(void **state)
{
    (void)state;
    double step, cost;
    ts_timer_resolution(&step, &cost);
    assert_true(step >= 1 && step < 1e7);
    assert_true(cost > 0 && cost < 1e5);
}

/* In a child: affinity and priority would outlive the test. */
static int in_child(int (*body)(void))
{
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        _exit(body());
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int pins_where_asked(void)
{
    cpu_set_t allowed, now;
    sched_getaffinity(0, sizeof allowed, &allowed);
    int last = ts_pin(-1);
    sched_getaffinity(0, sizeof now, &now);
    if (last < 0 || CPU_COUNT(&now) != 1 || !CPU_ISSET(last, &now) || sched_getcpu() != last) {
        return 1;
    }
    for (int cpu = last + 1; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &allowed)) {
            return 2; /* not the last allowed one */
        }
    }
    return ts_pin(last) == last && ts_pin(CPU_SETSIZE) == -1 ? 0 : 3;
}

static int guards_real_time(void)
{
    struct rlimit limit;
    if (!ts_realtime()) {
        return sched_getscheduler(0) == SCHED_OTHER ? 0 : 1;
    }
    getrlimit(RLIMIT_RTTIME, &limit);
    return sched_getscheduler(0) == SCHED_FIFO && limit.rlim_cur != RLIM_INFINITY ? 0 : 2;
}

static void pinning_and_priority(void **state)
{
    (void)state;
    assert_int_equal(in_child(pins_where_asked), 0);
    assert_int_equal(in_child(guards_real_time), 0);
}

/* Two threads' worth of work on one CPU: samples must still say what the function itself takes. */
static int survives_a_rival(void)
{
    spinner s = {.seconds = 5e-3};
    double samples[15];
    int cpu = ts_pin(-1);
    pid_t rival = fork();
    if (rival == 0) {
        ts_pin(cpu);
        for (double end = ts_now() + 3; ts_now() < end;) {
        }
        _exit(0);
    }
    for (size_t i = 0; i < 15; i++) {
        samples[i] = ts_timer_sample(spin, &s, 1);
    }
    kill(rival, SIGKILL);
    waitpid(rival, NULL, 0);
    return ts_median(samples, 15) < 6.5e-3 ? 0
                                           : 1; /* sharing fairly, half the wall clock times are near 10 ms */
}

static void preempted_samples_are_mended(void **state)
{
    (void)state;
    assert_int_equal(in_child(survives_a_rival), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_seconds_per_call), cmocka_unit_test(waiting_counts),
        cmocka_unit_test(calibration_reaches_its_aim),  cmocka_unit_test(hopeless_variants_stop_early),
        cmocka_unit_test(contenders_get_all_samples),   cmocka_unit_test(budget_is_kept),
        cmocka_unit_test(defaults_fill_an_empty_plan),  cmocka_unit_test(cold_runs_call_once_and_are_slower),
        cmocka_unit_test(clock_has_a_fine_step),        cmocka_unit_test(pinning_and_priority),
        cmocka_unit_test(preempted_samples_are_mended), cmocka_unit_test(threads_are_timed_by_the_wall_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
