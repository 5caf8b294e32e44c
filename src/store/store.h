/*
 * The database: the only code that speaks SQL (schema: store/schema.sql, documented in docs/database.md).
 * SQLite in WAL mode, STRICT tables, migrations by user_version. Writers use BEGIN IMMEDIATE and a busy
 * timeout; each sample is committed before its call returns.
 */
#ifndef TS_STORE_STORE_H
#define TS_STORE_STORE_H

#include "core/kernel.h"
#include "core/recording.h"
#include "core/result.h"
#include "core/target.h"
#include "core/variant.h"

typedef struct ts_store ts_store;

typedef enum ts_store_mode { TS_STORE_READ, TS_STORE_WRITE } ts_store_mode;

/** Open (and in WRITE mode create, migrate). A newer version, a foreign file, read-only or a full disk is
 * TS_EINPUT/TS_ESYSTEM with the next step. */
int ts_store_open(const char *path, ts_store_mode mode, ts_store **out);
void ts_store_close(ts_store *s);
const char *ts_store_path(const ts_store *s);

/* ---- provenance: rows are found or made; ids are row ids ---- */

/** Keyed by fingerprint (or name for described targets); keeps the newest XML. */
int ts_store_target(ts_store *s, const ts_target *target, int64_t *id);
/** The stored XML of a fingerprint as a target; TS_ENOTFOUND if never seen. */
int ts_store_target_load(ts_store *s, const char *fingerprint, ts_target **out);
int ts_store_problem(ts_store *s, const ts_problem *problem, int64_t *id);

/** Host conditions recorded with each session. */
typedef struct ts_conditions {
    double load, steal; /**< 1-minute load; share of steal since boot, NAN if unknown */
    double peak;        /**< measured peak, flop/s; NAN */
    const char *governor, *kernel_release, *cpus; /**< "unavailable" where so */
} ts_conditions;

/** A tuning session: one problem, one target, one strategy. */
typedef struct ts_session_row {
    int64_t target, problem;
    const char *strategy, *evaluator, *objective, *options; /**< options: JSON text */
    uint64_t seed;
    int threads;      /**< of a call; 0 means 1 */
    double max_error; /**< that results were allowed */
    ts_conditions conditions;
} ts_session_row;
int ts_store_session_begin(ts_store *s, const ts_session_row *row, int64_t *id);
int ts_store_session_end(ts_store *s, int64_t session, const char *stop_reason, const char *summary_json);

/**
 * Record a result durably. `slots` are the parameter values of the configuration by kernel slot (see
 * ts_space_values). A result that is not OK is stored with its status and reason, cost NULL. `variant` may be
 * NULL (no source kept); with it the build's compiler, flags and hash are kept.
 */
int ts_store_result(ts_store *s, int64_t session, const ts_problem *problem, const ts_value *slots,
                    const ts_result *result, const ts_variant *variant);

/** One earlier evaluation. Strings live until ts_store_known_free(). */
typedef struct ts_known {
    ts_value *values; /**< [parameter_count] by parameter order; kind NONE if the stored row lacks it */
    ts_status status;
    double cost;
    double deviation; /**< from the reference; NAN if not measured */
    char *reason;
    char variant[33]; /**< content hash at the time */
} ts_known;
/** Results of this problem on this target, with its threads and max_error, under the kernel's present hash;
 * newest per configuration. */
int ts_store_known(ts_store *s, const ts_problem *problem, int64_t target, ts_known **rows, size_t *count);
void ts_store_known_free(const ts_kernel *kernel, ts_known *rows, size_t count);

/** A compiled variant: what libtilesmith-rt loads where features and abi fit. All borrowed. */
typedef struct ts_winner_object {
    const char *variant;
    const char *features, *abi; /**< of the machine that compiled it; see ts_detect_object_provenance() */
    const void *bytes;
    size_t length;
} ts_winner_object;

/** A variant that could not be told apart from a winner. All borrowed. */
typedef struct ts_winner_tie {
    const char *configuration, *variant, *source, *compiler, *flags;
    bool fixed_shape, huge_pages;
    int64_t workspace_bytes;
} ts_winner_tie;

/** What is stored beside a winner so that programs can use it without a compiler and adapt. */
typedef struct ts_winner_extras {
    const ts_winner_object *objects;
    size_t object_count;
    const ts_winner_tie *ties;
    size_t tie_count;
} ts_winner_extras;

/** A winner: a statistical claim with everything needed to build it again. Strings owned; ts_winner_clear().
 */
