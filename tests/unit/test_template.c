/* Templates: what each directive expands to, and what each mistake is answered with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/template.h"
#include "util/file.h"
#include "util/str.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names: mr = 3, kind = 'packed', m unknown until run time, nr = 2*mr by definition. */
static ts_names *names;
static ts_value values[8];

static int set_up(void **state)
{
    (void)state;
    size_t slot;
    ts_expr *twice = NULL;
    if (ts_names_new(&names) < 0 || ts_names_add(names, "mr", &slot) < 0)
        return -1;
    values[slot] = ts_int(3);
    if (ts_names_add(names, "kind", &slot) < 0)
        return -1;
    values[slot] = ts_string("packed");
    if (ts_names_add(names, "m", &slot) < 0)
        return -1;
    values[slot] = (ts_value){.kind = TS_NONE};
    int rc = ts_expr_parse("2*mr", (ts_place){"t", 1, 1}, names, &twice);
    if (rc == 0)
        rc = ts_names_define(names, "nr", twice);
    ts_expr_free(twice);
    return rc;
}

static int tear_down(void **state)
{
    (void)state;
    ts_names_free(names);
    return 0;
}

/* The expansion without its #line directives. */
static char *expanded(const char *text)
{
    ts_template *t = NULL;
    ts_str out = TS_STR_INIT, plain = TS_STR_INIT;
    if (ts_template_parse(text, "dir/x.c.in", names, &t) < 0 ||
        ts_template_render(t, values, "ts_v_1", &out) < 0)
        fail_msg("%s", ts_error());
    for (const char *at = ts_str_text(&out); *at;) {
        size_t length = strcspn(at, "\n") + 1;
        if (strncmp(at, "#line ", 6) != 0)
            ts_str_append_n(&plain, at, length);
        at += length;
    }
    ts_str_free(&out);
    ts_template_free(t);
    return plain.data ? ts_str_take(&plain) : strdup("");
}

static void directives_expand(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"", ""},
        {"plain\n", "plain\n"},
        {"no newline at the end", "no newline at the end\n"},
        {"a $ b { } $x $ {\n", "a $ b { } $x $ {\n"},
        {"x = ${mr};\n", "x = 3;\n"},
        {"${mr}${mr*2}-${kind}_${nr}\n", "36-packed_6\n"},
        {"$${mr} $$${mr}\n", "${mr} $${mr}\n"},
        {"${'}'} ${kind == 'packed' ? 'a}' : 'b'}\n", "} a}\n"},
        {"${1.5} ${2.0} ${7/2} ${-mr}\n", "1.5 2.0 3 -3\n"},
        {"void ${fn}(void); ${fn}_helper\n", "void ts_v_1(void); ts_v_1_helper\n"},
        {"//@ for i in 0..mr\nv${i}\n//@ endfor\n", "v0\nv1\nv2\n"},
        {"//@ for i in 1..nr step 2\nv${i}\n//@ endfor\n", "v1\nv3\nv5\n"},
        {"//@ for i in mr..0\nnever\n//@ endfor\n", ""},
        {"//@ for i in mr..3\nnever\n//@ endfor\n", ""},
        {"//@ for i in (mr > 2 ? 1 : 0)..(2)\n${i}\n//@ endfor\n", "1\n"},
        {"  //@  for i in 0..2\n    //@ for j in i..2\n${i}${j}\n    //@ endfor\n  //@ endfor\n",
         "00\n01\n11\n"},
        {"//@ for i in 0..1\n//@ endfor\n//@ for i in 5..6\n${i}\n//@ endfor\n", "5\n"},
        {"//@ if mr == 3\na\n//@ else\nb\n//@ endif\n", "a\n"},
        {"//@ if mr == 4\na\n//@ elif kind == 'packed'\nb\n//@ else\nc\n//@ endif\n", "b\n"},
        {"//@ if mr == 4\na\n//@ elif mr == 5\nb\n//@ else\nc\n//@ endif\n", "c\n"},
        {"//@ if 0\na\n//@ endif\nz\n", "z\n"},
        {"//@ let w = mr + 1\n${w}\n", "4\n"},
        {"//@ for i in 0..2\n//@ let w = 10*i\n${w}\n//@ endfor\n", "0\n10\n"},
        {"//@ if 1\n//@ let w = 1\n${w}\n//@ endif\n//@ if 1\n//@ let w = 'two'\n${w}\n//@ endif\n",
         "1\ntwo\n"},
        {"//@ let s = kind\n//@ for i in 0..1\n${s}${i}\n//@ endfor\n", "packed0\n"},
        {"//@ if 0\n//@ error \"no\"\n//@ endif\nyes\n", "yes\n"},
        {"a\r\n//@ if 1\r\nb\r\n//@ endif\r\n", "a\r\nb\r\n"},
        {"// @ for\n/* //@ */ x\n", "// @ for\n/* //@ */ x\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *out = expanded(cases[i].text);
        assert_string_equal(out, cases[i].expected);
        free(out);
    }
}

