/* Opening databases: new, old, newer, foreign, damaged, unwritable, full. */
#include "store_fixture.h"

#include "store/database.h"
#include "store/runtime_schema.h"

#include <sys/wait.h>

static void sql(fixture *f, const char *text)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->database, &db), SQLITE_OK);
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", text, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static int64_t version(ts_store *s)
{
    int64_t value;
    check(ts_db_id(s, &value, "PRAGMA user_version", ""));
    return value;
}

static void create(fixture *f)
{
    ts_store *s;
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    ts_store_close(s);
}

static void test_new_and_empty(void **state)
{
    fixture *f = *state;
    ts_store *s;
    check_fails(ts_store_open(f->database, TS_STORE_READ, &s), TS_ENOTFOUND, "run 'tilesmith tune' first");
    assert_false(ts_file_exists(f->database)); /* reading creates nothing */
    check(ts_file_write(f->database, "", 0));
    check_fails(ts_store_open(f->database, TS_STORE_READ, &s), TS_ENOTFOUND, "is empty");
    check(ts_store_open(f->database, TS_STORE_WRITE, &s)); /* version 0 becomes the present one */
    assert_int_equal(version(s), TS_SCHEMA_VERSION);
    ts_store_close(s);
    check(ts_store_open(f->database, TS_STORE_READ, &s));
    assert_int_equal(version(s), TS_SCHEMA_VERSION);
    ts_store_close(s);
    snprintf(f->database, sizeof f->database, "%s/new/folder/t.db", f->folder);
    create(f);
    assert_true(ts_file_exists(f->database));
}

static void test_durability_settings(void **state)
{
    fixture *f = *state;
    ts_store *s;
    int64_t value;
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    check(ts_db_id(s, &value, "SELECT journal_mode = 'wal' FROM pragma_journal_mode", ""));
    assert_int_equal(value, 1);
    check(ts_db_id(s, &value, "PRAGMA synchronous", ""));
    assert_int_equal(value, 1); /* NORMAL */
    check(ts_db_id(s, &value, "PRAGMA foreign_keys", ""));
    assert_int_equal(value, 1);
    ts_store_close(s);
}

static void test_versions(void **state)
{
    fixture *f = *state;
    ts_store *s;
    create(f);
    sql(f, "PRAGMA user_version = 7");
    for (int mode = TS_STORE_READ; mode <= TS_STORE_WRITE; mode++)
        check_fails(ts_store_open(f->database, (ts_store_mode)mode, &s), TS_EINPUT,
                    "was written by a newer Tilesmith (schema 7, this one knows 3); upgrade Tilesmith or use "
                    "another --db FILE");
    sql(f, "PRAGMA user_version = 0");
    check_fails(ts_store_open(f->database, TS_STORE_WRITE, &s), TS_EINPUT,
                "oldest that this Tilesmith reads");
}

/* Steps of an invented future: an older file goes through each of them, and a step that fails leaves the
 * version before it. */
static void test_migration(void **state)
{
    fixture *f = *state;
    static const char *const steps[] = {"CREATE TABLE one (x) STRICT",
                                        "CREATE TABLE one (x) STRICT",
                                        "CREATE TABLE one (x) STRICT",
                                        "CREATE TABLE two (x INTEGER) STRICT; INSERT INTO two VALUES (2)",
                                        "ALTER TABLE two ADD COLUMN y TEXT",
                                        "CREATE TABLE four (x INTEGER); CREATE TABLE two (x)"};
    const char *const good[] = {steps[0], steps[1], steps[2],
                                steps[3], steps[4], "CREATE TABLE four (x INTEGER)"};
    ts_store *s;
    int64_t value;
    create(f);
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    check(ts_db_migrate(s, steps, 5));
    assert_int_equal(version(s), 5);
    check(ts_db_id(s, &value, "SELECT x FROM two WHERE y IS NULL", ""));
    assert_int_equal(value, 2);
    check_fails(ts_db_migrate(s, steps, 6), TS_EINPUT, "table two already exists");
    assert_int_equal(version(s), 5);
    check(ts_db_id(s, &value, "SELECT count(*) FROM sqlite_schema WHERE name = 'four'", ""));
    assert_int_equal(value, 0); /* nothing half-done */
    check(ts_db_migrate(s, good, 6));
    check(ts_db_migrate(s, good, 6)); /* nothing left to do */
    assert_int_equal(version(s), 6);
    ts_store_close(s);
    check_fails(ts_store_open(f->database, TS_STORE_WRITE, &s), TS_EINPUT, "schema 6");
}

