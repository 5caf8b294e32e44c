/* Where results come from: targets, kernels, problems, sessions. */
#include "store/database.h"
#include "tilesmith.h"
#include "util/clock.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int find_target(ts_store *s, const ts_target *target, int64_t *id)
{
    if (target->fingerprint)
        return ts_db_id(s, id, "SELECT id FROM targets WHERE fingerprint = ? AND NOT imported", "t",
                        target->fingerprint);
    return ts_db_id(s, id, "SELECT id FROM targets WHERE name = ? AND fingerprint IS NULL AND NOT imported",
                    "t", target->name);
}

static int write_target(ts_store *s, const ts_target *target, const char *xml, int64_t *id)
{
    char now[21];
    ts_timestamp(now);
    int rc = find_target(s, target, id);
    if (rc)
        return rc;
    if (*id)
        return ts_db_run(
            s, "UPDATE targets SET name = ?, kind = ?, xml = ?, updated = ? WHERE id = ? AND xml IS NOT ?3",
            "ttttk", target->name, target->kind, xml, now, *id);
    rc = ts_db_run(s, "INSERT INTO targets (name, kind, fingerprint, xml, updated) VALUES (?, ?, ?, ?, ?)",
                   "ttttt", target->name, target->kind, target->fingerprint, xml, now);
    *id = sqlite3_last_insert_rowid(s->db);
    return rc;
}

int ts_store_target(ts_store *s, const ts_target *target, int64_t *id)
{
    char *xml = NULL;
    int rc = ts_target_write(target, &xml);
    if (rc == TS_OK)
        rc = ts_db_begin(s);
    if (rc == TS_OK)
        rc = ts_db_end(s, write_target(s, target, xml, id));
    free(xml);
    return rc;
}

int ts_store_target_load(ts_store *s, const char *fingerprint, ts_target **out)
{
    sqlite3_stmt *row;
    char *xml = NULL;
    int rc = ts_db_query(s, &row, "SELECT xml FROM targets WHERE fingerprint = ? AND NOT imported", "t",
                         fingerprint);
    if (rc == TS_OK)
        rc = ts_db_step(s, row);
    if (rc > 0) {
        rc = ts_db_text(row, 0, &xml);
        sqlite3_reset(row);
    }
    if (rc == TS_OK && !xml)
        rc = ts_fail(
            TS_ENOTFOUND,
            "%s: has no target with the fingerprint %s; run 'tilesmith tune' or 'tilesmith detect' there",
            s->path, fingerprint);
    if (rc == TS_OK)
        rc = ts_target_parse(xml, strlen(xml), s->path, out);
    free(xml);
    return rc;
}

int ts_db_kernel(ts_store *s, const char *name, const char *hash, int64_t *id)
{
    int rc = ts_db_id(s, id, "SELECT id FROM kernels WHERE name = ? AND hash = ?", "tt", name, hash);
    if (rc || *id)
        return rc;
    rc = ts_db_run(s, "INSERT INTO kernels (name, hash) VALUES (?, ?)", "tt", name, hash);
    *id = sqlite3_last_insert_rowid(s->db);
    return rc;
}

int ts_db_problem(ts_store *s, int64_t kernel, const char *type, const char *shape, double flops,
                  double bytes, int64_t *id)
{
    int rc = ts_db_id(s, id, "SELECT id FROM problems WHERE kernel_id = ? AND type = ? AND shape = ?", "itt",
                      kernel, type, shape);
    if (rc || *id)
        return rc;
    rc = ts_db_run(s, "INSERT INTO problems (kernel_id, type, shape, flops, bytes) VALUES (?, ?, ?, ?, ?)",
                   "ittdd", kernel, type, shape, flops, bytes);
    *id = sqlite3_last_insert_rowid(s->db);
    return rc;
}

static int write_problem(ts_store *s, const ts_problem *problem, const char *shape, double flops,
                         double bytes, int64_t *id)
{
    int64_t kernel;
    int rc = ts_db_kernel(s, problem->kernel->name, problem->kernel->hash, &kernel);
    return rc ? rc : ts_db_problem(s, kernel, problem->type->name, shape, flops, bytes, id);
}

int ts_store_problem(ts_store *s, const ts_problem *problem, int64_t *id)
{
    ts_str shape = TS_STR_INIT;
    double flops, bytes;
    int rc = ts_problem_work(problem, &flops, &bytes);
    ts_problem_text(problem, &shape);
    if (rc == TS_OK && shape.failed)
        rc = ts_fail(TS_ENOMEM, "out of memory while storing a problem");
    if (rc == TS_OK)
        rc = ts_db_begin(s);
    if (rc == TS_OK)
        rc = ts_db_end(s, write_problem(s, problem, ts_str_text(&shape), flops, bytes, id));
    ts_str_free(&shape);
    return rc;
}

int ts_db_configuration(ts_store *s, int64_t problem, const char *parameters, int64_t *id)
{
    int rc = ts_db_id(s, id, "SELECT id FROM configurations WHERE problem_id = ? AND parameters = ?", "it",
                      problem, parameters);
    if (rc || *id)
        return rc;
    rc = ts_db_run(s, "INSERT INTO configurations (problem_id, parameters) VALUES (?, ?)", "it", problem,
                   parameters);
    *id = sqlite3_last_insert_rowid(s->db);
    return rc;
}

static const char *or_default(const char *text, const char *fallback)
{
    return text ? text : fallback;
}

int ts_store_session_begin(ts_store *s, const ts_session_row *row, int64_t *id)
{
    char now[21], seed[24];
    const ts_conditions *c = &row->conditions;
    ts_timestamp(now);
    snprintf(seed, sizeof seed, "%" PRIu64, row->seed);
    int rc = ts_db_begin(s);
    if (rc)
        return rc;
    rc = ts_db_run(s,
                   "INSERT INTO sessions (target_id, problem_id, strategy, evaluator, objective, options, "
                   "seed, load, steal, peak, "
                   "governor, kernel_release, cpus, library_version, started, threads, max_error) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                   "iittttt"
                   "ddd"
                   "ttttt"
                   "id",
                   row->target, row->problem, row->strategy, or_default(row->evaluator, "hardware"),
                   or_default(row->objective, "time"), row->options, seed, c->load, c->steal, c->peak,
                   c->governor, c->kernel_release, c->cpus, TILESMITH_VERSION, now,
                   (int64_t)(row->threads > 1 ? row->threads : 1), row->max_error);
    *id = sqlite3_last_insert_rowid(s->db);
    return ts_db_end(s, rc);
}

int ts_store_session_end(ts_store *s, int64_t session, const char *stop_reason, const char *summary_json)
{
    char now[21];
    ts_timestamp(now);
    int rc = ts_db_begin(s);
    if (rc)
        return rc;
    return ts_db_end(s,
                     ts_db_run(s, "UPDATE sessions SET ended = ?, stop_reason = ?, summary = ? WHERE id = ?",
                               "ttti", now, stop_reason, summary_json, session));
}
