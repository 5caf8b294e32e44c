/* Recorded spaces: both formats, what is tolerated, what is refused and how it is said; the real recordings
 * where they are at hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lzma.h>
#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

#include "core/recording.h"
#include "util/clock.h"
#include "util/file.h"

#define HEAD                                                                                                 \
    "{\"device_name\": \"GPU\", \"kernel_name\": \"conv\", \"problem_size\": [4096, "                        \
    "32],\n\"tune_params_keys\": [\"bx\", \"mode\", \"pad\"],\n"                                             \
    "\"tune_params\": {\"bx\": [16, 8, 32], \"mode\": [\"row\", \"col\", \"diag\"], \"pad\": [0, 1]},\n"
#define ROW(key, bx, mode, pad, rest)                                                                        \
    "\"" key "\": {\"bx\": " bx ", \"mode\": \"" mode "\", \"pad\": " pad ", " rest "}"

static const char CACHE[] = HEAD "\"cache\": {\n" ROW(
    "8,row,0", "8", "row", "0",
    "\"time\": 2.5, \"times\": [2.0, [3.0]], \"compile_time\": 100, "
    "\"verification_time\": 10, \"benchmark_time\": 7,"
    " \"strategy_time\": 1, \"framework_time\": 4, \"timestamp\": "
    "\"2023-12-22\"") ",\n" ROW("16,col,1", "16", "col", "1",
                                "\"time\": \"CompilationFailedConfig\", "
                                "\"compile_time\": 50") ",\n" ROW("32,col,1", "32", "col", "1",
                                                                  "\"time\": "
                                                                  "\"RuntimeFa"
                                                                  "iledConfig"
                                                                  "\"") ","
                                                                        "\n" ROW("32,diag,1", "32", "diag", "1", "\"time\": NaN") ",\n" ROW(
                                                                            "32,diag,0", "32", "diag", "0",
                                                                            "\"time\": 1e20") ",\n" ROW("8,"
                                                                                                        "diag"
                                                                                                        ",0",
                                                                                                        "8",
                                                                                                        "dia"
                                                                                                        "g",
                                                                                                        "0",
                                                                                                        "\"ti"
                                                                                                        "me\""
                                                                                                        ": "
                                                                                                        "\"In"
                                                                                                        "vali"
                                                                                                        "dCon"
                                                                                                        "fig"
                                                                                                        "\"");

static ts_recordings parse_ok(const char *text)
{
    ts_recordings all;
    if (ts_recordings_parse(text, strlen(text), "dir/space_T4.json.xz", &all) != TS_OK)
        fail_msg("%s", ts_error());
    return all;
}

static void parse_fails(const char *text, const char *sentence)
{
    ts_recordings all;
    assert_int_equal(ts_recordings_parse(text, strlen(text), "x.json", &all), TS_EINPUT);
    if (!strstr(ts_error(), sentence))
        fail_msg("expected '%s' in: %s", sentence, ts_error());
    assert_null(all.items);
}

static void check_cache(const ts_recording *r)
{
    static const ts_status expected[] = {TS_STATUS_OK,      TS_STATUS_COMPILE_FAILED,
                                         TS_STATUS_CRASHED, TS_STATUS_CRASHED,
                                         TS_STATUS_CRASHED, TS_STATUS_COMPILE_FAILED};
    assert_int_equal(r->count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(r->status[i], expected[i]);
        assert_true(isnan(r->cost[i]) == (expected[i] != TS_STATUS_OK));
        assert_true((r->records[i].reason != NULL) == (expected[i] != TS_STATUS_OK));
    }
    assert_float_equal(r->cost[0], 0.0025, 1e-15);
    assert_float_equal(r->spent[0], 0.120,
                       1e-12); /* 100 + 10 + 1 + 4 + 2 + 3 ms; the benchmark's wall time is not counted */
    assert_float_equal(r->spent[1], 0.050, 1e-12);
    assert_true(isnan(r->spent[2]));
    assert_string_equal(r->records[1].reason, "CompilationFailedConfig");
}

