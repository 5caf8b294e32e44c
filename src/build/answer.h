/* What a kernel is given and what it must return: contents of operands and the reference's results, for one
 * size and set of scalars. */
#ifndef TS_BUILD_ANSWER_H
#define TS_BUILD_ANSWER_H

#include "build/element.h"
#include "core/variant.h"

/** One tensor in natural layout: rows follow each other without padding. */
typedef struct ts_sheet {
    size_t rows, length; /**< elements per row */
    size_t size;         /**< bytes of an element */
    char *initial;       /**< contents before the call */
    char *expected;      /**< contents after it; NULL for a tensor that is only read */
    double largest;      /**< max|R| of the finite elements of `expected` */
} ts_sheet;

/** What reference.c defines. */
typedef struct ts_oracle {
    ts_call_fn *results;
    ts_call_fn *inputs; /**< fills the tensors with fill="reference"; NULL if there are none */
} ts_oracle;

typedef struct ts_answer {
    int64_t dims[TS_MAX_DIMS];
    double scalars[TS_MAX_SCALARS];
    double absolute, relative; /**< tolerance at these dimensions */
    ts_sheet sheets[TS_MAX_TENSORS];
    bool
        overwrites; /**< the result doesn't depend on what was in the outputs, which therefore start as NaN */
    double seconds; /**< one call of the reference */
    void *memory;   /**< owned; NULL where the sheets lie in someone else's */
} ts_answer;

/** Dimensions, extents and tolerance for `dims`; no memory yet. `slots`: dimensions, type and target known.
 * TS_EINPUT if it doesn't fit. */
int ts_answer_shape(const ts_problem *problem, const ts_value *slots, const int64_t *dims, ts_answer *out);
/** Bytes of all sheets; `shared_inputs`: without those of tensors that are only read. TS_EINPUT on overflow.
 */
int ts_answer_bytes(const ts_problem *problem, const ts_answer *a, bool shared_inputs, size_t *bytes);
/** Lay the sheets out in `memory` of that size; read-only tensors share those of `inputs` unless NULL. */
void ts_answer_attach(const ts_problem *problem, ts_answer *a, char *memory, const ts_answer *inputs);
/**
 * Fill the operands and call the reference. `try_nan`: first with outputs that start as NaN, and kept so if
 * the results have none. `fill_inputs` false where they are shared and filled.
 */
void ts_answer_compute(const ts_problem *problem, const ts_element *const *elements, ts_oracle oracle,
                       bool fill_inputs, bool try_nan, ts_answer *a);

/** Sets of scalars: number 0 is what timing uses, the others are all combinations of the manifest's verify
 * values. */
size_t ts_scalar_sets(const ts_kernel *kernel);
void ts_scalar_set(const ts_kernel *kernel, size_t set, double *scalars);

/**
 * The answers at the asked size, computed once and inherited by every worker: they lie in memory that forks
 * share, sealed against writing once they are complete.
 */
#define TS_MAX_ANSWERS 16
typedef struct ts_references {
    ts_answer answers[TS_MAX_ANSWERS]; /**< by set of scalars */
    size_t planned, count;             /**< how many there is room for; how many are computed */
    size_t map_bytes, footprint;       /**< of the mapping; of the operands of one call */
    double seconds;                    /**< one call of the reference */
} ts_references;
int ts_references_open(const ts_problem *problem, const ts_value *slots, ts_references **out);
/** In a worker: set 0 always, the others as long as they take less than `seconds` in all. */
int ts_references_compute(ts_references *r, const ts_problem *problem, const ts_value *slots,
                          ts_oracle oracle, double seconds);
void ts_references_seal(ts_references *r);
void ts_references_close(ts_references *r);

#endif