static void line_directives_name_the_template(void **state)
{
    (void)state;
    ts_template *t = NULL;
    ts_str out = TS_STR_INIT;
    const char *text = "one\n//@ for i in 0..2\nloop\n//@ endfor\nsix\n#define X \\\n//@ if 1\n  y \\\n//@ "
                       "endif\n  z\nend\n";
    assert_int_equal(ts_template_parse(text, "dir/a\"b\\c.in", names, &t), 0);
    assert_int_equal(ts_template_render(t, values, "f", &out), 0);
    assert_string_equal(
        ts_str_text(&out),
        "#line 1 \"a\\\"b\\\\c.in\"\none\n#line 3 \"a\\\"b\\\\c.in\"\nloop\n"
        "#line 3 \"a\\\"b\\\\c.in\"\nloop\n#line 5 \"a\\\"b\\\\c.in\"\nsix\n#define X \\\n  y \\\n  z\n"
        "#line 11 \"a\\\"b\\\\c.in\"\nend\n");
    ts_str_free(&out);
    ts_template_free(t);
}

static void output_is_appended(void **state)
{
    (void)state;
    ts_template *t = NULL;
    ts_str out = TS_STR_INIT;
    assert_int_equal(ts_template_parse("x\n", "t", names, &t), 0);
    ts_str_append(&out, "before\n");
    assert_int_equal(ts_template_render(t, values, "f", &out), 0);
    assert_int_equal(ts_template_render(t, values, "f", &out), 0);
    assert_string_equal(ts_str_text(&out), "before\n#line 1 \"t\"\nx\n#line 1 \"t\"\nx\n");
    ts_str_free(&out);
    ts_template_free(t);
}

static void mistakes_are_told_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"a\n${mr\n", "x.c.in:2: '${' without its '}'"},
        {"a\nxy ${mr + }\n", "x.c.in:2:"},
        {"a\n  ${nosuch}\n", "x.c.in:2:5: unknown name 'nosuch'"},
        {"${}\n", "x.c.in:1:"},
        {"a\n//@ fro i in 0..3\n", "x.c.in:2: unknown directive 'fro'; there are for,"},
        {"//@\n", "x.c.in:1: unknown directive ''"},
        {"//@ for i in 0..3\nx\n", "x.c.in:1: this loop has no //@ endfor"},
        {"//@ if 1\nx\n//@ else\n", "x.c.in:1: this if has no //@ endif"},
        {"a\n//@ endfor\n", "x.c.in:2: //@ endfor without a beginning"},
        {"//@ else\n", "x.c.in:1: //@ else without a beginning"},
        {"//@ for i in 0..3\n//@ if 1\n//@ endfor\n//@ endif\n",
         "x.c.in:3: expected //@ endif for the if of line 2"},
        {"//@ if 1\n//@ for i in 0..3\n//@ endif\n//@ endfor\n",
         "x.c.in:3: expected //@ endfor for the loop of line 2"},
        {"//@ if 1\n//@ else\n//@ elif 1\n//@ endif\n",
         "x.c.in:3: //@ else must be the last part of the if of line 1"},
        {"//@ if 1\n//@ else mr\n//@ endif\n", "x.c.in:2: nothing may follow //@ else"},
        {"//@ if 1\n//@ endif mr\n", "x.c.in:2: nothing may follow //@ endif"},
        {"//@ if\n//@ endif\n", "x.c.in:1:"},
        {"//@ for i of 0..3\n//@ endfor\n", "x.c.in:1: a loop is written"},
        {"//@ for i in 0...3\n//@ endfor\n", "x.c.in:1:"},
        {"//@ for in 0..3\n//@ endfor\n", "x.c.in:1: a loop is written"},
        {"//@ for i in 3\n//@ endfor\n", "x.c.in:1: a loop is written"},
        {"//@ for 3 in 0..3\n//@ endfor\n", "x.c.in:1: "},
        {"//@ for i in 0..3 step\n//@ endfor\n", "x.c.in:1:"},
        {"//@ for i in 0..i\n//@ endfor\n", "x.c.in:1:17: unknown name 'i'"},
        {"//@ for mr in 0..3\n//@ endfor\n", "x.c.in:1: the name 'mr'"},
        {"//@ for nr in 0..3\n//@ endfor\n", "x.c.in:1: the name 'nr'"},
        {"//@ for fn in 0..3\n//@ endfor\n", "x.c.in:1: the name 'fn'"},
        {"//@ for i in 0..3\n//@ for i in 0..3\n//@ endfor\n//@ endfor\n",
         "x.c.in:2: the name 'i' is already defined"},
        {"//@ let w = 1\n//@ let w = 2\n", "x.c.in:2: the name 'w' is already defined"},
        {"//@ let w\n", "x.c.in:1: a definition is written"},
        {"//@ for i in 0..3\n//@ endfor\n${i}\n", "x.c.in:3: 'i' is used outside of the block"},
        {"//@ if 1\n//@ let w = 1\n//@ else\n${w}\n//@ endif\n",
         "x.c.in:4: 'w' is used outside of the block"},
        {"//@ error no quotes\n", "x.c.in:1: a refusal is written"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_template *t = NULL;
        if (ts_template_parse(cases[i].text, "x.c.in", names, &t) != TS_EINPUT)
            fail_msg("accepted: %s", cases[i].text);
        assert_null(t);
        if (!strstr(ts_error(), cases[i].expected))
            fail_msg("expected \"%s\" in \"%s\"", cases[i].expected, ts_error());
    }
}

