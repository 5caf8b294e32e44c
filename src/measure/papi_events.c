/*
 * The events worth counting around a kernel, and the probe. Being listed proves nothing: PAPI answers that an
 * event exists and refuses to add it, or adds it and counts nothing. So each is added, started and tried on
 * known work.
 */
#include "measure/papi_events.h"

#include <dirent.h>
#include <papi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FP_WIDTH(width)                                                                                      \
    {                                                                                                        \
        "FP_ARITH:" width, "instructions", {"FP_ARITH:" width, "FP_ARITH_INST_RETIRED:" width}, TS_OS_NONE   \
    }

const ts_papi_event ts_papi_events[] = {
    {"PAPI_TOT_CYC",
     "cycles",
     {"PAPI_TOT_CYC", "CPU_CLK_UNHALTED:THREAD_P", "CYCLES_NOT_IN_HALT", "CPU_CYCLES", "perf::CYCLES"},
     TS_OS_NONE},
    {"PAPI_TOT_INS",
     "instructions",
     {"PAPI_TOT_INS", "INST_RETIRED:ANY_P", "RETIRED_INSTRUCTIONS", "INST_RETIRED", "perf::INSTRUCTIONS"},
     TS_OS_NONE},
    {"PAPI_L1_DCM",
     "events",
     {"PAPI_L1_DCM", "L1D:REPLACEMENT", "L1D_CACHE_REFILL", "perf::L1-DCACHE-LOAD-MISSES"},
     TS_OS_NONE},
    {"PAPI_L2_DCM", "events", {"PAPI_L2_DCM", "L2_RQSTS:MISS", "L2D_CACHE_REFILL"}, TS_OS_NONE},
    {"PAPI_L3_TCM",
     "events",
     {"PAPI_L3_TCM", "LONGEST_LAT_CACHE:MISS", "L3D_CACHE_REFILL", "perf::CACHE-MISSES"},
     TS_OS_NONE},
    {"PAPI_TLB_DM",
     "events",
     {"PAPI_TLB_DM", "DTLB_LOAD_MISSES:WALK_COMPLETED", "L1D_TLB_REFILL", "perf::DTLB-LOAD-MISSES"},
     TS_OS_NONE},
    {"PAPI_BR_MSP",
     "events",
     {"PAPI_BR_MSP", "BR_MISP_RETIRED:ALL_BRANCHES", "RETIRED_BRANCH_INSTRUCTIONS_MISPREDICTED",
      "BR_MIS_PRED", "perf::BRANCH-MISSES"},
     TS_OS_NONE},
    {"PAPI_RES_STL",
     "cycles",
     {"PAPI_RES_STL", "CYCLE_ACTIVITY:STALLS_TOTAL", "STALL_BACKEND", "perf::STALLED-CYCLES-BACKEND"},
     TS_OS_NONE},
    {"PAPI_SP_OPS", "flops", {"PAPI_SP_OPS"}, TS_OS_NONE},
    {"PAPI_DP_OPS", "flops", {"PAPI_DP_OPS"}, TS_OS_NONE},
    {"PAPI_FP_OPS", "flops", {"PAPI_FP_OPS", "RETIRED_SSE_AVX_FLOPS:ANY"}, TS_OS_NONE},
    FP_WIDTH("SCALAR_SINGLE"),
    FP_WIDTH("128B_PACKED_SINGLE"),
    FP_WIDTH("256B_PACKED_SINGLE"),
    FP_WIDTH("512B_PACKED_SINGLE"),
    FP_WIDTH("SCALAR_DOUBLE"),
    FP_WIDTH("128B_PACKED_DOUBLE"),
    FP_WIDTH("256B_PACKED_DOUBLE"),
    FP_WIDTH("512B_PACKED_DOUBLE"),
    {"perf::TASK-CLOCK", "ns", {"perf::TASK-CLOCK"}, TS_OS_TASK_CLOCK},
    {"perf::PAGE-FAULTS", "events", {"perf::PAGE-FAULTS"}, TS_OS_PAGE_FAULTS},
    {"perf::CONTEXT-SWITCHES", "events", {"perf::CONTEXT-SWITCHES"}, TS_OS_CONTEXT_SWITCHES},
    {NULL, NULL, {NULL}, TS_OS_NONE},
};

/* PAPI codes of one try: what was being done when it failed. */
typedef struct attempt {
    const char *stage;
    int error; /* PAPI_OK if it counted */
    long long value;
} attempt;

