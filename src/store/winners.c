/* Winners: written with a full sync (they are rare and dear), read by exporters and the next session. */
#include "store/database.h"
#include "tilesmith.h"
#include "util/clock.h"
#include <string.h>

void ts_winner_clear(ts_winner *w)
{
    char **const texts[] = {&w->kernel,        &w->kernel_hash,       &w->type,
                            &w->problem,       &w->target_name,       &w->fingerprint,
                            &w->configuration, &w->variant,           &w->source,
                            &w->compiler,      &w->compiler_identity, &w->flags,
                            &w->tied,          &w->objective,         &w->library_version,
                            &w->timestamp,     &w->arguments,         &w->bound_by};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(*texts[i]);
    *w = (ts_winner){0};
}

static const char *or_default(const char *text, const char *fallback)
{
    return text ? text : fallback;
}

static int64_t threads_of(const ts_winner *w)
{
    return w->threads > 1 ? w->threads : 1;
}

static int insert_winner(ts_store *s, int64_t session, int64_t target, const ts_winner *w)
{
    char now[21];
    ts_timestamp(now);
    return ts_db_run(s,
                     "INSERT INTO winners (session_id, target_id, current, kernel, kernel_hash, type, "
                     "problem, objective, configuration, variant, "
                     "source, compiler, compiler_identity, flags, fixed_shape, huge_pages, workspace_bytes, "
                     "seconds, lo, hi, flops, peak, tied, "
                     "evaluations, library_version, created, arguments, threads, max_error, bytes, bound, "
                     "bound_by, deviation) "
                     "VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                     "?, ?, ?, ?, ?, ?, ?)",
                     "ii"
                     "ttttttttttt"
                     "iii"
                     "ddddd"
                     "titt"
                     "tidddtd",
                     session, target, w->kernel, w->kernel_hash, w->type, w->problem,
                     or_default(w->objective, "time"), w->configuration, w->variant, w->source, w->compiler,
                     w->compiler_identity, or_default(w->flags, ""), (int64_t)w->fixed_shape,
                     (int64_t)w->huge_pages, w->workspace_bytes, w->seconds, w->lo, w->hi, w->flops, w->peak,
                     w->tied, (int64_t)w->evaluations, or_default(w->library_version, TILESMITH_VERSION),
                     or_default(w->timestamp, now), or_default(w->arguments, ""), threads_of(w), w->max_error,
                     w->bytes, w->bound, w->bound_by, w->deviation);
}

static int replace_winner(ts_store *s, int64_t session, const ts_winner *w)
{
    int64_t target;
    int rc = ts_db_id(s, &target, "SELECT target_id FROM sessions WHERE id = ?", "i", session);
    if (rc == TS_OK && target == 0)
        rc = ts_fail(TS_EINTERNAL, "%s: has no session %lld; this is a bug, please report it", s->path,
                     (long long)session);
    if (rc == TS_OK)
        rc = ts_db_run(
            s,
            "UPDATE winners SET current = 0 WHERE current AND kernel = ? AND type = ? AND problem = ? "
            "AND target_id = ? AND objective = ? AND threads = ? AND max_error = ?",
            "tttitid", w->kernel, w->type, w->problem, target, or_default(w->objective, "time"),
            threads_of(w), w->max_error);
    if (rc == TS_OK)
        rc = insert_winner(s, session, target, w);
    return rc ? rc
              : ts_db_run(s, "UPDATE builds SET identity = ? WHERE variant = ? AND identity IS NULL", "tt",
                          w->compiler_identity, w->variant);
}

static int replace_all(ts_store *s, int64_t session, const ts_winner *w, const ts_winner_extras *extras)
{
    int rc = replace_winner(s, session, w);
    return rc || !extras ? rc : ts_db_winner_extras(s, w, extras);
}

int ts_store_winner_put(ts_store *s, int64_t session, const ts_winner *winner)
{
    return ts_store_winner_put_with(s, session, winner, NULL);
}

int ts_store_winner_put_with(ts_store *s, int64_t session, const ts_winner *winner,
                             const ts_winner_extras *extras)
{
    if (!winner->kernel || !winner->type || !winner->problem || !winner->configuration || !winner->variant ||
        !winner->source || !winner->compiler || !winner->kernel_hash)
        return ts_fail(TS_EINTERNAL,
                       "a winner lacks part of its provenance; this is a bug, please report it");
    int rc = ts_db_exec(s, "PRAGMA synchronous = FULL");
    if (rc == TS_OK)
        rc = ts_db_begin(s);
    if (rc == TS_OK)
        rc = ts_db_end(s, replace_all(s, session, winner, extras));
    int back = ts_db_exec(s, "PRAGMA synchronous = NORMAL");
    return rc ? rc : back;
}

