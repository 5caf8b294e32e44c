/* The loop: order of durability, budgets, resumption, duplicates, interruption, failures of the evaluator. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tune/session.h"
#include "tune/strategies.h"

/* An evaluator whose cost is |config - 40|, in memory, with a queue. */
typedef struct fake {
    ts_evaluator base;
    uint64_t queue[256];
    size_t head, tail, largest_batch, most_in_flight;
    double incumbent;
    size_t fail_after; /* collect() fails after this many results; 0: never */
    size_t collected;
} fake;

static int fake_submit(ts_evaluator *self, const uint64_t *configs, size_t count)
{
    fake *f = (fake *)self;
    for (size_t i = 0; i < count; i++)
        f->queue[f->tail++ % 256] = configs[i];
    if (count > f->largest_batch)
        f->largest_batch = count;
    if (f->tail - f->head > f->most_in_flight)
        f->most_in_flight = f->tail - f->head;
    return TS_OK;
}

static void fake_incumbent(ts_evaluator *self, double cost)
{
    ((fake *)self)->incumbent = cost;
}

static int fake_collect(ts_evaluator *self, double timeout, ts_result *out)
{
    fake *f = (fake *)self;
    (void)timeout;
    if (f->fail_after && f->collected >= f->fail_after)
        return ts_fail(TS_ESYSTEM, "the fake evaluator broke");
    if (f->head == f->tail)
        return 0;
    uint64_t config = f->queue[f->head++ % 256];
    f->collected++;
    bool ok = config % 10 != 3;
    *out = (ts_result){.config = config,
                       .status = ok ? TS_STATUS_OK : TS_STATUS_WRONG,
                       .cost = ok ? fabs((double)config - 40.0) + 1 : NAN};
    return 1;
}

static fake make_fake(void)
{
    return (fake){.base = {.name = "fake",
                           .batch = 4,
                           .depth = 2,
                           .submit = fake_submit,
                           .incumbent = fake_incumbent,
                           .collect = fake_collect}};
}

static ts_space *line(size_t n)
{
    ts_value *values = calloc(n, sizeof *values), known[1] = {{0}};
    ts_space *space;
    for (size_t i = 0; i < n; i++)
        values[i] = ts_int((int64_t)i);
    ts_space_param_spec spec = {.name = "x", .kind = TS_PARAM_ORDINAL, .values = values, .count = n};
    assert_int_equal(ts_space_build(&(ts_space_spec){&spec, 1, NULL, 0, known, 1}, &space), TS_OK);
    free(values);
    return space;
}

/* What the store would see. */
typedef struct log_book {
    uint64_t configs[256];
    size_t count;
    size_t stop_after; /* interrupt when so many results are in; 0: never */
    int refuse;        /* return code of on_result from the third result on */
} log_book;

static int keep(void *context, const ts_result *r)
{
    log_book *book = context;
    book->configs[book->count++] = r->config;
    return book->refuse && book->count >= 3 ? book->refuse : TS_OK;
}

static int stop(void *context)
{
    const log_book *book = context;
    return book->stop_after && book->count >= book->stop_after;
}

static ts_session make_session(const ts_space *space, fake *f, log_book *book, const char *strategy)
{
    return (ts_session){.space = space,
                        .evaluator = &f->base,
                        .strategy = ts_strategy_find(strategy),
                        .seed = 1,
                        .context = book,
                        .on_result = keep,
                        .interrupted = stop};
}

static void test_budget_of_evaluations(void **unused)
{
    (void)unused;
    ts_space *space = line(100);
    fake f = make_fake();
    log_book book = {.count = 0};
    ts_session s = make_session(space, &f, &book, "random");
    s.stop = ts_stop_evaluations(30);
    assert_int_equal(ts_session_run(&s), TS_OK);
    assert_int_equal(s.evaluated, 30);
    assert_int_equal(book.count, 30);
    assert_string_equal(s.stop_reason, "evaluations are used up");
    assert_int_equal(s.by_status[TS_STATUS_OK] + s.by_status[TS_STATUS_WRONG], 30);
    assert_true(f.most_in_flight <= 8);
    assert_true(f.incumbent == s.best.cost);
    ts_session_clear(&s);
    ts_space_free(space);
}