static attempt count_known_work(int code)
{
    attempt a = {.stage = "create an event set", .value = 0};
    int set = PAPI_NULL;
    if ((a.error = PAPI_create_eventset(&set)) != PAPI_OK) {
        return a;
    }
    a.stage = "add";
    if ((a.error = PAPI_add_event(set, code)) == PAPI_OK) {
        a.stage = "start";
        if ((a.error = PAPI_start(set)) == PAPI_OK) {
            a.stage = "stop";
            ts_papi_known_work();
            a.error = PAPI_stop(set, &a.value);
        }
    }
    PAPI_cleanup_eventset(set);
    PAPI_destroy_eventset(&set);
    return a;
}

const char *ts_papi_no_hardware(char *text, size_t size)
{
    text[0] = '\0';
#if defined(__linux__)
    const char *folder = "/sys/bus/event_source/devices";
    DIR *devices = opendir(folder);
    bool found = devices == NULL; /* nothing known against it */
    for (struct dirent *entry; devices && !found && (entry = readdir(devices)) != NULL;) {
        found = strncmp(entry->d_name, "cpu", 3) == 0 || strncmp(entry->d_name, "arm", 3) == 0;
    }
    if (devices) {
        closedir(devices);
    }
    if (!found) {
        snprintf(text, size, "no PMU: the kernel lists none in %s, as in most virtual machines", folder);
    }
#else
    (void)size;
#endif
    return text;
}

/* The reason people can act on: no PMU at all, a disabled component, else PAPI's own words on the last try.
 */
static void explain(const ts_papi_event *event, const char *candidate, const attempt *a, char *reason,
                    size_t size)
{
    const PAPI_component_info_t *cpu = PAPI_get_component_info(PAPI_get_component_index("perf_event"));
    bool hardware = event->substitute == TS_OS_NONE;
    if (hardware && *ts_papi_no_hardware(reason, size)) {
        return;
    }
    if (cpu && cpu->disabled) {
        snprintf(reason, size, "PAPI's perf_event component is disabled: %s", cpu->disabled_reason);
    } else if (a->error == PAPI_OK) {
        snprintf(reason, size, "%s counted nothing in the self-test", candidate);
    } else {
        snprintf(reason, size, "PAPI could not %s %s: %s", a->stage, candidate, PAPI_strerror(a->error));
    }
}

const char *ts_papi_probe(const ts_papi_event *event, int *code, char *reason, size_t size)
{
    attempt last = {.stage = "find", .error = PAPI_ENOEVNT};
    const char *tried = event->candidates[0];
    for (size_t i = 0; i < TS_PAPI_CANDIDATES && event->candidates[i]; i++) {
        attempt a = {.stage = "find", .error = PAPI_event_name_to_code(event->candidates[i], code)};
        if (a.error == PAPI_OK) {
            a = count_known_work(*code);
            if (a.error == PAPI_OK && a.value > 0) {
                return event->candidates[i];
            }
        }
        if (i == 0 ||
            strcmp(a.stage, "find") != 0) { /* how far one got says more than a name of another vendor */
            last = a;
            tried = event->candidates[i];
        }
    }
    explain(event, tried, &last, reason, size);
    return NULL;
}

/* Events of the kernel's software PMU that a preset could be mistaken for. */
static bool is_kernel_clock(const char *term)
{
    return strstr(term, "CPU-CLOCK") || strstr(term, "TASK-CLOCK") || strstr(term, "cpu-clock") ||
           strstr(term, "task-clock");
}

bool ts_papi_is_genuine(const char *name, int code, char *label, size_t size)
{
    PAPI_event_info_t info;
    snprintf(label, size, "%s", name);
    if (strncmp(name, "PAPI_", 5) != 0 || PAPI_get_event_info(code, &info) != PAPI_OK) {
        return true;
    }
    bool genuine = getenv("PAPI_CSV_EVENT_FILE") == NULL;
    size_t used = (size_t)snprintf(label, size, "%s{", name);
    for (unsigned i = 0; i < info.count && used < size; i++) {
        used += (size_t)snprintf(label + used, size - used, "%s%s", i ? "," : "", info.name[i]);
        genuine = genuine && !is_kernel_clock(info.name[i]);
    }
    if (used < size) {
        snprintf(label + used, size - used, "}");
    }
    if (genuine) {
        snprintf(label, size, "%s", name);
    }
    return genuine;
}

void ts_papi_components(char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "%d.%d, components", PAPI_VERSION_MAJOR(PAPI_VERSION),
                                   PAPI_VERSION_MINOR(PAPI_VERSION));
    for (int i = 0; i < PAPI_num_components() && used < size; i++) {
        const PAPI_component_info_t *c = PAPI_get_component_info(i);
        used += (size_t)snprintf(text + used, size - used, c->disabled ? " (%s)" : " %s", c->name);
    }
}
