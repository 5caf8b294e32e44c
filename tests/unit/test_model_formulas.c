/* The closed-form models, each against values worked out by hand or printed in its paper. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "model/blocking.h"
#include "model/cluster.h"
#include "model/dla.h"
#include "model/ecm.h"
#include "model/layer_condition.h"
#include "model/photonic.h"
#include "model/quantum.h"
#include "model/roofline.h"
#include "model/row_stationary.h"
#include "model/tpu.h"

static void assert_near(double value, double expected)
{
    if (fabs(value - expected) > 1e-9 * fmax(1, fabs(expected)))
        fail_msg("%.12g, expected %.12g", value, expected);
}

static void test_roofline(void **state)
{
    (void)state;
    ts_roofline_level levels[] = {{80, 100, 0.5}, {16, 10, 2}};
    ts_roofline r = {.work = 8,
                     .operations_per_second = 40,
                     .joules_per_operation = 1,
                     .static_watts = 10,
                     .level_count = 2,
                     .levels = levels};
    ts_roofline_bound b = ts_roofline_bounds(&r);
    assert_near(b.seconds, 1.6);
    assert_near(b.operations_per_second, 5);
    assert_int_equal(b.limit, 1);
    assert_near(b.joules, 8 + 40 + 32 + 16);
    levels[1].bytes = 1;
    r.operations_per_second = 5;
    assert_int_equal(ts_roofline_bounds(&r).limit, -1);
    assert_near(ts_roofline_cache_aware(0.1, 50, 40), 5);
    assert_near(ts_roofline_cache_aware(10, 50, 40), 40);
}

static void test_ecm(void **state)
{
    (void)state;
    ts_ecm_path paths[] = {{64, false, false}, {32, false, false}, {16, true, false}};
    ts_ecm_lines lines[] = {{2, 1}, {2, 1}, {2, 1}};
    assert_near(ts_ecm_path_cycles(&paths[1], lines[1], 64), 6);
    assert_near(ts_ecm_path_cycles(&paths[2], lines[2], 64), 8); /* full duplex */
    assert_near(ts_ecm_cycles(4, 2, paths, lines, 3, 64), 2 + 3 + 6 + 8);
    assert_near(ts_ecm_cycles(40, 2, paths, lines, 3, 64), 40);
    paths[2].overlaps = true;
    assert_near(ts_ecm_cycles(4, 2, paths, lines, 3, 64), 11);
    assert_near(ts_ecm_memory_utilization(1, 10, 40), 0.25);
    assert_near(ts_ecm_memory_utilization(2, 10, 40), 20 / (40 + 0.25 * 5));
    assert_near(ts_ecm_memory_utilization(64, 10, 40), 1);
    assert_near(ts_ecm_speedup(64, 10, 40), 4);
    assert_near(ts_ecm_speedup(8, 0, 40), 8);
    assert_near(ts_incore_fma_cycles(100, 2, 4, 8), 50);
    assert_near(ts_incore_fma_cycles(100, 2, 4, 4), 100); /* too few accumulators */
}

static void test_layer_conditions(void **state)
{
    (void)state;
    int64_t offsets[] = {0, 100, -100, 1}, distances[4];
    ts_reuse_distances(offsets, 4, distances);
    assert_true(distances[0] == TS_FIRST_ACCESS);
    assert_int_equal(distances[1], 99);
    assert_int_equal(distances[2], 1);
    assert_int_equal(distances[3], 100);
    assert_int_equal(ts_layer_condition_hits(distances, 4, 300, 1e9), 3); /* 99 + 1 + 100 + 100 */
    assert_int_equal(ts_layer_condition_hits(distances, 4, 299, 1e9), 2);
    assert_int_equal(ts_layer_condition_hits(distances, 4, 4, 1e9), 1);
    assert_int_equal(ts_layer_condition_hits(distances, 4, 3, 1e9), 0);
    assert_int_equal(ts_layer_condition_hits(distances, 4, 3, 2), 4); /* the arrays fit */
    ts_reuse_distances(NULL, 0, NULL);
}

