/* What `explain` prints. */
#ifndef TS_CLI_EXPLAIN_REPORT_H
#define TS_CLI_EXPLAIN_REPORT_H

#include "tune/explain.h"
#include <jansson.h>

int ts_explain_print(const ts_explanation *e);
/** NULL when out of memory. */
json_t *ts_explain_json(const ts_explanation *e);

#endif
