/* src/nest: functions with #pragma tilesmith, parsed, refused with a place, and written as kernels. */
#include "nest/nest.h"
#include "nest/token.h"
#include "tilesmith_plugin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char product[] =
    "void product(int n, double A[n][n], const double B[n][n], const double C[n][n])\n"
    "{\n"
    "#pragma tilesmith %s\n"
    "    for (int i = 0; i < n; i++)\n"
    "        for (int j = 0; j < n; j++)\n"
    "            for (int k = 0; k < n; k++)\n"
    "                A[i][j] += B[i][k] * C[k][j];\n"
    "}\n";

/* The manifest and the template of a text; the caller frees them. */
static void generate(const char *text, ts_nest_files *files)
{
    ts_nest *nest = NULL;
    *files = (ts_nest_files){0};
    if (ts_nest_parse(text, "t.c", NULL, &nest) != TS_OK || ts_nest_generate(nest, files) != TS_OK)
        fail_msg("%s", ts_error());
    ts_nest_free(nest);
}

static void generate_product(const char *clauses, ts_nest_files *files)
{
    char *text = ts_asprintf(product, clauses);
    generate(text, files);
    free(text);
}

static void assert_refused(const char *text, const char *sentence)
{
    ts_nest *nest = NULL;
    ts_nest_files files = {0};
    int rc = ts_nest_parse(text, "t.c", NULL, &nest);
    if (rc == TS_OK)
        rc = ts_nest_generate(nest, &files);
    assert_int_equal(rc, TS_EINPUT);
    if (!strstr(ts_error(), sentence))
        fail_msg("'%s' isn't in '%s'", sentence, ts_error());
    ts_nest_files_clear(&files);
    ts_nest_free(nest);
}

static void assert_has(const ts_str *text, const char *part)
{
    if (!strstr(ts_str_text(text), part))
        fail_msg("'%s' isn't in:\n%s", part, ts_str_text(text));
}

static void assert_lacks(const ts_str *text, const char *part)
{
    if (strstr(ts_str_text(text), part))
        fail_msg("'%s' is in:\n%s", part, ts_str_text(text));
}

static void test_tokens(void **state)
{
    (void)state;
    ts_tokens tokens = {0};
    long long value;
    assert_int_equal(
        ts_tokens_split("a /* b\n*/ += 0x1fU; // c\n#pragma tilesmith tile(i) \\\n unroll(j)\n'\\'' 1e-3",
                        "t.c", &tokens),
        0);
    assert_true(ts_token_is(&tokens.items[0], "a"));
    assert_true(ts_token_is(&tokens.items[1], "+="));
    assert_int_equal(tokens.items[1].line, 2);
    assert_true(ts_token_int(&tokens.items[2], &value));
    assert_int_equal(value, 31);
    assert_int_equal(tokens.items[4].kind, TS_TOKEN_PRAGMA);
    assert_true(ts_token_is(&tokens.items[9], "unroll"));
    assert_int_equal(tokens.items[13].kind, TS_TOKEN_PRAGMA_END);
    assert_int_equal(tokens.items[14].kind, TS_TOKEN_LITERAL);
    assert_false(ts_token_int(&tokens.items[15], &value));
    assert_int_equal(tokens.items[16].kind, TS_TOKEN_END);
    ts_vec_free(&tokens);
    assert_int_equal(ts_tokens_split("a\n/* b", "t.c", &tokens), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "t.c:2: this comment never ends"));
    ts_vec_free(&tokens);
    assert_int_equal(ts_tokens_split("\"b\n\"", "t.c", &tokens), TS_EINPUT);
    ts_vec_free(&tokens);
}

static void test_clauses_become_parameters(void **state)
{
    (void)state;
    ts_nest_files f;
    generate_product("tile(i,j,k) unroll(k) interchange vectorize(j) parallel(i)", &f);
    assert_has(&f.manifest, "<tensor name=\"A\" access=\"update\"");
    assert_has(&f.manifest, "<tensor name=\"B\" access=\"read\"");
    assert_has(&f.manifest, "<parameter name=\"tile_i\"");
    assert_has(&f.manifest, "<parameter name=\"copies_k\"");
    assert_has(&f.manifest, "'i,j,k', 'i,k,j', 'j,i,k', 'j,k,i', 'k,i,j', 'k,j,i'");
    assert_has(&f.manifest, "<parameter name=\"form\" kind=\"categorical\" values=\"'k:j', 'j:j', 'i:j'\"");
    assert_has(&f.manifest, "'-fopenmp'");
    assert_has(&f.template, "#pragma omp parallel for num_threads(${threads})");
    assert_has(&f.reference, "product(n, (void *)A, (void *)B, (void *)C);");
    ts_nest_files_clear(&f);
}

