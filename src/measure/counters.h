/* The counter backends, as listed by the build; see tilesmith_plugin.h. */
#ifndef TS_MEASURE_COUNTERS_H
#define TS_MEASURE_COUNTERS_H

#include "tilesmith_plugin.h"

/** All backends, NULL-terminated, sorted by name (generated table). */
extern const ts_counter_backend *const ts_counter_backends[];
const ts_counter_backend *ts_counter_backend_find(const char *name);

#endif
