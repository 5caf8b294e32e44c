/*
 * The counters as software-defined events, for any PAPI tool. PAPI is not needed: its library of
 * software-defined events (libsde) is used if the program, or the tool that was put in front of it, has
 * loaded it. The interface is that of sde_lib.h, version 1 (PAPI 7): handles are pointers, callbacks return
 * long long.
 */
#include "runtime/internal.h"
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

/* Constants of sde_lib.h. */
#define SDE_READ_ONLY 0x00
#define SDE_DELTA     0x00
#define SDE_LONG_LONG 0x0

typedef void *sde_init(const char *library);
typedef int sde_register_callback(void *library, const char *event, int mode, int type,
                                  long long (*callback)(void *), void *parameter);
typedef int sde_describe(void *library, const char *event, const char *text);
typedef int sde_unregister(void *library, const char *event);

typedef struct event {
    const char *name, *text;
    tsrt_counter first, last; /**< the sum of these */
} event;

static const event events[] = {
    {"lookups", "lookups answered", TSRT_RUNG_0, TSRT_RUNG_LAST},
    {"hits_exact", "lookups answered from the exact rung", (tsrt_counter)TS_RT_EXACT,
     (tsrt_counter)TS_RT_EXACT},
    {"hits_nearest", "lookups answered from the nearest rung", (tsrt_counter)TS_RT_NEAREST,
     (tsrt_counter)TS_RT_NEAREST},
    {"hits_family", "lookups answered by the family default", (tsrt_counter)TS_RT_FAMILY,
     (tsrt_counter)TS_RT_FAMILY},
    {"hits_default", "lookups answered by the built-in default", (tsrt_counter)TS_RT_DEFAULT,
     (tsrt_counter)TS_RT_DEFAULT},
    {"hits_pinned", "lookups answered by a pinned variant", (tsrt_counter)TS_RT_PINNED,
     (tsrt_counter)TS_RT_PINNED},
    {"misses", "lookups that nothing could answer", TSRT_MISSES, TSRT_MISSES},
    {"calls", "products computed", TSRT_CALLS, TSRT_CALLS},
    {"flop", "floating-point operations of them; per second, GFLOP/s", TSRT_FLOP, TSRT_FLOP},
    {"explorations", "calls that tried another variant", TSRT_EXPLORATIONS, TSRT_EXPLORATIONS},
    {"switches", "changes of a chosen variant", TSRT_SWITCHES, TSRT_SWITCHES},
    {"drifts", "changes of a chosen variant's time", TSRT_DRIFTS, TSRT_DRIFTS},
    {"rejected", "variants whose result didn't hold", TSRT_REJECTED, TSRT_REJECTED},
};
enum { EVENTS = sizeof events / sizeof *events };

/* Names are the process's: the first runtime that is open takes them. */
static _Atomic(ts_rt *) exporter;
static pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER;

static long long read_event(void *parameter)
{
    const event *e = parameter;
    uint64_t sum = 0;
    pthread_mutex_lock(&reading);
    const ts_rt *rt = atomic_load_explicit(&exporter, memory_order_acquire);
    for (int c = (int)e->first; rt != NULL && c <= (int)e->last; c++)
        sum += tsrt_counted(rt, (tsrt_counter)c);
    pthread_mutex_unlock(&reading);
    return (long long)sum;
}

static bool symbol(const char *name, void *function)
{
    void *address = dlsym(RTLD_DEFAULT, name);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

void tsrt_sde_open(ts_rt *rt)
{
    sde_init *init;
    sde_register_callback *add;
    sde_describe *describe;
    ts_rt *none = NULL;
    if (!symbol("papi_sde_init", &init) || !symbol("papi_sde_register_counter_cb", &add) ||
        !symbol("papi_sde_describe_counter", &describe) ||
        !atomic_compare_exchange_strong(&exporter, &none, rt))
        return;
    rt->sde = init("tilesmith_rt");
    for (size_t i = 0; rt->sde != NULL && i < EVENTS; i++) {
        union {
            const event *in;
            void *out;
        } parameter = {.in = &events[i]};
        (void)add(rt->sde, events[i].name, SDE_READ_ONLY | SDE_DELTA, SDE_LONG_LONG, read_event,
                  parameter.out);
        (void)describe(rt->sde, events[i].name, events[i].text);
    }
}

void tsrt_sde_close(ts_rt *rt)
{
    ts_rt *self = rt;
    pthread_mutex_lock(&reading);
    bool was_ours = atomic_compare_exchange_strong(&exporter, &self, NULL);
    pthread_mutex_unlock(&reading);
    sde_unregister *drop;
    if (!was_ours || rt->sde == NULL || !symbol("papi_sde_unregister_counter", &drop))
        return;
    for (size_t i = 0; i < EVENTS; i++)
        (void)drop(rt->sde, events[i].name);
}
