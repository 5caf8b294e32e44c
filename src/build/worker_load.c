/* See worker_load.h. */
#include "build/worker_load.h"

#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

ts_call_fn *ts_load_call(const char *object, const char *symbol)
{
    void *handle = dlopen(object, RTLD_NOW | RTLD_LOCAL);
    void *address = handle ? dlsym(handle, symbol) : NULL;
    ts_call_fn *call = NULL;
    if (address)
        memcpy(
            &call, &address,
            sizeof call); /* POSIX lets data and function pointers be the same size; C has no cast for it */
    else
        ts_fail(TS_ESYSTEM, "it could not be loaded: %s", dlerror());
    return call;
}

void ts_send_failed(const ts_worker_side *side, uint32_t item, ts_status status, ts_blame blame, double error,
                    const char *reason)
{
    ts_str payload = TS_STR_INIT;
    uint32_t numbers[2] = {(uint32_t)status, (uint32_t)blame};
    ts_str_append_n(&payload, (const char *)numbers, sizeof numbers);
    ts_str_append_n(&payload, (const char *)&error, sizeof error);
    ts_str_append(&payload, reason);
    ts_message_send(side->fd, TS_MESSAGE_FAILED, item, ts_str_text(&payload), payload.length);
    ts_str_free(&payload);
}

void ts_send_verified(const ts_worker_side *side, uint32_t item, ts_accuracy accuracy, double seconds)
{
    double numbers[3] = {accuracy.error, accuracy.deviation, seconds};
    ts_message_send(side->fd, TS_MESSAGE_VERIFIED, item, numbers, sizeof numbers);
}

bool ts_load_item(const ts_work *work, uint32_t i, ts_worker_side *side, ts_subject *out)
{
    const ts_work_item *item = &work->items[i];
    char symbol[64], prepare[64];
    snprintf(symbol, sizeof symbol, "ts_v_%s_call", item->variant->id);
    snprintf(prepare, sizeof prepare, "ts_v_%s_prepare_call", item->variant->id);
    *out = (ts_subject){.fixed_shape = item->variant->fixed_shape,
                        .huge_pages = item->variant->huge_pages,
                        .workspace_bytes = item->variant->workspace_bytes,
                        .cases = item->cases,
                        .case_count = item->case_count};
    side->board->phase = TS_PHASE_LOAD;
    out->call = ts_load_call(item->object, symbol);
    if (out->call && item->variant->prepares)
        out->prepare = ts_load_call(item->object, prepare);
    bool loaded = out->call && (out->prepare || !item->variant->prepares);
    if (!loaded)
        ts_send_failed(side, i, TS_STATUS_COMPILE_FAILED, TS_BLAME_OBJECT, NAN, ts_error());
    return loaded;
}

bool ts_load_oracle(const ts_work *work, ts_oracle *out)
{
    const bool fills = ts_kernel_fills_by_reference(work->problem->kernel);
    *out = (ts_oracle){.results = ts_load_call(work->reference_object, "ts_reference_call")};
    if (out->results && fills)
        out->inputs = ts_load_call(work->reference_object, "ts_inputs_call");
    return out->results && (out->inputs || !fills);
}

bool ts_load_verifier(const ts_work *work, ts_worker_side *side, ts_verifier *out)
{
    ts_oracle oracle;
    if (ts_load_oracle(work, &oracle) &&
        ts_verifier_open(work->problem, work->slots, work->references, oracle, side->board, out) == TS_OK)
        return true;
    ts_send_failed(side, UINT32_MAX, TS_STATUS_UNAVAILABLE, TS_BLAME_OBJECT, NAN, ts_error());
    return false;
}

/* Where the sandbox can't prevent it, a variant may have forked: in the copy of the worker this doesn't
 * return. */
static bool started_process(const ts_worker_side *side)
{
    siginfo_t info;
    if (getpid() != side->pid)
        _exit(0);
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

bool ts_send_verdict(const ts_worker_side *side, uint32_t item, int verdict, double error, const char *reason)
{
    if (started_process(side))
        ts_send_failed(side, item, TS_STATUS_CRASHED, TS_BLAME_VARIANT, error, "it started a process");
    else if (verdict == 0)
        ts_send_failed(side, item, TS_STATUS_WRONG, TS_BLAME_VARIANT, error, reason);
    else if (verdict < 0)
        ts_send_failed(side, item, TS_STATUS_UNAVAILABLE, TS_BLAME_VARIANT, error, ts_error());
    else
        return true;
    return false;
}

void ts_timed_call(void *timed)
{
    const ts_timed *t = timed;
    t->fn(&t->call);
}

void ts_priority_raise(const ts_worker_side *side)
{
    if (side->setup->realtime && ts_realtime())
        ts_threads_schedule(side, SCHED_FIFO);
}

void ts_priority_drop(const ts_worker_side *side)
{
    struct sched_param none = {.sched_priority = 0};
    ts_threads_schedule(side, SCHED_OTHER);
    sched_setscheduler(0, SCHED_OTHER, &none);
}
