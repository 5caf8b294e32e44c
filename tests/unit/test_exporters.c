/* Exports: reproducible bytes, hostile names, headers that compile, T4 that comes back as it went. */
#include "store_fixture.h"

#include "core/recording.h"
#include "export/exporters.h"
#include "tilesmith.h"

#include <jansson.h>
#include <sqlite3.h>

static char *export(fixture *f, const char *format, const ts_export_request *request)
{
    char *text = NULL, *again = NULL;
    size_t length = 0, twice = 0;
    check(ts_export(f->database, format, request, NULL, &text, &length));
    check(ts_export(f->database, format, request, NULL, &again, &twice));
    assert_int_equal(length, strlen(text));
    assert_string_equal(text, again); /* same database, same bytes */
    free(again);
    return text;
}

static void fill(fixture *f)
{
    ts_store *s;
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    int64_t session = fixture_session(f, s);
    fixture_result(f, s, session, 4, TS_STATUS_OK, 1.0 / 3);
    fixture_result(f, s, session, 6, TS_STATUS_WRONG, 0);
    fixture_result(f, s, session, 7, TS_STATUS_COMPILE_FAILED, 0);
    fixture_result(f, s, session, 8, TS_STATUS_CRASHED, 0);
    fixture_result(f, s, session, 9, TS_STATUS_TIMED_OUT, 0);
    fixture_result(f, s, session, 10, TS_STATUS_UNAVAILABLE, 0);
    fixture_result(f, s, session, 4, TS_STATUS_OK, 1.0 / 7);
    f->problem.dims[0] = 9;
    session = fixture_session(f, s);
    fixture_result(f, s, session, 4, TS_STATUS_OK, 1e-3);
    ts_winner w = fixture_winner(1e-3);
    check(ts_store_winner_put(s, session, &w));
    char other[] = "m=128,n=768,k=768,ta=1,tb=0";
    w.problem = other;
    check(ts_store_winner_put(s, session, &w));
    ts_store_close(s);
}

static void put_winner(fixture *f, ts_winner w, const char *target)
{
    ts_store *s;
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    if (target) {
        ts_target_free(f->target);
        f->target = ts_target_new(target, "cpu");
    }
    check(ts_store_winner_put(s, fixture_session(f, s), &w));
    ts_store_close(s);
}

static void compile(fixture *f, const char *header, const char *program, const char *defines)
{
    char path[128], command[512];
    snprintf(path, sizeof path, "%s/choices.h", f->folder);
    check(ts_file_write(path, header, strlen(header)));
    snprintf(path, sizeof path, "%s/main.c", f->folder);
    check(ts_file_write(path, program, strlen(program)));
    snprintf(command, sizeof command,
             "cd %s && ${CC:-cc} -std=c99 -Wall -Wextra -Wpedantic -Werror %s main.c -o main && ./main",
             f->folder, defines);
    if (system(command) != 0)
        fail_msg("%s\n%s", command, header);
}

static void test_header(void **state)
{
    fixture *f = *state;
    fill(f);
    char *text = export(f, "header", NULL);
    assert_non_null(strstr(text, "#define TILESMITH_GEMM_F32_M512_N512_K512_MR 6\n"));
    assert_non_null(strstr(text, "#define TILESMITH_GEMM_F32_M512_N512_K512_ALPHA -1.5\n"));
    assert_non_null(strstr(text, "#define TILESMITH_GEMM_F32_M128_N768_K768_TA1_ALGORITHM \"packed\"\n"));
    assert_non_null(strstr(text, "95 % interval"));
    compile(
        f, text,
        "#include \"choices.h\"\n"
        "int main(void)\n{\n"
        "    const struct tilesmith_gemm_choice *c = tilesmith_gemm_find(0, \"f32\", 128, 768, 768, 1, 0);\n"
        "    if (!c || c->param_mr != 6 || strcmp(c->param_algorithm, \"packed\") != 0 || c->param_alpha != "
        "-1.5) return 1;\n"
        "    if (tilesmith_gemm_find(\"ffff\", \"f32\", 128, 768, 768, 1, 0)) return 2;\n"
        "    if (!tilesmith_gemm_find(\"0123456789abcdef\", \"f32\", 512, 512, 512, 0, 0)) return 3;\n"
        "    return TILESMITH_GEMM_F32_M512_N512_K512_MR != 6;\n}\n",
        "");
    free(text);
}

