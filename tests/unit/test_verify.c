/* Verification, with variants that are functions of this file: what it lets pass, and what it finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/verify.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The kernel "bad" is C = 2 A with leading dimensions; here everyone plays it. */
static ts_kernel *kernel;
static ts_target *target;
static ts_problem problem;
static ts_value *slots;
static ts_references *references;
static ts_board board;

static const int64_t sizes[][TS_MAX_DIMS] = {{1, 1}, {3, 16}, {2, 19}};

static float *row_of(const ts_call *c, int64_t i)
{
    return (float *)c->tensor[1] + i * c->ld[1];
}

static void right(const ts_call *c)
{
    for (int64_t i = 0; i < c->dim[0]; i++)
        for (int64_t j = 0; j < c->dim[1]; j++)
            row_of(c, i)[j] = 2 * ((const float *)c->tensor[0])[i * c->ld[0] + j];
}

static void slightly_off(const ts_call *c)
{
    right(c);
    row_of(c, c->dim[0] - 1)[c->dim[1] - 1] *= 1 + 1e-5f;
}

static void within_tolerance(const ts_call *c)
{
    right(c);
    row_of(c, 0)[0] *= 1 + 5e-7f;
}

static void adds_to_output(const ts_call *c)
{
    for (int64_t i = 0; i < c->dim[0]; i++)
        for (int64_t j = 0; j < c->dim[1]; j++)
            row_of(c, i)[j] += 2 * ((const float *)c->tensor[0])[i * c->ld[0] + j];
}

static void forgets_an_element(const ts_call *c)
{
    float kept = row_of(c, 0)[0];
    right(c);
    row_of(c, 0)[0] = kept;
}

static void writes_padding(const ts_call *c)
{
    right(c);
    if (c->ld[1] > c->dim[1] && c->dim[0] > 1)
        row_of(c, 0)[c->dim[1]] = 0;
}

static void writes_nan_into_padding(const ts_call *c)
{
    right(c);
    if (c->ld[1] > c->dim[1] && c->dim[0] > 1)
        row_of(c, 0)[c->dim[1]] = NAN;
}

static void changes_input(const ts_call *c)
{
    right(c);
    ((float *)c->tensor[0])[c->dim[1] / 2] += 1;
}

static void overruns_workspace(const ts_call *c)
{
    right(c);
    ((char *)c->workspace)[100] = 1;
}

static void trusts_workspace(const ts_call *c)
{
    right(c);
    row_of(c, 0)[0] += ((const float *)c->workspace)[0];
}

static void wrong_at_remainders(const ts_call *c)
{
    right(c);
    if (c->dim[1] % 16 == 3)
        row_of(c, 1)[18] = 7;
}

static int calls;
static void wrong_when_repeated(const ts_call *c)
{
    right(c);
    if (++calls > 100)
        row_of(c, 0)[0] = 7;
}

static int open_verifier(ts_verifier *v)
{
    return ts_verifier_open(&problem, slots, references, (ts_oracle){right, NULL}, &board, v);
}

static int judge(ts_call_fn *variant, bool fixed_shape, ts_accuracy *accuracy, ts_str *reason)
{
    ts_verifier v;
    ts_subject s = {
        .call = variant, .fixed_shape = fixed_shape, .workspace_bytes = 100, .cases = sizes, .case_count = 3};
    assert_int_equal(open_verifier(&v), TS_OK);
    int verdict = ts_verify_variant(&v, &s, accuracy, reason);
    ts_verifier_close(&v);
    return verdict;
}

static void expect_wrong(ts_call_fn *variant, const char *words)
{
    ts_str reason = TS_STR_INIT;
    ts_accuracy accuracy;
    assert_int_equal(judge(variant, false, &accuracy, &reason), 0);
    if (!strstr(ts_str_text(&reason), words))
        fail_msg("'%s' doesn't mention '%s'", ts_str_text(&reason), words);
    ts_str_free(&reason);
}

static void right_variants_pass(void **state)
{
    (void)state;
    ts_str reason = TS_STR_INIT;
    ts_accuracy accuracy = {9, 9};
    assert_int_equal(judge(right, false, &accuracy, &reason), 1);
    assert_true(accuracy.error == 0 && accuracy.deviation == 0);
    assert_int_equal(judge(right, true, &accuracy, &reason), 1);
    assert_int_equal(judge(within_tolerance, false, &accuracy, &reason), 1);
    assert_true(accuracy.error > 0.1 && accuracy.error <= 1);
    assert_true(accuracy.deviation > 1e-9 && accuracy.deviation < 5.1e-7);
    assert_string_equal(ts_str_text(&reason), "");
    ts_str_free(&reason);
}

