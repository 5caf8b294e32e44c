/* Domains, the space of a problem on a target, and seeds. */
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

static const char *const compilers[] = {"gcc", "clang", NULL};

/* The manifest with the line that starts with `from` replaced; from NULL: as it is. */
static ts_kernel *kernel_with(const char *from, const char *to)
{
    char *text = NULL, *changed;
    ts_kernel *k = NULL;
    assert_int_equal(ts_file_read(FOLDER "/kernel.xml", 1 << 20, &text, NULL), 0);
    const char *at = from ? strstr(text, from) : text;
    assert_non_null(at);
    changed = from ? ts_asprintf("%.*s%s%s", (int)(at - text), text, to, strchr(at, '\n')) : strdup(text);
    int rc = ts_kernel_parse(changed, strlen(changed), FOLDER "/kernel.xml",
                             TS_SOURCE_DIR "/templates/kernel.xsd", &k);
    if (rc < 0)
        fail_msg("%s", ts_error());
    free(text);
    free(changed);
    return k;
}

/* A problem on a target with its space; fails the test if there is none. */
typedef struct setting {
    ts_kernel *kernel;
    ts_target *target;
    ts_problem problem;
    ts_space *space;
} setting;

static setting set(ts_kernel *kernel, const char *target, const char *shape)
{
    setting s = {.kernel = kernel};
    if (ts_target_load(target, &s.target) < 0 || ts_problem_parse(kernel, "f32", shape, &s.problem) < 0 ||
        ts_kernel_space(&s.problem, s.target, compilers, &s.space) < 0)
        fail_msg("%s", ts_error());
    return s;
}

static void unset(setting *s)
{
    ts_space_free(s->space);
    ts_target_free(s->target);
    ts_kernel_free(s->kernel);
}

/* "1 2 4" */
static void assert_values(const ts_param *p, const char *expected)
{
    ts_str text = TS_STR_INIT;
    char buffer[64];
    for (size_t i = 0; i < p->count; i++)
        ts_str_format(&text, "%s%s", i ? " " : "", ts_value_text(p->values[i], buffer, sizeof buffer));
    assert_string_equal(ts_str_text(&text), expected);
    ts_str_free(&text);
}

static void domains_follow_the_target(void **state)
{
    (void)state;
    setting s = set(kernel_with(NULL, NULL), "generic-x86-64-v3", "m=8");
    assert_values(ts_space_param(s.space, 1), "1 2 4 8");
    assert_values(ts_space_param(s.space, 2), "16 32");
    assert_values(ts_space_param(s.space, 3), "0 1");
    assert_values(ts_space_param(s.space, 4), "gcc clang");
    unset(&s);
    s = set(kernel_with(NULL, NULL), "generic-x86-64-v4", "m=8");
    assert_values(ts_space_param(s.space, 2), "16 32 64");
    unset(&s);
}

