/* The newest session while it runs, for whoever watches. */
#ifndef TS_STORE_LIVE_H
#define TS_STORE_LIVE_H

#include "store/store.h"
#include "util/vec.h"

/** Begin with zeros; strings owned, ts_live_clear(). */
typedef struct ts_live {
    int64_t session, newest; /**< row ids; session 0: there is none yet */
    char *kernel, *type, *problem, *target, *strategy, *stop_reason;
    char *best, *last; /**< configurations, JSON objects; NULL: none yet */
    bool ended;
    double seconds;      /**< from its beginning to now, or to its end */
    double silent;       /**< seconds since something was last stored */
    double flops, bytes; /**< of a call; NAN */
    double best_cost;    /**< seconds; NAN before the first success */
    ts_status last_status;
    size_t by_status[TS_STATUS_COUNT];
    TS_VEC(double) costs; /**< in the order of evaluation, NAN where one failed */
} ts_live;

/** Bring up to date: reads what is new, or begins again when a newer session has begun. */
int ts_store_live(ts_store *s, ts_live *live);
void ts_live_clear(ts_live *live);

#endif
