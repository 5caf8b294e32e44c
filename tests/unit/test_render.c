/* Variants: names from content, what templates may see, and that what is rendered compiles and computes the
 * kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/render.h"
#include "util/file.h"
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOLDER TS_SOURCE_DIR "/tests/data/kernels/scale"

static const char *const compilers[] = {"cc", NULL};

typedef struct setting {
    ts_kernel *kernel;
    ts_target *target;
    ts_problem problem;
    ts_space *space;
    ts_renderer *renderer;
} setting;

static setting open_setting(const char *folder, const char *type, const char *shape)
{
    setting s = {0};
    if (ts_kernel_load(folder, &s.kernel) < 0 || ts_target_load("generic-x86-64-v3", &s.target) < 0 ||
        ts_problem_parse(s.kernel, type, shape, &s.problem) < 0 ||
        ts_kernel_space(&s.problem, s.target, compilers, &s.space) < 0 ||
        ts_renderer_open(&s.problem, s.target, s.space, &s.renderer) < 0)
        fail_msg("%s", ts_error());
    return s;
}

static void close_setting(setting *s)
{
    ts_renderer_close(s->renderer);
    ts_space_free(s->space);
    ts_target_free(s->target);
    ts_kernel_free(s->kernel);
}

/* The configuration with these ordinals; the first one of the space otherwise. */
static ts_variant rendered(const setting *s, uint64_t config)
{
    ts_variant v;
    if (ts_renderer_variant(s->renderer, config, &v) < 0)
        fail_msg("%s", ts_error());
    return v;
}

static uint64_t with_value(const setting *s, uint64_t config, const char *parameter, const char *value)
{
    uint16_t ordinals[32];
    char text[64];
    ts_space_decode(s->space, config, ordinals);
    for (size_t i = 0; i < ts_space_params(s->space); i++) {
        const ts_param *p = ts_space_param(s->space, i);
        for (size_t j = 0; strcmp(p->name, parameter) == 0 && j < p->count; j++)
            if (strcmp(ts_value_text(p->values[j], text, sizeof text), value) == 0)
                ordinals[i] = (uint16_t)j;
    }
    assert_true(ts_space_encode(s->space, ordinals, &config));
    return config;
}

static void the_source_defines_function_and_thunk(void **state)
{
    (void)state;
    setting s = open_setting(FOLDER, "f64", "m=8,n=9,negate=1");
    ts_variant v = rendered(&s, 0);
    char text[256];
    snprintf(text, sizeof text,
             "void ts_v_%s(int64_t m, int64_t n, double alpha, const double *X, int64_t ldx, double *Y, "
             "int64_t ldy, void *workspace);",
             v.id);
    assert_non_null(strstr(v.source, text));
    snprintf(text, sizeof text, "void ts_v_%s_call(const ts_call *call)\n{", v.id);
    assert_non_null(strstr(v.source, text));
    assert_non_null(strstr(v.source, "-alpha"));
    assert_true(strstr(v.source, "-alpha") <
                strstr(v.source, "int64_t i = 0")); /* the common file comes first */
    assert_null(strstr(v.source, "ts_v_00000000000000000000000000000000"));
    assert_int_equal(strlen(v.id), 32);
    assert_int_equal(strspn(v.id, "0123456789abcdef"), 32);
    assert_string_equal(v.compiler, "cc");
    assert_string_equal(v.flags, "-O2");
    assert_true(v.render_seconds > 0);
    ts_variant_clear(&v);
    assert_null(v.source);
    close_setting(&s);
}