static void test_cache_file(void **state)
{
    (void)state;
    char *whole = malloc(sizeof CACHE + 8);
    strcat(strcpy(whole, CACHE), "}\n}\n");
    ts_recordings all = parse_ok(whole);
    const ts_recording *r = all.items[0];
    check_cache(r);
    assert_string_equal(r->name, "space");
    assert_string_equal(r->device, "GPU");
    assert_string_equal(r->kernel, "conv");
    assert_string_equal(r->problem, "size=4096x32");
    assert_int_equal(r->records[0].sample_count, 2);
    assert_float_equal(r->records[0].samples[1], 0.003, 1e-15);
    assert_string_equal(r->records[0].timestamp, "2023-12-22");
    ts_recordings_clear(&all);
    free(whole);
}

/* A killed tuner leaves no closing braces, perhaps a comma; that is legal. */
static void test_cut_off_cache(void **state)
{
    (void)state;
    static const char *const tails[] = {"", "\n", ",\n", "}", " }\n"};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        char text[sizeof CACHE + 8];
        strcat(strcpy(text, CACHE), tails[i]);
        ts_recordings all;
        int rc = ts_recordings_parse(text, strlen(text), "x", &all);
        if (i >= 3) { /* one brace is no state that Kernel Tuner leaves */
            assert_int_equal(rc, TS_EINPUT);
            continue;
        }
        assert_int_equal(rc, TS_OK);
        check_cache(all.items[0]);
        ts_recordings_clear(&all);
    }
}

static void test_domains(void **state)
{
    (void)state;
    ts_recordings all = parse_ok(CACHE);
    const ts_space *space = all.items[0]->space;
    const ts_param *bx = ts_space_param(space, 0), *mode = ts_space_param(space, 1),
                   *pad = ts_space_param(space, 2);
    assert_int_equal(ts_space_count(space), 6);
    assert_int_equal(bx->kind, TS_PARAM_ORDINAL);
    assert_int_equal(bx->values[0].i, 8); /* sorted: the file says 16, 8, 32 */
    assert_int_equal(bx->values[2].i, 32);
    assert_int_equal(mode->kind, TS_PARAM_CATEGORICAL);
    assert_string_equal(mode->values[0].s, "row");
    assert_int_equal(pad->kind, TS_PARAM_BOOLEAN);
    uint16_t ordinals[3];
    ts_space_decode(space, 3, ordinals);
    assert_int_equal(ordinals[0], 2);
    assert_int_equal(ordinals[1], 2);
    assert_int_equal(ordinals[2], 1);
    ts_recordings_clear(&all);
}

static void test_domains_from_entries(void **state)
{
    (void)state;
    ts_recordings all = parse_ok("{\"tune_params_keys\": [\"a\", \"b\", \"c\"], \"cache\": {"
                                 "\"1\": {\"a\": 4, \"b\": \"true\", \"c\": [1, 2], \"time\": 1},"
                                 "\"2\": {\"a\": 0.5, \"b\": \"false\", \"c\": null, \"time\": 2}}}");
    const ts_space *space = all.items[0]->space;
    assert_int_equal(ts_space_param(space, 0)->kind, TS_PARAM_ORDINAL);
    assert_float_equal(ts_space_param(space, 0)->values[0].r, 0.5, 0);
    assert_int_equal(ts_space_param(space, 1)->kind, TS_PARAM_BOOLEAN);
    assert_string_equal(ts_space_param(space, 2)->values[0].s, "[1,2]");
    assert_true(isnan(all.items[0]->spent[0]));
    ts_recordings_clear(&all);
}

