/* Manifests: what a good one says, and what each kind of mistake is answered with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/kernel.h"
#include "core/kernel_parse.h"
#include "util/file.h"
#include "util/str.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER TS_SOURCE_DIR "/tests/data/kernels/scale"
#define SCHEMA TS_SOURCE_DIR "/templates/kernel.xsd"

static void the_manifest_is_read(void **state)
{
    (void)state;
    ts_kernel *k = NULL;
    assert_int_equal(ts_kernel_load(FOLDER, &k), 0);
    assert_string_equal(k->name, "scale");
    assert_int_equal(k->dim_count, 3);
    assert_int_equal(k->dims[0].max, 1 << 20);
    assert_true(k->dims[0].fallback < k->dims[0].min);
    assert_int_equal(k->dims[1].fallback, 64);
    assert_true(k->dims[0].argument && k->dims[1].argument && !k->dims[2].argument);
    assert_int_equal(k->type_count, 2);
    assert_string_equal(k->types[1].ctype, "double");
    assert_int_equal(k->types[1].size, 8);
    assert_int_equal(k->scalars[0].verify_count, 2);
    assert_true(k->scalars[0].fallback == 1.5 && k->scalars[0].verify[1] == -2);
    assert_int_equal(k->tensor_count, 2);
    assert_int_equal(k->tensors[0].access, TS_READ);
    assert_int_equal(k->tensors[1].access, TS_WRITE);
    assert_true(k->tensors[0].exact_fill && !k->tensors[1].exact_fill);
    assert_int_equal(k->tensors[0].extent_count, 2);
    assert_string_equal(k->tensors[1].ld, "ldy");
    assert_int_equal(k->arg_count, 8);
    assert_int_equal(k->args[4].kind, TS_ARG_LD);
    assert_int_equal(k->args[5].kind, TS_ARG_TENSOR);
    assert_int_equal(k->args[5].index, 1);
    assert_int_equal(k->args[7].kind, TS_ARG_WORKSPACE);
    assert_int_equal(k->use_count, 2);
    assert_int_equal(k->uses[0].fallback.i, 16);
    assert_int_equal(k->uses[1].fallback.kind, TS_INT);
    assert_int_equal(k->constraint_count, 2);
    assert_int_equal(k->template_count, 2);
    assert_true(k->templates[0].fixed_shape && !k->templates[1].fixed_shape);
    assert_int_equal(k->verify_count, 2);
    assert_null(k->verifies[0].when);
    assert_null(k->verifies[1].dims[2]);
    assert_int_equal(k->shape_count, 3);
    assert_int_equal(k->shapes[1].dims[1], 64);
    assert_string_equal(k->shapes[1].type, "f32");
    assert_int_equal(k->seed_count, 2);
    assert_int_equal(strlen(k->hash), 64);
    ts_kernel_free(k);
}

static void kinds_are_inferred_and_roles_kept(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        ts_param_kind kind;
        ts_role role;
    } expected[] = {
        {"algorithm", TS_PARAM_CATEGORICAL, TS_ROLE_NONE},    {"unroll", TS_PARAM_ORDINAL, TS_ROLE_NONE},
        {"vector", TS_PARAM_ORDINAL, TS_ROLE_NONE},           {"buffered", TS_PARAM_BOOLEAN, TS_ROLE_NONE},
        {"compiler", TS_PARAM_CATEGORICAL, TS_ROLE_COMPILER}, {"flags", TS_PARAM_CATEGORICAL, TS_ROLE_FLAGS},
        {"extra", TS_PARAM_CATEGORICAL, TS_ROLE_FLAGS},
    };
    ts_kernel *k = NULL;
    assert_int_equal(ts_kernel_load(FOLDER, &k), 0);
    assert_int_equal(k->parameter_count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < k->parameter_count; i++) {
        assert_string_equal(k->parameters[i].name, expected[i].name);
        assert_int_equal(k->parameters[i].kind, expected[i].kind);
        assert_int_equal(k->parameters[i].role, expected[i].role);
    }
    ts_kernel_free(k);
}

/* The manifest with the first `from` replaced. */
static char *edited(const char *from, const char *to)
{
    char *text = NULL;
    assert_int_equal(ts_file_read(FOLDER "/kernel.xml", 1 << 20, &text, NULL), 0);
    const char *at = strstr(text, from);
    if (!at)
        fail_msg("the manifest has no \"%s\" to replace", from);
    char *out = ts_asprintf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    free(text);
    return out;
}

