/* The models of each kind of machine, where a closed form says what must come out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/gpu.h"
#include "model/row_mapping.h"
#include "unit/model_fixture.h"

static ts_target *loaded(const char *name)
{
    ts_target *t = NULL;
    if (ts_target_load(name, &t) < 0)
        fail_msg("%s", ts_error());
    return t;
}

/* Four tiles of 256 x 256 weights; 64 KiB of each at 34 GB/s take longer than 300 rows. */
static void test_weights_bind_a_tpu(void **state)
{
    (void)state;
    ts_target *t = loaded("tpu-v1");
    ts_predicted p = predicted("gemm_int8", "m=300,n=512,k=512", t, NULL);
    assert_within(p.nominal.seconds, 4 * 65536 / 34e9, 1e-9);
    assert_string_equal(p.nominal.bound, "memory.bandwidth");
    assert_within(p.doubled_gain, 2, 1e-9);
    p = predicted("gemm_int8", "m=4000,n=512,k=512", t, NULL);
    assert_within(p.nominal.seconds, 4 * 4000 / 700e6, 1e-9);
    assert_string_equal(p.nominal.bound, "clock.core");
    ts_target_free(t);
}

/* Output-stationary folds: ceil(96/8) ceil(64/8) (T + R + C - 2), SCALE-Sim. */
static void test_other_dataflows_fold(void **state)
{
    (void)state;
    ts_target *t =
        parsed("<target name='os' kind='systolic'><clock><core value='1e9' unit='Hz' source='s'/></clock>"
               "<array><rows value='8' source='s'/><columns value='8' source='s'/>"
               "<dataflow value='output_stationary' source='s'/></array>"
               "<peak type='i8' value='128e9' unit='op/s' source='s'/>"
               "<memory><bandwidth value='1e12' unit='B/s' source='s'/></memory></target>");
    ts_predicted p = predicted("gemm_int8", "m=96,n=64,k=100", t, NULL);
    assert_within(p.nominal.compute_seconds, 12 * 8 * (100 + 8 + 8 - 2) / 1e9, 1e-9);
    ts_target_free(t);
}

/* AlexNet's layers 3 to 5 with four images, which the chip takes 21.8, 16.0 and 10.0 ms for (Chen et al.,
 * JSSC 2017, table V): the best mapping that fits may beat the one that was run, but not by much. */
static void test_rows_stay_put(void **state)
{
    (void)state;
    static const struct {
        int64_t filters, channels;
        double seconds;
    } layers[] = {{384, 256, 21.8e-3}, {384, 192, 16.0e-3}, {256, 192, 10.0e-3}};
    ts_target *t = loaded("eyeriss");
    ts_facts *facts;
    assert_int_equal(ts_facts_open(t, &facts), 0);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        ts_product_sizes s = {.is_convolution = true,
                              .count = 1,
                              .images = 4,
                              .height = 13,
                              .width = 13,
                              .channels = layers[i].channels,
                              .filters = layers[i].filters,
                              .rows = 3,
                              .columns = 3,
                              .stride = 1};
        double cycles;
        assert_int_equal(ts_row_cycles(facts, &s, 12, 14, 200e6, &cycles), 0);
        assert_within(cycles / 200e6, layers[i].seconds, 0.15);
    }
    ts_product_sizes wide = {.is_convolution = true,
                             .count = 1,
                             .images = 1,
                             .height = 8,
                             .width = 8,
                             .channels = 3,
                             .filters = 8,
                             .rows = 13,
                             .columns = 13,
                             .stride = 1};
    /* More rows of a window than the array has are multiplied as im2col makes them. */
    wide.m = 64, wide.n = 8, wide.k = 3 * 13 * 13;
    double cycles, wide_product_macs = 64.0 * 8 * 3 * 13 * 13;
    assert_int_equal(ts_row_cycles(facts, &wide, 12, 14, 200e6, &cycles), 0);
    assert_true(cycles > wide_product_macs / 168);
    ts_facts_close(facts);
    ts_target_free(t);
}

/* ceil(64/8) ceil(64/8) cycles for each of 100 pixels: nothing else binds a buffer this large. */
static void test_atoms_of_a_dla(void **state)
{
    (void)state;
    ts_target *t = loaded("nvdla-small");
    ts_predicted p = predicted("conv2d", "h=10,w=10,c=64,k=64,r=1,s=1", t, NULL);
    assert_within(p.nominal.compute_seconds, 8 * 8 * 100 / 1e9, 1e-9);
    assert_true(p.nominal.seconds >= p.nominal.compute_seconds);
    assert_true(p.nominal.seconds >= p.nominal.bytes / 1e9);
    assert_string_equal(p.nominal.as_type, "i8");
    ts_target_free(t);
}

