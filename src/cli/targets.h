/* The machines that commands reason about. */
#ifndef TS_CLI_TARGETS_H
#define TS_CLI_TARGETS_H

#include "core/target.h"

/**
 * A described target by name or path; NULL: this machine, as the database (NULL: the usual one) has it if it
 * was there when something was tuned, else detected now, which takes about two seconds.
 */
int ts_cli_target(const char *name, const char *database, ts_target **out);

#endif