static void expansion_fails_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"a\n//@ if mr == 3\n//@ error \"mr=${mr} is too small\"\n//@ endif\n",
         "x.c.in:3: mr=3 is too small"},
        {"x${m}\n", "x.c.in:1:4: m is known only at run time in this template"},
        {"//@ if m > 3\n//@ endif\n", "x.c.in:1:8: m is known only at run time"},
        {"//@ for i in 0..m\n//@ endfor\n", "m is known only at run time"},
        {"//@ let w = m\n", "m is known only at run time"},
        {"a\n${1/(mr-3)}\n", "x.c.in:2:"},
        {"//@ for i in 0..mr step mr-3\n//@ endfor\n", "x.c.in:1: the step is 0"},
        {"//@ for i in 0..'x'\n//@ endfor\n", "x.c.in:1:"},
        {"//@ for i in 0..1000000000000\n//@ endfor\n", "x.c.in:1: more than 1048576 lines"},
        {"//@ for i in 0..1000000\n//@ for j in 0..1000000\n//@ endfor\n//@ endfor\n",
         "more than 1048576 lines"},
        {"//@ for i in 0..900000\na line of some length, many times\n//@ endfor\n",
         "x.c.in:2: the expansion exceeds 4 MiB"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_template *t = NULL;
        ts_str out = TS_STR_INIT;
        int rc = ts_template_parse(cases[i].text, "x.c.in", names, &t);
        if (rc == 0)
            rc = ts_template_render(t, values, "f", &out);
        if (rc != TS_EINPUT)
            fail_msg("%d for: %s", rc, cases[i].text);
        if (!strstr(ts_error(), cases[i].expected))
            fail_msg("expected \"%s\" in \"%s\"", cases[i].expected, ts_error());
        ts_template_free(t);
        ts_str_free(&out);
    }
}

static void ranges_end_at_the_largest_integer(void **state)
{
    (void)state;
    char *out = expanded("//@ for i in 9223372036854775806..9223372036854775807 step 5\n${i}\n//@ endfor\n");
    assert_string_equal(out, "9223372036854775806\n");
    free(out);
}

static void nesting_is_limited(void **state)
{
    (void)state;
    ts_str text = TS_STR_INIT;
    ts_template *t = NULL;
    for (int i = 0; i < 100000; i++)
        ts_str_append(&text, "//@ if 1\n");
    assert_int_equal(ts_template_parse(ts_str_text(&text), "x.c.in", names, &t), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "nested more than"));
    ts_str_free(&text);
}

static void files_are_loaded(void **state)
{
    (void)state;
    char *folder = NULL;
    int lock;
    ts_template *t = NULL;
    assert_int_equal(ts_template_load("/nonexistent/x.c.in", names, &t), TS_ENOTFOUND);
    assert_null(t);
    assert_int_equal(ts_scratch_open(&folder, &lock), 0);
    char *path = ts_asprintf("%s/x.c.in", folder);
    assert_int_equal(ts_file_write(path, "a\0b\n", 4), 0);
    assert_int_equal(ts_template_load(path, names, &t), TS_EINPUT);
    assert_int_equal(ts_file_write(path, "a\n${nosuch}\n", 12), 0);
    assert_int_equal(ts_template_load(path, names, &t), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "/x.c.in:2:3: "));
    assert_int_equal(ts_file_write(path, "${mr}\n", 6), 0);
    assert_int_equal(ts_template_load(path, names, &t), 0);
    ts_template_free(t);
    free(path);
    ts_scratch_close(folder, lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directives_expand),
        cmocka_unit_test(line_directives_name_the_template),
        cmocka_unit_test(output_is_appended),
        cmocka_unit_test(mistakes_are_told_with_their_line),
        cmocka_unit_test(expansion_fails_with_a_reason),
        cmocka_unit_test(ranges_end_at_the_largest_integer),
        cmocka_unit_test(nesting_is_limited),
        cmocka_unit_test(files_are_loaded),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
