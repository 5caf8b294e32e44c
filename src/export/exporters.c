#include "export/exporters.h"
#include <string.h>

const ts_exporter *ts_exporter_find(const char *name)
{
    for (const ts_exporter *const *e = ts_exporters; *e; e++)
        if (strcmp((*e)->name, name) == 0)
            return *e;
    return NULL;
}