/* A file of the first schema: whoever opens it, for reading too, brings it up to date and loses nothing. */
static void test_first_schema(void **state)
{
    fixture *f = *state;
    for (int mode = TS_STORE_READ; mode <= TS_STORE_WRITE; mode++) {
        ts_store *s;
        int64_t value;
        ts_winner *winners = NULL;
        size_t count = 0;
        check(ts_file_remove(f->database));
        sql(f, ts_schema_sql);
        sql(f, "PRAGMA application_id = 0x54536d74; PRAGMA user_version = 1;"
               "INSERT INTO targets (id, name, kind, updated) VALUES (1, 'host', 'cpu', '');"
               "INSERT INTO kernels VALUES (1, 'gemm', ''); INSERT INTO problems VALUES (1, 1, 'f32', 'm=1', "
               "1, 1);"
               "INSERT INTO sessions (id, target_id, problem_id, evaluator, objective, library_version, "
               "started) "
               "VALUES (1, 1, 1, 'hardware', 'time', '', '');"
               "INSERT INTO winners VALUES (1, 1, 1, 1, 'gemm', '', 'f32', 'm=1', 'time', '{}', '', '', '', "
               "'', '', 0, 0, 0, "
               "1.0, 1, 1, 1, 1, '[]', 1, '', '')");
        check(ts_store_open(f->database, (ts_store_mode)mode, &s));
        assert_int_equal(version(s), TS_SCHEMA_VERSION);
        check(ts_db_id(s, &value, "SELECT threads = 1 AND max_error = 0 FROM sessions", ""));
        assert_int_equal(value, 1);
        check(ts_store_winners(s, NULL, NULL, &winners, &count));
        assert_int_equal(count, 1);
        assert_string_equal(winners[0].arguments, "m n k");
        assert_int_equal(winners[0].threads, 1);
        ts_winner_clear(&winners[0]);
        free(winners);
        ts_store_close(s);
    }
}

static void test_foreign_and_damaged(void **state)
{
    fixture *f = *state;
    ts_store *s;
    sql(f, "CREATE TABLE other (x)");
    for (int mode = TS_STORE_READ; mode <= TS_STORE_WRITE; mode++)
        check_fails(ts_store_open(f->database, (ts_store_mode)mode, &s), TS_EINPUT, "another program");
    check(ts_file_remove(f->database));
    char junk[5000];
    memset(junk, 'x', sizeof junk);
    check(ts_file_write(f->database, junk, sizeof junk));
    for (int mode = TS_STORE_READ; mode <= TS_STORE_WRITE; mode++)
        check_fails(ts_store_open(f->database, (ts_store_mode)mode, &s), TS_EINPUT,
                    "is not a Tilesmith database");
    check(ts_file_remove(f->database));
    create(f);
    char *bytes;
    size_t length;
    check(ts_file_read(f->database, 1 << 24, &bytes, &length));
    memset(bytes + 100, 0x5a, length - 100); /* the header is right, the pages are not */
    check(ts_file_write(f->database, bytes, length));
    free(bytes);
    check_fails(ts_store_open(f->database, TS_STORE_WRITE, &s), TS_EINPUT, "is damaged");
    check_fails(ts_store_open("", TS_STORE_WRITE, &s), TS_EINPUT, "no file name");
    check_fails(ts_store_open(f->folder, TS_STORE_WRITE, &s), TS_EINPUT, "cannot be opened");
}

