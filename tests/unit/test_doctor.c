/* Doctor's judgements: on folders that stand for machines, and on made-up timings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/doctor.h"
#include "tilesmith_plugin.h"
#include <math.h>
#include <string.h>

#define MACHINE(name) TS_SOURCE_DIR "/tests/data/doctor/" name
#define CPU           3

static const ts_finding *last(const ts_diagnosis *d)
{
    assert_true(d->count > 0);
    return &d->findings[d->count - 1];
}

static void judged(const ts_diagnosis *d, const char *name, ts_finding_state state)
{
    const ts_finding *f = last(d);
    assert_string_equal(f->name, name);
    if (f->state != state) {
        fail_msg("%s is %s: %s", name, ts_finding_state_name(f->state), f->seen);
    }
    assert_true(f->seen[0] != '\0');
    if (state == TS_FINDING_WARN || state == TS_FINDING_BAD) {
        assert_true(f->next[0] != '\0'); /* every complaint comes with the next step */
    }
}

static void bare_machine_is_well(void **state)
{
    (void)state;
    ts_diagnosis d = {.count = 0};
    const char *root = MACHINE("bare");
    ts_doctor_governor(&d, root, CPU), judged(&d, "governor", TS_FINDING_OK);
    ts_doctor_turbo(&d, root), judged(&d, "turbo", TS_FINDING_OK);
    ts_doctor_smt(&d, root, CPU), judged(&d, "SMT", TS_FINDING_OK);
    ts_doctor_huge_pages(&d, root), judged(&d, "huge pages", TS_FINDING_OK);
    assert_non_null(strstr(last(&d)->seen, "madvise"));
    ts_doctor_perf_access(&d, root, false), judged(&d, "perf_event_paranoid", TS_FINDING_OK);
    ts_doctor_virtualisation(&d, root), judged(&d, "virtualisation", TS_FINDING_OK);
    ts_doctor_load(&d, root, CPU, 0.001), judged(&d, "load", TS_FINDING_OK);
    assert_non_null(strstr(last(&d)->seen, "0.02"));
    assert_true(ts_is_fit(&d));
}

static void laptop_needs_attention(void **state)
{
    (void)state;
    ts_diagnosis d = {.count = 0};
    const char *root = MACHINE("laptop");
    ts_doctor_governor(&d, root, CPU), judged(&d, "governor", TS_FINDING_WARN);
    assert_non_null(strstr(last(&d)->seen, "powersave"));
    assert_non_null(strstr(last(&d)->next, "performance"));
    ts_doctor_turbo(&d, root), judged(&d, "turbo", TS_FINDING_WARN);
    assert_non_null(strstr(last(&d)->next, "cpufreq/boost"));
    ts_doctor_smt(&d, root, CPU), judged(&d, "SMT", TS_FINDING_WARN);
    assert_non_null(strstr(last(&d)->seen, "2-3"));
    ts_doctor_huge_pages(&d, root), judged(&d, "huge pages", TS_FINDING_WARN);
    ts_doctor_perf_access(&d, root, true), judged(&d, "perf_event_paranoid", TS_FINDING_WARN);
    ts_doctor_virtualisation(&d, root), judged(&d, "virtualisation", TS_FINDING_WARN);
    assert_non_null(strstr(last(&d)->seen, "QEMU"));
    assert_true(ts_is_fit(&d)); /* imprecise, not unsound */
}

static void silent_machine_is_unavailable_not_ok(void **state)
{
    (void)state;
    ts_diagnosis d = {.count = 0};
    const char *root = MACHINE("empty");
    ts_doctor_governor(&d, root, CPU), judged(&d, "governor", TS_FINDING_UNAVAILABLE);
    ts_doctor_turbo(&d, root), judged(&d, "turbo", TS_FINDING_UNAVAILABLE);
    ts_doctor_smt(&d, root, CPU), judged(&d, "SMT", TS_FINDING_UNAVAILABLE);
    ts_doctor_huge_pages(&d, root), judged(&d, "huge pages", TS_FINDING_UNAVAILABLE);
    ts_doctor_perf_access(&d, root, false), judged(&d, "perf_event_paranoid", TS_FINDING_UNAVAILABLE);
    ts_doctor_virtualisation(&d, root), judged(&d, "virtualisation", TS_FINDING_UNAVAILABLE);
    ts_doctor_load(&d, root, CPU, 0.001), judged(&d, "load", TS_FINDING_UNAVAILABLE);
}

