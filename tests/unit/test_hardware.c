/* The hardware evaluator on two small kernels: one whose variants are all good, one whose variants misbehave
 * in every way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/toolchain.h"
#include "eval/evaluator.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/str.h"
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/tilesmith-test-hardware-XXXXXX";
static char temporary[128];

/* One kernel, opened. */
typedef struct ts_fixture {
    ts_kernel *kernel;
    ts_target *target;
    ts_problem problem;
    ts_space *space;
    ts_evaluator *evaluator;
} ts_fixture;

static void open_fixture(ts_fixture *f, const char *kernel, const char *shape,
                         const ts_hardware_options *options)
{
    static const char *const compilers[] = {"cc", NULL};
    char path[512];
    snprintf(path, sizeof path, "%s/tests/data/kernels/%s", TS_SOURCE_DIR, kernel);
    f->target = ts_target_new("host", "cpu");
    if (ts_kernel_load(path, &f->kernel) != TS_OK ||
        ts_problem_parse(f->kernel, "f32", shape, &f->problem) != TS_OK ||
        ts_kernel_space(&f->problem, f->target, compilers, &f->space) != TS_OK ||
        ts_hardware_open(&f->problem, f->target, f->space, options, &f->evaluator) != TS_OK)
        fail_msg("%s", ts_error());
}

/* Nothing may be left: no process, no temporary file. */
static void close_fixture(ts_fixture *f)
{
    f->evaluator->close(f->evaluator);
    ts_space_free(f->space);
    ts_kernel_free(f->kernel);
    ts_target_free(f->target);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    DIR *dir = opendir(temporary);
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir));)
        assert_int_equal(e->d_name[0], '.');
    closedir(dir);
}

/* Evaluate configurations 0 .. count-1; results[] by configuration. */
static void evaluate(ts_fixture *f, size_t count, ts_result *results)
{
    ts_evaluator *e = f->evaluator;
    double limit = ts_now() + 60;
    for (uint64_t i = 0; i < count; i++)
        assert_int_equal(e->submit(e, &i, 1), TS_OK);
    for (size_t got = 0; got < count && ts_now() < limit;) {
        ts_result r;
        int rc = e->collect(e, 5, &r);
        if (rc < 0)
            fail_msg("%s", ts_error());
        if (rc == 1) {
            assert_true(r.config < count);
            results[r.config] = r;
            got++;
        }
    }
    ts_result none;
    assert_int_equal(e->collect(e, 5, &none), 0); /* and at once */
}

static void clear(ts_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ts_result_clear(&results[i]);
}

static void good_variants_are_measured(void **state)
{
    (void)state;
    enum { COUNT = 12 };
    ts_fixture f;
    ts_result r[COUNT] = {{0}};
    open_fixture(&f, "axpy", "n=1000", NULL);
    evaluate(&f, COUNT, r);
    for (size_t i = 0; i < COUNT; i++) {
        if (r[i].status != TS_STATUS_OK)
            fail_msg("configuration %zu: %s: %s", i, ts_status_name(r[i].status), r[i].reason);
        assert_null(r[i].reason);
        assert_true(r[i].cost > 1e-9 && r[i].cost < 1e-3);
        assert_true(r[i].sample_count >= 2 && r[i].inner >= 1);
        assert_true(r[i].error >= 0 && r[i].error <= 1);
        assert_int_equal(strlen(r[i].variant), 32);
        assert_true(r[i].times.compile > 0 && r[i].times.verify > 0 && r[i].times.measure > 0);
    }
    clear(r, COUNT);
    close_fixture(&f);
}

static void second_time_nothing_is_compiled(void **state)
{
    (void)state;
    enum { COUNT = 12 };
    ts_fixture f;
    ts_result r[COUNT] = {{0}};
    open_fixture(&f, "axpy", "n=1000", NULL);
    evaluate(&f, COUNT, r);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(r[i].status, TS_STATUS_OK);
        assert_true(r[i].cached && r[i].times.compile == 0);
    }
    clear(r, COUNT);
    close_fixture(&f);
}

/* A whole file in the cache that is no shared object: built again, once. */
static void unloadable_objects_are_built_again(void **state)
{
    (void)state;
    enum { COUNT = 3 };
    ts_fixture f;
    ts_result first[COUNT] = {{0}}, second[COUNT] = {{0}};
    char path[256];
    open_fixture(&f, "axpy", "n=1000", NULL);
    evaluate(&f, COUNT, first);
    snprintf(path, sizeof path, "%s/no-object", folder);
    assert_int_equal(ts_file_write(path, "not an ELF file", 15), TS_OK);
    assert_int_equal(ts_cache_put(first[1].variant, path), TS_OK);
    evaluate(&f, COUNT, second);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(second[i].status, TS_STATUS_OK);
        assert_int_equal(second[i].cached, i != 1);
    }
    clear(first, COUNT);
    clear(second, COUNT);
    close_fixture(&f);
}

