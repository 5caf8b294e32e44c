/* Opening databases good and bad, and the ladder. */
#include "runtime_fixture.h"
#include <math.h>
#include <stdbool.h>

static int setup(void **state)
{
    *state = fixture_open();
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

/* A runtime that must answer from the default rung, for the reason given, in status and why. */
static void assert_default(const char *database, const char *reason)
{
    ts_rt *rt = NULL;
    assert_int_equal(ts_rt_open(database, &rt), 0);
    assert_says(ts_rt_status(rt), reason);
    ts_rt_kernel k = find_gemm(rt, "f32", 64, 64, 64, 0, 0);
    assert_int_equal(k.rung, TS_RT_DEFAULT);
    assert_true(k.expected_seconds == 0 && k.workspace_bytes == 0);
    assert_says(k.why, "unmeasured");
    assert_says(k.why, reason);
    ts_rt_close(rt);
}

static void test_no_database(void **state)
{
    fixture *f = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/none.db", f->folder);
    assert_default(path, "cannot be read");
    setenv("TILESMITH_DB", path, 1);
    assert_default(NULL, "none.db");
    unsetenv("TILESMITH_DB");
    setenv("XDG_DATA_HOME", f->folder, 1);
    assert_default(NULL, "/tilesmith/tilesmith.db");
    unsetenv("XDG_DATA_HOME");
    assert_default("/", "/ is not");
}

static void test_not_a_database(void **state)
{
    fixture *f = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/text.db", f->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 200; i++)
        fputs("This is no database, however long one looks at it.\n", file);
    fclose(file);
    assert_default(path, "is it a Tilesmith database?");
}

static void test_foreign_and_newer(void **state)
{
    fixture *f = *state;
    fixture_add(f, (winner){.problem = "m=64,n=64,k=64,ta=0,tb=0", .letter = 'a'});
    fixture_sql(f, "PRAGMA user_version=999");
    assert_default(f->database, "update libtilesmith-rt");
    fixture_sql(f, "PRAGMA user_version=0");
    assert_default(f->database, "schema version is 0");
    fixture_sql(f, "PRAGMA user_version=1; PRAGMA application_id=7");
    assert_default(f->database, "not a Tilesmith database");
}

static void test_schema_without_the_view(void **state)
{
    fixture *f = *state;
    fixture_sql(f, "DROP VIEW runtime_winners");
    assert_default(f->database, "no such table: runtime_winners");
}

static void test_other_machines_are_never_used(void **state)
{
    fixture *f = *state;
    fixture_add(
        f, (winner){.problem = "m=64,n=64,k=64,ta=0,tb=0", .letter = 'a', .fingerprint = "0123456789abcdef"});
    assert_default(f->database, "no winner of this machine");
    assert_default(f->database, f->host.fingerprint);
}

static void test_untrusted_database(void **state)
{
    fixture *f = *state;
    fixture_add(f, (winner){.problem = "m=64,n=64,k=64,ta=0,tb=0", .letter = 'a'});
    assert_int_equal(chmod(f->database, 0666), 0);
    assert_default(f->database, "can be written by other users");
    assert_int_equal(chmod(f->database, 0644), 0);
    assert_int_equal(chmod(f->folder, 01777), 0);
    assert_default(f->database, "can be written by other users");
    assert_int_equal(chmod(f->folder, 0700), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(f->database, 65534, 65534), 0);
        assert_default(f->database, "belongs to another user");
        assert_int_equal(chown(f->database, 0, 0), 0);
    }
    ts_rt *rt = fixture_runtime(f);
    assert_int_equal(find_gemm(rt, "f32", 64, 64, 64, 0, 0).rung, TS_RT_EXACT);
    ts_rt_close(rt);
}

static void test_switched_off(void **state)
{
    fixture *f = *state;
    fixture_add(f, (winner){.problem = "m=64,n=64,k=64,ta=0,tb=0", .letter = 'a'});
    setenv("TILESMITH_RT", "off", 1);
    assert_default(f->database, "TILESMITH_RT=off");
    unsetenv("TILESMITH_RT");
}

