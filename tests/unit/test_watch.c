/* A running session on the terminal: it fits, it says what is known, it tells a silent session from a live
 * one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "cli/watch.h"

static ts_live a_session(double *costs, size_t count)
{
    static char kernel[] = "gemm", type[] = "f32", problem[] = "m=64,n=64,k=64,ta=0", target[] = "host",
                strategy[] = "auto", best[] = "{\"kc\":64,\"mr\":6}", last[] = "{\"kc\":128,\"mr\":5}";
    ts_live live = {.session = 1,
                    .kernel = kernel,
                    .type = type,
                    .problem = problem,
                    .target = target,
                    .strategy = strategy,
                    .seconds = 12,
                    .flops = 1e9,
                    .best_cost = NAN};
    for (size_t i = 0; i < count; i++) {
        live.by_status[isnan(costs[i]) ? TS_STATUS_CRASHED : TS_STATUS_OK]++;
        if (!isnan(costs[i]) && !(live.best_cost <= costs[i]))
            live.best_cost = costs[i];
    }
    live.best = isnan(live.best_cost) ? NULL : best;
    live.last = count ? last : NULL;
    live.costs.items = costs;
    live.costs.count = count;
    return live;
}

static void every_line_fits(const char *text, size_t columns)
{
    while (*text) {
        size_t used = 0;
        for (; *text != '\n'; used++)
            text += ts_utf8_length(text);
        assert_true(used < columns);
        text++;
    }
}

static void the_picture_fits_any_terminal(void **state)
{
    (void)state;
    double costs[] = {NAN, 4e-3, 5e-3, NAN, 2e-3, 1e-3};
    ts_live live = a_session(costs, 6);
    for (int columns = 20; columns <= 200; columns += 20) {
        ts_str text = TS_STR_INIT;
        ts_watch_screen(&live, columns, true, &text);
        every_line_fits(ts_str_text(&text), (size_t)columns);
        ts_str_free(&text);
    }
}

static void it_tells_the_best_and_the_failures(void **state)
{
    (void)state;
    double costs[] = {NAN, 4e-3, 1e-3};
    ts_live live = a_session(costs, 3);
    ts_str text = TS_STR_INIT;
    ts_watch_screen(&live, 80, false, &text);
    assert_non_null(strstr(ts_str_text(&text), "3 tried, best 1000.0 GFLOP/s (1 ms); 1 crashed"));
    assert_non_null(strstr(ts_str_text(&text), "kc=64 mr=6"));
    assert_non_null(strstr(ts_str_text(&text), "running"));
    for (const char *c = ts_str_text(&text); *c; c++)
        assert_true((unsigned char)*c < 0x80); /* no blocks where the terminal doesn't know them */
    ts_str_free(&text);
}

static void nothing_yet_is_no_number(void **state)
{
    (void)state;
    ts_live live = a_session(NULL, 0);
    ts_str text = TS_STR_INIT;
    ts_watch_screen(&live, 80, true, &text);
    assert_non_null(strstr(ts_str_text(&text), "0 tried, best - GFLOP/s (-)"));
    assert_null(strstr(ts_str_text(&text), "nan"));
    ts_str_free(&text);
}

static void a_silent_session_may_be_dead(void **state)
{
    (void)state;
    double costs[] = {1e-3};
    ts_live live = a_session(costs, 1);
    ts_str text = TS_STR_INIT;
    live.silent = 200;
    ts_watch_line(&live, &text);
    assert_non_null(strstr(ts_str_text(&text), "was it killed?"));
    live.ended = true;
    ts_str_clear(&text);
    ts_watch_line(&live, &text);
    assert_null(strstr(ts_str_text(&text), "killed"));
    ts_str_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_picture_fits_any_terminal),
        cmocka_unit_test(it_tells_the_best_and_the_failures),
        cmocka_unit_test(nothing_yet_is_no_number),
        cmocka_unit_test(a_silent_session_may_be_dead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
