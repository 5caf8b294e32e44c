/* A variant: one configuration of one problem, rendered to C; and the call every variant understands. */
#ifndef TS_CORE_VARIANT_H
#define TS_CORE_VARIANT_H

#include "core/kernel.h"

/** Part of every variant's id: raise it when ts_call or the thunks change. */
#define TS_VARIANT_ABI 1

/**
 * What every generated function and reference can be called with: the thunk NAME_call unpacks it into the
 * typed call. Part of the ABI between variants, worker and runtime; its text stands in every generated file
 * (ts_call_declaration).
 */
typedef struct ts_call {
    int64_t dim[TS_MAX_DIMS];
    double scalar[TS_MAX_SCALARS];
    void *tensor[TS_MAX_TENSORS];
    int64_t ld[TS_MAX_TENSORS];
    void *workspace; /**< 64-byte aligned */
} ts_call;
typedef void ts_call_fn(const ts_call *call);

#define TS_VARIANT_ID 33 /* 32 hex digits and NUL */

typedef struct ts_variant {
    char id[TS_VARIANT_ID]; /**< content hash: source with a fixed function name, compiler identity, flags */
    char *source;           /**< C: prelude excluded; defines ts_v_ID and ts_v_ID_call */
    char *compiler;         /**< as given: "gcc", "/usr/bin/clang-14" */
    char *flags;            /**< all flags, one string, space-separated */
    bool fixed_shape;
    bool prepares; /**< defines ts_v_ID_prepare and ts_v_ID_prepare_call too, to be called once before */
    int64_t workspace_bytes;
    bool huge_pages;
    double render_seconds;
} ts_variant;

void ts_variant_clear(ts_variant *v);

#endif