static void test_known_results_count_and_are_not_repeated(void **unused)
{
    (void)unused;
    ts_space *space = line(100);
    fake f = make_fake();
    log_book book = {.count = 0};
    ts_session s = make_session(space, &f, &book, "exhaustive");
    ts_observation known[20];
    for (uint64_t i = 0; i < 20; i++)
        known[i] = (ts_observation){i, TS_STATUS_OK, 1000 - (double)i};
    s.known = known;
    s.known_count = 20;
    s.stop = ts_stop_evaluations(30);
    assert_int_equal(ts_session_run(&s), TS_OK);
    assert_int_equal(s.evaluated, 10);
    assert_int_equal(s.trials.count, 30);
    for (size_t i = 0; i < book.count; i++)
        assert_true(book.configs[i] >= 20);
    ts_session_clear(&s);
    ts_space_free(space);
}

static void test_seeds_come_first_and_once(void **unused)
{
    (void)unused;
    ts_space *space = line(50);
    fake f = make_fake();
    log_book book = {.count = 0};
    ts_session s = make_session(space, &f, &book, "exhaustive");
    uint64_t seeds[] = {40, 7, 40};
    s.seeds = seeds;
    s.seed_count = 3;
    assert_int_equal(ts_session_run(&s), TS_OK);
    assert_int_equal(book.configs[0], 40);
    assert_int_equal(book.configs[1], 7);
    assert_int_equal(book.count, 50);
    assert_string_equal(s.stop_reason, "space exhausted");
    assert_int_equal(s.best.config, 40);
    ts_session_clear(&s);
    ts_space_free(space);
}

static void test_interrupt_keeps_what_was_measured(void **unused)
{
    (void)unused;
    ts_space *space = line(100);
    fake f = make_fake();
    log_book book = {.stop_after = 5};
    ts_session s = make_session(space, &f, &book, "random");
    assert_int_equal(ts_session_run(&s), TS_OK);
    assert_string_equal(s.stop_reason, "interrupted");
    assert_int_equal(book.count, 5);
    assert_int_equal(s.trials.count, 5);
    ts_session_clear(&s);
    ts_space_free(space);
}

static void test_deadline(void **unused)
{
    (void)unused;
    ts_space *space = line(100);
    fake f = make_fake();
    log_book book = {.count = 0};
    ts_session s = make_session(space, &f, &book, "random");
    s.stop = ts_stop_seconds(0);
    assert_int_equal(ts_session_run(&s), TS_OK);
    assert_string_equal(s.stop_reason, "time is up");
    assert_int_equal(book.count, 0);
    assert_int_equal(s.best.status, TS_STATUS_UNAVAILABLE);
    ts_session_clear(&s);
    ts_space_free(space);
}

static void test_store_failure_ends_the_session(void **unused)
{
    (void)unused;
    ts_space *space = line(100);
    fake f = make_fake();
    log_book book = {.refuse = TS_ESYSTEM};
    ts_session s = make_session(space, &f, &book, "random");
    assert_int_equal(ts_session_run(&s), TS_ESYSTEM);
    assert_int_equal(s.trials.count, 2); /* the third was not durable, so it does not count */
    ts_session_clear(&s);
    ts_space_free(space);
}

static void test_evaluator_failure_ends_the_session(void **unused)
{
    (void)unused;
    ts_space *space = line(100);
    fake f = make_fake();
    f.fail_after = 6;
    log_book book = {.count = 0};
    ts_session s = make_session(space, &f, &book, "random");
    assert_int_equal(ts_session_run(&s), TS_ESYSTEM);
    assert_string_equal(ts_error(), "the fake evaluator broke");
    assert_int_equal(book.count, 6);
    ts_session_clear(&s);
    ts_space_free(space);
}

