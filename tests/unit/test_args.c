/* The command-line parser and "did you mean". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cli/args.h"
#include <string.h>

static const ts_option options[] = {
    {"shape", "SHAPE", NULL, "", true}, {"budget", "BUDGET", NULL, "", false}, {"seed", "N", "1", "", false},
    {"dry-run", NULL, NULL, "", false}, {NULL, NULL, NULL, NULL, false},
};
static const ts_command command = {
    .name = "tune", .operands = "KERNEL", .options = options, .min_operands = 1, .max_operands = 2};

#define PARSE(out, ...)                                                                                      \
    ts_args_parse(&command, (int)(sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)),                         \
                  (char *[]){__VA_ARGS__}, out)

static void options_stand_anywhere(void **state)
{
    (void)state;
    ts_args *args;
    assert_int_equal(PARSE(&args, "--budget", "3s", "gemm", "--shape=m=1,n=2", "--dry-run"), TS_OK);
    assert_int_equal(ts_args_operands(args), 1);
    assert_string_equal(ts_args_operand(args, 0), "gemm");
    assert_null(ts_args_operand(args, 1));
    assert_string_equal(ts_args_value(args, "budget"), "3s");
    assert_string_equal(ts_args_value(args, "shape"), "m=1,n=2");
    assert_true(ts_args_switch(args, "dry-run"));
    assert_false(ts_args_json(args));
    ts_args_free(args);
}

static void repeated_values_keep_their_order(void **state)
{
    (void)state;
    ts_args *args;
    assert_int_equal(PARSE(&args, "gemm", "--shape", "a", "--shape=b", "--json"), TS_OK);
    const char *const *shapes = ts_args_values(args, "shape");
    assert_string_equal(shapes[0], "a");
    assert_string_equal(shapes[1], "b");
    assert_null(shapes[2]);
    assert_string_equal(ts_args_value(args, "shape"), "b");
    assert_true(ts_args_json(args));
    ts_args_free(args);
}

static void fallbacks_are_not_given_values(void **state)
{
    (void)state;
    ts_args *args;
    assert_int_equal(PARSE(&args, "gemm"), TS_OK);
    assert_string_equal(ts_args_value(args, "seed"), "1");
    assert_null(ts_args_values(args, "seed"));
    assert_null(ts_args_value(args, "budget"));
    assert_null(ts_args_value(args, "nosuch"));
    ts_args_free(args);
}

static void dashes_end_options(void **state)
{
    (void)state;
    ts_args *args;
    assert_int_equal(PARSE(&args, "--", "--seed", "-"), TS_OK);
    assert_int_equal(ts_args_operands(args), 2);
    assert_string_equal(ts_args_operand(args, 0), "--seed");
    ts_args_free(args);
}

static void an_empty_value_is_a_value(void **state)
{
    (void)state;
    ts_args *args;
    assert_int_equal(PARSE(&args, "gemm", "--budget=", "--shape", ""), TS_OK);
    assert_string_equal(ts_args_value(args, "budget"), "");
    assert_string_equal(ts_args_value(args, "shape"), "");
    ts_args_free(args);
}

static void help_needs_no_operands(void **state)
{
    (void)state;
    ts_args *args;
    assert_int_equal(PARSE(&args, "-h"), TS_OK);
    assert_true(ts_args_switch(args, "help"));
    ts_args_free(args);
}

#define REFUSED(sentence, ...)                                                                               \
    do {                                                                                                     \
        ts_args *none = NULL;                                                                                \
        assert_int_equal(PARSE(&none, __VA_ARGS__), TS_EINPUT);                                              \
        assert_non_null(strstr(ts_error(), sentence));                                                       \
        assert_null(none);                                                                                   \
    } while (0)

static void mistakes_are_refused(void **state)
{
    (void)state;
    REFUSED("did you mean --budget", "gemm", "--bugdet", "3");
    REFUSED("did you mean --shape", "gemm", "--sh=3");
    REFUSED("unknown option -j", "gemm", "-j");
    REFUSED("unknown option -- for", "gemm", "--=");
    REFUSED("needs a value", "gemm", "--budget");
    REFUSED("needs a value", "gemm", "--budget", "--seed");
    REFUSED("takes no value", "gemm", "--dry-run=1");
    REFUSED("given twice", "gemm", "--seed", "1", "--seed=2");
    REFUSED("needs KERNEL", "--seed", "1");
    REFUSED("does not take 'c'", "a", "b", "c");
}

static const char *suggestion(const char *word)
{
    static const char *const words[] = {"tune", "detect", "doctor", "export", "import", "show"};
    ts_suggestion near = {.word = word};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        ts_suggest(&near, words[i]);
    return near.best;
}

static void the_nearest_word_is_suggested(void **state)
{
    (void)state;
    assert_string_equal(suggestion("tun"), "tune");
    assert_string_equal(suggestion("tuen"), "tune");
    assert_string_equal(suggestion("exprot"), "export");
    assert_string_equal(suggestion("inport"), "import");
    assert_string_equal(suggestion("doc"), "doctor");
    assert_null(suggestion("frobnicate"));
    assert_null(suggestion(""));
    assert_null(suggestion("a-word-that-is-much-longer-than-any-option-of-ours-could-be"));
}

static void budgets(void **state)
{
    (void)state;
    double seconds;
    size_t evaluations;
    assert_int_equal(ts_parse_budget("60s", &seconds, &evaluations), TS_OK);
    assert_true(seconds == 60 && evaluations == 0);
    assert_int_equal(ts_parse_budget("1.5m", &seconds, &evaluations), TS_OK);
    assert_true(seconds == 90);
    assert_int_equal(ts_parse_budget("2h", &seconds, &evaluations), TS_OK);
    assert_true(seconds == 7200);
    assert_int_equal(ts_parse_budget("200", &seconds, &evaluations), TS_OK);
    assert_true(seconds == 0 && evaluations == 200);
    static const char *const bad[] = {"", "s", "0", "-3s", "nan", "infs", "1e300", "3 s", "2.5", "5x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(ts_parse_budget(bad[i], &seconds, &evaluations), TS_EINPUT);
}

static void whole_numbers(void **state)
{
    (void)state;
    uint64_t value;
    assert_int_equal(ts_parse_u64("seed", "18446744073709551615", &value), TS_OK);
    assert_true(value == UINT64_MAX);
    static const char *const bad[] = {"", "-1", "18446744073709551616", "1x", "x", " -1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(ts_parse_u64("seed", bad[i], &value), TS_EINPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere),
        cmocka_unit_test(repeated_values_keep_their_order),
        cmocka_unit_test(fallbacks_are_not_given_values),
        cmocka_unit_test(dashes_end_options),
        cmocka_unit_test(an_empty_value_is_a_value),
        cmocka_unit_test(help_needs_no_operands),
        cmocka_unit_test(mistakes_are_refused),
        cmocka_unit_test(the_nearest_word_is_suggested),
        cmocka_unit_test(budgets),
        cmocka_unit_test(whole_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
