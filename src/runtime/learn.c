/* What adaptation learned goes back to the database, to a table of its own: what was measured is not touched.
 */
#include "runtime/live.h"
#include "runtime_schema.h"
#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define BUSY_MS 2000
/* Calls of earlier processes that count at most: as many as tell two variants apart, few enough to be
 * outvoted. */
#define EARLIER 1000.0
/* Timed calls of a variant below which nothing is said of it. */
#define EVIDENCE 3

/* ---- reading
 * ------------------------------------------------------------------------------------------------ */

static int lesson_add(ts_rt *rt, sqlite3_stmt *row)
{
    const char *texts[4];
    for (int i = 0; i < 4; i++)
        if ((texts[i] = (const char *)sqlite3_column_text(row, i)) == NULL)
            return 0;
    const tsrt_family *family = tsrt_family_find(rt, texts[0], texts[1]);
    tsrt_lesson lesson = {.calls = sqlite3_column_double(row, 4),
                          .seconds = sqlite3_column_double(row, 5),
                          .next = rt->lessons};
    if (family == NULL || strlen(texts[3]) != sizeof lesson.variant - 1 || !(lesson.seconds > 0) ||
        !tsrt_problem_parse(family, texts[2], lesson.dims))
        return 0;
    lesson.family = (size_t)(family - rt->families);
    memcpy(lesson.variant, texts[3], sizeof lesson.variant);
    tsrt_lesson *kept = tsrt_alloc(&rt->arena, sizeof *kept);
    if (kept == NULL)
        return -1;
    *kept = lesson;
    rt->lessons = kept;
    return 0;
}

int tsrt_lessons_read(ts_rt *rt, void *sqlite)
{
    sqlite3_stmt *row = NULL;
    int rc = 0;
    if (sqlite3_prepare_v2(sqlite, TS_SCHEMA_LESSONS_SQL, -1, &row, NULL) == SQLITE_OK) {
        sqlite3_bind_text(row, 1, rt->host.fingerprint, -1, SQLITE_STATIC);
        while (rc == 0 && sqlite3_step(row) == SQLITE_ROW)
            rc = lesson_add(rt, row);
    }
    sqlite3_finalize(row);
    return rc;
}

/* ---- writing
 * ------------------------------------------------------------------------------------------------ */

static bool problem_text(const tsrt_family *family, const int64_t *dims, char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < family->dim_count; i++) {
        int n = snprintf(text + used, size - used, "%s%s=%" PRId64, i > 0 ? "," : "", family->dim_names[i],
                         dims[i]);
        if (n < 0 || (size_t)n >= size - used)
            return false;
        used += (size_t)n;
    }
    return true;
}

static bool write_arm(sqlite3_stmt *insert, const tsrt_site *site, size_t arm)
{
    const tsrt_bandit *b = &site->bandit;
    double calls = arm == b->chosen ? b->settled : b->arms[arm].samples;
    double seconds = exp(b->time_level + (arm == b->chosen ? 0 : b->arms[arm].time_ratio));
    if (calls < EVIDENCE || b->arms[arm].rejected || !isfinite(seconds))
        return true;
    sqlite3_bind_text(insert, 5, site->arms[arm]->id, -1, SQLITE_STATIC);
    sqlite3_bind_double(insert, 6, calls);
    sqlite3_bind_double(insert, 7, seconds);
    bool good = sqlite3_step(insert) == SQLITE_DONE;
    return sqlite3_reset(insert) == SQLITE_OK && good;
}

static bool write_site(const ts_rt *rt, sqlite3_stmt *insert, tsrt_site *site)
{
    const tsrt_family *family = &rt->families[site->family];
    char problem[256];
    if (!problem_text(family, site->dims, problem, sizeof problem))
        return true;
    sqlite3_bind_text(insert, 1, rt->host.fingerprint, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, family->kernel, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 3, family->type, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 4, problem, -1, SQLITE_STATIC);
    sqlite3_bind_double(insert, 8, EARLIER);
    bool good = true;
    for (size_t i = 0; i < site->bandit.count && good; i++)
        good = write_arm(insert, site, i);
    site->learned = !good;
    return good;
}

/* A site that is in use right now is left for the next time. */
static bool write_sites(ts_rt *rt, sqlite3_stmt *insert)
{
    bool good = true;
    for (size_t i = 0; i < TSRT_SITES && good; i++) {
        tsrt_site *site = &rt->sites[i];
        if (atomic_load_explicit(&site->state, memory_order_acquire) != 2 ||
            atomic_flag_test_and_set_explicit(&site->busy, memory_order_acquire))
            continue;
        if (site->learned)
            good = write_site(rt, insert, site);
        atomic_flag_clear_explicit(&site->busy, memory_order_release);
    }
    return good;
}

static bool write_all(ts_rt *rt, sqlite3 *db)
{
    sqlite3_stmt *insert = NULL;
    bool good = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
                sqlite3_prepare_v2(db, TS_SCHEMA_LEARN_SQL, -1, &insert, NULL) == SQLITE_OK &&
                write_sites(rt, insert);
    sqlite3_finalize(insert);
    return good && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
}

bool tsrt_lessons_write(ts_rt *rt, char *reason)
{
    sqlite3 *db = NULL;
    if ((rt->flags & TS_RT_ADAPT) == 0 || rt->database == NULL)
        return true;
    if (rt->schema < 3) {
        snprintf(
            reason, TSRT_REASON,
            "what was learned is not stored: %s has schema %d and no place for it; `tilesmith show results` "
            "on it brings it up to date",
            rt->database, (int)rt->schema);
        return false;
    }
    char changed[TSRT_REASON];
    if (tsrt_database_changed(rt, changed) != NULL) {
        snprintf(reason, TSRT_REASON, "what was learned is not stored: %.400s", changed);
        return false;
    }
    bool good = sqlite3_open_v2(rt->database, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_PRIVATECACHE, NULL) ==
                SQLITE_OK;
    if (good) {
        sqlite3_busy_timeout(db, BUSY_MS);
        sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        good = write_all(rt, db);
    }
    if (!good)
        snprintf(reason, TSRT_REASON, "what was learned is not stored: SQLite says \"%.200s\" of %.200s",
                 db != NULL ? sqlite3_errmsg(db) : "out of memory", rt->database);
    sqlite3_close(db);
    return good;
}
