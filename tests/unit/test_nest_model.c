/* The model of variants: traffic against closed forms, what more of a machine or a better tile must do,
 * refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/detect.h"
#include "model/nest.h"
#include "model/nest_parts.h"
#include "model/predict.h"
#include "util/clock.h"

#define check(call)                                                                                          \
    do {                                                                                                     \
        if ((call) != TS_OK)                                                                                 \
            fail_msg("%s: %s", #call, ts_error());                                                           \
    } while (0)

static void put(ts_target *t, const char *name, double value, const char *unit)
{
    check(ts_target_set(t, name, ts_real(value), unit, "test", NAN, NAN));
}

static ts_target *machine(void)
{
    ts_target *t = ts_target_new("test", "cpu");
    assert_non_null(t);
    check(ts_target_set(t, "arch", ts_string("x86_64"), NULL, "test", NAN, NAN));
    check(ts_target_set(t, "vector.bits", ts_int(512), NULL, "test", NAN, NAN));
    check(ts_target_set(t, "vector.bytes", ts_int(64), "B", "test", NAN, NAN));
    check(ts_target_set(t, "vector.registers", ts_int(32), NULL, "test", NAN, NAN));
    check(ts_target_set(t, "cores", ts_int(1), NULL, "test", NAN, NAN));
    put(t, "clock.core", 4e9, "Hz");
    put(t, "fma.throughput", 2, "1/cycle");
    put(t, "fma.latency", 4, "cycles");
    check(ts_target_set(t, "l1d.size", ts_int(48 << 10), "B", "test", NAN, NAN));
    check(ts_target_set(t, "l1d.ways", ts_int(12), NULL, "test", NAN, NAN));
    check(ts_target_set(t, "l2.size", ts_int(1 << 20), "B", "test", NAN, NAN));
    check(ts_target_set(t, "l2.ways", ts_int(16), NULL, "test", NAN, NAN));
    check(ts_target_set(t, "l3.size", ts_int(32 << 20), "B", "test", NAN, NAN));
    check(ts_target_set(t, "l3.ways", ts_int(16), NULL, "test", NAN, NAN));
    put(t, "l1d.bandwidth", 512e9, "B/s");
    put(t, "l2.bandwidth", 200e9, "B/s");
    put(t, "l3.bandwidth", 100e9, "B/s");
    put(t, "memory.bandwidth", 30e9, "B/s");
    return t;
}

/* A gemm, and one of its variants. */
typedef struct bench {
    ts_kernel *kernel;
    ts_target *target;
    ts_problem problem;
    ts_facts *facts;
    ts_nest_model *model;
    ts_value values[TS_NEST_SLOTS];
} bench;

static void set(bench *b, const char *name, ts_value value)
{
    for (size_t i = 0; i < b->kernel->parameter_count; i++)
        if (strcmp(b->kernel->parameters[i].name, name) == 0) {
            b->values[b->kernel->parameters[i].slot] = value;
            return;
        }
    fail_msg("there is no parameter %s", name);
}

static void open_bench(bench *b, const char *shape)
{
    memset(b, 0, sizeof *b);
    b->target = machine();
    check(ts_kernel_load("gemm", &b->kernel));
    check(ts_problem_parse(b->kernel, "f32", shape, &b->problem));
    check(ts_facts_open(b->target, &b->facts));
    check(ts_nest_model_open(&b->problem, b->facts, &b->model));
    for (size_t i = 0; i < b->kernel->parameter_count; i++)
        b->values[b->kernel->parameters[i].slot] = ts_int(0);
    set(b, "algorithm", ts_string("packed"));
    set(b, "resident", ts_string("B"));
    set(b, "outer", ts_string("n"));
    set(b, "vector", ts_int(64));
    set(b, "mr", ts_int(8));
    set(b, "nv", ts_int(3));
    set(b, "ku", ts_int(4));
    set(b, "kc", ts_int(256));
    set(b, "mc", ts_int(96));
    set(b, "nc", ts_int(512));
    set(b, "pack_a", ts_int(1));
    set(b, "pack_b", ts_int(1));
    set(b, "parts", ts_int(2));
}

static void close_bench(bench *b)
{
    ts_nest_model_close(b->model);
    ts_facts_close(b->facts);
    ts_kernel_free(b->kernel);
    ts_target_free(b->target);
}

static ts_nest_cost cost(const bench *b)
{
    ts_nest_cost c;
    assert_true(ts_nest_predict(b->model, b->values, &c));
    return c;
}

/* Memory of a blocked product much larger than the caches: A once for each block of columns, B once, C read
 * and written once for each block of k (Low et al. 2016). */
static void memory_traffic_is_the_closed_form(void **state)
{
    bench b;
    (void)state;
    open_bench(&b, "m=8192,n=6144,k=4096");
    set(&b, "nc", ts_int(1024));
    const double m = 8192, n = 6144, k = 4096, size = 4;
    const double blocks = 6, depth = 16;
    double expected = size * (m * k * blocks + k * n + 2 * m * n * depth);
    ts_nest_cost c = cost(&b);
    assert_int_equal(c.level_count, 3);
    if (fabs(c.bytes[2] / expected - 1) > 0.02)
        fail_msg("%g B cross from memory, not %g", c.bytes[2], expected);
    close_bench(&b);
}

