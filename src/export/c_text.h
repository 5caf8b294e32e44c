/* C out of names and texts that come from a database: nothing in them may end a literal, a comment or a name
 * early. */
#ifndef TS_EXPORT_C_TEXT_H
#define TS_EXPORT_C_TEXT_H

#include "util/str.h"
#include <stdint.h>

/** A string literal; NULL becomes 0. */
void ts_c_string(ts_str *out, const char *text);
/** Text for the inside of a block comment, on one line. */
void ts_c_comment(ts_str *out, const char *text);
/** Letters, digits and underscores; upper case for macros, else as it stands. Other bytes become '_'. */
void ts_c_name(ts_str *out, const char *text, bool upper);
void ts_c_integer(ts_str *out, int64_t value);

/** Names given out so far: two texts that make the same name must not. */
typedef struct ts_c_names {
    char **items;
    size_t count, capacity;
} ts_c_names;
/** Append `name`, or `name`_2, _3 … if it is taken. False when out of memory. */
bool ts_c_unique(ts_c_names *names, const char *name, ts_str *out);
void ts_c_names_clear(ts_c_names *names);

#endif
