/* The report of a tuning session, for people and as JSON. */
#ifndef TS_CLI_TUNE_REPORT_H
#define TS_CLI_TUNE_REPORT_H

#include "cli/output.h"
#include "tilesmith.h"

/** What was found, where the time went, what to do next. */
int ts_tune_report_print(const ts_tune_report *report, FILE *stream);
/** What a dry run found out: the space of each shape. */
int ts_tune_plan_print(const ts_tune_report *report, FILE *stream);
/** All of the report; NULL when out of memory. */
json_t *ts_tune_report_json(const ts_tune_report *report);

#endif
