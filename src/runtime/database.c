/* The only SQL of the runtime: read the winners of this machine once, then close. */
#include "runtime/live.h"
#include "runtime_schema.h"
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 2000
#define LIMIT_BYTES                                                                                          \
    (16 << 20) /* a row beyond this is no source that a template renders (limit there: 4 MiB) */

/* Columns of TS_SCHEMA_WINNERS_SQL. */
enum {
    COL_KERNEL,
    COL_TYPE,
    COL_PROBLEM,
    COL_FINGERPRINT,
    COL_VARIANT,
    COL_SOURCE,
    COL_COMPILER,
    COL_FLAGS,
    COL_FIXED_SHAPE,
    COL_HUGE_PAGES,
    COL_WORKSPACE,
    COL_SECONDS,
    COL_FLOPS,
    COL_ARGUMENTS,
    COL_THREADS,
    COL_MAX_ERROR
};

typedef struct reading {
    size_t added, foreign, malformed;
} reading;

static int status_set(ts_rt *rt, const char *text)
{
    if (text == NULL)
        return -1;
    rt->status = text;
    return 0;
}

static bool pragma(sqlite3 *db, const char *sql, int64_t *value)
{
    sqlite3_stmt *statement = NULL;
    bool got = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
               sqlite3_step(statement) == SQLITE_ROW;
    if (got)
        *value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return got;
}