static void test_malformed_rows(void **state)
{
    fixture *f = *state;
    const char *good = "m=64,n=64,k=64,ta=0,tb=0";
    const char *const problems[] = {
        "m=64,n=64,k=64",          "m=64,n=64,k=64,ta=0,tb=0,", "m=64,n=64,k=64,ta=0,tb=x",
        "m=64,n=64,k=64,m=0,tb=0", "m=-1,n=64,k=64,ta=0,tb=0",  "",
        "q=1,n=64,k=64,ta=0,tb=0", "m=64 n=64,k=64,ta=0,tb=0",  "m=99999999999999999999,n=1,k=1,ta=0,tb=0"};
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        fixture_add(f, (winner){.problem = problems[i], .letter = 'a'});
    fixture_add(f, (winner){.problem = good, .letter = 'a', .id = "../../../../etc/passwd"});
    fixture_add(f, (winner){.problem = good, .letter = 'a', .id = "ABCDEFABCDEFABCDEFABCDEFABCDEFAB"});
    fixture_add(f, (winner){.problem = good, .letter = 'a', .id = "abcdefabcdefabcdefabcdefabcdefabc"});
    fixture_add(f, (winner){.problem = good, .letter = 'a', .source = ""});
    fixture_add(f, (winner){.problem = good, .letter = 'a', .workspace = -1});
    fixture_sql(f, "INSERT INTO w(kernel, fingerprint, objective, threads, max_error) "
                   "SELECT 'gemm', fingerprint, 'time', 1, 0 FROM w LIMIT 1");
    assert_default(f->database, "15 malformed row(s) ignored");
}

/* One content hash that claims two prototypes is corrupt: the second must not be called with the wrong types.
 */
static void test_one_variant_for_two_prototypes(void **state)
{
    fixture *f = *state;
    fixture_add(f, (winner){.problem = "m=64,n=64,k=64,ta=0,tb=0", .letter = 'a'});
    fixture_add(f, (winner){.problem = "m=64,n=64,k=64,ta=0,tb=0", .letter = 'a', .type = "f64"});
    fixture_add(f, (winner){.problem = "m=64,n=64,k=64,ta=1,tb=0", .letter = 'a'});
    ts_rt *rt = fixture_runtime(f);
    assert_says(ts_rt_status(rt), "1 winner(s)");
    assert_says(ts_rt_status(rt), "2 malformed");
    assert_int_equal(find_gemm(rt, "f64", 64, 64, 64, 0, 0).rung, TS_RT_DEFAULT);
    assert_int_equal(find_gemm(rt, "f32", 64, 64, 64, 1, 0).rung, TS_RT_DEFAULT);
    ts_rt_close(rt);
}

/* ---- other kernels, other demands
 * -------------------------------------------------------------------------------------------- */

/* A function of two arguments that marks its output with the letter of its variant, and one that prepares. */
static void add_scale(fixture *f, const char *problem, char letter, int fixed_shape, bool prepares)
{
    char id[33];
    variant_id(letter, id);
    char *source = sqlite3_mprintf("#include <stdint.h>\n"
                                   "void ts_v_%s(int64_t rows, float *y) { y[rows - 1] = '%c'; }\n%s%s%s",
                                   id, letter, prepares ? "void ts_v_" : "", prepares ? id : "",
                                   prepares ? "_prepare(int64_t rows, float *y) { y[0] = rows; }\n" : "");
    fixture_add(f, (winner){.kernel = "scale",
                            .problem = problem,
                            .letter = letter,
                            .source = source,
                            .fixed_shape = fixed_shape,
                            .arguments = "rows"});
    sqlite3_free(source);
}

typedef void scale_fn(int64_t rows, float *y);

static ts_rt_kernel find_scale(ts_rt *rt, int64_t mode, int64_t rows, char letter)
{
    const int64_t dims[] = {mode, rows};
    ts_rt_kernel found;
    float y[4096] = {0};
    if (ts_rt_find(rt, "scale", "f32", dims, 2, &found) != 0)
        fail_msg("mode=%d,rows=%d: %s", (int)mode, (int)rows, found.why);
    ((scale_fn *)found.function)(rows, y);
    assert_int_equal((char)y[rows - 1], letter);
    return found;
}