/* The user's limit is one for all elements: relative to the largest, not to each. */
static void max_error_widens_the_tolerance(void **state)
{
    (void)state;
    ts_str reason = TS_STR_INIT;
    ts_accuracy accuracy;
    problem.max_error = 2e-5;
    assert_int_equal(judge(slightly_off, false, &accuracy, &reason), 1);
    assert_true(accuracy.error > 0 && accuracy.error <= 1);
    assert_true(accuracy.deviation > 1e-8 && accuracy.deviation < 1.01e-5);
    problem.max_error = 1e-7;
    assert_int_equal(judge(slightly_off, false, &accuracy, &reason), 0);
    assert_true(accuracy.error > 1);
    problem.max_error = 0;
    assert_int_equal(judge(within_tolerance, false, &accuracy, &reason), 1);
    ts_str_free(&reason);
}

static void wrong_results_are_found(void **state)
{
    (void)state;
    expect_wrong(slightly_off, "x the tolerance");
    expect_wrong(adds_to_output, "C[0][0] is nan");
    expect_wrong(forgets_an_element, "C[0][0] is nan");
    expect_wrong(wrong_at_remainders, "C[1][18] is 7");
    expect_wrong(wrong_at_remainders, "at m=2,n=19");
    expect_wrong(trusts_workspace, "C[0][0] is nan");
}

static void trespasses_are_found(void **state)
{
    (void)state;
    expect_wrong(writes_padding, "padding behind row 0 of C");
    expect_wrong(writes_nan_into_padding, "padding behind row 0 of C");
    expect_wrong(changes_input, "changed its input A[0][");
    expect_wrong(overruns_workspace, "1 bytes past the end of its workspace");
}

static void fixed_shapes_are_tried_at_their_own_only(void **state)
{
    (void)state;
    ts_str reason = TS_STR_INIT;
    ts_accuracy accuracy;
    assert_int_equal(judge(wrong_at_remainders, true, &accuracy, &reason), 1);
    assert_int_equal(judge(writes_padding, true, &accuracy, &reason), 0);
    ts_str_free(&reason);
}

static void the_call_to_time_is_ready_and_checked_again(void **state)
{
    (void)state;
    ts_verifier v;
    ts_subject s = {.call = wrong_when_repeated, .workspace_bytes = 100, .cases = sizes, .case_count = 3};
    ts_str reason = TS_STR_INIT;
    ts_accuracy accuracy;
    calls = 0;
    assert_int_equal(open_verifier(&v), TS_OK);
    assert_int_equal(ts_verify_variant(&v, &s, &accuracy, &reason), 1);
    assert_int_equal(v.call.dim[0], 24);
    assert_int_equal(v.call.ld[1], 40);
    for (int t = 0; t < 2; t++)
        assert_int_equal((uintptr_t)v.call.tensor[t] % 64, 0);
    assert_int_equal((uintptr_t)v.call.workspace % 64, 0);
    assert_int_equal(ts_verify_after(&v, &accuracy, &reason), 1);
    for (int i = 0; i < 100; i++)
        wrong_when_repeated(&v.call);
    assert_int_equal(ts_verify_after(&v, &accuracy, &reason), 0);
    assert_non_null(strstr(ts_str_text(&reason), "after repeated calls"));
    ts_verifier_close(&v);
    ts_str_free(&reason);
}

static void canaries_show_every_byte(void **state)
{
    (void)state;
    char block[64];
    for (size_t from = 0; from < 9; from++)
        for (size_t n = 0; n < 20; n++) {
            memset(block, 0, sizeof block);
            ts_canary_paint(block + from, n);
            assert_null(ts_canary_trace(block + from, n));
            for (size_t at = 0; at < n; at++) {
                block[from + at] ^= 0x10;
                assert_ptr_equal(ts_canary_trace(block + from, n), block + from + at);
                block[from + at] ^= 0x10;
            }
            assert_int_equal(block[from + n], 0);
        }
}

static void positions_touch_their_zones(void **state)
{
    (void)state;
    ts_guarded g;
    assert_int_equal(ts_guarded_open(1000, false, &g), TS_OK);
    ts_guarded_place(&g, 1000, 4, TS_AT_END, 0);
    assert_ptr_equal(g.start + 1000, g.room + g.room_bytes);
    assert_null(ts_guarded_trace(&g));
    g.start[-1] ^= 1;
    assert_ptr_equal(ts_guarded_trace(&g), g.start - 1);
    ts_guarded_place(&g, 1000, 4, TS_AT_START, 0);
    assert_ptr_equal(g.start, g.room);
    g.start[1000] ^= 1;
    assert_ptr_equal(ts_guarded_trace(&g), g.start + 1000);
    ts_guarded_close(&g);
    assert_int_equal(ts_guarded_open(SIZE_MAX - 5, false, &g), TS_EINPUT);
}

static void scalar_sets_are_the_timing_one_and_all_combinations(void **state)
{
    (void)state;
    ts_kernel *axpy;
    double scalars[TS_MAX_SCALARS], wanted[] = {0.5, 0, 1, -2};
    assert_int_equal(ts_kernel_load(TS_SOURCE_DIR "/tests/data/kernels/axpy", &axpy), TS_OK);
    assert_int_equal(ts_scalar_sets(axpy), 4);
    for (size_t i = 0; i < 4; i++) {
        ts_scalar_set(axpy, i, scalars);
        assert_true(scalars[0] == wanted[i]);
    }
    ts_kernel_free(axpy);
    assert_int_equal(ts_scalar_sets(kernel), 1);
}

