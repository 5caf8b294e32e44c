/*
 * The isolated worker: a fork of the session that loads variants, verifies and times them, and may die of it.
 * It inherits its work by memory, reports over a pipe (worker_protocol.h), and is shut in (sandbox.h). Fork
 * without exec: the calling process must have no other threads whose locks the child could need.
 */
#ifndef TS_BUILD_WORKER_H
#define TS_BUILD_WORKER_H

#include "build/board.h"
#include "build/sandbox.h"
#include "build/verify.h"
#include "build/worker_protocol.h"
#include "measure/timer.h"

#include <sched.h>
#include <sys/types.h>

/** The session's end of a worker. Zero: none. */
typedef struct ts_worker {
    pid_t pid;
    int fd;
    bool ended; /**< its end of the pipe is closed */
    ts_message_reader reader;
    ts_board *board;
} ts_worker;

/** How a worker is set up. */
typedef struct ts_worker_setup {
    int cpu;             /**< to run on; -1: any */
    cpu_set_t cpus;      /**< to run on, `cpu` among them, where threads > 1 */
    int threads;         /**< that variants start; 0 means 1 */
    bool realtime;       /**< measure at real-time priority if allowed */
    const char *scratch; /**< the one folder it may write to */
    size_t memory;
    double cpu_seconds;
} ts_worker_setup;

/** What a worker has at hand while it works; also the argument of its body. */
typedef struct ts_worker_side {
    pid_t pid;
    int fd;
    ts_board *board;
    const ts_worker_setup *setup;
} ts_worker_side;

/** Fork; the child runs body(context, side) and ends with a TS_MESSAGE_END. */
int ts_worker_start(const ts_worker_setup *setup, void (*body)(const void *context, ts_worker_side *side),
                    const void *context, ts_worker *out);
/** Read what has come, without blocking; false when out of memory. Sets `ended` at the end of the stream. */
bool ts_worker_read(ts_worker *w);
/** Kill the group, reap, release. Returns the wait status (-1 unknown). The board stays readable until
 * ts_worker_forget(). */
int ts_worker_stop(ts_worker *w);
void ts_worker_forget(ts_worker *w);

/** One sentence about a death: "segmentation fault: wrote 1 byte past the end of C (guard page), at m=7,n=9";
 * TS_STATUS_TIMED_OUT for SIGXCPU. Appends. */
ts_status ts_worker_explain(const ts_worker *w, int wait_status, const ts_problem *problem,
                            struct ts_str *reason);
/** What it was doing: "verifying at m=7,n=9"; appends. */
void ts_worker_phase(const ts_worker *w, const ts_problem *problem, struct ts_str *out);

/** Used by the worker's own side: install the handlers that post faults on the board. */
void ts_faults_watch(ts_board *board);

/* ---- what workers do ------------------------------------------------------------------------- */

/** A variant to work on. */
typedef struct ts_work_item {
    const ts_variant *variant;
    const char *object;
    const int64_t (*cases)[TS_MAX_DIMS];
    size_t case_count;
} ts_work_item;

/** Who is to blame for a failure, as far as the session acts upon it. */
typedef enum ts_blame {
    TS_BLAME_VARIANT,
    TS_BLAME_OBJECT /**< it could not be loaded: build it again */
} ts_blame;

/** Everything a worker needs; borrowed, inherited through fork. */
typedef struct ts_work {
    const ts_problem *problem;
    const ts_value *slots;
    ts_references *references;
    const char *reference_object;
    const ts_work_item *items;
    size_t count;
    ts_timing_plan plan;   /**< search: how to time */
    double incumbent;      /**< search: best cost so far; NAN: none */
    size_t rounds;         /**< contest: rounds still to run; 0: as many as fit */
    double seconds;        /**< contest: time for all rounds; 0: no limit */
    double sample_seconds; /**< contest: length of a sample */
    const char *counters;  /**< contest: name of the backend to read at the end; NULL: none */
} ts_work;

/** Compute the reference results (ts_references_compute). */
void ts_work_reference(const void *work, ts_worker_side *side);
/** Verify and time each item in turn. */
void ts_work_search(const void *work, ts_worker_side *side);
/** Verify all items at the asked size, then time them in rounds with the machine's peak, then read counters.
 */
void ts_work_contest(const void *work, ts_worker_side *side);

#endif
