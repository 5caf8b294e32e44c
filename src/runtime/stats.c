/*
 * What was done, counted without slowing it down: each thread adds to a line of its own by a plain load and
 * store, which costs a nanosecond where a locked addition costs five. Threads beyond TSRT_LINES - 1 share the
 * last line and do pay for the lock.
 */
#include "runtime/internal.h"
#include <string.h>

/* Which lines are taken in this process: a line serves the same thread in all runtimes. */
static _Atomic uint64_t taken;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool key_made;
_Thread_local unsigned tsrt_line_number __attribute__((tls_model("initial-exec")));

static void at_thread_end(void *line)
{
    unsigned number = (unsigned)(uintptr_t)line;
    tsrt_line_number = 0;
    if (number < TSRT_LINES)
        atomic_fetch_and_explicit(&taken, ~(UINT64_C(1) << (number - 1)), memory_order_release);
}

static void make_key(void)
{
    key_made = pthread_key_create(&key, at_thread_end) == 0;
}

/* A free line, or the shared one. Without a key nobody would give it back. */
unsigned tsrt_line_take(void)
{
    tsrt_line_number = TSRT_LINES;
    if (pthread_once(&once, make_key) != 0 || !key_made)
        return tsrt_line_number;
    uint64_t seen = atomic_load_explicit(&taken, memory_order_relaxed);
    for (unsigned i = 1; i < TSRT_LINES; i++) {
        uint64_t bit = UINT64_C(1) << (i - 1);
        if ((seen & bit) != 0)
            continue;
        if (!atomic_compare_exchange_strong_explicit(&taken, &seen, seen | bit, memory_order_acquire,
                                                     memory_order_relaxed)) {
            i = 0;
            continue;
        }
        if (pthread_setspecific(key, (void *)(uintptr_t)i) == 0)
            tsrt_line_number = i;
        else
            atomic_fetch_and_explicit(&taken, ~bit, memory_order_release);
        break;
    }
    return tsrt_line_number;
}
_Static_assert(TSRT_LINES <= 64, "lines are bits of a word");

uint64_t tsrt_counted(const ts_rt *rt, tsrt_counter counter)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < TSRT_LINES; i++)
        sum += atomic_load_explicit(&rt->lines[i].counters[counter], memory_order_relaxed);
    return sum;
}

int ts_rt_stats_read(const ts_rt *rt, ts_rt_stats *out)
{
    if (rt == NULL || out == NULL)
        return -1;
    *out = (ts_rt_stats){.misses = tsrt_counted(rt, TSRT_MISSES),
                         .calls = tsrt_counted(rt, TSRT_CALLS),
                         .flop = (double)tsrt_counted(rt, TSRT_FLOP),
                         .explorations = tsrt_counted(rt, TSRT_EXPLORATIONS),
                         .switches = tsrt_counted(rt, TSRT_SWITCHES),
                         .drifts = tsrt_counted(rt, TSRT_DRIFTS),
                         .rejected = tsrt_counted(rt, TSRT_REJECTED)};
    for (size_t i = 0; i < TS_RT_RUNGS; i++) {
        out->rungs[i] = tsrt_counted(rt, (tsrt_counter)i);
        out->lookups += out->rungs[i];
    }
    return 0;
}