static void test_maximised_objective(void **state)
{
    (void)state;
    ts_recordings all = parse_ok("{\"tune_params_keys\": [\"a\"], \"objective\": \"GFLOP/s\", \"cache\": {"
                                 "\"1\": {\"a\": 1, \"time\": 1, \"GFLOP/s\": 100},"
                                 "\"2\": {\"a\": 2, \"time\": \"RuntimeFailedConfig\", \"GFLOP/s\": 5}}}");
    assert_true(all.items[0]->maximise);
    assert_float_equal(all.items[0]->cost[0], -100, 0);
    assert_int_equal(all.items[0]->status[1], TS_STATUS_CRASHED);
    ts_recordings_clear(&all);
    assert_true(ts_objective_maximised("Score"));
    assert_false(ts_objective_maximised("time_per_gflop"));
    assert_false(ts_objective_maximised("energy"));
}

static void test_t4(void **state)
{
    (void)state;
    ts_recordings all = parse_ok(
        "{\"metadata\": {\"timeunit\": \"miliseconds\"}, \"results\": [\n"
        "{\"configuration\": {\"a\": 1}, \"objectives\": [\"time\"], \"times\": {\"compilation\": 10, "
        "\"framework\": 1,"
        " \"runtimes\": [2, 4], \"validation\": 3}, \"invalidity\": \"correct\", \"correctness\": 1,"
        " \"measurements\": [{\"name\": \"other\", \"value\": 9}, {\"name\": \"time\", \"value\": 3, "
        "\"unit\": \"ms\"}]},\n"
        "{\"configuration\": {\"a\": 2}, \"times\": {\"compilation_time\": 5}, \"invalidity\": \"timeout\", "
        "\"correctness\": 0},\n"
        "{\"configuration\": {\"a\": 3}, \"times\": {}, \"invalidity\": \"correctness\", \"correctness\": "
        "0},\n"
        "{\"configuration\": {\"a\": 4}, \"times\": {}, \"invalidity\": \"correct\", \"correctness\": 1}]}");
    const ts_recording *r = all.items[0];
    assert_int_equal(all.count, 1);
    assert_int_equal(r->count, 4);
    assert_float_equal(r->cost[0], 0.003, 1e-15);
    assert_float_equal(r->spent[0], 0.020, 1e-12);
    assert_int_equal(r->status[1], TS_STATUS_TIMED_OUT);
    assert_float_equal(r->spent[1], 0.005, 1e-12);
    assert_int_equal(r->status[2], TS_STATUS_WRONG);
    assert_int_equal(r->status[3], TS_STATUS_UNAVAILABLE); /* "correct", and yet no value */
    ts_recordings_clear(&all);
}

static void test_refusals(void **state)
{
    (void)state;
    parse_fails("", "cannot be read as JSON");
    parse_fails("[]", "expected an object");
    parse_fails("{\"a\": 1}", "neither a Kernel Tuner cache file");
    parse_fails("{\n\"cache\": {\"1\": {}, \n\"1\": {}}}", "x.json:3");
    parse_fails("{\"cache\": {}}", "tune_params_keys");
    parse_fails("{\"tune_params_keys\": [\"a\"], \"cache\": {}}", "holds no results");
    parse_fails("{\"results\": []}", "nothing to read");
    parse_fails("{\"results\": [{\"configuration\": {\"a\": 1}, \"invalidity\": \"fine\"}]}",
                "must be one of");
    parse_fails("{\"results\": [{\"times\": {}}]}", "no \"configuration\"");
    parse_fails("{\"tune_params_keys\": [\"a\"],\n\"cache\": {\n\"7\": {\"b\": 1, \"time\": 1}}}",
                "x.json:3: entry 0 has no value");
    parse_fails("{\"tune_params_keys\": [\"a\"], \"tune_params\": {\"a\": [1, 2]},\n\"cache\": {\"7\": "
                "{\"a\": 7, \"time\": 1}}}",
                "x.json:2: entry 0 has \"a\": 7, a value that tune_params does not list");
    parse_fails("{\"tune_params_keys\": [\"a\"], \"cache\": {\"1\": {\"a\": 1, \"time\": 1}, \"01\": {\"a\": "
                "1, \"time\": 2}}}",
                "entries 0 and 1 are the same configuration");
    parse_fails("{\"tune_params_keys\": [\"a\"], \"cache\": {\"1\": 5}}", "is not an object");
    char deep[20001];
    memset(deep, '[', 20000);
    deep[20000] = '\0';
    parse_fails(deep, "cannot be read as JSON");
}

