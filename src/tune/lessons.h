/* What the model of a kernel's variants and the results in the store say about the configurations of a
 * problem. */
#ifndef TS_TUNE_LESSONS_H
#define TS_TUNE_LESSONS_H

#include "tune/learned.h"
#include "tune/warm.h"

typedef struct ts_lessons ts_lessons;

/**
 * Learn: the model of the manifest's <nest> on this target, if it has one, corrected by `known` results of
 * the problem and by those of other shapes in the store. The query is copied; what it points to and `known`
 * are borrowed, `known` during the call.
 */
int ts_lessons_open(const ts_warm_query *query, const ts_observation *known, size_t count, ts_lessons **out);
void ts_lessons_close(ts_lessons *lessons);
/** Owned by the lessons. */
ts_learned *ts_lessons_learned(ts_lessons *lessons);
/** Why there is no model, one sentence; NULL if there is one. Borrowed. */
const char *ts_lessons_no_model(const ts_lessons *lessons);

#endif
