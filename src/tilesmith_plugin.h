/*
 * tilesmith_plugin.h - what a plug-in fills in.
 *
 * A search strategy, a counter backend or an exporter is one file that defines one struct of this header. The
 * build lists them in a generated table; nothing registers itself. A NULL function means the documented
 * default. A strategy includes this header and nothing else of the tree.
 */
#ifndef TILESMITH_PLUGIN_H
#define TILESMITH_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- errors ----------------------------------------------------------------------------------------------
 */

/** Return codes: 0 is success, everything else is negative. The sentence that explains one is ts_error(). */
enum {
    TS_OK = 0,
    TS_EINPUT =
        -1, /**< the caller's input is wrong (XML, expression, flag, shape, database): exit status 2 */
    TS_ENOTFOUND = -2, /**< a name that nothing answers to; input too: exit status 2 */
    TS_ESYSTEM = -3,   /**< the operating system refused (disk full, fork, permission): exit status 2 */
    TS_ENOMEM = -4,    /**< out of memory: exit status 1 */
    TS_EINTERNAL = -5, /**< a bug in Tilesmith: exit status 1 */
    TS_EINTR = -6      /**< interrupted at the user's request; what was measured is kept */
};

/** Record one sentence (what is wrong, and what to do) for the calling thread; returns `code`. */
int ts_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
#ifdef __clang_analyzer__ /* which cannot see that ts_fail() never returns 0 */
#define ts_fail(code, ...) ((void)ts_fail(code, __VA_ARGS__), (code))
#endif
/** The last sentence recorded on this thread; "" if none. Borrowed until the next ts_fail() on this thread.
 */
const char *ts_error(void);

/* ---- values and options ----------------------------------------------------------------------------------
 */

/** Kind of a value in a parameter's domain or an expression. NONE marks what is not known (yet). */
typedef enum ts_kind { TS_NONE, TS_INT, TS_REAL, TS_STRING } ts_kind;

/** A value; strings are borrowed from whoever made the value. */
typedef struct ts_value {
    ts_kind kind;
    union {
        int64_t i;
        double r;
        const char *s;
    };
} ts_value;

/** One option of a plug-in or command: help, man page, completion and parser all read this. */
typedef struct ts_option {
    const char *name;     /**< without the dashes; NULL ends a table */
    const char *argument; /**< placeholder such as "FILE"; NULL for a switch */
    const char *fallback; /**< the default as text; NULL if there is none */
    const char *text;     /**< one line of help */
    bool repeatable;      /**< may be given more than once */
} ts_option;

/* ---- random numbers --------------------------------------------------------------------------------------
 */

/** xoshiro256** (Blackman & Vigna 2021): same seed, same sequence, on every platform. */
typedef struct ts_rng {
    uint64_t s[4];
} ts_rng;

/** Begin a sequence: the same seed gives the same numbers everywhere. */
void ts_rng_seed(ts_rng *rng, uint64_t seed);
/** The next 64 random bits. */
uint64_t ts_rng_next(ts_rng *rng);
/** Uniform in [0, bound) without modulo bias; bound > 0. */
uint64_t ts_rng_below(ts_rng *rng, uint64_t bound);
/** Uniform in [0, 1). */
double ts_rng_unit(ts_rng *rng);

/* ---- the search space as a strategy sees it --------------------------------------------------------------
 */

/** How the values of a parameter relate to each other: what a neighbour and a distance mean. */
typedef enum ts_param_kind {
    TS_PARAM_ORDINAL,     /**< ordered values (sizes, unroll factors): neighbours are next in order */
    TS_PARAM_CATEGORICAL, /**< unordered values (compiler, loop order): every other value is a neighbour */
    TS_PARAM_BOOLEAN,     /**< two values */
    TS_PARAM_PERMUTATION  /**< values are orders of items, as strings: neighbours differ by one swap */
} ts_param_kind;

/** A tuning parameter. Strategies see parameters as ordinals: positions in `values`. */
typedef struct ts_param {
    const char *name;
    ts_param_kind kind;
    size_t count;           /**< number of values in the domain, at least 1, at most 65535 */
    const ts_value *values; /**< ascending for numeric ordinal parameters */
} ts_param;

/** A constrained space: configuration indices 0 .. count-1, each a valid combination of values. Immutable. */
typedef struct ts_space ts_space;

/** Valid configurations: their indices are 0 to this less one. */
uint64_t ts_space_count(const ts_space *space);
/** How many parameters it has. */
size_t ts_space_params(const ts_space *space);
/** Parameter i < ts_space_params(). Borrowed. */
const ts_param *ts_space_param(const ts_space *space, size_t i);
/** Write the ordinals of configuration `config` (< count) to `ordinals[ts_space_params()]`. */
void ts_space_decode(const ts_space *space, uint64_t config, uint16_t *ordinals);
/** True, and the index in *config, if these ordinals are a valid configuration. */
bool ts_space_encode(const ts_space *space, const uint16_t *ordinals, uint64_t *config);
/**
 * The valid configuration found by keeping, parameter by parameter in order, the feasible value nearest to
 * the wanted ordinal: repairs any vector of ordinals in range, so that a move never fails. Equal to encode()
 * where that succeeds. Space must not be empty.
 */
