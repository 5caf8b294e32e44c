/* What the architecture-specific halves of host identification share. Private to host*.c. */
#ifndef TS_RUNTIME_HOST_PARTS_H
#define TS_RUNTIME_HOST_PARTS_H

#include "runtime/host.h"

/** Vendor, model, features, vectors and (where an instruction tells) caches of this architecture. One
 * definition per build. */
void ts_host_arch(ts_host *host);
/** What ts_host_identify() remembers, asked of the processor and the system. */
void ts_host_ask(ts_host *host);

/** Add a feature name (static text) unless it is there or the table is full. */
void ts_host_add(ts_host *host, const char *feature);

/** Fill the cache levels that are still unknown from a sysfs cache folder such as
 * /sys/devices/system/cpu/cpu0/cache. */
void ts_host_sysfs_caches(ts_host *host, const char *folder);

/** Read the first line of a small file without its newline, no allocation; the length, 0 if unreadable or
 * empty. */
size_t ts_host_read_line(const char *path, char *buffer, size_t size);

#endif
