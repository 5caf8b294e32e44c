/*
 * Counter backends: software events count real things here, what doesn't count says why, and a preset that
 * isn't what its name says can't be taken for it. PAPI reads its preset table once per process, so that case
 * runs this program again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "measure/counters.h"
#include "measure/papi_events.h"
#include "tilesmith_plugin.h"
#include <math.h>
#include <papi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void lookup_by_name(void **state)
{
    (void)state;
    const ts_counter_backend *papi = ts_counter_backend_find("papi");
    assert_non_null(papi);
    assert_string_equal(papi->name, "papi");
    assert_null(ts_counter_backend_find("abacus"));
    assert_non_null(strstr(ts_error(), "abacus"));
    for (size_t i = 1; ts_counter_backends[i - 1] && ts_counter_backends[i]; i++) {
        assert_true(strcmp(ts_counter_backends[i - 1]->name, ts_counter_backends[i]->name) < 0);
    }
}

/* The reading whose name ends with `suffix`; NULL if none is available. */
static const ts_counter *available(const ts_counter *counters, size_t count, const char *suffix)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(counters[i].name), tail = strlen(suffix);
        if (counters[i].available && length >= tail &&
            strcmp(counters[i].name + length - tail, suffix) == 0) {
            return &counters[i];
        }
    }
    return NULL;
}

static void touch_pages(size_t pages)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *bytes =
        mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(bytes, MAP_FAILED);
    madvise(bytes, pages * page, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < pages; i++) {
        bytes[i * page] = 1;
    }
    munmap(bytes, pages * page);
}

static void software_events_count_real_things(void **state)
{
    const ts_counter_backend *papi = ts_counter_backend_find("papi");
    const struct timespec moment = {
        .tv_nsec = 2000000}; /* long enough that the timer never expires before the sleep begins */
    size_t count;
    assert_int_equal(papi->start(*state), TS_OK);
    touch_pages(700);
    for (int i = 0; i < 7; i++) {
        nanosleep(&moment, NULL);
    }
    assert_int_equal(papi->stop(*state), TS_OK);
    const ts_counter *all = papi->read(*state, &count);
    const ts_counter *faults = available(all, count, "::PAGE-FAULTS"),
                     *switches = available(all, count, "::CONTEXT-SWITCHES");
    assert_true(faults && faults->value >= 700 && faults->value < 2000);
    assert_true(switches && switches->value >= 5);
}

static void regions_are_counted_apart(void **state)
{
    const ts_counter_backend *papi = ts_counter_backend_find("papi");
    double faults[2];
    for (size_t region = 0; region < 2; region++) {
        size_t count;
        assert_int_equal(papi->start(*state), TS_OK);
        touch_pages(region == 0 ? 900 : 100);
        assert_int_equal(papi->stop(*state), TS_OK);
        const ts_counter *all = papi->read(*state, &count);
        faults[region] = available(all, count, "::PAGE-FAULTS")->value;
    }
    assert_true(faults[0] >= 900 && faults[1] >= 100 && faults[1] < 600);
}

static void what_does_not_count_says_why(void **state)
{
    const ts_counter_backend *papi = ts_counter_backend_find("papi");
    size_t count;
    assert_int_equal(papi->start(*state), TS_OK);
    ts_papi_known_work();
    assert_int_equal(papi->stop(*state), TS_OK);
    const ts_counter *all = papi->read(*state, &count);
    assert_true(count >= 10);
    for (size_t i = 0; i < count; i++) {
        assert_true(all[i].name && *all[i].name && all[i].unit);
        if (all[i].available) {
            assert_null(all[i].reason);
            assert_true(all[i].value >= 0);
        } else {
            assert_true(all[i].reason && *all[i].reason);
            assert_true(isnan(all[i].value)); /* never 0 */
        }
    }
}

/* Where the kernel has no PMU, nothing may claim to count cycles. */
static void no_cycles_without_a_pmu(void **state)
{
    const ts_counter_backend *papi = ts_counter_backend_find("papi");
    char text[256];
    size_t count;
    if (!*ts_papi_no_hardware(text, sizeof text)) {
        skip();
    }
    const ts_counter *all = papi->read(*state, &count);
    for (size_t i = 0; i < count; i++) {
        assert_false(all[i].available && strcmp(all[i].unit, "cycles") == 0);
    }
}

