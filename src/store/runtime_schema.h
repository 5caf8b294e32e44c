/*
 * What the runtime reads from a database: the one header that src/runtime shares with the rest. A change here
 * is a change of the documented interface (docs/database.md) and needs a new TS_SCHEMA_VERSION and a
 * migration.
 */
#ifndef TS_STORE_RUNTIME_SCHEMA_H
#define TS_STORE_RUNTIME_SCHEMA_H

/** PRAGMA application_id: "TSmt". */
#define TS_SCHEMA_APPLICATION_ID 0x54536d74
/** PRAGMA user_version written by this library, the oldest that it brings up to date, and the oldest that the
 * runtime reads. */
#define TS_SCHEMA_VERSION        3
#define TS_SCHEMA_OLDEST         1
#define TS_SCHEMA_RUNTIME_OLDEST 2

/**
 * Current winners, one row each. problem is "m=512,n=512,k=512,ta=0,tb=0"; source is a self-contained C
 * translation unit that defines the function ts_v_<variant> with the kernel's prototype (and
 * ts_v_<variant>_prepare where the winner converts constant operands first); arguments are the names of the
 * dimensions that are passed at run time, "m n k"; times in seconds per call; flops per call. Parameters: the
 * most threads, the largest error allowed. The fastest of a problem comes first.
 */
#define TS_SCHEMA_WINNERS_SQL                                                                                \
    "SELECT kernel, type, problem, fingerprint, variant, source, compiler, flags, fixed_shape, huge_pages, " \
    "workspace_bytes, "                                                                                      \
    "seconds, flops, arguments, threads, max_error FROM runtime_winners WHERE objective = 'time' "           \
    "AND threads <= ?1 AND max_error <= ?2 ORDER BY kernel, type, problem, fingerprint, seconds"

/* ---- since version 3
 * ------------------------------------------------------------------------------------------ */

/** The same columns, of the variants that are kept beside a winner: tied with it, or for the shapes around.
 */
#define TS_SCHEMA_TIES_SQL                                                                                   \
    "SELECT kernel, type, problem, fingerprint, variant, source, compiler, flags, fixed_shape, huge_pages, " \
    "workspace_bytes, "                                                                                      \
    "seconds, flops, arguments, threads, max_error FROM runtime_ties WHERE objective = 'time' "              \
    "AND threads <= ?1 AND max_error <= ?2 ORDER BY kernel, type, problem, fingerprint, variant"

/** Compiled variants: which there are, and the bytes of one by its SHA-256. */
#define TS_SCHEMA_OBJECTS_SQL "SELECT variant, hash, features, abi FROM objects ORDER BY variant, hash"
#define TS_SCHEMA_OBJECT_SQL  "SELECT bytes FROM objects WHERE hash = ?1"

/** What programs learned on this machine (?1: fingerprint). */
#define TS_SCHEMA_LESSONS_SQL                                                                                \
    "SELECT kernel, type, problem, variant, calls, seconds FROM learned WHERE fingerprint = ?1"
/**
 * One lesson: fingerprint, kernel, type, problem, variant, calls, seconds, and how many earlier calls count
 * at most. Means are joined by weight, so that no evidence is lost and old evidence doesn't outweigh new for
 * ever.
 */
#define TS_SCHEMA_LEARN_SQL                                                                                  \
    "INSERT INTO learned (fingerprint, kernel, type, problem, variant, calls, seconds, updated) "            \
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, strftime('%Y-%m-%dT%H:%M:%SZ')) "                                   \
    "ON CONFLICT (fingerprint, kernel, type, problem, variant) DO UPDATE SET "                               \
    "seconds = (seconds * min(calls, ?8) + excluded.seconds * excluded.calls) / "                            \
    "(min(calls, ?8) + excluded.calls), "                                                                    \
    "calls = min(calls, ?8) + excluded.calls, updated = excluded.updated"

#endif
