/*
 * The one interface behind which hardware, model and replay look the same to the session: configurations go
 * in, results come out, several may be in flight.
 */
#ifndef TS_EVAL_EVALUATOR_H
#define TS_EVAL_EVALUATOR_H

#include "core/kernel.h"
#include "core/recording.h"
#include "core/result.h"
#include "tilesmith_plugin.h"

/** A final contest: the same rounds for everyone, interleaved, in one process, with what the machine can do
 * measured in each round. */
typedef struct ts_contest {
    size_t count, rounds; /**< rounds completed */
    double *samples;      /**< [count][rounds] seconds per call; a failed entrant's row is NAN; owned */
    double *peak; /**< [rounds] flop/s measured in that round, NAN where it can't be; owned, NULL: none */
    double *bandwidth;  /**< [rounds] B/s over as many bytes as the operands have; likewise */
    ts_result *results; /**< [count]: status and counters (events per call) per entrant; owned */
} ts_contest;
void ts_contest_clear(ts_contest *c);

typedef struct ts_evaluator ts_evaluator;
struct ts_evaluator {
    const char *name; /**< "hardware", "replay", "model" */
    size_t batch;     /**< good size of one submit() */
    size_t depth;     /**< submits that may be in flight before a collect() */
    /** Queue configurations; never blocks for long. */
    int (*submit)(ts_evaluator *self, const uint64_t *configs, size_t count);
    /** Tell the best cost so far, so that hopeless variants are dropped early. */
    void (*incumbent)(ts_evaluator *self, double cost);
    /** Next finished result into *out; 1 = got one, 0 = nothing in flight, or timeout (seconds) passed;
     * negative = error. */
    int (*collect)(ts_evaluator *self, double timeout, ts_result *out);
    /** Measure these again, interleaved. NULL: costs are exact, no contest is needed. */
    int (*contest)(ts_evaluator *self, const uint64_t *configs, size_t count, size_t rounds, double seconds,
                   ts_contest *out);
    /** Seconds by the clock that budgets of time refer to. NULL: the machine's, ts_now(). */
    double (*now)(const ts_evaluator *self);
    void (*close)(ts_evaluator *self); /**< kills what runs, removes scratch, frees self */
    /** Set by whoever holds a contest, and polled while it runs: true ends it with the rounds so far. NULL:
     * never. */
    bool (*stop)(void *context);
    void *stop_context;
    double waited; /**< seconds in which other sessions of this machine measured and this one waited */
};

/** Options of the hardware evaluator; zero means the default. */
typedef struct ts_hardware_options {
    int cpu;               /**< CPU to measure on; -1: the last allowed one */
    int jobs;              /**< parallel compilations; 0: allowed CPUs - 1, at least 1 */
    double verify_seconds; /**< limit per variant before it counts as hung (default 2 + 30x reference time) */
    size_t memory_limit;   /**< address space of a worker in bytes (default 4 GiB + operands) */
    bool cold;             /**< cold-cache timing */
    bool no_cache;         /**< ignore the build cache */
    const char *counters;  /**< backend for finals; NULL: "papi"; "none" */
} ts_hardware_options;

/** Compile, verify and time on this machine. problem, target, space are borrowed for the evaluator's life. */
int ts_hardware_open(const ts_problem *problem, const ts_target *target, const ts_space *space,
                     const ts_hardware_options *options, ts_evaluator **out);

/** Replay a recording; borrowed for the evaluator's life. */
int ts_replay_open(const ts_recording *recording, ts_evaluator **out);

/** Predict: `belief.of` gives the log of the seconds of a configuration (here the factor counts); NAN makes
 * it UNAVAILABLE. Borrowed for the evaluator's life. */
int ts_model_evaluator_open(ts_belief belief, ts_evaluator **out);

#endif
