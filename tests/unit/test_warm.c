/* What earlier sessions on another shape say about this one, through the database. */
#include "store_fixture.h"

#include "core/space.h"
#include "tune/warm.h"

enum { SIZES = 24, BEST = 6 };

static ts_space *make_space(void)
{
    ts_value sizes[SIZES], algorithms[] = {ts_string("packed"), ts_string("direct")}, known[2] = {{0}};
    ts_names *names;
    ts_space *space;
    check(ts_names_new(&names));
    for (size_t i = 0; i < SIZES; i++)
        sizes[i] = ts_int((int64_t)i + 1);
    ts_space_param_spec specs[] = {
        {.name = "mr", .kind = TS_PARAM_ORDINAL, .values = sizes, .count = SIZES},
        {.name = "algorithm", .kind = TS_PARAM_CATEGORICAL, .values = algorithms, .count = 2}};
    for (size_t i = 0; i < 2; i++)
        check(ts_names_add(names, specs[i].name, &specs[i].slot));
    check(ts_space_build(&(ts_space_spec){specs, 2, NULL, 0, known, 2}, &space));
    ts_names_free(names);
    return space;
}

/* Results of m=8,n=16,k=32 and a winner of it; `last` sizes were tried. */
static int64_t remember(fixture *f, ts_store *s, int64_t last)
{
    static char problem[] = "m=8,n=16,k=32", configuration[] = "{\"algorithm\":\"packed\",\"mr\":6}";
    int64_t target, session = fixture_session(f, s);
    for (int64_t mr = 1; mr <= last; mr++)
        fixture_result(f, s, session, mr, TS_STATUS_OK, 1 + fabs((double)(mr - BEST)));
    ts_winner w = fixture_winner(1);
    w.problem = problem;
    w.configuration = configuration;
    check(ts_store_winner_put(s, session, &w));
    check(ts_store_target(s, f->target, &target));
    return target;
}

static ts_transfer *ask(fixture *f, ts_store *s, int64_t target, const ts_space *space)
{
    ts_transfer *transfer;
    check(ts_warm_transfer(&(ts_warm_query){s, &f->problem, f->target, target, space}, &transfer));
    return transfer;
}

static void test_another_shape_is_believed(void **state)
{
    fixture *f = *state;
    ts_store *s;
    ts_space *space = make_space();
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    int64_t target = remember(f, s, 20);
    assert_null(ask(f, s, target, space)); /* its own results are known, not believed */
    f->problem.dims[2] = 64;
    ts_transfer *transfer = ask(f, s, target, space);
    assert_non_null(transfer);
    ts_belief belief = ts_transfer_belief(transfer);
    uint64_t best, far;
    assert_true(ts_space_encode(space, (const uint16_t[]){BEST - 1, 0}, &best));
    assert_true(ts_space_encode(space, (const uint16_t[]){18, 0}, &far));
    assert_true(belief.of(belief.context, best) < belief.of(belief.context, far));
    f->problem.threads = 2; /* others' conditions say nothing */
    assert_null(ask(f, s, target, space));
    ts_transfer_close(transfer);
    ts_store_close(s);
    ts_space_free(space);
}

static void test_few_results_are_not_believed(void **state)
{
    fixture *f = *state;
    ts_store *s;
    ts_space *space = make_space();
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    int64_t target = remember(f, s, TS_TRANSFER_MIN - 1);
    f->problem.dims[2] = 64;
    assert_null(ask(f, s, target, space));
    ts_store_close(s);
    ts_space_free(space);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_another_shape_is_believed, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_few_results_are_not_believed, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests_name("what is known from earlier", tests, NULL, NULL);
}
