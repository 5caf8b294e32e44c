/* The progress line: what it says, and that it fits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cli/progress.h"
#include <math.h>
#include <string.h>

static const ts_tune_progress busy = {
    .phase = "search",
    .problem = "f32 m=512,n=512,k=512",
    .shape = 1,
    .shapes = 4,
    .evaluations = 128,
    .by_status = {[TS_STATUS_OK] = 124, [TS_STATUS_WRONG] = 3, [TS_STATUS_COMPILE_FAILED] = 1},
    .fraction = 0.415,
    .seconds_left = 92,
    .best_seconds = 1e-3,
    .best_rate = 214.3e9,
    .bound_rate = 231e9,
};

static void a_wide_terminal_shows_all(void **state)
{
    (void)state;
    ts_str line = TS_STR_INIT;
    ts_progress_line(&busy, 200, &line);
    assert_string_equal(
        ts_str_text(&line),
        "[####......]   41 %  search 2/4  f32 m=512,n=512,k=512  best 214.3 GFLOP/s (92.8 %)  "
        "128 tried  3 wrong, 1 compile failed  1:32 left");
    ts_str_free(&line);
}

static void every_width_fits(void **state)
{
    (void)state;
    for (int columns = 0; columns < 200; columns++) {
        ts_str line = TS_STR_INIT;
        ts_progress_line(&busy, columns, &line);
        assert_true(line.length < (size_t)(columns > 1 ? columns : 2));
        ts_str_free(&line);
    }
}

static void eighty_columns_keep_the_best(void **state)
{
    (void)state;
    ts_str line = TS_STR_INIT;
    ts_progress_line(&busy, 80, &line);
    assert_non_null(strstr(ts_str_text(&line), "best 214.3 GFLOP/s (92.8 %)"));
    assert_non_null(strstr(ts_str_text(&line), "1:32 left"));
    assert_non_null(strstr(ts_str_text(&line), "41 %"));
    ts_str_free(&line);
}

static void nothing_known_says_nothing(void **state)
{
    (void)state;
    ts_tune_progress start = {.phase = "detect",
                              .problem = "",
                              .seconds_left = NAN,
                              .best_rate = NAN,
                              .bound_rate = NAN,
                              .fraction = NAN};
    ts_str line = TS_STR_INIT;
    ts_progress_plain(&start, &line);
    assert_string_equal(ts_str_text(&line), "  0 % detect");
    ts_str_free(&line);
}

static void the_plain_line_has_the_facts(void **state)
{
    (void)state;
    ts_str line = TS_STR_INIT;
    ts_progress_plain(&busy, &line);
    assert_string_equal(ts_str_text(&line),
                        " 41 % search 2/4: f32 m=512,n=512,k=512, 128 tried, 3 wrong, 1 compile failed, best "
                        "214.3 GFLOP/s (92.8 %), 1:32 left");
    ts_str_free(&line);
}

static void an_unknown_peak_gives_no_percentage(void **state)
{
    (void)state;
    ts_tune_progress now = busy;
    now.bound_rate = NAN;
    ts_str line = TS_STR_INIT;
    ts_progress_line(&now, 200, &line);
    assert_non_null(strstr(ts_str_text(&line), "best 214.3 GFLOP/s  "));
    ts_str_free(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wide_terminal_shows_all),    cmocka_unit_test(every_width_fits),
        cmocka_unit_test(eighty_columns_keep_the_best), cmocka_unit_test(nothing_known_says_nothing),
        cmocka_unit_test(the_plain_line_has_the_facts), cmocka_unit_test(an_unknown_peak_gives_no_percentage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
