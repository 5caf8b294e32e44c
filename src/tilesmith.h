/*
 * tilesmith.h - libtilesmith: tune a kernel on a machine, from a program. The command line is a client of
 * this header.
 *
 * The library never prints and never exits. Functions return 0 or a negative TS_E… code; ts_error() has the
 * sentence.
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
    const char *kernel; /**< name or folder; required */
    const char *type;   /**< element type; default: the manifest's first */
    const char *const
        *shapes; /**< "m=512,n=512,k=512", NULL-terminated; default: the manifest's typical shapes */
    const double *weights; /**< [shapes] by which they share budget_seconds; default: the square root of what
                              an evaluation costs */
    double budget_seconds; /**< for all shapes together, finals included; default 100 when no evaluations are
                              given */
    size_t budget_evaluations; /**< per shape */
    const char *stop; /**< stop rule of each shape's search, such as "no-improvement 50"; replaces the default
                         budget */
    const char *strategy;  /**< default "auto" */
    const char *objective; /**< "time" (default), or "time,error": report the trade-offs as well */
    double max_error;      /**< largest max|C-R| / max|R| that is tolerated beyond the manifest's tolerance */
    const char *const *compilers; /**< default: the first of cc, gcc, clang that runs */
    uint64_t seed;
    const char *database;  /**< default: ts_path_database() */
    int threads;           /**< of a call; default 1 */
    bool dry_run;          /**< say what would be done; measure and store nothing */
    const char *evaluator; /**< "hardware" (default), or "model": predict; measure and store nothing */
    const char *target;    /**< name or file of a described target, to predict for; default: this machine */
    double prune; /**< > 0: drop what the cost model rules out, at the risk of losing this share of the
                     time */
    bool guided;  /**< tell the strategy what the cost model and other shapes' results lead to expect */
} ts_tune_options;

/** How the session is doing; every field is current when the callback runs. */
typedef struct ts_tune_progress {
    const char *phase;   /**< "detect", "search", "finals", "done" */
    const char *problem; /**< "f32 m=512,n=512,k=512"; "" while detecting */
    size_t shape, shapes;
    size_t evaluations, resumed; /**< of this shape in this session; known from earlier ones */
    size_t by_status[TS_STATUS_COUNT];
    double fraction; /**< of the whole budget, 0..1 */
    double seconds_left;
    double best_seconds; /**< NAN before the first success */
    double best_rate;    /**< flop/s; B/s of a kernel that computes nothing */
    double bound_rate;   /**< the same at the roofline by the target's rates; NAN if unknown */
    bool moves;          /**< it computes nothing: rates are in B/s */
    const char *best_configuration;
} ts_tune_progress;

/** Where the time of a session went, in wall-clock seconds; overlapping stages may add up to more than the
 * total. */
typedef struct ts_tune_times {
    double detect, search, render, compile, verify, measure, finals, store, total;
} ts_tune_times;

/** A trade-off between time and error. Strings owned by the report. */
typedef struct ts_tune_trade {
    char *configuration, *changes; /**< changes: what is different from the most accurate one */
    double seconds, deviation;     /**< deviation: largest max|C-R| / max|R| of an output */
    bool winner;
} ts_tune_trade;

/** What the cost model said, and how far it is to be believed. */
typedef struct ts_tune_model {
    bool used;           /**< it guided the search, or made the predictions */
    bool nest;           /**< the manifest states a loop nest; else results alone speak */
    size_t own, others;  /**< results of this problem and of other shapes that it was corrected by */
    double spearman;     /**< cross-validated rank correlation with what was measured; NAN */
    double deviation;    /**< cross-validated root mean square of the log error; NAN */
    bool pruned;         /**< the following are meant */
    double dropped;      /**< share of the space */
    double chance;       /**< at most, that the best is among that and better by more than `regret` */
    double regret, loss; /**< share of the time; loss: expected if it is, NAN if nothing was dropped */
    size_t declined;     /**< proposals that were not evaluated */
    bool assumed;        /**< its error was assumed, for want of results */
} ts_tune_model;

