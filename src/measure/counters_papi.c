/*
 * Counters through PAPI (Browne et al., 2000). One event set per component, so that everything is counted
 * over the very same region: what doesn't fit beside the more important events is reported as needing another
 * pass, not estimated. Page faults, context switches and CPU time are taken from the operating system where
 * PAPI can't reach them.
 */
#include "measure/counters.h"
#include "measure/papi_events.h"

#include <math.h>
#include <papi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MOST_COUNTERS 32
#define MOST_EVENTS   16 /* per event set */
#define REASON        200
#define LABEL         120

/* What the kernel has counted for this thread so far. */
typedef struct os_counts {
    double task_clock_ns, page_faults, context_switches;
} os_counts;

/* An event of a set and the reading it is added to (energy sums over packages). */
typedef struct binding {
    size_t reading;
    double scale;
} binding;

typedef struct event_set {
    int id;
    size_t count;
    binding bindings[MOST_EVENTS];
} event_set;

typedef struct entry {
    char label[LABEL], reason[REASON];
    ts_os_count os; /* NONE unless the operating system counts this one */
} entry;

typedef struct papi_state {
    bool ours; /* we initialised the library, so we shut it down */
    event_set cpu, energy;
    os_counts begin;
    size_t count;
    ts_counter readings[MOST_COUNTERS];
    entry entries[MOST_COUNTERS];
} papi_state;

static os_counts read_os(void)
{
    os_counts now = {0};
    struct timespec cpu;
#if defined(RUSAGE_THREAD)
    struct rusage usage;
    if (getrusage(RUSAGE_THREAD, &usage) == 0) {
        now.page_faults = (double)(usage.ru_minflt + usage.ru_majflt);
        now.context_switches = (double)(usage.ru_nvcsw + usage.ru_nivcsw);
    }
#endif
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu) == 0) {
        now.task_clock_ns = 1e9 * (double)cpu.tv_sec + (double)cpu.tv_nsec;
    }
    return now;
}

static size_t new_reading(papi_state *s, const char *name, const char *unit)
{
    size_t i = s->count++;
    snprintf(s->entries[i].label, LABEL, "%s", name);
    s->readings[i] =
        (ts_counter){.name = s->entries[i].label, .unit = unit, .reason = s->entries[i].reason, .value = NAN};
    return i;
}

static void make_available(papi_state *s, size_t i)
{
    s->readings[i].available = true;
    s->readings[i].reason = NULL;
}

static bool add_to(event_set *set, int code, size_t reading, double scale)
{
    if (set->id == PAPI_NULL && PAPI_create_eventset(&set->id) != PAPI_OK) {
        return false;
    }
    if (set->count == MOST_EVENTS || PAPI_add_event(set->id, code) != PAPI_OK) {
        return false;
    }
    set->bindings[set->count++] = (binding){reading, scale};
    return true;
}

/* The same count from getrusage and the thread's clock, under a name that says so. */
static void substitute(papi_state *s, size_t i, const ts_papi_event *event)
{
    static const char *const names[] = {[TS_OS_TASK_CLOCK] = "clock_gettime::THREAD-CPUTIME",
                                        [TS_OS_PAGE_FAULTS] = "getrusage::PAGE-FAULTS",
                                        [TS_OS_CONTEXT_SWITCHES] = "getrusage::CONTEXT-SWITCHES"};
    if (event->substitute != TS_OS_NONE) {
        s->entries[i].os = event->substitute;
        snprintf(s->entries[i].label, LABEL, "%s", names[event->substitute]);
        make_available(s, i);
    }
}

static void open_event(papi_state *s, const ts_papi_event *event)
{
    int code = 0;
    size_t i = new_reading(s, event->name, event->unit);
    const char *found = ts_papi_probe(event, &code, s->entries[i].reason, REASON);
    if (!found) {
        substitute(s, i, event);
        return;
    }
    bool genuine = ts_papi_is_genuine(found, code, s->entries[i].label, LABEL);
    s->readings[i].unit = genuine ? event->unit : "user-defined";
    if (add_to(&s->cpu, code, i, 1)) {
        make_available(s, i);
    } else {
        snprintf(s->entries[i].reason, REASON,
                 "does not fit into one event set beside the counters above; needs another pass");
    }
}

/* Microjoules per count of an energy event of a whole package; 0 if it isn't one. */
static double energy_scale(const PAPI_event_info_t *info)
{
    bool package = strstr(info->symbol, "PACKAGE_ENERGY:") ||
                   (strstr(info->symbol, "ENERGY_UJ:ZONE") && !strstr(info->symbol, "SUBZONE"));
    if (!package) {
        return 0;
    }
    return strcmp(info->units, "nJ") == 0 ? 1e-3 : strcmp(info->units, "uJ") == 0 ? 1 : 0;
}

static bool open_energy_component(papi_state *s, size_t reading, const char *component)
{
    int index = PAPI_get_component_index(component), code = PAPI_NATIVE_MASK;
    bool any = false;
    if (index < 0 || PAPI_enum_cmp_event(&code, PAPI_ENUM_FIRST, index) != PAPI_OK) {
        return false;
    }
    do {
        PAPI_event_info_t info;
        double scale = PAPI_get_event_info(code, &info) == PAPI_OK ? energy_scale(&info) : 0;
        any = (scale > 0 && add_to(&s->energy, code, reading, scale)) || any;
    } while (PAPI_enum_cmp_event(&code, PAPI_ENUM_EVENTS, index) == PAPI_OK);
    return any;
}

