/*
 * The finals: the search's front runners, the incumbent and the default measured again, interleaved, so that
 * the winner is a statistical claim and not the luckiest sample. Two heats: many entrants for a few rounds,
 * then few for many.
 */
#ifndef TS_TUNE_FINALS_H
#define TS_TUNE_FINALS_H

#include "core/roofline.h"
#include "eval/evaluator.h"
#include "measure/stats.h"
#include "tune/pareto.h"
#include "tune/session.h"

#define TS_NO_CONFIG     UINT64_MAX
#define TS_FINALS_GUESTS 8

/** Who takes part and how long it may take. */
typedef struct ts_finals_plan {
    const ts_session *session;
    uint64_t incumbent;     /**< the stored winner, or TS_NO_CONFIG */
    uint64_t baseline;      /**< the manifest's default configuration, or TS_NO_CONFIG */
    const ts_trade *guests; /**< take part in every heat, however slow: trade-offs to be measured again */
    size_t guest_count;     /**< at most TS_FINALS_GUESTS */
    const ts_roofline
        *roofline;  /**< of the problem; its rates are replaced by those of the rounds. NULL: none */
    double seconds; /**< for both heats */
    uint64_t seed;  /**< of the bootstrap */
} ts_finals_plan;

/** The claim. Arrays are owned: ts_finals_clear(). */
typedef struct ts_finals {
    uint64_t winner;
    ts_interval seconds;     /**< median of the winner's rounds and its 95 % interval */
    double peak;             /**< median of the peaks measured in the same rounds, flop/s; NAN without */
    double bandwidth;        /**< likewise, B/s over as many bytes as the operands have; NAN without */
    double bound_seconds;    /**< by the roofline of each round, their median; NAN if unknown */
    double bound_share;      /**< median over rounds of that bound over the winner's time; NAN */
    ts_roofline_side side;   /**< that binds */
    double baseline_seconds; /**< of the default configuration; NAN if it didn't take part or failed */
    uint64_t *tied;          /**< configurations that can't be told from the winner, it included */
    size_t tied_count;
    uint64_t *failed; /**< configurations that failed in a heat, though the search had seen them succeed */
    size_t failed_count;
    ts_pareto pareto; /**< of all that took part in the last heat */
    bool incumbent_ran, incumbent_tied;
    ts_result winner_result; /**< of the last heat: counters, samples */
} ts_finals;

/**
 * Hold them. An incumbent that is tied with the best keeps its title (stability costs nothing measurable).
 * TS_ENOTFOUND if no entrant survived, with the reason of the first failure. Stopped before a round was
 * complete, nobody is the winner (TS_NO_CONFIG).
 */
int ts_finals_hold(const ts_finals_plan *plan, ts_evaluator *evaluator, ts_finals *out);
void ts_finals_clear(ts_finals *finals);

#endif
