/* The templates of products other than gemm: seeds and random configurations at awkward shapes give the
 * reference's results, through the same evaluator that tunes: padded rows, guard zones, what is prepared must
 * last. Machines that are not here are had by flags (AVX2 only) or by emulation (AMX tiles). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/render.h"
#include "build/toolchain.h"
#include "core/detect.h"
#include "eval/evaluator.h"
#include "util/clock.h"
#include "util/file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_CONFIGS  6
#define TIME_LIMIT   120
#define ARRAY_END(a) ((a) + sizeof(a) / sizeof *(a))

/* Which machine the variants are for. */
typedef enum machine { HOST, NARROW, BASELINE, TILED } machine;

typedef struct asked {
    const char *kernel, *type, *shape;
    machine machine;
    double max_error;
    int threads;
} asked;

static char folder[] = "/tmp/tilesmith-test-products-XXXXXX";

static void ok(int rc)
{
    if (rc < 0)
        fail_msg("%s", ts_error());
}

/* ---- machines ------------------------------------------------------------------------------------- */

/* A compiler that puts a word of its own before or behind the arguments: a script in the test's folder. */
static void write_compiler(const char *name, const char *before, const char *behind)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\nexec %s \"$@\" %s\n", before, behind);
    fclose(file);
    assert_int_equal(chmod(path, 0755), 0);
}

static void set_number(ts_target *target, const char *name, int64_t value)
{
    ok(ts_target_set(target, name, ts_int(value), NULL, "test", value, value));
}

static ts_target *target_of(machine m)
{
    ts_target *target = NULL;
    if (m == HOST) {
        ok(ts_detect(false, NULL, NULL, &target));
        return target;
    }
    target = ts_target_new("test", "cpu");
    assert_non_null(target);
    set_number(target, "vector.bytes", m == BASELINE ? 16 : 32);
    set_number(target, "vector.registers", 16);
    if (m == TILED) {
        set_number(target, "feature.amx_bf16", 1);
        set_number(target, "feature.amx_int8", 1);
    }
    return target;
}

/* "gcc", "clang" as far as they are here, or what stands for them on another machine. */
static void compilers_of(machine m, char (*names)[128], const char **out)
{
    static const char *const plain[] = {"gcc", "clang"}, *const prefix[] = {"", "narrow", "baseline",
                                                                            "tiled"};
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        if (!ts_compiler_exists(plain[i]) || (m == TILED && i == 1))
            continue;
        snprintf(names[count], sizeof names[count], "%s", plain[i]);
        if (m != HOST)
            snprintf(names[count], sizeof names[count], "%s/%s-%s", folder, prefix[m], plain[i]);
        out[count] = names[count];
        count++;
    }
    if (count == 0)
        skip();
}

static bool is_here(machine m)
{
#ifdef __x86_64__
    return (m != NARROW && m != TILED) || __builtin_cpu_supports("avx2");
#else
    return m == HOST;
#endif
}

/* ---- the test ------------------------------------------------------------------------------------- */

static size_t choose(const ts_problem *problem, const ts_target *target, const ts_space *space,
                     uint64_t *configs)
{
    uint64_t *seeds = NULL;
    size_t seed_count = 0, count = 0;
    ts_rng rng;
    ts_rng_seed(&rng, 7);
    ok(ts_kernel_seeds(problem, target, space, &seeds, &seed_count));
    assert_true(seed_count >= 1);
    while (count < MAX_CONFIGS) {
        const bool advised = count < seed_count && count < MAX_CONFIGS / 2;
        configs[count] = advised ? seeds[count] : ts_rng_below(&rng, ts_space_count(space));
        count++;
    }
    free(seeds);
    return count;
}

static void evaluate(ts_evaluator *e, const uint64_t *configs, size_t count)
{
    const double limit = ts_now() + TIME_LIMIT;
    ok(e->submit(e, configs, count));
    for (size_t done = 0; done < count;) {
        ts_result r = {0};
        const int rc = e->collect(e, 1, &r);
        ok(rc);
        if (rc == 1 && r.status != TS_STATUS_OK)
            fail_msg("configuration %llu: %s: %s", (unsigned long long)r.config, ts_status_name(r.status),
                     r.reason ? r.reason : "");
        if (rc == 1)
            ts_result_clear(&r);
        done += rc == 1;
        assert_true(ts_now() < limit);
    }
}