static void lists_and_ranges_become_values(void **state)
{
    (void)state;
    static const struct {
        const char *values, *expected;
    } cases[] = {
        {"3, 1, 2, 3", "1 2 3"},
        {"4:20:+4", "4 8 12 16 20"},
        {"4:19:+4, 1:2", "1 2 4 8 12 16"},
        {"64:1024:*2", "64 128 256 512 1024"},
        {"m:m+2", "8 9 10"},
        {"0.5:2:+0.5", "0.5 1.0 1.5 2.0"},
        {"0.1:0.3:+0.1", "0.1 0.2 0.30000000000000004"},
        {"target.vector.bytes > 16 ? 3 : 4, min(m, 5) : 6", "3 5 6"},
        {"9223372036854775806:9223372036854775807", "9223372036854775806 9223372036854775807"},
        {"1, 1.0, 2.5", "1 2.5"},
        {"5:4, 7", "7"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *line = ts_asprintf("<parameter name=\"unroll\" values=\"%s\"/>", cases[i].values);
        char *escaped = line;
        char *mark = strstr(line, "> 16");
        if (mark)
            escaped = ts_asprintf("%.*s&gt; 16%s", (int)(mark - line), line, mark + 4);
        ts_kernel *k = kernel_with("<parameter name=\"unroll\"", escaped);
        ts_problem p;
        ts_target *target = NULL;
        ts_value slots[64], *values = NULL;
        size_t count = 0;
        assert_int_equal(ts_problem_parse(k, NULL, "m=8", &p), 0);
        assert_int_equal(ts_target_load("generic-x86-64-v3", &target), 0);
        assert_int_equal(ts_kernel_slots(&p, target, slots), 0);
        if (ts_domain_values(&k->parameters[1], slots, &values, &count) < 0)
            fail_msg("%s", ts_error());
        assert_values(&(ts_param){.count = count, .values = values}, cases[i].expected);
        free(values);
        ts_target_free(target);
        ts_kernel_free(k);
        if (escaped != line)
            free(escaped);
        free(line);
    }
}

static void impossible_domains_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *line, *expected;
    } cases[] = {
        {"<parameter name=\"unroll\"", "<parameter name=\"unroll\" values=\"1:100000\"/>",
         "more than 65535 values"},
        {"<parameter name=\"unroll\"", "<parameter name=\"unroll\" values=\"0:4:*2\"/>", "never ends"},
        {"<parameter name=\"unroll\"", "<parameter name=\"unroll\" values=\"1:4:*1\"/>", "never ends"},
        {"<parameter name=\"unroll\"", "<parameter name=\"unroll\" values=\"1:4:+0\"/>", "never ends"},
        {"<parameter name=\"unroll\"", "<parameter name=\"unroll\" values=\"m:4\"/>", "no value is left"},
        {"<parameter name=\"unroll\"", "<parameter name=\"unroll\" values=\"'a':4\"/>",
         "a range needs numbers"},
        {"<parameter name=\"unroll\"", "<parameter name=\"unroll\" kind=\"categorical\" values=\"'a', 4\"/>",
         "mixed"},
        {"<parameter name=\"unroll\"", "<parameter name=\"unroll\" values=\"m ? 'a' : 'b'\"/>",
         "add kind=\"categorical\""},
        {"<parameter name=\"unroll\"", "<parameter name=\"unroll\" kind=\"boolean\" values=\"1:3\"/>",
         "a boolean has two values"},
        {"<parameter name=\"unroll\"", "<parameter name=\"unroll\" values=\"8/(m-8)\"/>", "division by zero"},
        {"<parameter name=\"flags\"",
         "<parameter name=\"flags\" role=\"flags\" values=\"'-O2'\" default=\"'-O9'\"/>",
         "parameter flags: '-O9' is not one of its values"},
        {"<constraint text=\"a block", "<constraint text=\"never fits\">unroll > 10 and m > 0</constraint>",
         "never fits"},
        {"<constraint text=\"a block", "<constraint text=\"divides\">m/(n-64) > 0</constraint>",
         "division by zero"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_kernel *k = kernel_with(cases[i].from, cases[i].line);
        ts_problem p;
        ts_target *target = NULL;
        ts_space *space = NULL;
        assert_int_equal(ts_problem_parse(k, NULL, "m=8", &p), 0);
        assert_int_equal(ts_target_load("generic-x86-64-v3", &target), 0);
        if (ts_kernel_space(&p, target, compilers, &space) != TS_EINPUT)
            fail_msg("accepted: %s", cases[i].line);
        assert_null(space);
        if (!strstr(ts_error(), cases[i].expected) || !strstr(ts_error(), "kernel.xml:"))
            fail_msg("expected \"%s\" in \"%s\"", cases[i].expected, ts_error());
        ts_target_free(target);
        ts_kernel_free(k);
    }
}

static void a_space_needs_a_compiler(void **state)
{
    (void)state;
    static const char *const none[] = {NULL};
    ts_kernel *k = kernel_with(NULL, NULL);
    ts_problem p;
    ts_target *target = NULL;
    ts_space *space = NULL;
    assert_int_equal(ts_problem_parse(k, NULL, "m=8", &p), 0);
    assert_int_equal(ts_target_load("generic-x86-64-v3", &target), 0);
    assert_int_equal(ts_kernel_space(&p, target, none, &space), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "--compiler"));
    ts_target_free(target);
    ts_kernel_free(k);
}

