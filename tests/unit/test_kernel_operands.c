/* What a manifest says of operands with types of their own, of inputs that reference.c makes, of preparation,
 * and of what the user allows; and the C that is made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/render.h"
#include "core/kernel_parse.h"
#include "util/file.h"
#include "util/str.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KERNELS TS_SOURCE_DIR "/tests/data/kernels/"
#define SCHEMA  TS_SOURCE_DIR "/templates/kernel.xsd"

static ts_kernel *load(const char *name)
{
    ts_kernel *k = NULL;
    char path[512];
    snprintf(path, sizeof path, KERNELS "%s", name);
    if (ts_kernel_load(path, &k) < 0)
        fail_msg("%s", ts_error());
    return k;
}

static void operands_may_have_a_type(void **state)
{
    (void)state;
    static const struct {
        const char *name, *ctype;
        int64_t size;
    } expected[] = {{"u8", "uint8_t", 1}, {"i8", "int8_t", 1},     {"i32", "int32_t", 4},
                    {"f64", "double", 8}, {"bf16", "uint16_t", 2}, {"u8", "uint8_t", 1}};
    ts_kernel *k = load("mixed");
    ts_problem p;
    assert_int_equal(ts_problem_parse(k, "i8", "m=9,n=70", &p), 0);
    assert_int_equal(k->tensor_count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < k->tensor_count; i++) {
        ts_operand_type type = ts_problem_tensor_type(&p, i);
        assert_string_equal(type.name, expected[i].name);
        assert_string_equal(type.ctype, expected[i].ctype);
        assert_int_equal(type.size, expected[i].size);
    }
    assert_null(k->tensors[1].type); /* the problem's */
    assert_string_equal(ts_problem_scalar_type(&p, 0).ctype, "float");
    ts_str text = TS_STR_INIT;
    ts_variant_prototype(&p, "f", &text);
    assert_string_equal(
        ts_str_text(&text),
        "void f(int64_t m, int64_t n, float scale, const uint8_t *A, int64_t lda, const int8_t *B, "
        "int32_t *S, double *D, uint16_t *H, int64_t ldh, uint8_t *Q)");
    ts_str_clear(&text);
    assert_int_equal(ts_reference_source(&p, &text), 0);
    assert_non_null(strstr(ts_str_text(&text), "(float)call->scalar[0]"));
    assert_null(strstr(ts_str_text(&text), "ts_inputs"));
    ts_str_free(&text);
    ts_kernel_free(k);
}

static void the_reference_makes_inputs(void **state)
{
    (void)state;
    ts_kernel *k = load("sparse");
    ts_problem p;
    ts_str text = TS_STR_INIT;
    assert_true(ts_kernel_fills_by_reference(k));
    assert_true(k->tensors[0].reference_fill && k->tensors[1].reference_fill &&
                !k->tensors[2].reference_fill);
    assert_int_equal(ts_problem_parse(k, "f32", "m=9,n=70", &p), 0);
    assert_int_equal(ts_reference_source(&p, &text), 0);
    assert_non_null(strstr(ts_str_text(&text),
                           "void ts_inputs(int64_t m, int64_t n, int32_t *start, int32_t *columns, "
                           "float *values, float *x, float *y, void *workspace);"));
    assert_non_null(strstr(ts_str_text(&text), "void ts_inputs_call(const ts_call *call)\n{"));
    ts_str_free(&text);
    ts_kernel_free(k);
}

