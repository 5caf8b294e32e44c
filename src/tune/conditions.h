/* The host's state while measuring, recorded with each session so that a doubtful result can be judged later.
 */
#ifndef TS_TUNE_CONDITIONS_H
#define TS_TUNE_CONDITIONS_H

#include "store/store.h"

/** Read /proc and /sys; what the system doesn't tell is NAN or "unavailable". Strings live in `text`. */
typedef struct ts_conditions_text {
    char governor[32], release[80], cpus[64];
} ts_conditions_text;
void ts_conditions_read(ts_conditions *conditions, ts_conditions_text *text);

#endif