static void variants_match_the_reference(void **state)
{
    const asked *a = *state;
    char names[2][128], path[256];
    const char *compilers[3] = {NULL};
    uint64_t configs[MAX_CONFIGS];
    ts_kernel *kernel = NULL;
    ts_space *space = NULL;
    ts_evaluator *evaluator = NULL;
    ts_problem problem;
    if (!is_here(a->machine))
        skip();
    ts_target *target = target_of(a->machine);
    compilers_of(a->machine, names, compilers);
    snprintf(path, sizeof path, "%s/templates/%s", TS_SOURCE_DIR, a->kernel);
    ok(ts_kernel_load(path, &kernel));
    ok(ts_problem_parse(kernel, a->type, a->shape, &problem));
    problem.max_error = a->max_error;
    problem.threads = a->threads;
    ok(ts_kernel_space(&problem, target, compilers, &space));
    ok(ts_hardware_open(&problem, target, space, NULL, &evaluator));
    evaluate(evaluator, configs, choose(&problem, target, space, configs));
    evaluator->close(evaluator);
    ts_space_free(space);
    ts_kernel_free(kernel);
    ts_target_free(target);
}

/* ---- instructions that this machine may not have --------------------------------------------------- */

static void assemble(const ts_problem *problem, const ts_target *target, const ts_space *space,
                     const char *scratch)
{
    ts_renderer *renderer = NULL;
    ts_variant v = {0};
    ts_compile compile = {0};
    ts_str source = TS_STR_INIT;
    uint64_t *seeds = NULL;
    size_t count = 0;
    ok(ts_kernel_seeds(problem, target, space, &seeds, &count));
    ok(ts_renderer_open(problem, target, space, &renderer));
    ok(ts_renderer_variant(renderer, seeds[0], &v));
    assert_non_null(strstr(v.source, "tileloadd"));
    ts_str_append(&source, ts_variant_prelude());
    ts_str_append(&source, v.source);
    ok(ts_compile_start(&(ts_compile_request){.scratch = scratch,
                                              .name = v.id,
                                              .compiler = v.compiler,
                                              .flags = v.flags,
                                              .source = ts_str_text(&source),
                                              .cpu = -1},
                        &compile));
    ok(ts_compile_poll(&compile, true, TIME_LIMIT));
    ts_compile_clear(&compile);
    ts_str_free(&source);
    ts_variant_clear(&v);
    ts_renderer_close(renderer);
    free(seeds);
}

static void tile_instructions_assemble(void **state)
{
    static const char *const kernels[][2] = {{"gemm_bf16", "bf16"}, {"gemm_int8", "i8"}, {"gemm_int8", "u8"}};
    static const char *const compilers[] = {"gcc", "clang"};
    char *scratch = NULL;
    int lock;
    (void)state;
    if (!is_here(TILED))
        skip();
    ok(ts_scratch_open(&scratch, &lock));
    ts_target *target = target_of(TILED);
    for (size_t i = 0; i < 6; i++) {
        const char *const *kernel_and_type = kernels[i / 2], *const one[] = {compilers[i % 2], NULL};
        char path[256];
        ts_kernel *kernel = NULL;
        ts_space *space = NULL;
        ts_problem problem;
        if (!ts_compiler_exists(one[0]))
            continue;
        snprintf(path, sizeof path, "%s/templates/%s", TS_SOURCE_DIR, kernel_and_type[0]);
        ok(ts_kernel_load(path, &kernel));
        ok(ts_problem_parse(kernel, kernel_and_type[1], "m=50,n=70,k=100", &problem));
        ok(ts_kernel_space(&problem, target, one, &space));
        assemble(&problem, target, space, scratch);
        ts_space_free(space);
        ts_kernel_free(kernel);
    }
    ts_target_free(target);
    ts_scratch_close(scratch, lock);
}

