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
#define TS_SCHEMA_VERSION        2
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

#endif