static void test_what_isnt_allowed_isnt_tuned(void **state)
{
    (void)state;
    ts_nest_files f;
    generate_product("unroll(k)", &f);
    assert_has(&f.manifest, "<parameter name=\"copies_k\"");
    assert_lacks(&f.manifest, "copies_i\"");
    assert_lacks(&f.manifest, "tile_");
    assert_lacks(&f.manifest, "name=\"order");
    assert_lacks(&f.manifest, "vector_bytes\"");
    assert_lacks(&f.template, "omp");
    /* The loops around k stay as they are. */
    assert_has(&f.template, "for (int64_t i = 0; i < n; i += 1) {");
    ts_nest_files_clear(&f);
    generate_product("interchange(i,j) tile(i)", &f);
    assert_has(&f.manifest, "values=\"'i,j,k', 'j,i,k'\"");
    ts_nest_files_clear(&f);
}

/* Bounds that depend on another loop are taken at its ends, and single points are guarded. */
static void test_triangle(void **state)
{
    (void)state;
    ts_nest_files f;
    generate("void f(int n, double A[n][n])\n{\n#pragma tilesmith tile(i,j)\nfor (int i = 0; i < n; "
             "i++)\nfor (int j = i; j <= 2*n - i; j++)\n"
             "A[i][j - i] *= 2;\n}\n",
             &f);
    assert_has(&f.template, "j_from = ((i_from)), j_to = (2*n - (i_from)) + 1");
    assert_has(&f.template, "j >= ((i)) && j < (2*n - (i)) + 1");
    ts_nest_files_clear(&f);
}

/* Statements that share a local variable stay together. */
static void test_declaration_keeps_loops_together(void **state)
{
    (void)state;
    static const char text[] =
        "void f(int n, double y[n], const double A[n][n])\n{\n#pragma tilesmith %s\n"
        "for (int i = 0; i < n; i++) {\ndouble sum = 0;\nfor (int k = 0; k < n; k++)\nsum += A[i][k];\n"
        "y[i] = sum;\n}\n}\n";
    ts_nest_files f;
    char *good = ts_asprintf(text, "unroll(i)"), *bad = ts_asprintf(text, "unroll(k)");
    generate(good, &f);
    assert_has(&f.template, "double sum = 0;");
    ts_nest_files_clear(&f);
    assert_refused(bad, "t.c:3: this nest has no loop over 'k' that can be transformed; it has i");
    free(good);
    free(bad);
}

static void test_macros_shapes_and_helpers(void **state)
{
    (void)state;
    ts_nest_files f;
    generate("#include <math.h>\n#define SIZE 8\nstatic double half(double x) { return x / 2; }\nint "
             "other(void) { return 1; }\n"
             "#pragma tilesmith shape(p: n*SIZE)\nvoid f(int n, float *p)\n{\n#pragma tilesmith unroll(i)\n"
             "for (int i = 0; i < SIZE * n; i++) p[i] = half(p[i]);\n}\n",
             &f);
    assert_has(&f.manifest, "shape=\"n* 8\"");
    assert_has(&f.manifest, "<type name=\"f32\"");
    assert_has(&f.template, "#include <math.h>");
    assert_has(&f.template, "static double half(");
    assert_lacks(&f.template, "other");
    ts_nest_files_clear(&f);
}

static void test_skew(void **state)
{
    (void)state;
    ts_nest_files f;
    static const char text[] =
        "void f(int t1, int n, double A[n], double B[n])\n{\n#pragma tilesmith skew(%s) vectorize(i)\n"
        "for (int t = 0; t < t1; t++) {\nfor (int i = 1; i < n - 1; i++) B[i] = A[i - 1] + A[i + 1];\n"
        "for (int i = 1; i < n - 1; i++) A[i] = B[i - 1] + B[i + 1];\n}\n}\n";
    char *one = ts_asprintf(text, "t, i"), *two = ts_asprintf(text, "t, i, 2"),
         *bad = ts_asprintf(text, "i, t");
    generate(one, &f);
    assert_has(&f.manifest, "<parameter name=\"tile_t\"");
    assert_has(&f.template, "i_shift = ((t - t_block)*2 + 1)*1;");
    ts_nest_files_clear(&f);
    generate(two, &f);
    assert_has(&f.template, "i_shift = ((t - t_block)*2 + 1)*2;");
    ts_nest_files_clear(&f);
    assert_refused(bad, "t.c:3: skew names the outermost loop");
    free(one);
    free(two);
    free(bad);
}