static void damaged_objects_are_built_again(void **state)
{
    (void)state;
    ts_fixture f;
    ts_result first[1] = {{0}}, second[1] = {{0}};
    char path[4096];
    open_fixture(&f, "axpy", "n=1000", NULL);
    evaluate(&f, 1, first);
    assert_true(ts_cache_find(first[0].variant, path, sizeof path));
    assert_int_equal(truncate(path, 100), 0);
    evaluate(&f, 1, second);
    assert_int_equal(second[0].status, TS_STATUS_OK);
    assert_false(second[0].cached);
    clear(first, 1);
    clear(second, 1);
    close_fixture(&f);
}

static void without_cache_nothing_is_kept(void **state)
{
    (void)state;
    ts_fixture f;
    ts_result r[2] = {{0}};
    char objects[256];
    snprintf(objects, sizeof objects, "%s/cache/objects", folder);
    assert_int_equal(ts_file_remove(objects), TS_OK);
    open_fixture(&f, "axpy", "n=1000", &(ts_hardware_options){.cpu = -1, .no_cache = true, .cold = true});
    evaluate(&f, 2, r);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(r[i].status, TS_STATUS_OK);
        assert_false(r[i].cached);
        assert_int_equal(r[i].inner, 1); /* cold: one call a sample */
    }
    assert_false(ts_file_exists(objects));
    clear(r, 2);
    close_fixture(&f);
}

typedef struct ts_expectation {
    ts_status status;
    const char *words;
} ts_expectation;

/* AddressSanitizer's malloc ends the process instead of returning NULL. */
#ifdef __SANITIZE_ADDRESS__
#define OUT_OF_MEMORY "left by exit("
#else
#define OUT_OF_MEMORY "null pointer"
#endif

/* In the order of the manifest. */
static const ts_expectation faults[] = {
    {TS_STATUS_OK, NULL},
    {TS_STATUS_CRASHED, "segmentation fault"},
    {TS_STATUS_CRASHED, "illegal instruction"},
    {TS_STATUS_TIMED_OUT, "did not finish within 0.5 s"},
    {TS_STATUS_CRASHED, "a process"},
    {TS_STATUS_CRASHED, OUT_OF_MEMORY},
    {TS_STATUS_WRONG, "x the tolerance"},
    {TS_STATUS_WRONG, "at m=2,n=19"},
    {TS_STATUS_CRASHED, "1 byte past the end of C (guard page)"},
    {TS_STATUS_CRASHED, "left by exit(0)"},
    {TS_STATUS_COMPILE_FAILED, "bad.c.in:"},
};
enum { FAULTS = sizeof faults / sizeof *faults };

static void bad_variants_are_recorded_and_survived(void **state)
{
    (void)state;
    ts_fixture f;
    ts_result r[FAULTS] = {{0}};
    open_fixture(&f, "bad", "m=64,n=64", &(ts_hardware_options){.cpu = -1, .verify_seconds = 0.5});
    assert_int_equal(ts_space_count(f.space), FAULTS);
    evaluate(&f, FAULTS, r);
    for (size_t i = 0; i < FAULTS; i++) {
        if (r[i].status != faults[i].status)
            fail_msg("fault %zu: %s: %s", i, ts_status_name(r[i].status), r[i].reason ? r[i].reason : "");
        if (faults[i].words && !strstr(r[i].reason, faults[i].words))
            fail_msg("fault %zu: '%s' doesn't mention '%s'", i, r[i].reason, faults[i].words);
        if (faults[i].words)
            assert_true(isnan(r[i].cost) && r[i].sample_count == 0);
    }
    clear(r, FAULTS);
    close_fixture(&f);
}

