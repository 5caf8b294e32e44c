/* Opening: create or migrate when writing, touch nothing when reading. */
#include "store/database.h"
#include "store/runtime_schema.h"
#include "util/clock.h"
#include "util/file.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const int BUSY_MS = 10000;

static void disconnect(ts_store *s)
{
    for (size_t i = 0; i < s->statements.count; i++)
        sqlite3_finalize(s->statements.items[i].handle);
    ts_vec_free(&s->statements);
    sqlite3_close(s->db);
    s->db = NULL;
}

void ts_store_close(ts_store *s)
{
    if (!s)
        return;
    disconnect(s);
    free(s->path);
    free(s);
}

const char *ts_store_path(const ts_store *s)
{
    return s->path;
}

static int connect_to(ts_store *s, const char *name, int flags)
{
    if (sqlite3_open_v2(name, &s->db, flags, NULL))
        return s->db ? ts_db_fail(s) : ts_fail(TS_ENOMEM, "%s: out of memory", s->path);
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, BUSY_MS);
    /* The file may come from anywhere: its views and triggers may call nothing that has effects. */
    return ts_db_exec(s,
                      "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;");
}

static int make_folder(const char *path)
{
    char *folder = strdup(path);
    char *slash = folder ? strrchr(folder, '/') : NULL;
    int rc = folder ? TS_OK : ts_fail(TS_ENOMEM, "%s: out of memory", path);
    if (slash && slash != folder) {
        *slash = '\0';
        rc = ts_file_mkdirs(folder);
    }
    free(folder);
    return rc;
}

/* SQLite does not wait for the lock when it changes the journal mode, so two first openings at once need
 * patience here. */
static int use_wal(ts_store *s)
{
    double give_up = ts_now() + BUSY_MS / 1000.0;
    const struct timespec nap = {.tv_nsec = 2000000};
    for (;;) {
        int state = sqlite3_exec(s->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if (state == SQLITE_OK)
            return ts_db_exec(s, "PRAGMA synchronous = NORMAL");
        if ((state & 0xff) != SQLITE_BUSY || ts_now() > give_up)
            return ts_db_fail(s);
        nanosleep(&nap, NULL);
    }
}

static int open_writing(ts_store *s)
{
    static const char *const steps[] = {ts_schema_sql, ts_schema_2_sql, ts_schema_3_sql};
    _Static_assert(sizeof steps / sizeof *steps == TS_SCHEMA_VERSION, "a step for each version");
    int version = 0;
    int rc = make_folder(s->path);
    if (rc == TS_OK)
        rc = connect_to(s, s->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (rc)
        return rc;
    if (sqlite3_db_readonly(s->db, "main") == 1) /* SQLite falls back to reading silently */
        return ts_fail(
            TS_EINPUT,
            "%s: cannot be written (read-only file or folder); change its permissions or use another "
            "--db FILE",
            s->path);
    rc = ts_db_identify(s, &version);
    if (rc == TS_OK && version < TS_SCHEMA_VERSION)
        rc = ts_db_migrate(s, steps, sizeof steps / sizeof *steps);
    return rc ? rc : use_wal(s);
}

/* "file:" URI of a path (RFC 3986 escapes for what has a meaning in one). */
static char *immutable_uri(const char *path)
{
    ts_str uri = TS_STR_INIT;
    ts_str_append(&uri, "file:");
    for (const char *p = path; *p; p++) {
        if (strchr("?#%", *p))
            ts_str_format(&uri, "%%%02X", (unsigned char)*p);
        else
            ts_str_append_n(&uri, p, 1);
    }
    ts_str_append(&uri, "?immutable=1");
    return ts_str_take(&uri);
}

static bool has_log(const char *path)
{
    char *log = ts_asprintf("%s-wal", path);
    struct stat st;
    bool there = !log || (stat(log, &st) == 0 && st.st_size > 0);
    free(log);
    return there;
}

/* A database in a folder that can't be written, with no write-ahead log left: nobody changes it, so read it
 * as it lies. */
static int reopen_immutable(ts_store *s, int *version)
{
    char *uri = immutable_uri(s->path);
    if (!uri)
        return ts_fail(TS_ENOMEM, "%s: out of memory", s->path);
    disconnect(s);
    int rc = connect_to(s, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    free(uri);
    return rc ? rc : ts_db_identify(s, version);
}

/* Queries name columns that an older file lacks: it is brought up to date first. */
static int read_older(ts_store *s)
{
    disconnect(s);
    int rc = open_writing(s);
    if (rc)
        return rc;
    disconnect(s);
    return connect_to(s, s->path, SQLITE_OPEN_READONLY);
}

static int open_reading(ts_store *s)
{
    int version = 0;
    if (!ts_file_exists(s->path))
        return ts_fail(TS_ENOTFOUND,
                       "%s: there is no such database; run 'tilesmith tune' first, or name another --db FILE",
                       s->path);
    int rc = connect_to(s, s->path, SQLITE_OPEN_READONLY);
    if (rc == TS_OK)
        rc = ts_db_identify(s, &version);
    int code = rc ? sqlite3_errcode(s->db) & 0xff : SQLITE_OK;
    if ((code == SQLITE_CANTOPEN || code == SQLITE_READONLY) && !has_log(s->path))
        rc = reopen_immutable(s, &version);
    if (rc == TS_OK && version > 0 && version < TS_SCHEMA_VERSION)
        return read_older(s);
    if (rc == TS_OK && version == 0)
        return ts_fail(TS_ENOTFOUND, "%s: is empty; run 'tilesmith tune' first, or name another --db FILE",
                       s->path);
    return rc;
}

int ts_store_open(const char *path, ts_store_mode mode, ts_store **out)
{
    if (!*path) /* SQLite would make a temporary one and drop it */
        return ts_fail(TS_EINPUT, "the database has no file name; give --db FILE one");
    ts_store *s = calloc(1, sizeof *s);
    if (!s)
        return ts_fail(TS_ENOMEM, "%s: out of memory", path);
    s->path = strdup(path);
    s->writable = mode == TS_STORE_WRITE;
    int rc = !s->path      ? ts_fail(TS_ENOMEM, "%s: out of memory", path)
             : s->writable ? open_writing(s)
                           : open_reading(s);
    if (rc) {
        ts_store_close(s);
        return rc;
    }
    *out = s;
    return TS_OK;
}