static void test_refusals(void **state)
{
    (void)state;
#define FUNCTION(params, body) "void f(" params ")\n{\n#pragma tilesmith tile(i)\n" body "\n}\n"
#define LOOP(head)             FUNCTION("int n, double A[n]", "for (" head ")\nA[i] = 0;")
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"void f(void) {}", "has no function with #pragma tilesmith"},
        {FUNCTION("int n, double A[n]", "for (int j = 0; j < n; j++)\nA[j] = 0;"),
         "t.c:3: this nest has no loop over 'i'"},
        {LOOP("int i = n; i > 0; i--"), "t.c:4: this loop isn't of the form"},
        {LOOP("int i = 0; i != n; i++"), "t.c:4: this loop isn't of the form"},
        {LOOP("int i = 0; i < n; i += n"), "t.c:4: this loop isn't of the form"},
        {LOOP("int i = 0; i < n; i += 2"), "t.c:4: the loop over i steps by 2"},
        {LOOP("int i = 0; i < A[i]; i++"), "t.c:4: this loop isn't of the form"},
        {FUNCTION("int n, double A[n]", "n++;"), "t.c:3: #pragma tilesmith isn't before a for loop"},
        {FUNCTION("int n, int A[n]", "for (int i = 0; i < n; i++)\nA[i] = 0;"),
         "t.c:1: A is an array of whole numbers"},
        {FUNCTION("int n, struct s *A", ";"), "t.c:1: 'struct' isn't understood"},
        {FUNCTION("int n, double *A", "for (int i = 0; i < n; i++)\nA[i] = 0;"),
         "t.c:1: nothing says how large A is"},
        {FUNCTION("int n, double A[m]", ";"), "t.c:1: 'm' can't stand in an array's extent"},
        {FUNCTION("int n, double A[n][n]", "for (int i = 0; i < n; i++)\ng(A[i]);"),
         "t.c:5: A is used with fewer than its 2"},
        {FUNCTION("int n, double A[n], float B[n]", ";"), "t.c:1: the parameters mix float and double"},
        {FUNCTION("int n, const double A[n]", "for (int i = 0; i < n; i++)\nA[i];"),
         "t.c:4: f writes no array"},
        {FUNCTION("int n, double A[n]", "for (int i = 0; i < n; i++)\nif (A[i] > 0) break;"),
         "t.c:5: break leaves a loop early"},
        {FUNCTION("int n, double A[n]",
                  "for (int i = 0; i < n; i++)\nfor (int j = 0; j < i*i; j++)\nA[i] += j;"),
         "t.c:5: a bound of the loop over j isn't a sum of multiples"},
        {FUNCTION("double A[4]", ";"), "t.c:1: f has no whole-number parameter"},
        {"void f(int n, double A[n])\n{\n#pragma tilesmith tyle(i)\n}", "t.c:3: there is no clause 'tyle'"},
        {"void f(int n, double A[n])\n{\n#pragma tilesmith tile(i\n}",
         "t.c:3: a bracket of this pragma isn't closed"},
        {"void f(int n, double A[n])\n{\n#pragma tilesmith\n}", "t.c:3: #pragma tilesmith has no clause"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(cases[i].text, cases[i].sentence);
}

static void test_choice_of_function(void **state)
{
    (void)state;
    ts_nest *nest;
    char *one = ts_asprintf(product, "tile(i)"),
         *two = ts_asprintf("%svoid g(int m, double x[m])\n{\n#pragma tilesmith unroll(i)\n"
                            "for (int i = 0; i < m; i++) x[i] = 1;\n}\n",
                            one);
    assert_int_equal(ts_nest_parse(two, "t.c", NULL, &nest), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "--function"));
    assert_int_equal(ts_nest_parse(two, "t.c", "h", &nest), TS_EINPUT);
    assert_int_equal(ts_nest_parse(two, "t.c", "g", &nest), TS_OK);
    assert_string_equal(ts_nest_name(nest), "g");
    ts_nest_free(nest);
    free(one);
    free(two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_clauses_become_parameters),
        cmocka_unit_test(test_what_isnt_allowed_isnt_tuned),
        cmocka_unit_test(test_triangle),
        cmocka_unit_test(test_declaration_keeps_loops_together),
        cmocka_unit_test(test_macros_shapes_and_helpers),
        cmocka_unit_test(test_skew),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_choice_of_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
