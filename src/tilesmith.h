/*
 * tilesmith.h - libtilesmith: tune a kernel on a machine, from a program. The command line is a client of this header.
 *
 * The library never prints and never exits. Functions return 0 or a negative TS_E… code; ts_error() has the sentence.
 */
#ifndef TILESMITH_H
#define TILESMITH_H

#include "tilesmith_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TILESMITH_VERSION "0.1.0"

/** What to tune and how long. Zero or NULL means the default stated. */
typedef struct ts_tune_options {
    const char *kernel;            /**< name or folder; required */
    const char *type;              /**< element type; default: the manifest's first */
    const char *const *shapes;     /**< "m=512,n=512,k=512", NULL-terminated; default: the manifest's typical shapes */
    double budget_seconds;         /**< for all shapes together, finals included; default 100 when no evaluations are given */
    size_t budget_evaluations;     /**< per shape */
    const char *strategy;          /**< default "auto" */
    const char *objective;         /**< default "time" */
    const char *const *compilers;  /**< default: the first of cc, gcc, clang that runs */
    uint64_t seed;
    const char *database;          /**< default: ts_path_database() */
    int threads;                   /**< default 1 */
    bool dry_run;                  /**< say what would be done; measure and store nothing */
} ts_tune_options;

/** How the session is doing; every field is current when the callback runs. */
typedef struct ts_tune_progress {
    const char *phase;   /**< "detect", "search", "finals", "done" */
    const char *problem; /**< "f32 m=512,n=512,k=512"; "" while detecting */
    size_t shape, shapes;
    size_t evaluations, resumed; /**< of this shape in this session; known from earlier ones */
    size_t by_status[TS_STATUS_COUNT];
    double fraction;             /**< of the whole budget, 0..1 */
    double seconds_left;
    double best_seconds;         /**< NAN before the first success */
    double best_rate;            /**< flop/s */
    double peak;                 /**< measured peak flop/s, NAN if unknown */
    const char *best_configuration;
} ts_tune_progress;

/** Where the time of a session went, in wall-clock seconds; overlapping stages may add up to more than the total. */
typedef struct ts_tune_times {
    double detect, search, render, compile, verify, measure, finals, store, total;
} ts_tune_times;

/** The result for one shape. Owned by the report. */
typedef struct ts_tune_shape {
    char *problem, *type, *configuration, *variant;
    const char *stop_reason;             /**< static text; NULL in a dry run */
    double seconds, lo, hi, flops, peak; /**< winner's median and 95 % interval; flop per call; peak flop/s of the same rounds */
    double peak_share;                   /**< flops / seconds / peak, as the median over rounds; NAN */
    double default_seconds;              /**< of the manifest's default configuration in the same finals; NAN */
    size_t evaluations, resumed, tied;   /**< size of the tied set, winner included */
    char **tied_configurations;          /**< [tied] */
    size_t by_status[TS_STATUS_COUNT];
    uint64_t space;                      /**< configurations in the space */
    double space_raw;                    /**< size of the Cartesian product */
    const char *incumbent;               /**< NULL, or what became of the earlier winner: "kept", "replaced", "failed" */
    ts_counter *counters;                /**< of the winner, in the finals */
    size_t counter_count;
} ts_tune_shape;

typedef struct ts_tune_report {
    char *target_name, *fingerprint, *database, *strategy;
    ts_tune_shape *shapes;
    size_t count;
    ts_tune_times times;
    bool interrupted;
} ts_tune_report;

/** Callbacks may be NULL. `stop` is polled often; returning true ends the search with the best so far (finals are skipped on 2). */
typedef struct ts_tune_callbacks {
    void *context;
    void (*progress)(void *context, const ts_tune_progress *progress);
    int (*stop)(void *context);
} ts_tune_callbacks;

/** Tune. *report is owned by the caller, filled as far as it got even when interrupted (TS_EINTR). */
int ts_tune(const ts_tune_options *options, const ts_tune_callbacks *callbacks, ts_tune_report **report);
void ts_tune_report_free(ts_tune_report *report);

/** What became of one stored winner on this machine, now. */
typedef struct ts_recheck_row {
    char *kernel, *type, *problem, *configuration;
    const char *verdict; /**< "fresh", "slower", "faster", "stale", "wrong", "foreign" */
    char *why;           /**< one sentence; NULL when fresh */
    double stored_seconds, seconds, lo, hi; /**< NAN when not measured */
} ts_recheck_row;
typedef struct ts_recheck_report {
    ts_recheck_row *rows;
    size_t count;
} ts_recheck_report;

/** Are the stored winners of this machine still right and still fast? Takes about `seconds` (default 5) in all. */
int ts_recheck(const char *database, const char *kernel, double seconds, const ts_tune_callbacks *callbacks, ts_recheck_report **report);
void ts_recheck_report_free(ts_recheck_report *report);

/** Export to `path` (atomically), or to standard output's caller via *text when path is NULL. */
int ts_export(const char *database, const char *format, const ts_export_request *request, const char *path, char **text, size_t *length);
/** Import a T4 or Kernel Tuner file, all or nothing; *rows = results added. */
int ts_import(const char *database, const char *path, size_t *rows);

#ifdef __cplusplus
}
#endif
#endif
