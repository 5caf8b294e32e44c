/* What a model learns in place of the cost: a power of it, with bad values moved closer. Private to search/.
 */
#ifndef TS_SEARCH_RESPONSE_H
#define TS_SEARCH_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * How costs become responses: the transformation of Box & Cox (1964) with exponent -1/2 for times, which lies
 * between logarithm and speed and so tells good configurations apart better than bad ones. Negated rates are
 * treated as the times they stand for.
 */
typedef struct ts_response {
    enum { TS_RESPONSE_TIME, TS_RESPONSE_RATE, TS_RESPONSE_ANY } scale;
    double unit; /**< typical magnitude */
    double knee; /**< responses above are compressed: how bad a bad configuration is doesn't matter */
} ts_response;

/** Choose scale, unit and knee for these costs; sorts them. */
void ts_response_fit(ts_response *r, double *costs, size_t count);
/** False if the cost has a sign that the scale can't express: fit again. */
bool ts_response_takes(const ts_response *r, double cost);
double ts_response_of(const ts_response *r, double cost);

#endif