/* A mistake, and what its message must contain; the line is that of the changed place. */
typedef struct mistake {
    const char *from, *to, *expected;
} mistake;

static const mistake mistakes[] = {
    /* the schema's */
    {"<dimension name=\"m\"", "<dimension nome=\"m\"", "kernel.xml:5: Element 'dimension', attribute 'nome'"},
    {"access=\"read\"", "access=\"raed\"", "kernel.xml:13: "},
    {"file=\"rows.c.in\"", "file=\"../rows.c.in\"", "kernel.xml:35: "},
    {"name=\"lanes\"", "name=\"2lanes\"", "kernel.xml:29: "},
    /* names */
    {"<dimension name=\"n\"", "<dimension name=\"m\"", "kernel.xml:6: the name 'm' is defined twice"},
    {"<parameter name=\"unroll\"", "<parameter name=\"m\"", "'m' is defined twice"},
    {"<let name=\"block\"", "<let name=\"lanes\"", "kernel.xml:30: the name 'lanes' is defined twice"},
    {"<let name=\"block\"", "<let name=\"fn\"", "kernel.xml:30: the name 'fn' is reserved"},
    {"<let name=\"block\"", "<let name=\"not\"", "kernel.xml:30: "},
    {"name=\"f64\"", "name=\"f32\"", "kernel.xml:10: type f32 is described twice"},
    {"unroll*lanes", "unrol*lanes", "kernel.xml:30:28: unknown name 'unrol'"},
    {"vector/type.size", "block/type.size", "kernel.xml:29:28: unknown name 'block'"},
    {"<uses attribute=\"feature.avx512f\"/>", "<uses attribute=\"vector.bytes\"/>",
     "kernel.xml:19: the name 'target.vector.bytes'"},
    /* expressions */
    {"block * type.size", "block * * type.size", "kernel.xml:31:"},
    {"1.0*m*n", "1.0*m*unroll", "kernel.xml:16: flops depends on unroll"},
    {"2.0*type.size*m*n", "target.vector.bytes*m", "bytes depends on target.vector.bytes"},
    {"shape=\"m, n\" ld=\"ldx\"", "shape=\"m, unroll\" ld=\"ldx\"", "kernel.xml:13: shape depends on unroll"},
    {"values=\"1:8:*2, 4\"", "values=\"1:vector:*2, 4\"", "kernel.xml:22: values depends on vector"},
    {"default=\"3\"", "default=\"vector\"", "kernel.xml:22: default depends on vector"},
    {"when=\"algorithm == 'rows'\" text", "when=\"buffered\" text",
     "kernel.xml:24: parameter buffered: its own when depends on it"},
    /* dimensions and types */
    {"min=\"1\" max=\"1M\"", "min=\"7\" max=\"5\"", "kernel.xml:5: dimension m: 0 <= min <= max"},
    {"min=\"1\" max=\"1M\"", "min=\"1.5\" max=\"5\"", "kernel.xml:5: min must be a whole number"},
    {"default=\"64\" text", "default=\"0\" text", "kernel.xml:6: dimension n: the default is outside"},
    {"size=\"4\"", "size=\"0\"", "kernel.xml:9: type f32: size"},
    {"c=\"float\"", "c=\"float;\"", "kernel.xml:9: type f32: c="},
    {"default=\"1.5\"", "default=\"INF\"", "kernel.xml:12: scalar alpha: values must be finite"},
    {"verify=\"0 -2\"", "verify=\"1 2 3 4 5\"", "kernel.xml:12: "},
    /* arguments */
    {"m n alpha X ldx", "m n alpha X ldq", "kernel.xml:15: argument 'ldq' is no dimension"},
    {"m n alpha X ldx", "m n alpha X ldx ldx", "kernel.xml:15: argument 'ldx' is listed twice"},
    {"Y ldy workspace", "workspace", "kernel.xml:15: tensor 'Y'"},
    {"m n alpha X", "m n X", "kernel.xml:15: scalar 'alpha'"},
    {"name=\"Y\" access", "name=\"X\" access", "kernel.xml:15: "},
    /* parameters */
    {"values=\"1:8:*2, 4\"", "values=\"1:8:2, 4\"", "kernel.xml:22: parameter unroll: a range's step"},
    {"values=\"1:8:*2, 4\"", "values=\"1:8:*2:3, 4\"", "kernel.xml:22: parameter unroll: too many ':'"},
    {"values=\"1:8:*2, 4\"", "values=\"1:8:*2, , 4\"", "kernel.xml:22:"},
    {"values=\"1:8:*2, 4\" ", "", "kernel.xml:22: parameter unroll has no values"},
    {"role=\"compiler\"", "role=\"compiler\" values=\"'gcc'\"",
     "kernel.xml:25: parameter compiler: the session"},
    {"name=\"extra\" kind=\"categorical\" role=\"flags\" values=\"'', '-march=native'\"",
     "name=\"extra\" role=\"compiler\"", "kernel.xml:27: parameters compiler and extra both"},
    /* the rest */
    {"<verify m=\"1\" n=\"1\"/>", "<verify m=\"1\" q=\"1\"/>",
     "kernel.xml:38: 'q' is not a dimension; the dimensions are m, n, negate"},
    {"<verify m=\"1\" n=\"1\"/>", "<verify negate=\"1\"/>", "kernel.xml:38: negate is fixed"},
    {"dims=\"m=256,n=256\"", "dims=\"m=256,k=256\"",
     "kernel.xml:41: shape 'square': scale has no dimension 'k'"},
    {"dims=\"m=256,n=256\"", "dims=\"n=256\"", "kernel.xml:41: shape 'square': the shape doesn't give m"},
    {"dims=\"m=256,n=256\"", "dims=\"m=0\"", "kernel.xml:41: shape 'square': m=0 is out of range"},
    {"type=\"f32\"/>", "type=\"f16\"/>", "kernel.xml:42: type 'f16' is not described"},
    {"unroll = 4", "unrol = 4",
     "kernel.xml:45: seed 'wide': 'unrol' is not a parameter; the parameters are algorithm, unroll"},
    {"unroll = 4", "unroll = 4, unroll = 2", "kernel.xml:45: seed 'wide' gives unroll twice"},
    {"unroll = 4", "unroll", "kernel.xml:45: seed 'wide': expected"},
    {"unroll = 4", "unroll = lanes", "a seed's value depends on vector"},
    {"<work flops=\"1.0*m*n\" bytes=\"2.0*type.size*m*n\"/>", "", "no <work> element"},
    {"<workspace", "<workspace bytes='1'/><workspace", "more than 1 <workspace>"},
};