/* Which dimensions are arguments is read from the database: a type of problem may come first. */
static void test_other_kernels(void **state)
{
    fixture *f = *state;
    add_scale(f, "mode=0,rows=64", 'a', 0, false);
    add_scale(f, "mode=0,rows=2048", 'b', 1, true);
    add_scale(f, "mode=1,rows=64", 'c', 0, false);
    ts_rt *rt = fixture_runtime(f);
    assert_int_equal(find_scale(rt, 0, 64, 'a').rung, TS_RT_EXACT);
    assert_int_equal(find_scale(rt, 0, 100, 'a').rung, TS_RT_NEAREST);
    assert_int_equal(find_scale(rt, 0, 4096, 'a').rung, TS_RT_FAMILY); /* b serves one shape only */
    assert_int_equal(find_scale(rt, 1, 65, 'c').rung, TS_RT_NEAREST);
    assert_null(find_scale(rt, 0, 64, 'a').prepare);
    ts_rt_kernel found = find_scale(rt, 0, 2048, 'b');
    float first[2048] = {0};
    assert_non_null(found.prepare);
    ((scale_fn *)found.prepare)(2048, first);
    assert_true(first[0] == 2048);
    const int64_t other_mode[] = {2, 64};
    assert_int_equal(ts_rt_find(rt, "scale", "f32", other_mode, 2, &found), -1);
    assert_says(found.why, "not measured");
    ts_rt_close(rt);
}

/* Winners of more threads or of a looser result answer only who asks for them; then the fastest does. */
static void test_only_what_was_asked_for(void **state)
{
    fixture *f = *state;
    const char *problem = "m=64,n=64,k=64,ta=0,tb=0", *small = "m=8,n=8,k=8,ta=0,tb=0";
    fixture_add(f, (winner){.problem = problem, .letter = 'a', .seconds = 3e-3});
    fixture_add(f, (winner){.problem = problem, .letter = 'b', .seconds = 2e-3, .threads = 2});
    fixture_add(f, (winner){.problem = problem, .letter = 'c', .seconds = 1e-3, .max_error = 1e-4});
    fixture_add(f, (winner){.problem = small, .letter = 'd', .seconds = 1e-6});
    fixture_add(f, (winner){.problem = small, .letter = 'e', .seconds = 2e-6, .threads = 2});
    const struct {
        int threads;
        double max_error;
        char large, little;
    } asked[] = {
        {0, 0, 'a', 'd'}, {1, 0, 'a', 'd'}, {2, 0, 'b', 'd'}, {1, 1e-5, 'a', 'd'}, {4, 1e-3, 'c', 'd'}};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        ts_rt *rt = NULL;
        ts_rt_options options = {
            .database = f->database, .threads = asked[i].threads, .max_error = asked[i].max_error};
        assert_int_equal(ts_rt_open_with(&options, &rt), 0);
        ts_rt_kernel found = find_gemm(rt, "f32", 64, 64, 64, 0, 0);
        assert_int_equal(marker_of(&found), asked[i].large);
        assert_int_equal(found.threads, asked[i].large == 'b' ? 2 : 1);
        assert_true(found.max_error == (asked[i].large == 'c' ? 1e-4 : 0));
        found = find_gemm(rt, "f32", 8, 8, 8, 0, 0);
        assert_int_equal(marker_of(&found), asked[i].little);
        ts_rt_close(rt);
    }
}

/* ---- the ladder
 * -------------------------------------------------------------------------------------------- */

static void assert_answer(ts_rt *rt, int64_t m, int64_t n, int64_t k, ts_rt_rung rung, char letter)
{
    ts_rt_kernel found = find_gemm(rt, "f32", m, n, k, 0, 0);
    if (found.rung != rung || (rung != TS_RT_DEFAULT && marker_of(&found) != letter))
        fail_msg("%dx%dx%d: rung %d not %d, %c; %s", (int)m, (int)n, (int)k, found.rung, rung, letter,
                 found.why);
    ts_rt_kernel again = find_gemm(rt, "f32", m, n, k, 0, 0);
    assert_memory_equal(&found, &again, sizeof found);
    assert_true((found.expected_seconds > 0) == (rung == TS_RT_EXACT));
}

static void add_ladder(fixture *f)
{
    fixture_add(
        f, (winner){.problem = "m=64,n=64,k=64,ta=0,tb=0", .letter = 'a', .seconds = 2e-6, .flops = 5e5});
    fixture_add(f, (winner){.problem = "m=128,n=128,k=128,ta=0,tb=0", .letter = 'a', .flops = 4e6});
    fixture_add(f, (winner){.problem = "m=1024,n=64,k=1024,ta=0,tb=0", .letter = 'b', .flops = 1e8});
    fixture_add(f, (winner){.problem = "m=64,n=1024,k=1024,ta=0,tb=0", .letter = 'c', .flops = 1e8});
    fixture_add(
        f, (winner){.problem = "m=8,n=8,k=8,ta=0,tb=0", .letter = 'd', .fixed_shape = 1, .workspace = 128});
}

