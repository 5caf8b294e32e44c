/*
 * What files of libtilesmith-rt share about a running program: products that are watched, what is learned of
 * them, and what the database has to offer or has become meanwhile.
 */
#ifndef TS_RUNTIME_LIVE_H
#define TS_RUNTIME_LIVE_H

#include "runtime/internal.h"

/* ---- watch.c, verify.c, learn.c, energy.c, capture.c
 * ------------------------------------------------------------- */

/** A product as the caller asked for it; scalars of f32 are exact in double. */
typedef struct tsrt_product {
    size_t family; /**< TSRT_GEMM_F32 or _F64 */
    int64_t m, n, k, lda, ldb, ldc;
    double alpha, beta;
    const void *a, *b;
    void *c;
} tsrt_product;
/** Call a kernel of the product's type. */
void tsrt_product_call(const tsrt_product *p, void (*function)(void), void *workspace);
/** Provide the workspace, call. `variant` NULL: what the ladder answers. -1: force says that nothing does. */
int tsrt_product_run(ts_rt *rt, const tsrt_product *p, const tsrt_variant *variant);
/** The same, watched: timed for the capture, and as adaptation decides. */
int tsrt_product_watch(ts_rt *rt, const tsrt_product *p);
/**
 * Does `variant` compute what it should? The product is computed by the ladder's answer (which is what the
 * caller gets), then by the variant into memory of its own. 1 it does; 0 can't be said of these operands; -1
 * it doesn't.
 */
int tsrt_product_verify(ts_rt *rt, const tsrt_product *p, const tsrt_variant *variant);
/** Find the counter of the package's energy below `folder` (/sys/class/powercap); sets rt->energy_file. */
void tsrt_energy_open(ts_rt *rt, const char *folder);
/** Microjoules, counting round at rt->energy_range; negative: unreadable. */
double tsrt_energy_read(const ts_rt *rt);
/** What became of the database file since; NULL: nothing. In reason[TSRT_REASON]. */
const char *tsrt_database_changed(const ts_rt *rt, char *reason);
/** Read lessons of this machine. -1 when out of memory. */
int tsrt_lessons_read(ts_rt *rt, void *sqlite);
/** Write what was learned; false: why is in `reason`. */
bool tsrt_lessons_write(ts_rt *rt, char *reason);
/** Add what was called since the last time to the capture file; false: why is in `reason`. */
bool tsrt_capture_write(ts_rt *rt, char *reason);

/* ---- object.c, sha256.c
 * --------------------------------------------------------------------------------------- */

/** Read which compiled variants of the database fit this machine. -1 when out of memory. */
int tsrt_objects_read(ts_rt *rt, void *sqlite);
/** Load the variant's object out of the database; false: why is in `reason`. */
bool tsrt_object_load(ts_rt *rt, tsrt_variant *variant, char *reason);
/** Hex digits of the SHA-256 of `bytes`, with NUL. */
void tsrt_sha256(const void *bytes, size_t length, char hex[65]);
/** dlopen() a file and look up the variant's functions; false: why is in `reason`. */
bool tsrt_library_open(tsrt_variant *variant, const char *path, char *reason);

#endif