static void what_fits_comes_once(void **state)
{
    bench b;
    (void)state;
    open_bench(&b, "m=64,n=48,k=64");
    ts_nest_cost c = cost(&b);
    for (size_t i = 0; i < c.level_count; i++)
        assert_true(c.bytes[i] == 0);
    assert_true(c.seconds >= c.vector_seconds);
    close_bench(&b);
}

static void few_chains_wait(void **state)
{
    bench b;
    (void)state;
    open_bench(&b, "m=512,n=512,k=512");
    double good = cost(&b).seconds;
    assert_true(cost(&b).waiting == 1);
    set(&b, "mr", ts_int(2));
    set(&b, "nv", ts_int(1));
    ts_nest_cost c = cost(&b);
    assert_true(c.waiting > 3.9 && c.waiting < 4.1); /* 2 chains where 8 are needed */
    assert_true(c.seconds > 2 * good);
    close_bench(&b);
}

static void tiles_cut_short_are_waste(void **state)
{
    bench b;
    (void)state;
    open_bench(&b, "m=512,n=480,k=512");
    set(&b, "mc", ts_int(96));
    double even = cost(&b).waste;
    close_bench(&b);
    open_bench(&b, "m=512,n=481,k=512");
    assert_true(even < 1.01);
    assert_true(cost(&b).waste > even);
    close_bench(&b);
}

/* Rows a power of two apart share sets: a panel that would fit doesn't stay, unless it is copied. */
static void strides_spoil_what_is_read_in_place(void **state)
{
    bench b;
    (void)state;
    open_bench(&b, "m=512,n=4096,k=512");
    set(&b, "nc", ts_int(96));
    set(&b, "kc", ts_int(128));
    double copied = cost(&b).bytes[0];
    set(&b, "pack_b", ts_int(0));
    assert_true(cost(&b).bytes[0] > copied);
    close_bench(&b);
}

/* 24 KiB of rows 16 KiB apart: all begin in the same set, which has 12 lines. Half a kilobyte more between
 * them, and they find room; then B crosses into L1 once, not once for each tile of rows. */
static void rows_that_share_sets_come_again(void **state)
{
    bench b;
    double bytes[2];
    (void)state;
    for (int spread = 0; spread < 2; spread++) {
        open_bench(&b, spread ? "m=512,n=4128,k=128" : "m=512,n=4096,k=128");
        set(&b, "nc", ts_int(96));
        set(&b, "kc", ts_int(128));
        set(&b, "mc", ts_int(512));
        set(&b, "pack_a", ts_int(1));
        set(&b, "pack_b", ts_int(0));
        bytes[spread] = cost(&b).bytes[0];
        close_bench(&b);
    }
    double b_once = 4.0 * 128 * 4096, tiles = 512 / 8;
    assert_true(bytes[0] > b_once * tiles * 0.9);
    assert_true(bytes[1] < bytes[0] / 2);
}

static void a_better_machine_is_no_slower(void **state)
{
    /* Not l1d.bandwidth: all bandwidths are of loads into registers, so a faster first level with the others
     * as they are says that the ways between them are slower. */
    static const char *const better[] = {"clock.core", "fma.throughput", "l3.bandwidth", "memory.bandwidth"};
    bench b;
    (void)state;
    open_bench(&b, "m=1024,n=1024,k=1024");
    double before = cost(&b).seconds;
    for (size_t i = 0; i < sizeof better / sizeof *better; i++) {
        ts_nest_model *model;
        ts_nest_cost c;
        check(ts_facts_scale(b.facts, better[i], 1.5));
        check(ts_nest_model_open(&b.problem, b.facts, &model));
        assert_true(ts_nest_predict(model, b.values, &c));
        if (c.seconds > before * 1.0001)
            fail_msg("more of %s makes it slower: %g s after %g s", better[i], c.seconds, before);
        ts_nest_model_close(model);
        check(ts_facts_scale(b.facts, better[i], 1));
    }
    close_bench(&b);
}

/* Two cores that memory serves as well as one are no hindrance to each other; where it has no more for both,
 * each gets half. */
static void cores_share_memory(void **state)
{
    bench b;
    (void)state;
    open_bench(&b, "m=4096,n=4096,k=4096");
    double alone = cost(&b).level_seconds[2];
    b.problem.threads = 2;
    put(b.target, "memory.total", 60e9, "B/s");
    for (int scarce = 0; scarce < 2; scarce++) {
        ts_nest_model *model;
        ts_nest_cost c;
        if (scarce)
            check(ts_facts_scale(b.facts, "memory.total", 0.5));
        check(ts_nest_model_open(&b.problem, b.facts, &model));
        assert_true(ts_nest_predict(model, b.values, &c));
        /* beyond L3's 100 GB/s, a byte takes 1/30 - 1/100 ns alone and 1/15 - 1/100 ns with half of memory */
        double longer = scarce ? (1.0 / 15 - 0.01) / (1.0 / 30 - 0.01) : 1;
        if (fabs(c.level_seconds[2] / alone / longer - 1) > 1e-6)
            fail_msg("%g s from memory on each of two cores, %g s on one", c.level_seconds[2], alone);
        ts_nest_model_close(model);
    }
    close_bench(&b);
}

