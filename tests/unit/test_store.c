/* The store: provenance, durability, what is known, imports. */
#include "store_fixture.h"

#include "store/database.h"
#include "store/runtime_schema.h"

static void test_provenance_is_found_again(void **state)
{
    fixture *f = *state;
    ts_store *s;
    int64_t a, b, described;
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    assert_string_equal(ts_store_path(s), f->database);
    check(ts_store_target(s, f->target, &a));
    check(ts_store_target(s, f->target, &b));
    assert_int_equal(a, b);
    ts_target *other = ts_target_new("host", "cpu");
    check(ts_store_target(s, other, &described)); /* same name, no fingerprint: not this machine */
    assert_int_not_equal(a, described);
    ts_target_free(other);
    check(ts_store_problem(s, &f->problem, &a));
    check(ts_store_problem(s, &f->problem, &b));
    assert_int_equal(a, b);
    f->kernel.hash[0] = 'b';
    check(ts_store_problem(s, &f->problem, &b));
    assert_int_not_equal(a, b);
    ts_target *loaded;
    check(ts_store_target_load(s, "0123456789abcdef", &loaded));
    assert_string_equal(loaded->name, "host");
    ts_target_free(loaded);
    check_fails(ts_store_target_load(s, "ffff", &loaded), TS_ENOTFOUND,
                "no target with the fingerprint ffff");
    ts_store_close(s);
    assert_int_equal(number(f, "SELECT flops FROM problems"), 2 * 8 * 16 * 32);
}

static void test_known(void **state)
{
    fixture *f = *state;
    ts_store *s;
    ts_known *rows;
    size_t count;
    int64_t target;
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    check(ts_store_target(s, f->target, &target));
    check(ts_store_known(s, &f->problem, target, &rows, &count));
    assert_int_equal(count, 0);
    ts_store_known_free(&f->kernel, rows, count);
    int64_t session = fixture_session(f, s);
    fixture_result(f, s, session, 4, TS_STATUS_OK, 1e-3);
    fixture_result(f, s, session, 6, TS_STATUS_CRASHED, 0);
    fixture_result(f, s, session, 4, TS_STATUS_OK, 2e-3); /* measured again: the newest counts */
    check(ts_store_session_end(s, session, "budget", "{}"));
    check(ts_store_known(s, &f->problem, target, &rows, &count));
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].status, TS_STATUS_CRASHED);
    assert_int_equal(rows[0].values[0].i, 6);
    assert_string_equal(rows[0].values[1].s, "packed");
    assert_non_null(strstr(rows[0].reason, "broke"));
    assert_true(isnan(rows[0].cost));
    assert_float_equal(rows[1].cost, 2e-3, 0);
    assert_string_equal(rows[1].variant, "00000000000000000000000000000004");
    ts_store_known_free(&f->kernel, rows, count);
    check(ts_store_known(s, &f->problem, target + 99, &rows, &count));
    assert_int_equal(count, 0);
    ts_store_known_free(&f->kernel, rows, count);
    f->kernel.hash[0] = 'c'; /* the kernel was edited: stale results are kept and not used */
    check(ts_store_known(s, &f->problem, target, &rows, &count));
    assert_int_equal(count, 0);
    ts_store_known_free(&f->kernel, rows, count);
    ts_tally tally;
    check(ts_store_tally(s, 0, target, &tally));
    assert_int_equal(tally.by_status[TS_STATUS_OK], 2);
    assert_int_equal(tally.by_status[TS_STATUS_CRASHED], 1);
    check(ts_store_tally(s, 12345, 0, &tally));
    assert_int_equal(tally.by_status[TS_STATUS_OK], 0);
    ts_store_close(s);
    assert_int_equal(number(f, "SELECT count(*) FROM samples WHERE cost IS NULL AND status = 'crashed'"), 1);
    assert_int_equal(number(f, "SELECT seed = '18446744073709551615' AND steal IS NULL FROM sessions"), 1);
    assert_int_equal(number(f, "SELECT json_extract(counters, '$[0].unavailable') = 'no PMU' FROM samples"),
                     1);
    assert_int_equal(number(f, "SELECT count(*) FROM failures"), 1);
}

