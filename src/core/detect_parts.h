/* What the files of detect share: a description under construction. Private to detect*.c. */
#ifndef TS_CORE_DETECT_PARTS_H
#define TS_CORE_DETECT_PARTS_H

#include "core/detect.h"
#include "core/probe.h"
#include "runtime/host.h"

typedef struct ts_detector {
    ts_target *target;
    ts_host host;
    int status; /**< the first failure sticks; later additions do nothing */
    ts_detect_progress *progress;
    void *context;
} ts_detector;

/** Add an attribute; `source` is a format. */
void ts_detect_put(ts_detector *d, const char *name, ts_value value, const char *unit, double lo, double hi,
                   const char *source, ...) __attribute__((format(printf, 7, 8)));
void ts_detect_report(const ts_detector *d, const char *probe, double fraction);

/** Cores, hardware threads, packages, and what hwloc says of the caches. */
void ts_detect_topology(ts_detector *d);
/** Clock, peaks, latencies, bandwidths and effective sizes. */
void ts_detect_measure(ts_detector *d);
/** Caches, by latency over working-set size; `arena_size` is the largest set. */
void ts_detect_memory(ts_detector *d);

/** A number of kibibytes from /proc/meminfo ("MemTotal:"), in bytes; 0 if it isn't there. */
int64_t ts_detect_meminfo(const char *key);

/** "host-" and the words of the brand that people recognise and the fingerprint's first digits: letters,
 * digits and dashes only. */
void ts_detect_name(const ts_host *host, char *name, size_t size);

#endif