uint64_t ts_space_nearest(const ts_space *space, const uint16_t *ordinals);

/* ---- search strategies -----------------------------------------------------------------------------------
 */

/** What became of a configuration. Unmeasured is a status, never a zero. */
typedef enum ts_status {
    TS_STATUS_OK,
    TS_STATUS_WRONG,          /**< ran, but its result is not the reference's */
    TS_STATUS_COMPILE_FAILED, /**< the compiler refused it */
    TS_STATUS_CRASHED,        /**< killed by a signal, left by exit(), or stopped by the sandbox */
    TS_STATUS_TIMED_OUT,      /**< did not finish in its time */
    TS_STATUS_UNAVAILABLE     /**< could not be tried here (missing compiler, missing hardware) */
} ts_status;
#define TS_STATUS_COUNT 6

/** "ok", "wrong", "compile_failed", "crashed", "timed_out", "unavailable": as stored and printed. */
const char *ts_status_name(ts_status status);

/** The outcome of one evaluation, as told to a strategy. */
typedef struct ts_observation {
    uint64_t config;
    ts_status status;
    double cost; /**< the objective, smaller is better (seconds for time); NAN unless status is OK */
} ts_observation;

/** A belief about configurations before they are measured: from a cost model, or from results of other
 * shapes and targets. */
typedef struct ts_belief {
    const void *context; /**< passed to `of` */
    /** Predicted log of the cost, up to an unknown factor and offset; NAN: no opinion. Fast: it is asked for
     * hundreds of configurations per proposal. NULL: there is no belief. */
    double (*of)(const void *context, uint64_t config);
} ts_belief;

/** What a strategy is given when a search starts. Everything is borrowed for the life of the search. */
typedef struct ts_search {
    const ts_space *space;
    uint64_t seed;
    const ts_observation *known; /**< results of earlier sessions on this very space; never propose these */
    size_t known_count;
    ts_belief belief; /**< a strategy may use it, and may find it wrong */
} ts_search;

/**
 * A search strategy: ask/tell, deterministic by seed, free of budgets and I/O. The session may observe
 * configurations that the strategy did not propose (seeds, other sessions' results); it never asks for one
 * twice.
 */
typedef struct ts_strategy {
    const char *name;
    const char *summary;   /**< one line */
    const char *reference; /**< the paper or book behind it; NULL if it is folklore */
    /** Begin: *state is owned by the strategy until close(). */
    int (*open)(const ts_search *search, void **state);
    /** Write up to `want` configurations, none proposed or observed before; returns how many, 0 = space
     * exhausted. */
    size_t (*propose)(void *state, size_t want, uint64_t *configs);
    /** Learn the outcome of configurations. NULL: the strategy doesn't learn. */
    void (*observe)(void *state, const ts_observation *observations, size_t count);
    void (*close)(void *state);
    /** These proposals will never be observed: the cost model rules them out. They stay proposed. NULL: that
     * makes no difference. */
    void (*decline)(void *state, const uint64_t *configs, size_t count);
} ts_strategy;

/* ---- counter backends ------------------------------------------------------------------------------------
 */

/** A counter reading. `available` false means unmeasured, with the reason; the value is then meaningless. */
typedef struct ts_counter {
    const char *name; /**< the field's name, for example "PAPI_TOT_CYC" or "perf::PAGE-FAULTS"; borrowed */
    const char *unit; /**< "cycles", "instructions", "events", "flops", "ns", "uJ"; "user-defined" for a
                         redefined preset */
    bool available;
    const char *reason; /**< why it is unavailable; NULL otherwise */
    double value;       /**< events over the whole measured region */
} ts_counter;

/** A way of counting events around a region of code, used inside the worker process. */
typedef struct ts_counter_backend {
    const char *name;
    const char *summary;
    /** Probe what really counts here (by a self-test on known work). *state is owned until close(). */
    int (*open)(void **state);
    int (*start)(void *state);
    int (*stop)(void *state);
    /** Readings of the last region, unavailable ones included; borrowed until the next start(). */
    const ts_counter *(*read)(void *state, size_t *count);
    void (*close)(void *state);
} ts_counter_backend;

/* ---- exporters -------------------------------------------------------------------------------------------
 */

struct ts_store;

/** What to export. */
typedef struct ts_export_request {
    const char *target; /**< fingerprint or name of the target; NULL for all */
    const char *kernel; /**< NULL for all */
} ts_export_request;

/** One output format: renders the store's winners into memory; writing the file atomically is the caller's
 * job. */
typedef struct ts_exporter {
    const char *name;      /**< as in --format NAME */
    const char *summary;   /**< one line */
    const char *extension; /**< ".h", ".json" */
    /** *text is malloc'ed and owned by the caller. Same database, same bytes. */
    int (*render)(struct ts_store *store, const ts_export_request *request, char **text, size_t *length);
} ts_exporter;

#ifdef __cplusplus
}
#endif
#endif
