/* Expressions: values, messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "expr_fixture.h"

/* The value as text, or the error. */
static const char *result(const char *text)
{
    static char buffer[512];
    ts_expr *e = NULL;
    ts_value v;
    if (parse(text, &e))
        return ts_error();
    if (ts_expr_eval(e, values, &v))
        snprintf(buffer, sizeof buffer, "%s", ts_error());
    else
        ts_value_text(v, buffer, sizeof buffer);
    ts_expr_free(e);
    return buffer;
}

typedef struct sample {
    const char *text, *expected;
} sample;

static void check_values(const sample *s)
{
    for (; s->text; s++) {
        const char *got = result(s->text);
        if (strcmp(got, s->expected) != 0)
            fail_msg("%s: got '%s', expected '%s'", s->text, got, s->expected);
    }
}

static void test_arithmetic(void **state)
{
    (void)state;
    check_values((const sample[]){{"1+2*3", "7"},
                                  {"(1+2)*3", "9"},
                                  {"10-3-2", "5"},
                                  {"100/5/2", "10"},
                                  {"2*7%4", "2"},
                                  {"-7/2", "-3"},
                                  {"-7%2", "-1"},
                                  {"7%-2", "1"},
                                  {"- -3", "3"},
                                  {"+m", "7"},
                                  {"m*k+1", "85"},
                                  {"7/2.0", "3.5"},
                                  {"1.5e-3*2", "0.003"},
                                  {".5+1", "1.5"},
                                  {"1e20*1.0", "1e+20"},
                                  {"0x1f", "31"},
                                  {"64K", "65536"},
                                  {"2M + 1G", "1075838976"},
                                  {"target.l2.size/4", "524288"},
                                  {"9223372036854775807", "9223372036854775807"},
                                  {NULL, NULL}});
}

static void test_logic(void **state)
{
    (void)state;
    check_values((const sample[]){{"1 && 0 || 1", "1"},
                                  {"0 || 2", "1"},
                                  {"!m", "0"},
                                  {"!0 + 1", "2"},
                                  {"not m == 8", "1"},
                                  {"not not m", "1"},
                                  {"m == 7 and k != 12 or n == 0", "1"},
                                  {"true && !false && True && not False", "1"},
                                  {"n == 0 || m / n > 2", "1"},
                                  {"n != 0 && m / n > 2", "0"},
                                  {"n ? m / n : 5", "5"},
                                  {"m > 5 ? m > 6 ? 1 : 2 : 3", "1"},
                                  {"0 ? 1 : 0 ? 2 : 3", "3"},
                                  {"algorithm == 'packed'", "1"},
                                  {"algorithm != \"packed\"", "0"},
                                  {"algorithm && 1", "1"},
                                  {"'' || 0", "0"},
                                  {"algorithm", "packed"},
                                  {"m < 7.5", "1"},
                                  {"(1 < 2) == 1", "1"},
                                  {NULL, NULL}});
}

static void test_functions(void **state)
{
    (void)state;
    check_values((const sample[]){{"min(m, k, 3)", "3"},
                                  {"max(1, 2.5)", "2.5"},
                                  {"min(2, 2.5)", "2.0"},
                                  {"max(m)", "7"},
                                  {"abs(-3)", "3"},
                                  {"abs(-3.5)", "3.5"},
                                  {"ceil(2.1)", "3"},
                                  {"floor(-2.1)", "-3"},
                                  {"round(-2.5)", "-3"},
                                  {"round(4)", "4"},
                                  {"sqrt(16)", "4.0"},
                                  {"log2(8)", "3.0"},
                                  {"ceildiv(7, 2)", "4"},
                                  {"ceildiv(-7, 2)", "-3"},
                                  {"roundup(7, 4)", "8"},
                                  {"roundup(8, 4)", "8"},
                                  {"ispow2(64) && !ispow2(0) && !ispow2(-4) && !ispow2(12)", "1"},
                                  {"in(m, 1, 7)", "1"},
                                  {"in(algorithm, 'direct', 'packed')", "1"},
                                  {"m in (1, 2)", "0"},
                                  {"m in [1, 7]", "1"},
                                  {"m not in (7,)", "0"},
                                  {NULL, NULL}});
}

/* What is wrong, where, and what to do about it. */
static void check_message(const char *text, const char *expected)
{
    const char *got = result(text);
    if (strncmp(got, expected, strlen(expected)) != 0)
        fail_msg("%s: got '%s', expected '%s'", text, got, expected);
}

