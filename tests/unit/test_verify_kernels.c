/* Verification from manifest to verdict, on small kernels whose operands differ in type, whose inputs
 * reference.c makes, whose variants prepare, and whose variants use several threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/toolchain.h"
#include "eval/evaluator.h"
#include "util/clock.h"
#include "util/str.h"
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/tilesmith-test-kernels-XXXXXX";

/* A problem and what evaluates it. */
typedef struct ts_bench {
    ts_kernel *kernel;
    ts_target *target;
    ts_problem problem;
    ts_space *space;
    ts_evaluator *evaluator;
} ts_bench;

static ts_bench open_bench(const char *kernel, const char *type, const char *shape, double max_error,
                           int threads, const char *compiler)
{
    const char *const compilers[] = {compiler, NULL};
    char path[512];
    ts_bench b = {.target = ts_target_new("host", "cpu")};
    snprintf(path, sizeof path, "%s/tests/data/kernels/%s", TS_SOURCE_DIR, kernel);
    int rc = ts_kernel_load(path, &b.kernel);
    if (rc == TS_OK)
        rc = ts_problem_parse(b.kernel, type, shape, &b.problem);
    b.problem.max_error = max_error;
    b.problem.threads = threads;
    if (rc != TS_OK || ts_kernel_space(&b.problem, b.target, compilers, &b.space) != TS_OK)
        fail_msg("%s", ts_error());
    return b;
}

/* The problem is borrowed: it must have come to rest. */
static void start(ts_bench *b)
{
    if (ts_hardware_open(&b->problem, b->target, b->space, NULL, &b->evaluator) != TS_OK)
        fail_msg("%s", ts_error());
}

static void close_bench(ts_bench *b)
{
    if (b->evaluator)
        b->evaluator->close(b->evaluator);
    ts_space_free(b->space);
    ts_kernel_free(b->kernel);
    ts_target_free(b->target);
}

/* The first configuration in which the parameter has the value. */
static uint64_t with(const ts_bench *b, const char *name, const char *value)
{
    uint16_t ordinals[16];
    char text[64];
    for (uint64_t c = 0; c < ts_space_count(b->space); c++) {
        ts_space_decode(b->space, c, ordinals);
        for (size_t i = 0; i < ts_space_params(b->space); i++) {
            const ts_param *p = ts_space_param(b->space, i);
            if (strcmp(p->name, name) == 0 &&
                strcmp(ts_value_text(p->values[ordinals[i]], text, sizeof text), value) == 0)
                return c;
        }
    }
    fail_msg("no configuration with %s=%s", name, value);
    return 0;
}

static ts_result evaluate(const ts_bench *b, uint64_t config)
{
    ts_evaluator *e = b->evaluator;
    ts_result r = {0};
    double limit = ts_now() + 60;
    int rc = e->submit(e, &config, 1);
    while (rc == 0 && ts_now() < limit)
        rc = e->collect(e, 5, &r);
    if (rc != 1)
        fail_msg("%s", ts_error());
    return r;
}

static void expect(const ts_bench *b, const char *name, const char *value, ts_status status,
                   const char *words)
{
    ts_result r = evaluate(b, with(b, name, value));
    if (r.status != status || (words && !strstr(r.reason, words)))
        fail_msg("%s=%s: %s: %s; expected %s, %s", name, value, ts_status_name(r.status),
                 r.reason ? r.reason : "", ts_status_name(status), words ? words : "");
    if (status == TS_STATUS_OK)
        assert_true(r.error >= 0 && r.error <= 1 && r.deviation >= 0 && r.deviation < 1);
    ts_result_clear(&r);
}

static void operands_have_their_own_types(void **state)
{
    (void)state;
    ts_bench b = open_bench("mixed", "i8", "m=9,n=70", 0, 1, "cc");
    start(&b);
    expect(&b, "fault", "none", TS_STATUS_OK, NULL);
    expect(&b, "fault", "skips", TS_STATUS_WRONG, "S[");
    expect(&b, "fault", "truncates", TS_STATUS_WRONG, "S[");
    expect(&b, "fault", "pads", TS_STATUS_WRONG, "padding behind row 0 of H");
    close_bench(&b);
}

static void what_is_prepared_must_last(void **state)
{
    (void)state;
    static const char *const types[] = {"f32", "f64"};
    for (size_t i = 0; i < 2; i++) {
        ts_bench b = open_bench("sparse", types[i], "m=40,n=50", 0, 1, "cc");
        start(&b);
        expect(&b, "format", "rows", TS_STATUS_OK, NULL);
        expect(&b, "format", "planes", TS_STATUS_OK, NULL);
        expect(&b, "fault", "peeks", TS_STATUS_WRONG, "y[0] is nan");
        expect(&b, "fault", "forgets", TS_STATUS_WRONG, "when called again without another preparation");
        expect(&b, "fault", "spoils", TS_STATUS_WRONG, "changed its input values[0]");
        expect(&b, "fault", "crashes", TS_STATUS_CRASHED, "preparing its operands at m=40,n=50");
        close_bench(&b);
    }
}

