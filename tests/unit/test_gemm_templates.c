/* The gemm templates: seeds and random configurations, compiled by what is here, give the reference's results
 * at awkward shapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/guarded.h"
#include "build/render.h"
#include "build/toolchain.h"
#include "core/detect.h"
#include "util/file.h"
#include "util/vec.h"
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANDOM_CONFIGS 8
#define PER_UNIT       10
#define COMPILE_LIMIT  120.0

/* Random configurations are of this algorithm, or of any. */
typedef struct asked {
    const char *type, *shape, *algorithm;
    int threads;
    double max_error;
} asked;

/* m, n, k: around micro-tiles, around the smallest blocks (48, 64, 64), and several blocks in each loop. */
static const int64_t shapes[][3] = {{1, 1, 1}, {7, 33, 5}, {50, 3, 67}, {13, 71, 129}, {97, 130, 66}};

/* One translation unit: variants that have compiler and flags in common. */
typedef struct unit {
    const ts_variant *variants[PER_UNIT];
    size_t count;
    ts_str source;
    ts_compile compile;
    void *library;
} unit;

typedef struct setting {
    char *scratch;
    int lock;
    ts_target *host;
    ts_kernel *kernel;
    ts_problem problem;
    ts_space *space;
    TS_VEC(ts_variant) variants;
    TS_VEC(unit) units;
    ts_guarded operands[3], expected, workspace;
} setting;

static void ok(int rc)
{
    if (rc < 0)
        fail_msg("%s", ts_error());
}

/* ---- building
 * ---------------------------------------------------------------------------------------------- */

/* A random configuration, of one algorithm (the first parameter) unless any will do. */
static uint64_t draw(const setting *s, const char *algorithm, ts_rng *rng)
{
    const ts_param *p = ts_space_param(s->space, 0);
    uint16_t ordinals[64]; /* as many parameters as a kernel may have */
    for (int tries = 0; tries < 1000; tries++) {
        uint64_t config = ts_rng_below(rng, ts_space_count(s->space));
        ts_space_decode(s->space, config, ordinals);
        for (size_t i = 0; algorithm && i < p->count; i++)
            if (strcmp(p->values[i].s, algorithm) == 0)
                ordinals[0] = (uint16_t)i;
        config = algorithm ? ts_space_nearest(s->space, ordinals) : config;
        ts_space_decode(s->space, config, ordinals);
        if (!algorithm || strcmp(p->values[ordinals[0]].s, algorithm) == 0)
            return config;
    }
    fail_msg("no configuration of algorithm %s", algorithm);
    return 0;
}

static void render(setting *s, const char *algorithm, uint64_t seed)
{
    ts_renderer *renderer = NULL;
    uint64_t *seeds = NULL;
    size_t count = 0;
    ts_rng rng;
    ts_rng_seed(&rng, seed);
    ok(ts_kernel_seeds(&s->problem, s->host, s->space, &seeds, &count));
    assert_true(count >= 3);
    ok(ts_renderer_open(&s->problem, s->host, s->space, &renderer));
    for (size_t i = 0; i < count + RANDOM_CONFIGS; i++) {
        const uint64_t config = i < count ? seeds[i] : draw(s, algorithm, &rng);
        ts_variant v = {0};
        ok(ts_renderer_variant(renderer, config, &v));
        bool known = false;
        for (size_t j = 0; j < s->variants.count; j++)
            known = known || strcmp(s->variants.items[j].id, v.id) == 0;
        if (known)
            ts_variant_clear(&v);
        else
            assert_true(ts_vec_push(&s->variants, v));
    }
    ts_renderer_close(renderer);
    free(seeds);
}

static unit *unit_for(setting *s, const ts_variant *v)
{
    for (size_t i = 0; i < s->units.count; i++) {
        unit *u = &s->units.items[i];
        if (u->count < PER_UNIT && strcmp(u->variants[0]->compiler, v->compiler) == 0 &&
            strcmp(u->variants[0]->flags, v->flags) == 0)
            return u;
    }
    assert_true(ts_vec_push(&s->units, ((unit){0})));
    unit *u = &s->units.items[s->units.count - 1];
    ts_str_append(&u->source, ts_variant_prelude());
    return u;
}

static void start(const setting *s, const char *name, const char *compiler, const char *flags,
                  const ts_str *source, ts_compile *out)
{
    const ts_compile_request request = {.scratch = s->scratch,
                                        .name = name,
                                        .compiler = compiler,
                                        .flags = flags,
                                        .source = ts_str_text(source),
                                        .cpu = -1};
    ok(ts_compile_start(&request, out));
}

