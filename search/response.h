/* What a model learns in place of the cost: its logarithm, with bad values moved closer. Private to search/.
 */
#ifndef TS_SEARCH_RESPONSE_H
#define TS_SEARCH_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

/** How costs become responses. Ratios matter for times and (negated) rates alike, hence logarithms. */
typedef struct ts_response {
    enum { TS_RESPONSE_LOG, TS_RESPONSE_LOG_NEGATED, TS_RESPONSE_ASINH } scale;
    double unit; /**< ASINH: typical magnitude */
    double knee; /**< responses above are compressed: how bad a bad configuration is doesn't matter */
} ts_response;

/** Choose scale and knee for these costs; sorts them. */
void ts_response_fit(ts_response *r, double *costs, size_t count);
/** False if the cost has a sign that the scale can't express: fit again. */
bool ts_response_takes(const ts_response *r, double cost);
double ts_response_of(const ts_response *r, double cost);

#endif