static void mistakes_are_told_with_their_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        char *text = edited(mistakes[i].from, mistakes[i].to);
        ts_kernel *k = NULL;
        int rc = ts_kernel_parse(text, strlen(text), FOLDER "/kernel.xml", SCHEMA, &k);
        if (rc != TS_EINPUT)
            fail_msg("%d for \"%s\" -> \"%s\"", rc, mistakes[i].from, mistakes[i].to);
        assert_null(k);
        if (!strstr(ts_error(), mistakes[i].expected))
            fail_msg("expected \"%s\" in \"%s\"", mistakes[i].expected, ts_error());
        if (strchr(ts_error(), '\n'))
            fail_msg("more than one line: \"%s\"", ts_error());
        free(text);
    }
}

/* Each <let> doubles the size of the one before: 2^60 nodes if nothing stopped it. */
static void exploding_definitions_are_refused(void **state)
{
    (void)state;
    ts_str lets = TS_STR_INIT;
    ts_str_append(&lets, "<let name=\"x0\" value=\"unroll + m\"/>");
    for (int i = 1; i <= 60; i++)
        ts_str_format(&lets, "<let name=\"x%d\" value=\"x%d + x%d\"/>", i, i - 1, i - 1);
    ts_str_append(&lets, "<let name=\"block\"");
    char *text = edited("<let name=\"block\"", ts_str_text(&lets));
    ts_kernel *k = NULL;
    assert_int_equal(ts_kernel_parse(text, strlen(text), FOLDER "/kernel.xml", SCHEMA, &k), TS_EINPUT);
    assert_null(k);
    free(text);
    ts_str_free(&lets);
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

static void loaded_hash(const char *folder, char hash[65])
{
    ts_kernel *k = NULL;
    assert_int_equal(ts_kernel_load(folder, &k), 0);
    memcpy(hash, k->hash, 65);
    ts_kernel_free(k);
}

static void the_hash_covers_every_file(void **state)
{
    (void)state;
    char hash[6][65], *folder = NULL;
    int lock;
    assert_int_equal(ts_scratch_open(&folder, &lock), 0);
    loaded_hash(FOLDER, hash[0]);
    copy_kernel(folder);
    loaded_hash(folder, hash[1]);
    assert_string_equal(hash[0], hash[1]);
    put(folder, "rows.c.in", "other\n");
    loaded_hash(folder, hash[2]);
    copy_kernel(folder);
    put(folder, "reference.c", "other\n");
    loaded_hash(folder, hash[3]);
    char *text = edited("row by row", "row after row");
    copy_kernel(folder);
    put(folder, "kernel.xml", text);
    loaded_hash(folder, hash[4]);
    copy_kernel(folder);
    put(folder, "sign.c.in", "other\n");
    loaded_hash(folder, hash[5]);
    for (int i = 2; i < 6; i++)
        for (int j = 0; j < i; j++)
            assert_true((i == 1 && j == 0) || strcmp(hash[i], hash[j]) != 0);
    free(text);
    ts_scratch_close(folder, lock);
}

static void missing_files_are_told(void **state)
{
    (void)state;
    ts_kernel *k = NULL;
    char *folder = NULL, *path;
    int lock;
    assert_int_equal(ts_kernel_load("/nonexistent/kernel", &k), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "/nonexistent/kernel"));
    assert_int_equal(ts_kernel_load("nosuchkernel", &k), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "gemm"));
    assert_int_equal(ts_kernel_load("", &k), TS_ENOTFOUND);
    assert_int_equal(ts_scratch_open(&folder, &lock), 0);
    copy_kernel(folder);
    path = ts_asprintf("%s/rows.c.in", folder);
    remove(path);
    assert_int_equal(ts_kernel_load(folder, &k), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "kernel.xml:35: there is no template file"));
    free(path);
    copy_kernel(folder);
    path = ts_asprintf("%s/reference.c", folder);
    remove(path);
    assert_int_equal(ts_kernel_load(folder, &k), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "reference.c"));
    assert_null(k);
    free(path);
    ts_scratch_close(folder, lock);
}

static void kernels_of_the_data_folder_are_listed(void **state)
{
    (void)state;
    char **names = NULL;
    size_t count = 0;
    bool found = false;
    assert_int_equal(ts_kernel_list(&names, &count), 0);
    for (size_t i = 0; i < count; i++) {
        found = found || strcmp(names[i], "gemm") == 0;
        assert_true(i == 0 || strcmp(names[i - 1], names[i]) < 0);
    }
    assert_true(found);
    ts_name_list_free(names, count);
}

int main(void)
{
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manifest_is_read),
        cmocka_unit_test(kinds_are_inferred_and_roles_kept),
        cmocka_unit_test(mistakes_are_told_with_their_line),
        cmocka_unit_test(exploding_definitions_are_refused),
        cmocka_unit_test(the_hash_covers_every_file),
        cmocka_unit_test(missing_files_are_told),
        cmocka_unit_test(kernels_of_the_data_folder_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
