/* Statements, transactions, and what SQLite's errors mean to the person who sees them. */
#include "store/database.h"
#include <math.h>
#include <stdarg.h>
#include <string.h>

/* Mistakes of nobody here: what the system or other people did to the file. */
static int fail_system(const ts_store *s, int code, const char *why)
{
    switch (code) {
    case SQLITE_FULL:
        return ts_fail(
            TS_ESYSTEM,
            "%s: no room to write, the disk is full; nothing of this change was kept: free some space and "
            "run the same command again",
            s->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ts_fail(
            TS_ESYSTEM,
            "%s: another process has kept it locked for 10 s; wait for it or end it, then try again",
            s->path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return ts_fail(
            TS_EINPUT,
            "%s: cannot be written (read-only file or folder); change its permissions or use another "
            "--db FILE",
            s->path);
    case SQLITE_CANTOPEN:
        return ts_fail(
            TS_EINPUT,
            "%s: cannot be opened; check that its folder exists and that you may write there, or use "
            "another --db FILE",
            s->path);
    case SQLITE_NOTADB:
        return ts_fail(TS_EINPUT, "%s: is not a Tilesmith database; use another --db FILE", s->path);
    case SQLITE_CORRUPT:
        return ts_fail(TS_EINPUT, "%s: is damaged (%s); restore a copy, or move it away and tune again",
                       s->path, why);
    case SQLITE_IOERR:
        return ts_fail(TS_ESYSTEM, "%s: the system could not read or write it (%s); check the disk", s->path,
                       why);
    default:
        return TS_OK;
    }
}

int ts_db_fail(ts_store *s)
{
    int code = sqlite3_errcode(s->db) & 0xff;
    const char *why = sqlite3_errmsg(s->db);
    int rc = fail_system(s, code, why);
    if (rc)
        return rc;
    if (code == SQLITE_NOMEM)
        return ts_fail(TS_ENOMEM, "%s: out of memory", s->path);
    if (code == SQLITE_ERROR || code == SQLITE_SCHEMA)
        return ts_fail(
            TS_EINPUT,
            "%s: its tables are not as Tilesmith made them (%s); restore a copy, or use another --db FILE",
            s->path, why);
    return ts_fail(TS_EINTERNAL, "%s: %s; this is a bug, please report it", s->path, why);
}

static int prepare(ts_store *s, const char *sql, sqlite3_stmt **out)
{
    for (size_t i = 0; i < s->statements.count; i++) {
        if (s->statements.items[i].sql == sql) {
            *out = s->statements.items[i].handle;
            sqlite3_reset(*out);
            return TS_OK;
        }
    }
    ts_statement fresh = {.sql = sql};
    if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &fresh.handle, NULL))
        return ts_db_fail(s);
    if (!ts_vec_push(&s->statements, fresh)) {
        sqlite3_finalize(fresh.handle);
        return ts_fail(TS_ENOMEM, "%s: out of memory", s->path);
    }
    *out = fresh.handle;
    return TS_OK;
}

static int bind_real(sqlite3_stmt *st, int at, double value)
{
    return isnan(value) ? sqlite3_bind_null(st, at) : sqlite3_bind_double(st, at, value);
}

static int bind_id(sqlite3_stmt *st, int at, int64_t id)
{
    return id ? sqlite3_bind_int64(st, at, id) : sqlite3_bind_null(st, at);
}

static int bind_all(ts_store *s, sqlite3_stmt *st, const char *types, va_list args)
{
    int rc = SQLITE_OK;
    for (int at = 1; rc == SQLITE_OK && types[at - 1]; at++) {
        switch (types[at - 1]) {
        case 'i':
            rc = sqlite3_bind_int64(st, at, va_arg(args, int64_t));
            break;
        case 'k':
            rc = bind_id(st, at, va_arg(args, int64_t));
            break;
        case 'd':
            rc = bind_real(st, at, va_arg(args, double));
            break;
        default:
            rc = sqlite3_bind_text(st, at, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
        }
    }
    return rc ? ts_db_fail(s) : TS_OK;
}

static int open_query(ts_store *s, sqlite3_stmt **out, const char *sql, const char *types, va_list args)
{
    int rc = prepare(s, sql, out);
    return rc ? rc : bind_all(s, *out, types, args);
}

int ts_db_query(ts_store *s, sqlite3_stmt **out, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    int rc = open_query(s, out, sql, types, args);
    va_end(args);
    return rc;
}

int ts_db_step(ts_store *s, sqlite3_stmt *statement)
{
    int state = sqlite3_step(statement);
    if (state == SQLITE_ROW)
        return 1;
    int rc = state == SQLITE_DONE ? 0 : ts_db_fail(s);
    sqlite3_reset(statement);
    return rc;
}

int ts_db_run(ts_store *s, const char *sql, const char *types, ...)
{
    sqlite3_stmt *st;
    va_list args;
    va_start(args, types);
    int rc = open_query(s, &st, sql, types, args);
    va_end(args);
    if (rc == TS_OK)
        rc = ts_db_step(s, st);
    if (rc > 0)
        sqlite3_reset(st);
    return rc < 0 ? rc : TS_OK;
}

int ts_db_id(ts_store *s, int64_t *id, const char *sql, const char *types, ...)
{
    sqlite3_stmt *st;
    va_list args;
    va_start(args, types);
    int rc = open_query(s, &st, sql, types, args);
    va_end(args);
    *id = 0;
    if (rc == TS_OK)
        rc = ts_db_step(s, st);
    if (rc > 0) {
        *id = sqlite3_column_int64(st, 0);
        sqlite3_reset(st);
    }
    return rc < 0 ? rc : TS_OK;
}

int ts_db_exec(ts_store *s, const char *sql)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) ? ts_db_fail(s) : TS_OK;
}

int ts_db_begin(ts_store *s)
{
    return ts_db_run(s, "BEGIN IMMEDIATE", "");
}

int ts_db_end(ts_store *s, int rc)
{
    if (rc == TS_OK)
        rc = ts_db_run(s, "COMMIT", "");
    if (rc && !sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL); /* the first error is the one to report */
    return rc;
}

int ts_db_whole(ts_store *s, sqlite3_stmt *row, const char *columns)
{
    for (int i = 0; columns[i]; i++)
        if (columns[i] == '!' && sqlite3_column_type(row, i) == SQLITE_NULL)
            return ts_fail(
                TS_EINPUT,
                "%s: is damaged (a row without its '%s'); restore a copy, or move it away and tune again",
                s->path, sqlite3_column_name(row, i));
    return TS_OK;
}

int ts_db_text(sqlite3_stmt *row, int column, char **out)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    *out = NULL;
    if (!text && sqlite3_column_type(row, column) == SQLITE_NULL)
        return TS_OK;
    *out = text ? strdup(text) : NULL;
    return *out ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while reading the database");
}

double ts_db_real(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? NAN : sqlite3_column_double(row, column);
}
