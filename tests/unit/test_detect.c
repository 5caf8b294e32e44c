/* Detection: what it must say of any host, the pieces that reason about measurements, and that the counts of
 * work are exact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/detect.h"
#include "core/detect_parts.h"
#include "core/probe.h"
#include "util/clock.h"
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *name_of(const char *model, const char *fingerprint, char name[96])
{
    ts_host host;
    memset(&host, 0, sizeof host);
    strcpy(host.arch, "x86_64");
    snprintf(host.model, sizeof host.model, "%s", model);
    snprintf(host.fingerprint, sizeof host.fingerprint, "%s", fingerprint);
    ts_detect_name(&host, name, 96);
    return name;
}

static void names_say_what_people_say(void **state)
{
    (void)state;
    char name[96];
    assert_string_equal(name_of("AMD EPYC", "1f03b91b855e60f4", name), "host-amd-epyc-1f03");
    assert_string_equal(name_of("Intel(R) Xeon(R) Platinum 8480+ CPU @ 2.00GHz", "abcd", name),
                        "host-xeon-platinum-8480-abcd");
    assert_string_equal(name_of("13th Gen Intel(R) Core(TM) i7-1360P", "0123", name), "host-i7-1360p-0123");
    assert_string_equal(name_of("<&\"'>", "0123", name), "host-x86-64-0123");
    assert_string_equal(name_of("", "0123", name), "host-x86-64-0123");
}

static void number_is(const ts_target *t, const char *name, double low, double high)
{
    const ts_attribute *a = ts_target_get(t, name);
    if (!a) {
        fail_msg("%s is missing", name);
    }
    double value = ts_target_number(t, name, NAN);
    if (!(value >= low && value <= high)) {
        fail_msg("%s is %g, not within %g..%g", name, value, low, high);
    }
    assert_non_null(a->source);
    assert_true(a->source[0] != '\0');
}

static void describes_without_measuring(void **state)
{
    (void)state;
    ts_target *t = NULL;
    char fingerprint[17];
    double begin = ts_now();
    assert_int_equal(ts_detect(false, NULL, NULL, &t), TS_OK);
    assert_true(ts_now() - begin < 1);
    assert_int_equal(ts_detect_fingerprint(fingerprint), TS_OK);
    assert_string_equal(t->fingerprint, fingerprint);
    assert_string_equal(t->kind, "cpu");
    assert_int_equal(strncmp(t->name, "host-", 5), 0);
    number_is(t, "cores", 1, 1e5);
    number_is(t, "threads", ts_target_number(t, "cores", 1), 1e6);
    number_is(t, "memory.size", 1 << 24, 1e15);
    number_is(t, "page.size", 1024, 1 << 20);
    number_is(t, "vector.bytes", 8, 2048);
    assert_null(ts_target_get(t, "peak.f32")); /* not measured is absent, not zero */
    assert_null(ts_target_get(t, "memory.bandwidth"));
    ts_target_free(t);
}

static void reads_back_what_it_wrote(void **state)
{
    (void)state;
    ts_target *t = NULL, *again = NULL;
    char *text = NULL;
    assert_int_equal(ts_detect(false, NULL, NULL, &t), TS_OK);
    assert_int_equal(ts_target_write(t, &text), TS_OK);
    if (ts_target_parse(text, strlen(text), "host.xml", &again) != TS_OK) {
        fail_msg("%s", ts_error());
    }
    assert_string_equal(again->fingerprint, t->fingerprint);
    assert_int_equal(again->count, t->count);
    free(text);
    ts_target_free(t);
    ts_target_free(again);
}

typedef struct watched {
    int calls;
    double last;
} watched;

static void watch(void *context, const char *probe, double fraction)
{
    watched *w = context;
    assert_true(probe && *probe);
    assert_true(fraction >= w->last && fraction <= 1);
    w->last = fraction;
    w->calls++;
}

/* Bounds that any machine meets: what is checked is plausibility and that levels are in order. */
static void measures_within_four_seconds(void **state)
{
    (void)state;
    ts_target *t = NULL;
    watched w = {0};
    cpu_set_t before, after;
    sched_getaffinity(0, sizeof before, &before);
    double begin = ts_now();
    assert_int_equal(ts_detect(true, watch, &w, &t), TS_OK);
    double took = ts_now() - begin;
    print_message("detect took %.2f s\n", took);
    assert_true(took < 4);
    sched_getaffinity(0, sizeof after, &after);
    assert_true(CPU_EQUAL(&before, &after));
    assert_true(w.calls >= 5 && w.last > 0.99);
    number_is(t, "peak.f32", 1e8, 1e13);
    number_is(t, "peak.f64", 1e8, 1e13);
    number_is(t, "memory.bandwidth", 1e8, 1e13);
    number_is(t, "memory.latency", 1e-9, 1e-5);
#if defined(__x86_64__) || defined(__aarch64__)
    number_is(t, "clock.core", 2e8, 8e9);
    number_is(t, "fma.latency", 1.5, 20);
    number_is(t, "fma.throughput", 0.1, 8);
#endif
    if (ts_target_get(t, "l1d.size")) {
        number_is(t, "l1d.latency", 1e-10, ts_target_number(t, "memory.latency", NAN));
        number_is(t, "l1d.bandwidth", ts_target_number(t, "memory.bandwidth", NAN) / 2, 1e14);
    }
    if (ts_target_get(t, "l3.effective")) {
        number_is(t, "l3.effective", 1 << 16, ts_target_number(t, "l3.size", NAN));
    }
    for (size_t i = 0; i < t->count; i++) {
        const ts_attribute *a = &t->attributes[i];
        assert_true(isnan(a->lo) || isnan(a->hi) || a->lo <= a->hi);
    }
    ts_target_free(t);
}