static const char *text_of(sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

static int read_row(ts_rt *rt, sqlite3_stmt *s, int (*add)(ts_rt *, const tsrt_row *), reading *counts)
{
    const char *fingerprint = text_of(s, COL_FINGERPRINT);
    /* Another machine's variant may hold instructions that this one lacks: it is not even loaded. */
    if (fingerprint == NULL || strcmp(fingerprint, rt->host.fingerprint) != 0) {
        counts->foreign++;
        return 0;
    }
    tsrt_row row = {.kernel = text_of(s, COL_KERNEL),
                    .type = text_of(s, COL_TYPE),
                    .problem = text_of(s, COL_PROBLEM),
                    .variant = text_of(s, COL_VARIANT),
                    .source = text_of(s, COL_SOURCE),
                    .compiler = text_of(s, COL_COMPILER),
                    .flags = text_of(s, COL_FLAGS),
                    .fixed_shape = sqlite3_column_int(s, COL_FIXED_SHAPE) != 0,
                    .huge_pages = sqlite3_column_int(s, COL_HUGE_PAGES) != 0,
                    .workspace_bytes = sqlite3_column_int64(s, COL_WORKSPACE),
                    .seconds = sqlite3_column_double(s, COL_SECONDS),
                    .flops = sqlite3_column_double(s, COL_FLOPS),
                    .arguments = text_of(s, COL_ARGUMENTS),
                    .threads = sqlite3_column_int(s, COL_THREADS),
                    .max_error = sqlite3_column_double(s, COL_MAX_ERROR)};
    int added = add(rt, &row);
    counts->added += added > 0;
    counts->malformed += added == 0;
    return added < 0 ? -1 : 0;
}

static int summarise(ts_rt *rt, const char *path, const reading *counts)
{
    char malformed[64] = "";
    if (counts->malformed > 0)
        snprintf(malformed, sizeof malformed, ", %zu malformed row(s) ignored", counts->malformed);
    if (counts->added == 0)
        return status_set(
            rt, tsrt_format(&rt->arena,
                            "%s has no winner of this machine (fingerprint %s; %zu of other machines%s): "
                            "run `tilesmith tune` on it",
                            path, rt->host.fingerprint, counts->foreign, malformed));
    return status_set(
        rt, tsrt_format(&rt->arena,
                        "%zu winner(s) of this machine (fingerprint %s) in %s; %zu of other machines%s",
                        counts->added, rt->host.fingerprint, path, counts->foreign, malformed));
}

static int refuse(ts_rt *rt, const char *path, const char *why)
{
    return status_set(rt, tsrt_format(&rt->arena, "%s is not used: %s", path, why));
}

static int refuse_sqlite(ts_rt *rt, const char *path, sqlite3 *db)
{
    int code = db == NULL ? SQLITE_NOMEM : sqlite3_errcode(db);
    if (code == SQLITE_NOMEM)
        return -1;
    const char *hint = code == SQLITE_CANTOPEN
                           ? " (a database in WAL mode needs a folder that this user can write to, or "
                             "`PRAGMA journal_mode=DELETE` once)"
                       : code == SQLITE_NOTADB ? " (is it a Tilesmith database?)"
                                               : "";
    return status_set(
        rt, tsrt_format(&rt->arena, "%s is not used: SQLite says \"%s\"%s", path, sqlite3_errmsg(db), hint));
}

/* 1: ours and of a version we read; 0: refused, the status says why; -1: out of memory. */
static int check_version(ts_rt *rt, const char *path, sqlite3 *db)
{
    int64_t application = 0, version = 0;
    if (!pragma(db, "PRAGMA application_id", &application) || !pragma(db, "PRAGMA user_version", &version))
        return refuse_sqlite(rt, path, db);
    if (application != TS_SCHEMA_APPLICATION_ID)
        return refuse(rt, path, "it is not a Tilesmith database (its application_id is another)");
    if (version < TS_SCHEMA_RUNTIME_OLDEST || version > TS_SCHEMA_VERSION) {
        char why[160];
        snprintf(why, sizeof why, "its schema version is %lld and this library reads %d to %d: %s",
                 (long long)version, TS_SCHEMA_RUNTIME_OLDEST, TS_SCHEMA_VERSION,
                 version > TS_SCHEMA_VERSION ? "update libtilesmith-rt"
                                             : "run `tilesmith show` on it to migrate it");
        return refuse(rt, path, why);
    }
    rt->schema = version;
    return 1;
}

static int read_rows(ts_rt *rt, sqlite3 *db, const char *sql, int (*add)(ts_rt *, const tsrt_row *),
                     reading *counts, int *step)
{
    sqlite3_stmt *statement = NULL;
    int rc = 0;
    *step = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (*step == SQLITE_OK) {
        sqlite3_bind_int(statement, 1, rt->threads);
        sqlite3_bind_double(statement, 2, rt->max_error);
        while (rc == 0 && (*step = sqlite3_step(statement)) == SQLITE_ROW)
            rc = read_row(rt, statement, add, counts);
    }
    sqlite3_finalize(statement);
    return rc;
}

/* What came with version 3 is a help, not a condition: a file without it, or with damage in it, serves as one
 * of version 2 does. */
static int read_extras(ts_rt *rt, sqlite3 *db)
{
    reading counts = {0};
    int step;
    int rc = tsrt_index_build(rt);
    if (rc == 0 && rt->schema >= 3)
        rc = read_rows(rt, db, TS_SCHEMA_TIES_SQL, tsrt_tie_add, &counts, &step);
    if (rc == 0 && rt->schema >= 3)
        rc = tsrt_objects_read(rt, db);
    if (rc == 0 && rt->schema >= 3 && (rt->flags & TS_RT_ADAPT) != 0)
        rc = tsrt_lessons_read(rt, db);
    return rc;
}

static int read_winners(ts_rt *rt, const char *path, sqlite3 *db)
{
    reading counts = {0};
    int step;
    if (read_rows(rt, db, TS_SCHEMA_WINNERS_SQL, tsrt_winner_add, &counts, &step) != 0)
        return -1;
    if (step != SQLITE_DONE)
        return refuse_sqlite(rt, path, db);
    if (read_extras(rt, db) != 0)
        return -1;
    rt->database = path;
    return summarise(rt, path, &counts);
}

static void remember_file(ts_rt *rt, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return;
    rt->database_id[0] = (uint64_t)st.st_dev;
    rt->database_id[1] = (uint64_t)st.st_ino;
    rt->database_bytes = st.st_size;
}

const char *tsrt_database_changed(const ts_rt *rt, char *reason)
{
    struct stat st;
    if (rt->database == NULL)
        return NULL;
    if (stat(rt->database, &st) != 0)
        snprintf(reason, TSRT_REASON, "it is gone since");
    else if ((uint64_t)st.st_dev != rt->database_id[0] || (uint64_t)st.st_ino != rt->database_id[1])
        snprintf(reason, TSRT_REASON, "the file was replaced since");
    else if (st.st_size < rt->database_bytes)
        snprintf(reason, TSRT_REASON, "the file was cut short since");
    else if (tsrt_trusted(rt->database, TSRT_TRUST_DATA, reason))
        return NULL;
    return reason;
}

int tsrt_database_read(ts_rt *rt, const char *path)
{
    char reason[TSRT_REASON];
    if (access(path, F_OK) != 0)
        return status_set(
            rt, tsrt_format(&rt->arena,
                            "%s cannot be read (%s): run `tilesmith tune` to make one, or set TILESMITH_DB",
                            path, strerror(errno)));
    if (!tsrt_trusted(path, TSRT_TRUST_DATA, reason))
        return status_set(rt, tsrt_format(&rt->arena,
                                          "%s is not trusted: %s, and the code in it would run as this user",
                                          path, reason));
    sqlite3 *db = NULL;
    int rc;
    remember_file(rt, path);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_PRIVATECACHE, NULL) != SQLITE_OK) {
        rc = refuse_sqlite(rt, path, db);
        goto done;
    }
    sqlite3_busy_timeout(db, BUSY_MS);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LIMIT_BYTES);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    rc = check_version(rt, path, db);
    if (rc == 1)
        rc = read_winners(rt, path, db);
done:
    sqlite3_close(db);
    return rc;
}
