/* The report: every section, hostile text harmless, the same bytes each time, a plain no without winners. */
#include "store_fixture.h"

#include "tilesmith.h"

static const char *const sections[] = {"winners",  "peers", "roofline", "convergence", "parameters",
                                       "failures", "time",  "targets",  "machine",     "provenance"};

static char *report(fixture *f, const ts_report_options *wanted)
{
    ts_report_options o = wanted ? *wanted : (ts_report_options){0};
    char *html = NULL, *again = NULL;
    size_t length = 0, twice = 0;
    o.database = f->database;
    check(ts_report(&o, &html, &length));
    check(ts_report(&o, &again, &twice));
    assert_int_equal(length, strlen(html));
    assert_string_equal(html, again);
    free(again);
    return html;
}

static void fill(fixture *f, const char *reason)
{
    ts_store *s;
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    int64_t session = fixture_session(f, s);
    for (int mr = 1; mr <= 24; mr++)
        fixture_result(f, s, session, mr, TS_STATUS_OK, 1e-3 / (1 + mr % 7));
    fixture_result(f, s, session, 30, TS_STATUS_CRASHED, 0);
    ts_winner w = fixture_winner(1e-3 / 7);
    char problem[] = "m=8,n=16,k=32";
    w.problem = problem;
    check(ts_store_winner_put(s, session, &w));
    check(ts_store_session_end(
        s, session, reason, "{\"default_seconds\": 0.001, \"search_seconds\": 0.5, \"finals_seconds\": 2}"));
    ts_store_close(s);
}

static void every_section_is_there_and_nothing_comes_from_elsewhere(void **state)
{
    fixture *f = *state;
    fill(f, "time is up");
    char *html = report(f, NULL);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        char id[64];
        snprintf(id, sizeof id, "<section id=\"%s\">", sections[i]);
        if (!strstr(html, id))
            fail_msg("there is no section '%s'", sections[i]);
    }
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "src=\"http"));
    assert_null(strstr(html, "href=\"http"));
    assert_null(strstr(html, ">nan"));
    assert_null(strstr(html, "\"nan"));
    assert_null(strstr(html, "inf<"));
    assert_non_null(strstr(html, "7.00x")); /* the default's 1 ms over the winner's seventh of it */
    assert_non_null(strstr(html, "crashed"));
    free(html);
}

static void text_from_the_database_is_text(void **state)
{
    fixture *f = *state;
    fill(f, "<script>alert(\"&\")</script>");
    char *html = report(f, NULL);
    assert_null(strstr(html, "<script"));
    assert_non_null(strstr(html, "&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;"));
    free(html);
}

static void without_winners_the_answer_is_a_sentence(void **state)
{
    fixture *f = *state;
    ts_store *s;
    ts_report_options o = {.database = f->database};
    char *html;
    size_t length;
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    ts_store_close(s);
    check_fails(ts_report(&o, &html, &length), TS_ENOTFOUND, "tilesmith tune gemm");
    assert_null(html);
    fill(f, "time is up");
    o.kernel = "stencil2d";
    check_fails(ts_report(&o, &html, &length), TS_ENOTFOUND, "of stencil2d");
    o = (ts_report_options){.database = f->database, .target = "no-such-machine"};
    check_fails(ts_report(&o, &html, &length), TS_ENOTFOUND, "no-such-machine");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_section_is_there_and_nothing_comes_from_elsewhere, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(text_from_the_database_is_text, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(without_winners_the_answer_is_a_sentence, fixture_open,
                                        fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
