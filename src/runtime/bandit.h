/*
 * Which variant of a shape should the next call use? A pure policy: no clock, no threads, no memory of its
 * own. docs/runtime.md, "Adaptation", defines and defends it.
 */
#ifndef TS_RUNTIME_BANDIT_H
#define TS_RUNTIME_BANDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TSRT_ARMS 6

/** A variant by what its calls cost relative to the chosen one's of the same time: ratios survive a change of
 * the clock that hits all alike. */
typedef struct tsrt_arm {
    double ratio;      /**< mean of log(cost / level of the chosen arm); 0 of the chosen one */
    double time_ratio; /**< the same of its seconds */
    uint32_t samples;  /**< since the last drift */
    bool rejected;     /**< its result didn't hold, or it can't be run */
} tsrt_arm;

typedef struct tsrt_bandit {
    tsrt_arm arms[TSRT_ARMS]; /**< in the order in which they are tried */
    size_t count, chosen;
    uint64_t calls, explored;
    double spent, excess; /**< cost of all calls; what exploring calls cost beyond the chosen arm's level */
    double level, time_level; /**< log cost and log seconds of the chosen arm, recent */
    double spread;            /**< variance of log cost around the level */
    double slower, faster;    /**< cumulative sums of the drift detector */
    uint32_t settled;         /**< samples behind the level, since the last switch or drift */
    double deadline;          /**< seconds that a call may take; 0: none */
} tsrt_bandit;

/** What an observation changed; may be joined. */
enum { TSRT_SWITCHED = 1, TSRT_DRIFTED = 2 };

void tsrt_bandit_init(tsrt_bandit *bandit, size_t arms, double deadline);
/** The arm of the next call: the chosen one, or another if at most 2 % of the calls explored so far. */
size_t tsrt_bandit_pick(tsrt_bandit *bandit);
/** A call by `arm` took `seconds` and cost `cost` (joules; seconds where time is the objective), both above
 * 0. */
unsigned tsrt_bandit_observe(tsrt_bandit *bandit, size_t arm, double cost, double seconds);
/** Never pick this arm again; it may not be the chosen one. */
void tsrt_bandit_reject(tsrt_bandit *bandit, size_t arm);

#endif
