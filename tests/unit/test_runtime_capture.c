/* Capture: what was called, in a file that processes share; and the plan that the tuner makes of it. */
#include "core/capture.h"
#include "runtime/capture_line.h"
#include "runtime/internal.h"
#include "runtime_fixture.h"
#include "tilesmith_plugin.h"
#include "tune/capture.h"
#include <sys/wait.h>

typedef struct scene {
    fixture *f;
    char path[128];
} scene;

static int setup(void **state)
{
    scene *s = calloc(1, sizeof *s);
    s->f = fixture_open();
    fixture_add(s->f, (winner){.problem = "rows=64", .letter = 'a', .kernel = "scale", .arguments = "rows"});
    snprintf(s->path, sizeof s->path, "%s/calls.txt", s->f->folder);
    setenv("TILESMITH_CAPTURE", s->path, 1);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    scene *s = *state;
    unsetenv("TILESMITH_CAPTURE");
    fixture_close(s->f);
    free(s);
    return 0;
}

static void multiply(ts_rt *rt, int64_t size, int times)
{
    static float a[32 * 32], c[32 * 32];
    for (int i = 0; i < times; i++)
        assert_int_equal(ts_rt_gemm_f32(rt, size, size, size, 1, a, size, a, size, 0, c, size), 0);
}

/* A program's worth of calls. */
static void work(const scene *s)
{
    ts_rt *rt = fixture_runtime(s->f);
    ts_rt_kernel k;
    const int64_t rows[] = {64};
    multiply(rt, 8, 3);
    multiply(rt, 32, 5);
    for (int i = 0; i < 7; i++)
        assert_int_equal(ts_rt_find(rt, "scale", "f32", rows, 1, &k), 0);
    ts_rt_close(rt);
}

static const ts_capture_shape *shape_of(const ts_capture *c, const char *problem)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->shapes[i].problem, problem) == 0)
            return &c->shapes[i];
    fail_msg("%s was not captured", problem);
    return NULL;
}

static ts_capture load(const scene *s)
{
    ts_capture c;
    if (ts_capture_load(s->path, &c) != TS_OK)
        fail_msg("%s", ts_error());
    return c;
}

static void assert_times(const scene *s, uint64_t times)
{
    ts_capture c = load(s);
    const ts_capture_shape *small = shape_of(&c, "m=8,n=8,k=8,ta=0,tb=0"),
                           *large = shape_of(&c, "m=32,n=32,k=32,ta=0,tb=0"),
                           *scale = shape_of(&c, "rows=64");
    assert_int_equal(small->calls, 3 * times);
    assert_int_equal(large->calls, 5 * times);
    assert_string_equal(large->kernel, "gemm");
    assert_true(small->seconds > 0 && large->seconds > 0);
    assert_int_equal(scale->lookups, 7 * times);
    assert_int_equal(scale->calls, 0);
    assert_true(scale->seconds == 0);
    assert_int_equal(c.count, 3);
    ts_capture_clear(&c);
}

static void test_written_and_added_to(void **state)
{
    scene *s = *state;
    work(s);
    assert_times(s, 1);
    work(s);
    assert_times(s, 2);
}

static void test_processes_at_once(void **state)
{
    scene *s = *state;
    enum { CHILDREN = 8 };
    pid_t pids[CHILDREN];
    for (int i = 0; i < CHILDREN; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            work(s);
            _exit(0);
        }
    }
    for (int i = 0; i < CHILDREN; i++) {
        int status;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_times(s, CHILDREN);
}

/* Asking to write now and closing later count each call once. */
static void test_written_early(void **state)
{
    scene *s = *state;
    ts_rt *rt = fixture_runtime(s->f);
    multiply(rt, 8, 4);
    assert_int_equal(ts_rt_learn(rt, NULL), 0);
    multiply(rt, 8, 2);
    ts_rt_close(rt);
    ts_capture c = load(s);
    assert_int_equal(shape_of(&c, "m=8,n=8,k=8,ta=0,tb=0")->calls, 6);
    ts_capture_clear(&c);
}

static double late_clock(void)
{
    static double now = 1e9; /* a minute passes with each look */
    return now += 61;
}

/* A program that never closes its runtime leaves what it called until a minute ago. */
static void test_written_every_minute(void **state)
{
    scene *s = *state;
    ts_rt *rt = fixture_runtime(s->f);
    rt->clock = late_clock;
    multiply(rt, 8, 3);
    ts_capture c = load(s);
    assert_int_equal(shape_of(&c, "m=8,n=8,k=8,ta=0,tb=0")->calls, 3);
    ts_capture_clear(&c);
    ts_rt_close(rt);
}

