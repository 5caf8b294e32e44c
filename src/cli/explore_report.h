/* What `explore` prints. */
#ifndef TS_CLI_EXPLORE_REPORT_H
#define TS_CLI_EXPLORE_REPORT_H

#include "tune/explore.h"
#include <jansson.h>

int ts_explore_print(const ts_explore_question *q, const ts_explore_report *r);
/** NULL when out of memory. */
json_t *ts_explore_json(const ts_explore_question *q, const ts_explore_report *r);
/** Time against energy (or area, where energy isn't known) of all designs. *svg is malloc'ed. */
int ts_explore_picture(const ts_explore_question *q, const ts_explore_report *r, char **svg);

#endif
