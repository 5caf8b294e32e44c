/* The worker process: what it says, what it may not do, and how its death is explained. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/process.h"
#include "build/worker.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/str.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- messages -------------------------------------------------------------------------------- */

/* Three messages as they travel; returns their length. */
static size_t conversation(unsigned char *bytes, size_t size)
{
    int ends[2];
    double numbers[100];
    for (int i = 0; i < 100; i++)
        numbers[i] = i / 8.0;
    assert_int_equal(ts_pipe_open(ends), TS_OK);
    assert_true(ts_message_send(ends[1], TS_MESSAGE_BEGIN, 7, NULL, 0));
    assert_true(ts_message_send(ends[1], TS_MESSAGE_ROUND, 8, numbers, sizeof numbers));
    assert_true(ts_message_send(ends[1], TS_MESSAGE_FAILED, 9, "off\nby\tone", 10));
    ssize_t n = read(ends[0], bytes, size);
    close(ends[0]);
    close(ends[1]);
    assert_true(n > 0);
    return (size_t)n;
}

static void check_conversation(const unsigned char *bytes, size_t length, size_t chunk)
{
    ts_message_reader reader = {0};
    ts_message m;
    size_t got = 0, count;
    for (size_t at = 0; at < length; at += chunk) {
        assert_true(ts_message_feed(&reader, bytes + at, length - at < chunk ? length - at : chunk));
        for (; ts_message_next(&reader, &m); got++) {
            assert_int_equal(m.item, 7 + got);
            double *numbers = ts_message_doubles(&m, 0, &count);
            assert_int_equal(count, got == 1 ? 100 : 0);
            if (numbers)
                assert_true(numbers[99] == 99 / 8.0);
            free(numbers);
            char *text = ts_message_text(&m, 0);
            if (got == 2)
                assert_string_equal(text, "off by one");
            free(text);
        }
    }
    assert_int_equal(got, 3);
    assert_false(reader.broken);
    ts_message_reader_free(&reader);
}

static void messages_survive_any_chunking(void **state)
{
    (void)state;
    unsigned char bytes[4096];
    size_t length = conversation(bytes, sizeof bytes);
    for (size_t chunk = 1; chunk < 40; chunk++)
        check_conversation(bytes, length, chunk);
    check_conversation(bytes, length, length);
}

static void nonsense_breaks_the_stream_for_good(void **state)
{
    (void)state;
    unsigned char bytes[4096];
    size_t length = conversation(bytes, sizeof bytes);
    for (size_t at = 0; at < 16; at++) { /* each byte of the first header but those of the item number */
        ts_message_reader reader = {0};
        ts_message m;
        unsigned char copy[4096];
        memcpy(copy, bytes, length);
        copy[at] ^= 0xf0;
        assert_true(ts_message_feed(&reader, copy, length));
        bool first = ts_message_next(&reader, &m);
        if (at / 4 == 2)
            assert_true(first && m.item != 7);
        else
            assert_true(reader.broken || !first || !ts_message_next(&reader, &m));
        ts_message_reader_free(&reader);
    }
}

static void numbers_outside_the_payload_are_refused(void **state)
{
    (void)state;
    const unsigned char bytes[12] = {1, 0, 0, 0};
    ts_message m = {TS_MESSAGE_FAILED, 0, bytes, sizeof bytes};
    uint32_t u;
    double d;
    size_t count;
    assert_true(ts_message_u32(&m, 8, &u));
    assert_false(ts_message_u32(&m, 9, &u));
    assert_false(ts_message_u32(&m, SIZE_MAX, &u));
    assert_true(ts_message_double(&m, 4, &d));
    assert_false(ts_message_double(&m, 5, &d));
    assert_null(ts_message_doubles(&m, 0, &count));
    assert_null(ts_message_doubles(&m, 40, &count));
}

