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
    TS_RT_NEAREST, /**< winner of the nearest measured shape: least distance of log2(dimensions), none off by
                      more than a factor of 8 */
    TS_RT_FAMILY,  /**< the family default: the variant that won most measured shapes of this kernel and type
                      on this machine */
    TS_RT_DEFAULT, /**< the kernel's portable default, built into the library */
} ts_rt_rung;

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

/** What lookups may answer with; zero or NULL means the default. */
typedef struct ts_rt_options {
    const char *database; /**< as for ts_rt_open() */
    int threads;          /**< winners tuned for at most so many threads; default 1 */
    double max_error;     /**< winners tuned with at most this --max-error; default 0: exact to the type's
                             tolerance */
} ts_rt_options;
/** ts_rt_open() for more threads or approximate kernels: only who asks for them gets them. The fastest that
 * is allowed answers. */
TS_RT_API int ts_rt_open_with(const ts_rt_options *options, ts_rt **out);
/** Unloads the variants: no thread may be inside one, or keep a ts_rt_kernel. NULL is fine. */
TS_RT_API void ts_rt_close(ts_rt *rt);
/** One sentence about the database that was opened: how many winners, or why none. Borrowed. */
TS_RT_API const char *ts_rt_status(const ts_rt *rt);

/**
 * Find the best kernel for "gemm", "f32" and dims (the kernel's dimensions in the order of its manifest: m,
 * n, k, ta, tb for gemm). The first lookup that needs a variant loads it from the user's cache, or compiles
 * it there (20 s at most, others' first lookups wait); later ones neither lock nor allocate. Safe from any
 * number of threads. Returns 0; a kernel with a default rung always gets one. -1: nothing serves it, and
 * out->why says why.
 */
TS_RT_API int ts_rt_find(ts_rt *rt, const char *kernel, const char *type, const int64_t *dims,
                         size_t dim_count, ts_rt_kernel *out);

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
