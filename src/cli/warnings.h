/* What people should know about a result that was right to report but may mislead; each with the next action.
 */
#ifndef TS_CLI_WARNINGS_H
#define TS_CLI_WARNINGS_H

#include "tilesmith.h"

/** Print the warnings that a tuning report deserves to standard error. */
void ts_warn_about_tuning(const ts_tune_report *report);

#endif
