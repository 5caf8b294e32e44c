/* The bench's list of shapes, and how it judges: the parts that need no machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <unistd.h>

#include "bench/race/judge.c"
#include "bench/race/list.c"

static char path[] = "/tmp/tilesmith-list-XXXXXX";

static int read_text(const char *text, const char *only, const char *shapes, bench_list *out)
{
    *out = (bench_list){0};
    assert_int_equal(ts_file_write(path, text, strlen(text)), TS_OK);
    return bench_list_read(path, only, shapes, out);
}

static const char two[] =
    "# comment\n\n[sgemm] kernel=gemm type=f32 bar=1.08 floor=0.97 # more\nm=1,n=2\nm=3,n=4  \n"
    "[transpose] against=gcc_-O3\ntypical\n";

static void test_list(void **state)
{
    (void)state;
    bench_list list;
    assert_int_equal(read_text(two, NULL, NULL, &list), TS_OK);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0].name, "sgemm");
    assert_string_equal(list.items[0].kernel, "gemm");
    assert_string_equal(list.items[0].type, "f32");
    assert_true(list.items[0].bar == 1.08 && list.items[0].floor == 0.97);
    assert_int_equal(list.items[0].shapes.count, 2);
    assert_string_equal(list.items[0].shapes.items[1], "m=3,n=4");
    assert_string_equal(list.items[1].kernel, "transpose");
    assert_string_equal(list.items[1].against, "gcc -O3");
    bench_list_free(&list);
}

static void test_filters(void **state)
{
    (void)state;
    bench_list list;
    assert_int_equal(read_text(two, "x,gemm", "m=9,n=9;m=8,n=8", &list), TS_OK);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0].shapes.count, 2);
    assert_string_equal(list.items[0].shapes.items[1], "m=8,n=8");
    bench_list_free(&list);
    assert_int_equal(read_text(two, "gem", NULL, &list), TS_EINPUT); /* no part of a name */
    bench_list_free(&list);
}

static void test_bad_lines(void **state)
{
    (void)state;
    static const char *const bad[] = {"m=1\n", "[open kernel=gemm\n", "[a] colour=red\n", "[a] kernel\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bench_list list;
        assert_int_equal(read_text(bad[i], NULL, NULL, &list), TS_EINPUT);
        assert_non_null(strstr(ts_error(), ":1: expected"));
        bench_list_free(&list);
    }
}

static bench_contender runner(const char *name, double seconds)
{
    bench_contender c = {.state = BENCH_RUNS, .count = 5, .ours = strcmp(name, "ours") == 0};
    snprintf(c.name, sizeof c.name, "%s", name);
    for (int i = 0; i < c.count; i++)
        c.samples[i] = seconds;
    return c;
}

static bench_row judged(const bench_family *family, const bench_board *board)
{
    bench_problem p = {.family = family, .flops = 1};
    bench_row row;
    assert_int_equal(bench_judge(&p, board, &row), TS_OK);
    free(row.contenders);
    return row;
}

/* The fastest peer that is right counts; a wrong one never does, however fast. */
static void test_judge(void **state)
{
    (void)state;
    bench_family family = {.name = "f"};
    bench_board board = {.count = 5};
    board.contenders[0] = runner("ours", 2);
    board.contenders[1] = runner("slow", 6);
    board.contenders[2] = runner("fast", 3);
    board.contenders[3] = runner("wrong", 1);
    board.contenders[3].state = BENCH_WRONG;
    board.contenders[4] = (bench_contender){.name = "absent", .state = BENCH_ABSENT};
    bench_row row = judged(&family, &board);
    assert_string_equal(row.best, "fast");
    assert_float_equal(row.ratio.mid, 1.5, 1e-12);
    strcpy(family.against, "slow");
    row = judged(&family, &board);
    assert_float_equal(row.ratio.mid, 3, 1e-12);
    strcpy(family.against, "absent");
    row = judged(&family, &board);
    assert_true(isnan(row.ratio.mid) && isnan(row.best_peer));
    assert_string_equal(row.reason, "no peer did this");
    board.contenders[0].state = BENCH_WRONG;
    strcpy(board.contenders[0].reason, "off");
    row = judged(&family, &board);
    assert_string_equal(row.reason, "ours: off");
}

static void test_mean(void **state)
{
    (void)state;
    bench_family family = {.name = "f"}, other = {.name = "g"};
    bench_row items[] = {{.family = &family, .ratio = {1, 2, 3}},
                         {.family = &family, .ratio = {1, 0.5, 3}},
                         {.family = &family, .ratio = {NAN, NAN, NAN}},
                         {.family = &other, .ratio = {9, 9, 9}}};
    bench_rows rows = {items, 4, 4};
    double least;
    size_t count;
    assert_float_equal(bench_mean(&rows, &family, &least, &count), 1, 1e-12);
    assert_int_equal(count, 2);
    assert_true(least == 0.5);
    rows.count = 0;
    assert_true(isnan(bench_mean(&rows, &family, &least, &count)));
}

int main(void)
{
    close(mkstemp(path));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),  cmocka_unit_test(test_filters), cmocka_unit_test(test_bad_lines),
        cmocka_unit_test(test_judge), cmocka_unit_test(test_mean),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
