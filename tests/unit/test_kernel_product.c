/* What manifests say of the matrix products inside their kernels. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/kernel_parse.h"
#include "unit/model_fixture.h"
#include "util/str.h"

/* Products that are all of a kernel's work count the same operations as its manifest. */
static void test_products_count_the_flops(void **state)
{
    (void)state;
    static const struct {
        const char *kernel, *shape;
    } cases[] = {
        {"gemm", "m=17,n=33,k=65"},
        {"gemm_bf16", "m=17,n=33,k=65"},
        {"gemm_int8", "m=17,n=33,k=65"},
        {"gemm_fused", "m=17,n=33,k=65"},
        {"gemm_batched", "batch=7,m=4,n=5,k=6"},
        {"gemv", "m=100,n=37"},
        {"attention", "heads=3,q=10,kv=20,d=8"},
        {"attention", "heads=3,q=10,kv=20,d=8,causal=1"},
        {"attention", "heads=2,q=1,kv=20,d=8,causal=1"},
        {"conv2d", "n=2,h=14,w=15,c=8,k=16,stride=2,pad=1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_kernel *kernel = loaded_kernel(cases[i].kernel);
        ts_problem problem = problem_of(kernel, NULL, cases[i].shape);
        ts_work w;
        assert_int_equal(ts_work_of(&problem, &w), 0);
        assert_within(w.product_flops, w.flops, 1e-12);
        ts_kernel_free(kernel);
    }
}

static void test_convolutions_have_their_sizes(void **state)
{
    (void)state;
    ts_kernel *kernel = loaded_kernel("conv2d");
    ts_problem problem = problem_of(kernel, NULL, "n=2,h=14,w=15,c=8,k=16,r=3,s=5,stride=2,pad=1");
    ts_product_sizes s;
    assert_int_equal(ts_problem_products(&problem, &s), 0);
    assert_true(s.is_convolution && s.constant);
    assert_int_equal(s.height, 7);
    assert_int_equal(s.width, 7);
    assert_int_equal(s.m, 2 * 7 * 7);
    assert_int_equal(s.n, 16);
    assert_int_equal(s.k, 3 * 5 * 8);
    assert_int_equal(s.stride, 2);
    ts_kernel_free(kernel);
}

/* Keys and values are of this call, unless they are more than its rows. */
static void test_constant_operands(void **state)
{
    (void)state;
    ts_kernel *kernel = loaded_kernel("attention");
    ts_problem now = problem_of(kernel, NULL, "heads=1,q=8,kv=8,d=4");
    ts_problem token = problem_of(kernel, NULL, "heads=1,q=1,kv=8,d=4");
    ts_work w;
    assert_int_equal(ts_work_of(&now, &w), 0);
    assert_within(w.constant_bytes, 0, 0);
    assert_int_equal(ts_work_of(&token, &w), 0);
    assert_within(w.constant_bytes, 2 * 8 * 4 * 4, 1e-12);
    ts_kernel_free(kernel);
}

static void test_kernels_without_products(void **state)
{
    (void)state;
    ts_kernel *kernel = loaded_kernel("softmax");
    ts_problem problem = problem_of(kernel, NULL, "m=4,n=8");
    ts_work w;
    assert_int_equal(ts_work_of(&problem, &w), 0);
    assert_int_equal(w.product_count, 0);
    assert_within(w.loaded, 4 * 8 * 4, 0);
    assert_within(w.stored, 4 * 8 * 4, 0);
    assert_within(w.footprint, 2 * 4 * 8 * 4, 0);
    ts_kernel_free(kernel);
}

static ts_kernel *parsed_kernel(const char *element, int expected)
{
    ts_kernel *kernel = NULL;
    char *xml = ts_asprintf("<kernel name='k' summary='s'><dimension name='n' min='1' max='100'/>"
                            "<type name='f32' c='float' size='4' absolute='0' relative='0'/><tensor name='X' "
                            "access='update' shape='n'/>"
                            "<arguments>n X</arguments><work flops='n' bytes='n'/>%s"
                            "<parameter name='p' values='1, 2' default='1'/><template file='t.c.in'/>"
                            "<shape kind='small' name='s' dims='n=4'/></kernel>",
                            element);
    assert_int_equal(ts_kernel_parse(xml, strlen(xml), "k/kernel.xml", NULL, &kernel), expected);
    free(xml);
    return kernel;
}

static void test_terms_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    ts_kernel *kernel = parsed_kernel("<product m='p' n='n' k='n'/>", TS_EINPUT);
    assert_non_null(strstr(ts_error(), "k/kernel.xml:1"));
    assert_null(kernel);
    kernel = parsed_kernel("<product m='n - 4' n='n' k='n'/>", 0);
    ts_problem problem = problem_of(kernel, NULL, "n=4");
    ts_product_sizes s;
    assert_int_equal(ts_problem_products(&problem, &s), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "n - 4"));
    problem = problem_of(kernel, NULL, "n=5");
    assert_int_equal(ts_problem_products(&problem, &s), 0);
    assert_int_equal(s.m, 1);
    ts_kernel_free(kernel);
    kernel =
        parsed_kernel("<convolution images='n' height='1G' width='16G' channels='1' filters='1' rows='1' "
                      "columns='1' stride='1'/>",
                      0);
    problem = problem_of(kernel, NULL, "n=64");
    assert_int_equal(ts_problem_products(&problem, &s), TS_EINPUT);
    ts_kernel_free(kernel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products_count_the_flops),
        cmocka_unit_test(test_convolutions_have_their_sizes),
        cmocka_unit_test(test_constant_operands),
        cmocka_unit_test(test_kernels_without_products),
        cmocka_unit_test(test_terms_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