static void write_file(const char *path, const void *bytes, size_t length)
{
    if (ts_file_write(path, bytes, length) != TS_OK)
        fail_msg("%s", ts_error());
}

static void load_and_check(const char *path)
{
    ts_recording *r;
    if (ts_recording_load(path, &r) != TS_OK)
        fail_msg("%s", ts_error());
    check_cache(r);
    ts_recording_free(r);
}

static void test_compressed(void **state)
{
    (void)state;
    char folder[] = "/tmp/tilesmith-recording-XXXXXX", path[80];
    uint8_t packed[8192];
    size_t length = 0;
    ts_recording *r = NULL;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/r.json", folder);
    write_file(path, CACHE, strlen(CACHE));
    load_and_check(path);
    snprintf(path, sizeof path, "%s/r.json.xz", folder);
    assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, (const uint8_t *)CACHE, strlen(CACHE),
                                             packed, &length, sizeof packed),
                     LZMA_OK);
    write_file(path, packed, length);
    load_and_check(path);
    write_file(path, packed, length - 5);
    assert_int_equal(ts_recording_load(path, &r), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "cut off"));
    snprintf(path, sizeof path, "%s/r.json.gz", folder);
    gzFile gz = gzopen(path, "wb");
    gzwrite(gz, CACHE, 100);
    gzclose(gz);
    gz = gzopen(path, "ab"); /* a second member */
    gzwrite(gz, CACHE + 100, (unsigned)strlen(CACHE) - 100);
    gzclose(gz);
    load_and_check(path);
    char *bytes;
    assert_int_equal(ts_file_read(path, 1 << 20, &bytes, &length), TS_OK);
    write_file(path, bytes, length - 9);
    assert_int_equal(ts_recording_load(path, &r), TS_EINPUT);
    free(bytes);
    assert_true(ts_recording_load(folder, &r) < 0);
    snprintf(path, sizeof path, "%s/none.json", folder);
    assert_true(ts_recording_load(path, &r) < 0);
    ts_file_remove(folder);
}

/* The recordings of the AutoTuning Association, where somebody put them: counts and optima as published. */
static void test_real_recordings(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t count, valid;
    } known[] = {{"convolution__RTX_2080_Ti", 6768, 5256},  {"convolution_milo__A4000", 4362, 4201},
                 {"convolution_milo__MI250X", 4362, 4362},  {"convolution_milo_mini__MI50", 2442, 2442},
                 {"dedispersion_milo__A100", 11130, 11130}, {"dedispersion_milo__W7800", 11130, 11130},
                 {"gemm__RTX_3090", 17956, 17956}};
    size_t read = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char path[4096];
        ts_recording *r;
        snprintf(path, sizeof path, TS_SOURCE_DIR "/../shared/data/search/%s.json.xz", known[i].name);
        if (!ts_file_exists(path))
            continue;
        if (ts_recording_load(path, &r) != TS_OK)
            fail_msg("%s", ts_error());
        uint64_t valid = 0;
        for (uint64_t j = 0; j < r->count; j++) {
            valid += r->status[j] == TS_STATUS_OK;
            assert_true(r->spent[j] > 0);
        }
        assert_int_equal(r->count, known[i].count);
        assert_int_equal(valid, known[i].valid);
        assert_int_equal(ts_space_count(r->space), known[i].count);
        assert_string_equal(r->name, known[i].name);
        ts_recording_free(r);
        read++;
    }
    if (read == 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cache_file),
        cmocka_unit_test(test_cut_off_cache),
        cmocka_unit_test(test_domains),
        cmocka_unit_test(test_domains_from_entries),
        cmocka_unit_test(test_maximised_objective),
        cmocka_unit_test(test_t4),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_compressed),
        cmocka_unit_test(test_real_recordings),
    };
    return cmocka_run_group_tests_name("recording", tests, NULL, NULL);
}
