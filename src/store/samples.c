/* Results in, and back as what is already known. */
#include "store/database.h"
#include "util/clock.h"
#include "util/json.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

int ts_status_parse(ts_store *s, const char *name, ts_status *out)
{
    for (int i = 0; name && i < TS_STATUS_COUNT; i++) {
        if (strcmp(ts_status_name((ts_status)i), name) == 0) {
            *out = (ts_status)i;
            return TS_OK;
        }
    }
    return ts_fail(
        TS_EINPUT,
        "%s: is damaged (there is no status '%.40s'); restore a copy, or move it away and tune again",
        s->path, name ? name : "");
}

static void append_counter(ts_str *out, const ts_counter *c)
{
    ts_str_append(out, "{\"name\":");
    ts_json_string(out, c->name);
    ts_str_append(out, ",\"unit\":");
    ts_json_string(out, c->unit);
    ts_str_append(out, c->available ? ",\"value\":" : ",\"unavailable\":");
    if (c->available)
        ts_json_number(out, c->value);
    else
        ts_json_string(out, c->reason ? c->reason : "not measured");
    ts_str_append(out, "}");
}

/* Counters as a JSON array; nothing if there are none. */
static void append_counters(ts_str *out, const ts_result *r)
{
    for (size_t i = 0; i < r->counter_count; i++) {
        ts_str_append(out, i ? "," : "[");
        append_counter(out, &r->counters[i]);
    }
    if (r->counter_count)
        ts_str_append(out, "]");
}

static int find_build(ts_store *s, const ts_variant *variant, int64_t *id)
{
    int rc = ts_db_id(s, id, "SELECT id FROM builds WHERE variant = ?", "t", variant->id);
    if (rc || *id)
        return rc;
    rc = ts_db_run(s, "INSERT INTO builds (variant, compiler, flags) VALUES (?, ?, ?)", "ttt", variant->id,
                   variant->compiler ? variant->compiler : "", variant->flags ? variant->flags : "");
    *id = sqlite3_last_insert_rowid(s->db);
    return rc;
}

/* The texts of a result that have to be made before the lock is taken. */
typedef struct ts_texts {
    ts_str parameters, timings, counters;
} ts_texts;

static int make_texts(const ts_problem *problem, const ts_value *slots, const ts_result *r, ts_texts *t)
{
    int rc = ts_parameters_text(problem->kernel, slots, &t->parameters);
    if (r->sample_count)
        ts_json_numbers(&t->timings, r->samples, r->sample_count);
    append_counters(&t->counters, r);
    if (rc == TS_OK && (t->timings.failed || t->counters.failed))
        rc = ts_fail(TS_ENOMEM, "out of memory while storing a result");
    return rc;
}

static int insert_sample(ts_store *s, int64_t session, int64_t configuration, int64_t build,
                         const ts_result *r, const ts_texts *t)
{
    char now[21];
    ts_timestamp(now);
    bool ok = r->status == TS_STATUS_OK;
    return ts_db_run(s,
                     "INSERT INTO samples (session_id, configuration_id, build_id, status, reason, cost, "
                     "timings, inner, error, "
                     "cached, render, compile, verify, measure, counters, created, deviation) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     "iik"
                     "ttdt"
                     "kdi"
                     "dddd"
                     "ttd",
                     session, configuration, build, ts_status_name(r->status), ok ? NULL : r->reason,
                     ok ? r->cost : NAN, t->timings.data, (int64_t)r->inner, r->error, (int64_t)r->cached,
                     r->times.render, r->times.compile, r->times.verify, r->times.measure, t->counters.data,
                     now, ok ? r->deviation : NAN);
}

static int write_result(ts_store *s, int64_t session, const ts_result *r, const ts_variant *variant,
                        const ts_texts *t)
{
    int64_t problem, configuration, build = 0;
    int rc = ts_db_id(s, &problem, "SELECT problem_id FROM sessions WHERE id = ?", "i", session);
    if (rc == TS_OK && problem == 0)
        rc = ts_fail(TS_EINTERNAL, "%s: has no session %lld; this is a bug, please report it", s->path,
                     (long long)session);
    if (rc == TS_OK)
        rc = ts_db_configuration(s, problem, ts_str_text(&t->parameters), &configuration);
    if (rc == TS_OK && variant)
        rc = find_build(s, variant, &build);
    return rc ? rc : insert_sample(s, session, configuration, build, r, t);
}

