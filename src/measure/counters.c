/* Looking a counter backend up by name. */
#include "measure/counters.h"

#include <string.h>

const ts_counter_backend *ts_counter_backend_find(const char *name)
{
    for (const ts_counter_backend *const *b = ts_counter_backends; *b; b++) {
        if (strcmp((*b)->name, name) == 0) {
            return *b;
        }
    }
    ts_fail(TS_ENOTFOUND,
            "no counter backend is called '%s'; `tilesmith doctor` lists what can be counted here", name);
    return NULL;
}
