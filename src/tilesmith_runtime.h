/*
 * tilesmith_runtime.h - libtilesmith-rt: find and call what was tuned. Needs libc, libdl and SQLite; nothing
 * else of Tilesmith.
 *
 *     ts_rt *rt;
 *     ts_rt_open(NULL, &rt);
 *     ts_rt_gemm_f32(rt, m, n, k, 1.0f, A, k, B, n, 0.0f, C, n);
 *     ts_rt_close(rt);
 */
#ifndef TILESMITH_RUNTIME_H
#define TILESMITH_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What libtilesmith-rt.so exports; everything else in it is hidden. */
#if defined(__GNUC__)
#define TS_RT_API __attribute__((visibility("default")))
#else
#define TS_RT_API
#endif

typedef struct ts_rt ts_rt;

/** Which rung of the ladder answered. */
typedef enum ts_rt_rung {
    TS_RT_EXACT,   /**< measured for this very shape on this machine */
    TS_RT_NEAREST, /**< the winner with most weight among the measured shapes around, near ones weighing more,
                      none off by more than a factor of 8 in a dimension */
    TS_RT_FAMILY,  /**< the family default: the variant that won most measured shapes of this kernel and type
                      on this machine */
    TS_RT_DEFAULT, /**< the kernel's portable default, built into the library */
    TS_RT_PINNED,  /**< the variant that `pin` or `force` names */
} ts_rt_rung;
#define TS_RT_RUNGS 5

/** A kernel found. Valid until ts_rt_close(). */
typedef struct ts_rt_kernel {
    void (*function)(void); /**< cast to the kernel's prototype (ts_rt_gemm_f32_fn, ts_rt_gemm_f64_fn) */
    void (*prepare)(
        void); /**< NULL, or of the same prototype: call it with the operands and the workspace before the
                  first call, and again when a constant operand or the workspace has changed */
    size_t workspace_bytes; /**< to pass as the last argument, 64-byte aligned; 0: may be NULL */
    int huge_pages;         /**< the tuned winner wants its workspace on huge pages */
    ts_rt_rung rung;
    const char
        *why; /**< one sentence: the rung, the shape it was measured for, what was assumed or passed over */
    double expected_seconds; /**< measured, on the exact rung; 0: unmeasured */
    int threads;             /**< that a call uses */
    double max_error;        /**< the largest |C - R| / max|R| it was allowed besides the type's tolerance */
    const char *variant;     /**< its id, 32 hex digits; NULL: the built-in default */
    /** How far the measured shapes support this choice: 1 on the exact rung; on the nearest rung the weight
     * of the shapes it answers for over the weight of all, less one pseudo-observation; 0: not at all. */
    double confidence;
    /** What a call may take, interpolated between the measured shapes on the nearest rung, in seconds, and
     * the interval that held 95 % of the measured shapes when each was predicted from the others; 0: unknown.
     */
    double estimated_seconds, estimated_lo, estimated_hi;
} ts_rt_kernel;

typedef void ts_rt_gemm_f32_fn(int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
                               const float *b, int64_t ldb, float beta, float *c, int64_t ldc,
                               void *workspace);
typedef void ts_rt_gemm_f64_fn(int64_t m, int64_t n, int64_t k, double alpha, const double *a, int64_t lda,
                               const double *b, int64_t ldb, double beta, double *c, int64_t ldc,
                               void *workspace);

/**
 * Open a database read-only (NULL: $TILESMITH_DB, else $XDG_DATA_HOME/tilesmith/tilesmith.db) and read the
 * winners that fit this machine. A missing, unreadable or untrusted database (one that another user could
 * have written) is not an error: lookups then answer from the default rung, and ts_rt_status() says why.
 * TILESMITH_RT=off in the environment reads no database at all. Returns 0, or -1 when out of memory.
 */
TS_RT_API int ts_rt_open(const char *database, ts_rt **out);

/** Read no database: the default rung only. */
#define TS_RT_OFF 0x1u
/** Write nothing: no cache entry (so nothing is compiled), no capture, nothing learned. */
#define TS_RT_READONLY 0x2u
/** Shapes that were measured answer from the exact rung, all others from the default. */
#define TS_RT_EXACT_ONLY 0x4u
/** Let calls of ts_rt_gemm_* try other variants now and then, and keep to what proves faster. */
#define TS_RT_ADAPT 0x8u

/** What adaptation makes small. */
typedef enum ts_rt_objective {
    TS_RT_LEAST_TIME,
    TS_RT_LEAST_ENERGY, /**< the least energy whose calls meet the deadline; where energy can't be measured
                           ts_rt_status() says so and time decides */
} ts_rt_objective;

