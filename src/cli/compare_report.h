/* What `compare` prints. */
#ifndef TS_CLI_COMPARE_REPORT_H
#define TS_CLI_COMPARE_REPORT_H

#include "compare/compare.h"
#include "util/vec.h"
#include <jansson.h>

/** All that was found; borrowed by those who print it. */
typedef struct ts_compare_findings {
    ts_comparison *comparison;
    TS_VEC(ts_breakeven) breakevens; /**< one for each row with two ranked targets */
    char **no_breakevens; /**< [breakevens.count] why there is none to be found; NULL where there is */
    TS_VEC(ts_portability *) portabilities;
    bool why; /**< print the chains too */
    int threads;
} ts_compare_findings;

int ts_compare_print(const ts_compare_findings *f);
/** NULL when out of memory. */
json_t *ts_compare_json(const ts_compare_findings *f);

#endif
