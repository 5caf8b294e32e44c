/* Scores of search strategies, for people and as JSON; and what `simulate` and `score` have in common. */
#ifndef TS_CLI_SCORE_REPORT_H
#define TS_CLI_SCORE_REPORT_H

#include "cli/cli.h"
#include "cli/output.h"
#include "tilesmith.h"

/** The aggregate table, and one per strategy unless `brief`. */
int ts_score_report_print(const ts_score_report *report, bool brief, FILE *stream);
/** All but the curves; NULL when out of memory. */
json_t *ts_score_report_json(const ts_score_report *report);

/** Options that both commands have: read from --mode, --after. */
typedef struct ts_score_request {
    ts_score_options options;
    size_t budgets[16];
} ts_score_request;
int ts_score_request_read(const ts_args *args, ts_score_request *out);
/** Score, write --plot, print as --json and --brief say; `extra` (owned, may be NULL) goes into the JSON. An
 * exit status. */
int ts_score_and_print(const ts_args *args, const ts_spaces *spaces, const ts_trace *trace,
                       const ts_score_request *request, json_t *extra);

#endif