static void what_has_no_nest_is_said(void **state)
{
    bench b;
    ts_nest_cost c;
    ts_kernel *triad;
    ts_problem problem;
    ts_nest_model *model;
    (void)state;
    open_bench(&b, "m=512,n=512,k=512");
    set(&b, "algorithm", ts_string("strassen"));
    assert_false(ts_nest_predict(b.model, b.values, &c));
    check(ts_kernel_load("triad", &triad));
    check(ts_problem_parse(triad, NULL, "n=1024", &problem));
    assert_int_equal(ts_nest_model_open(&problem, b.facts, &model), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "<nest>"));
    ts_kernel_free(triad);
    close_bench(&b);
}

static void a_missing_fact_is_named(void **state)
{
    bench b;
    ts_nest_model *model;
    ts_facts *facts;
    (void)state;
    open_bench(&b, "m=512,n=512,k=512");
    ts_target *bare = ts_target_new("bare", "cpu");
    check(ts_facts_open(bare, &facts));
    assert_int_equal(ts_nest_model_open(&b.problem, facts, &model), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "clock.core"));
    ts_facts_close(facts);
    ts_target_free(bare);
    close_bench(&b);
}

static void features_are_numbers(void **state)
{
    bench b;
    double features[TS_NEST_FEATURES];
    (void)state;
    open_bench(&b, "m=16,n=16,k=16");
    ts_nest_cost c = cost(&b);
    ts_nest_features(&c, features);
    for (size_t i = 0; i < TS_NEST_FEATURES; i++)
        assert_true(isfinite(features[i]));
    close_bench(&b);
    open_bench(&b, "m=8192,n=6144,k=4096");
    c = cost(&b);
    ts_nest_features(&c, features);
    for (size_t l = 0; l < c.level_count; l++)
        assert_true(fabs(features[5 + l] - log(c.level_seconds[l])) < 1e-12);
    close_bench(&b);
}

/* The plug-in names what takes longest: the core of a product, or the memory of one that streams. */
static void what_binds_is_named(void **state)
{
    bench b;
    const ts_model *nest;
    ts_work work;
    ts_prediction p;
    (void)state;
    open_bench(&b, "m=512,n=512,k=512");
    check(ts_model_find("nest", b.target, &nest));
    check(ts_work_of(&b.problem, &work));
    ts_model_call call = {.problem = &b.problem, .values = b.values, .work = &work};
    check(ts_model_run(nest, &call, b.facts, &p));
    assert_string_equal(p.bound, "fma.throughput");
    assert_true(p.utilization > 0.5 && p.utilization <= 1);
    assert_int_equal(p.level_count, 3);
    close_bench(&b);
    open_bench(&b, "m=1,n=8192,k=8192");
    set(&b, "mr", ts_int(1));
    set(&b, "nv", ts_int(8));
    set(&b, "pack_a", ts_int(0));
    set(&b, "pack_b", ts_int(0));
    check(ts_work_of(&b.problem, &work));
    call.problem = &b.problem;
    check(ts_model_run(nest, &call, b.facts, &p));
    assert_string_equal(p.bound, "memory.bandwidth");
    call.values = NULL;
    assert_int_equal(ts_model_run(nest, &call, b.facts, &p), TS_EINPUT);
    close_bench(&b);
}

/* The bar is 100,000 a second on one core; a loaded machine and sanitizers are given room. */
static void it_is_fast(void **state)
{
    enum { CALLS = 20000 };
    bench b;
    (void)state;
    open_bench(&b, "m=512,n=512,k=512");
    double begin = ts_now();
    for (int i = 0; i < CALLS; i++) {
        set(&b, "mr", ts_int(1 + i % 16));
        cost(&b);
    }
    double each = (ts_now() - begin) / CALLS;
    if (each > 100e-6)
        fail_msg("a prediction takes %g s", each);
    close_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_traffic_is_the_closed_form),
        cmocka_unit_test(what_fits_comes_once),
        cmocka_unit_test(few_chains_wait),
        cmocka_unit_test(tiles_cut_short_are_waste),
        cmocka_unit_test(strides_spoil_what_is_read_in_place),
        cmocka_unit_test(rows_that_share_sets_come_again),
        cmocka_unit_test(a_better_machine_is_no_slower),
        cmocka_unit_test(cores_share_memory),
        cmocka_unit_test(what_has_no_nest_is_said),
        cmocka_unit_test(a_missing_fact_is_named),
        cmocka_unit_test(features_are_numbers),
        cmocka_unit_test(what_binds_is_named),
        cmocka_unit_test(it_is_fast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