/* Names and texts that try to get out of comments, literals and identifiers, in a second target besides. */
static void test_hostile_names(void **state)
{
    fixture *f = *state;
    char kernel[] = "*/ #error \"x\" /* ?"
                    "?/",
         flags[] = "-O2 */ \xff\n#error", type[] = "f-32\"\\";
    char configuration[] =
        "{\"a b\":\"q\\\"\\\\\\n?\\u00e9*/\",\"a-b\":-9223372036854775808,\"if\":1,\"x\":1e300}";
    ts_winner w = fixture_winner(1e-3);
    put_winner(f, w, NULL);
    w.kernel = kernel;
    w.flags = flags;
    w.type = type;
    w.configuration = configuration;
    w.compiler_identity = NULL;
    put_winner(f, w, "other */ machine");
    put_winner(f, w, "other *- machine"); /* the same name in C */
    char *text = export(f, "header", NULL);
    compile(f, text,
            "#include \"choices.h\"\n#ifdef TILESMITH_GEMM_F32_M512_N512_K512_MR\n#error no target was "
            "chosen\n#endif\n"
            "int main(void) { return 0; }\n",
            "");
    compile(f, text,
            "#include \"choices.h\"\nint main(void) { return TILESMITH_GEMM_F32_M512_N512_K512_MR != 6; }\n",
            "-DTILESMITH_TARGET_HOST");
    compile(f, text,
            "#include \"choices.h\"\nint main(void) { return "
            "TILESMITH_____ERROR__X_________F_32___M512_N512_K512_IF != 1; }\n",
            "-DTILESMITH_TARGET_OTHER____MACHINE_2");
    free(text);
    text = export(f, "json", NULL);
    json_t *root = json_loads(text, 0, NULL);
    const json_t *first = json_array_get(json_object_get(root, "winners"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "kernel")), kernel);
    assert_string_equal(json_string_value(json_object_get(first, "flags")), "-O2 */ \xef\xbf\xbd\n#error");
    assert_true(json_is_null(json_object_get(first, "peak")));
    json_decref(root);
    free(text);
}

static void test_json(void **state)
{
    fixture *f = *state;
    fill(f);
    char *text = export(f, "json", &(ts_export_request){.kernel = "gemm", .target = "host"});
    json_t *root = json_loads(text, 0, NULL), *winners = json_object_get(root, "winners");
    assert_int_equal(json_array_size(winners), 2);
    const json_t *w = json_array_get(winners, 1);
    assert_string_equal(json_string_value(json_object_get(w, "problem")), "m=512,n=512,k=512,ta=0,tb=0");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(w, "configuration"), "mr")), 6);
    assert_string_equal(json_string_value(json_object_get(w, "compiler_identity")),
                        "gcc 12.2.0 x86_64-linux-gnu");
    assert_float_equal(json_number_value(json_object_get(w, "hi")), 1.1e-3, 1e-12);
    json_decref(root);
    free(text);
}

/* The members and types that the T4 schema 1.0.0 asks for. */
static void check_t4_schema(const json_t *root)
{
    size_t i;
    const json_t *result;
    assert_string_equal(json_string_value(json_object_get(root, "schema_version")), "1.0.0");
    json_array_foreach(json_object_get(root, "results"), i, result)
    {
        const json_t *times = json_object_get(result, "times");
        assert_true(json_is_string(json_object_get(result, "timestamp")));
        assert_true(json_is_object(json_object_get(result, "configuration")));
        assert_true(json_is_array(json_object_get(result, "objectives")));
        assert_true(json_is_array(json_object_get(times, "runtimes")));
        assert_true(json_is_number(json_object_get(times, "compilation_time")));
        assert_true(json_is_number(json_object_get(result, "correctness")));
        assert_true(json_is_array(json_object_get(result, "measurements")));
        assert_true(json_is_string(json_object_get(result, "invalidity")));
    }
}

