/* Systolic arrays: closed forms, the mechanism of stalls, messages. Recorded rows: test_model_reference.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "model/systolic.h"
#include "tilesmith_plugin.h"

static ts_systolic_result run(ts_systolic_array array, int64_t pixels, int64_t filters, int64_t window)
{
    ts_systolic_layer layer = {pixels, filters, window};
    ts_systolic_result r;
    assert_int_equal(ts_systolic_run(&array, &layer, &r), 0);
    return r;
}

static void test_one_cell(void **state)
{
    (void)state;
    ts_systolic_result r = run((ts_systolic_array){.rows = 1, .columns = 1}, 1, 1, 5);
    assert_int_equal(r.fold_cycles, 5);
    assert_int_equal(r.compute_cycles, 4); /* counted from cycle 0 */
    assert_float_equal(r.mapping_efficiency, 1, 1e-12);
    assert_float_equal(r.utilization, 1, 1e-12);
}

/* 10×6 outputs of windows of 7 on 4×4 cells, by hand. */
static void test_folds_of_each_dataflow(void **state)
{
    (void)state;
    static const struct {
        ts_dataflow dataflow;
        int64_t row_folds, column_folds, fold_cycles, input_reads, weight_reads;
    } cases[] = {{TS_OUTPUT_STATIONARY, 3, 2, 7 + 4 + 4 - 2, 140, 126},
                 {TS_WEIGHT_STATIONARY, 2, 2, 10 + 8 + 4 - 2, 140, 42},
                 {TS_INPUT_STATIONARY, 2, 3, 6 + 8 + 4 - 2, 70, 126}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_systolic_result r =
            run((ts_systolic_array){.rows = 4, .columns = 4, .dataflow = cases[i].dataflow}, 10, 6, 7);
        assert_int_equal(r.row_folds, cases[i].row_folds);
        assert_int_equal(r.column_folds, cases[i].column_folds);
        assert_int_equal(r.fold_cycles, cases[i].fold_cycles);
        assert_int_equal(r.compute_cycles,
                         cases[i].row_folds * cases[i].column_folds * cases[i].fold_cycles - 1);
        assert_int_equal(r.input_reads, cases[i].input_reads);
        assert_int_equal(r.weight_reads, cases[i].weight_reads);
        assert_int_equal(r.stall_cycles, 0);
        assert_int_equal(r.input_fetches, 0);
    }
}

static ts_systolic_array with_bandwidth(ts_dataflow dataflow, int64_t words, int64_t words_per_cycle)
{
    return (ts_systolic_array){.rows = 16,
                               .columns = 16,
                               .dataflow = dataflow,
                               .input_words = words,
                               .weight_words = words,
                               .output_words = words,
                               .words_per_cycle = words_per_cycle};
}

/* Operands that fit in the first half are there before the array starts. */
static void test_no_stall_where_operands_fit(void **state)
{
    (void)state;
    for (int d = TS_OUTPUT_STATIONARY; d <= TS_INPUT_STATIONARY; d++) {
        ts_systolic_result r = run(with_bandwidth((ts_dataflow)d, 1 << 16, 1), 64, 64, 64);
        assert_int_equal(r.stall_cycles, 0);
        assert_int_equal(r.input_fetches, 64 * 64);
        assert_int_equal(r.weight_fetches, 64 * 64);
    }
}

static void test_stalls_shrink_with_bandwidth(void **state)
{
    (void)state;
    for (int d = TS_OUTPUT_STATIONARY; d <= TS_INPUT_STATIONARY; d++) {
        int64_t before = INT64_MAX;
        for (int64_t bandwidth = 1; bandwidth <= 64; bandwidth *= 4) {
            ts_systolic_result r = run(with_bandwidth((ts_dataflow)d, 1000, bandwidth), 100, 50, 70);
            int64_t total = r.compute_cycles + r.stall_cycles;
            /* what is fetched after the first half comes at the bandwidth */
            assert_true(total + 1000 >= (r.input_fetches - 500) / bandwidth);
            assert_true(r.input_fetches >= 100 * 70 - bandwidth);
            assert_true(r.stall_cycles >= 0 && r.stall_cycles <= before);
            before = r.stall_cycles;
        }
        assert_true(before < INT64_MAX);
    }
}

static void test_messages(void **state)
{
    (void)state;
    ts_systolic_array array = {.rows = 4, .columns = 4};
    ts_systolic_layer layer = {1, 1, 0}, good = {1, 1, 1};
    ts_systolic_result r;
    assert_int_equal(ts_systolic_run(&array, &layer, &r), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "window"));
    array.rows = 0;
    assert_int_equal(ts_systolic_run(&array, &good, &r), TS_EINPUT);
    array.rows = 4;
    array.words_per_cycle = 8;
    assert_int_equal(ts_systolic_run(&array, &good, &r), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "scratchpads"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_cell),
        cmocka_unit_test(test_folds_of_each_dataflow),
        cmocka_unit_test(test_no_stall_where_operands_fit),
        cmocka_unit_test(test_stalls_shrink_with_bandwidth),
        cmocka_unit_test(test_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