static void the_count_is_that_of_enumeration(void **state)
{
    (void)state;
    setting s = set(kernel_with(NULL, NULL), "generic-x86-64-v4", "m=8");
    /* rows: (unroll, vector) with 4*unroll*(vector/4) <= 256, buffered, compilers, flags, extra; fixed: not
     * buffered. */
    uint64_t pairs = 0;
    for (int unroll = 1; unroll <= 8; unroll *= 2)
        for (int vector = 16; vector <= 64; vector *= 2)
            pairs += unroll * vector <= 256;
    assert_int_equal(ts_space_count(s.space), pairs * (2 + 1) * 2 * 2 * 2);
    unset(&s);
    s = set(kernel_with(NULL, NULL), "generic-x86-64-v4", "m=1M");
    assert_int_equal(ts_space_count(s.space), pairs * 2 * 2 * 2 * 2);
    unset(&s);
}

static void describe(const setting *s, uint64_t config, const char *expected)
{
    ts_str text = TS_STR_INIT;
    ts_space_describe(s->space, config, &text);
    assert_string_equal(ts_str_text(&text), expected);
    ts_str_free(&text);
}

static void seeds_come_in_order_with_the_defaults_last(void **state)
{
    (void)state;
    uint64_t *configs = NULL;
    size_t count = 0;
    setting s = set(kernel_with(NULL, NULL), "generic-x86-64-v4", "m=8");
    assert_int_equal(ts_kernel_seeds(&s.problem, s.target, s.space, &configs, &count), 0);
    assert_int_equal(count, 3);
    describe(&s, configs[0], "algorithm=rows unroll=4 vector=64 buffered=0 compiler=gcc flags=-O3 extra=");
    /* buffered is inactive there, whatever the seed says; the default of unroll is 3, whose nearest value is
     * 2 */
    describe(&s, configs[1], "algorithm=fixed unroll=2 vector=64 compiler=gcc flags=-O2 extra=");
    describe(&s, configs[2], "algorithm=rows unroll=2 vector=64 buffered=0 compiler=gcc flags=-O2 extra=");
    free(configs);
    unset(&s);
}

static void seeds_that_do_not_fit_are_left_out(void **state)
{
    (void)state;
    uint64_t *configs = NULL;
    size_t count = 0;
    setting s =
        set(kernel_with("<seed name=\"wide\"", "<seed name=\"large\">unroll = 8, vector = 64</seed><seed "
                                               "name=\"none\" when=\"m > 8\">unroll = 1</seed>"),
            "generic-x86-64-v4", "m=1,n=1M");
    assert_int_equal(ts_kernel_seeds(&s.problem, s.target, s.space, &configs, &count), 0);
    assert_int_equal(count, 1); /* the defaults; algorithm 'fixed' is excluded for large shapes */
    free(configs);
    unset(&s);
}

static void seeds_with_unknown_text_are_refused(void **state)
{
    (void)state;
    uint64_t *configs = NULL;
    size_t count = 0;
    setting s = set(kernel_with("<seed name=\"wide\"", "<seed name=\"typo\">algorithm = 'row'</seed>"),
                    "generic-x86-64-v3", "m=8");
    assert_int_equal(ts_kernel_seeds(&s.problem, s.target, s.space, &configs, &count), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "'row' is not one of its values"));
    assert_null(configs);
    unset(&s);
    s = set(kernel_with("<seed name=\"wide\"", "<seed name=\"icc\">compiler = 'icc', unroll = 4</seed>"),
            "generic-x86-64-v3", "m=8");
    assert_int_equal(ts_kernel_seeds(&s.problem, s.target, s.space, &configs, &count), 0);
    describe(&s, configs[0], "algorithm=rows unroll=4 vector=32 buffered=0 compiler=gcc flags=-O2 extra=");
    free(configs);
    unset(&s);
}

int main(void)
{
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(domains_follow_the_target),
        cmocka_unit_test(lists_and_ranges_become_values),
        cmocka_unit_test(impossible_domains_are_refused),
        cmocka_unit_test(a_space_needs_a_compiler),
        cmocka_unit_test(the_count_is_that_of_enumeration),
        cmocka_unit_test(seeds_come_in_order_with_the_defaults_last),
        cmocka_unit_test(seeds_that_do_not_fit_are_left_out),
        cmocka_unit_test(seeds_with_unknown_text_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
