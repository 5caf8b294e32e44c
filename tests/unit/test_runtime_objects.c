/* Compiled variants in the database: loaded where they fit, and only there. */
#include "runtime/live.h"
#include "runtime_fixture.h"

static char *features_of(const ts_host *host)
{
    char *text = calloc(1, 4096);
    assert_non_null(text);
    for (size_t i = 0; i < host->feature_count; i++) {
        strcat(text, i > 0 ? " " : "");
        strcat(text, host->features[i]);
    }
    return text;
}

static void read_bytes(const char *path, char **bytes, size_t *length)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    *bytes = malloc(1 << 20);
    assert_non_null(*bytes);
    *length = fread(*bytes, 1, 1 << 20, file);
    fclose(file);
    assert_true(*length > 0);
}

/* Insert bytes as the object of variant a, under the hash given or their own. */
static void put_object(fixture *f, const char *features, const char *abi, const char *hash, const char *bytes,
                       size_t length)
{
    char id[33], own[65];
    sqlite3_stmt *insert;
    variant_id('a', id);
    tsrt_sha256(bytes, length, own);
    fixture_sql(
        f, "CREATE TABLE IF NOT EXISTS objects(hash, variant, features, abi, bytes); DELETE FROM objects");
    assert_int_equal(sqlite3_prepare_v2(f->db, "INSERT INTO objects VALUES(?,?,?,?,?)", -1, &insert, NULL),
                     SQLITE_OK);
    sqlite3_bind_text(insert, 1, hash != NULL ? hash : own, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, id, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 3, features, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 4, abi, -1, SQLITE_STATIC);
    sqlite3_bind_blob(insert, 5, bytes, (int)length, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(insert), SQLITE_DONE);
    sqlite3_finalize(insert);
}

typedef struct scene {
    fixture *f;
    char *features, *bytes, abi[TS_HOST_ABI];
    size_t length;
} scene;

/* A winner whose compiler doesn't exist, and the object that one that does made of it. */
static int setup(void **state)
{
    scene *s = calloc(1, sizeof *s);
    char path[200], id[33];
    s->f = fixture_open();
    fixture_add(s->f, (winner){.problem = "m=64,n=64,k=64,ta=0,tb=0", .letter = 'a'});
    ts_rt *rt = fixture_runtime(s->f);
    find_gemm(rt, "f32", 64, 64, 64, 0, 0);
    ts_rt_close(rt);
    variant_id('a', id);
    snprintf(path, sizeof path, "%s/objects/aa/%s.so", s->f->cache, id);
    read_bytes(path, &s->bytes, &s->length);
    assert_int_equal(unlink(path), 0);
    fixture_sql(s->f, "UPDATE w SET compiler = '/nowhere/cc'");
    s->features = features_of(&s->f->host);
    ts_host_abi(&s->f->host, s->abi);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    scene *s = *state;
    fixture_close(s->f);
    free(s->features);
    free(s->bytes);
    free(s);
    return 0;
}

static void assert_loads(const scene *s, const char *mode)
{
    if (mode != NULL)
        setenv("TILESMITH_RT", mode, 1);
    ts_rt *rt = fixture_runtime(s->f);
    ts_rt_kernel k = find_gemm(rt, "f32", 64, 64, 64, 0, 0);
    unsetenv("TILESMITH_RT");
    if (k.rung != TS_RT_EXACT)
        fail_msg("not loaded: %s", k.why);
    assert_int_equal(marker_of(&k), 'a');
    ts_rt_close(rt);
}

static void assert_refused(const scene *s, const char *reason)
{
    ts_rt *rt = fixture_runtime(s->f);
    ts_rt_kernel k = find_gemm(rt, "f32", 64, 64, 64, 0, 0);
    assert_int_equal(k.rung, TS_RT_DEFAULT);
    assert_says(k.why, reason);
    ts_rt_close(rt);
}

static void test_loaded_without_a_compiler(void **state)
{
    scene *s = *state;
    assert_refused(s, "/nowhere/cc");
    put_object(s->f, s->features, s->abi, NULL, s->bytes, s->length);
    assert_loads(s, NULL);
    assert_loads(s, "readonly");
    put_object(s->f, "", s->abi, NULL, s->bytes, s->length); /* needs nothing beyond the baseline */
    assert_loads(s, NULL);
}

/* Two runtimes at once: the second one's file in memory must not be taken for the first one's. */
static void test_two_runtimes(void **state)
{
    scene *s = *state;
    put_object(s->f, s->features, s->abi, NULL, s->bytes, s->length);
    ts_rt *one = fixture_runtime(s->f), *two = fixture_runtime(s->f);
    ts_rt_kernel k = find_gemm(one, "f32", 64, 64, 64, 0, 0), l = find_gemm(two, "f32", 64, 64, 64, 0, 0);
    assert_ptr_not_equal(k.function, l.function);
    ts_rt_close(one);
    assert_int_equal(marker_of(&l), 'a');
    ts_rt_close(two);
}