static void compile(setting *s)
{
    for (size_t i = 0; i < s->variants.count; i++) {
        unit *u = unit_for(s, &s->variants.items[i]);
        u->variants[u->count++] = &s->variants.items[i];
        ts_str_append(&u->source, s->variants.items[i].source);
    }
    for (size_t i = 0; i < s->units.count; i++) {
        unit *u = &s->units.items[i];
        char name[32];
        snprintf(name, sizeof name, "unit%zu", i);
        start(s, name, u->variants[0]->compiler, u->variants[0]->flags, &u->source, &u->compile);
    }
    for (size_t i = 0; i < s->units.count; i++) {
        unit *u = &s->units.items[i];
        ok(ts_compile_poll(&u->compile, true, COMPILE_LIMIT));
        /* Kept: the threads of an OpenMP runtime outlive the call that started them. */
        u->library = dlopen(u->compile.object_path,
                            RTLD_NOW | RTLD_LOCAL | (s->problem.threads > 1 ? RTLD_NODELETE : 0));
        assert_non_null(u->library);
    }
}

static ts_call_fn *function_of(void *library, const char *prefix, const char *id)
{
    char name[64];
    ts_call_fn *function = NULL;
    snprintf(name, sizeof name, "%s%s_call", prefix, id);
    void *symbol = dlsym(library, name);
    assert_non_null(symbol);
    memcpy(&function, &symbol, sizeof function);
    return function;
}

static ts_call_fn *reference(setting *s, ts_compile *out, void **library)
{
    ts_str source = TS_STR_INIT;
    ok(ts_reference_source(&s->problem, &source));
    start(s, "reference", "cc", "-O2", &source, out);
    ok(ts_compile_poll(out, true, COMPILE_LIMIT));
    ts_str_free(&source);
    *library = dlopen(out->object_path, RTLD_NOW | RTLD_LOCAL);
    assert_non_null(*library);
    return function_of(*library, "ts_reference", "");
}

/* ---- running
 * ----------------------------------------------------------------------------------------------- */

/* Element i of an operand: multiples of 1/8, so that any order of summation gives the same result. */
static double content(size_t i)
{
    return (double)((i * 2654435761u >> 7) % 17) / 8 - 1;
}

static void put(const setting *s, void *to, size_t i, double value)
{
    if (s->problem.type->size == 4)
        ((float *)to)[i] = (float)value;
    else
        ((double *)to)[i] = value;
}

static double get(const setting *s, const void *from, size_t i)
{
    return s->problem.type->size == 4 ? ((const float *)from)[i] : ((const double *)from)[i];
}

/* Rows of `columns` elements, `ld` apart, at one end of their room; what lies between rows is NaN. */
static void *operand(const setting *s, ts_guarded *g, int64_t rows, int64_t columns, int64_t ld,
                     ts_position position)
{
    const size_t size = (size_t)s->problem.type->size, count = (size_t)((rows - 1) * ld + columns);
    ts_guarded_place(g, count * size, size, position, 0);
    for (size_t i = 0; i < count; i++)
        put(s, g->start, i, (int64_t)i % ld < columns ? content(i) : NAN);
    return g->start;
}

static void compare(const setting *s, const ts_variant *v, const ts_call *call, const void *expected)
{
    const int64_t m = call->dim[0], n = call->dim[1], ldc = call->ld[2];
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < (i + 1 < m ? ldc : n); j++) {
            const double is = get(s, call->tensor[2], (size_t)(i * ldc + j)),
                         should = get(s, expected, (size_t)(i * ldc + j));
            if (is != should && !(isnan(should) && isnan(is)))
                fail_msg("C[%d][%d] of %dx%dx%d with beta %g is %g, not %g; compiled by %s %s:\n%s", (int)i,
                         (int)j, (int)m, (int)n, (int)call->dim[2], call->scalar[1], is, should, v->compiler,
                         v->flags, v->source);
        }
}

static void check(setting *s, const ts_variant *v, ts_call_fn *function, ts_call_fn *right,
                  const int64_t *shape, int round)
{
    static const double alphas[] = {1, -0.5, 0.5}, betas[] = {0, 0.75, 1};
    const int64_t m = shape[0], n = shape[1], k = shape[2], ta = s->problem.dims[3], tb = s->problem.dims[4];
    const ts_position position = round % 2 ? TS_AT_START : TS_AT_END;
    const int64_t pad = round;
    ts_call call = {.dim = {m, n, k, ta, tb},
                    .scalar = {alphas[round], betas[round]},
                    .ld = {(ta ? m : k) + pad, (tb ? k : n) + 2 * pad, n + 3 * pad}};
    call.tensor[0] = operand(s, &s->operands[0], ta ? k : m, ta ? m : k, call.ld[0], position);
    call.tensor[1] = operand(s, &s->operands[1], tb ? n : k, tb ? k : n, call.ld[1], position);
    call.tensor[2] = operand(s, &s->expected, m, n, call.ld[2], position);
    right(&call);
    call.tensor[2] = operand(s, &s->operands[2], m, n, call.ld[2], position);
    for (int64_t i = 0; i < m && betas[round] == 0; i++)
        for (int64_t j = 0; j < n; j++)
            put(s, call.tensor[2], (size_t)(i * call.ld[2] + j), NAN);
    ts_guarded_place(&s->workspace, (size_t)v->workspace_bytes, 64, TS_AT_END, 0);
    call.workspace = s->workspace.start;
    function(&call);
    compare(s, v, &call, s->expected.start);
    assert_null(ts_guarded_trace(&s->workspace));
    for (size_t i = 0; i < 3; i++)
        assert_null(ts_guarded_trace(&s->operands[i]));
}