static void test_result_must_make_sense(void **state)
{
    fixture *f = *state;
    ts_store *s;
    ts_value slots[FIXTURE_SLOTS];
    fixture_slots(slots, 4, "packed");
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    int64_t session = fixture_session(f, s);
    ts_result r = {.status = TS_STATUS_OK, .cost = NAN};
    check_fails(ts_store_result(s, session, &f->problem, slots, &r, NULL), TS_EINTERNAL, "no cost");
    r.cost = 1;
    check_fails(ts_store_result(s, 777, &f->problem, slots, &r, NULL), TS_EINTERNAL, "no session 777");
    check(ts_store_result(s, session, &f->problem, slots, &r, NULL)); /* the store is fit after a failure */
    ts_store_close(s);
    assert_int_equal(number(f, "SELECT count(*) FROM samples"), 1);
    assert_int_equal(number(f, "SELECT count(*) FROM configurations"), 1);
}

static void test_canonical_configuration(void **state)
{
    fixture *f = *state;
    ts_value slots[FIXTURE_SLOTS], back[2];
    ts_str text = TS_STR_INIT;
    ts_store *s;
    fixture_slots(slots, -4, "a\"b\\\n\x01\xc3\xa9");
    check(ts_parameters_text(&f->kernel, slots, &text));
    assert_string_equal(ts_str_text(&text), "{\"algorithm\":\"a\\\"b\\\\\\n\\u0001\xc3\xa9\",\"mr\":-4}");
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    check(ts_parameters_parse(s, &f->kernel, ts_str_text(&text), back));
    assert_int_equal(back[0].i, -4);
    assert_string_equal(back[1].s, slots[FIXTURE_ALGORITHM].s);
    free((char *)(uintptr_t)back[1].s);
    ts_str_clear(&text);
    slots[FIXTURE_MR] = ts_real(2);
    slots[FIXTURE_ALGORITHM].kind = TS_NONE;
    check(ts_parameters_text(&f->kernel, slots, &text));
    assert_string_equal(ts_str_text(&text), "{\"mr\":2.0}"); /* a real stays one */
    check_fails(ts_parameters_parse(s, &f->kernel, "[", back), TS_EINPUT, "is damaged");
    ts_store_close(s);
    ts_str_free(&text);
}

/* Replace the parameter of a query by an expression. */
static void put_in(char sql[1024], const char *parameter, const char *expression)
{
    char *at = strstr(sql, parameter), rest[1024];
    assert_non_null(at);
    snprintf(rest, sizeof rest, "%s", at + strlen(parameter));
    snprintf(at, 1024 - (size_t)(at - sql), "%s%s", expression, rest);
}

/* The runtime's query must work on what the store writes, and see machines only. */
static void test_runtime_contract(void **state)
{
    fixture *f = *state;
    ts_store *s;
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    ts_winner w = fixture_winner(1e-3);
    check(ts_store_winner_put(s, fixture_session(f, s), &w));
    free(f->target->fingerprint);
    f->target->fingerprint = NULL;
    check(ts_store_winner_put(s, fixture_session(f, s), &w));
    ts_store_close(s);
    char sql[1024];
    snprintf(sql, sizeof sql, "WITH asked(t, e) AS (VALUES (1, 0.0)) SELECT count(*) FROM (%s)",
             TS_SCHEMA_WINNERS_SQL);
    put_in(sql, "?1", "(SELECT t FROM asked)");
    put_in(sql, "?2", "(SELECT e FROM asked)");
    assert_int_equal(number(f, sql), 1);
    assert_int_equal(number(f, "PRAGMA application_id"), TS_SCHEMA_APPLICATION_ID);
    assert_int_equal(number(f, "PRAGMA user_version"), TS_SCHEMA_VERSION);
    assert_int_equal(number(f, "SELECT count(*) FROM winners WHERE current"), 2);
}

static int count_row(void *context, const ts_store_row *r)
{
    size_t *seen = context;
    assert_string_equal(r->kernel, "gemm");
    assert_string_equal(r->problem, "m=8,n=16,k=32");
    assert_string_equal(r->compiler, "gcc");
    if (r->status == TS_STATUS_OK) {
        assert_int_equal(r->sample_count, 2);
        assert_float_equal(r->samples[0], r->cost, 0);
        assert_float_equal(r->times.compile, 0.07, 0);
        assert_true(isnan(r->search_seconds));
    }
    assert_int_equal(r->superseded, *seen == 0); /* the first is measured again */
    ++*seen;
    return TS_OK;
}

static int interrupt(void *context, const ts_store_row *r)
{
    (void)context;
    (void)r;
    return TS_EINTR;
}

