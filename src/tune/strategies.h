/* The search strategies, as listed by the build; see tilesmith_plugin.h. */
#ifndef TS_TUNE_STRATEGIES_H
#define TS_TUNE_STRATEGIES_H

#include "tilesmith_plugin.h"

extern const ts_strategy *const ts_strategies[];
const ts_strategy *ts_strategy_find(const char *name);

#endif
