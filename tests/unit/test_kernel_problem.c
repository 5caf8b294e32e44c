/* Shapes as text, work, and the values that expressions see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/kernel.h"
#include "util/str.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static ts_kernel *kernel;

static int set_up(void **state)
{
    (void)state;
    return ts_kernel_load(TS_SOURCE_DIR "/tests/data/kernels/scale", &kernel);
}

static int tear_down(void **state)
{
    (void)state;
    ts_kernel_free(kernel);
    return 0;
}

static void shapes_are_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *shape, *text;
    } cases[] = {
        {"m=5", "m=5,n=64,negate=0"},
        {"m=5,n=7,negate=1", "m=5,n=7,negate=1"},
        {" negate = 1 , m=2K ", "m=2048,n=64,negate=1"},
        {"n=1M,m=1", "m=1,n=1048576,negate=0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_problem p;
        ts_str text = TS_STR_INIT;
        assert_int_equal(ts_problem_parse(kernel, NULL, cases[i].shape, &p), 0);
        assert_string_equal(p.type->name, "f32");
        ts_problem_text(&p, &text);
        assert_string_equal(ts_str_text(&text), cases[i].text);
        ts_str_free(&text);
    }
}

static void wrong_shapes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *shape, *expected;
    } cases[] = {
        {"m=0", "m=0 is out of range; m of scale goes from 1 to 1048576"},
        {"m=1099511627776", "m=1099511627776 is out of range"},
        {"m=99999999999999999999999", "is out of range"},
        {"m=9999999999999999G", "is out of range"},
        {"m=-3", "m=-3 is out of range"},
        {"m=2,negate=2", "negate of scale goes from 0 to 1"},
        {"m=2^40", "m=2^40 is not a whole number"},
        {"m=", "m= is not a whole number"},
        {"m=5x", "not a whole number"},
        {"m=1.5", "not a whole number"},
        {"m", "has no '='"},
        {"m=5,", "has no '='"},
        {"m=5,m=6", "m is given twice"},
        {"n=5", "doesn't give m"},
        {"", "doesn't give m"},
        {"m=5,rows=3", "no dimension 'rows'; its dimensions are m, n, negate"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_problem p;
        assert_int_equal(ts_problem_parse(kernel, "f64", cases[i].shape, &p), TS_EINPUT);
        if (!strstr(ts_error(), cases[i].expected))
            fail_msg("expected \"%s\" in \"%s\"", cases[i].expected, ts_error());
    }
    ts_problem p;
    assert_int_equal(ts_problem_parse(kernel, "f16", "m=1", &p), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "its types are f32, f64"));
}

static void work_depends_on_shape_and_type(void **state)
{
    (void)state;
    ts_problem p;
    double flops, bytes;
    assert_int_equal(ts_problem_parse(kernel, "f32", "m=3,n=7", &p), 0);
    assert_int_equal(ts_problem_work(&p, &flops, &bytes), 0);
    assert_true(flops == 21 && bytes == 2 * 4 * 21);
    assert_int_equal(ts_problem_parse(kernel, "f64", "m=1M,n=1M", &p), 0);
    assert_int_equal(ts_problem_work(&p, &flops, &bytes), 0);
    assert_true(flops == 0x1p40 && bytes == 0x1p44);
}

static ts_value slot(const ts_value *slots, const char *name)
{
    size_t at;
    assert_true(ts_names_find(kernel->names, name, &at));
    return slots[at];
}

static void slots_hold_problem_and_target(void **state)
{
    (void)state;
    ts_problem p;
    ts_target *target = ts_target_new("t", "cpu");
    ts_value *slots = calloc(kernel->slot_count, sizeof *slots);
    assert_int_equal(ts_problem_parse(kernel, "f64", "m=3", &p), 0);
    assert_int_equal(ts_kernel_slots(&p, target, slots), 0);
    assert_int_equal(slot(slots, "m").i, 3);
    assert_string_equal(slot(slots, "type").s, "f64");
    assert_int_equal(slot(slots, "type.size").i, 8);
    assert_int_equal(slot(slots, "target.vector.bytes").i, 16);
    assert_int_equal(slot(slots, "target.feature.avx512f").i, 0);
    assert_int_equal(slot(slots, "unroll").kind, TS_NONE);
    assert_int_equal(ts_target_set(target, "vector.bytes", ts_int(64), "B", NULL, NAN, NAN), 0);
    assert_int_equal(ts_target_set(target, "feature.avx512f", ts_int(1), "1", NULL, NAN, NAN), 0);
    assert_int_equal(ts_kernel_slots(&p, target, slots), 0);
    assert_int_equal(slot(slots, "target.vector.bytes").i, 64);
    assert_int_equal(slot(slots, "target.feature.avx512f").i, 1);
    ts_target_free(target);
    free(slots);
}

int main(void)
{
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_read_and_written),
        cmocka_unit_test(wrong_shapes_are_refused),
        cmocka_unit_test(work_depends_on_shape_and_type),
        cmocka_unit_test(slots_hold_problem_and_target),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
