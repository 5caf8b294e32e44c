/* Comparing targets: the order and how sure it is, measured before predicted, break-even points, covers. */
#include "store_fixture.h"

#include "compare/compare.h"
#include "util/str.h"

/* A processor of which everything is known: `peak` flop/s, `bandwidth` B/s, both for its one core. */
static ts_target *machine(const char *name, double peak, double lo, double hi, double bandwidth)
{
    ts_target *t = ts_target_new(name, "cpu");
    assert_non_null(t);
    check(ts_target_set(t, "cores", ts_int(1), NULL, "test", NAN, NAN));
    check(ts_target_set(t, "peak.f32", ts_real(peak), "flop/s", "test", lo, hi));
    check(ts_target_set(t, "l2.size", ts_int(4 << 20), "B", "test", NAN, NAN));
    check(ts_target_set(t, "l2.bandwidth", ts_real(1e12), "B/s", "test", NAN, NAN));
    check(ts_target_set(t, "memory.bandwidth", ts_real(bandwidth), "B/s", "test", NAN, NAN));
    check(ts_target_set(t, "memory.total", ts_real(bandwidth), "B/s", "test", NAN, NAN));
    return t;
}

typedef struct two {
    ts_target *a, *b;
    const ts_target *both[2];
    ts_workload *gemm;
    ts_comparison *comparison;
    ts_compare_question question;
} two;

static void open_two(two *t, ts_target *a, ts_target *b, const char *shape)
{
    *t = (two){.a = a, .b = b, .both = {a, b}};
    check(ts_workload_of("gemm", "f32", shape, &t->gemm));
    t->question = (ts_compare_question){
        .targets = t->both, .target_count = 2, .workloads = &t->gemm, .workload_count = 1};
}

static void close_two(two *t)
{
    ts_comparison_free(t->comparison);
    ts_workload_free(t->gemm);
    ts_target_free(t->a);
    ts_target_free(t->b);
}

static void the_faster_one_comes_first_and_surely(void **state)
{
    (void)state;
    two t;
    open_two(&t, machine("slow", 1e10, NAN, NAN, 1e11), machine("fast", 1e11, NAN, NAN, 1e11),
             "m=512,n=512,k=512");
    check(ts_compare(&t.question, &t.comparison));
    const ts_compare_row *row = &t.comparison->rows[0];
    assert_int_equal(row->ranked, 2);
    assert_int_equal(row->order[0], 1);
    assert_true(row->cells[1].sure == 1);
    assert_true(isnan(row->cells[0].sure));
    assert_true(fabs(row->cells[0].seconds / row->cells[1].seconds - 10) < 1);
    assert_true(t.comparison->overall[0].target == 1 && t.comparison->overall[0].ratio == 1);
    close_two(&t);
}

/* Two spreads around the same value: the order is a coin's. One that ends where the other begins: it is sure.
 */
static void spreads_make_the_order_unsure(void **state)
{
    (void)state;
    two t;
    open_two(&t, machine("one", 1e11, 5e10, 2e11, 1e12), machine("other", 1.01e11, 5e10, 2e11, 1e12),
             "m=512,n=512,k=512");
    check(ts_compare(&t.question, &t.comparison));
    double sure = t.comparison->rows[0].cells[t.comparison->rows[0].order[0]].sure;
    assert_true(sure > 0.3 && sure <= 1);
    assert_true(t.comparison->rows[0].cells[0].seconds_lo < t.comparison->rows[0].cells[0].seconds_hi);
    close_two(&t);
    open_two(&t, machine("one", 1e11, 9e10, 1.1e11, 1e12), machine("other", 2e11, 1.9e11, 2.1e11, 1e12),
             "m=512,n=512,k=512");
    check(ts_compare(&t.question, &t.comparison));
    assert_true(t.comparison->rows[0].cells[1].sure > 0.99);
    close_two(&t);
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    two t;
    ts_target *bare = ts_target_new("bare", "cpu");
    open_two(&t, bare, machine("whole", 1e11, NAN, NAN, 1e11), "m=64,n=64,k=64");
    t.question.objective = TS_BY_PERF_PER_PRICE;
    check(ts_compare(&t.question, &t.comparison));
    const ts_compare_row *row = &t.comparison->rows[0];
    assert_int_equal(row->ranked, 0);
    assert_non_null(strstr(row->cells[0].refusal, "peak.f32"));
    assert_null(row->cells[1].refusal);
    assert_true(isnan(row->cells[1].value));
    assert_non_null(strstr(row->cells[1].no_value, "price"));
    assert_true(isnan(t.comparison->overall[0].ratio));
    close_two(&t);
}

/* The question's store, with a measured quarter of a second for its product on machine 0123456789abcdef. */
static ts_store *measured_before(fixture *f, two *t)
{
    ts_store *s;
    ts_str problem = TS_STR_INIT;
    ts_problem_text(&t->gemm->calls[0].problem, &problem);
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    ts_winner w = fixture_winner(0.25);
    w.problem = problem.data;
    w.kernel_hash = t->gemm->kernels[0]->hash;
    check(ts_store_winner_put(s, fixture_session(f, s), &w));
    ts_str_free(&problem);
    t->question.store = s;
    return s;
}

