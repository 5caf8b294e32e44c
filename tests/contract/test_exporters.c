/* What every exporter must do: the same bytes twice, provenance, no number that isn't one, all or nothing. */
#include "../unit/store_fixture.h"

#include "export/exporters.h"
#include "tilesmith.h"
#include "util/xml.h"

#include <ctype.h>
#include <jansson.h>
#include <signal.h>
#include <sys/resource.h>

static void fill(fixture *f)
{
    ts_store *s;
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    int64_t session = fixture_session(f, s);
    fixture_result(f, s, session, 4, TS_STATUS_OK, 1.0 / 3);
    fixture_result(f, s, session, 6, TS_STATUS_CRASHED, 0);
    ts_winner w = fixture_winner(1e-3);
    w.lo = w.hi = w.peak = w.flops = NAN; /* nothing that isn't known may become a number */
    check(ts_store_winner_put(s, session, &w));
    ts_store_close(s);
}

static char *render(fixture *f, const ts_exporter *e, size_t *length)
{
    char *text = NULL;
    check(ts_export(f->database, e->name, NULL, NULL, &text, length));
    return text;
}

static void test_described(void **state)
{
    (void)state;
    for (const ts_exporter *const *e = ts_exporters; *e; e++) {
        assert_true((*e)->name[0] && (*e)->summary[0] && (*e)->extension[0] == '.');
        assert_non_null((*e)->render);
        assert_ptr_equal(ts_exporter_find((*e)->name), *e);
    }
}

static void test_reproducible(void **state)
{
    fixture *f = *state;
    fill(f);
    for (const ts_exporter *const *e = ts_exporters; *e; e++) {
        size_t once, twice;
        char *a = render(f, *e, &once), *b = render(f, *e, &twice);
        assert_int_equal(once, twice);
        assert_int_equal(once, strlen(a));
        assert_memory_equal(a, b, once);
        free(a);
        free(b);
    }
}

static void test_provenance(void **state)
{
    fixture *f = *state;
    fill(f);
    static const char *const needed[] = {"tilesmith " TILESMITH_VERSION, "0123456789abcdef", "gcc", "-O2",
                                         "host"};
    for (const ts_exporter *const *e = ts_exporters; *e; e++) {
        char *text = render(f, *e, NULL);
        for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
            if (!strstr(text, needed[i]))
                fail_msg("%s lacks '%s':\n%s", (*e)->name, needed[i], text);
        free(text);
    }
}

/* As a word: not the end of "dimension" or the middle of "nanoseconds". */
static bool has_word(const char *text, const char *word)
{
    for (const char *at = text; (at = strcasestr(at, word)); at++)
        if ((at == text || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[strlen(word)]))
            return true;
    return false;
}

static void test_valid(void **state)
{
    fixture *f = *state;
    fill(f);
    for (const ts_exporter *const *e = ts_exporters; *e; e++) {
        size_t length;
        char *text = render(f, *e, &length);
        if (has_word(text, "nan") || has_word(text, "inf"))
            fail_msg("%s writes what is no number:\n%s", (*e)->name, text);
        if (strcmp((*e)->extension, ".json") == 0) {
            json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
            assert_non_null(root);
            json_decref(root);
        }
        if (strcmp((*e)->extension, ".xml") == 0) {
            xmlDocPtr doc = NULL;
            check(ts_xml_parse(text, length, (*e)->name, NULL, &doc));
            xmlFreeDoc(doc);
        }
        free(text);
    }
}

/* A full disk, as a process sees one: no file may grow beyond a few bytes. What was there stays, nothing is
 * left. */
static void test_atomic(void **state)
{
    fixture *f = *state;
    char path[128], command[256], *kept = NULL;
    fill(f);
    snprintf(path, sizeof path, "%s/out", f->folder);
    snprintf(command, sizeof command, "test $(ls -A %s | grep -c out) = 1", f->folder);
    struct rlimit usual, tiny;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
    tiny = (struct rlimit){16, usual.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    check(ts_file_write(path, "before", 6));
    for (const ts_exporter *const *e = ts_exporters; *e; e++) {
        setrlimit(RLIMIT_FSIZE, &tiny);
        int rc = ts_export(f->database, (*e)->name, NULL, path, NULL, NULL);
        setrlimit(RLIMIT_FSIZE, &usual);
        assert_int_equal(rc, TS_ESYSTEM);
        check(ts_file_read(path, 100, &kept, NULL));
        assert_string_equal(kept, "before");
        free(kept);
        assert_int_equal(system(command), 0);
    }
}

#define export_test(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_described), export_test(test_reproducible), export_test(test_provenance),
        export_test(test_valid),          export_test(test_atomic),
    };
    return cmocka_run_group_tests_name("exporters", tests, NULL, NULL);
}
