/*
 * What the files of libtilesmith-rt share. Everything read from the database is immutable once ts_rt_open()
 * returns; what a lookup adds (loaded variants, answers, remembered shapes) is published through atomics, so
 * that readers never lock.
 */
#ifndef TS_RUNTIME_INTERNAL_H
#define TS_RUNTIME_INTERNAL_H

#include "runtime/bandit.h"
#include "runtime/host.h"
#include "tilesmith_runtime.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TSRT_MAX_DIMS   12
#define TSRT_VARIANT_ID 33 /* 32 hex digits and NUL, as the tuner writes them */
#define TSRT_SLOTS      512
#define TSRT_BUCKETS    256
#define TSRT_REASON     512

/* ---- arena.c: strings and answers live until ts_rt_close()
 * ------------------------------------------------- */

typedef struct tsrt_arena {
    struct tsrt_chunk *chunks;
} tsrt_arena;

/** Zeroed memory aligned for anything; NULL when out of memory. */
void *tsrt_alloc(tsrt_arena *arena, size_t bytes);
char *tsrt_copy(tsrt_arena *arena, const char *text);
char *tsrt_format(tsrt_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tsrt_arena_free(tsrt_arena *arena);

/* ---- what was read
 * ------------------------------------------------------------------------------------------ */

typedef enum tsrt_state { TSRT_UNTRIED, TSRT_LOADED, TSRT_FAILED } tsrt_state;

/** One built or buildable function; several winners may share it. `state` publishes `function` and `failure`.
 */
typedef struct tsrt_variant {
    char id[TSRT_VARIANT_ID];
    const char *source, *compiler, *flags;
    size_t family;
    int64_t types[TSRT_MAX_DIMS]; /**< dims of its first winner: those that aren't free are compiled in */
    size_t workspace_bytes;
    bool fixed_shape, huge_pages;
    const char *object;   /**< SHA-256 of its compiled form in the database; NULL: none that fits */
    int threads;          /**< of a call */
    double max_error;     /**< that it was allowed */
    unsigned number;      /**< in its family, from 0 */
    _Atomic int verified; /**< live: 0 not yet, 1 held, -1 did not */
    size_t wins;          /**< measured shapes that it won, or for whose winner it stands */
    double largest_flops; /**< work of the largest of them */
    _Atomic int state;    /**< tsrt_state */
    void (*function)(void);
    void (*prepare)(void); /**< NULL: the variant converts no operands */
    void *handle;
    int fd; /**< the file in memory that `handle` was loaded from, kept open so that its name stays its own;
               -1 */
    const char *failure;
    struct tsrt_variant *next; /**< in its bucket */
} tsrt_variant;

/** One row of runtime_winners that fits this machine. */
typedef struct tsrt_winner {
    int64_t dims[TSRT_MAX_DIMS];
    double logs[TSRT_MAX_DIMS]; /**< log2 of dims */
    const char *problem;
    double seconds, flops, max_error;
    double log_seconds; /**< log2 */
    int threads;
    size_t family;
    tsrt_variant *variant;
    /** What serves other shapes: `variant`, or one that was tuned beside it; NULL: none. */
    tsrt_variant *general;
    _Atomic(const struct tsrt_answer *) answer; /**< NULL until first asked for */
    struct tsrt_tie *ties; /**< variants that the tuner could not tell apart from it, and `general` */
} tsrt_winner;

/** One of the variants tied with a winner. */
typedef struct tsrt_tie {
    tsrt_variant *variant;
    struct tsrt_tie *next;
} tsrt_tie;

/** A place in the table of measured shapes; NULL: empty. */
typedef struct tsrt_entry {
    tsrt_winner *winner;
} tsrt_entry;

/** A kernel for which the library itself has a portable function. */
typedef struct tsrt_builtin {
    const char *kernel, *type;
    const char *const *dim_names; /**< NULL-terminated, in the order that ts_rt_find() takes */
    size_t
        free_dims; /**< leading dimensions that are arguments; the rest are types of problem, each 0 or 1 */
    void (*const *functions)(void); /**< by types of problem, the first one being the most significant bit */
} tsrt_builtin;
extern const tsrt_builtin tsrt_builtins[];
extern const size_t tsrt_builtin_count;
/** Positions in tsrt_builtins, and therefore of families. */
enum { TSRT_GEMM_F32, TSRT_GEMM_F64 };

/** All winners of one (kernel, type), contiguous. */
typedef struct tsrt_family {
    const char *kernel, *type;
    const char *dim_names[TSRT_MAX_DIMS];
    size_t dim_count;
    bool free[TSRT_MAX_DIMS]; /**< passed at run time; the others are types of problem */
    size_t free_dims;         /**< how many are; 0: only measured shapes are answered */
    const tsrt_builtin *builtin;
    size_t first, count;
    unsigned variants; /**< how many won something */
    bool monomial;     /**< work grows as the product of the free dimensions, so times can be interpolated */
    double factor;     /**< 95 % of the winners' times lie within this factor of what the others predict; 0:
                          unknown */
} tsrt_family;

/** What is thought of a shape that was not measured; fits a word. */
typedef struct tsrt_estimate {
    float seconds; /**< 0: unknown */
    float confidence;
} tsrt_estimate;
_Static_assert(sizeof(tsrt_estimate) == sizeof(uint64_t), "a slot keeps it in a word");

/** What a lookup answers: made once per (rung, winner, variant passed over), so their number doesn't grow
 * with shapes. */
typedef struct tsrt_answer {
    ts_rt_kernel kernel;
    const tsrt_winner *winner;  /**< NULL on the default rung */
    tsrt_variant *variant;      /**< of the winner's, the one that answers */
    const tsrt_variant *failed; /**< the first one that could not be loaded; NULL: none */
    const struct tsrt_answer *next;
} tsrt_answer;

/** A remembered shape that was not measured: a sequence lock, because keys are wider than a word. */
typedef struct tsrt_slot {
    _Alignas(128) _Atomic uint64_t sequence; /**< odd while being written */
    _Atomic uint64_t family;                 /**< index + 1; 0: empty */
    _Atomic(const tsrt_answer *) answer;
    _Atomic uint64_t estimate; /**< bits of a tsrt_estimate */
    _Atomic int64_t dims[TSRT_MAX_DIMS];
} tsrt_slot;

/* ---- stats.c
 * ------------------------------------------------------------------------------------------------ */

/** The rungs come first: a lookup counts as tsrt_counter of its rung. */
typedef enum tsrt_counter {
    TSRT_RUNG_0,
    TSRT_RUNG_LAST = TS_RT_RUNGS - 1,
    TSRT_MISSES,
    TSRT_CALLS,
    TSRT_FLOP,
    TSRT_EXPLORATIONS,
    TSRT_SWITCHES,
    TSRT_DRIFTS,
    TSRT_REJECTED,
    TSRT_COUNTERS
} tsrt_counter;

#define TSRT_LINES 64
typedef struct tsrt_line {
    _Alignas(128) _Atomic uint64_t counters[TSRT_COUNTERS];
} tsrt_line;

/* ---- site.c
 * ------------------------------------------------------------------------------------------------- */

/** A shape that the program calls, while calls are watched (adaptation, capture). */
typedef struct tsrt_site {
    _Atomic int state; /**< 0 empty, 1 being written, 2 valid */
    size_t family;
    int64_t dims[TSRT_MAX_DIMS];
    _Atomic uint64_t calls, lookups, nanoseconds;
    uint64_t written_calls, written_lookups, written_nanoseconds; /**< in the capture file; under rt->lock */
    /* Adaptation: `busy` guards what follows, and whoever doesn't get it goes on with `chosen`. */
    atomic_flag busy;
    _Atomic(tsrt_variant *) chosen; /**< NULL: what the ladder answers */
    bool prepared, learned;         /**< learned: something since it was last written */
    bool by_energy;                 /**< its calls are long enough for the counter of joules */
    uint64_t stride, skipped;       /**< every stride-th call is timed: short calls bear no clock */
    tsrt_bandit bandit;
    tsrt_variant *arms[TSRT_ARMS];
} tsrt_site;

/** What an earlier process learned of a variant for a shape. */
typedef struct tsrt_lesson {
    size_t family;
    int64_t dims[TSRT_MAX_DIMS];
    char variant[TSRT_VARIANT_ID];
    double seconds, calls;
    const struct tsrt_lesson *next;
} tsrt_lesson;

struct ts_rt {
    uint64_t serial; /**< no other runtime of the process has it */
    tsrt_slot slots[TSRT_SLOTS];
    tsrt_line lines[TSRT_LINES];
    ts_host host;
    tsrt_arena arena;
    const char *status;
    const char *database;       /**< path of the database that was read; NULL: none */
    int64_t schema;             /**< its version */
    uint64_t database_id[2];    /**< device and inode when it was read */
    int64_t database_bytes;     /**< its size then */
    const char *report;         /**< the last answer of ts_rt_status() that was not `status` alone */
    char reported[TSRT_REASON]; /**< what had become of the file then */
    unsigned flags;             /**< TS_RT_OFF, … */
    const char *pin;            /**< a variant's first digits; NULL: none */
    bool force;                 /**< nothing but the pinned variant answers */
    const char *mode_note;      /**< what of the modes was not understood; NULL: nothing */
    ts_rt_objective objective;
    double deadline;
    const char *energy_note; /**< why energy can't be measured, if that was asked for */
    const char *energy_file; /**< the counter of joules; NULL: energy can't be measured */
    double energy_range;     /**< microjoules at which it starts again */
    const char *capture;     /**< file to write what is called to; NULL: none */
    _Atomic double captured; /**< clock of the last writing */
    tsrt_site *sites;        /**< [TSRT_SITES]; NULL: calls are not watched */
    _Atomic uint64_t lost;   /**< calls of shapes beyond the table */
    double (*clock)(void);   /**< seconds; replaced by tests */
    const tsrt_lesson *lessons;
    void *sde;         /**< handle of the software-defined events; NULL: nobody listens */
    int threads;       /**< of a call, at most */
    double max_error;  /**< that winners may have been allowed, at most */
    const char *cache; /**< root of the cache of built variants; NULL: the environment names none */
    tsrt_family *families;
    size_t family_count;
    tsrt_winner *winners;
    size_t winner_count, winner_capacity;
    tsrt_variant *buckets[TSRT_BUCKETS]; /**< variants by the first byte of their id */
    tsrt_entry *index;                   /**< open-addressed table of measured shapes; size 1 << index_bits */
    unsigned index_bits;
    pthread_mutex_t lock; /**< taken to load a variant and to make an answer, never on a repeated lookup */
    _Atomic(const tsrt_answer *) answers;
};

/* ---- winners.c
 * --------------------------------------------------------------------------------------------- */

/** A row as text and numbers; strings are borrowed during the call. */
typedef struct tsrt_row {
    const char *kernel, *type, *problem, *variant, *source, *compiler, *flags;
    const char *arguments; /**< names of the dimensions passed at run time, "m n k" */
    bool fixed_shape, huge_pages;
    int64_t workspace_bytes;
    double seconds, flops, max_error;
    int threads;
} tsrt_row;

/** Families of the built-in kernels. -1 when out of memory. */
int tsrt_families_init(ts_rt *rt);
/** Add a winner: 1 added, 0 the row is malformed and ignored, -1 out of memory. Rows come sorted by kernel
 * and type. */
int tsrt_winner_add(ts_rt *rt, const tsrt_row *row);
/** Add a variant tied with the winner of the row's problem, threads and max_error; as tsrt_winner_add(). */
int tsrt_tie_add(ts_rt *rt, const tsrt_row *row);
/** NULL: no winner or tie has it. */
tsrt_variant *tsrt_variant_find(const ts_rt *rt, const char *id);
/** "m=512,n=512": every dimension of the family once, in any order. */
bool tsrt_problem_parse(const tsrt_family *family, const char *problem, int64_t *dims);
/** Build the table of measured shapes once all rows are in. -1 when out of memory. */
int tsrt_index_build(ts_rt *rt);
/** NULL: no such kernel and type. */
const tsrt_family *tsrt_family_find(const ts_rt *rt, const char *kernel, const char *type);
/** The winner measured for exactly these dims; NULL if there is none. */
tsrt_winner *tsrt_winner_find(const ts_rt *rt, const tsrt_family *family, const int64_t *dims, uint64_t hash);
uint64_t tsrt_hash(size_t family, const int64_t *dims, size_t count);

/* ---- database.c, paths.c
 * ------------------------------------------------------------------------------------ */

/** Read the winners of this machine and set rt->status. 0, or -1 when out of memory. */
int tsrt_database_read(ts_rt *rt, const char *path);
/** $TILESMITH_DB, else $XDG_DATA_HOME/tilesmith/tilesmith.db, else below ~/.local/share; NULL: out of memory
 * or no HOME. */
const char *tsrt_default_database(tsrt_arena *arena);
/** $TILESMITH_CACHE, else $XDG_CACHE_HOME/tilesmith, else below ~/.cache. */
const char *tsrt_default_cache(tsrt_arena *arena);

/* ---- trust.c
 * ----------------------------------------------------------------------------------------------- */

/** How much is asked of a file that we are about to believe. */
typedef enum tsrt_trust {
    TSRT_TRUST_DATA, /**< may be writable by the user's private group */
    TSRT_TRUST_CODE  /**< writable by nobody but its owner */
} tsrt_trust;

/**
 * True if nobody but this user and root can change the file or folder `path`, or swap it for another by way
 * of the folders above it; else false and one clause in reason[TSRT_REASON].
 */
bool tsrt_trusted(const char *path, tsrt_trust trust, char *reason);

/* ---- modes.c, stats.c, sde.c, site.c
 * ------------------------------------------------------------------------ */

/** Flags, pin and force, by the options and the environment. -1 when out of memory. */
int tsrt_modes_read(ts_rt *rt, const ts_rt_options *options);
bool tsrt_pinned(const ts_rt *rt, const tsrt_variant *variant);
/** The calling thread's line, from 1; 0: none yet. Initial-exec: a word fits the room that the loader keeps
 * for libraries that come late. */
extern _Thread_local unsigned tsrt_line_number __attribute__((tls_model("initial-exec")));
unsigned tsrt_line_take(void);

static inline void tsrt_count(ts_rt *rt, tsrt_counter counter, uint64_t by)
{
    unsigned line = tsrt_line_number != 0 ? tsrt_line_number : tsrt_line_take();
    _Atomic uint64_t *at = &rt->lines[line - 1].counters[counter];
    if (line < TSRT_LINES)
        atomic_store_explicit(at, atomic_load_explicit(at, memory_order_relaxed) + by, memory_order_relaxed);
    else
        atomic_fetch_add_explicit(at, by, memory_order_relaxed);
}
uint64_t tsrt_counted(const ts_rt *rt, tsrt_counter counter);
/** Offer the counters to PAPI, if the program has its library loaded. */
void tsrt_sde_open(const ts_rt *rt);
void tsrt_sde_close(const ts_rt *rt);
#define TSRT_SITES 1024
/** The site of these dims, made if need be; NULL when the table is full. */
tsrt_site *tsrt_site_get(ts_rt *rt, const tsrt_family *family, const int64_t *dims);

/* ---- model.c: shapes that were not measured
 * ------------------------------------------------------------------- */

/** What the winners of each family say of each other; once all rows are in. */
void tsrt_model_fit(ts_rt *rt);
/** The usable winner that the measured shapes within reach speak for; NULL: none is within reach. */
const tsrt_winner *tsrt_model_choose(const ts_rt *rt, const tsrt_family *family, const int64_t *dims,
                                     tsrt_estimate *estimate);
/** The usable winners of other variants nearest to dims, nearest first; how many of `limit`. */
size_t tsrt_model_neighbours(const ts_rt *rt, const tsrt_family *family, const int64_t *dims,
                             tsrt_variant **out, size_t limit);
/** May this winner's general variant serve these dims, as far as is known? */
bool tsrt_general(const tsrt_family *family, const tsrt_winner *winner, const int64_t *dims);

/* ---- load.c, compile.c
 * ------------------------------------------------------------------------------------- */

/** Make the variant callable: from the cache, else by compiling into it. Sets its state; the caller holds
 * rt->lock. */
void tsrt_variant_load(ts_rt *rt, tsrt_variant *variant);
/** Load the variant if that takes no compiler; true: it is loaded. Takes rt->lock. */
bool tsrt_variant_ready(ts_rt *rt, tsrt_variant *variant);
/** Compile the variant's source to `object` (replaced atomically) in a scratch folder below `cache`; false:
 * why is in `reason`. */
bool tsrt_compile(const tsrt_variant *variant, const char *cache, const char *object, char *reason);
/** Run a program with a limit in seconds, its scratch space in `folder`; false: why is in `reason` (its first
 * error line). */
bool tsrt_run(char *const *argv, const char *folder, double limit, char *reason);

/* ---- ladder.c, find.c
 * -------------------------------------------------------------------------------------- */

/** Walk down the ladder; NULL: no rung holds, *why (borrowed) says why. */
const tsrt_answer *tsrt_ladder(ts_rt *rt, const tsrt_family *family, tsrt_winner *exact, const int64_t *dims,
                               tsrt_estimate *estimate, const char **why);
/** The lookup behind ts_rt_find(), with the family already known. */
const tsrt_answer *tsrt_lookup(ts_rt *rt, const tsrt_family *family, const int64_t *dims,
                               tsrt_estimate *estimate, const char **why);
/** The built-in function for these dims; NULL if a type of problem isn't 0 or 1. */
void (*tsrt_builtin_function(const tsrt_family *family, const int64_t *dims))(void);

/* ---- workspace.c
 * ------------------------------------------------------------------------------------------- */

/** The calling thread's workspace, 64-byte aligned, at least `bytes` long, contents undefined; NULL if it
 * can't be had. */
void *tsrt_workspace(size_t bytes, bool huge_pages);

/* ---- default_gemm.c
 * ---------------------------------------------------------------------------------------- */

/** C = beta*C; does not read C when beta is 0. */
void tsrt_scale_f32(int64_t m, int64_t n, float beta, float *c, int64_t ldc);
void tsrt_scale_f64(int64_t m, int64_t n, double beta, double *c, int64_t ldc);
extern void (*const tsrt_gemm_f32[4])(void);
extern void (*const tsrt_gemm_f64[4])(void);

#endif
