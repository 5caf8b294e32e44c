/* What `predict` found, for its table and its JSON. */
#ifndef TS_CLI_PREDICT_ROWS_H
#define TS_CLI_PREDICT_ROWS_H

#include "model/predict.h"
#include "util/vec.h"
#include <jansson.h>

/** One prediction: a problem, or a whole workload, on a target. */
typedef struct ts_predict_row {
    char *target, *shape, *type; /**< shape and type NULL for a workload */
    char *refusal;               /**< why there is no prediction; NULL: there is one */
    ts_predicted p;              /**< of a workload: totals; no levels */
    json_t *chain;               /**< facts and formulas, if asked for */
    ts_prediction *calls;        /**< of a workload: one for each of its calls */
} ts_predict_row;

/** What was asked. */
typedef struct ts_predict_question {
    const ts_kernel *kernel;     /**< NULL: it is a workload */
    const ts_workload *workload; /**< NULL: it is a kernel */
    const char *model, *config;
    double sparsity;
    int threads;
    bool why;
} ts_predict_question;

typedef struct ts_predict_rows {
    TS_VEC(ts_predict_row) rows;
} ts_predict_rows;

/** Add a row; what the machine can't do, or doesn't state, is one with a refusal. `problem` NULL: the
 * workload. */
int ts_predict_ask(ts_predict_rows *rows, const ts_predict_question *q, const ts_problem *problem,
                   const ts_target *target);
void ts_predict_rows_free(ts_predict_rows *rows);

/** Table, calls of a workload if there is one target, chains if asked for. */
int ts_predict_print(const ts_predict_rows *rows, const ts_predict_question *q);
/** Owned by the caller; NULL when out of memory. */
json_t *ts_predict_json(const ts_predict_rows *rows, const ts_predict_question *q);

#endif
