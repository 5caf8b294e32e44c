/* The newest session while it runs, for whoever watches. */
#include "store/live.h"
#include "store/database.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void forget(char **text)
{
    free(*text);
    *text = NULL;
}

void ts_live_clear(ts_live *live)
{
    char **const texts[] = {&live->kernel,   &live->type,        &live->problem, &live->target,
                            &live->strategy, &live->stop_reason, &live->best,    &live->last};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        forget(texts[i]);
    ts_vec_free(&live->costs);
    *live = (ts_live){0};
}

static int replace(sqlite3_stmt *row, int column, char **text)
{
    forget(text);
    return ts_db_text(row, column, text);
}

static const char NEWEST[] =
    "SELECT e.id, k.name, p.type, p.shape, t.name, e.strategy, e.stop_reason, e.ended IS NOT NULL, p.flops, "
    "p.bytes, strftime('%s', coalesce(e.ended, 'now')) - strftime('%s', e.started), strftime('%s', 'now') - "
    "strftime('%s', coalesce((SELECT created FROM samples WHERE session_id = e.id ORDER BY id DESC LIMIT 1), "
    "e.started)) "
    "FROM sessions e JOIN targets t ON t.id = e.target_id JOIN problems p ON p.id = e.problem_id "
    "JOIN kernels k ON k.id = p.kernel_id WHERE e.evaluator = 'hardware' ORDER BY e.id DESC LIMIT 1";

static int read_session(ts_store *s, ts_live *live)
{
    sqlite3_stmt *row;
    int rc = ts_db_query(s, &row, NEWEST, "");
    if (rc != TS_OK || (rc = ts_db_step(s, row)) <= 0)
        return rc;
    int64_t session = sqlite3_column_int64(row, 0);
    if (session != live->session) {
        ts_live_clear(live);
        live->session = session;
    }
    char **const texts[] = {&live->kernel, &live->type,     &live->problem,
                            &live->target, &live->strategy, &live->stop_reason};
    rc = ts_db_whole(s, row, "!!!!!");
    for (int i = 0; rc == TS_OK && i < (int)(sizeof texts / sizeof *texts); i++)
        rc = replace(row, i + 1, texts[i]);
    live->ended = sqlite3_column_int(row, 7) != 0;
    live->flops = ts_db_real(row, 8);
    live->bytes = ts_db_real(row, 9);
    live->seconds = ts_db_real(row, 10);
    live->silent = ts_db_real(row, 11);
    sqlite3_reset(row);
    return rc;
}

static int take(ts_store *s, sqlite3_stmt *row, ts_live *live)
{
    ts_status status;
    double cost = ts_db_real(row, 2);
    int rc = ts_status_parse(s, (const char *)sqlite3_column_text(row, 1), &status);
    if (rc == TS_OK)
        rc = replace(row, 3, &live->last);
    if (rc == TS_OK && cost > 0 && !(live->best_cost <= cost)) {
        live->best_cost = cost;
        rc = replace(row, 3, &live->best);
    }
    if (rc == TS_OK && !ts_vec_push(&live->costs, cost))
        rc = ts_fail(TS_ENOMEM, "out of memory while watching");
    if (rc == TS_OK) {
        live->by_status[status]++;
        live->newest = sqlite3_column_int64(row, 0);
        live->last_status = status;
    }
    return rc;
}

static const char SINCE[] = "SELECT s.id, s.status, s.cost, c.parameters FROM samples s "
                            "JOIN configurations c ON c.id = s.configuration_id "
                            "WHERE s.session_id = ?1 AND s.id > ?2 ORDER BY s.id";

int ts_store_live(ts_store *s, ts_live *live)
{
    sqlite3_stmt *row;
    if (!live->best)
        live->best_cost = NAN;
    int rc = read_session(s, live);
    if (rc < 0 || live->session == 0)
        return rc;
    if (!live->best)
        live->best_cost = NAN;
    rc = ts_db_query(s, &row, SINCE, "ii", live->session, live->newest);
    while (rc == TS_OK && (rc = ts_db_step(s, row)) > 0) {
        rc = take(s, row, live);
        if (rc)
            sqlite3_reset(row);
    }
    return rc;
}