static int open_papi(void **state)
{
    return ts_counter_backend_find("papi")->open(state);
}

static int close_papi(void **state)
{
    ts_counter_backend_find("papi")->close(*state);
    return 0;
}

static void opens_again_after_closing(void **state)
{
    (void)state;
    void *again = NULL;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(open_papi(&again), 0);
        close_papi(&again);
    }
}

/* A region that starts twice or stops without a start must be refused or harmless, never a crash. */
static void misuse_is_reported(void **state)
{
    const ts_counter_backend *papi = ts_counter_backend_find("papi");
    int first = papi->start(*state), second = papi->start(*state);
    assert_int_equal(first, TS_OK);
    assert_true(second == TS_OK || *ts_error());
    assert_int_equal(papi->stop(*state), TS_OK);
}

/* ---- fake presets
 * -------------------------------------------------------------------------------------------------- */

enum { FAKE_OK = 0, FAKE_SKIP = 77 };

/* In the second process: PAPI_TOT_CYC is defined as the kernel's CPU clock. */
static int with_fake_presets(void)
{
    void *state = NULL;
    size_t count;
    int verdict = FAKE_SKIP;
    if (open_papi(&state) != 0) {
        return FAKE_SKIP;
    }
    const ts_counter_backend *papi = ts_counter_backend_find("papi");
    if (papi->start(state) != TS_OK) {
        return 1;
    }
    ts_papi_known_work();
    papi->stop(state);
    const ts_counter *all = papi->read(state, &count);
    for (size_t i = 0; i < count; i++) {
        if (!all[i].available) {
            continue;
        }
        if (strcmp(all[i].unit, "cycles") == 0) {
            verdict = 2; /* passed off as cycles */
            break;
        }
        if (strcmp(all[i].name, "PAPI_TOT_CYC{perf::CPU-CLOCK}") == 0) {
            verdict = strcmp(all[i].unit, "user-defined") == 0 && all[i].value > 0 ? FAKE_OK : 3;
        }
    }
    close_papi(&state);
    return verdict;
}

/* A preset belongs to a PMU by name: define it for the one PAPI has taken as this machine's. */
static void name_pmus(FILE *file)
{
    const PAPI_component_info_t *cpu;
    PAPI_library_init(PAPI_VER_CURRENT);
    cpu = PAPI_get_component_info(PAPI_get_component_index("perf_event"));
    for (int i = 0; cpu && i < PAPI_PMU_MAX && cpu->pmu_names[i]; i++) {
        fprintf(file, "CPU,%s\nPRESET,PAPI_TOT_CYC,NOT_DERIVED,perf::CPU-CLOCK\n", cpu->pmu_names[i]);
    }
    PAPI_shutdown();
}

static void fake_presets_are_labelled(void **state)
{
    (void)state;
    char path[] = "/tmp/tilesmith-presets-XXXXXX";
    int fd = mkstemp(path), status = 0;
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    name_pmus(file);
    fclose(file);
    pid_t child = fork();
    if (child == 0) {
        setenv("PAPI_CSV_EVENT_FILE", path, 1);
        setenv("TEST_FAKE_PRESETS", "1", 1);
        execl("/proc/self/exe", "test_counters", (char *)NULL);
        _exit(1);
    }
    waitpid(child, &status, 0);
    unlink(path);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == FAKE_SKIP) {
        print_message(
            "PAPI's perf_event component is disabled or knows no PMU here: presets can't be defined\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), FAKE_OK);
}

int main(void)
{
    if (getenv("TEST_FAKE_PRESETS")) {
        return with_fake_presets();
    }
    const struct CMUnitTest plain[] = {
        cmocka_unit_test(lookup_by_name),
        cmocka_unit_test(opens_again_after_closing),
        cmocka_unit_test(fake_presets_are_labelled),
    };
    const struct CMUnitTest opened[] = {
        cmocka_unit_test(software_events_count_real_things),
        cmocka_unit_test(regions_are_counted_apart),
        cmocka_unit_test(what_does_not_count_says_why),
        cmocka_unit_test(no_cycles_without_a_pmu),
        cmocka_unit_test(misuse_is_reported),
    };
    int failed = cmocka_run_group_tests_name("lookup", plain, NULL, NULL);
    return failed + cmocka_run_group_tests_name("papi", opened, open_papi, close_papi);
}
