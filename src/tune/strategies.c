/* See strategies.h. */
#include "tune/strategies.h"

#include "util/str.h"

#include <string.h>

const ts_strategy *ts_strategy_find(const char *name)
{
    for (const ts_strategy *const *s = ts_strategies; *s; s++)
        if (strcmp((*s)->name, name) == 0)
            return *s;
    return NULL;
}

int ts_strategy_named(const char *name, const ts_strategy **out)
{
    ts_str names = TS_STR_INIT;
    *out = ts_strategy_find(name);
    if (*out)
        return TS_OK;
    for (const ts_strategy *const *s = ts_strategies; *s; s++)
        ts_str_format(&names, "%s%s", s == ts_strategies ? "" : ", ", (*s)->name);
    int rc =
        ts_fail(TS_ENOTFOUND, "no search strategy is called '%s'; there are: %s", name, ts_str_text(&names));
    ts_str_free(&names);
    return rc;
}
