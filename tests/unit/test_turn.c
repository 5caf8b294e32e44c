/* Turns: one at a time, nobody twice while another waits, the dead don't hold the queue, no file no queue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure/turn.h"

static char path[64];

static int make_path(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/tilesmith-turn-%d", (int)getpid());
    unlink(path);
    return 0;
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

static void one_at_a_time_and_in_turn(void **state)
{
    (void)state;
    ts_turn a, b;
    ts_turn_open(path, &a);
    ts_turn_open(path, &b);
    assert_true(ts_turn_take(&a));
    assert_true(ts_turn_take(&a)); /* it is still its turn */
    assert_false(ts_turn_take(&b));
    ts_turn_give(&a);
    assert_false(ts_turn_take(&a)); /* b waits */
    assert_true(ts_turn_take(&b));
    assert_false(ts_turn_take(&a));
    ts_turn_give(&b);
    assert_true(ts_turn_take(&a));
    assert_true(b.waited > 0 && a.waited > 0);
    ts_turn_close(&a);
    ts_turn_close(&b);
}

static void the_dead_wait_for_nothing(void **state)
{
    (void)state;
    int ready[2];
    char byte;
    ts_turn mine;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        ts_turn theirs;
        ts_turn_open(path, &theirs);
        byte = ts_turn_take(&theirs) ? 'y' : 'n';
        if (write(ready[1], &byte, 1) != 1)
            _exit(1);
        pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    ts_turn_open(path, &mine);
    assert_false(ts_turn_take(&mine));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_true(ts_turn_take(&mine));
    ts_turn_close(&mine);
    close(ready[0]);
    close(ready[1]);
}

static void patience_ends(void **state)
{
    (void)state;
    ts_turn a, b;
    ts_turn_open(path, &a);
    ts_turn_open(path, &b);
    b.patience = 0.01;
    assert_true(ts_turn_take(&a));
    assert_false(ts_turn_take(&b));
    usleep(20000);
    assert_true(ts_turn_take(&b));
    ts_turn_give(&b);
    assert_true(a.held);
    ts_turn_close(&a);
    ts_turn_close(&b);
}

static void without_a_file_nobody_waits(void **state)
{
    (void)state;
    ts_turn a, b;
    ts_turn_open("/nowhere/at/all", &a);
    ts_turn_open("/nowhere/at/all", &b);
    assert_true(ts_turn_take(&a));
    assert_true(ts_turn_take(&b));
    ts_turn_give(&a);
    ts_turn_close(&a);
    ts_turn_close(&b);
    ts_turn_open("/dev", &a); /* not a file to lock */
    assert_int_equal(a.fd, -1);
}

#define turn_test(name) cmocka_unit_test_setup_teardown(name, make_path, remove_path)

int main(void)
{
    const struct CMUnitTest tests[] = {turn_test(one_at_a_time_and_in_turn),
                                       turn_test(the_dead_wait_for_nothing), turn_test(patience_ends),
                                       cmocka_unit_test(without_a_file_nobody_waits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
