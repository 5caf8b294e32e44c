/* Between the files of the store: the connection, cached statements, transactions, errors. Nobody else
 * includes this. */
#ifndef TS_STORE_DATABASE_H
#define TS_STORE_DATABASE_H

#include "store/store.h"
#include "util/str.h"
#include "util/vec.h"
#include <sqlite3.h>

/** A prepared statement, found again by the address of its text: every text is a literal. */
typedef struct ts_statement {
    const char *sql;
    sqlite3_stmt *handle;
} ts_statement;

struct ts_store {
    sqlite3 *db;
    char *path;
    bool writable;
    TS_VEC(ts_statement) statements;
};

/** The texts of schema.sql, schema_2.sql and schema_3.sql, made by the build. */
extern const char ts_schema_sql[], ts_schema_2_sql[], ts_schema_3_sql[];

/** One sentence for the connection's last error: what happened to the file, and what to do. Returns the TS_E…
 * code. */
int ts_db_fail(ts_store *s);

/**
 * Run statements. `types` has a letter per parameter: i int64_t, k row id (0 is NULL), d double (NAN is
 * NULL), t text (NULL is NULL). ts_db_query() leaves the statement before its first row: step it until it
 * returns 0 or less, or reset it.
 */
int ts_db_query(ts_store *s, sqlite3_stmt **out, const char *sql, const char *types, ...);
/** 1: a row; 0: done; negative: error. The statement is reset unless there is a row. */
int ts_db_step(ts_store *s, sqlite3_stmt *statement);
int ts_db_run(ts_store *s, const char *sql, const char *types, ...);
/** First column of the first row; 0 if there is none. */
int ts_db_id(ts_store *s, int64_t *id, const char *sql, const char *types, ...);
/** Uncached, may hold several statements. */
int ts_db_exec(ts_store *s, const char *sql);

/** Writers take the lock at once, so that waiting for it is the busy handler's job. */
int ts_db_begin(ts_store *s);
/** Commit if rc is 0, else roll back; returns rc, or why it could not commit. */
int ts_db_end(ts_store *s, int rc);

/** `columns` has a letter for each of the first columns: '!' may not be NULL, '.' may. The schema says so
 * too, but a damaged file needn't keep to it. TS_EINPUT names the column. */
int ts_db_whole(ts_store *s, sqlite3_stmt *row, const char *columns);
/** A column as text, copied; *out stays NULL for NULL. */
int ts_db_text(sqlite3_stmt *row, int column, char **out);
/** A column as a real; NAN for NULL. */
double ts_db_real(sqlite3_stmt *row, int column);

/** Schema versions: step i turns version i into i+1. Each is one transaction, so a file always has a whole
 * version. */
int ts_db_migrate(ts_store *s, const char *const *steps, int count);
/** Is this file ours, and of a version that we can read? *version 0: empty. */
int ts_db_identify(ts_store *s, int *version);

/** TS_OK and the status of a stored name; an unknown one means that somebody else wrote it. */
int ts_status_parse(ts_store *s, const char *name, ts_status *out);
/** Parameters as canonical JSON: {"kc":256,"mr":6}, sorted by name; unknown values are left out. */
int ts_parameters_text(const ts_kernel *kernel, const ts_value *slots, ts_str *out);
/** The same for configuration `config` of a table space. */
int ts_parameters_of_space(const ts_space *space, uint64_t config, ts_str *out);
/** Back into values by parameter order (kind NONE where absent); strings are malloc'ed. */
int ts_parameters_parse(ts_store *s, const ts_kernel *kernel, const char *text, ts_value *values);

/** Ties and objects of the winner inserted last, inside of the caller's transaction. */
int ts_db_winner_extras(ts_store *s, const ts_winner *winner, const ts_winner_extras *extras);

/** Find or make; all inside of the caller's transaction. */
int ts_db_kernel(ts_store *s, const char *name, const char *hash, int64_t *id);
int ts_db_problem(ts_store *s, int64_t kernel, const char *type, const char *shape, double flops,
                  double bytes, int64_t *id);
int ts_db_configuration(ts_store *s, int64_t problem, const char *parameters, int64_t *id);

#endif