/* ceil(96/48) ceil(24/12) ceil(48/24) steps of 0.2 ns; operands that the memory brings in time. */
static void test_light_takes_steps(void **state)
{
    (void)state;
    ts_target *t = loaded("photonic-lt");
    ts_predicted p = predicted("gemm", "m=960,n=48,k=24", t, NULL);
    assert_within(p.nominal.compute_seconds, 20 * 2 * 2 / 5e9, 1e-9);
    assert_string_equal(p.nominal.as_type, "i4");
    assert_true(p.nominal.joules > 0);
    ts_target_free(t);
}

static void test_a_quantum_computer_says_no(void **state)
{
    (void)state;
    ts_target *t = loaded("quantum-hypothetical");
    ts_predicted p = predicted("gemm", "m=64,n=64,k=64", t, NULL);
    double flops = 2 * 64.0 * 64 * 64, bytes = 3 * 64.0 * 64 * 2;
    assert_within(p.nominal.seconds, flops / 10.5e3 + bytes / 125e6, 1e-9);
    assert_non_null(strstr(p.nominal.note, "no: gemm"));
    assert_non_null(strstr(p.nominal.note, "1.9e+10"));
    ts_target_free(t);
}

/* 2 blocks of 64 warps of 256 threads with 128 sums each need 2 * 8 * 32 * 168 registers: one fits. */
static void test_occupancy(void **state)
{
    (void)state;
    ts_gpu g = {.sms = 4,
                .warp = 32,
                .warps = 64,
                .blocks = 32,
                .registers = 65536,
                .thread_registers = 255,
                .register_unit = 256,
                .shared = 167936,
                .block_shared = 166912,
                .peak = 4e12,
                .shared_bytes_per_second = NAN,
                .l2_bytes_per_second = NAN};
    ts_gpu_tile large = {256, 128, 256, 3}, small = {64, 64, 128, 3}, huge = {512, 512, 256, 3};
    assert_within(ts_gpu_resident(&g, &large, 4), 1, 0);
    assert_within(ts_gpu_resident(&g, &small, 4), 6, 0); /* 72 registers of 128 threads; 24 KiB of 164 */
    assert_within(ts_gpu_resident(&g, &huge, 4), 0, 0);
    ts_product_sizes p = {.count = 1, .m = 64 * 5, .n = 64, .k = 1000};
    ts_gpu_product o = ts_gpu_tiled(&g, &small, 1, &p, 4);
    assert_within(o.blocks, 5, 0);
    /* Five blocks on four multiprocessors take as long as eight. */
    assert_within(o.compute_s, 8 * 2.0 * 64 * 64 * 1000 / 4e12, 1e-9);
}

static void test_gpus_launch_wait_and_stream(void **state)
{
    (void)state;
    ts_target *t = loaded("nvidia-h100");
    double launch = ts_target_number(t, "gpu.launch", NAN),
           latency = ts_target_number(t, "memory.latency", NAN);
    ts_predicted p = predicted("triad", "n=1", t, NULL);
    assert_within(p.nominal.seconds, launch + latency, 1e-6);
    assert_string_equal(p.nominal.bound, "gpu.launch");
    p = predicted("triad", "n=268435456", t, NULL);
    assert_within(p.nominal.seconds, launch + 12.0 * 268435456 / 3.35e12, 0.02);
    assert_string_equal(p.nominal.bound, "memory.bandwidth");
    ts_predicted bound = predicted("triad", "n=268435456", t, "roofline");
    assert_within(bound.nominal.seconds, 12.0 * 268435456 / 3.35e12, 1e-9);
    assert_true(predicted("gemm", "m=4096,n=4096,k=4096", t, "roofline").nominal.seconds <=
                predicted("gemm", "m=4096,n=4096,k=4096", t, NULL).nominal.seconds);
    p = predicted("gemm_bf16", "m=8192,n=8192,k=8192", t, NULL);
    assert_true(p.nominal.utilization > 0.6 && p.nominal.utilization <= 1);
    ts_target_free(t);
}