/* TOMS 2016: Sandy Bridge, double precision. */
static void test_blocking(void **state)
{
    (void)state;
    ts_blocking_core c = {.vector_elements = 4,
                          .element_bytes = 8,
                          .fma_latency = 8,
                          .fma_per_cycle = 1,
                          .l1 = {32768, 8, 64},
                          .l2 = {262144, 8, 64},
                          .l3 = {20971520, 20, 64}};
    ts_blocking b = ts_blocking_analytical(&c);
    assert_int_equal(b.mr, 8);
    assert_int_equal(b.nr, 4);
    assert_int_equal(b.kc, 256);
    assert_int_equal(b.mc, 96);
    assert_true(b.nc > 4096 && b.nc % b.nr == 0);
    c.l1.ways = 2; /* no way is left for A: half of the cache, then */
    assert_int_equal(ts_blocking_analytical(&c).kc, 256);
    c.l2.ways = 2;
    c.l3.bytes = 0;
    b = ts_blocking_analytical(&c);
    assert_int_equal(b.mc, 0);
    assert_int_equal(b.nc, 0);
}

static void test_cluster(void **state)
{
    (void)state;
    ts_link link = {1e-6, 1e-9, 1e-10};
    assert_near(ts_cluster_message(&link, 1000), 2e-6);
    assert_near(ts_cluster_allreduce_ring(&link, 4, 8e6), 6e-6 + 1.5 * 8e-3 + 0.75 * 8e-4);
    assert_near(ts_cluster_allreduce_tree(&link, 8, 1000), 3 * (1e-6 + 1e-6 + 1e-7));
    assert_near(ts_cluster_allreduce(&link, 8, 8), ts_cluster_allreduce_tree(&link, 8, 8));
    assert_near(ts_cluster_allreduce(&link, 8, 8e6), ts_cluster_allreduce_ring(&link, 8, 8e6));
    assert_near(ts_cluster_allreduce_ring(&link, 1, 8e6), 0);
    assert_near(ts_cluster_pipeline_bubble(4, 12), 0.2);
    assert_near(ts_cluster_pipeline_bubble(1, 12), 0);
    assert_near(ts_cluster_overlap(3, 2, 1), 4);
    assert_near(ts_cluster_overlap(2, 3, 0), 3);
}

static void test_quantum(void **state)
{
    (void)state;
    ts_quantum_machine q = {10.5e3, 1e9};
    assert_near(ts_quantum_crossover_calls(1e12, 1e6, 2), 1e6);
    assert_near(ts_quantum_crossover_calls(1e12, 1e6, 3), 1e3);
    assert_near(ts_quantum_crossover_seconds(1e12, 1e6, 3, 50), 0.05);
    double most = ts_quantum_operations_per_call(550e12, 10.5e3, 3, 1e6);
    assert_true(ts_quantum_wins(&q, 550e12, 3, most * 0.99, 0, 1e6));
    assert_false(ts_quantum_wins(&q, 550e12, 3, most * 1.01, 0, 1e6));
    assert_false(ts_quantum_wins(&q, 550e12, 3, most * 0.99, 1e15, 1e6)); /* reading takes as long */
    assert_false(ts_quantum_wins(&q, 550e12, 1, 1, 0, 1e6));              /* no speed-up at all */
}

static void test_photonic(void **state)
{
    (void)state;
    ts_photonic_array a = {4, 2, 12, 12, 12, 5e9};
    ts_photonic_product p = {8, 27, 1800};
    assert_int_equal(ts_photonic_cycles(&a, &p), 225);
    assert_int_equal(ts_photonic_modulators(&a), 1152);
    ts_photonic_link l = {10, -20, 10, 0.5, 10, 3}; /* 0 dBm, halved efficiency, 8 levels, 90 % extinction */
    assert_near(ts_photonic_laser_mw(&l), 1 / 0.5 * 8 / 0.9);
    assert_near(ts_photonic_dac_watts(1, 3, 1e9, 7, 2e9), 2 * 16.0 / 2);
    assert_near(ts_photonic_adc_watts(1, 4, 1e9, 8, 2e9), 4);
}