static void open_energy(papi_state *s)
{
    size_t i = new_reading(s, "energy", "uJ");
    if (open_energy_component(s, i, "rapl") || open_energy_component(s, i, "powercap")) {
        make_available(s, i);
    } else {
        snprintf(s->entries[i].reason, REASON,
                 "no energy counter: PAPI has no working rapl or powercap component here (they need a bare "
                 "machine and read access "
                 "to /sys/class/powercap)");
    }
}

/* perf_event_paranoid above 1 forbids ordinary users to count in the kernel, and refuses events that would.
 */
static bool may_count_kernel(void)
{
    int paranoid = 2;
    FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "re");
    bool known = file && fscanf(file, "%d", &paranoid) == 1;
    if (file) {
        fclose(file);
    }
    return geteuid() == 0 || (known && paranoid <= 1);
}

/* Counting in the kernel too, where context switches happen, if the system permits it. */
static void choose_domain(void)
{
    int cpu = PAPI_get_component_index("perf_event");
    if (cpu >= 0 && may_count_kernel()) {
        PAPI_set_cmp_domain(PAPI_DOM_ALL, cpu);
    }
}

static void papi_close(void *state)
{
    papi_state *s = state;
    event_set *sets[] = {&s->cpu, &s->energy};
    for (size_t i = 0; i < 2; i++) {
        if (sets[i]->id != PAPI_NULL) {
            PAPI_cleanup_eventset(sets[i]->id);
            PAPI_destroy_eventset(&sets[i]->id);
        }
    }
    if (s->ours) {
        PAPI_shutdown();
    }
    free(s);
}

static int papi_open(void **state)
{
    papi_state *s = calloc(1, sizeof *s);
    *state = NULL;
    if (!s) {
        return ts_fail(TS_ENOMEM, "out of memory for counters");
    }
    s->cpu.id = s->energy.id = PAPI_NULL;
    s->ours = PAPI_is_initialized() == PAPI_NOT_INITED;
    const int wanted = PAPI_VER_CURRENT;
    int version = s->ours ? PAPI_library_init(wanted) : wanted;
    if (version != wanted) {
        free(s);
        return ts_fail(
            TS_ESYSTEM, "PAPI can't start (%s); reinstall it, or count nothing with --counters none",
            version < 0 ? PAPI_strerror(version) : "its library and header are of different versions");
    }
    choose_domain();
    for (const ts_papi_event *event = ts_papi_events; event->name; event++) {
        open_event(s, event);
    }
    open_energy(s);
    *state = s;
    return TS_OK;
}

static int start_set(const event_set *set)
{
    int error = set->count > 0 ? PAPI_start(set->id) : PAPI_OK;
    return error == PAPI_OK ? TS_OK
                            : ts_fail(TS_ESYSTEM, "PAPI could not start counting: %s", PAPI_strerror(error));
}

static int papi_start(void *state)
{
    papi_state *s = state;
    for (size_t i = 0; i < s->count; i++) {
        s->readings[i].value = NAN;
    }
    int status = start_set(&s->energy);
    if (status == TS_OK && (status = start_set(&s->cpu)) != TS_OK && s->energy.count > 0) {
        PAPI_stop(s->energy.id, NULL);
    }
    s->begin = read_os();
    return status;
}

static int stop_set(papi_state *s, const event_set *set)
{
    long long values[MOST_EVENTS];
    int error = set->count > 0 ? PAPI_stop(set->id, values) : PAPI_OK;
    if (error != PAPI_OK) {
        return ts_fail(TS_ESYSTEM, "PAPI could not stop counting: %s", PAPI_strerror(error));
    }
    for (size_t i = 0; i < set->count; i++) {
        ts_counter *reading = &s->readings[set->bindings[i].reading];
        double value = set->bindings[i].scale * (double)values[i];
        reading->value = isnan(reading->value) ? value : reading->value + value;
    }
    return TS_OK;
}

static int papi_stop(void *state)
{
    papi_state *s = state;
    os_counts end = read_os();
    int cpu = stop_set(s, &s->cpu), energy = stop_set(s, &s->energy);
    const double counts[] = {[TS_OS_NONE] = NAN,
                             [TS_OS_TASK_CLOCK] = end.task_clock_ns - s->begin.task_clock_ns,
                             [TS_OS_PAGE_FAULTS] = end.page_faults - s->begin.page_faults,
                             [TS_OS_CONTEXT_SWITCHES] = end.context_switches - s->begin.context_switches};
    for (size_t i = 0; i < s->count; i++) {
        if (s->entries[i].os != TS_OS_NONE) {
            s->readings[i].value = counts[s->entries[i].os];
        }
    }
    return cpu != TS_OK ? cpu : energy;
}

static const ts_counter *papi_read(void *state, size_t *count)
{
    papi_state *s = state;
    *count = s->count;
    return s->readings;
}

const ts_counter_backend ts_counters_papi = {
    .name = "papi",
    .summary =
        "hardware and software events through PAPI; what does not count here is listed with the reason",
    .open = papi_open,
    .start = papi_start,
    .stop = papi_stop,
    .read = papi_read,
    .close = papi_close,
};