static void test_not_over_something_else(void **state)
{
    scene *s = *state;
    FILE *file = fopen(s->path, "w");
    assert_non_null(file);
    fputs("a letter to my mother\n", file);
    fclose(file);
    ts_rt *rt = fixture_runtime(s->f);
    multiply(rt, 8, 1);
    const char *why;
    assert_int_equal(ts_rt_learn(rt, &why), -1);
    assert_says(why, "left alone");
    ts_rt_close(rt);
    char line[64];
    file = fopen(s->path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    assert_string_equal(line, "a letter to my mother\n");
    setenv("TILESMITH_RT", "readonly", 1);
    assert_int_equal(unlink(s->path), 0);
    rt = fixture_runtime(s->f);
    multiply(rt, 8, 1);
    ts_rt_close(rt);
    unsetenv("TILESMITH_RT");
    assert_int_equal(access(s->path, F_OK), -1);
}

/* ---- reading
 * ------------------------------------------------------------------------------------------------ */

static void test_lines(void **state)
{
    (void)state;
    const struct {
        const char *line;
        int kind;
    } cases[] = {
        {"gemm f32 m=1,n=2 calls=3 lookups=4 seconds=0.5", 1},
        {"gemm f32 m=1 calls=3 later=x", 1},
        {"", 0},
        {"# text", 0},
        {"tilesmith-capture 1", 0},
        {"gemm f32", -1},
        {"gemm f32 m", -1},
        {"gemm f32 m=1 calls=-1", -1},
        {"gemm f32 m=1 calls=18446744073709551616", -1},
        {"gemm f32 m=1 seconds=nan", -1},
        {"gemm f32 m=1 seconds=1e999", -1},
        {"gemm f32 m=1  calls=1", -1},
        {"gemm f32 m=1 calls", -1},
        {"g\x01mm f32 m=1", -1},
    };
    tsrt_captured c;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (tsrt_capture_parse(cases[i].line, &c) != cases[i].kind)
            fail_msg("'%s'", cases[i].line);
}

static void write_capture(const scene *s, const char *text)
{
    FILE *file = fopen(s->path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_plan_weighs_by_time(void **state)
{
    scene *s = *state;
    ts_capture_plan p;
    write_capture(s,
                  "tilesmith-capture 1\n"
                  "gemm f32 m=8,n=8,k=8 calls=10 lookups=0 seconds=1\n"
                  "gemm f32 m=9,n=9,k=9 calls=10 lookups=0 seconds=6\n"
                  "softmax f32 rows=4 calls=0 lookups=5 seconds=0\n" /* 5 calls as long as the mean of 20 */
                  "gemm f64 m=8,n=8,k=8 calls=1 lookups=0 seconds=0.01\n");
    assert_int_equal(ts_capture_plan_load(s->path, NULL, NULL, &p), TS_OK);
    assert_int_equal(p.count, 2);
    assert_int_equal(p.left_out, 1);
    assert_string_equal(p.groups[0].kernel, "gemm");
    assert_string_equal(p.groups[0].shapes[0], "m=9,n=9,k=9");
    assert_true(p.groups[0].weights[0] > 5.9 * p.groups[0].weights[1]);
    assert_null(p.groups[0].shapes[2]);
    assert_string_equal(p.groups[1].kernel, "softmax");
    assert_true(p.groups[0].share + p.groups[1].share + p.left_out_share > 0.999);
    ts_capture_plan_clear(&p);
    assert_int_equal(ts_capture_plan_load(s->path, "gemm", "f64", &p), TS_OK);
    assert_true(p.groups[0].share == 1);
    ts_capture_plan_clear(&p);
    assert_int_equal(ts_capture_plan_load(s->path, "spmv", NULL, &p), TS_ENOTFOUND);
    assert_says(ts_error(), "spmv");
}

static void test_bad_files_name_the_line(void **state)
{
    scene *s = *state;
    ts_capture c;
    write_capture(s, "tilesmith-capture 1\ngemm f32 m=1 calls=1\nnonsense\n");
    assert_int_equal(ts_capture_load(s->path, &c), TS_EINPUT);
    assert_says(ts_error(), "calls.txt:3");
    write_capture(s, "");
    assert_int_equal(ts_capture_load(s->path, &c), TS_EINPUT);
    assert_says(ts_error(), "TILESMITH_CAPTURE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_written_and_added_to, setup, teardown),
        cmocka_unit_test_setup_teardown(test_processes_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_written_early, setup, teardown),
        cmocka_unit_test_setup_teardown(test_written_every_minute, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_over_something_else, setup, teardown),
        cmocka_unit_test(test_lines),
        cmocka_unit_test_setup_teardown(test_plan_weighs_by_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_files_name_the_line, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