/* Whatever doesn't fit is as if it weren't there: the compiler is asked. */
static void test_other_provenance(void **state)
{
    scene *s = *state;
    char more[5000];
    snprintf(more, sizeof more, "%s avx9000", s->features);
    put_object(s->f, more, s->abi, NULL, s->bytes, s->length);
    assert_refused(s, "/nowhere/cc");
    put_object(s->f, s->features, "vax elf32 libc", NULL, s->bytes, s->length);
    assert_refused(s, "/nowhere/cc");
    put_object(s->f, s->features, s->abi, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
               s->bytes, s->length);
    assert_refused(s, "/nowhere/cc");
    fixture_sql(s->f, "UPDATE w SET compiler = 'cc'");
    assert_loads(s, NULL);
}

static void test_damaged_bytes(void **state)
{
    scene *s = *state;
    put_object(s->f, s->features, s->abi, NULL, s->bytes, s->length / 2); /* cut short, and honestly hashed */
    assert_refused(s, "/nowhere/cc");
    put_object(s->f, s->features, s->abi, NULL, "#!/bin/sh\n", 10);
    assert_refused(s, "/nowhere/cc");
    s->bytes[18] ^= 0x55; /* e_machine: of another processor */
    put_object(s->f, s->features, s->abi, NULL, s->bytes, s->length);
    assert_refused(s, "/nowhere/cc");
}

/* ---- the file under a running program
 * ----------------------------------------------------------------------- */

static ts_rt *running(const scene *s)
{
    put_object(s->f, s->features, s->abi, NULL, s->bytes, s->length);
    ts_rt *rt = fixture_runtime(s->f);
    assert_null(strstr(ts_rt_status(rt), "since"));
    return rt;
}

static void assert_goes_on(ts_rt *rt, const char *said)
{
    assert_says(ts_rt_status(rt), said);
    assert_ptr_equal(ts_rt_status(rt), ts_rt_status(rt)); /* asking doesn't grow it */
    ts_rt_kernel k = find_gemm(rt, "f32", 65, 65, 65, 0, 0);
    float a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8}, c[4] = {0};
    if (k.rung == TS_RT_DEFAULT) {
        assert_int_equal(ts_rt_gemm_f32(rt, 2, 2, 2, 1, a, 2, b, 2, 0, c, 2), 0);
        assert_true(c[0] == 19 && c[3] == 50);
    } else
        assert_int_equal(marker_of(&k), 'a');
}

static void test_replaced(void **state)
{
    scene *s = *state;
    ts_rt *rt = running(s);
    char other[128];
    snprintf(other, sizeof other, "%s/other", s->f->folder);
    FILE *file = fopen(other, "w");
    assert_non_null(file);
    fputs("nonsense", file);
    fclose(file);
    assert_int_equal(rename(other, s->f->database), 0);
    assert_goes_on(rt, "was replaced since");
    ts_rt_close(rt);
}

static void test_cut_short(void **state)
{
    scene *s = *state;
    ts_rt *rt = running(s);
    assert_int_equal(truncate(s->f->database, 100), 0);
    assert_goes_on(rt, "was cut short since");
    ts_rt_close(rt);
}

static void test_made_writable(void **state)
{
    scene *s = *state;
    ts_rt *rt = running(s);
    assert_int_equal(chmod(s->f->database, 0666), 0);
    assert_goes_on(rt, "can be written by other users");
    assert_says(find_gemm(rt, "f32", 65, 65, 65, 0, 0).why, "was passed over"); /* its object isn't loaded */
    ts_rt_close(rt);
}

static void test_gone(void **state)
{
    scene *s = *state;
    ts_rt *rt = running(s);
    assert_int_equal(marker_of(&(ts_rt_kernel){.function = find_gemm(rt, "f32", 64, 64, 64, 0, 0).function}),
                     'a');
    assert_int_equal(unlink(s->f->database), 0);
    assert_goes_on(rt, "it is gone since");
    assert_int_equal(find_gemm(rt, "f32", 64, 64, 64, 0, 0).rung, TS_RT_EXACT);
    ts_rt_close(rt);
}

/* FIPS 180-4 examples, and lengths around the padding's edges against themselves. */
static void test_sha256(void **state)
{
    (void)state;
    char hex[65], text[200];
    tsrt_sha256("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    tsrt_sha256("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    tsrt_sha256(two, strlen(two), hex);
    assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    memset(text, 'a', sizeof text);
    tsrt_sha256(text, 64, hex);
    assert_string_equal(hex, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_loaded_without_a_compiler, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_runtimes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_provenance, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cut_short, setup, teardown),
        cmocka_unit_test_setup_teardown(test_made_writable, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gone, setup, teardown),
        cmocka_unit_test(test_sha256),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
