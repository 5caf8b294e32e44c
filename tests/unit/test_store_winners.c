/* The store: winners, their history, and what is kept beside them. */
#include "store_fixture.h"

static void test_winners_of_other_conditions_are_kept_beside(void **state)
{
    fixture *f = *state;
    ts_store *s;
    ts_winner *rows;
    size_t count;
    static char by[] = "L2 bandwidth";
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    int64_t session = fixture_session(f, s);
    ts_winner plain = fixture_winner(2e-3), allowed = fixture_winner(1e-3), threads = fixture_winner(1.5e-3);
    allowed.max_error = 1e-3;
    allowed.deviation = 0.5e-3;
    allowed.bytes = 3 << 20;
    allowed.bound = 0.8e-3;
    allowed.bound_by = by;
    threads.threads = 2;
    plain.bytes = plain.bound = plain.deviation = NAN;
    check(ts_store_winner_put(s, session, &allowed));
    check(ts_store_winner_put(s, session, &threads));
    check(ts_store_winner_put(s, session, &plain));
    check(ts_store_winners(s, NULL, NULL, &rows, &count));
    assert_int_equal(count, 3);
    assert_int_equal(rows[0].threads, 1);
    assert_float_equal(rows[0].max_error, 0, 0);
    assert_true(isnan(rows[0].bytes) && isnan(rows[0].bound) && isnan(rows[0].deviation));
    assert_null(rows[0].bound_by);
    assert_float_equal(rows[1].max_error, 1e-3, 0);
    assert_float_equal(rows[1].deviation, 0.5e-3, 0);
    assert_true(rows[1].bytes == 3 << 20);
    assert_float_equal(rows[1].bound, 0.8e-3, 0);
    assert_string_equal(rows[1].bound_by, by);
    assert_int_equal(rows[2].threads, 2);
    for (size_t i = 0; i < count; i++)
        ts_winner_clear(&rows[i]);
    free(rows);
    ts_store_close(s);
}

static void test_winners(void **state)
{
    fixture *f = *state;
    ts_store *s;
    ts_winner *rows;
    size_t count;
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    int64_t session = fixture_session(f, s);
    fixture_result(f, s, session, 6, TS_STATUS_OK, 2e-3);
    ts_winner first = fixture_winner(2e-3), second = fixture_winner(1e-3);
    check(ts_store_winner_put(s, session, &first));
    check(ts_store_winner_put(s, session, &second));
    check(ts_store_winners(s, NULL, NULL, &rows, &count));
    assert_int_equal(count, 1);
    assert_float_equal(rows[0].seconds, 1e-3, 0);
    assert_float_equal(rows[0].lo, 0.9e-3, 1e-12);
    assert_true(isnan(rows[0].peak));
    assert_true(rows[0].huge_pages);
    assert_false(rows[0].fixed_shape);
    assert_int_equal(rows[0].workspace_bytes, 4096);
    assert_int_equal(rows[0].evaluations, 42);
    assert_string_equal(rows[0].fingerprint, "0123456789abcdef");
    assert_string_equal(rows[0].target_name, "host");
    assert_string_equal(rows[0].source, second.source);
    assert_string_equal(rows[0].objective, "time");
    assert_int_equal(strlen(rows[0].timestamp), 20);
    ts_winner_clear(&rows[0]);
    free(rows);
    check(ts_store_winners(s, "gemm", "host", &rows, &count));
    assert_int_equal(count, 1);
    ts_winner_clear(&rows[0]);
    free(rows);
    check(ts_store_winners(s, "conv", NULL, &rows, &count));
    assert_int_equal(count, 0);
    free(rows);
    ts_winner lacking = fixture_winner(1);
    lacking.source = NULL;
    check_fails(ts_store_winner_put(s, session, &lacking), TS_EINTERNAL, "provenance");
    ts_store_close(s);
    assert_int_equal(number(f, "SELECT count(*) FROM winners"), 2);
    assert_int_equal(number(f, "SELECT count(*) FROM best"), 1);
    assert_int_equal(number(f, "SELECT identity LIKE 'gcc 12%' FROM builds"), 1);
}

/* Of what is kept beside a winner for one shape: a general variant, the one that the runtime takes too. */
static void test_generals(void **state)
{
    fixture *f = *state;
    ts_store *s;
    ts_winner *rows;
    size_t count;
    const ts_winner_tie ties[] = {{"{}", "c", "int c;", "cc", "-O2", false, false, 64},
                                  {"{}", "a", "int a;", "cc", "-O2", true, false, 0},
                                  {"{}", "b", "int b;", "gcc", "-O3", false, true, 128}};
    const ts_winner_extras beside = {.ties = ties, .tie_count = 3};
    ts_winner winner = fixture_winner(1e-3);
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    int64_t session = fixture_session(f, s);
    check(ts_store_winner_put_with(s, session, &winner, &beside));
    check(ts_store_generals(s, NULL, NULL, &rows, &count));
    assert_int_equal(count, 0); /* the winner serves any shape itself */
    free(rows);
    winner.fixed_shape = true;
    check(ts_store_winner_put_with(s, session, &winner, &beside));
    check(ts_store_generals(s, "gemm", "host", &rows, &count));
    assert_int_equal(count, 1);
    assert_string_equal(rows[0].variant, "b");
    assert_string_equal(rows[0].source, "int b;");
    assert_string_equal(rows[0].compiler, "gcc");
    assert_string_equal(rows[0].problem, winner.problem);
    assert_int_equal(rows[0].workspace_bytes, 128);
    assert_true(rows[0].huge_pages && !rows[0].fixed_shape && isnan(rows[0].seconds));
    ts_winner_clear(&rows[0]);
    free(rows);
    ts_store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(test_winners),
        store_test(test_winners_of_other_conditions_are_kept_beside),
        store_test(test_generals),
    };
    return cmocka_run_group_tests_name("store_winners", tests, NULL, NULL);
}