static void ids_follow_content(void **state)
{
    (void)state;
    setting s = open_setting(FOLDER, "f32", "m=8,n=9"), other = open_setting(FOLDER, "f32", "m=80,n=90");
    ts_variant a = rendered(&s, 0), b = rendered(&s, 0), c = rendered(&s, with_value(&s, 0, "flags", "-O3")),
               d = rendered(&s, with_value(&s, 0, "unroll", "2")), e = rendered(&other, 0);
    assert_string_equal(a.id, b.id);
    assert_string_equal(a.source, b.source);
    assert_string_not_equal(a.id, c.id);
    assert_string_not_equal(a.id, d.id);
    assert_string_not_equal(c.id, d.id);
    assert_string_equal(a.id, e.id); /* a variant for any shape is the same for every shape */
    uint64_t fixed = with_value(&s, 0, "algorithm", "fixed"),
             fixed_other = with_value(&other, 0, "algorithm", "fixed");
    ts_variant f = rendered(&s, fixed), g = rendered(&other, fixed_other);
    assert_true(f.fixed_shape && !a.fixed_shape);
    assert_string_not_equal(f.id, g.id);
    ts_variant *all[] = {&a, &b, &c, &d, &e, &f, &g};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        ts_variant_clear(all[i]);
    close_setting(&s);
    close_setting(&other);
}

static void native_variants_belong_to_a_machine(void **state)
{
    (void)state;
    setting s = open_setting(FOLDER, "f32", "m=8,n=9");
    uint64_t native = with_value(&s, 0, "extra", "-march=native");
    ts_variant a = rendered(&s, 0), b = rendered(&s, native);
    assert_string_equal(b.flags, "-O2 -march=native");
    s.target->fingerprint = strdup("0123456789abcdef");
    ts_variant c = rendered(&s, 0), d = rendered(&s, native);
    assert_string_equal(a.id, c.id);
    assert_string_not_equal(b.id, d.id);
    ts_variant *all[] = {&a, &b, &c, &d};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        ts_variant_clear(all[i]);
    close_setting(&s);
}

static void stored_values_render_like_their_configuration(void **state)
{
    (void)state;
    setting s = open_setting(FOLDER, "f32", "m=8,n=9");
    uint64_t last = ts_space_count(s.space) - 1;
    ts_value slots[64];
    ts_variant a = rendered(&s, last), b;
    assert_int_equal(ts_kernel_slots(&s.problem, s.target, slots), 0);
    ts_space_values(s.space, last, slots);
    assert_int_equal(ts_renderer_variant_of(s.renderer, slots, &b), 0);
    assert_string_equal(a.id, b.id);
    assert_int_equal(ts_renderer_variant(s.renderer, last + 1, &(ts_variant){0}), TS_EINTERNAL);
    ts_variant_clear(&a);
    ts_variant_clear(&b);
    close_setting(&s);
}

static void put(const char *folder, const char *name, const char *text)
{
    char *path = ts_asprintf("%s/%s", folder, name);
    assert_int_equal(ts_file_write(path, text, strlen(text)), 0);
    free(path);
}

static void copy_kernel(const char *folder)
{
    static const char *const files[] = {"kernel.xml", "reference.c", "rows.c.in", "sign.c.in", "fixed.c.in"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *from = ts_asprintf("%s/%s", FOLDER, files[i]), *text = NULL;
        assert_int_equal(ts_file_read(from, 1 << 20, &text, NULL), 0);
        put(folder, files[i], text);
        free(text);
        free(from);
    }
}

static void assert_render_fails(const char *folder, const char *expected)
{
    setting s = open_setting(folder, "f32", "m=8,n=9");
    ts_variant v;
    assert_int_equal(ts_renderer_variant(s.renderer, 0, &v), TS_EINPUT);
    if (!strstr(ts_error(), expected))
        fail_msg("expected \"%s\" in \"%s\"", expected, ts_error());
    assert_null(v.source);
    close_setting(&s);
}

