/*
 * The one loop: propose, evaluate, store, observe. It drives any evaluator with any strategy over any space,
 * and owns what neither of them may: budget, counting, duplicates, interruption, order of durability.
 */
#ifndef TS_TUNE_SESSION_H
#define TS_TUNE_SESSION_H

#include "eval/evaluator.h"
#include "tune/stop.h"
#include "util/vec.h"

/** What stands between strategy and evaluator: it may decline proposals, which then cost nothing. */
typedef struct ts_filter {
    void *context;
    bool (*admits)(void *context, uint64_t config); /**< NULL: everything is evaluated */
    /** Called with each result, before the next proposal. */
    int (*learn)(void *context, const ts_observation *o);
} ts_filter;

/** One search. Inputs are borrowed; `trials` is the caller's to free with ts_session_clear(). */
typedef struct ts_session {
    const ts_space *space;
    ts_evaluator *evaluator;
    const ts_strategy *strategy;
    uint64_t seed;
    const ts_observation *known;
    size_t known_count;
    ts_belief belief;      /**< for the strategy; zero: none */
    ts_filter filter;      /**< of the strategy's proposals, not of seeds; zero: none */
    const uint64_t *seeds; /**< evaluated before the strategy is asked */
    size_t seed_count;
    ts_stop_rule
        stop;     /**< known results count as evaluations, so that a killed session resumes where it was */
    double bound; /**< a cost that can't be beaten, for `stop`; 0: none is known */
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
    size_t since_best;       /**< results of this session after the best one */
    double started;          /**< by the clock of the evaluator */
    double search_seconds;   /**< spent inside the strategy */
    const char *stop_reason; /**< static text */
} ts_session;

int ts_session_run(ts_session *session);
/** How a running search stands, with nothing in flight. */
ts_stop_state ts_session_state(const ts_session *session);
void ts_session_clear(ts_session *session);

#endif
