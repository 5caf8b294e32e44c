/* What reports and exporters read: tallies and every evaluation. */
#include "store/database.h"
#include <jansson.h>
#include <math.h>

int ts_store_tally(ts_store *s, int64_t problem, int64_t target, ts_tally *out)
{
    sqlite3_stmt *row;
    *out = (ts_tally){{0}};
    int rc = ts_db_query(
        s, &row,
        "SELECT s.status, count(*) FROM samples s JOIN sessions e ON e.id = s.session_id "
        "WHERE (?1 IS NULL OR e.problem_id = ?1) AND (?2 IS NULL OR e.target_id = ?2) GROUP BY s.status",
        "kk", problem, target);
    while (rc == TS_OK && (rc = ts_db_step(s, row)) > 0) {
        ts_status status;
        rc = ts_status_parse(s, (const char *)sqlite3_column_text(row, 0), &status);
        if (rc)
            sqlite3_reset(row);
        else
            out->by_status[status] = (size_t)sqlite3_column_int64(row, 1);
    }
    return rc;
}

/* Raw timings back from their JSON array. */
static int read_timings(ts_store *s, const char *text, double **samples, size_t *count)
{
    json_t *array = text ? json_loads(text, 0, NULL) : NULL;
    size_t n = json_array_size(array);
    *samples = NULL;
    *count = 0;
    if (!text)
        return TS_OK;
    if (!json_is_array(array)) {
        json_decref(array);
        return ts_fail(
            TS_EINPUT,
            "%s: is damaged (raw timings that are not a JSON array); restore a copy, or move it away and "
            "tune again",
            s->path);
    }
    double *values = malloc((n ? n : 1) * sizeof *values);
    for (size_t i = 0; values && i < n; i++) {
        const json_t *item = json_array_get(array, i);
        values[i] = json_is_number(item) ? json_number_value(item) : NAN;
    }
    json_decref(array);
    *samples = values;
    *count = n;
    return values ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while reading raw timings");
}

static const char EACH[] =
    "SELECT k.name, p.type, p.shape, t.name, c.parameters, s.reason, b.compiler, b.flags, s.created, "
    "t.fingerprint, e.objective, "
    "s.status, s.timings, s.cost, s.render, s.compile, s.verify, s.measure, s.search, "
    "s.id <> max(s.id) OVER (PARTITION BY k.name, p.type, p.shape, t.id, e.objective, e.threads, "
    "e.max_error, "
    "c.parameters), e.threads, e.max_error, s.counters "
    "FROM samples s JOIN sessions e ON e.id = s.session_id JOIN targets t ON t.id = e.target_id "
    "JOIN configurations c ON c.id = s.configuration_id JOIN problems p ON p.id = c.problem_id "
    "JOIN kernels k ON k.id = p.kernel_id LEFT JOIN builds b ON b.id = s.build_id "
    "WHERE e.evaluator <> 'model' AND (?1 IS NULL OR k.name = ?1) AND (?2 IS NULL OR t.fingerprint = ?2 OR "
    "t.name = ?2) "
    "ORDER BY k.name, p.type, p.shape, t.name, t.id, s.id";

/* Texts in the order of EACH; borrowed from the row. */
static void read_texts(sqlite3_stmt *row, ts_store_row *r)
{
    const char **const texts[] = {&r->kernel,        &r->type,        &r->problem,  &r->target,
                                  &r->configuration, &r->reason,      &r->compiler, &r->flags,
                                  &r->timestamp,     &r->fingerprint, &r->objective};
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
        *texts[i] = (const char *)sqlite3_column_text(row, i);
}

static int give_row(ts_store *s, sqlite3_stmt *row, int (*give)(void *context, const ts_store_row *r),
                    void *context)
{
    ts_store_row r = {.cost = ts_db_real(row, 13),
                      .times = {.render = ts_db_real(row, 14),
                                .compile = ts_db_real(row, 15),
                                .verify = ts_db_real(row, 16),
                                .measure = ts_db_real(row, 17)},
                      .search_seconds = ts_db_real(row, 18),
                      .superseded = sqlite3_column_int(row, 19) != 0,
                      .threads = sqlite3_column_int(row, 20),
                      .max_error = sqlite3_column_double(row, 21),
                      .counters = (const char *)sqlite3_column_text(row, 22)};
    double *samples = NULL;
    read_texts(row, &r);
    int rc = ts_db_whole(s, row, "!!!!!...!.!");
    if (rc == TS_OK)
        rc = ts_status_parse(s, (const char *)sqlite3_column_text(row, 11), &r.status);
    if (rc == TS_OK)
        rc = read_timings(s, (const char *)sqlite3_column_text(row, 12), &samples, &r.sample_count);
    r.samples = samples;
    if (rc == TS_OK)
        rc = give(context, &r);
    free(samples);
    return rc;
}

int ts_store_each(ts_store *s, const char *kernel, const char *target,
                  int (*row)(void *context, const ts_store_row *r), void *context)
{
    sqlite3_stmt *st;
    int rc = ts_db_query(s, &st, EACH, "tt", kernel, target);
    while (rc == TS_OK && (rc = ts_db_step(s, st)) > 0) {
        rc = give_row(s, st, row, context);
        if (rc)
            sqlite3_reset(st);
    }
    return rc;
}

static const char SESSIONS[] =
    "SELECT k.name, p.type, p.shape, e.strategy, e.objective, e.started, e.ended, e.stop_reason, e.governor, "
    "e.kernel_release, e.cpus, e.summary, e.load, e.steal, e.peak, e.max_error, e.threads, "
    "(SELECT count(*) FROM samples s WHERE s.session_id = e.id) "
    "FROM sessions e JOIN targets t ON t.id = e.target_id JOIN problems p ON p.id = e.problem_id "
    "JOIN kernels k ON k.id = p.kernel_id "
    "WHERE e.evaluator = 'hardware' AND (t.fingerprint = ?1 OR t.name = ?1) ORDER BY e.id";

static void read_session(sqlite3_stmt *row, ts_session_line *l)
{
    const char **const texts[] = {&l->kernel,    &l->type,           &l->problem, &l->strategy,
                                  &l->objective, &l->started,        &l->ended,   &l->stop_reason,
                                  &l->governor,  &l->kernel_release, &l->cpus,    &l->summary};
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
        *texts[i] = (const char *)sqlite3_column_text(row, i);
    l->load = ts_db_real(row, 12);
    l->steal = ts_db_real(row, 13);
    l->peak = ts_db_real(row, 14);
    l->max_error = sqlite3_column_double(row, 15);
    l->threads = sqlite3_column_int(row, 16);
    l->evaluations = (size_t)sqlite3_column_int64(row, 17);
}

int ts_store_sessions(ts_store *s, const char *target,
                      int (*line)(void *context, const ts_session_line *line), void *context)
{
    sqlite3_stmt *row;
    int rc = ts_db_query(s, &row, SESSIONS, "t", target);
    while (rc == TS_OK && (rc = ts_db_step(s, row)) > 0) {
        ts_session_line l;
        read_session(row, &l);
        rc = ts_db_whole(s, row, "!!!.!!");
        if (rc == TS_OK)
            rc = line(context, &l);
        if (rc)
            sqlite3_reset(row);
    }
    return rc;
}
