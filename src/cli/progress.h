/* How a long command shows that it lives: one line that changes on a terminal, plain lines otherwise; always
 * on stderr. */
#ifndef TS_CLI_PROGRESS_H
#define TS_CLI_PROGRESS_H

#include "tilesmith.h"
#include "util/str.h"
#include <stdint.h>

typedef struct ts_progress {
    bool terminal;
    bool shown;       /**< a changing line stands on the terminal */
    uint64_t last_ns; /**< when something was last written */
    char phase[32];   /**< of the last line */
    size_t shape;
} ts_progress;

void ts_progress_begin(ts_progress *p);
/** Has the form of ts_tune_callbacks.progress; context is the ts_progress. */
void ts_progress_update(void *context, const ts_tune_progress *now);
/** The same for commands that know a step's name and how far they are (detect); context is the ts_progress.
 */
void ts_progress_step(void *context, const char *step, double fraction);
/** Take the changing line away. */
void ts_progress_end(ts_progress *p);

/** The changing line, fitted to less than `columns`. Appended. */
void ts_progress_line(const ts_tune_progress *now, int columns, ts_str *out);
/** The plain line. Appended. */
void ts_progress_plain(const ts_tune_progress *now, ts_str *out);
/** "3 wrong, 1 crashed"; "" when nothing failed. Appended. */
void ts_failures_text(const size_t by_status[TS_STATUS_COUNT], ts_str *out);

#endif
