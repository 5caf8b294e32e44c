/* What doctor looks at. Readers take the root of the file system, so that tests can give them a folder; "" is
 * the real one. */
#ifndef TS_CLI_DOCTOR_H
#define TS_CLI_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

typedef enum ts_finding_state {
    TS_FINDING_OK,
    TS_FINDING_WARN,
    TS_FINDING_BAD,
    TS_FINDING_UNAVAILABLE
} ts_finding_state;
/** "ok", "warn", "bad", "unavailable". */
const char *ts_finding_state_name(ts_finding_state state);

typedef struct ts_finding {
    const char *name;
    ts_finding_state state;
    char seen[256];
    char next[256]; /**< what to do about it; "" when there is nothing to do */
} ts_finding;

#define TS_FINDINGS 24
typedef struct ts_diagnosis {
    ts_finding findings[TS_FINDINGS];
    size_t count;
} ts_diagnosis;

/** What makes a machine unfit, in one sentence. */
extern const char ts_fit_rule[];
/** No finding is bad. */
bool ts_is_fit(const ts_diagnosis *d);

/** Add a finding; fill in `seen` and `next` of what is returned. Never NULL: the last one is reused when
 * full. */
ts_finding *ts_finding_add(ts_diagnosis *d, const char *name, ts_finding_state state);

/* ---- what the system says (doctor_system.c)
 * ------------------------------------------------------------------ */
void ts_doctor_governor(ts_diagnosis *d, const char *root, int cpu);
void ts_doctor_turbo(ts_diagnosis *d, const char *root);
void ts_doctor_smt(ts_diagnosis *d, const char *root, int cpu);
void ts_doctor_huge_pages(ts_diagnosis *d, const char *root);
void ts_doctor_perf_access(ts_diagnosis *d, const char *root, bool is_root);
void ts_doctor_virtualisation(ts_diagnosis *d, const char *root);

/* ---- what the CPUs are doing (doctor_load.c)
 * ----------------------------------------------------------------- */

/** One line of /proc/stat, in clock ticks since boot. */
typedef struct ts_cpu_times {
    double busy, idle, steal;
} ts_cpu_times;
/** The line of a CPU, or of all together if cpu < 0; false if there is none. */
bool ts_read_cpu_times(const char *root, int cpu, ts_cpu_times *out);
/** Share of the time between two readings, 0..1; 0 if no time has passed. */
double ts_steal_share(const ts_cpu_times *from, const ts_cpu_times *to);
double ts_busy_share(const ts_cpu_times *from, const ts_cpu_times *to);
/** Steal since boot and during a moment, load of the measuring CPU and of all. `moment` seconds are slept. */
void ts_doctor_load(ts_diagnosis *d, const char *root, int cpu, double moment);

/* ---- what measurements show (doctor_measure.c)
 * --------------------------------------------------------------- */
void ts_doctor_timer(ts_diagnosis *d);
void ts_doctor_counters(ts_diagnosis *d);
/** Peak of the calling thread with and without work on CPU `other`; -1: there is no other. */
void ts_doctor_corunner(ts_diagnosis *d, int other);
void ts_doctor_noise(ts_diagnosis *d);

/** The noise finding from paired samples of two equal variants: interval of the ratio, tail, smallest visible
 * difference. */
void ts_judge_noise(ts_diagnosis *d, const double *a, const double *b, size_t rounds, bool realtime);

#endif