/* Zeros help where the description has a rate for them, and the note says on what condition. */
static void test_zeros(void **state)
{
    (void)state;
    static const char *const names[] = {"nvidia-a100", "xeon-max-9460"};
    ts_kernel *kernel = loaded_kernel("gemm_bf16");
    ts_problem problem = problem_of(kernel, NULL, "m=8192,n=8192,k=8192");
    for (size_t i = 0; i < 2; i++) {
        ts_target *t = loaded(names[i]);
        ts_facts *facts;
        ts_predicted dense, sparse;
        ts_model_call call = {.problem = &problem};
        assert_int_equal(ts_facts_open(t, &facts), 0);
        assert_int_equal(ts_predict(NULL, &call, facts, &dense), 0);
        call.sparsity = 0.5;
        assert_int_equal(ts_predict(NULL, &call, facts, &sparse), 0);
        assert_string_equal(dense.nominal.note, "");
        assert_non_null(strstr(sparse.nominal.note, i == 0 ? "two of each four" : "zeros cost as much"));
        assert_true(i == 0 ? sparse.nominal.seconds < dense.nominal.seconds
                           : sparse.nominal.seconds == dense.nominal.seconds);
        ts_facts_close(facts);
        ts_target_free(t);
    }
    ts_kernel_free(kernel);
    /* Zeros that the kernel itself leaves out are multiplied too. */
    ts_target *t = loaded("nvidia-h100");
    ts_predicted pruned = predicted("gemm_sparse", "m=512,n=512,k=512", t, NULL);
    assert_non_null(strstr(pruned.nominal.note, "zeros cost as much"));
    ts_target_free(t);
}

/* What one node does fastest alone stays there; what is large is split and faster, never by more than the
 * nodes are. */
static void test_clusters_split_what_pays(void **state)
{
    (void)state;
    ts_target *node = loaded("nvidia-h100"), *t = loaded("cluster-8x-h100");
    ts_predicted small = predicted("gemm", "m=128,n=128,k=128", t, NULL);
    ts_predicted alone = predicted("gemm", "m=128,n=128,k=128", node, NULL);
    assert_within(small.nominal.seconds, alone.nominal.seconds, 1e-9);
    assert_non_null(strstr(small.nominal.note, "one node"));
    ts_predicted large = predicted("gemm", "m=16384,n=16384,k=16384", t, NULL);
    alone = predicted("gemm", "m=16384,n=16384,k=16384", node, NULL);
    double gain = alone.nominal.seconds / large.nominal.seconds;
    assert_true(gain > 4 && gain <= 8.01);
    assert_non_null(strstr(large.nominal.note, "split"));
    ts_target_free(t);
    ts_target_free(node);
}

/* Memory traffic of a product beyond the last cache: 2 m n k / sqrt(S) elements (Smith et al. 2019), or each
 * operand once where that is more. */
static void test_a_product_crosses_as_often_as_it_must(void **state)
{
    (void)state;
    ts_target *t =
        parsed("<target name=\"t\" kind=\"cpu\" summary=\"t\"><cores value=\"1\" source=\"t\"/>"
               "<vector><bits value=\"512\" source=\"t\"/><registers value=\"32\" source=\"t\"/></vector>"
               "<peak type=\"f32\" value=\"1e15\" unit=\"flop/s\" source=\"t\"/>"
               "<cache name=\"l2\"><size value=\"1M\" unit=\"B\" source=\"t\"/></cache>"
               "<memory><bandwidth value=\"1e10\" unit=\"B/s\" source=\"t\"/>"
               "<total value=\"1e10\" unit=\"B/s\" source=\"t\"/></memory></target>");
    double n = 4096, fast = 2 * n * n * n / sqrt(1048576.0 / 4) * 4;
    ts_predicted p = predicted("gemm", "m=4096,n=4096,k=4096", t, "ecm");
    assert_true(fabs(p.nominal.bytes / fast - 1) < 1e-6);
    assert_true(fabs(p.nominal.seconds / (fast / 1e10) - 1) < 0.01);
    p = predicted("gemm", "m=1,n=4096,k=4096", t, "ecm");
    assert_true(fabs(p.nominal.bytes / (4 * (n * n + 2 * n)) - 1) < 0.01);
    ts_target_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights_bind_a_tpu),
        cmocka_unit_test(test_other_dataflows_fold),
        cmocka_unit_test(test_rows_stay_put),
        cmocka_unit_test(test_atoms_of_a_dla),
        cmocka_unit_test(test_light_takes_steps),
        cmocka_unit_test(test_a_quantum_computer_says_no),
        cmocka_unit_test(test_occupancy),
        cmocka_unit_test(test_gpus_launch_wait_and_stream),
        cmocka_unit_test(test_zeros),
        cmocka_unit_test(test_a_product_crosses_as_often_as_it_must),
        cmocka_unit_test(test_clusters_split_what_pays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