/** What lookups may answer with; zero or NULL means the default. */
typedef struct ts_rt_options {
    const char *database; /**< as for ts_rt_open() */
    int threads;          /**< winners tuned for at most so many threads; default 1 */
    double max_error;     /**< winners tuned with at most this --max-error; default 0: exact to the type's
                             tolerance */
    unsigned flags;       /**< TS_RT_OFF, … joined by |; TILESMITH_RT in the environment overrides them */
    const char *pin;      /**< a variant's id or its first 8 to 31 digits: it answers wherever it is valid */
    const char *force;    /**< the same, and where it isn't valid nothing answers: ts_rt_find() returns -1 */
    ts_rt_objective objective; /**< of adaptation; default TS_RT_LEAST_TIME */
    double deadline;           /**< seconds a call may take under TS_RT_LEAST_ENERGY; 0: none */
} ts_rt_options;
/** ts_rt_open() for more threads or approximate kernels: only who asks for them gets them. The fastest that
 * is allowed answers. */
TS_RT_API int ts_rt_open_with(const ts_rt_options *options, ts_rt **out);
/** Unloads the variants: no thread may be inside one, or keep a ts_rt_kernel. NULL is fine. */
TS_RT_API void ts_rt_close(ts_rt *rt);
/**
 * One sentence about the database: how many winners, or why none, and what became of the file since it was
 * opened (replaced, cut short, made writable by others). Borrowed, until ts_rt_close().
 */
TS_RT_API const char *ts_rt_status(const ts_rt *rt);

/** What a runtime has done since it was opened. Exact once the other threads rest. */
typedef struct ts_rt_stats {
    uint64_t lookups;            /**< answered, by ts_rt_find() and inside of ts_rt_gemm_* */
    uint64_t rungs[TS_RT_RUNGS]; /**< the same by rung */
    uint64_t misses;             /**< lookups that nothing could answer */
    uint64_t calls;              /**< products computed by ts_rt_gemm_* */
    double flop;                 /**< of them: 2*m*n*k each */
    uint64_t explorations;       /**< calls that tried another variant than the chosen one */
    uint64_t switches;           /**< changes of the chosen variant of a shape */
    uint64_t drifts;             /**< changes of a chosen variant's time that were noticed */
    uint64_t rejected;           /**< variants whose result didn't hold on live operands: never used again */
} ts_rt_stats;
/** -1 if an argument is NULL. PAPI shows the same as software-defined events of the library `tilesmith_rt`.
 */
TS_RT_API int ts_rt_stats_read(const ts_rt *rt, ts_rt_stats *out);

/**
 * Write what adaptation learned into the database that was opened, and the capture file if there is one:
 * ts_rt_close() does it too. 0: written, or nothing to write; -1: *why (borrowed, may be NULL) says what
 * stood in the way; nothing that was stored is lost.
 */
TS_RT_API int ts_rt_learn(ts_rt *rt, const char **why);

/**
 * Find the best kernel for "gemm", "f32" and dims (the kernel's dimensions in the order of its manifest: m,
 * n, k, ta, tb for gemm). The first lookup that needs a variant loads it from the user's cache, or compiles
 * it there (20 s at most, others' first lookups wait); later ones neither lock nor allocate. Safe from any
 * number of threads. Returns 0; a kernel with a default rung always gets one. -1: nothing serves it, and
 * out->why says why.
 */
TS_RT_API int ts_rt_find(ts_rt *rt, const char *kernel, const char *type, const int64_t *dims,
                         size_t dim_count, ts_rt_kernel *out);

/** The sentence of ts_rt_find() alone: which rung would answer, what was assumed, or why nothing does. Not
 * counted as a lookup. Never NULL; borrowed. */
TS_RT_API const char *ts_rt_why(ts_rt *rt, const char *kernel, const char *type, const int64_t *dims,
                                size_t dim_count);

/**
 * C = alpha*A*B + beta*C, row-major: find, provide the workspace (one per thread, kept until it ends), call.
 * As in BLAS, C is not read when beta is 0, nor A and B when alpha or k is 0. Returns 0; -1 on a bad argument
 * (negative size, leading dimension below the row length, NULL where there are elements), with nothing
 * written.
 */
TS_RT_API int ts_rt_gemm_f32(ts_rt *rt, int64_t m, int64_t n, int64_t k, float alpha, const float *a,
                             int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc);
TS_RT_API int ts_rt_gemm_f64(ts_rt *rt, int64_t m, int64_t n, int64_t k, double alpha, const double *a,
                             int64_t lda, const double *b, int64_t ldb, double beta, double *c, int64_t ldc);

#ifdef __cplusplus
}
#endif
#endif
