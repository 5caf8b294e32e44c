/* A running session on the terminal. */
#ifndef TS_CLI_WATCH_H
#define TS_CLI_WATCH_H

#include "store/live.h"
#include "util/str.h"

/** What is drawn: a few lines of less than `columns` columns each. `blocks`: the terminal knows UTF-8. */
void ts_watch_screen(const ts_live *live, int columns, bool blocks, ts_str *out);
/** One plain line for files and pipes. */
void ts_watch_line(const ts_live *live, ts_str *out);

#endif