/** The result for one shape. Owned by the report. */
typedef struct ts_tune_shape {
    char *problem, *type, *configuration, *variant;
    const char *stop_reason; /**< static text; NULL in a dry run */
    bool confirmed;          /**< in the finals; otherwise the configuration is the best of the search */
    bool predicted;          /**< by the model: nothing was measured, nothing stored */
    ts_tune_model model;
    double seconds, lo, hi; /**< winner's median and 95 % interval */
    double flops, bytes;    /**< of one call; bytes: that must move at least */
    double peak, bandwidth; /**< flop/s and B/s that the machine reached in the same rounds; NAN */
    const char *bound;      /**< what binds, "peak" or "L2 bandwidth": static text; NULL if not known */
    double bound_seconds, bound_share; /**< that no call can beat, and as a share of the winner's time; NAN */
    double deviation;                  /**< largest max|C-R| / max|R| of the winner; NAN */
    double max_error;                  /**< that it was allowed */
    int threads;
    ts_tune_trade *pareto; /**< [pareto_count] fastest first, the most accurate last */
    size_t pareto_count;
    double default_seconds;            /**< of the manifest's default configuration in the same finals; NAN */
    size_t evaluations, resumed, tied; /**< size of the tied set, winner included */
    char **tied_configurations;        /**< [tied] */
    size_t by_status[TS_STATUS_COUNT];
    uint64_t space;        /**< configurations in the space */
    double space_raw;      /**< size of the Cartesian product */
    const char *incumbent; /**< NULL, or what became of the earlier winner: "kept", "replaced", "failed" */
    ts_counter *counters;  /**< of the winner, in the finals */
    size_t counter_count;
} ts_tune_shape;

typedef struct ts_tune_report {
    char *target_name, *fingerprint, *database, *strategy;
    ts_tune_shape *shapes;
    size_t count;
    ts_tune_times times;
    double waited; /**< seconds in which other sessions of this machine measured and this one waited */
    bool interrupted;
} ts_tune_report;

/** Callbacks may be NULL. `stop` is polled often; returning true ends the search with the best so far (finals
 * are skipped on 2). */
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
    const char *verdict;                    /**< "fresh", "slower", "faster", "stale", "wrong", "foreign" */
    char *why;                              /**< one sentence; NULL when fresh */
    double stored_seconds, seconds, lo, hi; /**< NAN when not measured */
} ts_recheck_row;
typedef struct ts_recheck_report {
    ts_recheck_row *rows;
    size_t count;
} ts_recheck_report;

/** Are the stored winners of this machine still right and still fast? Takes about `seconds` (default 5) in
 * all. */
int ts_recheck(const char *database, const char *kernel, double seconds, const ts_tune_callbacks *callbacks,
               ts_recheck_report **report);
void ts_recheck_report_free(ts_recheck_report *report);

/** Export to `path` (atomically), or to standard output's caller via *text when path is NULL. */
int ts_export(const char *database, const char *format, const ts_export_request *request, const char *path,
              char **text, size_t *length);
/** Import a T4 or Kernel Tuner file, all or nothing; *rows = results added. */
int ts_import(const char *database, const char *path, size_t *rows);

/** What to report. Zero or NULL means the default stated. */
typedef struct ts_report_options {
    const char *database; /**< default: ts_path_database() */
    const char *target;   /**< name or fingerprint; default: the machine with the newest winner */
    const char *kernel;   /**< default: all */
} ts_report_options;

/**
 * Everything the database knows of one machine as a single HTML page that needs nothing else: no network, no
 * script. The same database gives the same bytes. *html is malloc'ed. No winners: TS_ENOTFOUND.
 */
int ts_report(const ts_report_options *options, char **html, size_t *length);

/* ---- simulation and scores: search strategies on recorded spaces
 * ---------------------------------------------------- */

/** Recorded spaces, in memory. */
typedef struct ts_spaces ts_spaces;
/** Load Kernel Tuner cache files and T4 results (plain, .gz, .xz), and all such files of folders;
 * NULL-terminated paths. */
int ts_spaces_load(const char *const *paths, ts_spaces **out);
void ts_spaces_free(ts_spaces *spaces);
size_t ts_spaces_count(const ts_spaces *spaces);
/** The file's name without its endings. Borrowed. */
const char *ts_spaces_name(const ts_spaces *spaces, size_t i);

/** Which configurations searches evaluated, in order: runs of strategies on spaces. */
typedef struct ts_trace ts_trace;
/**
 * Read CSV (plain, .gz, .xz) with the header space,run,eval,config[,overhead_ms][,algo]: config is the
 * 0-based index in the order of the space's file, or its parameter values joined by '|'; overhead_ms is the
 * time the search itself had taken so far. Without the column algo the file's name stands for the strategy.
 * NULL-terminated paths.
 */
