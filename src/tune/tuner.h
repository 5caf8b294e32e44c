/* What the parts of ts_tune() share: one command's worth of state. Private to tune/. */
#ifndef TS_TUNE_TUNER_H
#define TS_TUNE_TUNER_H

#include "core/detect.h"
#include "store/store.h"
#include "tilesmith.h"
#include "tune/finals.h"
#include "tune/session.h"

typedef struct ts_tuner {
    const ts_tune_options *options;
    const ts_tune_callbacks *callbacks;
    const ts_strategy *strategy;
    const char **compilers; /**< NULL-terminated; items borrowed */
    ts_kernel *kernel;
    ts_problem *problems;
    size_t problem_count;
    ts_target *target;
    ts_store *store; /**< NULL in a dry run without a database */
    int64_t target_id;
    ts_stop_rule stop; /**< of each problem; without terms if none was given */
    bool predicts;     /**< with the model as evaluator */
    bool keep_pareto;  /**< the objective has the error in it */
    double started, deadline;
    double search_fraction; /**< of the problem's search, by its stop rule */
    ts_tune_progress progress;
    ts_tune_report *report;
} ts_tuner;

/** Kernel, problems, strategy, compilers, database and target from the options. */
int ts_tuner_open(ts_tuner *tuner);
void ts_tuner_close(ts_tuner *tuner);
/** The target of this host: from the store, or detected (2 s) and stored. */
int ts_tuner_target(ts_tuner *tuner);
/** Call the progress callback with this phase. */
void ts_tuner_progress(ts_tuner *tuner, const char *phase);
/** 0 to go on, 1 to stop cleanly, 2 to stop at once. */
int ts_tuner_interrupted(const ts_tuner *tuner);
/** Tune problem `i` and fill report->shapes[i]. */
int ts_tuner_problem(ts_tuner *tuner, size_t i);

#endif