static void test_matrix_unit(void **state)
{
    (void)state;
    ts_tpu t = {256, 256, 700e6, 34e9, 1};
    assert_near(ts_tpu_peak(&t), 91.7504e12);
    assert_near(ts_tpu_tile_cycles(&t, 2000), 2000);
    assert_near(round(ts_tpu_tile_cycles(&t, 8)), 1349); /* ISCA 2017: the ridge is at 1350 */
    t.weight_bytes_per_second = 1e15;
    assert_near(ts_tpu_tile_cycles(&t, 8), 256); /* shifting the weights in */
}

static void test_convolution_engine(void **state)
{
    (void)state;
    ts_dla d = {8, 8, 4096, 1e9, 1e9};
    ts_dla_layer l = {
        .width = 4, .height = 4, .channels = 9, .kernels = 8, .window = 3, .stride = 1, .element_bytes = 1};
    assert_near(ts_dla_compute_cycles(&d, &l), 2 * 1 * 9 * 16);
    assert_near(ts_dla_traffic_bytes(&d, &l), 648 + 6 * 6 * 9 + 128);
    l.adds_residual = true;
    assert_near(ts_dla_traffic_bytes(&d, &l), 648 + 324 + 256);
    l.is_image = true;
    assert_near(ts_dla_compute_cycles(&d, &l), 4 * 1 * 3 * 16); /* 27 columns in atoms of 8 */
    d.buffer_bytes =
        1000; /* 3 pieces of weights, 2 of input: the input stays, its pieces overlap by 2 rows */
    assert_near(ts_dla_traffic_bytes(&d, &l), fmin(648 + 432 * 3, 432 + 648 * 2) + 256);
    d.buffer_bytes = 4 * 170; /* three whole rows of input, so one of output: 4 pieces, 12 rows */
    assert_near(ts_dla_traffic_bytes(&d, &l), 648 + 648 * 4 + 256);
    ts_dla_layer product = {.width = 1,
                            .height = 64,
                            .channels = 32,
                            .kernels = 32,
                            .window = 1,
                            .stride = 1,
                            .element_bytes = 1};
    d.buffer_bytes = 1024; /* 256 bytes, 8 rows, at a time: 8 pieces of input, 4 of weights */
    assert_near(ts_dla_traffic_bytes(&d, &product), fmin(1024 + 2048 * 4, 2048 + 1024 * 8) + 2048);
    assert_near(ts_dla_pass_seconds(&d, 1e9), 1);
}

/* CONV3 of AlexNet, mapped as in JSSC 2017. */
static void test_row_stationary(void **state)
{
    (void)state;
    ts_row_array a = {4, 1, 200e6};
    ts_row_layer l = {4, 384, 256, 3, 13, 1};
    ts_row_pass p = {4, 13, 16, 4, 1, 4};
    ts_row_result r = ts_row_stationary(&a, &l, &p);
    assert_int_equal(r.active_pes, 156);
    assert_int_equal(r.passes, 384);
    assert_near(r.compute_cycles, 9984);
    assert_near(r.filter_cycles, 576);
    assert_near(r.cycles, 384 * (9984 + 576 + 180));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roofline),
        cmocka_unit_test(test_ecm),
        cmocka_unit_test(test_layer_conditions),
        cmocka_unit_test(test_blocking),
        cmocka_unit_test(test_cluster),
        cmocka_unit_test(test_quantum),
        cmocka_unit_test(test_photonic),
        cmocka_unit_test(test_matrix_unit),
        cmocka_unit_test(test_convolution_engine),
        cmocka_unit_test(test_row_stationary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