typedef struct ts_winner {
    int64_t id;
    char *kernel, *kernel_hash, *type, *problem; /**< problem: "m=512,n=512,…" */
    char *target_name, *fingerprint;
    char *configuration; /**< JSON object of parameter values */
    char *variant;       /**< content hash */
    char *source;        /**< C of the variant with prelude: self-contained, defines ts_v_HASH */
    char *compiler, *compiler_identity, *flags;
    bool fixed_shape, huge_pages;
    int64_t workspace_bytes;
    double seconds, lo, hi; /**< median of the finals and its 95 % interval, seconds per call */
    double flops, peak;     /**< work per call; peak measured in the same finals, flop/s, NAN if none */
    double bytes;           /**< that a call must move at least; NAN */
    double bound;           /**< seconds that no call could beat in the same finals (roofline); NAN */
    char *bound_by;         /**< which side of the roofline: "peak", "L2 bandwidth"; NULL */
    double deviation;       /**< largest max|C-R| / max|R|; NAN */
    char *tied; /**< JSON array of configuration objects that can't be told apart (the winner included) */
    size_t evaluations; /**< successful and failed, of this problem so far */
    char *objective, *library_version, *timestamp;
    char *arguments;  /**< names of the dimensions passed at run time: "m n k" */
    int threads;      /**< of a call; 0 means 1 */
    double max_error; /**< that it was allowed */
} ts_winner;
void ts_winner_clear(ts_winner *w);
/** Insert; the previous winner of the same (kernel, type, problem, target, objective, threads, max_error)
 * becomes history. */
int ts_store_winner_put(ts_store *s, int64_t session, const ts_winner *winner);
/** The same with its compiled form and what was tied with it (NULL: neither), in one transaction; objects
 * that no current winner or tie needs any more are dropped. */
int ts_store_winner_put_with(ts_store *s, int64_t session, const ts_winner *winner,
                             const ts_winner_extras *extras);
/** Current winners, sorted by kernel, type, problem, target. NULL filters mean all. *rows malloc'ed; clear
 * each, then free. */
int ts_store_winners(ts_store *s, const char *kernel, const char *target, ts_winner **rows, size_t *count);
/** Likewise, where the winner is compiled for its shape: the fastest variant for any shape that was measured
 * beside it. Its times are NAN. */
int ts_store_generals(ts_store *s, const char *kernel, const char *target, ts_winner **rows, size_t *count);

/** Counts for reports: evaluations by status, of one problem and target (0 = all). */
typedef struct ts_tally {
    size_t by_status[TS_STATUS_COUNT];
} ts_tally;
int ts_store_tally(ts_store *s, int64_t problem, int64_t target, ts_tally *out);

/**
 * Import a recorded space as an imported session (target and kernel by the recording's names, marked
 * foreign): all or nothing. *rows = results added.
 */
int ts_store_import(ts_store *s, const ts_recording *recording, const char *source_path, size_t *rows);
/** The same for all spaces of one file, in one transaction. A file imported before (by content) adds nothing:
 * *rows is 0. */
int ts_store_import_all(ts_store *s, const ts_recordings *recordings, const char *source_path, size_t *rows);

/** Every measured evaluation (no predictions), for exporters: called in order of (kernel, problem, target,
 * sample id). Texts borrowed during the call. */
typedef struct ts_store_row {
    const char *kernel, *type, *problem, *target, *configuration, *reason, *compiler, *flags, *timestamp;
    const char *fingerprint, *objective; /**< fingerprint is NULL for a described target */
    const char *counters;  /**< JSON array of {name, unit, value | unavailable}; NULL: none were read */
    double search_seconds; /**< of the strategy, where an imported file says so; NAN */
    bool superseded;       /**< the same was measured again later */
    int threads;           /**< of a call */
    double max_error;      /**< that was allowed; 0: the kernel's tolerance */
    ts_status status;
    double cost;
    const double *samples;
    size_t sample_count;
    ts_stage_times times;
} ts_store_row;
int ts_store_each(ts_store *s, const char *kernel, const char *target,
                  int (*row)(void *context, const ts_store_row *r), void *context);

/** A session, for reports; texts borrowed during the call, NULL where unknown. */
typedef struct ts_session_line {
    const char *kernel, *type, *problem, *strategy, *objective, *started, *ended, *stop_reason;
    const char *governor, *kernel_release, *cpus;
    const char *summary; /**< JSON object that the tuner left; NULL: killed, or none */
    double load, steal, peak, max_error;
    int threads;
    size_t evaluations;
} ts_session_line;
/** Each session that measured on this target (fingerprint or name), oldest first. */
int ts_store_sessions(ts_store *s, const char *target,
                      int (*line)(void *context, const ts_session_line *line), void *context);

#endif