/* The first template of the manifest becomes `text`; `edit` may replace a part of the manifest. */
static void with_rows(const char *folder, const char *text, const char *from, const char *to)
{
    copy_kernel(folder);
    put(folder, "rows.c.in", text);
    char *path = ts_asprintf("%s/kernel.xml", folder), *manifest = NULL;
    assert_int_equal(ts_file_read(path, 1 << 20, &manifest, NULL), 0);
    char *at = from ? strstr(manifest, from) : NULL;
    if (from) {
        assert_non_null(at);
        char *changed = ts_asprintf("%.*s%s%s", (int)(at - manifest), manifest, to, at + strlen(from));
        put(folder, "kernel.xml", changed);
        free(changed);
    }
    free(manifest);
    free(path);
}

static void what_cannot_be_rendered_says_why(void **state)
{
    (void)state;
    char *folder = NULL;
    int lock;
    assert_int_equal(ts_scratch_open(&folder, &lock), 0);
    with_rows(folder, "x\n${m}\n", NULL, NULL);
    assert_render_fails(folder, "rows.c.in:2:3: m is known only at run time");
    with_rows(folder, "//@ error \"never for ${T}\"\n", NULL, NULL);
    assert_render_fails(folder, "rows.c.in:1: never for float");
    with_rows(folder, "x\n", "<template file=\"rows.c.in\" common=\"sign.c.in\"/>",
              "<template file=\"rows.c.in\" when=\"m > 8\"/>");
    assert_render_fails(folder, "no <template> serves this configuration");
    with_rows(folder, "x\n", "bytes=\"buffered ? 256 : 0\"", "bytes=\"n*type.size\"");
    assert_render_fails(folder,
                        "kernel.xml:36: the workspace of a variant for any shape can't depend on the shape");
    with_rows(folder, "x\n", "bytes=\"buffered ? 256 : 0\"", "bytes=\"-1\"");
    assert_render_fails(folder, "a workspace of -1 bytes is impossible");
    with_rows(folder, "x\n", "role=\"flags\" values=\"'-O2', '-O3'\" default=\"'-O2'\"",
              "role=\"flags\" values=\"1, 2\"");
    assert_render_fails(folder, "parameter flags has a role, so its values must be strings");
    ts_scratch_close(folder, lock);
}

static void templates_are_read_when_the_renderer_opens(void **state)
{
    (void)state;
    char *folder = NULL;
    int lock;
    assert_int_equal(ts_scratch_open(&folder, &lock), 0);
    with_rows(folder, "//@ endfor\n", NULL, NULL);
    setting s = {0};
    assert_int_equal(ts_kernel_load(folder, &s.kernel), 0);
    assert_int_equal(ts_target_load("generic-x86-64-v3", &s.target), 0);
    assert_int_equal(ts_problem_parse(s.kernel, "f32", "m=8", &s.problem), 0);
    assert_int_equal(ts_renderer_open(&s.problem, s.target, NULL, &s.renderer), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "rows.c.in:1: "));
    assert_null(s.renderer);
    close_setting(&s);
    ts_scratch_close(folder, lock);
}