/* A strategy that insists on one configuration. */
static int stuck_open(const ts_search *search, void **state)
{
    (void)search;
    *state = NULL;
    return TS_OK;
}
static size_t stuck_propose(void *state, size_t want, uint64_t *configs)
{
    (void)state;
    (void)want;
    configs[0] = 17;
    return 1;
}
static size_t wild_propose(void *state, size_t want, uint64_t *configs)
{
    (void)state;
    (void)want;
    configs[0] = 1000;
    return 1;
}
static void stuck_close(void *state)
{
    (void)state;
}

static void test_a_strategy_that_repeats_itself_is_stopped(void **unused)
{
    (void)unused;
    ts_space *space = line(100);
    fake f = make_fake();
    log_book book = {.count = 0};
    ts_strategy stuck = {.name = "stuck", .open = stuck_open, .propose = stuck_propose, .close = stuck_close};
    ts_session s = make_session(space, &f, &book, "random");
    s.strategy = &stuck;
    assert_int_equal(ts_session_run(&s), TS_OK);
    assert_string_equal(s.stop_reason, "strategy has nothing new");
    assert_int_equal(book.count, 1);
    ts_session_clear(&s);
    ts_space_free(space);
}

static void test_a_strategy_outside_the_space_is_a_bug(void **unused)
{
    (void)unused;
    ts_space *space = line(100);
    fake f = make_fake();
    log_book book = {.count = 0};
    ts_strategy wild = {.name = "wild", .open = stuck_open, .propose = wild_propose, .close = stuck_close};
    ts_session s = make_session(space, &f, &book, "random");
    s.strategy = &wild;
    assert_int_equal(ts_session_run(&s), TS_EINTERNAL);
    ts_session_clear(&s);
    ts_space_free(space);
}

static double fake_now(const ts_evaluator *self)
{
    return 100 + 2.0 * (double)((const fake *)self)->collected;
}

static void test_time_by_the_clock_of_the_evaluator(void **unused)
{
    (void)unused;
    ts_space *space = line(100);
    fake f = make_fake();
    f.base.batch = f.base.depth = 1;
    f.base.now = fake_now;
    log_book book = {.count = 0};
    ts_session s = make_session(space, &f, &book, "random");
    s.stop = ts_stop_seconds(19);
    assert_int_equal(ts_session_run(&s), TS_OK);
    assert_string_equal(s.stop_reason, "time is up");
    assert_int_equal(s.evaluated, 10);
    ts_session_clear(&s);
    ts_space_free(space);
}

/* Exhaustive search meets the optimum, 40, as its 41st configuration. */
static void test_stale_and_within(void **unused)
{
    (void)unused;
    ts_space *space = line(100);
    fake f = make_fake();
    log_book book = {.count = 0};
    ts_session s = make_session(space, &f, &book, "exhaustive");
    assert_int_equal(ts_stop_parse("no-improvement 7", &s.stop), TS_OK);
    assert_int_equal(ts_session_run(&s), TS_OK);
    assert_string_equal(s.stop_reason, "no improvement any more");
    assert_int_equal(s.best.config, 40);
    assert_int_equal(s.evaluated, 48);
    ts_session_clear(&s);
    f = make_fake();
    f.base.batch = f.base.depth = 1;
    book.count = 0;
    s = make_session(space, &f, &book, "exhaustive");
    s.bound = 0.8;
    assert_int_equal(ts_stop_parse("within 300% of bound", &s.stop), TS_OK);
    assert_int_equal(ts_session_run(&s), TS_OK);
    assert_string_equal(s.stop_reason, "close enough to the bound");
    assert_int_equal(s.best.config, 38);
    ts_session_clear(&s);
    ts_space_free(space);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget_of_evaluations),
        cmocka_unit_test(test_known_results_count_and_are_not_repeated),
        cmocka_unit_test(test_seeds_come_first_and_once),
        cmocka_unit_test(test_interrupt_keeps_what_was_measured),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_store_failure_ends_the_session),
        cmocka_unit_test(test_evaluator_failure_ends_the_session),
        cmocka_unit_test(test_a_strategy_that_repeats_itself_is_stopped),
        cmocka_unit_test(test_a_strategy_outside_the_space_is_a_bug),
        cmocka_unit_test(test_time_by_the_clock_of_the_evaluator),
        cmocka_unit_test(test_stale_and_within),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