static void contest_interleaves_and_survives(void **state)
{
    (void)state;
    const uint64_t configs[] = {9, 0, 8, 0, 10, 1}; /* exit0, good, pastend, good, nocompile, segfault */
    ts_fixture f;
    ts_contest c;
    open_fixture(&f, "bad", "m=64,n=64", &(ts_hardware_options){.cpu = -1, .verify_seconds = 0.5});
    if (f.evaluator->contest(f.evaluator, configs, 6, 7, 5, &c) != TS_OK)
        fail_msg("%s", ts_error());
    assert_int_equal(c.count, 6);
    assert_int_equal(c.rounds, 7);
    for (size_t i = 0; i < 6; i++) {
        bool good = configs[i] == 0;
        assert_int_equal(c.results[i].config, configs[i]);
        assert_int_equal(c.results[i].status, faults[configs[i]].status);
        assert_int_equal(good, c.results[i].counter_count > 0);
        for (size_t round = 0; round < 7; round++)
            assert_int_equal(good, c.samples[i * 7 + round] > 0);
    }
    assert_true(c.results[1].cost < 20 * c.results[3].cost && c.results[3].cost < 20 * c.results[1].cost);
    for (size_t round = 0; round < 7 && c.peak; round++)
        assert_true(c.peak[round] > 1e8);
    ts_contest_clear(&c);
    close_fixture(&f);
}

static void contest_keeps_to_its_time(void **state)
{
    (void)state;
    const uint64_t configs[] = {0, 1, 2};
    ts_fixture f;
    ts_contest c;
    open_fixture(&f, "axpy", "n=1000", &(ts_hardware_options){.cpu = -1, .counters = "none"});
    assert_int_equal(f.evaluator->submit(f.evaluator, configs, 3),
                     TS_OK); /* in flight: dropped by a contest */
    assert_int_equal(f.evaluator->contest(f.evaluator, configs, 3, 0, 0.2, &c), TS_OK);
    assert_true(c.rounds >= 3 && c.rounds < 5000);
    assert_int_equal(c.results[0].status, TS_STATUS_OK);
    assert_int_equal(c.results[0].counter_count, 0);
    ts_contest_clear(&c);
    assert_int_equal(f.evaluator->contest(f.evaluator, configs, 3, 0, 0, &c), TS_EINPUT);
    close_fixture(&f);
}

static void closing_in_the_middle_leaves_nothing(void **state)
{
    (void)state;
    cpu_set_t before, after;
    uint64_t configs[10];
    ts_fixture f;
    ts_result r;
    for (uint64_t i = 0; i < 10; i++)
        configs[i] = i;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    open_fixture(&f, "bad", "m=64,n=64", NULL);
    assert_int_equal(f.evaluator->submit(f.evaluator, configs, 10), TS_OK);
    assert_int_equal(f.evaluator->collect(f.evaluator, 0.01, &r), 0);
    close_fixture(&f);
    assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
    assert_true(CPU_EQUAL(&before, &after));
}

static void a_missing_compiler_is_a_result(void **state)
{
    (void)state;
    static const char *const compilers[] = {"/no/such/cc", NULL};
    ts_fixture f;
    ts_result r;
    uint64_t config = 0;
    open_fixture(&f, "axpy", "n=1000", NULL);
    f.evaluator->close(f.evaluator);
    ts_space_free(f.space);
    assert_int_equal(ts_kernel_space(&f.problem, f.target, compilers, &f.space), TS_OK);
    assert_int_equal(ts_hardware_open(&f.problem, f.target, f.space, NULL, &f.evaluator), TS_OK);
    assert_int_equal(f.evaluator->submit(f.evaluator, &config, 1), TS_OK);
    assert_int_equal(f.evaluator->collect(f.evaluator, 1, &r), 1);
    assert_int_equal(r.status, TS_STATUS_UNAVAILABLE);
    assert_non_null(strstr(r.reason, "/no/such/cc"));
    ts_result_clear(&r);
    close_fixture(&f);
}

static int set_up(void **state)
{
    (void)state;
    char cache[128];
    if (!mkdtemp(folder))
        return -1;
    snprintf(cache, sizeof cache, "%s/cache", folder);
    snprintf(temporary, sizeof temporary, "%s/tmp", folder);
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 1);
    setenv("TILESMITH_CACHE", cache, 1);
    setenv("TMPDIR", temporary, 1);
    return ts_file_mkdirs(temporary);
}

static int tear_down(void **state)
{
    (void)state;
    return ts_file_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_variants_are_measured),
        cmocka_unit_test(second_time_nothing_is_compiled),
        cmocka_unit_test(unloadable_objects_are_built_again),
        cmocka_unit_test(damaged_objects_are_built_again),
        cmocka_unit_test(without_cache_nothing_is_kept),
        cmocka_unit_test(bad_variants_are_recorded_and_survived),
        cmocka_unit_test(contest_interleaves_and_survives),
        cmocka_unit_test(contest_keeps_to_its_time),
        cmocka_unit_test(closing_in_the_middle_leaves_nothing),
        cmocka_unit_test(a_missing_compiler_is_a_result),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