static ts_latency_point point(size_t kib, double ns)
{
    return (ts_latency_point){kib << 10, {.mid = ns, .lo = ns, .hi = ns, .count = 1}};
}

static void knee_is_where_latency_leaves_the_level(void **state)
{
    (void)state;
    const ts_latency_point curve[] = {point(64, 4),   point(256, 4.1), point(512, 5),
                                      point(1024, 9), point(2048, 14), point(4096, 15)};
    size_t next;
    assert_int_equal(ts_probe_knee(curve, 6, 4, 14, &next), 512 << 10); /* border: 7.48 */
    assert_int_equal(next, 1024 << 10);
    assert_int_equal(ts_probe_knee(curve, 3, 4, 14, &next), 512 << 10);
    assert_int_equal(next, 0); /* the curve ends before the level does */
    assert_int_equal(ts_probe_knee(curve, 6, 1, 2, &next), 0);
    assert_int_equal(ts_probe_knee(curve, 0, 4, 14, &next), 0);
}

static void one_disturbed_point_is_no_knee(void **state)
{
    (void)state;
    const ts_latency_point curve[] = {point(64, 4), point(128, 40), point(256, 4.1), point(512, 20),
                                      point(1024, 21)};
    size_t next;
    assert_int_equal(ts_probe_knee(curve, 5, 4, 16, &next), 256 << 10);
    assert_int_equal(next, 512 << 10);
}

/* The chain must visit every line once before it comes back, whatever size it was grown to. */
static void cycle_visits_every_line(void **state)
{
    (void)state;
    ts_arena arena;
    assert_int_equal(ts_arena_open(1 << 20, 64, &arena), TS_OK);
    for (size_t bytes = 4096; bytes <= 1 << 20; bytes *= 4) {
        ts_probe_latency(&arena, bytes, 1e-4);
        void *at = arena.bytes;
        size_t length = 0;
        do {
            at = ts_probe_follow(at, 1);
            length++;
        } while (at != (void *)arena.bytes && length <= bytes / 64);
        assert_int_equal(length, bytes / 64);
        assert_ptr_equal(ts_probe_follow(arena.bytes, length), arena.bytes);
    }
    ts_arena_close(&arena);
    ts_arena_close(&arena);
}

static void spreads_by_hand(void **state)
{
    (void)state;
    double x[] = {5, 1, 4, 2, 3};
    ts_spread s = ts_probe_spread(x, 5);
    assert_true(fabs(s.mid - 3) < 1e-12 && fabs(s.lo - 1.4) < 1e-12 && fabs(s.hi - 4.6) < 1e-12);
    assert_true(isnan(ts_probe_spread(x, 0).mid));
}

/* More vectors in flight can't be slower than the same number in a chain, and widths scale: the flop counts
 * are consistent. */
static void kernels_count_their_work(void **state)
{
    (void)state;
    static const char *const types[] = {"f32", "f64"};
    for (size_t t = 0; t < 2; t++) {
        ts_fma_kernel k[TS_FMA_KERNELS];
        size_t count = ts_fma_kernels(types[t], k);
        assert_true(count >= 1);
        for (size_t i = 0; i < count; i++) {
            double lanes = k[i].vector_bits / (t == 0 ? 32.0 : 64.0);
            assert_true(i == 0 || k[i].vector_bits <= k[i - 1].vector_bits);
            assert_true(k[i].flops == k[i].instructions * lanes * 2 ||
                        k[i].flops == k[i].instructions * lanes);
            k[i].run(NULL, 3);
            if (k[i].chain) {
                k[i].chain(NULL, 3);
            }
        }
    }
    ts_fma_kernel none[TS_FMA_KERNELS];
    assert_int_equal(ts_fma_kernels("q7", none), 0);
    /* Dot products of narrow types do more than multiply-adds of wide ones, where there are any. */
    if (ts_fma_kernels("bf16", none) > 0)
        assert_true(ts_detect_peak("bf16", 0.02) > 0.9 * ts_detect_peak("f32", 0.02));
    if (ts_fma_kernels("i8", none) > 0)
        assert_true(ts_detect_peak("i8", 0.02) > 1.5 * ts_detect_peak("f32", 0.02));
}

static void peak_is_quick_and_steady(void **state)
{
    (void)state;
    double begin = ts_now();
    double first = ts_detect_peak("f32", 0.02), f64 = ts_detect_peak("f64", 0.02),
           again = ts_detect_peak("f32", 0.02);
    assert_true(ts_now() - begin < 1);
    assert_true(first > 0 && f64 > 0);
    assert_true(again / first > 0.5 && again / first < 2);
    assert_true(first / f64 > 0.9 &&
                first / f64 < 4.4); /* as many or twice as many lanes, and room for a busy machine */
    assert_true(ts_detect_peak("f16", 0.01) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_say_what_people_say),
        cmocka_unit_test(describes_without_measuring),
        cmocka_unit_test(reads_back_what_it_wrote),
        cmocka_unit_test(measures_within_four_seconds),
        cmocka_unit_test(knee_is_where_latency_leaves_the_level),
        cmocka_unit_test(one_disturbed_point_is_no_knee),
        cmocka_unit_test(cycle_visits_every_line),
        cmocka_unit_test(spreads_by_hand),
        cmocka_unit_test(kernels_count_their_work),
        cmocka_unit_test(peak_is_quick_and_steady),
    };
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 1); /* where the schema is, whatever folder the build is in */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
