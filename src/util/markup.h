/* Text inside HTML, XML and SVG. */
#ifndef TS_UTIL_MARKUP_H
#define TS_UTIL_MARKUP_H

#include "util/str.h"

/** Append text with &, <, > and quotes as entities; what is no character there becomes U+FFFD. */
void ts_markup_text(ts_str *out, const char *text);

#endif
