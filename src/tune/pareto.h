/*
 * Time against error: the results of which none is both faster and more accurate. The first objective drives
 * the search; what else it came across is kept here.
 */
#ifndef TS_TUNE_PARETO_H
#define TS_TUNE_PARETO_H

#include "tilesmith_plugin.h"

/** A right result: how long it takes and how far it is from the reference. */
typedef struct ts_trade {
    uint64_t config;
    double seconds, deviation;
} ts_trade;

/** The set, fastest first: deviations fall. */
typedef struct ts_pareto {
    ts_trade *items;
    size_t count, capacity;
} ts_pareto;

/** Take it in unless something in the set is as good in both; what it beats leaves. NAN in either is ignored.
 */
int ts_pareto_add(ts_pareto *set, ts_trade trade);
/**
 * At most `most` members that show the whole range: the fastest, the most accurate, and between them those
 * whose deviations lie farthest from their neighbours' (in ratio). `out` has room for `most`; returns how
 * many.
 */
size_t ts_pareto_choose(const ts_pareto *set, size_t most, ts_trade *out);
void ts_pareto_clear(ts_pareto *set);

#endif