static void counters_travel_per_call(void **state)
{
    (void)state;
    const ts_counter sent[] = {{"PAPI_TOT_CYC", "cycles", true, NULL, 5000},
                               {"energy", "uJ", false, "no counter here", 1}};
    ts_str payload = TS_STR_INIT;
    ts_counters_pack(sent, 2, 10, &payload);
    ts_message m = {TS_MESSAGE_COUNTERS, 0, (const unsigned char *)payload.data, payload.length};
    ts_result r = {0};
    assert_int_equal(ts_counters_unpack(&m, &r.counters, &r.counter_count), TS_OK);
    assert_int_equal(r.counter_count, 2);
    assert_string_equal(r.counters[0].name, "PAPI_TOT_CYC");
    assert_true(r.counters[0].available && r.counters[0].value == 500);
    assert_null(r.counters[0].reason);
    assert_false(r.counters[1].available);
    assert_true(isnan(r.counters[1].value));
    assert_string_equal(r.counters[1].reason, "no counter here");
    ts_result_clear(&r);
    for (m.length = 1; m.length < payload.length; m.length++)
        if (ts_counters_unpack(&m, &r.counters, &r.counter_count) == TS_OK) {
            assert_int_equal(r.counter_count, 1); /* cut exactly between the two */
            ts_result_clear(&r);
        }
    ts_str_free(&payload);
}

/* ---- processes ------------------------------------------------------------------------------- */

static char *scratch;
static int scratch_lock;
static ts_kernel *kernel;
static ts_problem problem;

/* Run a body to its end, or `limit` seconds; the verdict about its death as text. */
static ts_status death_of(void (*body)(const void *, ts_worker_side *), double limit, ts_str *reason,
                          bool *ended_well)
{
    ts_worker_setup setup = {.cpu = -1, .scratch = scratch, .memory = (size_t)256 << 20, .cpu_seconds = 5};
    ts_worker w;
    ts_message m;
    *ended_well = false;
    assert_int_equal(ts_worker_start(&setup, body, NULL, &w), TS_OK);
    double deadline = ts_now() + limit;
    while (!w.ended && ts_now() < deadline) {
        ts_wait_readable(w.fd, deadline - ts_now());
        assert_true(ts_worker_read(&w));
        while (ts_message_next(&w.reader, &m))
            *ended_well = *ended_well || m.kind == TS_MESSAGE_END;
    }
    pid_t pid = w.pid;
    int wait_status = ts_worker_stop(&w);
    assert_int_equal(kill(pid, 0), -1);
    ts_status status = ts_worker_explain(&w, wait_status, &problem, reason);
    ts_worker_forget(&w);
    return status;
}

static void expect_death(void (*body)(const void *, ts_worker_side *), const char *words)
{
    ts_str reason = TS_STR_INIT;
    bool ended_well;
    assert_int_equal(death_of(body, 10, &reason, &ended_well), TS_STATUS_CRASHED);
    assert_false(ended_well);
    if (!strstr(ts_str_text(&reason), words))
        fail_msg("'%s' doesn't mention '%s'", ts_str_text(&reason), words);
    ts_str_free(&reason);
}

static bool fenced(unsigned fence)
{
    if (ts_sandbox_probe() & fence)
        return true;
    skip();
    return false;
}

static void do_nothing(const void *context, ts_worker_side *side)
{
    (void)context, (void)side;
}

static void leave(const void *context, ts_worker_side *side)
{
    (void)context, (void)side;
    exit(3);
}

static void give_up(const void *context, ts_worker_side *side)
{
    (void)context, (void)side;
    abort();
}

static void touch_past_the_end(const void *context, ts_worker_side *side)
{
    (void)context;
    ts_guarded g;
    if (ts_guarded_open(100, false, &g) != TS_OK)
        _exit(99);
    ts_guarded_place(&g, 100, 4, TS_AT_END, 0);
    side->board->zones[1] = (ts_zone){(uintptr_t)g.map, (uintptr_t)g.start, (uintptr_t)g.start + g.bytes,
                                      (uintptr_t)g.map + g.map_bytes};
    *(volatile char *)(g.start + 102) = 1;
}

static void start_process(const void *context, ts_worker_side *side)
{
    (void)context, (void)side;
    fork();
}

static void run_program(const void *context, ts_worker_side *side)
{
    (void)context, (void)side;
    execl("/bin/true", "true", (char *)NULL);
}

static void try_forbidden_things(const void *context, ts_worker_side *side)
{
    (void)context, (void)side;
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EACCES)
        _exit(10);
    if (kill(getppid(), 0) == 0 || errno != EPERM)
        _exit(11);
}

static void write_outside(const void *context, ts_worker_side *side)
{
    (void)context;
    char inside[300];
    if (open("/tmp/tilesmith-test-escape", O_WRONLY | O_CREAT, 0600) >= 0)
        _exit(10);
    snprintf(inside, sizeof inside, "%s/inside", side->setup->scratch);
    if (open(inside, O_WRONLY | O_CREAT, 0600) < 0)
        _exit(11);
}

