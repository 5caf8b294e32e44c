/* Tables, wrapped text, numbers for people, JSON nulls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cli/output.h"
#include "tilesmith_plugin.h"
#include "util/str.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *printed(ts_table *table)
{
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    assert_int_equal(ts_table_print(table, stream), TS_OK);
    fclose(stream);
    return text;
}

static void columns_are_as_wide_as_their_cells(void **state)
{
    (void)state;
    ts_table *table = ts_table_new("shape|>GFLOP/s|note");
    ts_table_cell(table, "%s", "m=1");
    ts_table_cell(table, "%.1f", 2.5);
    ts_table_cell(table, "%s", "first");
    ts_table_note(table, "below the row");
    ts_table_cell(table, "%s", "m=1000");
    ts_table_cell(table, "%.1f", 123456.5);
    ts_table_cell(table, "%s", "");
    char *text = printed(table);
    assert_string_equal(text, "shape    GFLOP/s  note\n"
                              "m=1          2.5  first\n"
                              "    below the row\n"
                              "m=1000  123456.5  \n");
    free(text);
}

static void a_row_may_be_short(void **state)
{
    (void)state;
    ts_table *table = ts_table_new("a|b");
    ts_table_cell(table, "x");
    char *text = printed(table);
    assert_string_equal(text, "a  b\nx  \n");
    free(text);
}

static void width_counts_characters(void **state)
{
    (void)state;
    ts_table *table = ts_table_new("name|>n");
    ts_table_cell(table, "%s", "Lourenço");
    ts_table_cell(table, "1");
    ts_table_cell(table, "%s", "Lourenco");
    ts_table_cell(table, "1");
    char *text = printed(table);
    assert_string_equal(text, "name      n\nLourenço  1\nLourenco  1\n");
    free(text);
}

static void text_wraps_between_words(void **state)
{
    (void)state;
    ts_str out = TS_STR_INIT;
    ts_wrap(&out, "one two three\n\n  - four five six", 1, 10);
    assert_string_equal(ts_str_text(&out), " one two\n three\n\n   - four\n   five\n   six\n");
    ts_str_clear(&out);
    ts_wrap(&out, "a-word-that-is-too-long", 0, 10);
    assert_string_equal(ts_str_text(&out), "a-word-that-is-too-long\n");
    ts_str_free(&out);
}

static void numbers_for_people(void **state)
{
    (void)state;
    char text[TS_HUMAN];
    assert_string_equal(ts_human_seconds(NAN, text), "-");
    assert_string_equal(ts_human_seconds(12.5e-9, text), "12.5 ns");
    assert_string_equal(ts_human_seconds(1.24e-3, text), "1.24 ms");
    assert_string_equal(ts_human_seconds(38.2, text), "38.2 s");
    assert_string_equal(ts_human_seconds(125, text), "2 min 05 s");
    assert_string_equal(ts_human_seconds(7265, text), "2 h 01 min");
    assert_string_equal(ts_human_gflops(214.34e9, text), "214.3");
    assert_string_equal(ts_human_gflops(1.234e9, text), "1.23");
    assert_string_equal(ts_human_gflops(INFINITY, text), "-");
    assert_string_equal(ts_human_count(0, text), "0");
    assert_string_equal(ts_human_count(999, text), "999");
    assert_string_equal(ts_human_count(1234567, text), "1,234,567");
    assert_string_equal(ts_human_count(1.2e12, text), "1.2e+12");
    assert_string_equal(ts_human_bytes(2 << 20, text), "2 MiB");
    assert_string_equal(ts_human_bytes(48 << 10, text), "48 KiB");
    assert_string_equal(ts_human_bytes(NAN, text), "-");
    assert_string_equal(ts_human_percent(0.928, text), "92.8 %");
    assert_string_equal(ts_human_percent(NAN, text), "-");
}

static void switches_that_are_off_are_not_shown(void **state)
{
    (void)state;
    char text[TS_HUMAN_PROBLEM];
    assert_string_equal(ts_human_problem("m=64,n=64,k=60,ta=0,tb=0", text), "m=64,n=64,k=60");
    assert_string_equal(ts_human_problem("m=64,ta=0,tb=1", text), "m=64,ta=0,tb=1");
    assert_string_equal(ts_human_problem("ta=0", text), "ta=0");
    assert_string_equal(ts_human_problem("", text), "");
}

static void unmeasured_is_null(void **state)
{
    (void)state;
    json_t *nan_json = ts_json_real(NAN), *real = ts_json_real(2), *text = ts_json_text(NULL);
    assert_true(json_is_null(nan_json));
    assert_true(json_is_real(real));
    assert_true(json_is_null(text));
    json_decref(nan_json);
    json_decref(real);
    json_decref(text);
}

static void a_file_has_no_colours(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_string_equal(ts_style_on(file, TS_STYLE_BOLD), "");
    assert_int_equal(ts_columns(file), 80);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_cells),
        cmocka_unit_test(a_row_may_be_short),
        cmocka_unit_test(width_counts_characters),
        cmocka_unit_test(text_wraps_between_words),
        cmocka_unit_test(numbers_for_people),
        cmocka_unit_test(switches_that_are_off_are_not_shown),
        cmocka_unit_test(unmeasured_is_null),
        cmocka_unit_test(a_file_has_no_colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