static void measured_comes_before_predicted(void **state)
{
    fixture *f = *state;
    two t;
    ts_target *here = machine("here", 1e11, NAN, NAN, 1e11);
    here->fingerprint = strdup("0123456789abcdef");
    open_two(&t, here, machine("there", 1e11, NAN, NAN, 1e11), "m=512,n=512,k=512");
    ts_store *s = measured_before(f, &t);
    check(ts_compare(&t.question, &t.comparison));
    const ts_compare_cell *cell = &t.comparison->rows[0].cells[0];
    assert_true(cell->measured == 1);
    assert_true(fabs(cell->seconds - 0.25) < 1e-12);
    assert_true(cell->seconds_lo >= 0.2 && cell->seconds_hi <= 0.3 && cell->seconds_lo < cell->seconds_hi);
    assert_true(t.comparison->rows[0].cells[1].measured == 0);
    ts_comparison_free(t.comparison);
    t.question.threads = 2; /* nothing was measured on two threads */
    check(ts_compare(&t.question, &t.comparison));
    assert_true(t.comparison->rows[0].cells[0].measured == 0);
    ts_store_close(s);
    close_two(&t);
}

/* Two machines of which the same was measured: in a draw, each has its own luck. */
static void what_was_measured_varies_for_itself(void **state)
{
    fixture *f = *state;
    two t;
    ts_target *here = machine("here", 1e11, NAN, NAN, 1e11), *twin = machine("twin", 1e11, NAN, NAN, 1e11);
    here->fingerprint = strdup("0123456789abcdef");
    twin->fingerprint = strdup("0123456789abcdef");
    open_two(&t, here, twin, "m=512,n=512,k=512");
    ts_store *s = measured_before(f, &t);
    check(ts_compare(&t.question, &t.comparison));
    const ts_compare_cell *cells = t.comparison->rows[0].cells;
    assert_true(cells[0].measured == 1 && cells[1].measured == 1);
    assert_true(cells[0].value == cells[1].value);
    assert_true(cells[0].draws[1] != cells[1].draws[1]);
    ts_store_close(s);
    close_two(&t);
}

/* Few rows are bound by memory, many by the peak: the machine with more of the one wins there, and the point
 * at which the order turns is where both models say the same. */
static void the_order_turns_where_the_models_meet(void **state)
{
    (void)state;
    two t;
    ts_breakeven b;
    open_two(&t, machine("streams", 5e10, NAN, NAN, 4e10), machine("computes", 2e11, NAN, NAN, 1e10),
             "m=1,n=4096,k=4096");
    check(ts_compare_breakeven(&t.question, t.gemm, 1, 0, "m", &b));
    assert_int_equal(b.first, 0);
    assert_true(b.at > 1);
    for (int64_t m = b.at - 1; m <= b.at; m++) {
        ts_workload scaled;
        check(ts_workload_scaled(t.gemm, "m", m, &scaled));
        t.gemm->calls[0].problem.dims[0] = m;
        check(ts_compare(&t.question, &t.comparison));
        assert_int_equal(t.comparison->rows[0].order[0], m == b.at);
        ts_comparison_free(t.comparison);
        t.comparison = NULL;
        free(scaled.calls);
    }
    check_fails(ts_compare_breakeven(&t.question, t.gemm, 0, 1, "width", &b), TS_EINPUT,
                "no dimension 'width'");
    close_two(&t);
}

static void a_batch_shares_the_weights(void **state)
{
    (void)state;
    two t;
    ts_workload scaled;
    open_two(&t, machine("a", 1e11, NAN, NAN, 1e10), machine("b", 1e11, NAN, NAN, 1e10), "m=3,n=64,k=64");
    check(ts_workload_scaled(t.gemm, "batch", 5, &scaled));
    assert_int_equal(scaled.calls[0].problem.dims[0], 15);
    assert_int_equal(scaled.calls[0].count, 1);
    free(scaled.calls);
    close_two(&t);
}

static void a_cover_is_the_smallest(void **state)
{
    (void)state;
    /* Greedy takes the configuration in the middle first, and then needs two more. */
    const double n = NAN;
    const double costs[] = {1, n, 9, 1, n, 1, 1, n, 1, n, 1, 1, n, 1, 1, n, 1, 9};
    size_t chosen[8];
    bool exact;
    assert_int_equal(ts_cover(&(ts_cover_table){6, 3, costs}, 0.05, chosen, &exact), 2);
    assert_true(exact);
    const double alone[] = {1, 1.04, n, 1.02, 1, n, n, n, 3};
    assert_int_equal(ts_cover(&(ts_cover_table){3, 3, alone}, 0.05, chosen, &exact), 2);
    assert_int_equal(ts_cover(&(ts_cover_table){3, 3, alone}, 0.01, chosen, &exact), 3);
}

static void objectives_have_names(void **state)
{
    (void)state;
    ts_objective o;
    check(ts_objective_parse("perf/$", &o));
    assert_string_equal(ts_objective_name(o), "perf/$");
    assert_true(ts_objective_shown(o, 0.5) == 2);
    check_fails(ts_objective_parse("beauty", &o), TS_EINPUT, "edp");
}

static void the_picture_stands_alone(void **state)
{
    (void)state;
    two t;
    char *svg;
    open_two(&t, machine("slow <&>", 1e10, NAN, NAN, 1e11), machine("fast", 1e11, NAN, NAN, 1e11),
             "m=64,n=64,k=64");
    check(ts_compare(&t.question, &t.comparison));
    check(ts_compare_picture(t.comparison, &svg));
    assert_non_null(strstr(svg, "<title>"));
    assert_non_null(strstr(svg, "slow &lt;&amp;&gt;"));
    assert_null(strstr(svg, "nan"));
    assert_null(strstr(svg, "inf"));
    free(svg);
    close_two(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_faster_one_comes_first_and_surely),
        cmocka_unit_test(spreads_make_the_order_unsure),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test_setup_teardown(measured_comes_before_predicted, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(what_was_measured_varies_for_itself, fixture_open, fixture_close),
        cmocka_unit_test(the_order_turns_where_the_models_meet),
        cmocka_unit_test(a_batch_shares_the_weights),
        cmocka_unit_test(a_cover_is_the_smallest),
        cmocka_unit_test(objectives_have_names),
        cmocka_unit_test(the_picture_stands_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
