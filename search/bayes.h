/* Bayesian optimisation, as `auto` and `surrogate` use it. Private to search/. */
#ifndef TS_SEARCH_BAYES_H
#define TS_SEARCH_BAYES_H

#include "tilesmith_plugin.h"

/** `informed`: sizes are expected to do best as powers of two, and to be told apart by divisibility. */
int ts_bayes_open(const ts_search *search, bool informed, void **state);
size_t ts_bayes_propose(void *state, size_t want, uint64_t *configs);
void ts_bayes_observe(void *state, const ts_observation *observations, size_t count);
void ts_bayes_decline(void *state, const uint64_t *configs, size_t count);
void ts_bayes_close(void *state);

#endif
