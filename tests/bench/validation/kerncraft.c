/*
 * ECM, roofline and layer conditions against the values that Kerncraft's tests assert. The file names kernels
 * and machines; their accesses and measured bandwidths stand here, from Kerncraft's own kernels and machine
 * files.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/ecm.h"
#include "model/layer_condition.h"
#include "model/roofline.h"
#include "validation.h"

enum { MAX_ACCESSES = 8, LINE = 64, DOUBLE = 8, CACHES = 3 };

/* One array of a kernel: offsets of its accesses in the inner dimension's elements. */
typedef struct array {
    size_t count;
    int64_t offsets[MAX_ACCESSES];
} array;

typedef struct kernel {
    size_t arrays;
    array array[4];
    double footprint; /* elements of all arrays */
    double stored;    /* arrays written */
} kernel;

typedef struct machine {
    double cache_bytes[CACHES];
    ts_ecm_path paths[CACHES]; /* L1-L2, L2-L3, L3-memory */
} machine;

/* SandyBridgeEP_E5-2680.yml: 2.7 GHz; a saturated copy moves 26.47 GB/s, 39.7 with its write-allocates. */
static const machine sandy_bridge = {
    {32768, 262144, 20971520}, {{32, false, false}, {32, false, false}, {39.7e9 / 2.7e9, false, false}}};
/* Haswell EP with 35 MB of L3 and 64 bytes a cycle to L2; no test there reaches memory, so that path is never
 * taken. */
static const machine haswell = {{32768, 262144, 36700160},
                                {{64, false, false}, {32, false, false}, {64, false, false}}};

static size_t distances_of(const kernel *k, int64_t *out)
{
    size_t count = 0;
    for (size_t a = 0; a < k->arrays; a++) {
        int64_t offsets[MAX_ACCESSES];
        memcpy(offsets, k->array[a].offsets, sizeof offsets);
        ts_reuse_distances(offsets, k->array[a].count, out + count);
        count += k->array[a].count;
    }
    return count;
}

static size_t misses(const kernel *k, double capacity)
{
    int64_t distances[4 * MAX_ACCESSES];
    size_t count = distances_of(k, distances);
    return count - ts_layer_condition_hits(distances, count, capacity, k->footprint);
}

/* Lines that cross the path below cache `level` per line of work. */
static ts_ecm_lines lines_below(const kernel *k, const machine *m, size_t level)
{
    double missed = (double)misses(k, m->cache_bytes[level] / DOUBLE);
    return (ts_ecm_lines){missed, missed > 0 ? k->stored : 0};
}

static double path_cycles(const kernel *k, const machine *m, size_t level)
{
    return ts_ecm_path_cycles(&m->paths[level], lines_below(k, m, level), LINE);
}

static kernel stencil_2d5pt(int64_t n, int64_t m)
{
    return (kernel){2, {{4, {-n, -1, 1, n}}, {1, {0}}}, 2 * (double)n * (double)m, 1};
}

static void check_ecm(validation_group *g)
{
    kernel small = stencil_2d5pt(1000, 50), large = stencil_2d5pt(2000, 1000);
    kernel product = {2, {{1, {0}}, {1, {0}}}, 2 * 10000, 0},
           copy = {2, {{1, {0}}, {1, {0}}}, 2 * 1000000, 1};
    const struct {
        const char *name;
        const kernel *kernel;
        const machine *machine;
        double expected[CACHES];
    } cases[] = {{"2d-5pt N=1000 M=50, SNB", &small, &sandy_bridge, {6, 6, 0}},
                 {"2d-5pt N=2000 M=1000, SNB", &large, &sandy_bridge, {10, 6, 13}},
                 {"scalar product N=10000, HSW", &product, &haswell, {2, 0, 0}},
                 {"copy N=1000000, HSW", &copy, &haswell, {3, 6, 0}}};
    static const char *const quantities[] = {"T_L1L2, cycles a line", "T_L2L3, cycles a line",
                                             "T_L3MEM, cycles a line"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t l = 0; l < CACHES; l++)
            check_number(g, cases[i].name, quantities[l], cases[i].expected[l],
                         path_cycles(cases[i].kernel, cases[i].machine, l), 0.05);
    }
}