static void test_messages(void **state)
{
    (void)state;
    check_message(
        "(m <= n <= k)",
        "gemm/kernel.xml:14:17: expected ')' before '<='; comparisons don't chain: write 'a <= b && b <= c'");
    check_message("vectr <= 64", "gemm/kernel.xml:14:9: unknown name 'vectr'; did you mean 'vector'?");
    check_message("algorithm == packed",
                  "gemm/kernel.xml:14:22: unknown name 'packed'; a text must be quoted");
    check_message("m +\n  * 2",
                  "gemm/kernel.xml:15:3: expected a number, a name, a quoted text or '(' before '*'");
    check_message("m n", "gemm/kernel.xml:14:11: expected an operator or the end before 'n'");
    check_message("(m", "gemm/kernel.xml:14:11: expected ')' at the end of '(m'");
    check_message("", "gemm/kernel.xml:14:9: expected a number");
    check_message("m = 3", "gemm/kernel.xml:14:11: '=' isn't an operator; equality is '=='");
    check_message("m & 3", "gemm/kernel.xml:14:11: '&' isn't an operator");
    check_message("'abc", "gemm/kernel.xml:14:9: this text has no closing quote");
    check_message("12abc", "gemm/kernel.xml:14:9: a number with letters behind it");
    check_message("9223372036854775808", "gemm/kernel.xml:14:9: this number doesn't fit 64 bits");
    check_message("9999999999999G", "gemm/kernel.xml:14:9: this number doesn't fit 64 bits");
    check_message("0xfffffffffffffffff", "gemm/kernel.xml:14:9: this number doesn't fit 64 bits");
    check_message("1e999", "gemm/kernel.xml:14:9: this number is too large");
    check_message("foo(1)", "gemm/kernel.xml:14:9: unknown function 'foo'");
    check_message("ceildiv(1)", "gemm/kernel.xml:14:9: ceildiv() takes 2 arguments, not 1");
    check_message("in(1)", "gemm/kernel.xml:14:9: in() takes at least 2 arguments, not 1");
    check_message("m @ 2", "gemm/kernel.xml:14:11: a character that no expression has");
    check_message("m in 3", "gemm/kernel.xml:14:14: expected '(' or '[' after 'in' before '3'");
    check_message("m ? 1", "gemm/kernel.xml:14:14: expected ':' at the end of 'm ? 1'");
}

/* Faults that don't depend on any name are told when parsing. */
static void test_faults_seen_at_once(void **state)
{
    (void)state;
    ts_expr *e = NULL;
    static const char *const bad[] = {"1/0",
                                      "m*(1%0)",
                                      "'a'*m",
                                      "-'a'",
                                      "'a' < 'b'",
                                      "5 % 2.0",
                                      "sqrt(0-1)",
                                      "log2(0)",
                                      "m / 0",
                                      "ceildiv(7, 0)",
                                      "9223372036854775807 + 1",
                                      "'a' == 1",
                                      "floor(1e30)"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (parse(bad[i], &e) != TS_EINPUT)
            fail_msg("%s was accepted", bad[i]);
    }
    assert_int_equal(parse("m || 1/0", &e), TS_OK); /* depends on m */
    ts_expr_free(e);
    assert_int_equal(parse("0 && 1/0", &e), TS_OK);
    ts_expr_free(e);
}

static void test_faults_of_evaluation(void **state)
{
    (void)state;
    check_message("m/n", "gemm/kernel.xml:14:10: in 'm/n': division by zero");
    check_message("m % n", "gemm/kernel.xml:14:11: in 'm % n': division by zero");
    check_message("m/(1.0*n)", "gemm/kernel.xml:14:10: in 'm/(1.0*n)': division by zero");
    check_message("algorithm == m",
                  "gemm/kernel.xml:14:19: in 'algorithm == m': compares a text with a number");
    check_message("algorithm + m",
                  "gemm/kernel.xml:14:19: in 'algorithm + m': a text where a number is needed");
    check_message("roundup(m, n)",
                  "gemm/kernel.xml:14:9: in 'roundup(m, n)': ceildiv() and roundup() need a positive");
    check_message("m * 9223372036854775807",
                  "gemm/kernel.xml:14:11: in 'm * 9223372036854775807': the result doesn't fit");
    check_message("unset + 1",
                  "gemm/kernel.xml:14:9: in 'unset + 1': uses a name whose value isn't known here");
    check_message("(0-9223372036854775807-1)/(n-1)", "gemm/kernel.xml:14:34: in");
    check_values((const sample[]){{"(0-9223372036854775807-1)%(n-1)", "0"}, {NULL, NULL}});
}

static void nested(ts_str *s, const char *open, const char *close, int depth)
{
    for (int i = 0; i < depth; i++)
        ts_str_append(s, open);
    ts_str_append(s, "1");
    for (int i = 0; i < depth; i++)
        ts_str_append(s, close);
}

static void check_nested(const char *open, const char *close, int depth, int expected)
{
    ts_str s = TS_STR_INIT;
    ts_expr *e = NULL;
    nested(&s, open, close, depth);
    assert_int_equal(parse(ts_str_text(&s), &e), expected);
    if (expected == TS_OK)
        ts_expr_free(e);
    ts_str_free(&s);
}