static void test_ladder(void **state)
{
    fixture *f = *state;
    add_ladder(f);
    ts_rt *rt = fixture_runtime(f);
    assert_answer(rt, 64, 64, 64, TS_RT_EXACT, 'a');
    assert_answer(rt, 8, 8, 8, TS_RT_EXACT, 'd');
    assert_answer(rt, 8, 8, 9, TS_RT_NEAREST,
                  'a'); /* not the fixed shape beside it: 64 is a factor of 8 away */
    assert_answer(rt, 1000, 65, 1000, TS_RT_NEAREST, 'b'); /* skinny one way… */
    assert_answer(rt, 65, 1000, 1000, TS_RT_NEAREST,
                  'c'); /* …is not skinny the other, though the volume is the same */
    assert_answer(rt, 1024, 512, 1024, TS_RT_NEAREST, 'b');
    assert_answer(rt, 1024, 513, 1025, TS_RT_FAMILY,
                  'a'); /* 513/64 is beyond a factor of 8, and 1025/128 too */
    assert_answer(rt, 4, 4, 4, TS_RT_FAMILY, 'a');
    assert_answer(rt, 100000, 4, 4, TS_RT_FAMILY, 'a');
    assert_answer(rt, 0, 0, 0, TS_RT_FAMILY, 'a');
    ts_rt_kernel exact = find_gemm(rt, "f32", 64, 64, 64, 0, 0);
    assert_true(fabs(exact.expected_seconds - 2e-6) < 1e-12);
    assert_says(exact.why, "m=64,n=64,k=64");
    assert_says(find_gemm(rt, "f32", 4, 4, 4, 0, 0).why, "2 of 5 measured shapes");
    assert_int_equal(find_gemm(rt, "f32", 8, 8, 8, 0, 0).workspace_bytes, 128);
    ts_rt_close(rt);
}

static void test_a_general_variant_stands_for_a_fixed_winner(void **state)
{
    fixture *f = *state;
    fixture_add(f, (winner){.problem = "m=64,n=64,k=64,ta=0,tb=0", .letter = 'a', .fixed_shape = 1});
    fixture_beside(f, "m=64,n=64,k=64,ta=0,tb=0", 'b');
    ts_rt *rt = fixture_runtime(f);
    assert_answer(rt, 64, 64, 64, TS_RT_EXACT, 'a');
    assert_answer(rt, 65, 64, 64, TS_RT_NEAREST, 'b');
    assert_answer(rt, 4096, 64, 64, TS_RT_FAMILY, 'b');
    assert_says(find_gemm(rt, "f32", 65, 64, 64, 0, 0).why, "variant bbbbbbbb");
    assert_says(find_gemm(rt, "f32", 4096, 64, 64, 0, 0).why, "1 of 1 measured shapes");
    ts_rt_close(rt);
}

/* The winner still serves its own shape; the others get the code that is always there, and are told why. */
static void test_a_general_variant_that_does_not_compile(void **state)
{
    fixture *f = *state;
    fixture_add(f, (winner){.problem = "m=64,n=64,k=64,ta=0,tb=0", .letter = 'a', .fixed_shape = 1});
    fixture_beside(f, "m=64,n=64,k=64,ta=0,tb=0", 'b');
    fixture_sql(f, "UPDATE beside SET compiler = '/nowhere/cc'");
    ts_rt *rt = fixture_runtime(f);
    assert_answer(rt, 64, 64, 64, TS_RT_EXACT, 'a');
    assert_answer(rt, 65, 64, 64, TS_RT_DEFAULT, 0);
    assert_says(find_gemm(rt, "f32", 65, 64, 64, 0, 0).why, "/nowhere/cc");
    ts_rt_close(rt);
}