/* 8 results a line; 4 loads of 8 bytes and, for the sum, 3 adds and 1 product each. */
static void check_in_core(validation_group *g)
{
    double loads = 4 * LINE / 32.0;                                     /* two ports of 16 bytes */
    double adds = ts_incore_fma_cycles(3 * 8 / 4.0, 1, 3, 3 * 8 / 4.0); /* one vector of four a cycle */
    check_number(g, "2d-5pt N=2000 M=1000, SNB", "T_RegL1, cycles a line", 8, loads, 0.2);
    validation_case *c = check_number(g, "2d-5pt N=2000 M=1000, SNB", "T_comp, cycles a line", 11, adds, 0.2);
    snprintf(c->note, sizeof c->note,
             "the expected value is IACA's for one compiler's code; ours bounds the arithmetic "
             "alone");
}

/* Bytes of an iteration at L1: the distinct elements that one line of iterations touches. */
static double bytes_at_core(const kernel *k)
{
    double elements = 0;
    for (size_t a = 0; a < k->arrays; a++) {
        int64_t offsets[MAX_ACCESSES], distances[MAX_ACCESSES];
        memcpy(offsets, k->array[a].offsets, sizeof offsets);
        ts_reuse_distances(offsets, k->array[a].count, distances);
        for (size_t i = 0; i < k->array[a].count; i++)
            elements += fmin((double)distances[i], LINE / DOUBLE);
    }
    return elements;
}

static double bytes_below(const kernel *k, const machine *m, size_t level)
{
    ts_ecm_lines l = lines_below(k, m, level);
    return (l.loaded + l.stored) * DOUBLE;
}

/* L1 and memory: one core's load and copy in the machine file, write-allocates added; L2 and L3 as the test
 * asserts. */
static void check_roofline(validation_group *g)
{
    kernel k = stencil_2d5pt(4096, 50), large = stencil_2d5pt(4000, 1000);
    ts_roofline_level levels[] = {{bytes_at_core(&k), 84.07e9, 0},
                                  {bytes_below(&k, &sandy_bridge, 0), 47.24e9, 0},
                                  {bytes_below(&k, &sandy_bridge, 1), 32.9e9, 0}};
    static const double expected_bound[] = {9.89e9, 4.72e9, 5.33e9};
    static const double expected_ai[] = {0.0294117647, 0.025, 0.041};
    ts_roofline r = {.work = 4, .operations_per_second = 4 * 2.7e9, .level_count = 3, .levels = levels};
    ts_roofline_bound b = ts_roofline_bounds(&r);
    check_number(g, "2d-5pt N=4096 M=50, SNB, FLOP", "bound, FLOP/s", 4.72e9, b.operations_per_second, 0.01);
    check_number(g, "2d-5pt N=4096 M=50, SNB, FLOP", "bottleneck", 1, b.limit, 0);
    for (size_t l = 0; l < CACHES; l++) {
        char name[64];
        snprintf(name, sizeof name, "2d-5pt N=4096 M=50, SNB, L%zu", l + 1);
        check_number(g, name, "iterations/byte", expected_ai[l], 1 / levels[l].bytes, 0.05);
        check_number(g, name, "bound, FLOP/s", expected_bound[l],
                     4 * levels[l].bytes_per_second / levels[l].bytes, 0.05);
    }
    check_number(g, "2d-5pt N=4096 M=50, SNB, memory", "bytes", 0, bytes_below(&k, &sandy_bridge, 2), 0);
    ts_roofline_level outer[] = {{bytes_at_core(&large), 84.07e9, 0},
                                 {bytes_below(&large, &sandy_bridge, 0), 47.24e9, 0},
                                 {bytes_below(&large, &sandy_bridge, 1), 32.9e9, 0},
                                 {bytes_below(&large, &sandy_bridge, 2), 11.12e9 * 1.5, 0}};
    r = (ts_roofline){.work = 4, .operations_per_second = 4 * 2.7e9, .level_count = 4, .levels = outer};
    b = ts_roofline_bounds(&r);
    check_number(g, "2d-5pt N=4000 M=1000, SNB, ASM", "bound, FLOP/s", 2.9e9, b.operations_per_second, 0.05);
    check_number(g, "2d-5pt N=4000 M=1000, SNB, ASM", "bottleneck", 3, b.limit, 0);
}

static kernel stencil_3d7pt(int64_t n, int64_t m)
{
    return (kernel){2, {{7, {-n * n, -n, -1, 0, 1, n, n * n}}, {1, {0}}}, 2.0 * (double)(m * n * n), 1};
}

