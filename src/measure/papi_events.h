/* Which events the PAPI backend asks for, and finding out what really counts. Private to measure/. */
#ifndef TS_MEASURE_PAPI_EVENTS_H
#define TS_MEASURE_PAPI_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

/** The operating system's own count of the same thing, where PAPI can't reach it. */
typedef enum ts_os_count {
    TS_OS_NONE,
    TS_OS_TASK_CLOCK,
    TS_OS_PAGE_FAULTS,
    TS_OS_CONTEXT_SWITCHES
} ts_os_count;

#define TS_PAPI_CANDIDATES 5

/** Something worth counting: PAPI's preset, then native events of the vendors, then the kernel's generic one.
 */
typedef struct ts_papi_event {
    const char *name; /**< what it is called when nothing counts it */
    const char *unit;
    const char *candidates[TS_PAPI_CANDIDATES]; /**< NULL after the last */
    ts_os_count substitute;
} ts_papi_event;

/** Ends with a NULL name; in order of importance: earlier ones get the hardware's few counters. */
extern const ts_papi_event ts_papi_events[];

/**
 * The first candidate that counts: known to PAPI, added, started, and not zero after known work. *code is its
 * event code. NULL, and one sentence in `reason`, if none does.
 */
const char *ts_papi_probe(const ts_papi_event *event, int *code, char *reason, size_t size);

/**
 * The name to report for a preset: its own if it stands for hardware events, "NAME{what it really counts}"
 * and false if the preset was defined by the user ($PAPI_CSV_EVENT_FILE) or counts a clock of the kernel.
 */
bool ts_papi_is_genuine(const char *name, int code, char *label, size_t size);

/** Why hardware events can't be counted here, if the system says so; "" otherwise. */
const char *ts_papi_no_hardware(char *text, size_t size);

/** PAPI's version and its components, the disabled ones in parentheses. The library must be initialised. */
void ts_papi_components(char *text, size_t size);

/** A bit of everything that is counted: vector arithmetic, unpredictable branches, page faults, cache misses,
 * a wait. */
void ts_papi_known_work(void);

#endif
