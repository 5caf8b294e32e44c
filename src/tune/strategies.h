/* The search strategies, as listed by the build; see tilesmith_plugin.h. */
#ifndef TS_TUNE_STRATEGIES_H
#define TS_TUNE_STRATEGIES_H

#include "tilesmith_plugin.h"

extern const ts_strategy *const ts_strategies[];
/** NULL if there is none. */
const ts_strategy *ts_strategy_find(const char *name);
/** TS_ENOTFOUND with the names that there are. */
int ts_strategy_named(const char *name, const ts_strategy **out);

#endif
