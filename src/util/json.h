/* JSON text out, deterministic: the same values give the same bytes. (Reading is jansson's job.) */
#ifndef TS_UTIL_JSON_H
#define TS_UTIL_JSON_H

#include "util/str.h"

/** Append a quoted, escaped string; bytes that are not UTF-8 become U+FFFD; NULL becomes null. */
void ts_json_string(ts_str *out, const char *text);
/** Append a number with the fewest digits that read back equal; null when it isn't finite. */
void ts_json_number(ts_str *out, double value);
/** Append an array of numbers. */
void ts_json_numbers(ts_str *out, const double *values, size_t count);

#endif
