/* Mapped nests: accesses by hand. Reference outputs: test_model_reference.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "model/mapping.h"
#include "tilesmith_plugin.h"

enum { M, N, K }; /* dimensions of C[m,n] += A[m,k] B[k,n] */
enum { A, B, C }; /* its tensors */

static ts_mapping_tensor matrix(int row, int column, bool accumulated)
{
    ts_mapping_tensor x = {.axis_count = 2, .accumulated = accumulated};
    x.axes[0].coefficient[row] = 1;
    x.axes[1].coefficient[column] = 1;
    return x;
}

static ts_mapping product(void)
{
    ts_mapping m = {.tensor_count = 3, .compute_pj = 1};
    m.tensors[A] = matrix(M, K, false);
    m.tensors[B] = matrix(K, N, false);
    m.tensors[C] = matrix(M, N, true);
    return m;
}

static void add_level(ts_mapping *m, bool keeps)
{
    ts_mapping_level *l = &m->levels[m->level_count++];
    *l = (ts_mapping_level){.block_words = 1, .read_pj = 1, .fill_pj = 2, .update_pj = 3};
    l->keeps[A] = l->keeps[B] = l->keeps[C] = keeps;
}

static void add_loop(ts_mapping *m, int dim, int64_t bound, bool spatial)
{
    ts_mapping_level *l = &m->levels[m->level_count - 1];
    l->loops[l->loop_count++] = (ts_mapping_loop){dim, bound, spatial};
}

static ts_mapping_result evaluate(const ts_mapping *m)
{
    ts_mapping_result r;
    assert_int_equal(ts_mapping_evaluate(m, &r), 0);
    return r;
}

static void assert_access(const ts_mapping_access *a, int64_t tile, int64_t reads, int64_t fills,
                          int64_t updates)
{
    assert_int_equal(a->tile, tile);
    assert_int_equal(a->reads, reads);
    assert_int_equal(a->fills, fills);
    assert_int_equal(a->updates, updates);
}

/* for m in 4, n in 6: for k in 8: a dot product at a time. */
static void test_two_levels(void **state)
{
    (void)state;
    ts_mapping m = product();
    add_level(&m, true);
    add_loop(&m, M, 4, false);
    add_loop(&m, N, 6, false);
    add_level(&m, true);
    add_loop(&m, K, 8, false);
    ts_mapping_result r = evaluate(&m);
    assert_int_equal(r.computes, 192);
    assert_float_equal(r.cycles, 192, 0);
    assert_int_equal(r.limit, -1);
    assert_access(&r.access[1][A], 8, 192, 32, 0);  /* a row stays while n runs */
    assert_access(&r.access[1][B], 8, 192, 192, 0); /* a column for each (m, n) */
    assert_access(&r.access[1][C], 1, 168, 0, 192); /* the first of 8 updates reads nothing */
    assert_access(&r.access[0][A], 32, 32, 0, 0);
    assert_access(&r.access[0][C], 24, 0, 0, 24);
    assert_float_equal(r.access[1][A].energy_pj, 192 * 1 + 32 * 2, 1e-9);
    assert_float_equal(r.access[1][C].energy_pj, 168 * 1 + 192 * 3, 1e-9);
}

/* k outermost: partial sums leave and come back. */
static void test_partial_sums_are_refilled(void **state)
{
    (void)state;
    ts_mapping m = product();
    add_level(&m, true);
    add_loop(&m, K, 8, false);
    add_loop(&m, M, 4, false);
    add_level(&m, true);
    add_loop(&m, N, 6, false);
    ts_mapping_result r = evaluate(&m);
    assert_access(&r.access[1][C], 6, 192 - 24, 192 - 24, 192);
    assert_access(&r.access[0][C], 24, 192 - 24, 0, 192);
}

/* Four cells side by side over m share B (multicast); over k they add into one C (reduction). */
static void test_multicast_and_reduction(void **state)
{
    (void)state;
    for (int dim = M; dim <= K; dim += K) {
        ts_mapping m = product();
        add_level(&m, true);
        add_loop(&m, N, 6, false);
        add_loop(&m, dim, 4, true);
        add_level(&m, true);
        add_loop(&m, dim == M ? K : M, 8, false);
        ts_mapping_result r = evaluate(&m);
        assert_int_equal(r.instances[1], 4);
        assert_int_equal(r.computes, 192);
        assert_float_equal(r.cycles, 48, 0);
        if (dim == M) {
            assert_int_equal(r.access[0][B].reads, r.access[1][B].fills);
            assert_int_equal(r.access[0][A].reads, 4 * r.access[1][A].fills);
        } else {
            assert_int_equal(r.access[1][C].updates, 48);
            assert_int_equal(r.access[0][C].updates, 48); /* not 4 × 48 */
        }
    }
}

static void test_bypass(void **state)
{
    (void)state;
    ts_mapping m = product();
    add_level(&m, true);
    add_level(&m, true);
    add_loop(&m, M, 4, false);
    add_loop(&m, N, 6, false);
    m.levels[1].keeps[B] = false;
    ts_mapping_result r = evaluate(&m);
    assert_access(&r.access[1][B], 0, 0, 0, 0);
    assert_int_equal(r.access[0][B].reads, 24); /* straight to the cells */
    assert_int_equal(r.access[0][A].reads, 4);
}

/* A window of 3 slides over 16 places: each step brings one new input, or the stride's. */
static void test_sliding_window(void **state)
{
    (void)state;
    for (int64_t stride = 1; stride <= 4; stride++) {
        ts_mapping m = {.tensor_count = 1};
        m.tensors[0].axis_count = 1;
        m.tensors[0].axes[0].coefficient[0] = stride;
        m.tensors[0].axes[0].coefficient[1] = 1;
        add_level(&m, true);
        add_loop(&m, 0, 16, false);
        add_level(&m, true);
        add_loop(&m, 1, 3, false);
        ts_mapping_result r = evaluate(&m);
        assert_int_equal(r.access[1][0].fills, 3 + 15 * (stride < 3 ? stride : 3));
    }
}

static void test_bandwidth_and_blocks(void **state)
{
    (void)state;
    ts_mapping m = product();
    add_level(&m, true);
    add_loop(&m, M, 4, false);
    m.levels[0].read_words_per_cycle = 0.5;
    m.levels[0].block_words = 8;
    ts_mapping_result r = evaluate(&m);
    assert_float_equal(r.cycles, 16, 0); /* 4 of A, 4 of B */
    assert_int_equal(r.limit, 0);
    assert_float_equal(r.access[0][A].energy_pj, 1, 1e-12); /* one block */
}

static void test_messages(void **state)
{
    (void)state;
    ts_mapping m = product();
    ts_mapping_result r;
    assert_int_equal(ts_mapping_evaluate(&m, &r), TS_EINPUT);
    add_level(&m, true);
    add_loop(&m, M, 0, false);
    assert_int_equal(ts_mapping_evaluate(&m, &r), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "bound 0"));
    m.levels[0].loops[0] = (ts_mapping_loop){TS_MAPPING_DIMS, 2, false};
    assert_int_equal(ts_mapping_evaluate(&m, &r), TS_EINPUT);
    m.levels[0].loop_count = TS_MAPPING_LOOPS + 1;
    assert_int_equal(ts_mapping_evaluate(&m, &r), TS_EINPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_levels),
        cmocka_unit_test(test_partial_sums_are_refilled),
        cmocka_unit_test(test_multicast_and_reduction),
        cmocka_unit_test(test_bypass),
        cmocka_unit_test(test_sliding_window),
        cmocka_unit_test(test_bandwidth_and_blocks),
        cmocka_unit_test(test_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
