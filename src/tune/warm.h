/* What earlier sessions know: results of this very problem, its incumbent, and winners of other shapes to
 * start from. */
#ifndef TS_TUNE_WARM_H
#define TS_TUNE_WARM_H

#include "store/store.h"
#include "tune/expect.h"

/** The problem at hand; borrowed. */
typedef struct ts_warm_query {
    ts_store *store; /**< NULL: nothing is known */
    const ts_problem *problem;
    const ts_target *target;
    int64_t target_id;
    const ts_space *space;
} ts_warm_query;

/** Earlier evaluations of configurations that are in the space, and how far each was from the reference (NAN
 * if that isn't known); *known and *deviations malloc'ed. */
int ts_warm_known(const ts_warm_query *q, ts_observation **known, double **deviations, size_t *count);
/** The current winner of this problem as a configuration of the space; TS_NO_CONFIG if there is none or it
 * isn't in the space any more. */
int ts_warm_incumbent(const ts_warm_query *q, uint64_t *config);
/**
 * Where to start: the manifest's seeds, then winners of the same kernel and type at other shapes (nearest in
 * log2 of the dimensions first), repaired into this space. *seeds malloc'ed; the first one is the manifest's
 * default if `has_default`.
 */
int ts_warm_seeds(const ts_warm_query *q, uint64_t **seeds, size_t *count, bool *has_default);

/** Other problems of this kernel and type that have winners here, nearest first, with this one's threads and
 * allowed error; at most `most` into `out`. */
int ts_warm_neighbours(const ts_warm_query *q, ts_problem *out, size_t most, size_t *count);

/** What results of the nearest other shape lead to expect here; *out NULL if too few are known. */
int ts_warm_transfer(const ts_warm_query *q, ts_transfer **out);

/** The configuration that such a JSON object describes: exactly, or else repaired into the space. False if
 * that can't be. */
bool ts_configuration_find(const ts_space *space, const char *json, bool exact, uint64_t *config);
/** A configuration as a JSON object with sorted keys, active parameters only; malloc'ed, NULL when out of
 * memory. */
char *ts_configuration_json(const ts_space *space, uint64_t config);

#endif