static kernel constant_dimension(int64_t n, int64_t m)
{
    return (kernel){3, {{5, {-n, -1, 0, 1, n}}, {2, {0, n * m}}, {1, {0}}}, 4.0 * (double)(m * n), 1};
}

/* A published condition, tried on both sides of where it changes, where both can be reached. */
typedef struct boundary {
    const char *name;
    kernel (*kernel)(int64_t n, int64_t m);
    double capacity; /* elements */
    int64_t n, m;
    double misses;
} boundary;

static void check_layer_conditions(validation_group *g)
{
    static const boundary cases[] = {
        {"3d-7pt, L1: M N^2 < 2048", stencil_3d7pt, 4096, 22, 4, 0},
        {"3d-7pt, L1: 2N^2-N <= 2048", stencil_3d7pt, 4096, 32, 100, 2},
        {"3d-7pt, L1: 2N^2-N > 2048", stencil_3d7pt, 4096, 33, 100, 4},
        {"3d-7pt, L1: 3N <= 2050", stencil_3d7pt, 4096, 683, 100, 4},
        {"3d-7pt, L1: 3N > 2050", stencil_3d7pt, 4096, 684, 100, 6},
        {"3d-7pt, L2: M N^2 < 16384", stencil_3d7pt, 32768, 63, 4, 0},
        {"3d-7pt, L2: 2N^2-N <= 16384", stencil_3d7pt, 32768, 90, 100, 2},
        {"3d-7pt, L2: 2N^2-N > 16384", stencil_3d7pt, 32768, 91, 100, 4},
        {"3d-7pt, L2: N <= 5462", stencil_3d7pt, 32768, 5462, 100, 4},
        {"3d-7pt, L2: N > 5462", stencil_3d7pt, 32768, 5463, 100, 6},
        {"3d-7pt, L3: M N^2 < 1310720", stencil_3d7pt, 2621440, 572, 4, 0},
        {"3d-7pt, L3: 2N^2-N <= 1310720", stencil_3d7pt, 2621440, 809, 100, 2},
        {"3d-7pt, L3: 2N^2-N > 1310720", stencil_3d7pt, 2621440, 810, 100, 4},
        {"3d-7pt, L3: 3N <= 1310722", stencil_3d7pt, 2621440, 436907, 10, 4},
        {"3d-7pt, L3: 3N > 1310722", stencil_3d7pt, 2621440, 436908, 10, 6},
        {"constantdim, L1: M N < 1024", constant_dimension, 4096, 31, 33, 0},
        {"constantdim, L1: 2MN+N > 2048", constant_dimension, 4096, 32, 32, 4},
        {"constantdim, L1: 3N <= 2050", constant_dimension, 4096, 683, 100, 4},
        {"constantdim, L1: 3N > 2050", constant_dimension, 4096, 684, 100, 6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kernel k = cases[i].kernel(cases[i].n, cases[i].m);
        check_number(g, cases[i].name, "misses", cases[i].misses, (double)misses(&k, cases[i].capacity), 0);
    }
}

/* Y[l][j] = A[l][0] F[0][j] h + y[j]: F and y come round again after a whole row; A[l][0] stays in a
 * register. */
static void check_rows(validation_group *g)
{
    int64_t distances[] = {TS_FIRST_ACCESS, 1000000, 1000000};
    for (size_t l = 0; l < CACHES; l++) {
        char name[48];
        snprintf(name, sizeof name, "non-variable access, L%zu", l + 1);
        size_t hits = ts_layer_condition_hits(distances, 3, sandy_bridge.cache_bytes[l] / DOUBLE, 6e6);
        check_number(g, name, "misses", 3, (double)(3 - hits), 0);
        check_number(g, name, "hits", 0, (double)hits, 0);
    }
}

void validate_kerncraft(validation *v)
{
    csv c;
    if (!csv_read(v->folder, "kerncraft_test_expectations.csv", &c)) {
        validation_group *g =
            begin_group(v, "ECM, roofline, layer conditions", "as Kerncraft's tests: 1 to 20 %, or equal",
                        "Kerncraft, tests/test_kerncraft.py and tests/test_layer_condition.py");
        check_ecm(g);
        check_in_core(g);
        check_roofline(g);
        check_layer_conditions(g);
        check_rows(g);
    }
    csv_free(&c);
}