/* Both formats share a workspace in the finals. */
static void variants_that_prepare_compete(void **state)
{
    (void)state;
    ts_bench b = open_bench("sparse", "f32", "m=40,n=50", 0, 1, "cc");
    start(&b);
    uint64_t configs[] = {with(&b, "format", "planes"), with(&b, "format", "rows")};
    ts_contest c;
    if (b.evaluator->contest(b.evaluator, configs, 2, 4, 20, &c) != TS_OK)
        fail_msg("%s", ts_error());
    assert_int_equal(c.rounds, 4);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(c.results[i].status, TS_STATUS_OK);
        assert_true(c.results[i].deviation >= 0);
    }
    ts_contest_clear(&c);
    close_bench(&b);
}

static void an_allowed_error_admits_approximations(void **state)
{
    (void)state;
    ts_bench exact = open_bench("parallel", "f32", "n=1000", 0, 1, "cc"),
             rough = open_bench("parallel", "f32", "n=1000", 1e-3, 1, "cc");
    assert_int_equal(2 * ts_space_count(exact.space), ts_space_count(rough.space));
    start(&rough);
    ts_result r = evaluate(&rough, with(&rough, "rounded", "1"));
    if (r.status != TS_STATUS_OK)
        fail_msg("%s", r.reason);
    assert_true(r.deviation > 8.9e-4 && r.deviation < 9.1e-4);
    assert_true(r.error > 0.89 && r.error < 0.91);
    ts_result_clear(&r);
    r = evaluate(&rough, with(&rough, "fault", "none"));
    assert_true(r.status == TS_STATUS_OK && r.deviation == 0);
    ts_result_clear(&r);
    close_bench(&exact);
    close_bench(&rough);
}

static bool has_openmp(const char *compiler)
{
    char command[256];
    snprintf(command, sizeof command,
             "echo 'int main(void) { return 0; }' | %s -fopenmp -x c - -o %s/probe >%s/log 2>&1", compiler,
             folder, folder);
    return system(command) == 0;
}

static void threads_run_in_the_sandbox(const char *compiler)
{
    if (!has_openmp(compiler)) {
        print_message("%s has no OpenMP here\n", compiler);
        skip();
    }
    ts_bench b = open_bench("parallel", "f32", "n=100000", 0, 2, compiler);
    start(&b);
    expect(&b, "schedule", "static", TS_STATUS_OK, NULL);
    expect(&b, "schedule", "dynamic", TS_STATUS_OK, NULL);
    expect(&b, "fault", "crash", TS_STATUS_CRASHED, "wrote address 0xbc614e, far from every operand");
    expect(&b, "fault", "exit", TS_STATUS_CRASHED, "left by exit(0)");
    uint64_t configs[] = {with(&b, "schedule", "static"), with(&b, "schedule", "dynamic")};
    ts_contest c;
    if (b.evaluator->contest(b.evaluator, configs, 2, 4, 20, &c) != TS_OK)
        fail_msg("%s", ts_error());
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(c.results[i].status, TS_STATUS_OK);
        assert_true(c.results[i].counter_count >= 1 && !c.results[i].counters[0].available);
        assert_non_null(strstr(c.results[i].counters[0].reason, "see one thread"));
    }
    ts_contest_clear(&c);
    close_bench(&b);
}

static void gcc_variants_may_use_threads(void **state)
{
    (void)state;
    threads_run_in_the_sandbox("gcc");
}

static void clang_variants_may_use_threads(void **state)
{
    (void)state;
    threads_run_in_the_sandbox("clang");
}

static void the_caller_gets_its_cpus_back(void **state)
{
    (void)state;
    cpu_set_t before, after;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    ts_bench b = open_bench("parallel", "f32", "n=1000", 0, 1000, "cc");
    start(&b); /* more threads than there are CPUs */
    close_bench(&b);
    assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
    assert_true(CPU_EQUAL(&before, &after));
}

static int set_up(void **state)
{
    (void)state;
    char cache[sizeof folder + 8];
    if (!mkdtemp(folder))
        return -1;
    snprintf(cache, sizeof cache, "%s/cache", folder);
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 1);
    setenv("TILESMITH_CACHE", cache, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[sizeof folder + 16];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operands_have_their_own_types),
        cmocka_unit_test(what_is_prepared_must_last),
        cmocka_unit_test(variants_that_prepare_compete),
        cmocka_unit_test(an_allowed_error_admits_approximations),
        cmocka_unit_test(gcc_variants_may_use_threads),
        cmocka_unit_test(clang_variants_may_use_threads),
        cmocka_unit_test(the_caller_gets_its_cpus_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