static void test_types_of_problem_never_mix(void **state)
{
    fixture *f = *state;
    add_ladder(f);
    fixture_add(f, (winner){.problem = "m=64,n=64,k=64,ta=1,tb=0", .letter = 'e'});
    ts_rt *rt = fixture_runtime(f);
    assert_int_equal(find_gemm(rt, "f32", 64, 64, 64, 0, 1).rung, TS_RT_DEFAULT);
    ts_rt_kernel transposed = find_gemm(rt, "f32", 65, 64, 64, 1, 0);
    assert_int_equal(transposed.rung, TS_RT_NEAREST);
    assert_int_equal(marker_of(&transposed), 'e');
    assert_int_equal(find_gemm(rt, "f64", 64, 64, 64, 0, 0).rung, TS_RT_DEFAULT);
    ts_rt_close(rt);
}

/* More shapes than the cache of unmeasured shapes has slots: evicted ones are answered as before, and nothing
 * grows wrong. */
static void test_many_shapes(void **state)
{
    fixture *f = *state;
    add_ladder(f);
    ts_rt *rt = fixture_runtime(f);
    const char *why = find_gemm(rt, "f32", 65, 64, 64, 0, 0).why;
    for (int round = 0; round < 2; round++)
        for (int64_t m = 33; m < 90; m++)
            for (int64_t n = 33; n < 90; n++)
                assert_int_equal(find_gemm(rt, "f32", m, n, 70, 0, 0).rung, TS_RT_NEAREST);
    assert_ptr_equal(find_gemm(rt, "f32", 65, 64, 64, 0, 0).why, why);
    ts_rt_close(rt);
}

static void test_bad_lookups(void **state)
{
    fixture *f = *state;
    fixture_add(f, (winner){.problem = "n=5,c=3", .letter = 'a', .kernel = "blur"});
    fixture_add(f, (winner){.problem = "c=4,n=5", .letter = 'b', .kernel = "blur"});
    ts_rt *rt = fixture_runtime(f);
    const int64_t dims[] = {5, 3, 3, 2, 0}, negative[] = {5, -3, 3, 0, 0}, measured[] = {5, 4};
    ts_rt_kernel k;
    assert_int_equal(ts_rt_find(rt, "gemm", "f32", dims, 3, &k), -1);
    assert_says(k.why, "five dimensions");
    assert_int_equal(ts_rt_find(rt, "gemm", "f32", dims, 5, &k), -1);
    assert_says(k.why, "neither 0 nor 1");
    assert_int_equal(ts_rt_find(rt, "gemm", "f32", negative, 5, &k), -1);
    assert_says(k.why, "negative");
    assert_int_equal(ts_rt_find(rt, "gemm", "f16", dims, 5, &k), -1);
    assert_null(k.function);
    assert_int_equal(ts_rt_find(rt, "gem", "f32", dims, 5, &k), -1);
    assert_int_equal(ts_rt_find(rt, NULL, "f32", dims, 5, &k), -1);
    assert_int_equal(ts_rt_find(NULL, "gemm", "f32", dims, 5, &k), -1);
    assert_int_equal(ts_rt_find(rt, "gemm", "f32", dims, 5, NULL), -1);
    /* A kernel without a default: measured shapes only, dimensions in the order of its first problem. */
    assert_int_equal(ts_rt_find(rt, "blur", "f32", (int64_t[]){4, 5}, 2, &k), 0);
    assert_int_equal(k.rung, TS_RT_EXACT);
    assert_int_equal(ts_rt_find(rt, "blur", "f32", measured, 2, &k), -1);
    assert_says(k.why, "not measured");
    assert_int_equal(ts_rt_find(rt, "blur", "f32", dims, 5, &k), -1);
    ts_rt_close(rt);
    ts_rt_close(NULL);
    assert_int_equal(ts_rt_open(f->database, NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_no_database, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_a_database, setup, teardown),
        cmocka_unit_test_setup_teardown(test_foreign_and_newer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_schema_without_the_view, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_machines_are_never_used, setup, teardown),
        cmocka_unit_test_setup_teardown(test_untrusted_database, setup, teardown),
        cmocka_unit_test_setup_teardown(test_switched_off, setup, teardown),
        cmocka_unit_test_setup_teardown(test_malformed_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_variant_for_two_prototypes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_kernels, setup, teardown),
        cmocka_unit_test_setup_teardown(test_only_what_was_asked_for, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ladder, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_general_variant_stands_for_a_fixed_winner, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_general_variant_that_does_not_compile, setup, teardown),
        cmocka_unit_test_setup_teardown(test_types_of_problem_never_mix, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_shapes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_lookups, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
