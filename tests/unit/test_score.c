/* The score: numerical methods against values known from elsewhere, and a recorded space with expected
 * figures. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/parser.h>

#include "tune/score.h"

#define SPACES TS_SOURCE_DIR "/tests/data/spaces"

static void test_median(void **unused)
{
    (void)unused;
    double odd[] = {5, 1, 3}, even[] = {4, 1, 3, 2};
    assert_float_equal(ts_score_median(odd, 3), 3, 0);
    assert_float_equal(ts_score_median(even, 4), 2.5, 0);
    assert_true(isnan(ts_score_median(odd, 0)));
}

/* In the middle of an interval: the mean of its ends plus h/8 times the difference of the derivatives there.
 * By hand these are -17/4, -6/7, 0, 0 and -239/36 at the knots' ends. */
static void test_pchip(void **unused)
{
    (void)unused;
    const ts_xy knots[] = {{0, 10}, {1, 7}, {2, 6.5}, {4, 6.5}, {5, 1}};
    const double q[] = {0, 0.5, 1, 1.5, 3, 4.5, 5};
    double y[7], line[3];
    assert_int_equal(ts_pchip(knots, 5, q, 7, y), TS_OK);
    const double expected[] = {10, 8.075892857142858, 7, 6.642857142857142, 6.5, 4.666666666666667, 1};
    for (size_t i = 0; i < 7; i++)
        assert_float_equal(y[i], expected[i], 1e-12);
    assert_int_equal(ts_pchip(knots, 2, (const double[]){0, 0.25, 1}, 3, line), TS_OK);
    assert_float_equal(line[1], 9.25, 1e-12);
}

static void test_isotonic(void **unused)
{
    (void)unused;
    ts_xy points[] = {{3, 4}, {1, 9}, {2, 3}, {1, 7}, {4, 1}};
    const double q[] = {0, 1, 1.5, 2, 2.5, 3, 3.5, 4, 9};
    const double expected[] = {8, 8, 5.75, 3.5, 3.5, 3.5, 2.25, 1, 1};
    double y[9];
    assert_int_equal(ts_isotonic(points, 5, q, 9, y), TS_OK);
    for (size_t i = 0; i < 9; i++)
        assert_float_equal(y[i], expected[i], 1e-12);
    ts_xy one[] = {{5, 2}};
    assert_int_equal(ts_isotonic(one, 1, q, 9, y), TS_OK);
    assert_float_equal(y[0], 2, 0);
    assert_float_equal(y[8], 2, 0);
}

static ts_spaces *spaces_of(const char *path)
{
    ts_spaces *spaces;
    assert_int_equal(ts_spaces_load((const char *const[]){path, NULL}, &spaces), TS_OK);
    return spaces;
}

static ts_trace *trace_of(const char *path)
{
    ts_trace *trace;
    assert_int_equal(ts_trace_read((const char *const[]){path, NULL}, &trace), TS_OK);
    return trace;
}

/* Figures of the field's reference implementation, ported to Python, for the same files. */
static void check_recorded(bool by_evaluations, const double expected[2][2])
{
    static const size_t budgets[] = {10, 25, 40, 0};
    static const double reached[2][3] = {{0.753313627053721, 0.8171521414380639, 0.9657562888193881},
                                         {0.49817662113715827, 0.5884368593015091, 0.6313255781911149}};
    ts_spaces *spaces = spaces_of(SPACES);
    ts_trace *trace = trace_of(SPACES "/gemm_48_trace.csv");
    ts_score_report *r;
    assert_int_equal(ts_score(spaces, trace, &(ts_score_options){by_evaluations, budgets}, &r), TS_OK);
    assert_int_equal(r->count, 2);
    assert_string_equal(r->strategies[0].strategy, "draw");
    assert_string_equal(r->strategies[1].strategy, "greedy");
    for (size_t s = 0; s < 2; s++) {
        const ts_space_score *one = &r->strategies[s].spaces[0];
        assert_string_equal(one->space, "gemm_48");
        assert_int_equal(one->runs, 3);
        assert_int_equal(one->repeats, s ? 26 : 5);
        assert_int_equal(one->outside, 1);
        assert_float_equal(one->score, expected[s][0], 1e-9);
        assert_float_equal(one->separate, expected[s][1], 1e-9);
        assert_float_equal(r->strategies[s].score, one->score, 1e-12);
        assert_true(one->deviation > 0);
        for (size_t b = 0; b < 3; b++)
            assert_float_equal(one->best[b].mean, reached[s][b], 1e-9);
        assert_float_equal(one->reached[24], one->best[1].mean, 1e-12);
    }
    assert_float_equal(r->strategies[0].best[1].within5, 1.0 / 3, 1e-12);
    ts_score_report_free(r);
    ts_trace_free(trace);
    ts_spaces_free(spaces);
}

static void test_recorded_space_by_time(void **unused)
{
    (void)unused;
    check_recorded(false, (const double[2][2]){{-1.4014955450108197, -1.3121182790999955},
                                               {-3.4879587049340506, -3.465357894766434}});
}

static void test_recorded_space_by_evaluations(void **unused)
{
    (void)unused;
    check_recorded(true, (const double[2][2]){{-2.3568478546583806, -2.3370669434225846},
                                              {-4.922606584028384, -4.8782365747351975}});
}

static ts_recording *record(const char *text)
{
    ts_recordings all;
    assert_int_equal(ts_recordings_parse(text, strlen(text), "s.json", &all), TS_OK);
    ts_recording *r = all.items[0];
    all.items[0] = NULL;
    ts_recordings_clear(&all);
    return r;
}