int ts_trace_read(const char *const *paths, ts_trace **out);
/** The same form as text; overheads only if asked for, because they differ from run to run. *text is
 * malloc'ed. */
int ts_trace_text(const ts_trace *trace, bool overhead, char **text, size_t *length);
void ts_trace_free(ts_trace *trace);

/** What to simulate. Zero or NULL means the default stated. */
typedef struct ts_simulate_options {
    const char *const *strategies; /**< NULL-terminated; default: "auto" alone */
    size_t runs;                   /**< of each strategy on each space; default 30 */
    uint64_t seed;                 /**< all runs' seeds derive from it; run r has the same seed everywhere */
    size_t budget_evaluations;     /**< of each run */
    double budget_seconds;         /**< of each run, in the time that evaluations took when recorded */
    const char *stop;              /**< stop rule of each run; its bound is the space's optimum */
    bool cost_by_evaluations; /**< the default budget follows the score by evaluations instead of by time */
    bool overhead;            /**< keep the time that strategies take, and let it count */
} ts_simulate_options;

typedef struct ts_simulate_progress {
    const char *strategy, *space;
    size_t run, runs; /**< begun, of all strategies and spaces together */
    double fraction, seconds_left;
} ts_simulate_progress;

/** Callbacks may be NULL; a `stop` that returns non-zero ends the simulation with TS_EINTR and no trace. */
typedef struct ts_simulate_callbacks {
    void *context;
    void (*progress)(void *context, const ts_simulate_progress *progress);
    int (*stop)(void *context);
} ts_simulate_callbacks;

/**
 * Search recorded spaces through the loop that tunes, with recorded results for measurements. Default budget:
 * to the end of the space's score window, and at least 200 evaluations.
 */
int ts_simulate(const ts_spaces *spaces, const ts_simulate_options *options,
                const ts_simulate_callbacks *callbacks, ts_trace **out);

/** Points of a score curve, equidistant in the window's time. */
#define TS_SCORE_POINTS 1000

/** Best so far after a number of distinct evaluations, over the runs (or the spaces' means of that). */
typedef struct ts_score_best {
    size_t evaluations;
    double mean, median;              /**< fraction of the optimum that was reached */
    double within5, within1, optimal; /**< share of runs that reached 95 %, 99 %, 100 % of it */
} ts_score_best;

/** One strategy on one space. */
typedef struct ts_space_score {
    const char *space; /**< borrowed from the report */
    size_t runs;
    double score;            /**< 0: random search; 1: the optimum at once */
    double separate;         /**< the same from each run's own curve: no run weighs more than another */
    double deviation;        /**< standard error of `separate` (bootstrap over runs); NAN for a single run */
    size_t repeats, outside; /**< evaluations that gave nothing */
    double evaluations;      /**< distinct ones per run */
    double overhead;         /**< median seconds the strategy took for a proposal; NAN where not traced */
    ts_score_best *best;     /**< [budget_count of the report] */
    double *curve;           /**< [TS_SCORE_POINTS] the score over time */
    double *reached;         /**< [reached_count] mean fraction of the optimum after 1, 2, … evaluations */
    size_t reached_count;
} ts_space_score;

/** One strategy on all spaces. */
typedef struct ts_strategy_score {
    char *strategy;
    ts_space_score *spaces;
    size_t space_count, worst; /**< index of the space with the lowest score */
    double score, separate, deviation, overhead;
    ts_score_best *best; /**< means over the spaces */
} ts_strategy_score;

typedef struct ts_score_report {
    bool by_evaluations;           /**< every evaluation cost 1, instead of its recorded time */
    ts_strategy_score *strategies; /**< best score first */
    size_t count, budget_count;
    char **space_names; /**< owned; those that were scored */
    size_t space_count;
    char **unknown; /**< spaces of the trace that were not given, NULL-terminated */
} ts_score_report;

typedef struct ts_score_options {
    bool by_evaluations;
    const size_t
        *budgets; /**< of the best-so-far table, ascending, ends with 0; default 25, 50, 100, 200, 400 */
} ts_score_options;

/** The performance score of the autotuning field; docs/search.md has the formulas. */
int ts_score(const ts_spaces *spaces, const ts_trace *trace, const ts_score_options *options,
             ts_score_report **out);
void ts_score_report_free(ts_score_report *report);
/** Curves of the best so far and of the score as SVG. *text is malloc'ed. */
int ts_score_plot(const ts_score_report *report, char **text);

#ifdef __cplusplus
}
#endif
#endif
