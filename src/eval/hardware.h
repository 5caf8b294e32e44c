/*
 * Inside the hardware evaluator: a pipeline in one single-threaded process. Jobs are rendered when submitted,
 * compiled several to a translation unit by child processes, and worked on by one worker process at a time;
 * hardware_pump() moves everything that can move.
 *
 *   QUEUED --(unit starts)--> COMPILING --(unit ends)--> READY --(worker starts)--> RUNNING --(record)-->
 * FINISHED ^  a unit that fails is split; an object that can't be loaded is built again  |
 *      +------------------------------------------------------------------------------+
 */
#ifndef TS_EVAL_HARDWARE_H
#define TS_EVAL_HARDWARE_H

#include "build/render.h"
#include "build/toolchain.h"
#include "build/worker.h"
#include "eval/evaluator.h"
#include "measure/turn.h"
#include "util/vec.h"

#include <sched.h>

typedef enum ts_job_state {
    TS_JOB_QUEUED,
    TS_JOB_COMPILING,
    TS_JOB_READY,
    TS_JOB_RUNNING,
    TS_JOB_FINISHED
} ts_job_state;

/** One configuration on its way to a result. */
typedef struct ts_job {
    ts_job_state state;
    ts_variant variant;
    int64_t (*cases)[TS_MAX_DIMS];
    size_t case_count;
    char *object;        /**< path of the shared object */
    bool object_is_ours; /**< in the scratch folder: removed with the job */
    bool judged;         /**< its worker has sent a verdict or samples */
    bool looked;         /**< the cache has been asked */
    bool alone;          /**< its translation unit failed in company: compile it by itself */
    bool rebuild;        /**< its cached object could not be loaded: compile it whatever the cache says */
    bool first;          /**< it crashed in a worker that had run others: it goes first in the next */
    ts_result result;
} ts_job;

#define TS_UNIT_JOBS 8
#define TS_MAX_UNITS 64

/** One compilation on its way. */
typedef struct ts_unit {
    ts_compile compile;
    ts_job *jobs[TS_UNIT_JOBS]; /**< none: it is the reference */
    size_t count;
    bool guest; /**< runs on the CPU for measuring, which was idle, and gives way to the worker */
} ts_unit;

typedef enum ts_reference_state {
    TS_REFERENCE_NONE, /**< no compiler is known yet */
    TS_REFERENCE_COMPILING,
    TS_REFERENCE_COMPILED,
    TS_REFERENCE_RUNNING,
    TS_REFERENCE_READY
} ts_reference_state;

#define TS_WORKER_JOBS 32

typedef struct ts_hardware {
    ts_evaluator base; /**< first: an evaluator is one of these */
    const ts_problem *problem;
    const ts_target *target;
    const ts_space *space;
    ts_hardware_options options;
    ts_renderer *renderer;
    ts_value *slots;         /**< [slot_count]: what is known of every configuration */
    ts_value *scratch_slots; /**< the same with the parameters of one configuration */
    char *scratch;
    int lock_fd;
    int cpu;            /**< to measure on; -1: any, there is only one */
    cpu_set_t cpus;     /**< to measure on: `cpu`, and as many more as variants have threads */
    cpu_set_t affinity; /**< of the caller, put back at the end */
    bool affinity_narrowed;
    TS_VEC(ts_job *) jobs; /**< everything in flight, in order of submission */
    ts_unit units[TS_MAX_UNITS];
    size_t unit_count, unit_number, max_units;
    ts_reference_state reference_state;
    ts_references *references;
    char *reference_compiler, *reference_object;
    bool reference_is_plain; /**< -march=native was refused: compiled without */
    ts_turn turn;            /**< among the sessions of this machine: held while a worker measures */
    ts_worker worker;
    ts_work work; /**< what the worker inherited */
    ts_work_item items[TS_WORKER_JOBS];
    ts_job *running[TS_WORKER_JOBS]; /**< by item; NULL once the worker is done with it */
    size_t current;                  /**< item that the worker is at; TS_NO_ITEM: between items */
    size_t begun;                    /**< items begun by this worker */
    bool ended_well;
    double deadline;       /**< when the worker's present step counts as hung */
    double limit;          /**< that step's limit in seconds, for the message */
    size_t barren_workers; /**< died one after another without an item to blame */
    bool hold;             /**< a contest is on: start no search worker */
    double incumbent;
    int fatal; /**< error code that ended the evaluator, with its sentence */
    char *fatal_text;
} ts_hardware;

#define TS_NO_ITEM SIZE_MAX

/** Render and queue configurations. */
int ts_hardware_queue(ts_hardware *h, const uint64_t *configs, size_t count);
/** It is this session's turn to measure; false: ask again soon. */
bool ts_hardware_turn(ts_hardware *h);
/** Let everything move that can, without blocking. Errors are of the evaluator, not of a variant. */
int ts_hardware_pump(ts_hardware *h);
/** Sleep until something can move, or `seconds` have passed. */
void ts_hardware_wait(ts_hardware *h, double seconds);
/** Drop all jobs, their compilations and their worker; the reference stays. */
void ts_hardware_abandon(ts_hardware *h);
void ts_job_free(ts_job *job);
/** Finish a job without success. `reason` is copied. */
void ts_job_fail(ts_job *job, ts_status status, const char *reason);

/* ---- hardware_build.c ------------------------------------------------------------------------ */

/** Take in compilations that ended, start those that can. */
int ts_hardware_build(ts_hardware *h);

/* ---- hardware_work.c ------------------------------------------------------------------------- */

/** Read the worker's records, enforce its deadline, start the next. */
int ts_hardware_work(ts_hardware *h);
/** Note that the worker's present step counts as hung after so many seconds. */
void ts_hardware_set_deadline(ts_hardware *h, double seconds);
/** "did not finish within 2.1 s while being verified at m=1": appends. */
void ts_hardware_explain_hang(const ts_hardware *h, struct ts_str *out);
/** Set up for a worker on this machine. */
ts_worker_setup ts_hardware_setup(const ts_hardware *h, double cpu_seconds);
/** Fill in h->work for items[0 .. count-1]. */
void ts_hardware_describe_work(ts_hardware *h, size_t count);
/** Take in a TS_MESSAGE_VERIFIED; false if it makes no sense. */
bool ts_hardware_verified(const ts_message *message, ts_result *result);
/** Seconds after which a verification, and a measurement, count as hung. */
double ts_hardware_verify_limit(const ts_hardware *h);
double ts_hardware_measure_limit(const ts_hardware *h);

/* ---- contest.c ------------------------------------------------------------------------------- */

int ts_hardware_contest(ts_evaluator *self, const uint64_t *configs, size_t count, size_t rounds,
                        double seconds, ts_contest *out);

#endif