static void test_spaces_that_have_no_scale(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "{\"tune_params_keys\":[\"a\"],\"cache\":{\"1\":{\"a\":1,\"time\":4},\"2\":{\"a\":2,\"time\":5}}}",
        "{\"tune_params_keys\":[\"a\"],\"cache\":{\"1\":{\"a\":1,\"time\":4},\"2\":{\"a\":2,\"time\":4},"
        "\"3\":{\"a\":3,\"time\":4}}}",
        "{\"tune_params_keys\":[\"a\"],\"cache\":{\"1\":{\"a\":1,\"time\":\"RuntimeFailedConfig\"}}}",
    };
    for (size_t i = 0; i < 3; i++) {
        ts_recording *r = record(texts[i]);
        ts_score_scale *scale;
        assert_int_equal(ts_score_scale_open(r, false, &scale), TS_EINPUT);
        assert_non_null(strstr(ts_error(), "'s' can't be scored"));
        ts_recording_free(r);
    }
}

/* Rates are made large: 60 is the optimum, and half of it is half of it. */
static void test_rates_and_keys(void **unused)
{
    (void)unused;
    ts_recording *r = record(
        "{\"objective\":\"GFLOP/s\",\"tune_params_keys\":[\"a\",\"b\"],\"cache\":{"
        "\"1,x\":{\"a\":1,\"b\":\"x\",\"GFLOP/s\":30},\"2,x\":{\"a\":2,\"b\":\"x\",\"GFLOP/s\":60},"
        "\"1,y\":{\"a\":1,\"b\":\"y\",\"GFLOP/s\":15},\"2,y\":{\"a\":2,\"b\":\"y\",\"GFLOP/s\":1e30}}}");
    ts_score_scale *scale;
    assert_int_equal(ts_score_scale_open(r, false, &scale), TS_OK);
    assert_false(scale->timed);
    assert_int_equal(scale->valid, 3);
    assert_int_equal(scale->rank[1], 0);
    assert_true(scale->rank[3] == UINT32_MAX);
    assert_int_equal(ts_score_find_key(r->space, "1|y"), 2);
    assert_int_equal(ts_score_find_key(r->space, "2.0|x"), 1);
    assert_true(ts_score_find_key(r->space, "2|z") == UINT64_MAX);
    assert_true(ts_score_find_key(r->space, "2") == UINT64_MAX);
    assert_true(ts_score_find_key(r->space, "2|x|") == UINT64_MAX);
    ts_score_scale_close(scale);
    ts_recording_free(r);
}

static void test_a_trace_of_other_spaces(void **unused)
{
    (void)unused;
    ts_spaces *spaces = spaces_of(SPACES);
    ts_trace *trace;
    ts_score_report *r;
    char other[] = "space,run,eval,config\nelsewhere,1,1,0\n",
         mixed[] = "space,run,eval,config\ngemm_48,1,1,9\n";
    assert_int_equal(ts_trace_new(&trace), TS_OK);
    assert_int_equal(ts_trace_parse(other, "x.csv", trace), TS_OK);
    assert_int_equal(ts_score(spaces, trace, &(ts_score_options){false, NULL}, &r), TS_EINPUT);
    assert_int_equal(ts_trace_parse(mixed, "x.csv", trace), TS_OK);
    assert_int_equal(ts_score(spaces, trace, &(ts_score_options){false, NULL}, &r), TS_OK);
    assert_string_equal(r->unknown[0], "elsewhere");
    assert_null(r->unknown[1]);
    assert_true(isnan(r->strategies[0].deviation)); /* a single run */
    ts_score_report_free(r);
    ts_trace_free(trace);
    ts_spaces_free(spaces);
}

static void test_plot(void **unused)
{
    (void)unused;
    ts_spaces *spaces = spaces_of(SPACES);
    ts_trace *trace = trace_of(SPACES "/gemm_48_trace.csv");
    ts_score_report *r;
    char *svg, *again;
    assert_int_equal(ts_score(spaces, trace, &(ts_score_options){false, NULL}, &r), TS_OK);
    assert_int_equal(ts_score_plot(r, &svg), TS_OK);
    assert_int_equal(ts_score_plot(r, &again), TS_OK);
    assert_string_equal(svg, again);
    assert_non_null(strstr(svg, "<title id=\"title\">"));
    assert_non_null(strstr(svg, "greedy scores -3.488"));
    assert_non_null(strstr(svg, "prefers-color-scheme:dark"));
    assert_null(strstr(svg, "nan"));
    xmlDoc *document = xmlReadMemory(svg, (int)strlen(svg), "plot.svg", NULL, XML_PARSE_NONET);
    assert_non_null(document);
    xmlFreeDoc(document);
    free(svg);
    free(again);
    ts_score_report_free(r);
    ts_trace_free(trace);
    ts_spaces_free(spaces);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_median),
        cmocka_unit_test(test_pchip),
        cmocka_unit_test(test_isotonic),
        cmocka_unit_test(test_recorded_space_by_time),
        cmocka_unit_test(test_recorded_space_by_evaluations),
        cmocka_unit_test(test_spaces_that_have_no_scale),
        cmocka_unit_test(test_rates_and_keys),
        cmocka_unit_test(test_a_trace_of_other_spaces),
        cmocka_unit_test(test_plot),
    };
    return cmocka_run_group_tests_name("score", tests, NULL, NULL);
}