static void test_limits(void **state)
{
    (void)state;
    check_nested("(", ")", 150, TS_OK);
    check_nested("(", ")", 100000, TS_EINPUT);
    check_nested("-", "", 100000, TS_EINPUT);
    check_nested("not ", "", 100000, TS_EINPUT);
    check_nested("1 ? 1 : ", "", 100000, TS_EINPUT);
    check_nested("in(", ",1)", 190, TS_OK);
    check_nested("1 + ", "", 9000, TS_OK);       /* one node of many arguments */
    check_nested("1 - ", "", 900, TS_OK);        /* a deep tree */
    check_nested("1 - ", "", 5000, TS_EINPUT);   /* a tree too deep to walk */
    check_nested("1 + ", "", 100000, TS_EINPUT); /* too many nodes */
}

static void test_definitions(void **state)
{
    (void)state;
    ts_expr *e = NULL;
    size_t slot = 99;
    assert_int_equal(parse("2*vector/4 + (algorithm == 'packed')", &e), TS_OK);
    assert_int_equal(ts_names_define(names, "nr", e), TS_OK);
    ts_expr_free(e); /* the names have their own copy */
    check_values((const sample[]){{"nr*2", "66"}, {"nr + nr", "66"}, {NULL, NULL}});
    assert_false(ts_names_find(names, "nr", &slot));
    assert_int_equal(slot, 99);
    assert_int_equal(ts_names_count(names), 7);
    assert_int_equal(ts_names_add(names, "nr", NULL), TS_EINPUT);
    assert_int_equal(parse("nr", &e), TS_OK);
    assert_true(ts_expr_uses(e, 3));
    assert_false(ts_expr_uses(e, 0));
    ts_expr_free(e);
    /* Doubling definitions must run into the limit, not into memory. */
    int code = TS_OK;
    for (int i = 0; i < 40 && !code; i++) {
        char name[16], text[64];
        snprintf(name, sizeof name, "d%d", i);
        snprintf(text, sizeof text, i ? "d%d + d%d" : "m + n", i - 1, i - 1);
        code = parse(text, &e);
        if (!code)
            code = ts_names_define(names, name, e);
        if (!code)
            ts_expr_free(e);
    }
    assert_int_equal(code, TS_EINPUT);
    assert_non_null(strstr(ts_error(), "split it"));
}

static void test_names(void **state)
{
    (void)state;
    ts_names *own = NULL;
    size_t slot = 9;
    assert_int_equal(ts_names_new(&own), TS_OK);
    assert_int_equal(ts_names_add(own, "a", &slot), TS_OK);
    assert_int_equal(slot, 0);
    assert_int_equal(ts_names_add(own, "target.x.y", &slot), TS_OK);
    assert_int_equal(slot, 1);
    assert_int_equal(ts_names_add(own, "a", &slot), TS_EINPUT);
    assert_int_equal(slot, 1);
    static const char *const bad[] = {"",   "1a",  "a-b",  "a b", "a..b",    "a.",
                                      ".a", "not", "true", "in",  "\xc3\xa4"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(ts_names_add(own, bad[i], NULL), TS_EINPUT);
    assert_int_equal(ts_names_count(own), 2);
    assert_string_equal(ts_names_get(own, 1), "target.x.y");
    assert_true(ts_names_find(own, "a", &slot));
    assert_int_equal(slot, 0);
    assert_false(ts_names_find(own, "b", &slot));
    ts_names_free(own);
}

static void test_typed_results(void **state)
{
    (void)state;
    ts_expr *e = NULL;
    int64_t i;
    double r;
    bool b;
    assert_int_equal(parse("m / 2.0", &e), TS_OK);
    assert_string_equal(ts_expr_text(e), "m / 2.0");
    assert_int_equal(ts_expr_place(e).line, 14);
    assert_string_equal(ts_expr_place(e).file, "gemm/kernel.xml");
    assert_int_equal(ts_expr_int(e, values, &i), TS_EINPUT);
    assert_int_equal(ts_expr_real(e, values, &r), TS_OK);
    assert_true(r == 3.5);
    assert_int_equal(ts_expr_test(e, values, &b), TS_OK);
    assert_true(b);
    ts_expr_free(e);
    assert_int_equal(parse("k / 2.0", &e), TS_OK);
    assert_int_equal(ts_expr_int(e, values, &i), TS_OK);
    assert_int_equal(i, 6);
    ts_expr_free(e);
    assert_int_equal(parse("algorithm", &e), TS_OK);
    assert_int_equal(ts_expr_int(e, values, &i), TS_EINPUT);
    assert_int_equal(ts_expr_real(e, values, &r), TS_EINPUT);
    ts_expr_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arithmetic),
        cmocka_unit_test(test_logic),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_faults_seen_at_once),
        cmocka_unit_test(test_faults_of_evaluation),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_typed_results),
        cmocka_unit_test(test_definitions),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