static const char WINNERS[] =
    "SELECT w.id, w.kernel, w.kernel_hash, w.type, w.problem, t.name, t.fingerprint, w.configuration, "
    "w.variant, w.source, w.compiler, "
    "w.compiler_identity, w.flags, w.tied, w.objective, w.library_version, w.created, w.arguments, "
    "w.bound_by, w.fixed_shape, "
    "w.huge_pages, w.workspace_bytes, "
    "w.seconds, w.lo, w.hi, w.flops, w.peak, w.bytes, w.bound, w.deviation, w.evaluations, w.threads, "
    "w.max_error "
    "FROM winners w JOIN targets t ON t.id = w.target_id WHERE w.current AND (?1 IS NULL OR w.kernel = ?1) "
    "AND (?2 IS NULL OR t.fingerprint = ?2 OR t.name = ?2) "
    "ORDER BY w.kernel, w.type, w.problem, t.name, t.id, w.objective, w.threads, w.max_error";

/* Variants for any shape beside winners that are compiled for theirs. If there are several, they are tied:
 * the one that the runtime takes, too. */
static const char GENERALS[] =
    "SELECT w.id, w.kernel, w.kernel_hash, w.type, w.problem, t.name, t.fingerprint, a.configuration, "
    "a.variant, a.source, a.compiler, NULL, a.flags, NULL, w.objective, w.library_version, w.created, "
    "w.arguments, NULL, a.fixed_shape, a.huge_pages, a.workspace_bytes, NULL, NULL, NULL, w.flops, NULL, "
    "w.bytes, NULL, NULL, w.evaluations, w.threads, w.max_error "
    "FROM winners w JOIN targets t ON t.id = w.target_id JOIN ties a ON a.winner_id = w.id "
    "WHERE w.current AND w.fixed_shape AND (?1 IS NULL OR w.kernel = ?1) "
    "AND (?2 IS NULL OR t.fingerprint = ?2 OR t.name = ?2) "
    "AND a.variant = (SELECT min(variant) FROM ties WHERE winner_id = w.id AND NOT fixed_shape) "
    "ORDER BY w.kernel, w.type, w.problem, t.name, t.id, w.objective, w.threads, w.max_error";

/* Columns in the order of WINNERS and GENERALS. */
static int read_winner(ts_store *s, sqlite3_stmt *row, ts_winner *w)
{
    *w = (ts_winner){.id = sqlite3_column_int64(row, 0)};
    char **const texts[] = {&w->kernel,        &w->kernel_hash,       &w->type,
                            &w->problem,       &w->target_name,       &w->fingerprint,
                            &w->configuration, &w->variant,           &w->source,
                            &w->compiler,      &w->compiler_identity, &w->flags,
                            &w->tied,          &w->objective,         &w->library_version,
                            &w->timestamp,     &w->arguments,         &w->bound_by};
    int column = 1, rc = ts_db_whole(s, row, "!!!!!!.!!!!.!.!!!");
    for (size_t i = 0; i < sizeof texts / sizeof *texts && rc == TS_OK; i++)
        rc = ts_db_text(row, column++, texts[i]);
    if (rc)
        return rc;
    w->fixed_shape = sqlite3_column_int(row, column++);
    w->huge_pages = sqlite3_column_int(row, column++);
    w->workspace_bytes = sqlite3_column_int64(row, column++);
    double *const reals[] = {&w->seconds, &w->lo,    &w->hi,    &w->flops,
                             &w->peak,    &w->bytes, &w->bound, &w->deviation};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        *reals[i] = ts_db_real(row, column++);
    w->evaluations = (size_t)sqlite3_column_int64(row, column++);
    w->threads = sqlite3_column_int(row, column++);
    w->max_error = sqlite3_column_double(row, column);
    return TS_OK;
}

static int read_all(ts_store *s, const char *sql, const char *kernel, const char *target, ts_winner **rows,
                    size_t *count)
{
    TS_VEC(ts_winner) found = {0};
    sqlite3_stmt *row;
    int rc = ts_db_query(s, &row, sql, "tt", kernel, target);
    while (rc == TS_OK && (rc = ts_db_step(s, row)) > 0) {
        ts_winner one;
        rc = read_winner(s, row, &one);
        if (rc == TS_OK && !ts_vec_push(&found, one))
            rc = ts_fail(TS_ENOMEM, "out of memory while reading winners");
        if (rc) {
            ts_winner_clear(&one);
            sqlite3_reset(row);
        }
    }
    if (rc) {
        for (size_t i = 0; i < found.count; i++)
            ts_winner_clear(&found.items[i]);
        ts_vec_free(&found);
        return rc;
    }
    *rows = found.items;
    *count = found.count;
    return TS_OK;
}

int ts_store_winners(ts_store *s, const char *kernel, const char *target, ts_winner **rows, size_t *count)
{
    return read_all(s, WINNERS, kernel, target, rows, count);
}

int ts_store_generals(ts_store *s, const char *kernel, const char *target, ts_winner **rows, size_t *count)
{
    return read_all(s, GENERALS, kernel, target, rows, count);
}