static void contents_depend_on_seed_and_position_alone(void **state)
{
    (void)state;
    float all[100], part[40];
    const ts_element *e;
    assert_int_equal(ts_element_find(ts_problem_tensor_type(&problem, 0), &e), TS_OK);
    ts_element_fill(e, all, 5, 0, 100, true);
    ts_element_fill(e, part, 5, 30, 40, true);
    assert_memory_equal(all + 30, part, sizeof part);
    double sum = 0;
    for (int i = 0; i < 100; i++) {
        assert_true(fabsf(all[i]) <= 1 && all[i] * 8 == rintf(all[i] * 8));
        sum += all[i];
    }
    assert_true(fabs(sum) < 30);
    ts_element_fill(e, part, 6, 30, 40, true);
    assert_memory_not_equal(all + 30, part, sizeof part);
}

static void elements_of_every_type_are_filled(void **state)
{
    (void)state;
    static const struct {
        ts_operand_type type;
        double low, high; /* of the grid */
    } types[] = {
        {{"f32", "float", 4}, -1, 1}, {{"f64", "double", 8}, -1, 1}, {{"bf16", "uint16_t", 2}, -1, 1},
        {{"i8", "int8_t", 1}, -8, 8}, {{"u8", "uint8_t", 1}, 0, 16}, {{"i32", "int32_t", 4}, -8, 8},
    };
    enum { COUNT = 2000 };
    char bytes[COUNT * 8];
    double x[COUNT];
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const ts_element *e;
        assert_int_equal(ts_element_find(types[i].type, &e), TS_OK);
        for (int grid = 0; grid < 2; grid++) {
            double low = grid ? types[i].low : e->low, high = grid ? types[i].high : e->high;
            double least = INFINITY, most = -INFINITY;
            ts_element_fill(e, bytes, 3, 0, COUNT, grid);
            e->load(x, bytes, COUNT);
            for (int j = 0; j < COUNT; j++) {
                least = x[j] < least ? x[j] : least;
                most = x[j] > most ? x[j] : most;
            }
            double margin = (high - low) / 50;
            assert_true(least >= low && most <= high && least < low + margin && most > high - margin);
            double largest = fabs(least) > most ? fabs(least) : most;
            assert_true(ts_element_largest(e, bytes, COUNT) == largest);
        }
    }
    assert_int_equal(ts_element_find((ts_operand_type){"i8", "int8_t", 2}, &(const ts_element *){NULL}),
                     TS_EINPUT);
    assert_non_null(strstr(ts_error(), "can't be verified"));
}

static void impossible_shapes_are_refused(void **state)
{
    (void)state;
    ts_problem huge = problem;
    ts_references *none;
    huge.dims[0] = huge.dims[1] = INT64_C(1) << 40;
    assert_int_equal(ts_references_open(&huge, slots, &none), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "smaller shape"));
    huge.dims[0] = -1;
    assert_int_equal(ts_references_open(&huge, slots, &none), TS_EINPUT);
}

static int set_up(void **state)
{
    (void)state;
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 1);
    target = ts_target_new("host", "cpu");
    int rc = ts_kernel_load(TS_SOURCE_DIR "/tests/data/kernels/bad", &kernel);
    if (rc == TS_OK)
        rc = ts_problem_parse(kernel, "f32", "m=24,n=40", &problem);
    slots = rc == TS_OK ? calloc(kernel->slot_count, sizeof *slots) : NULL;
    if (slots)
        rc = ts_kernel_slots(&problem, target, slots);
    if (rc == TS_OK)
        rc = ts_references_open(&problem, slots, &references);
    if (rc == TS_OK)
        rc = ts_references_compute(references, &problem, slots, (ts_oracle){right, NULL}, 1);
    if (rc == TS_OK)
        ts_references_seal(references);
    return rc;
}

static int tear_down(void **state)
{
    (void)state;
    ts_references_close(references);
    free(slots);
    ts_kernel_free(kernel);
    ts_target_free(target);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_variants_pass),
        cmocka_unit_test(max_error_widens_the_tolerance),
        cmocka_unit_test(wrong_results_are_found),
        cmocka_unit_test(elements_of_every_type_are_filled),
        cmocka_unit_test(trespasses_are_found),
        cmocka_unit_test(fixed_shapes_are_tried_at_their_own_only),
        cmocka_unit_test(the_call_to_time_is_ready_and_checked_again),
        cmocka_unit_test(canaries_show_every_byte),
        cmocka_unit_test(positions_touch_their_zones),
        cmocka_unit_test(scalar_sets_are_the_timing_one_and_all_combinations),
        cmocka_unit_test(contents_depend_on_seed_and_position_alone),
        cmocka_unit_test(impossible_shapes_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