static void test_t4_round_trip(void **state)
{
    fixture *f = *state;
    char path[128], copy[128];
    size_t rows = 0;
    fill(f);
    char *text = export(f, "t4", NULL), *back = NULL;
    json_t *root = json_loads(text, 0, NULL);
    check_t4_schema(root);
    assert_int_equal(json_array_size(json_object_get(root, "results")),
                     7); /* one of eight was measured again */
    json_decref(root);
    snprintf(path, sizeof path, "%s/t4.json", f->folder);
    snprintf(copy, sizeof copy, "%s/copy.db", f->folder);
    check(ts_export(f->database, "t4", NULL, path, NULL, NULL));
    check(ts_import(copy, path, &rows));
    assert_int_equal(rows, 7);
    check(ts_import(copy, path, &rows));
    assert_int_equal(rows, 0);
    check(ts_export(copy, "t4", NULL, NULL, &back, NULL));
    /* An import keeps everything but the compiler, which no recording has a place for. */
    static const char compiler[] = ", \"compiler\": \"gcc\", \"flags\": \"-O2\"";
    for (char *at; (at = strstr(text, compiler));)
        memmove(at, at + strlen(compiler), strlen(at + strlen(compiler)) + 1);
    assert_string_equal(text, back);
    ts_recordings all;
    check(ts_recordings_load(path, &all));
    assert_int_equal(all.count, 2);
    assert_int_equal(all.items[0]->count, 6);
    assert_string_equal(all.items[0]->problem, "m=8,n=16,k=32");
    assert_float_equal(all.items[0]->cost[5], 1.0 / 7, 0);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(all.items[0]->status[i], i + 1);
    ts_recordings_clear(&all);
    ts_recording *one = NULL;
    check_fails(ts_recording_load(path, &one), TS_EINPUT, "holds 2 problems");
    free(text);
    free(back);
}

/* Results on more threads or within a larger error are others' results: they neither stand beside the plain
 * ones nor take the place of one. */
static void test_t4_is_plain(void **state)
{
    fixture *f = *state;
    ts_store *s;
    check(ts_store_open(f->database, TS_STORE_WRITE, &s));
    fixture_result(f, s, fixture_session(f, s), 4, TS_STATUS_OK, 0.5);
    f->problem.threads = 2;
    fixture_result(f, s, fixture_session(f, s), 4, TS_STATUS_OK, 0.25);
    f->problem.threads = 1;
    f->problem.max_error = 1e-3;
    fixture_result(f, s, fixture_session(f, s), 4, TS_STATUS_OK, 0.125);
    ts_store_close(s);
    char *text = export(f, "t4", NULL);
    json_t *root = json_loads(text, 0, NULL), *results = json_object_get(root, "results");
    assert_int_equal(json_array_size(results), 1);
    json_t *measurements = json_object_get(json_array_get(results, 0), "measurements");
    assert_float_equal(json_number_value(json_object_get(json_array_get(measurements, 0), "value")), 0.5, 0);
    json_decref(root);
    free(text);
}

static void test_refusals(void **state)
{
    fixture *f = *state;
    char *text = NULL, path[128];
    size_t rows;
    check_fails(ts_export(f->database, "pdf", NULL, NULL, &text, NULL), TS_ENOTFOUND,
                "use one of: clblast, header, json, t4, xml");
    check_fails(ts_export(f->database, "json", NULL, NULL, &text, NULL), TS_ENOTFOUND, "no such database");
    fill(f);
    static const char *const formats[] = {"clblast", "header", "json", "t4", "xml"};
    for (size_t i = 0; i < 5; i++) {
        check_fails(
            ts_export(f->database, formats[i], &(ts_export_request){.kernel = "conv"}, NULL, &text, NULL),
            TS_ENOTFOUND, "conv");
        check_fails(
            ts_export(f->database, formats[i], &(ts_export_request){.target = "mars"}, NULL, &text, NULL),
            TS_ENOTFOUND, "mars");
    }
    snprintf(path, sizeof path, "%s/no/such/folder/x.h", f->folder);
    assert_true(ts_export(f->database, "header", NULL, path, NULL, NULL) < 0);
    snprintf(path, sizeof path, "%s/bad.json", f->folder);
    check(ts_file_write(path, "{\"results\": 3}", 14));
    check_fails(ts_import(f->database, path, &rows), TS_EINPUT, "neither a Kernel Tuner cache file");
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->database, &db), SQLITE_OK);
    sqlite3_exec(
        db,
        "UPDATE winners SET configuration = '[1'; UPDATE configurations SET parameters = parameters || ';'",
        NULL, NULL, NULL);
    sqlite3_close(db);
    for (size_t i = 0; i < 5; i++)
        check_fails(ts_export(f->database, formats[i], NULL, NULL, &text, NULL), TS_EINPUT, "is damaged");
}

#define export_test(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        export_test(test_header),        export_test(test_hostile_names), export_test(test_json),
        export_test(test_t4_round_trip), export_test(test_t4_is_plain),   export_test(test_refusals),
    };
    return cmocka_run_group_tests_name("exporters", tests, NULL, NULL);
}
