/*
 * The command line: one option table per command feeds the parser, `help`, the man pages and the completions.
 * A command is one file, cmd_<name>.c, that defines `const ts_command ts_command_<name>`.
 */
#ifndef TS_CLI_CLI_H
#define TS_CLI_CLI_H

#include "tilesmith_plugin.h"
#include <stdio.h>

struct ts_str;

/** Parsed command line. */
typedef struct ts_args ts_args;

typedef struct ts_example {
    const char *command; /**< as typed */
    const char *text;    /**< what it does */
} ts_example;

typedef struct ts_command {
    const char *name;
    const char *summary;               /**< one line for `tilesmith help` */
    const char *operands;              /**< "KERNEL", "[kernels|targets]", "" */
    const char *description;           /**< paragraphs for the man page, blank-line separated */
    void (*more)(struct ts_str *text); /**< NULL, or appends what is only known when running (formats,
                                          strategies) to the description */
    const ts_option *options;          /**< ends with a NULL name; --json, --help are common to all */
    const ts_example *examples;        /**< ends with a NULL command */
    size_t min_operands, max_operands;
    bool minor; /**< rarely needed: `tilesmith help` names it without a line of its own */
    int (*run)(const ts_args *args); /**< exit status: 0 well; 1 the answer is no, or a bug; 2 bad input */
} ts_command;

extern const ts_command *const ts_commands[]; /* generated, sorted, NULL-terminated */

size_t ts_args_operands(const ts_args *args);
const char *ts_args_operand(const ts_args *args, size_t i);
/** Value of an option, its fallback if not given, NULL if neither; for a repeatable one the last. */
const char *ts_args_value(const ts_args *args, const char *option);
bool ts_args_switch(const ts_args *args, const char *option);
/** All values of a repeatable option, NULL-terminated; NULL if it was not given. Borrowed. */
const char *const *ts_args_values(const ts_args *args, const char *option);
bool ts_args_json(const ts_args *args);

/** Spell "did you mean" by offering every candidate; `best` stays NULL when none is near. */
typedef struct ts_suggestion {
    const char *word; /**< what was typed */
    const char *best;
    size_t distance;
} ts_suggestion;
void ts_suggest(ts_suggestion *suggestion, const char *candidate);

/** Parse "60s", "2m", "200": seconds or evaluations (the other is left 0). */
int ts_parse_budget(const char *text, double *seconds, size_t *evaluations);
int ts_parse_u64(const char *option, const char *text, uint64_t *out);

/** Print the last error as "tilesmith: SENTENCE" to stderr and return the exit status for `code`. */
int ts_report_failure(int code);

#endif
