/* The store among processes: killed writers, several at once. */
#include "store_fixture.h"

#include <signal.h>
#include <sys/wait.h>

/* Killed at any instant: what was reported is there, and the file is whole. */
static void test_kill(void **state)
{
    fixture *f = *state;
    for (int round = 0; round < 5; round++) {
        int report[2], last = 0;
        assert_int_equal(pipe(report), 0);
        pid_t child = fork();
        if (child == 0) {
            ts_store *s;
            check(ts_store_open(f->database, TS_STORE_WRITE, &s));
            int64_t session = fixture_session(f, s);
            for (int i = 1;; i++) {
                fixture_result(f, s, session, 1000 * (round + 1) + i, TS_STATUS_OK, 1e-3);
                if (write(report[1], &i, sizeof i) < 0)
                    _exit(1);
            }
        }
        close(report[1]);
        while (last < 20 + 7 * round)
            assert_int_equal(read(report[0], &last, sizeof last), sizeof last);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(report[0], &last, sizeof last) == sizeof last)
            ;
        close(report[0]);
        char sql[160];
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM configurations WHERE parameters LIKE '%%\"mr\":%d___}'", round + 1);
        int64_t kept = number(f, sql);
        assert_true(kept == last || kept == last + 1); /* one may have been committed and not yet reported */
        assert_int_equal(number(f, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
    }
}

/* Several tuners on one database: nobody sees "database is locked". */
static void test_concurrent_writers(void **state)
{
    fixture *f = *state;
    enum { WRITERS = 4, EACH = 50 };
    pid_t children[WRITERS];
    for (int w = 0; w < WRITERS; w++) {
        children[w] = fork();
        if (children[w] == 0) {
            ts_store *s;
            if (ts_store_open(f->database, TS_STORE_WRITE, &s)) { /* all of them create it at once */
                print_error("writer %d: %s\n", w, ts_error());
                _exit(1);
            }
            int64_t session = fixture_session(f, s);
            for (int i = 0; i < EACH; i++)
                fixture_result(f, s, session, i, TS_STATUS_OK, 1e-3);
            ts_store_close(s);
            _exit(0);
        }
    }
    for (int w = 0; w < WRITERS; w++) {
        int status;
        waitpid(children[w], &status, 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(number(f, "SELECT count(*) FROM samples"), WRITERS * EACH);
    assert_int_equal(number(f, "SELECT count(*) FROM configurations"), EACH);
    assert_int_equal(number(f, "SELECT count(*) FROM targets"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {store_test(test_kill), store_test(test_concurrent_writers)};
    return cmocka_run_group_tests_name("store_processes", tests, NULL, NULL);
}