static void check_all(setting *s)
{
    ts_compile compiled = {0};
    void *library = NULL;
    ts_call_fn *right = reference(s, &compiled, &library);
    for (size_t i = 0; i < s->units.count; i++)
        for (size_t j = 0; j < s->units.items[i].count; j++) {
            const ts_variant *v = s->units.items[i].variants[j];
            ts_call_fn *function = function_of(s->units.items[i].library, "ts_v_", v->id);
            for (int round = 0; round < 3; round++) {
                check(s, v, function, right, s->problem.dims, round);
                for (size_t q = 0; !v->fixed_shape && q < sizeof shapes / sizeof *shapes; q++)
                    check(s, v, function, right, shapes[q], round);
            }
        }
    dlclose(library);
    ts_compile_clear(&compiled);
}

/* ---- tests
 * ------------------------------------------------------------------------------------------------- */

static void set(setting *s, const asked *a)
{
    const char *compilers[3] = {0};
    size_t count = 0;
    if (ts_compiler_exists("gcc"))
        compilers[count++] = "gcc";
    if (ts_compiler_exists("clang") && a->threads < 2) /* its OpenMP runtime is a package of its own */
        compilers[count++] = "clang";
    if (count == 0)
        skip();
    ok(ts_scratch_open(&s->scratch, &s->lock));
    ok(ts_detect(false, NULL, NULL, &s->host));
    ok(ts_kernel_load(TS_SOURCE_DIR "/templates/gemm", &s->kernel));
    ok(ts_problem_parse(s->kernel, a->type, a->shape, &s->problem));
    s->problem.threads = a->threads;
    s->problem.max_error = a->max_error;
    ok(ts_kernel_space(&s->problem, s->host, compilers, &s->space));
    assert_true(ts_space_count(s->space) > 0);
    for (size_t i = 0; i < 3; i++)
        ok(ts_guarded_open(1 << 20, false, &s->operands[i]));
    ok(ts_guarded_open(1 << 20, false, &s->expected));
}

static void unset(setting *s)
{
    for (size_t i = 0; i < s->units.count; i++) {
        dlclose(s->units.items[i].library);
        ts_compile_clear(&s->units.items[i].compile);
        ts_str_free(&s->units.items[i].source);
    }
    ts_vec_free(&s->units);
    for (size_t i = 0; i < s->variants.count; i++)
        ts_variant_clear(&s->variants.items[i]);
    ts_vec_free(&s->variants);
    for (size_t i = 0; i < 3; i++)
        ts_guarded_close(&s->operands[i]);
    ts_guarded_close(&s->expected);
    ts_guarded_close(&s->workspace);
    ts_space_free(s->space);
    ts_kernel_free(s->kernel);
    ts_target_free(s->host);
    ts_scratch_close(s->scratch, s->lock);
}

static void variants_match_the_reference(void **state)
{
    setting s = {0};
    size_t workspace = 64;
    set(&s, *state);
    render(&s, ((const asked *)*state)->algorithm, 20);
    for (size_t i = 0; i < s.variants.count; i++)
        if ((size_t)s.variants.items[i].workspace_bytes > workspace)
            workspace = (size_t)s.variants.items[i].workspace_bytes;
    ok(ts_guarded_open(workspace + 64, false, &s.workspace));
    compile(&s);
    check_all(&s);
    unset(&s);
}

int main(void)
{
    static asked problems[] = {
        {"f32", "m=100,n=130,k=70", NULL, 1, 0},
        {"f64", "m=33,n=41,k=29", NULL, 1, 0},
        {"f32", "m=37,n=50,k=21,ta=1", NULL, 1, 0},
        {"f64", "m=60,n=70,k=50,tb=1", NULL, 1, 0},
        {"f32", "m=300,n=5,k=40,ta=1,tb=1", NULL, 1, 0},
        {"f32", "m=150,n=131,k=141", "direct", 1, 0},
        {"f64", "m=70,n=83,k=1031,ta=1", "direct", 1, 0},
        {"f64", "m=3,n=3,k=200", "split-k", 1, 0},
        {"f32", "m=11,n=210,k=70", "skinny", 1, 0},
        {"f64", "m=7,n=75,k=300,ta=1", "skinny", 2, 0},
        {"f32", "m=20,n=9,k=300,tb=1", "split-k", 2, 0},
        {"f32", "m=66,n=100,k=64", "strassen", 1, 1e-3},
        {"f64", "m=64,n=66,k=70,ta=1,tb=1", "strassen", 2, 1e-3},
        {"f32", "m=60,n=300,k=50", "packed", 2, 0},
    };
    struct CMUnitTest tests[sizeof problems / sizeof *problems];
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        tests[i] =
            (struct CMUnitTest){problems[i].shape, variants_match_the_reference, NULL, NULL, &problems[i]};
    return cmocka_run_group_tests_name("gemm templates", tests, NULL, NULL);
}
