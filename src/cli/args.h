/* The parser behind ts_args: made by main(), read by commands through cli.h. */
#ifndef TS_CLI_ARGS_H
#define TS_CLI_ARGS_H

#include "cli/cli.h"

/** --json and --help: understood by every command; ends with a NULL name. */
extern const ts_option ts_common_options[];

/** Parse what follows the command's name; strings are borrowed from argv. A mistake is TS_EINPUT with the
 * nearest suggestion. */
int ts_args_parse(const ts_command *command, int argc, char **argv, ts_args **out);
void ts_args_free(ts_args *args);

#endif
