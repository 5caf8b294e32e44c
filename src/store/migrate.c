/* Whose file is this, of which version, and how it becomes the present one. */
#include "store/database.h"
#include "store/runtime_schema.h"

static int pragma(ts_store *s, const char *sql, int64_t *value)
{
    return ts_db_id(s, value, sql, "");
}

/*
 * The file's marks, read by one statement: between two, another process may commit the schema of a new file.
 * `objects` is 0 in a file that nobody has written to, or whose creator was killed before its first commit.
 */
static int read_marks(ts_store *s, int64_t *application, int64_t *version, int64_t *objects)
{
    sqlite3_stmt *row;
    int rc = ts_db_query(s, &row,
                         "SELECT (SELECT application_id FROM pragma_application_id), "
                         "(SELECT user_version FROM pragma_user_version), count(*) FROM sqlite_schema",
                         "");
    if (rc)
        return rc;
    rc = ts_db_step(s, row);
    if (rc < 0)
        return rc;
    *application = sqlite3_column_int64(row, 0);
    *version = sqlite3_column_int64(row, 1);
    *objects = sqlite3_column_int64(row, 2);
    sqlite3_reset(row);
    return TS_OK;
}

int ts_db_identify(ts_store *s, int *version)
{
    int64_t application = 0, found = 0, objects = 0;
    int rc = read_marks(s, &application, &found, &objects);
    bool empty = application == 0 && found == 0 && objects == 0;
    *version = (int)found;
    if (rc || empty)
        return rc;
    if (application != TS_SCHEMA_APPLICATION_ID)
        return ts_fail(TS_EINPUT, "%s: is an SQLite database of another program; use another --db FILE",
                       s->path);
    if (found > TS_SCHEMA_VERSION)
        return ts_fail(TS_EINPUT,
                       "%s: was written by a newer Tilesmith (schema %d, this one knows %d); upgrade "
                       "Tilesmith or use another "
                       "--db FILE",
                       s->path, (int)found, TS_SCHEMA_VERSION);
    if (found < TS_SCHEMA_OLDEST)
        return ts_fail(
            TS_EINPUT,
            "%s: has schema %d, and %d is the oldest that this Tilesmith reads; use another --db FILE",
            s->path, (int)found, TS_SCHEMA_OLDEST);
    return TS_OK;
}

static int apply(ts_store *s, const char *step, int version)
{
    char *mark = ts_asprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;",
                             TS_SCHEMA_APPLICATION_ID, version);
    int rc = mark ? ts_db_exec(s, step) : ts_fail(TS_ENOMEM, "%s: out of memory", s->path);
    if (rc == TS_OK)
        rc = ts_db_exec(s, mark);
    free(mark);
    return rc;
}

/* One step under the lock; somebody else may have taken it while we waited. */
static int step_once(ts_store *s, const char *const *steps, int count, bool *done)
{
    int64_t version = 0;
    int rc = ts_db_begin(s);
    if (rc)
        return rc;
    rc = pragma(s, "PRAGMA user_version", &version);
    *done = version >= count;
    if (rc == TS_OK && version >= 0 && version < count)
        rc = apply(s, steps[version], (int)version + 1);
    return ts_db_end(s, rc);
}

int ts_db_migrate(ts_store *s, const char *const *steps, int count)
{
    int rc = TS_OK;
    for (bool done = false; rc == TS_OK && !done;)
        rc = step_once(s, steps, count, &done);
    return rc;
}
