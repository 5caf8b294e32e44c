/* Every family of kernels: at its small and awkward shapes, what its author advises and what chance picks
 * gives the reference's results, compiled by what is here, for this machine and for narrower ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/toolchain.h"
#include "core/detect.h"
#include "eval/evaluator.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/str.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADVISED  2 /* seeds and random configurations tried at each shape */
#define CHANCE   1
#define PATIENCE 120.0

/* A vector length to pretend; 0: this machine as it is. */
typedef struct family {
    const char *name;
    int64_t vector_bytes;
} family;

typedef struct setting {
    ts_kernel *kernel;
    ts_target *target;
    ts_problem problem;
    ts_space *space;
    ts_evaluator *evaluator;
    uint64_t configs[ADVISED + CHANCE];
    size_t count;
} setting;

static void ok(int rc)
{
    if (rc < 0)
        fail_msg("%s", ts_error());
}

/* The compilers that are here; the first one is the default, and each has its turn. */
static size_t compilers(size_t turn, const char *out[3])
{
    static const char *const known[] = {"gcc", "clang"};
    size_t count = 0;
    for (size_t i = 0; i < 2; i++)
        if (ts_compiler_exists(known[(i + turn) % 2]))
            out[count++] = known[(i + turn) % 2];
    out[count] = NULL;
    return count;
}

/* Advice in turn, so that shapes together try all of it; chance alone where no advice is valid. */
static void choose(setting *s, size_t turn)
{
    uint64_t *seeds = NULL;
    size_t count = 0;
    ts_rng rng;
    ts_rng_seed(&rng, 77 + turn);
    ok(ts_kernel_seeds(&s->problem, s->target, s->space, &seeds, &count));
    s->count = 0;
    for (size_t i = 0; i < ADVISED + CHANCE; i++) {
        const uint64_t config = i < ADVISED && count > 0 ? seeds[(turn * ADVISED + i) % count]
                                                         : ts_rng_below(&rng, ts_space_count(s->space));
        bool known = false;
        for (size_t j = 0; j < s->count; j++)
            known = known || s->configs[j] == config;
        if (!known)
            s->configs[s->count++] = config;
    }
    free(seeds);
}

static void evaluate(setting *s, const char *shape)
{
    ts_evaluator *e = s->evaluator;
    const double limit = ts_now() + PATIENCE;
    size_t got = 0;
    ok(e->submit(e, s->configs, s->count));
    while (got < s->count && ts_now() < limit) {
        ts_result r = {0};
        const int rc = e->collect(e, 5, &r);
        ok(rc);
        if (rc == 1 && r.status != TS_STATUS_OK) {
            ts_str config = TS_STR_INIT;
            ts_space_describe(s->space, r.config, &config);
            fail_msg("%s %s at %s, %s: %s: %s", s->kernel->name, s->problem.type->name, shape,
                     ts_str_text(&config), ts_status_name(r.status), r.reason ? r.reason : "");
        }
        got += rc == 1;
        if (rc == 1)
            ts_result_clear(&r);
    }
    assert_int_equal(got, s->count);
}

static void check_shape(setting *s, const ts_type *type, const ts_shape *shape, size_t turn)
{
    const char *names[3];
    if (compilers(turn, names) == 0)
        skip();
    s->problem = (ts_problem){.kernel = s->kernel, .type = type};
    memcpy(s->problem.dims, shape->dims, sizeof s->problem.dims);
    ok(ts_kernel_space(&s->problem, s->target, names, &s->space));
    choose(s, turn);
    ok(ts_hardware_open(&s->problem, s->target, s->space,
                        &(ts_hardware_options){.cpu = -1, .counters = "none"}, &s->evaluator));
    evaluate(s, shape->name);
    s->evaluator->close(s->evaluator);
    ts_space_free(s->space);
}

static void set(setting *s, const family *f)
{
    char path[512];
    snprintf(path, sizeof path, "%s/templates/%s", TS_SOURCE_DIR, f->name);
    ok(ts_kernel_load(path, &s->kernel));
    if (f->vector_bytes == 0) {
        ok(ts_detect(false, NULL, NULL, &s->target));
        return;
    }
    s->target = ts_target_new("narrow", "cpu");
    assert_non_null(s->target);
    ok(ts_target_set(s->target, "vector.bytes", ts_int(f->vector_bytes), "B", "pretended", NAN, NAN));
}

static void variants_match_the_reference(void **state)
{
    const family *f = *state;
    setting s = {0};
    size_t turn = 0;
    set(&s, f);
    for (size_t i = 0; i < s.kernel->shape_count; i++) {
        const ts_shape *shape = &s.kernel->shapes[i];
        for (size_t t = 0;
             t < (f->vector_bytes ? 1 : s.kernel->type_count) && strcmp(shape->kind, "typical") != 0; t++)
            if (!shape->type || strcmp(shape->type, s.kernel->types[t].name) == 0)
                check_shape(&s, &s.kernel->types[t], shape, turn++);
    }
    assert_true(turn > 0);
    ts_kernel_free(s.kernel);
    ts_target_free(s.target);
}

int main(void)
{
    static const char *const names[] = {"softmax", "layernorm", "activation", "transpose", "reduction",
                                        "triad",   "stencil2d", "stencil3d",  "spmv",      "gemm_sparse"};
    enum { FAMILIES = sizeof names / sizeof *names };
    static const int64_t widths[] = {0, 16, 32};
    static family families[3 * FAMILIES];
    static char titles[3 * FAMILIES][64];
    struct CMUnitTest tests[3 * FAMILIES];
    for (size_t i = 0; i < 3 * FAMILIES; i++) {
        families[i] = (family){names[i / 3], widths[i % 3]};
        snprintf(titles[i], sizeof titles[i], widths[i % 3] ? "%s, vectors of %d bytes" : "%s",
                 families[i].name, (int)widths[i % 3]);
        tests[i] = (struct CMUnitTest){titles[i], variants_match_the_reference, NULL, NULL, &families[i]};
    }
    char cache[] = "/tmp/tilesmith-test-families-XXXXXX";
    if (!mkdtemp(cache))
        return 1;
    setenv("TILESMITH_CACHE", cache, 1);
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 0);
    const int failed = cmocka_run_group_tests_name("templates of families", tests, NULL, NULL);
    ts_file_remove(cache);
    return failed;
}