static int set_up(void **state)
{
    char cache[sizeof folder + 8], emulation[512];
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(cache, sizeof cache, "%s/cache", folder);
    snprintf(emulation, sizeof emulation, "gcc -include %s/tests/data/amx_emulation.h", TS_SOURCE_DIR);
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 1);
    setenv("TILESMITH_CACHE", cache, 1);
    write_compiler("narrow-gcc", "gcc", "-march=x86-64-v3");
    write_compiler("narrow-clang", "clang", "-march=x86-64-v3");
    write_compiler("baseline-gcc", "gcc", "-march=x86-64");
    write_compiler("baseline-clang", "clang", "-march=x86-64");
    write_compiler("tiled-gcc", emulation, "-march=x86-64-v3");
    return 0;
}

static int tear_down(void **state)
{
    char command[sizeof folder + 16];
    (void)state;
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

int main(void)
{
    static asked problems[] = {
        {"gemv", "f32", "m=97,n=101", HOST, 0, 1},
        {"gemv", "f64", "m=33,n=517,ta=1", HOST, 0, 1},
        {"gemv", "f32", "m=200,n=131,ta=1", HOST, 0, 2},
        {"gemv", "f32", "m=131,n=67", NARROW, 0, 2},
        {"gemm_batched", "f32", "batch=13,m=7,n=11,k=13", HOST, 0, 1},
        {"gemm_batched", "f64", "batch=17,m=13,n=19,k=11,ta=1,tb=1", HOST, 0, 2},
        {"gemm_batched", "f32", "batch=5,m=1,n=1,k=31", NARROW, 0, 1},
        {"gemm_fused", "f32", "m=37,n=101,k=33,act=2,residual=1", HOST, 0, 1},
        {"gemm_fused", "f32", "m=23,n=67,k=300,tb=1,act=3,bias=0", HOST, 1e-3, 2},
        {"gemm_fused", "f32", "m=5,n=35,k=7,act=2", NARROW, 2e-3, 1},
        {"gemm_fused", "f32", "m=17,n=9,k=21,act=1", NARROW, 0, 1},
        {"gemm_bf16", "bf16", "m=37,n=67,k=71,tb=1", HOST, 0, 1},
        {"gemm_bf16", "bf16", "m=13,n=130,k=301", HOST, 0, 2},
        {"gemm_bf16", "bf16", "m=9,n=35,k=5", NARROW, 0, 1},
        {"gemm_bf16", "bf16", "m=70,n=67,k=303", TILED, 0, 1},
        {"gemm_bf16", "bf16", "m=33,n=49,k=64,tb=1", TILED, 0, 2},
        {"gemm_bf16", "bf16", "m=5,n=3,k=1", TILED, 0, 1},
        {"gemm_int8", "i8", "m=37,n=67,k=71,tb=1", HOST, 0, 1},
        {"gemm_int8", "u8", "m=13,n=130,k=301", HOST, 0, 2},
        {"gemm_int8", "i8", "m=9,n=35,k=7", NARROW, 0, 1},
        {"gemm_int8", "i8", "m=7,n=21,k=13", BASELINE, 0, 1},
        {"gemm_int8", "u8", "m=5,n=9,k=4,constant=0", BASELINE, 0, 1},
        {"gemm_bf16", "bf16", "m=7,n=21,k=13", BASELINE, 0, 1},
        {"gemm_int8", "i8", "m=70,n=67,k=303", TILED, 0, 1},
        {"gemm_int8", "u8", "m=33,n=49,k=130,tb=1", TILED, 0, 2},
    };
    struct CMUnitTest tests[sizeof problems / sizeof *problems + 1];
    char names[sizeof problems / sizeof *problems][96];
    static const char *const machines[] = {"here", "AVX2", "SSE2", "AMX"};
    for (asked *a = problems; a < ARRAY_END(problems); a++) {
        const size_t i = (size_t)(a - problems);
        snprintf(names[i], sizeof names[i], "%s %s %s, %s", a->kernel, a->type, a->shape,
                 machines[a->machine]);
        tests[i] = (struct CMUnitTest){names[i], variants_match_the_reference, NULL, NULL, a};
    }
    tests[sizeof problems / sizeof *problems] =
        (struct CMUnitTest)cmocka_unit_test(tile_instructions_assemble);
    return cmocka_run_group_tests_name("product templates", tests, set_up, tear_down);
}