static void odd_files_are_survived(void **state)
{
    (void)state;
    ts_diagnosis d = {.count = 0};
    ts_cpu_times times;
    const char *root = MACHINE("odd");
    assert_false(ts_read_cpu_times(root, -1, &times));
    assert_false(ts_read_cpu_times(root, CPU, &times));
    ts_doctor_load(&d, root, CPU, 0.001), judged(&d, "load", TS_FINDING_UNAVAILABLE);
    ts_doctor_virtualisation(&d, root), judged(&d, "virtualisation", TS_FINDING_OK);
}

static void cpu_times_are_read_by_line(void **state)
{
    (void)state;
    ts_cpu_times all, own;
    assert_true(ts_read_cpu_times(MACHINE("laptop"), -1, &all));
    assert_true(ts_read_cpu_times(MACHINE("laptop"), CPU, &own));
    assert_true(all.busy == 1610 && all.idle == 7590 && all.steal == 800);
    assert_true(own.busy == 20 && own.idle == 80 && own.steal == 0);
    assert_false(ts_read_cpu_times(MACHINE("laptop"), 0, &own));
}

static void shares_by_hand(void **state)
{
    (void)state;
    const ts_cpu_times zero = {0}, from = {.busy = 100, .idle = 100, .steal = 10},
                       to = {.busy = 130, .idle = 160, .steal = 20};
    assert_true(fabs(ts_busy_share(&from, &to) - 0.3) < 1e-12);
    assert_true(fabs(ts_steal_share(&from, &to) - 0.1) < 1e-12);
    assert_true(ts_busy_share(&from, &from) == 0 && ts_steal_share(&zero, &zero) == 0);
}

/* Two equal variants with the given noise; the quiet one differs by at most a promille. */
static void fill(double *a, double *b, size_t n, double noise)
{
    ts_rng rng;
    ts_rng_seed(&rng, 11);
    for (size_t i = 0; i < n; i++) {
        a[i] = 1e-3 * (1 + noise * ts_rng_unit(&rng));
        b[i] = 1e-3 * (1 + noise * ts_rng_unit(&rng));
    }
}

static void noise_is_judged_by_what_stays_visible(void **state)
{
    (void)state;
    enum { N = 40 };
    double a[N], b[N];
    ts_diagnosis d = {.count = 0};
    fill(a, b, N, 0.001);
    ts_judge_noise(&d, a, b, N, true), judged(&d, "noise floor", TS_FINDING_OK);
    assert_non_null(strstr(last(&d)->seen, "real-time"));
    fill(a, b, N, 0.2);
    ts_judge_noise(&d, a, b, N, false), judged(&d, "noise floor", TS_FINDING_WARN);
    assert_true(ts_is_fit(&d));
    fill(a, b, N, 3);
    ts_judge_noise(&d, a, b, N, false), judged(&d, "noise floor", TS_FINDING_BAD);
    assert_false(ts_is_fit(&d));
}

static void timer_and_counters_are_examined(void **state)
{
    (void)state;
    ts_diagnosis d = {.count = 0};
    ts_doctor_timer(&d);
    assert_string_equal(last(&d)->name, "timer");
    ts_doctor_counters(&d);
    assert_true(last(&d)->seen[0] != '\0');
    ts_doctor_corunner(&d, -1), judged(&d, "co-runner", TS_FINDING_WARN);
}

static void table_of_findings_has_an_end(void **state)
{
    (void)state;
    ts_diagnosis d = {.count = 0};
    for (int i = 0; i < 2 * TS_FINDINGS; i++) {
        assert_non_null(ts_finding_add(&d, "x", TS_FINDING_OK));
    }
    assert_int_equal(d.count, TS_FINDINGS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bare_machine_is_well),
        cmocka_unit_test(laptop_needs_attention),
        cmocka_unit_test(silent_machine_is_unavailable_not_ok),
        cmocka_unit_test(odd_files_are_survived),
        cmocka_unit_test(cpu_times_are_read_by_line),
        cmocka_unit_test(shares_by_hand),
        cmocka_unit_test(noise_is_judged_by_what_stays_visible),
        cmocka_unit_test(timer_and_counters_are_examined),
        cmocka_unit_test(table_of_findings_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
