/*
 * Every model against reference values: the few in tests/data/model, and all recorded ones where they lie
 * beside the repository. What is known to miss is named here, with its group; anything else that misses
 * fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/validation/validation.h"
#include "util/file.h"

static const struct {
    const char *group, *name, *quantity;
} known_misses[] = {
    {"ECM, roofline", "2d-5pt N=2000 M=1000, SNB", "T_comp"}, /* a value for compiled code */
    {"Block sizes", "blis config/haswell", ""},               /* tuned by hand */
    {"Block sizes", "blis config/zen3", ""},                  /* tuned by hand */
    {"Block sizes", "blis config/skx", ""},                   /* tuned by hand */
    {"Block sizes", "blis config/firestorm", ""},             /* tuned by hand */
    {"Block sizes", "blis config/a64fx", ""},                 /* tuned by hand */
    {"Eyeriss", "CONV4", "MAESTRO"},                          /* another mapping than the chip's */
    {"Quantum", "binary", "M_"},          /* the printed row contradicts the printed rate */
    {"Albireo", "laser", "W_aggressive"}, /* the printed row contradicts the printed unit power */
    {"Albireo", "DAC", "W_aggressive"},   /* would follow from 8 GHz */
};

static bool is_known(const validation_group *g, const validation_case *c)
{
    for (size_t i = 0; i < sizeof known_misses / sizeof *known_misses; i++) {
        if (strstr(g->title, known_misses[i].group) && strstr(c->name, known_misses[i].name) &&
            strstr(c->quantity, known_misses[i].quantity))
            return true;
    }
    return false;
}

static void assert_group(const validation_group *g)
{
    for (size_t i = 0; i < g->cases.count; i++) {
        const validation_case *c = &g->cases.items[i];
        if (c->verdict == MISS && !is_known(g, c))
            fail_msg("%s: %s: %s: expected %s, ours %s", g->title, c->name, c->quantity, c->expected,
                     c->ours);
    }
    assert_true(count_verdicts(g, MATCH) > count_verdicts(g, UNTESTED));
}

static void assert_folder(const char *folder, size_t matches)
{
    validation v = {.folder = folder};
    size_t matched = 0;
    validate_all(&v);
    for (size_t i = 0; i < v.groups.count; i++) {
        assert_group(&v.groups.items[i]);
        matched += count_verdicts(&v.groups.items[i], MATCH);
    }
    assert_int_equal(v.groups.count, 11);
    if (matched < matches)
        fail_msg("%zu values match, %zu did", matched, matches);
    validation_free(&v);
}

static void test_transcribed_values(void **state)
{
    (void)state;
    assert_folder(TS_SOURCE_DIR "/tests/data/model", 450);
}

static void test_recorded_values(void **state)
{
    (void)state;
    static const char folder[] = TS_SOURCE_DIR "/../shared/data/model";
    if (!ts_file_exists(folder))
        skip();
    assert_folder(folder, 1100);
}

/* A page is made of all cases; a folder without files has no groups. */
static void test_page(void **state)
{
    (void)state;
    validation v = {.folder = TS_SOURCE_DIR "/tests/data/model"}, none = {.folder = "/nonexistent"};
    ts_str page = TS_STR_INIT;
    validate_tpu(&v);
    write_report(&v, &page);
    assert_non_null(strstr(ts_str_text(&page), "| MLP0 | bound, TOPS | 13.6 | 13.6 | +0.00 % | match |"));
    validate_all(&none);
    assert_int_equal(none.groups.count, 0);
    ts_str_free(&page);
    validation_free(&v);
    validation_free(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transcribed_values),
        cmocka_unit_test(test_recorded_values),
        cmocka_unit_test(test_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
