/* A scratch folder with a database of winners in it, for the tests of the runtime. Only raw SQL: the store
 * isn't involved. */
#ifndef TESTS_RUNTIME_FIXTURE_H
#define TESTS_RUNTIME_FIXTURE_H

/* cmocka needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/host.h"
#include "store/runtime_schema.h"
#include "tilesmith_runtime.h"

typedef struct fixture {
    char folder[64], database[96], cache[96];
    sqlite3 *db;
    ts_host host;
} fixture;

/** A winner to insert; NULL and 0 fields take the defaults that fixture_add() names. */
typedef struct winner {
    const char *problem;
    char letter;             /**< the variant's id is this hex digit 32 times */
    const char *type;        /**< "f32" */
    const char *kernel;      /**< "gemm" */
    const char *source;      /**< a gemm that writes `letter` to C[0] and 64 bytes of its workspace */
    const char *compiler;    /**< "cc" */
    const char *flags;       /**< "-O1" */
    const char *fingerprint; /**< this machine's */
    const char *id;
    int fixed_shape, huge_pages;
    int64_t workspace;
    double seconds, flops; /**< 1 ms, 1e6 */
    const char *arguments; /**< "m n k" */
    int threads;           /**< 1 */
    double max_error;
} winner;

static inline void fixture_sql(fixture *f, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(f->db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
}

static inline fixture *fixture_open(void)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->folder, "/tmp/tilesmith-rt-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->database, sizeof f->database, "%s/t.db", f->folder);
    snprintf(f->cache, sizeof f->cache, "%s/cache", f->folder);
    setenv("TILESMITH_CACHE", f->cache, 1);
    unsetenv("TILESMITH_RT");
    ts_host_identify(&f->host);
    assert_int_equal(sqlite3_open(f->database, &f->db), SQLITE_OK);
    char pragmas[128];
    snprintf(pragmas, sizeof pragmas, "PRAGMA application_id=%d; PRAGMA user_version=%d",
             TS_SCHEMA_APPLICATION_ID, TS_SCHEMA_VERSION);
    fixture_sql(f, pragmas);
    fixture_sql(f, "PRAGMA journal_mode=WAL;"
                   "CREATE TABLE w(kernel, type, problem, fingerprint, variant, source, compiler, flags, "
                   "fixed_shape, huge_pages,"
                   " workspace_bytes, seconds, flops, objective, arguments, threads, max_error);"
                   "CREATE VIEW runtime_winners AS SELECT * FROM w");
    return f;
}

static inline int fixture_remove_entry(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)kind;
    (void)walk;
    return remove(path);
}

static inline void fixture_close(fixture *f)
{
    sqlite3_close(f->db);
    nftw(f->folder, fixture_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(f);
}

static inline const char *or_default(const char *given, const char *fallback)
{
    return given != NULL ? given : fallback;
}

static inline void variant_id(char letter, char id[33])
{
    memset(id, letter, 32);
    id[32] = '\0';
}

/* A gemm of `real` that says who it is instead of multiplying. */
static inline char *marker_source(const char *id, const char *real, int64_t workspace)
{
    return sqlite3_mprintf("#include <stdint.h>\n"
                           "void ts_v_%s(int64_t m, int64_t n, int64_t k, %s alpha, const %s *a, int64_t "
                           "lda, const %s *b, int64_t ldb,"
                           " %s beta, %s *c, int64_t ldc, void *workspace) { c[0] = '%c';"
                           " for (int64_t i = 0; i < %lld; i += 64) ((char *)workspace)[i] = 1; }\n",
                           id, real, real, real, real, real, id[0], (long long)workspace);
}

static inline void fixture_add(fixture *f, winner w)
{
    char id[33];
    variant_id(w.letter, id);
    const char *type = or_default(w.type, "f32");
    char *source = marker_source(id, strcmp(type, "f64") == 0 ? "double" : "float", w.workspace);
    char *sql = sqlite3_mprintf(
        "INSERT INTO w VALUES(%Q,%Q,%Q,%Q,%Q,%Q,%Q,%Q,%d,%d,%lld,%g,%g,'time',%Q,%d,%g)",
        or_default(w.kernel, "gemm"), type, w.problem, or_default(w.fingerprint, f->host.fingerprint),
        or_default(w.id, id), or_default(w.source, source), or_default(w.compiler, "cc"),
        or_default(w.flags, "-O1"), w.fixed_shape, w.huge_pages, (long long)w.workspace,
        w.seconds > 0 ? w.seconds : 1e-3, w.flops > 0 ? w.flops : 1e6, or_default(w.arguments, "m n k"),
        w.threads > 0 ? w.threads : 1, w.max_error);
    fixture_sql(f, sql);
    sqlite3_free(sql);
    sqlite3_free(source);
}

/* A variant that was stored beside the winner of the only shape there is, instead of a winner. */
static inline void fixture_beside(fixture *f, const char *problem, char letter)
{
    fixture_add(f, (winner){.problem = problem, .letter = letter});
    fixture_sql(f, "CREATE TABLE beside AS SELECT * FROM w WHERE fixed_shape = 0;"
                   "CREATE VIEW runtime_ties AS SELECT * FROM beside;"
                   "DELETE FROM w WHERE fixed_shape = 0");
}

static inline ts_rt *fixture_runtime(const fixture *f)
{
    ts_rt *rt = NULL;
    assert_int_equal(ts_rt_open(f->database, &rt), 0);
    assert_non_null(rt);
    return rt;
}

static inline ts_rt_kernel find_gemm(ts_rt *rt, const char *type, int64_t m, int64_t n, int64_t k, int64_t ta,
                                     int64_t tb)
{
    const int64_t dims[] = {m, n, k, ta, tb};
    ts_rt_kernel found;
    assert_int_equal(ts_rt_find(rt, "gemm", type, dims, 5, &found), 0);
    assert_non_null(found.function);
    assert_non_null(found.why);
    return found;
}

/* Which marker answers for this shape of f32. */
static inline char marker_of(const ts_rt_kernel *kernel)
{
    float c[1] = {0};
    _Alignas(64) static char workspace[1 << 16];
    assert_true(kernel->workspace_bytes <= sizeof workspace);
    ((ts_rt_gemm_f32_fn *)kernel->function)(1, 1, 1, 1, c, 1, c, 1, 0, c, 1, workspace);
    return (char)c[0];
}

static inline void assert_says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" doesn't say \"%s\"", text, part);
}

#endif
