/* A scratch folder, a kernel made by hand (no manifest, no templates) and a target: what the tests of the
 * store and the exporters share. */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

/* cmocka needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/result.h"
#include "core/variant.h"
#include "store/store.h"
#include "util/file.h"

#define check(call)                                                                                          \
    do {                                                                                                     \
        if ((call) != TS_OK)                                                                                 \
            fail_msg("%s: %s", #call, ts_error());                                                           \
    } while (0)

/** The call fails with this code, and its sentence has this text in it. */
#define check_fails(call, code, text)                                                                        \
    do {                                                                                                     \
        assert_int_equal((call), (code));                                                                    \
        if (!strstr(ts_error(), (text)))                                                                     \
            fail_msg("%s: expected '%s' in: %s", #call, (text), ts_error());                                 \
    } while (0)

enum { FIXTURE_MR = 3, FIXTURE_ALGORITHM, FIXTURE_TYPE, FIXTURE_TYPE_SIZE, FIXTURE_SLOTS };

typedef struct fixture {
    char folder[64], database[96];
    ts_names *names;
    ts_expr *work;
    ts_dim dims[3];
    ts_type type;
    ts_parameter parameters[2];
    ts_kernel kernel;
    ts_problem problem;
    ts_target *target;
} fixture;

static inline void fixture_kernel(fixture *f)
{
    static char m[] = "m", n[] = "n", k[] = "k", mr[] = "mr", algorithm[] = "algorithm", f32[] = "f32",
                gemm[] = "gemm";
    const char *const names[] = {m, n, k, mr, algorithm, "type", "type.size"};
    char *const dims[] = {m, n, k};
    check(ts_names_new(&f->names));
    for (size_t i = 0; i < FIXTURE_SLOTS; i++)
        check(ts_names_add(f->names, names[i], NULL));
    check(ts_expr_parse("2.0*m*n*k", (ts_place){.file = "fixture"}, f->names, &f->work));
    for (size_t i = 0; i < 3; i++)
        f->dims[i] =
            (ts_dim){.name = dims[i], .min = 1, .max = 1024, .fallback = 1, .argument = true, .slot = i};
    f->type = (ts_type){.name = f32, .size = 4};
    f->parameters[0] = (ts_parameter){.name = mr, .slot = FIXTURE_MR};
    f->parameters[1] = (ts_parameter){.name = algorithm, .slot = FIXTURE_ALGORITHM};
    f->kernel = (ts_kernel){.name = gemm,
                            .names = f->names,
                            .slot_count = FIXTURE_SLOTS,
                            .type_slot = FIXTURE_TYPE,
                            .type_size_slot = FIXTURE_TYPE_SIZE,
                            .dims = f->dims,
                            .dim_count = 3,
                            .types = &f->type,
                            .type_count = 1,
                            .parameters = f->parameters,
                            .parameter_count = 2,
                            .flops = f->work,
                            .bytes = f->work};
    memset(f->kernel.hash, 'a', 64);
    f->problem = (ts_problem){.kernel = &f->kernel, .type = &f->type, .dims = {8, 16, 32}};
}

static inline int fixture_open(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->folder, "/tmp/tilesmith-store-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->database, sizeof f->database, "%s/t.db", f->folder);
    fixture_kernel(f);
    f->target = ts_target_new("host", "cpu");
    assert_non_null(f->target);
    f->target->fingerprint = strdup("0123456789abcdef");
    *state = f;
    return 0;
}

static inline int fixture_close(void **state)
{
    fixture *f = *state;
    ts_file_remove(f->folder);
    ts_expr_free(f->work);
    ts_names_free(f->names);
    ts_target_free(f->target);
    free(f);
    return 0;
}

/** A session under the problem's threads and max_error. */
static inline int64_t fixture_session(fixture *f, ts_store *s)
{
    ts_session_row row = {.strategy = "random",
                          .evaluator = "hardware",
                          .objective = "time",
                          .options = "{}",
                          .seed = UINT64_MAX,
                          .threads = ts_problem_threads(&f->problem),
                          .max_error = f->problem.max_error,
                          .conditions = {.load = 0.5, .steal = NAN, .peak = 1e11, .governor = "unavailable"}};
    int64_t id = 0;
    check(ts_store_target(s, f->target, &row.target));
    check(ts_store_problem(s, &f->problem, &row.problem));
    check(ts_store_session_begin(s, &row, &id));
    assert_true(id > 0);
    return id;
}

/** Values by slot; the array is the caller's. */
static inline void fixture_slots(ts_value slots[FIXTURE_SLOTS], int64_t mr, const char *algorithm)
{
    for (size_t i = 0; i < FIXTURE_SLOTS; i++)
        slots[i] = (ts_value){.kind = TS_NONE};
    slots[FIXTURE_MR] = ts_int(mr);
    slots[FIXTURE_ALGORITHM] = ts_string(algorithm);
}

static inline void fixture_result(fixture *f, ts_store *s, int64_t session, int64_t mr, ts_status status,
                                  double cost)
{
    static char reason[] = "it \"broke\"\n\xe2\x80\x98here\xe2\x80\x99 \xff", compiler[] = "gcc",
                flags[] = "-O2";
    double samples[] = {cost, cost * 1.1};
    ts_value slots[FIXTURE_SLOTS];
    ts_counter counter = {.name = "PAPI_TOT_CYC", .unit = "cycles", .reason = "no PMU"};
    ts_variant variant = {.compiler = compiler, .flags = flags};
    bool ok = status == TS_STATUS_OK;
    ts_result r = {.status = status,
                   .cost = ok ? cost : NAN,
                   .error = ok ? 0.25 : NAN,
                   .inner = ok ? 10 : 0,
                   .samples = samples,
                   .sample_count = ok ? 2 : 0,
                   .reason = ok ? NULL : reason,
                   .times = {0.001, 0.07, 0.002, 0.1},
                   .counters = &counter,
                   .counter_count = ok ? 1 : 0};
    snprintf(variant.id, sizeof variant.id, "%032d", (int)mr);
    fixture_slots(slots, mr, "packed");
    check(ts_store_result(s, session, &f->problem, slots, &r, &variant));
}

/** First column of the first row of a query on the file itself. */
static inline int64_t number(fixture *f, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_open(f->database, &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return value;
}

/** A winner whose texts are borrowed: don't clear it. */
static inline ts_winner fixture_winner(double seconds)
{
    static char kernel[] = "gemm", hash[] = "aaaa", type[] = "f32", problem[] = "m=512,n=512,k=512,ta=0,tb=0";
    static char configuration[] = "{\"algorithm\":\"packed\",\"alpha\":-1.5,\"mr\":6}",
                variant[] = "00000000000000000000000000000006";
    static char source[] = "void ts_v_6(void) {}\n", compiler[] = "gcc",
                identity[] = "gcc 12.2.0 x86_64-linux-gnu", flags[] = "-O2 -march=native",
                tied[] = "[{\"mr\":6}]";
    return (ts_winner){.kernel = kernel,
                       .kernel_hash = hash,
                       .type = type,
                       .problem = problem,
                       .configuration = configuration,
                       .variant = variant,
                       .source = source,
                       .compiler = compiler,
                       .compiler_identity = identity,
                       .flags = flags,
                       .huge_pages = true,
                       .workspace_bytes = 4096,
                       .seconds = seconds,
                       .lo = seconds * 0.9,
                       .hi = seconds * 1.1,
                       .flops = 2.0 * 512 * 512 * 512,
                       .peak = NAN,
                       .tied = tied,
                       .evaluations = 42};
}

#define store_test(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

#endif
