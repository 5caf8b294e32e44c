/* What all workers need: shared objects loaded, verdicts sent, calls in a form that can be timed. */
#ifndef TS_BUILD_WORKER_LOAD_H
#define TS_BUILD_WORKER_LOAD_H

#include "build/worker.h"

/** The function `symbol` of a shared object; NULL with ts_error() if there is none. The object stays loaded.
 */
ts_call_fn *ts_load_call(const char *object, const char *symbol);
/** Load item i of the work as a subject; false after having sent TS_MESSAGE_FAILED. */
bool ts_load_item(const ts_work *work, uint32_t i, ts_worker_side *side, ts_subject *out);
/** Load what reference.c defines; false with ts_error(). */
bool ts_load_oracle(const ts_work *work, ts_oracle *out);
/** Load the reference and open a verifier; false after having sent TS_MESSAGE_FAILED for item UINT32_MAX. */
bool ts_load_verifier(const ts_work *work, ts_worker_side *side, ts_verifier *out);
void ts_send_failed(const ts_worker_side *side, uint32_t item, ts_status status, ts_blame blame, double error,
                    const char *reason);
void ts_send_verified(const ts_worker_side *side, uint32_t item, ts_accuracy accuracy, double seconds);
/**
 * What became of a verification (1 right, 0 wrong, negative: failed with ts_error()): sends TS_MESSAGE_FAILED
 * unless it is right, and true if it is. A variant that started a process in spite of the sandbox is not.
 */
bool ts_send_verdict(const ts_worker_side *side, uint32_t item, int verdict, double error,
                     const char *reason);

/** A call that the timer can make. */
typedef struct ts_timed {
    ts_call_fn *fn;
    ts_call call;
} ts_timed;
void ts_timed_call(void *timed);
/** Give each thread that variants have started a CPU of its own, as long as there are enough. */
void ts_threads_bind(const ts_worker_side *side);
/** Let the first thread run on all of them again: an OpenMP runtime that is loaded later counts its CPUs. */
void ts_threads_release(const ts_worker_side *side);
/** Give the threads that variants have started this policy (of sched.h), at its lowest priority. */
void ts_threads_schedule(const ts_worker_side *side, int policy);
/** Real-time priority for all threads, if the setup asks for it, while timing only: a long verification must
 * not run into its limit. */
void ts_priority_raise(const ts_worker_side *side);
void ts_priority_drop(const ts_worker_side *side);

#endif