static void test_each(void **state)
{
    fixture *f = *state;
    ts_store *s;
    size_t seen = 0;
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    int64_t session = fixture_session(f, s);
    fixture_result(f, s, session, 4, TS_STATUS_OK, 1.0 / 3);
    fixture_result(f, s, session, 6, TS_STATUS_WRONG, 0);
    fixture_result(f, s, session, 4, TS_STATUS_OK, 1.0 / 7);
    check(ts_store_each(s, NULL, "0123456789abcdef", count_row, &seen));
    assert_int_equal(seen, 3);
    check(ts_store_each(s, "conv", NULL, count_row, &seen));
    assert_int_equal(seen, 3);
    assert_int_equal(ts_store_each(s, "gemm", NULL, interrupt, NULL), TS_EINTR);
    ts_store_close(s);
}

static void test_import(void **state)
{
    fixture *f = *state;
    static const char text[] =
        "{\"device_name\": \"GPU\", \"kernel_name\": \"gemm\", \"tune_params_keys\": [\"mr\", \"algorithm\"],"
        "\"cache\": {\"1\": {\"mr\": 1, \"algorithm\": \"packed\", \"time\": 3, \"times\": [3.0]},"
        "\"2\": {\"mr\": 2, \"algorithm\": \"packed\", \"time\": \"RuntimeFailedConfig\"}}}";
    ts_recordings all;
    ts_store *s;
    ts_known *known;
    size_t rows, count;
    int64_t target;
    check(ts_recordings_parse(text, strlen(text), "r.json", &all));
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    check(ts_store_target(s, f->target, &target));
    check(ts_store_import(s, all.items[0], "r.json", &rows));
    assert_int_equal(rows, 2);
    check(ts_store_import(s, all.items[0], "elsewhere/r.json", &rows)); /* the same content */
    assert_int_equal(rows, 0);
    check(ts_store_known(s, &f->problem, target, &known, &count));
    assert_int_equal(count, 0);
    ts_store_known_free(&f->kernel, known, count);
    /* All or nothing: a row that the tables refuse takes the whole file with it. */
    all.items[0]->hash[0] = '!';
    all.items[0]->cost[1] = 5;
    assert_true(ts_store_import(s, all.items[0], "r.json", &rows) < 0);
    assert_int_equal(rows, 0);
    ts_store_close(s);
    ts_recordings_clear(&all);
    assert_int_equal(number(f, "SELECT count(*) FROM samples"), 2);
    assert_int_equal(number(f, "SELECT count(*) FROM imports"), 1);
    assert_int_equal(number(f, "SELECT count(*) FROM targets WHERE imported"), 1);
    assert_int_equal(number(f, "SELECT count(*) FROM runtime_winners"), 0);
}

/* Run one block of SQL from the documentation. */
static void run_block(sqlite3 *db, const char *text, size_t length)
{
    char *sql = strndup(text, length), *message = NULL;
    assert_non_null(sql);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    free(sql);
}

/* docs/database.md: its examples run, and it has a word on every table and view. */
static void test_documentation(void **state)
{
    fixture *f = *state;
    ts_store *s;
    sqlite3_stmt *row;
    char *text;
    size_t blocks = 0;
    check(ts_file_read(TS_SOURCE_DIR "/docs/database.md", 1 << 20, &text, NULL));
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    fixture_result(f, s, fixture_session(f, s), 4, TS_STATUS_OK, 1e-3);
    for (char *at = text; (at = strstr(at, "```sql\n"));) {
        char *from = at + strlen("```sql\n");
        at = strstr(from, "```");
        assert_non_null(at);
        run_block(s->db, from, (size_t)(at - from));
        at += 3;
        blocks++;
    }
    assert_true(blocks >= 5);
    check(ts_db_query(s, &row, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')", ""));
    while (ts_db_step(s, row) > 0) {
        char quoted[80];
        snprintf(quoted, sizeof quoted, "| `%s` |", sqlite3_column_text(row, 0));
        if (!strstr(text, quoted))
            fail_msg("docs/database.md says nothing about %s", quoted);
    }
    ts_store_close(s);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(test_provenance_is_found_again),
        store_test(test_known),
        store_test(test_result_must_make_sense),
        store_test(test_canonical_configuration),
        store_test(test_runtime_contract),
        store_test(test_each),
        store_test(test_import),
        store_test(test_documentation),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
