/* tilesmith help: one screen, one command, or all man pages. */
#include "cli/help.h"
#include "cli/output.h"
#include "util/file.h"
#include <string.h>

static const ts_option options[] = {
    {"man", NULL, NULL, "print the man page (roff) of COMMAND, or of tilesmith itself", false},
    {"man-all", "DIR", NULL, "write tilesmith.1 and a page for each command into DIR", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith help", "The three jobs and the commands, on one screen."},
    {"tilesmith help tune", "What tune does, its options, examples."},
    {"tilesmith help tune --man | man -l -", "The man page without installing it."},
    {NULL, NULL},
};

static int write_page(const char *folder, const ts_command *command)
{
    ts_str page = TS_STR_INIT, path = TS_STR_INIT;
    ts_man_page(command, &page);
    ts_str_format(&path, "%s/tilesmith%s%s.1", folder, command ? "-" : "", command ? command->name : "");
    int rc = page.failed || path.failed ? ts_fail(TS_ENOMEM, "out of memory while writing man pages")
                                        : ts_file_write(ts_str_text(&path), ts_str_text(&page), page.length);
    ts_str_free(&page);
    ts_str_free(&path);
    return rc;
}

static int write_all_pages(const char *folder)
{
    int rc = ts_file_mkdirs(folder);
    if (rc == TS_OK)
        rc = write_page(folder, NULL);
    for (size_t i = 0; rc == TS_OK && ts_commands[i]; i++)
        rc = write_page(folder, ts_commands[i]);
    return rc;
}

static json_t *options_json(const ts_option *o)
{
    json_t *array = json_array();
    for (; o && o->name; o++)
        json_array_append_new(array,
                              json_pack("{s:s, s:o, s:o, s:s, s:b}", "name", o->name, "argument",
                                        ts_json_text(o->argument), "default", ts_json_text(o->fallback),
                                        "text", o->text, "repeatable", o->repeatable));
    return array;
}

static json_t *command_json(const ts_command *c)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", c->name, "summary", c->summary, "operands",
                     c->operands, "description", c->description, "options", options_json(c->options));
}

static int print_json(const ts_command *command)
{
    if (command)
        return ts_json_print(command_json(command));
    json_t *array = json_array();
    for (size_t i = 0; ts_commands[i]; i++)
        json_array_append_new(array, command_json(ts_commands[i]));
    return ts_json_print(array);
}

static int run(const ts_args *args)
{
    const ts_command *command = NULL;
    const char *name = ts_args_operand(args, 0), *folder = ts_args_value(args, "man-all");
    int rc = name ? ts_command_find(name, &command) : TS_OK;
    if (rc || folder)
        return ts_report_failure(rc ? rc : write_all_pages(folder));
    if (ts_args_json(args))
        return print_json(command);
    ts_str text = TS_STR_INIT;
    if (ts_args_switch(args, "man"))
        ts_man_page(command, &text);
    else if (command)
        ts_help_command(command, &text);
    else
        ts_help_screen(&text);
    fputs(ts_str_text(&text), stdout);
    ts_str_free(&text);
    return 0;
}

const ts_command ts_command_help = {
    .name = "help",
    .summary = "explain a command, its options and give examples",
    .operands = "[COMMAND]",
    .description = "Without COMMAND: the three main jobs and the list of commands. The text comes from the "
                   "same tables that the "
                   "parser and the man pages use.",
    .options = options,
    .examples = examples,
    .max_operands = 1,
    .minor = true,
    .run = run,
};
