/* The exporters, as listed by the build; see tilesmith_plugin.h. */
#ifndef TS_EXPORT_EXPORTERS_H
#define TS_EXPORT_EXPORTERS_H

#include "tilesmith_plugin.h"

extern const ts_exporter *const ts_exporters[];
const ts_exporter *ts_exporter_find(const char *name);

#endif