static void test_lost_table(void **state)
{
    fixture *f = *state;
    ts_store *s;
    ts_winner *rows;
    size_t count;
    create(f);
    sql(f, "DROP TABLE winners");
    check(ts_store_open(f->database, TS_STORE_READ, &s));
    check_fails(ts_store_winners(s, NULL, NULL, &rows, &count), TS_EINPUT, "not as Tilesmith made them");
    ts_store_close(s);
}

/* Run as somebody without root's privileges; 0 if all went as it should. */
static int as_nobody(fixture *f, int (*body)(fixture *f))
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) || setuid(65534)))
            _exit(77);
        _exit(body(f));
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static int read_only_body(fixture *f)
{
    ts_store *s;
    ts_winner *rows;
    size_t count;
    if (ts_store_open(f->database, TS_STORE_WRITE, &s) != TS_EINPUT ||
        !strstr(ts_error(), "cannot be written"))
        return 1;
    if (ts_store_open(f->database, TS_STORE_READ, &s) != TS_OK) /* as it lies in an installed folder */
        return 2;
    if (ts_store_winners(s, NULL, NULL, &rows, &count) != TS_OK || count != 1)
        return 3;
    ts_winner_clear(&rows[0]);
    free(rows);
    ts_store_close(s);
    char path[128];
    snprintf(path, sizeof path, "%s/other.db", f->folder);
    if (ts_store_open(path, TS_STORE_WRITE, &s) >= 0 || ts_file_exists(path))
        return 4;
    return 0;
}

static void test_read_only(void **state)
{
    fixture *f = *state;
    ts_store *s;
    snprintf(f->database, sizeof f->database, "%s/odd ?#%%.db", f->folder);
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    ts_winner w = fixture_winner(1e-3);
    check(ts_store_winner_put(s, fixture_session(f, s), &w));
    ts_store_close(s);
    assert_int_equal(chmod(f->database, 0444), 0);
    assert_int_equal(chmod(f->folder, 0555), 0);
    int verdict = as_nobody(f, read_only_body);
    assert_int_equal(chmod(f->folder, 0755), 0);
    if (verdict == 77)
        skip();
    assert_int_equal(verdict, 0);
}

static void test_disk_full(void **state)
{
    fixture *f = *state;
    ts_store *s;
    int64_t pages;
    char *limit;
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    int64_t session = fixture_session(f, s);
    check(ts_db_id(s, &pages, "PRAGMA page_count", ""));
    limit = ts_asprintf("PRAGMA max_page_count = %d", (int)pages + 2);
    check(ts_db_exec(s, limit));
    free(limit);
    ts_value slots[FIXTURE_SLOTS];
    double samples[4000] = {1.0 / 3};
    fixture_slots(slots, 4, "packed");
    ts_result r = {.status = TS_STATUS_OK, .cost = 1, .samples = samples, .sample_count = 4000};
    int rc = TS_OK;
    for (int i = 0; i < 10 && rc == TS_OK; i++)
        rc = ts_store_result(s, session, &f->problem, slots, &r, NULL);
    check_fails(rc, TS_ESYSTEM, "the disk is full");
    check(ts_db_id(s, &pages,
                   "SELECT count(*) FROM configurations c WHERE NOT EXISTS "
                   "(SELECT 1 FROM samples WHERE configuration_id = c.id)",
                   ""));
    assert_int_equal(pages, 0); /* a configuration without its sample would be half a change */
    check(ts_db_exec(s, "PRAGMA max_page_count = 1000000"));
    check(ts_store_result(s, session, &f->problem, slots, &r, NULL));
    ts_store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(test_new_and_empty), store_test(test_durability_settings),
        store_test(test_versions),      store_test(test_migration),
        store_test(test_first_schema),  store_test(test_foreign_and_damaged),
        store_test(test_lost_table),    store_test(test_read_only),
        store_test(test_disk_full),
    };
    return cmocka_run_group_tests_name("store_open", tests, NULL, NULL);
}
