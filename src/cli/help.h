/* Everything that is said about a command, from its table: help, man page, completion. */
#ifndef TS_CLI_HELP_H
#define TS_CLI_HELP_H

#include "cli/cli.h"
#include "util/str.h"

/** The command called `name`; TS_ENOTFOUND with the nearest one. */
int ts_command_find(const char *name, const ts_command **out);
/** The one screen: at most 24 lines of 80 columns. */
void ts_help_screen(ts_str *out);
void ts_help_command(const ts_command *command, ts_str *out);
/** roff for man(1); NULL: the page of the tool itself, tilesmith(1). */
void ts_man_page(const ts_command *command, ts_str *out);
/** Completion script for "bash", "zsh" or "fish"; TS_ENOTFOUND names these. */
int ts_completion_script(const char *shell, ts_str *out);
/** What may stand for a placeholder ("KERNEL", "STRATEGY", "FORMAT", …), one word a line; nothing where that
 * is unknown. */
int ts_completion_words(const char *placeholder, ts_str *out);

/** "--budget BUDGET", "--json". Appended. */
void ts_option_label(const ts_option *option, ts_str *out);
/** One line about the option with its default. Appended. */
void ts_option_text(const ts_option *option, ts_str *out);

#endif