static void take_memory(const void *context, ts_worker_side *side)
{
    (void)context, (void)side;
    ts_guarded g;
    _exit(ts_guarded_open((size_t)1 << 30, false, &g) == TS_OK ? 10 : 0);
}

static void run_for_ever(const void *context, ts_worker_side *side)
{
    (void)context;
    side->board->phase = TS_PHASE_VERIFY;
    side->board->dims[0] = 5;
    while (getppid() > 0)
        continue;
}

static void peaceful_end_is_announced(void **state)
{
    (void)state;
    ts_str reason = TS_STR_INIT;
    bool ended_well;
    death_of(do_nothing, 10, &reason, &ended_well);
    assert_true(ended_well);
    ts_str_free(&reason);
}

static int must_not_run;
static void exit_handler(void)
{
    if (must_not_run)
        kill(getppid(), SIGKILL); /* of the session: a worker that leaves must not run it */
}

static void deaths_are_explained(void **state)
{
    (void)state;
    must_not_run = 1;
    expect_death(leave, "left by exit(3)");
    must_not_run = 0;
    expect_death(give_up, "aborted");
    expect_death(touch_past_the_end, "3 bytes past the end of C (guard page)");
}

static void processes_are_stopped(void **state)
{
    (void)state;
    if (!fenced(TS_FENCE_PROCESSES))
        return;
    expect_death(start_process, "tried to start a process");
    expect_death(run_program, "tried to start a process");
}

static void fences_hold(void **state)
{
    (void)state;
    ts_str reason = TS_STR_INIT;
    bool ended_well;
    if (!fenced(TS_FENCE_NETWORK | TS_FENCE_FILES))
        return;
    death_of(try_forbidden_things, 10, &reason, &ended_well);
    assert_true(ended_well);
    death_of(write_outside, 10, &reason, &ended_well);
    assert_true(ended_well);
    ts_str_clear(&reason);
    death_of(take_memory, 10, &reason, &ended_well);
    assert_non_null(strstr(ts_str_text(&reason), "exit(0)"));
    ts_str_free(&reason);
}

static void hanging_worker_is_killed(void **state)
{
    (void)state;
    ts_str reason = TS_STR_INIT;
    bool ended_well;
    death_of(run_for_ever, 0.2, &reason, &ended_well);
    assert_false(ended_well);
    if (!strstr(ts_str_text(&reason), "being verified at m=5"))
        fail_msg("'%s' doesn't say what it was at", ts_str_text(&reason));
    ts_str_free(&reason);
}

static void isolation_is_described(void **state)
{
    (void)state;
    ts_str text = TS_STR_INIT;
    ts_sandbox_describe(TS_FENCE_LIMITS | TS_FENCE_FILES, &text);
    assert_non_null(strstr(ts_str_text(&text), "limits"));
    assert_true(strstr(ts_str_text(&text), "Landlock") < strstr(ts_str_text(&text), "not offered here"));
    assert_true(strstr(ts_str_text(&text), "no network") > strstr(ts_str_text(&text), "not offered here"));
    ts_str_clear(&text);
    ts_sandbox_describe(TS_FENCES_ALL, &text);
    assert_null(strstr(ts_str_text(&text), "not offered"));
    assert_true(ts_sandbox_probe() & TS_FENCE_LIMITS);
    ts_str_free(&text);
}

static int set_up(void **state)
{
    (void)state;
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 1);
    atexit(exit_handler);
    if (ts_scratch_open(&scratch, &scratch_lock) != TS_OK)
        return -1;
    int rc = ts_kernel_load(TS_SOURCE_DIR "/tests/data/kernels/bad", &kernel);
    return rc == TS_OK ? ts_problem_parse(kernel, "f32", "m=8,n=8", &problem) : rc;
}

static int tear_down(void **state)
{
    (void)state;
    ts_scratch_close(scratch, scratch_lock);
    ts_kernel_free(kernel);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_survive_any_chunking),
        cmocka_unit_test(nonsense_breaks_the_stream_for_good),
        cmocka_unit_test(numbers_outside_the_payload_are_refused),
        cmocka_unit_test(counters_travel_per_call),
        cmocka_unit_test(peaceful_end_is_announced),
        cmocka_unit_test(deaths_are_explained),
        cmocka_unit_test(processes_are_stopped),
        cmocka_unit_test(fences_hold),
        cmocka_unit_test(hanging_worker_is_killed),
        cmocka_unit_test(isolation_is_described),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
