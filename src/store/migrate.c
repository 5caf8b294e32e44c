/* Whose file is this, of which version, and how it becomes the present one. */
#include "store/database.h"
#include "store/runtime_schema.h"

static int pragma(ts_store *s, const char *sql, int64_t *value)
{
    return ts_db_id(s, value, sql, "");
}

/* Nothing in it and nobody's mark on it: a new file, or one whose creator was killed before its first commit.
 */
static int is_empty(ts_store *s, int64_t application, int64_t version, bool *empty)
{
    int64_t objects = 0;
    int rc = pragma(s, "SELECT count(*) FROM sqlite_schema", &objects);
    *empty = application == 0 && version == 0 && objects == 0;
    return rc;
}

int ts_db_identify(ts_store *s, int *version)
{
    int64_t application = 0, found = 0;
    bool empty = false;
    int rc = pragma(s, "PRAGMA application_id", &application);
    if (rc == TS_OK)
        rc = pragma(s, "PRAGMA user_version", &found);
    if (rc == TS_OK)
        rc = is_empty(s, application, found, &empty);
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
