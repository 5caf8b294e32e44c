/*
 * The one loop: propose, evaluate, store, observe. It drives any evaluator with any strategy over any space,
 * and owns what neither of them may: budget, counting, duplicates, interruption, order of durability.
 */
#ifndef TS_TUNE_SESSION_H
#define TS_TUNE_SESSION_H

#include "eval/evaluator.h"
#include "util/vec.h"

/** When to stop; a zero field doesn't limit. Whichever comes first. */
typedef struct ts_stop_rule {
    size_t evaluations; /**< known ones included, so that a killed session resumes where it was */
    double deadline;    /**< ts_now() at which the search must have ended */
} ts_stop_rule;

/** One search. Inputs are borrowed; `trials` is the caller's to free with ts_session_clear(). */
typedef struct ts_session {
    const ts_space *space;
    ts_evaluator *evaluator;
    const ts_strategy *strategy;
    uint64_t seed;
    const ts_observation *known;
    size_t known_count;
    const uint64_t *seeds; /**< evaluated before the strategy is asked */
    size_t seed_count;
    ts_stop_rule stop;
    void *context;
    /** Called with each result before the strategy learns of it: makes it durable. A negative return ends the
     * session. */
    int (*on_result)(void *context, const ts_result *result);
    /** Polled between results; non-zero ends the search. NULL: never. */
    int (*interrupted)(void *context);

    /* outcome */
    TS_VEC(ts_observation) trials; /**< known ones first, then in the order of arrival */
    size_t evaluated;              /**< in this session */
    size_t by_status[TS_STATUS_COUNT];
    ts_observation best;     /**< status UNAVAILABLE until something succeeded */
    double search_seconds;   /**< spent inside the strategy */
    const char *stop_reason; /**< static text */
} ts_session;

int ts_session_run(ts_session *session);
void ts_session_clear(ts_session *session);

#endif
