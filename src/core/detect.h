/* The machine we run on, as a target: asked (hwloc, CPUID, HWCAP) and measured where asking is not enough. */
#ifndef TS_CORE_DETECT_H
#define TS_CORE_DETECT_H

#include "core/target.h"

/** Called before each probe with its name and how far we are (0..1). NULL for silence. */
typedef void ts_detect_progress(void *context, const char *probe, double fraction);

/**
 * Describe the host. With `measure` (about 2 s on an idle core; pins the calling thread while it runs and
 * puts it back): core clock, peak FMA per type, load bandwidth and latency per level, effective cache sizes,
 * memory bandwidth. Without: only what the system says, in milliseconds. Attributes set (unit): arch vendor
 * model (strings); cores threads (1); feature.NAME = 1 for each feature bit present; vector.bits
 * vector.registers (1); vector.bytes (B); l1d.size l1d.line l1d.ways l1d.shared l2.* l3.* (B, 1); memory.size
 * (B); page.size (B); measured: clock.core (Hz) peak.f32 peak.f64 (flop/s, one core) l1d.bandwidth …
 * memory.bandwidth (B/s, one core), l1d.latency … memory.latency (s), l2.effective l3.effective (B),
 * fma.latency (cycles) fma.throughput (1/cycle).
 */
int ts_detect(bool measure, ts_detect_progress *progress, void *context, ts_target **out);
/** The fingerprint alone (16 hex digits and NUL): stable across reboots; hashes architecture, vendor, feature
 * bits, L1/L2 geometry. */
int ts_detect_fingerprint(char out[17]);
/** What a compiled variant needs of a machine: the host's feature bits, names joined by blanks (malloc'ed),
 * and its ABI ("x86_64 elf64 glibc"). libtilesmith-rt compares both before it loads one. */
int ts_detect_object_provenance(char **features, char abi[48]);
/** One quick reading (about `seconds`) of the FMA peak of the calling thread in flop/s; type "f32" or "f64".
 * 0 if the type is unknown. */
double ts_detect_peak(const char *type, double seconds);

#endif
