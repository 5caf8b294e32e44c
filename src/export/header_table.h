/* The table form of the C header: one array and one lookup per kernel. */
#ifndef TS_EXPORT_HEADER_TABLE_H
#define TS_EXPORT_HEADER_TABLE_H

#include "export/header_model.h"
#include "util/str.h"

/** Tables of all kernels in `choices`, which are sorted by kernel. */
int ts_header_tables(const ts_choices *choices, ts_str *out);

#endif