static void preparation_is_conditional(void **state)
{
    (void)state;
    static const char *const compilers[] = {"cc", NULL};
    ts_kernel *k = load("sparse");
    ts_target *target = ts_target_new("host", "cpu");
    ts_problem p;
    ts_space *space;
    ts_renderer *renderer;
    size_t prepared = 0;
    assert_true(k->prepares);
    assert_true(k->tensors[0].constant && k->tensors[2].constant && !k->tensors[3].constant &&
                !k->tensors[4].constant);
    assert_int_equal(ts_problem_parse(k, "f32", "m=9,n=70", &p), 0);
    assert_int_equal(ts_kernel_space(&p, target, compilers, &space), 0);
    assert_int_equal(ts_renderer_open(&p, target, space, &renderer), 0);
    for (uint64_t c = 0; c < ts_space_count(space); c++) {
        ts_variant v;
        char thunk[80];
        assert_int_equal(ts_renderer_variant(renderer, c, &v), 0);
        snprintf(thunk, sizeof thunk, "void ts_v_%s_prepare_call(const ts_call *call)\n{", v.id);
        assert_int_equal(v.prepares, strstr(v.source, thunk) != NULL);
        assert_int_equal(v.prepares, v.fixed_shape);
        assert_int_equal(v.workspace_bytes, v.prepares ? 3 * 9 * 8 : 0);
        prepared += v.prepares;
        ts_variant_clear(&v);
    }
    assert_int_equal(prepared, ts_space_count(space) - 1);
    ts_renderer_close(renderer);
    ts_space_free(space);
    ts_target_free(target);
    ts_kernel_free(k);
}

static void expressions_know_what_the_user_allows(void **state)
{
    (void)state;
    ts_kernel *k = load("parallel");
    ts_problem p, zero = {.kernel = k, .type = &k->types[0]};
    ts_value slots[64];
    assert_int_equal(ts_problem_parse(k, "f32", "n=5", &p), 0);
    assert_true(p.max_error == 0 && p.threads == 1);
    assert_int_equal(ts_problem_threads(&zero), 1);
    p.max_error = 0.25;
    p.threads = 6;
    assert_true(k->slot_count <= 64);
    assert_int_equal(ts_kernel_slots(&p, NULL, slots), 0);
    assert_true(slots[k->max_error_slot].kind == TS_REAL && slots[k->max_error_slot].r == 0.25);
    assert_true(slots[k->threads_slot].kind == TS_INT && slots[k->threads_slot].i == 6);
    assert_int_equal(ts_kernel_slots(&zero, NULL, slots), 0);
    assert_int_equal(slots[k->threads_slot].i, 1);
    ts_kernel_free(k);
}

static void mistakes_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *kernel, *from, *to, *expected;
    } mistakes[] = {
        {"mixed", "type=\"i32\"", "type=\"i33\"", "is not"},
        {"mixed", "name=\"scale\" type=\"f32\"", "name=\"scale\" type=\"bf16\"",
         "scalar scale can't be passed as bf16"},
        {"mixed", "<tensor name=\"S\" access=\"write\"",
         "<tensor name=\"S\" access=\"write\" fill=\"reference\"", "tensor S is only written"},
        {"mixed", "name=\"fault\"", "name=\"threads\"", "the name 'threads' is reserved"},
        {"mixed", "flops=\"2.0*m*n\"", "flops=\"2.0*m*threads\"", "depends on threads"},
        {"mixed", "relative=\"1e-2\"", "relative=\"max_error\"", "depends on max_error"},
        {"sparse", "<prepare when=\"format == 'planes'\"", "<prepare",
         "add shape=\"fixed\" to the <template>"},
        {"sparse", "constant=\"start columns values\"", "constant=\"start y\"",
         "'y' is no tensor that is only read"},
        {"sparse", "constant=\"start columns values\"", "constant=\"z\"",
         "'z' is no tensor that is only read"},
        {"sparse", "<workspace bytes=\"format == 'planes' ? 3*m*(4 + type.size) : 0\"/>", "",
         "add a <workspace>"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        char path[512], *text = NULL;
        ts_kernel *k = NULL;
        snprintf(path, sizeof path, KERNELS "%s/kernel.xml", mistakes[i].kernel);
        assert_int_equal(ts_file_read(path, 1 << 20, &text, NULL), 0);
        char *at = strstr(text, mistakes[i].from);
        if (!at)
            fail_msg("'%s' isn't in %s", mistakes[i].from, path);
        char *changed =
            ts_asprintf("%.*s%s%s", (int)(at - text), text, mistakes[i].to, at + strlen(mistakes[i].from));
        assert_int_equal(ts_kernel_parse(changed, strlen(changed), path, SCHEMA, &k), TS_EINPUT);
        if (!strstr(ts_error(), mistakes[i].expected) || !strstr(ts_error(), "kernel.xml:"))
            fail_msg("expected '%s' in '%s'", mistakes[i].expected, ts_error());
        free(changed);
        free(text);
    }
}

