/*
 * The counters as software-defined events, for any PAPI tool. PAPI is not needed: its library of
 * software-defined events (libsde) is used if the program, or the tool that was put in front of it, has
 * loaded it. The interface is that of sde_lib.h, version 1 (PAPI 7): handles are pointers, callbacks return
 * long long.
 */
#include "runtime/internal.h"
#include <dlfcn.h>
#include <string.h>

/* Constants of sde_lib.h. */
#define SDE_READ_ONLY 0x00
#define SDE_DELTA     0x00
#define SDE_LONG_LONG 0x0

typedef void *sde_init(const char *library);
typedef int sde_register_callback(void *library, const char *event, int mode, int type,
                                  long long (*callback)(void *), void *parameter);
typedef int sde_describe(void *library, const char *event, const char *text);

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

/* Names are the process's, and a tool may read them until it ends: they are registered once, show the first
 * runtime that is open, and keep what closed ones counted. */
static pthread_mutex_t registering = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const ts_rt *exported;
static uint64_t closed[TSRT_COUNTERS];
static bool listening;

static long long read_event(void *parameter)
{
    const event *e = parameter;
    uint64_t sum = 0;
    pthread_mutex_lock(&lock);
    for (int c = (int)e->first; c <= (int)e->last; c++)
        sum += closed[c] + (exported != NULL ? tsrt_counted(exported, (tsrt_counter)c) : 0);
    pthread_mutex_unlock(&lock);
    return (long long)sum;
}

static bool symbol(const char *name, void *function)
{
    void *address = dlsym(RTLD_DEFAULT, name);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

static void register_events(void)
{
    sde_init *init;
    sde_register_callback *add;
    sde_describe *describe;
    if (!symbol("papi_sde_init", &init) || !symbol("papi_sde_register_counter_cb", &add) ||
        !symbol("papi_sde_describe_counter", &describe))
        return;
    void *library = init("tilesmith_rt");
    listening = library != NULL;
    for (size_t i = 0; listening && i < EVENTS; i++) {
        union { /* the callback takes it back as what it is */
            const event *in;
            void *out;
        } parameter = {.in = &events[i]};
        (void)add(library, events[i].name, SDE_READ_ONLY | SDE_DELTA, SDE_LONG_LONG, read_event,
                  parameter.out);
        (void)describe(library, events[i].name, events[i].text);
    }
}

void tsrt_sde_open(const ts_rt *rt)
{
    pthread_mutex_lock(&registering); /* the library may come after the first runtime */
    if (!listening)
        register_events();
    pthread_mutex_unlock(&registering);
    pthread_mutex_lock(&lock);
    if (exported == NULL)
        exported = rt;
    pthread_mutex_unlock(&lock);
}

void tsrt_sde_close(const ts_rt *rt)
{
    pthread_mutex_lock(&lock);
    for (int c = 0; exported == rt && c < TSRT_COUNTERS; c++)
        closed[c] += tsrt_counted(rt, (tsrt_counter)c);
    exported = exported == rt ? NULL : exported;
    pthread_mutex_unlock(&lock);
}
