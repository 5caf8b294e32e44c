/* Traces as text: what is read, what is refused with its line, what is written comes back. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tune/trace.h"

static int parse(const char *text, const char *path, ts_trace **out)
{
    char *copy = strdup(text);
    assert_int_equal(ts_trace_new(out), TS_OK);
    int rc = ts_trace_parse(copy, path, *out);
    free(copy);
    return rc;
}

static void test_columns_in_any_order(void **unused)
{
    (void)unused;
    ts_trace *t;
    assert_int_equal(
        parse("# by hand\n\nalgo,config,eval,run,space,overhead_ms\r\n"
              "auto,7,1,a,\"gemm, small\",1.5\r\nauto,-3,2,a,\"gemm, small\",\nrandom,1|x \"y\",5,b,s,2\n",
              "t.csv", &t),
        TS_OK);
    assert_int_equal(t->runs.count, 2);
    const ts_trace_run *run = &t->runs.items[0];
    assert_string_equal(run->strategy, "auto");
    assert_string_equal(run->space, "gemm, small");
    assert_string_equal(run->label, "a");
    assert_int_equal(run->steps.count, 2);
    assert_int_equal(run->steps.items[0].config, 7);
    assert_float_equal(run->steps.items[0].overhead_ms, 1.5, 0);
    assert_true(run->steps.items[1].config == UINT64_MAX);
    assert_true(isnan(run->steps.items[1].overhead_ms));
    assert_string_equal(t->runs.items[1].steps.items[0].key, "1|x \"y\"");
    ts_trace_free(t);
}

static void test_without_header_or_algo(void **unused)
{
    (void)unused;
    ts_trace *t;
    assert_int_equal(parse("s,1,1,4\ns,1,2,5", "folder.csv.d/mine@auto.csv.gz", &t), TS_OK);
    assert_string_equal(t->runs.items[0].strategy, "auto");
    assert_int_equal(t->runs.items[0].steps.count, 2);
    assert_int_equal(t->runs.items[0].steps.items[1].config, 5);
    ts_trace_free(t);
}

static void test_written_is_read_again(void **unused)
{
    (void)unused;
    ts_trace *t, *again;
    char *text, *second;
    size_t length, second_length;
    assert_int_equal(
        parse("space,run,eval,config,overhead_ms,algo\n\"a \"\"b\"\", c\",1,1,4,0.5,x\ns,1,9,2|k,,\"y,z\"\n",
              "t.csv", &t),
        TS_OK);
    assert_int_equal(ts_trace_text(t, true, &text, &length), TS_OK);
    assert_int_equal(strlen(text), length);
    assert_string_equal(
        text,
        "space,run,eval,config,overhead_ms,algo\n\"a \"\"b\"\", c\",1,1,4,0.500000,x\ns,1,1,2|k,,\"y,z\"\n");
    assert_int_equal(parse(text, "t.csv", &again), TS_OK);
    assert_int_equal(ts_trace_text(again, true, &second, &second_length), TS_OK);
    assert_string_equal(text, second);
    free(second);
    assert_int_equal(ts_trace_text(again, false, &second, &second_length), TS_OK);
    assert_string_equal(second,
                        "space,run,eval,config,algo\n\"a \"\"b\"\", c\",1,1,4,x\ns,1,1,2|k,\"y,z\"\n");
    free(second);
    free(text);
    ts_trace_free(again);
    ts_trace_free(t);
}

/* Names that look like something else in CSV. */
static void test_awkward_names(void **unused)
{
    (void)unused;
    ts_trace *t, *again;
    char *text;
    size_t length;
    assert_int_equal(parse("space,run,eval,config,algo\n\"#s\",\"\",1,1,\"x\r\"\r\n", "t.csv", &t), TS_OK);
    assert_string_equal(t->runs.items[0].space, "#s");
    assert_string_equal(t->runs.items[0].strategy, "x\r");
    assert_int_equal(ts_trace_text(t, false, &text, &length), TS_OK);
    assert_string_equal(text, "space,run,eval,config,algo\n\"#s\",,1,1,\"x\r\"\n");
    assert_int_equal(parse(text, "t.csv", &again), TS_OK);
    assert_int_equal(again->runs.count, 1);
    ts_trace_free(again);
    ts_trace_free(t);
    free(text);
}

static void test_mistakes(void **unused)
{
    (void)unused;
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"", "t.csv: holds no evaluations"},
        {"# nothing\n", "t.csv: holds no evaluations"},
        {"space,run,eval\n", "t.csv:1: the column 'config' is missing"},
        {"space,run,eval,value\ns,1,1,0.5\n", "t.csv:1: the column 'config' is missing"},
        {"space,run,eval,config\ns,1,1\n", "t.csv:2: the line ends before its column 'config'"},
        {"space,run,eval,config\ns,1,x,3\n", "t.csv:2: eval must be a whole number, not 'x'"},
        {"space,run,eval,config\n# c\ns,1,2,3\ns,1,2,4\n",
         "t.csv:4: eval must increase within a run, not '2'"},
        {"space,run,eval,config,overhead_ms\ns,1,1,3,fast\n", "t.csv:2: overhead_ms must be a number"},
        {"space,run,eval,config\n\"s,1,1,3\n", "t.csv:2: a quoted field has no closing quote"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ts_trace *t;
        assert_int_equal(parse(wrong[i].text, "t.csv", &t), TS_EINPUT);
        if (!strstr(ts_error(), wrong[i].message))
            fail_msg("'%s' says: %s", wrong[i].text, ts_error());
        ts_trace_free(t);
    }
}

static void test_files(void **unused)
{
    (void)unused;
    ts_trace *t = NULL;
    assert_int_equal(ts_trace_read((const char *const[]){"/nowhere/t.csv", NULL}, &t), TS_ENOTFOUND);
    assert_null(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_in_any_order),
        cmocka_unit_test(test_without_header_or_algo),
        cmocka_unit_test(test_written_is_read_again),
        cmocka_unit_test(test_awkward_names),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
