/* Recorded spaces of others into the database: marked as imported, all of a file or nothing of it, and once.
 */
#include "store/database.h"
#include "tilesmith.h"
#include "util/clock.h"
#include "util/json.h"
#include <math.h>
#include <string.h>

/* An imported machine is kept apart from machines of this database, even under an equal name or fingerprint.
 */
static int find_target(ts_store *s, const ts_recording *r, const char *now, int64_t *id)
{
    const char *name = *r->device ? r->device : r->name;
    int rc = ts_db_id(s, id,
                      "SELECT id FROM targets WHERE imported AND name = ? AND coalesce(fingerprint, '') = ?",
                      "tt", name, r->fingerprint ? r->fingerprint : "");
    if (rc || *id)
        return rc;
    rc = ts_db_run(s,
                   "INSERT INTO targets (name, kind, fingerprint, imported, updated) VALUES (?, '', ?, 1, ?)",
                   "ttt", name, r->fingerprint, now);
    *id = sqlite3_last_insert_rowid(s->db);
    return rc;
}

static int make_session(ts_store *s, const ts_recording *r, int64_t import, const char *now, int64_t *problem,
                        int64_t *session)
{
    int64_t target, kernel;
    int rc = find_target(s, r, now, &target);
    if (rc == TS_OK)
        rc = ts_db_kernel(s, *r->kernel ? r->kernel : r->name, "", &kernel);
    if (rc == TS_OK)
        rc = ts_db_problem(s, kernel, r->type, r->problem, NAN, NAN, problem);
    if (rc == TS_OK)
        rc = ts_db_run(s,
                       "INSERT INTO sessions (target_id, problem_id, import_id, evaluator, objective, "
                       "library_version, started, "
                       "ended, stop_reason) VALUES (?, ?, ?, 'imported', ?, ?, ?, ?, 'imported')",
                       "iiitttt", target, *problem, import, r->objective, TILESMITH_VERSION, now, now);
    *session = sqlite3_last_insert_rowid(s->db);
    return rc;
}

static int insert_record(ts_store *s, int64_t session, int64_t configuration, const ts_recording *r,
                         uint64_t i, const char *timings, const char *now)
{
    const ts_record *record = &r->records[i];
    return ts_db_run(s,
                     "INSERT INTO samples (session_id, configuration_id, status, reason, cost, timings, "
                     "render, compile, verify, "
                     "measure, search, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     "ii"
                     "ttdt"
                     "ddddd"
                     "t",
                     session, configuration, ts_status_name(r->status[i]), record->reason, r->cost[i],
                     timings, record->framework, record->compile, record->verify, record->benchmark,
                     record->search, record->timestamp ? record->timestamp : now);
}

static int add_record(ts_store *s, int64_t session, int64_t problem, const ts_recording *r, uint64_t i,
                      const char *now)
{
    ts_str parameters = TS_STR_INIT, timings = TS_STR_INIT;
    int64_t configuration;
    int rc = ts_parameters_of_space(r->space, i, &parameters);
    if (r->records[i].sample_count)
        ts_json_numbers(&timings, r->records[i].samples, r->records[i].sample_count);
    if (rc == TS_OK && timings.failed)
        rc = ts_fail(TS_ENOMEM, "out of memory while importing");
    if (rc == TS_OK)
        rc = ts_db_configuration(s, problem, ts_str_text(&parameters), &configuration);
    if (rc == TS_OK)
        rc = insert_record(s, session, configuration, r, i, timings.data, now);
    ts_str_free(&parameters);
    ts_str_free(&timings);
    return rc;
}

static int add_recording(ts_store *s, const ts_recording *r, int64_t import, const char *now, size_t *rows)
{
    int64_t problem, session;
    int rc = make_session(s, r, import, now, &problem, &session);
    for (uint64_t i = 0; i < r->count && rc == TS_OK; i++)
        rc = add_record(s, session, problem, r, i, now);
    *rows += r->count;
    return rc;
}

static int add_file(ts_store *s, const ts_recordings *recordings, const char *source_path, size_t *rows)
{
    const char *hash = recordings->items[0]->hash;
    int64_t known, import;
    char now[21];
    ts_timestamp(now);
    int rc = ts_db_id(s, &known, "SELECT id FROM imports WHERE hash = ?", "t", hash);
    if (rc || known)
        return rc;
    rc = ts_db_run(s, "INSERT INTO imports (hash, source, imported) VALUES (?, ?, ?)", "ttt", hash,
                   source_path, now);
    import = sqlite3_last_insert_rowid(s->db);
    for (size_t i = 0; i < recordings->count && rc == TS_OK; i++)
        rc = add_recording(s, recordings->items[i], import, now, rows);
    return rc;
}

int ts_store_import_all(ts_store *s, const ts_recordings *recordings, const char *source_path, size_t *rows)
{
    *rows = 0;
    if (recordings->count == 0)
        return TS_OK;
    int rc = ts_db_begin(s);
    if (rc == TS_OK)
        rc = ts_db_end(s, add_file(s, recordings, source_path, rows));
    if (rc)
        *rows = 0;
    return rc;
}

int ts_store_import(ts_store *s, const ts_recording *recording, const char *source_path, size_t *rows)
{
    ts_recording *one = (ts_recording *)(uintptr_t)recording;
    return ts_store_import_all(s, &(ts_recordings){.items = &one, .count = 1}, source_path, rows);
}
