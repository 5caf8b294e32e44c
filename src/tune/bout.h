/* One problem on its way from the space to the stored winner. Private to tune/. */
#ifndef TS_TUNE_BOUT_H
#define TS_TUNE_BOUT_H

#include "core/roofline.h"
#include "tune/pareto.h"
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
    ts_pareto pareto; /**< of everything that is right: time against deviation */
    int64_t session_id;
    ts_str key, best_text;
    ts_roofline roofline; /**< by the target's rates */
    double finals_seconds;
    int interruptions; /**< when the finals began */
} ts_bout;

/** "algorithm=packed mr=6 …"; malloc'ed, NULL when out of memory. */
char *ts_bout_describe(const ts_bout *b, uint64_t config);

/* ---- crown.c --------------------------------------------------------------------------------- */

/** Render the winner once more and store it with all that is needed to build it again elsewhere. */
int ts_bout_crown(ts_bout *b);

/* ---- outcome.c ------------------------------------------------------------------------------- */

/** Fill the report in: before the search, after it, after the finals. */
int ts_bout_report_problem(ts_bout *b);
int ts_bout_report_search(ts_bout *b);
int ts_bout_report_winner(ts_bout *b);

#endif
