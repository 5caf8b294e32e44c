/* Numbers and text, always with a decimal point: a program that calls setlocale() must not change what our
 * files mean. */
#ifndef TS_UTIL_NUMBER_H
#define TS_UTIL_NUMBER_H

#include <stddef.h>

/** strtod() of the C locale. */
double ts_strtod(const char *text, char **end);
/**
 * A finite real with the fewest digits that read back equal, recognisable as a real ("2.0", "1e+20");
 * infinities and NAN as "inf", "-inf", "nan". Returns `buffer`; 32 bytes are enough.
 */
const char *ts_real_text(double r, char *buffer, size_t size);

#endif
