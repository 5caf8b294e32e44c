/* Workloads: the shipped networks compute what was published, and mistakes are told with their line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/workload.h"
#include "util/str.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void shipped_workloads_compute_what_was_published(void **state)
{
    (void)state;
    char **names = NULL;
    size_t count = 0;
    assert_int_equal(ts_workload_list(&names, &count), 0);
    assert_true(count >= 6);
    for (size_t i = 0; i < count; i++) {
        ts_workload *w = NULL;
        double flops = 0, bytes = 0;
        if (ts_workload_load(names[i], &w) < 0 || ts_workload_work(w, &flops, &bytes) < 0)
            fail_msg("%s", ts_error());
        assert_string_equal(w->name, names[i]);
        assert_true(w->source && w->published_source && w->tolerance <= 0.03);
        if (!(fabs(flops / w->published_flops - 1) <= w->tolerance))
            fail_msg("%s: %.6g operations, published are %.6g (%s)", names[i], flops, w->published_flops,
                     w->published_source);
        assert_true(bytes > 0);
        ts_workload_free(w);
    }
    ts_name_list_free(names, count);
}

/* Operations of the products and convolutions, from the architectures and not from the files' own figures. */
static void products_agree_with_the_architectures(void **state)
{
    (void)state;
    static const struct {
        const char *name, *kernel;
        double flops;
    } cases[] = {
        /* 12 layers, 128 tokens: four products of 768 x 768 and two of 768 x 3072 */
        {"bert-base", "gemm", 12 * 128 * 2.0 * (4 * 768 * 768 + 2 * 768 * 3072)},
        {"gpt2-small-prefill", "gemm", 12 * 1024 * 2.0 * (4 * 768 * 768 + 2 * 768 * 3072)},
        {"gpt2-small-decode", "gemv", 12 * 2.0 * (4 * 768 * 768 + 2 * 768 * 3072) + 2.0 * 50257 * 768},
        {"vit-b-16", "gemm", 12 * 197 * 2.0 * (4 * 768 * 768 + 2 * 768 * 3072)},
        {"vit-b-16", "conv2d", 196 * 2.0 * 768 * 16 * 16 * 3},
        {"llama-7b-layer", "gemm_bf16", 2048 * 2.0 * (4.0 * 4096 * 4096 + 3.0 * 4096 * 11008)},
        {"resnet-50", "gemv", 2.0 * 2048 * 1000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_workload *w = NULL;
        double sum = 0;
        assert_int_equal(ts_workload_load(cases[i].name, &w), 0);
        for (size_t j = 0; j < w->call_count; j++) {
            double flops, bytes;
            assert_int_equal(ts_problem_work(&w->calls[j].problem, &flops, &bytes), 0);
            if (strcmp(w->calls[j].problem.kernel->name, cases[i].kernel) == 0)
                sum += (double)w->calls[j].count * flops;
        }
        if (fabs(sum / cases[i].flops - 1) > 1e-12)
            fail_msg("%s: %s has %.17g operations, the architecture %.17g", cases[i].name, cases[i].kernel,
                     sum, cases[i].flops);
        ts_workload_free(w);
    }
}

/* The shortcuts and the expansions make 53 convolutions of ResNet-50. */
static void resnet_has_its_convolutions(void **state)
{
    (void)state;
    ts_workload *w = NULL;
    int64_t count = 0;
    assert_int_equal(ts_workload_load("resnet-50", &w), 0);
    for (size_t i = 0; i < w->call_count; i++)
        if (strcmp(w->calls[i].problem.kernel->name, "conv2d") == 0)
            count += w->calls[i].count;
    assert_int_equal(count, 53);
    assert_int_equal(w->kernel_count, 2);
    ts_workload_free(w);
}

static void calls_are_read(void **state)
{
    (void)state;
    static const char xml[] =
        "<workload name='x' summary='s' source='nowhere'><call kernel='gemm' shape='m=2,n=3,k=4' type='f64' "
        "count='5' sparsity='0.25' text='t'/><call kernel='gemm' shape='m=1,n=1,k=1' text='u'/></workload>";
    ts_workload *w = NULL;
    double flops, bytes;
    if (ts_workload_parse(xml, strlen(xml), "some.xml", &w) < 0)
        fail_msg("%s", ts_error());
    assert_int_equal(w->call_count, 2);
    assert_int_equal(w->kernel_count, 1);
    assert_int_equal(w->calls[0].count, 5);
    assert_true(w->calls[0].sparsity == 0.25 && w->calls[1].sparsity == 0 && w->calls[1].count == 1);
    assert_string_equal(w->calls[0].problem.type->name, "f64");
    assert_true(isnan(w->published_flops));
    assert_int_equal(ts_workload_work(w, &flops, &bytes), 0);
    assert_true(flops == 5 * 48 + 2);
    ts_workload_free(w);
}

static void mistakes_are_told_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *body, *expected;
    } cases[] = {
        {"<call kernel='gem' shape='m=1' text='t'/>", "some.xml:2: kernel=\"gem\": no kernel 'gem'"},
        {"<call kernel='gemm' shape='m=1,n=1,q=1' text='t'/>", "some.xml:2: gemm has no dimension 'q'"},
        {"<call kernel='gemm' shape='m=0,n=1,k=1' text='t'/>", "some.xml:2: m=0 is out of range"},
        {"<call kernel='gemm' shape='m=1,n=1' text='t'/>", "some.xml:2: "},
        {"<call kernel='gemm' shape='m=1,n=1,k=1' type='f17' text='t'/>",
         "some.xml:2: gemm has no element type 'f17'"},
        {"<call kernel='gemm' shape='m=1,n=1,k=1' count='0' text='t'/>", "some.xml:2: "},
        {"<call kernel='gemm' shape='m=1,n=1,k=1' count='1.5' text='t'/>", "some.xml:2: "},
        {"<call kernel='gemm' shape='m=1,n=1,k=1' sparsity='1' text='t'/>", "some.xml:2: "},
        {"<call kernel='gemm' shape='m=1,n=1,k=1'/>", "some.xml:2: Element 'call'"},
        {"<call kernel='../gemm' shape='m=1,n=1,k=1' text='t'/>", "some.xml:2: "},
        {"<published flops='1e999' tolerance='0' source='s'/><call kernel='gemm' shape='m=1,n=1,k=1' "
         "text='t'/>",
         "some.xml:2: flops is no finite number"},
        {"", "some.xml:1: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *xml = ts_asprintf("<workload name='x' summary='s' source='o'>\n%s</workload>", cases[i].body);
        ts_workload *w = NULL;
        if (ts_workload_parse(xml, strlen(xml), "some.xml", &w) != TS_EINPUT)
            fail_msg("accepted: %s", cases[i].body);
        assert_null(w);
        if (!strstr(ts_error(), cases[i].expected))
            fail_msg("expected \"%s\" in \"%s\"", cases[i].expected, ts_error());
        free(xml);
    }
}

static void unknown_workloads_name_the_known(void **state)
{
    (void)state;
    ts_workload *w = NULL;
    assert_int_equal(ts_workload_load("bert", &w), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "bert-base, gpt2-small-decode"));
    assert_int_equal(ts_workload_load("/nonexistent/x.xml", &w), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "/nonexistent/x.xml"));
    assert_null(w);
}

int main(void)
{
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_workloads_compute_what_was_published),
        cmocka_unit_test(products_agree_with_the_architectures),
        cmocka_unit_test(resnet_has_its_convolutions),
        cmocka_unit_test(calls_are_read),
        cmocka_unit_test(mistakes_are_told_with_their_line),
        cmocka_unit_test(unknown_workloads_name_the_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