/* A copy of a test kernel with one file written anew; the folder is the caller's to remove. */
static void copy_with(const char *folder, const char *name, const char *text)
{
    static const char *const files[] = {"kernel.xml", "reference.c", "rows.c.in", "planes.c.in"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *from = ts_asprintf(KERNELS "sparse/%s", files[i]), *to = ts_asprintf("%s/%s", folder, files[i]);
        char *own = NULL;
        assert_int_equal(ts_file_read(from, 1 << 20, &own, NULL), 0);
        const char *contents = strcmp(files[i], name) == 0 ? text : own;
        assert_int_equal(ts_file_write(to, contents, strlen(contents)), 0);
        free(own);
        free(from);
        free(to);
    }
}

static void inputs_need_their_function(void **state)
{
    (void)state;
    char *folder = NULL;
    int lock;
    ts_kernel *k = NULL;
    assert_int_equal(ts_scratch_open(&folder, &lock), 0);
    copy_with(folder, "reference.c", "void ts_reference(void) {}\n");
    assert_int_equal(ts_kernel_load(folder, &k), TS_EINPUT);
    assert_non_null(strstr(ts_error(),
                           "reference.c: the manifest has a tensor with fill=\"reference\", but there is no "
                           "ts_inputs()"));
    assert_null(k);
    ts_scratch_close(folder, lock);
}

/* The condition of <prepare> and the template's shape meet only in a configuration. */
static void only_fixed_shapes_are_prepared(void **state)
{
    (void)state;
    static const char *const compilers[] = {"cc", NULL};
    static const char from[] = "<prepare when=\"format == 'planes'\"", to[] = "<prepare when=\"m > 0\"";
    char *folder = NULL, *text = NULL;
    int lock;
    assert_int_equal(ts_file_read(KERNELS "sparse/kernel.xml", 1 << 20, &text, NULL), 0);
    char *at = strstr(text, from);
    assert_non_null(at);
    char *changed = ts_asprintf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    assert_int_equal(ts_scratch_open(&folder, &lock), 0);
    copy_with(folder, "kernel.xml", changed);
    ts_kernel *k = NULL;
    ts_target *target = ts_target_new("host", "cpu");
    ts_problem p;
    ts_space *space;
    ts_renderer *renderer;
    ts_variant v;
    assert_int_equal(ts_kernel_load(folder, &k), 0);
    assert_int_equal(ts_problem_parse(k, "f32", "m=9,n=70", &p), 0);
    assert_int_equal(ts_kernel_space(&p, target, compilers, &space), 0);
    assert_int_equal(ts_renderer_open(&p, target, space, &renderer), 0);
    assert_int_equal(ts_renderer_variant(renderer, 0, &v), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "kernel.xml:25: a variant that prepares is compiled for one shape"));
    ts_renderer_close(renderer);
    ts_space_free(space);
    ts_target_free(target);
    ts_kernel_free(k);
    ts_scratch_close(folder, lock);
    free(changed);
    free(text);
}

int main(void)
{
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operands_may_have_a_type),
        cmocka_unit_test(the_reference_makes_inputs),
        cmocka_unit_test(preparation_is_conditional),
        cmocka_unit_test(expressions_know_what_the_user_allows),
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(inputs_need_their_function),
        cmocka_unit_test(only_fixed_shapes_are_prepared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
