/* One problem on its way from the space to the stored winner. Private to tune/. */
#ifndef TS_TUNE_BOUT_H
#define TS_TUNE_BOUT_H

#include "core/roofline.h"
#include "tune/lessons.h"
#include "tune/pareto.h"
#include "tune/prune.h"
#include "tune/tuner.h"
#include "util/str.h"

typedef struct ts_bout {
    ts_tuner *tuner;
    const ts_problem *problem;
    ts_tune_shape *shape; /**< the report's */
    ts_space *space;
    ts_evaluator *evaluator;
    ts_value *slots;
    ts_session session;
    ts_finals finals;
    ts_observation *known;
    uint64_t *seeds;
    uint64_t incumbent, baseline;
    ts_lessons *lessons; /**< NULL: neither model nor other shapes are asked */
    ts_prune *prune;     /**< NULL: everything is evaluated */
    ts_pareto pareto;    /**< of everything that is right: time against deviation */
    int64_t session_id;
    ts_str key, best_text;
    ts_roofline roofline; /**< by the target's rates */
    double finals_seconds;
    int interruptions; /**< when the finals began */
} ts_bout;

/** "algorithm=packed mr=6 …"; malloc'ed, NULL when out of memory. */
char *ts_bout_describe(const ts_bout *b, uint64_t config);

/** Call the progress callback with how the search stands. */
void ts_bout_progress(ts_bout *b, const char *phase);

/* ---- predict.c ------------------------------------------------------------------------------- */

/** What model and results lead to expect, and what may be dropped for it, as the options ask. */
int ts_bout_learn(ts_bout *b, const ts_warm_query *query);
/** Search what the model predicts: report the best of that, measure and store nothing. */
int ts_bout_predict(ts_bout *b);
/** Into the report. */
void ts_bout_report_model(ts_bout *b);

/* ---- crown.c --------------------------------------------------------------------------------- */

/** Render the winner once more and store it with all that is needed to build it again elsewhere. */
int ts_bout_crown(ts_bout *b);

/* ---- outcome.c ------------------------------------------------------------------------------- */

/** Fill the report in: before the search, after it, after the finals. */
int ts_bout_report_problem(ts_bout *b);
int ts_bout_report_search(ts_bout *b);
int ts_bout_report_winner(ts_bout *b);

#endif
