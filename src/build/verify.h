/*
 * Is a variant right? It runs on guarded operands at the sizes it claims, with padded rows and several
 * scalars; results must match the reference within the manifest's tolerance, and nothing else may have
 * changed. Used inside the worker process only.
 */
#ifndef TS_BUILD_VERIFY_H
#define TS_BUILD_VERIFY_H

#include "build/answer.h"
#include "build/board.h"
#include "build/guarded.h"
#include "util/str.h"

/** One loaded variant, and the sizes besides the asked one that it must get right. */
typedef struct ts_subject {
    ts_call_fn *call;
    ts_call_fn *prepare; /**< called once on the operands before `call`; NULL: there is none */
    bool fixed_shape, huge_pages;
    int64_t workspace_bytes;
    const int64_t (*cases)[TS_MAX_DIMS];
    size_t case_count;
} ts_subject;

/** How far off results are. */
typedef struct ts_accuracy {
    double error;     /**< largest |C-R| / tolerance, where the tolerance is absolute + relative*|R|, or
                         max_error*max|R|     if that is more */
    double deviation; /**< largest max|C-R| / max|R| of an output that isn't all zeros */
} ts_accuracy;

#define TS_REMEMBERED 48

/** Operands and remembered answers; one per worker. Open with ts_verifier_open(). */
typedef struct ts_verifier {
    const ts_problem *problem;
    const ts_value *slots;
    const ts_references *references;
    const ts_element *elements[TS_MAX_TENSORS];
    ts_oracle oracle;
    ts_board *board;
    ts_rng rng;
    ts_guarded tensors[TS_MAX_TENSORS];
    ts_guarded workspaces[2];    /**< on plain and on huge pages */
    const ts_guarded *workspace; /**< the one of the last run */
    ts_answer
        remembered[TS_REMEMBERED]; /**< small answers, by dimensions and scalars, oldest overwritten first */
    size_t remembered_count, next;
    ts_call call; /**< of the last run; after ts_verify_variant() the one to time */
} ts_verifier;

int ts_verifier_open(const ts_problem *problem, const ts_value *slots, const ts_references *references,
                     ts_oracle oracle, ts_board *board, ts_verifier *out);
void ts_verifier_close(ts_verifier *v);

/**
 * Verify. 1: right; 0: wrong, `reason` has one sentence; negative: could not be verified. *accuracy is the
 * worst seen. Afterwards v->call is set up for timing: aligned operands, no padding, fallback scalars,
 * prepared, one verified call made.
 */
int ts_verify_variant(ts_verifier *v, const ts_subject *s, ts_accuracy *accuracy, ts_str *reason);
/** The same at the asked size alone: what a variant that was verified before has to pass in the finals. */
int ts_verify_asked(ts_verifier *v, const ts_subject *s, ts_accuracy *accuracy, ts_str *reason);
/** Only what comes last in both: set v->call up for timing and verify one call of it. */
int ts_verify_for_timing(ts_verifier *v, const ts_subject *s, ts_accuracy *accuracy, ts_str *reason);
/** After timing: are inputs, surroundings and (where a call overwrites its outputs) results still right? As
 * ts_verify_variant(). */
int ts_verify_after(ts_verifier *v, ts_accuracy *accuracy, ts_str *reason);

#endif
