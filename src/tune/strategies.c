/* See strategies.h. */
#include "tune/strategies.h"

#include <string.h>

const ts_strategy *ts_strategy_find(const char *name)
{
    for (const ts_strategy *const *s = ts_strategies; *s; s++)
        if (strcmp((*s)->name, name) == 0)
            return *s;
    return NULL;
}