/* Compiles text with all warnings as errors into a shared object and opens it. */
static void *built(const char *folder, const char *name, const char *text)
{
    char *source = ts_asprintf("%s/%s.c", folder, name), *object = ts_asprintf("%s/%s.so", folder, name);
    assert_int_equal(ts_file_write(source, text, strlen(text)), 0);
    pid_t child = fork();
    if (child == 0) {
        execlp("cc", "cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas",
               "-fvisibility=hidden", "-fPIC", "-shared", "-o", object, source, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_int_equal(status, 0);
    void *handle = dlopen(object, RTLD_NOW | RTLD_LOCAL);
    assert_non_null(handle);
    free(source);
    free(object);
    return handle;
}

static void call(void *handle, const char *name, const float *x, float *y, void *workspace)
{
    union {
        void *object;
        ts_call_fn *function;
    } thunk = {dlsym(handle, name)};
    assert_non_null(thunk.object);
    ts_call c = {.dim = {5, 77},
                 .scalar = {0.5},
                 .tensor = {(void *)(uintptr_t)x, y},
                 .ld = {80, 90},
                 .workspace = workspace};
    thunk.function(&c);
}

static void variants_compile_and_compute_the_reference(void **state)
{
    (void)state;
    enum { X = 5 * 80, Y = 5 * 90 };
    static float x[X], expected[Y], y[Y];
    static _Alignas(64) char workspace[256];
    setting s = open_setting(FOLDER, "f32", "m=5,n=77,negate=1");
    char *folder = NULL;
    int lock;
    ts_str text = TS_STR_INIT;
    assert_int_equal(ts_scratch_open(&folder, &lock), 0);
    for (int i = 0; i < X; i++)
        x[i] = (float)(i % 17) - 8;
    assert_int_equal(ts_reference_source(&s.problem, &text), 0);
    assert_non_null(strstr(ts_str_text(&text), "enum { negate = 1 };"));
    void *handle = built(folder, "reference", ts_str_text(&text));
    call(handle, "ts_reference_call", x, expected, NULL);
    assert_true(expected[1] == 3.5f && expected[77] == 0);
    dlclose(handle);
    /* Several variants in one translation unit: two for any shape, one buffered, and one for this shape. */
    uint64_t wide = with_value(&s, with_value(&s, 0, "unroll", "4"), "vector", "32");
    uint64_t configs[] = {0, wide, with_value(&s, wide, "buffered", "1"),
                          with_value(&s, 0, "algorithm", "fixed")};
    ts_variant v[4];
    ts_str_clear(&text);
    ts_str_append(&text, ts_variant_prelude());
    for (int i = 0; i < 4; i++) {
        v[i] = rendered(&s, configs[i]);
        ts_str_append(&text, v[i].source);
    }
    assert_int_equal(v[2].workspace_bytes, 256);
    assert_int_equal(v[1].workspace_bytes, 0);
    handle = built(folder, "variants", ts_str_text(&text));
    for (int i = 0; i < 4; i++) {
        char name[64];
        snprintf(name, sizeof name, "ts_v_%s_call", v[i].id);
        memset(y, 0, sizeof y);
        call(handle, name, x, y, workspace);
        assert_memory_equal(y, expected, sizeof y);
        ts_variant_clear(&v[i]);
    }
    dlclose(handle);
    ts_str_free(&text);
    ts_scratch_close(folder, lock);
    close_setting(&s);
}

/* The prelude's ts_call is that of core/variant.h: the declarations agree in size and in each member's
 * offset. */
static void the_prelude_declares_the_same_call(void **state)
{
    (void)state;
    char *folder = NULL;
    int lock;
    assert_int_equal(ts_scratch_open(&folder, &lock), 0);
    char *text =
        ts_asprintf("%s%s_Static_assert(sizeof(ts_call) == %zu && offsetof(ts_call, scalar) == %zu && "
                    "offsetof(ts_call, tensor) == %zu "
                    "&& offsetof(ts_call, ld) == %zu && offsetof(ts_call, workspace) == %zu, \"\");\n",
                    ts_variant_prelude(), ts_variant_prelude(), sizeof(ts_call), offsetof(ts_call, scalar),
                    offsetof(ts_call, tensor), offsetof(ts_call, ld), offsetof(ts_call, workspace));
    dlclose(built(folder, "prelude", text));
    free(text);
    ts_scratch_close(folder, lock);
}

int main(void)
{
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_source_defines_function_and_thunk),
        cmocka_unit_test(ids_follow_content),
        cmocka_unit_test(native_variants_belong_to_a_machine),
        cmocka_unit_test(stored_values_render_like_their_configuration),
        cmocka_unit_test(what_cannot_be_rendered_says_why),
        cmocka_unit_test(templates_are_read_when_the_renderer_opens),
        cmocka_unit_test(variants_compile_and_compute_the_reference),
        cmocka_unit_test(the_prelude_declares_the_same_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