int ts_store_result(ts_store *s, int64_t session, const ts_problem *problem, const ts_value *slots,
                    const ts_result *result, const ts_variant *variant)
{
    ts_texts texts = {0};
    if (result->status == TS_STATUS_OK && !isfinite(result->cost))
        return ts_fail(TS_EINTERNAL, "a result that is ok has no cost; this is a bug, please report it");
    int rc = make_texts(problem, slots, result, &texts);
    if (rc == TS_OK)
        rc = ts_db_begin(s);
    if (rc == TS_OK)
        rc = ts_db_end(s, write_result(s, session, result, variant, &texts));
    ts_str_free(&texts.parameters);
    ts_str_free(&texts.timings);
    ts_str_free(&texts.counters);
    return rc;
}

static void known_clear(const ts_kernel *kernel, ts_known *row)
{
    for (size_t i = 0; row->values && i < kernel->parameter_count; i++)
        if (row->values[i].kind == TS_STRING)
            free((char *)(uintptr_t)row->values[i].s);
    free(row->values);
    free(row->reason);
}

void ts_store_known_free(const ts_kernel *kernel, ts_known *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        known_clear(kernel, &rows[i]);
    free(rows);
}

static int read_known(ts_store *s, const ts_kernel *kernel, sqlite3_stmt *row, ts_known *out)
{
    const char *variant = (const char *)sqlite3_column_text(row, 4);
    *out = (ts_known){.cost = ts_db_real(row, 2), .deviation = ts_db_real(row, 5)};
    out->values = calloc(kernel->parameter_count + 1, sizeof *out->values);
    if (!out->values)
        return ts_fail(TS_ENOMEM, "out of memory while reading earlier results");
    snprintf(out->variant, sizeof out->variant, "%s", variant ? variant : "");
    int rc = ts_status_parse(s, (const char *)sqlite3_column_text(row, 1), &out->status);
    if (rc == TS_OK)
        rc = ts_db_text(row, 3, &out->reason);
    return rc ? rc : ts_parameters_parse(s, kernel, (const char *)sqlite3_column_text(row, 0), out->values);
}

/* The newest measurement of each configuration; predictions of the cost model are no measurements. */
static const char KNOWN[] =
    "SELECT c.parameters, s.status, s.cost, s.reason, b.variant, s.deviation FROM configurations c "
    "JOIN samples s ON s.id = (SELECT max(x.id) FROM samples x JOIN sessions e ON e.id = x.session_id "
    "  WHERE x.configuration_id = c.id AND e.target_id = ?2 AND e.objective = 'time' AND e.evaluator <> "
    "'model' AND e.threads = ?6 AND e.max_error = ?7) "
    "LEFT JOIN builds b ON b.id = s.build_id "
    "WHERE c.problem_id = (SELECT p.id FROM problems p JOIN kernels k ON k.id = p.kernel_id "
    "  WHERE k.name = ?3 AND k.hash = ?4 AND p.type = ?5 AND p.shape = ?1) ORDER BY s.id";

int ts_store_known(ts_store *s, const ts_problem *problem, int64_t target, ts_known **rows, size_t *count)
{
    TS_VEC(ts_known) found = {0};
    sqlite3_stmt *row;
    ts_str shape = TS_STR_INIT;
    ts_problem_text(problem, &shape);
    int rc = ts_db_query(s, &row, KNOWN, "titttid", ts_str_text(&shape), target, problem->kernel->name,
                         problem->kernel->hash, problem->type->name, (int64_t)ts_problem_threads(problem),
                         problem->max_error);
    while (rc == TS_OK && (rc = ts_db_step(s, row)) > 0) {
        ts_known one;
        rc = read_known(s, problem->kernel, row, &one);
        if (rc == TS_OK && !ts_vec_push(&found, one))
            rc = ts_fail(TS_ENOMEM, "out of memory while reading earlier results");
        if (rc) {
            known_clear(problem->kernel, &one);
            sqlite3_reset(row);
        }
    }
    ts_str_free(&shape);
    if (rc) {
        ts_store_known_free(problem->kernel, found.items, found.count);
        return rc;
    }
    *rows = found.items;
    *count = found.count;
    return TS_OK;
}
