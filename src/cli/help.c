/* `tilesmith help` and `tilesmith help COMMAND`, from the option tables. */
#include "cli/help.h"
#include "cli/args.h"
#include "cli/output.h"
#include "tilesmith.h"
#include <string.h>

#define WIDTH 80

/* The three jobs that the tool is for; everything else follows from them. */
static const struct {
    const char *job, *command;
} jobs[] = {
    {"Tune kernels for a new machine", "tilesmith tune gemm"},
    {"Export tuned configurations", "tilesmith export --format header"},
    {"Compare hardware targets", "tilesmith compare"},
};

int ts_command_find(const char *name, const ts_command **out)
{
    ts_suggestion near = {.word = name};
    for (size_t i = 0; ts_commands[i]; i++) {
        if (strcmp(ts_commands[i]->name, name) == 0) {
            *out = ts_commands[i];
            return TS_OK;
        }
        ts_suggest(&near, ts_commands[i]->name);
    }
    if (near.best)
        return ts_fail(TS_ENOTFOUND, "no command '%s'; did you mean 'tilesmith %s'?", name, near.best);
    return ts_fail(TS_ENOTFOUND, "no command '%s'; 'tilesmith help' lists them", name);
}

void ts_option_label(const ts_option *option, ts_str *out)
{
    ts_str_format(out, "--%s%s%s", option->name, option->argument ? " " : "",
                  option->argument ? option->argument : "");
}

void ts_option_text(const ts_option *option, ts_str *out)
{
    ts_str_append(out, option->text);
    if (option->fallback)
        ts_str_format(out, " (default: %s)", option->fallback);
    if (option->repeatable)
        ts_str_append(out, "; may be repeated");
}

void ts_help_screen(ts_str *out)
{
    ts_str_format(out, "Tilesmith %s finds the fastest variant of a kernel on this machine.\n\n",
                  TILESMITH_VERSION);
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++)
        ts_str_format(out, "%d. %-32s %s\n", (int)i + 1, jobs[i].job, jobs[i].command);
    ts_str_append(out, "\nCommands:\n");
    for (size_t i = 0; ts_commands[i]; i++)
        if (!ts_commands[i]->minor)
            ts_str_format(out, "  %-9s%s\n", ts_commands[i]->name, ts_commands[i]->summary);
    const char *separator = "  also: ";
    for (size_t i = 0; ts_commands[i]; i++) {
        if (!ts_commands[i]->minor)
            continue;
        ts_str_format(out, "%s%s", separator, ts_commands[i]->name);
        separator = ", ";
    }
    ts_str_append(out, "\n");
    ts_str_append(out, "\n'tilesmith help COMMAND' or 'man tilesmith-COMMAND' tells the rest.\n"
                       "Every command takes --json. Exit status: 0 well, 1 no, 2 bad input.\n");
}

static size_t label_width(const ts_option *options)
{
    size_t widest = 0;
    for (; options && options->name; options++) {
        size_t width = strlen(options->name) + (options->argument ? strlen(options->argument) + 1 : 0) + 2;
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* Label and text side by side; continuation lines stand under the text. */
static void two_columns(ts_str *out, const char *label, const char *text, size_t width)
{
    ts_str wrapped = TS_STR_INIT;
    ts_wrap(&wrapped, text, width + 4, WIDTH);
    ts_str_format(out, "  %-*s  %s", (int)width, label, ts_str_text(&wrapped) + width + 4);
    ts_str_free(&wrapped);
}

static void list_options(const ts_option *options, size_t width, ts_str *out)
{
    for (; options && options->name; options++) {
        ts_str label = TS_STR_INIT, text = TS_STR_INIT;
        ts_option_label(options, &label);
        ts_option_text(options, &text);
        two_columns(out, ts_str_text(&label), ts_str_text(&text), width);
        ts_str_free(&label);
        ts_str_free(&text);
    }
}

void ts_help_command(const ts_command *c, ts_str *out)
{
    ts_str_format(out, "tilesmith %s: %s\n\n", c->name, c->summary);
    ts_str text = TS_STR_INIT;
    ts_str_format(&text, "Usage: tilesmith %s%s%s [--option [value]]...\n\n", c->name,
                  c->operands[0] ? " " : "", c->operands);
    ts_str_append(&text, c->description);
    if (c->more)
        c->more(&text);
    ts_wrap(out, ts_str_text(&text), 0, WIDTH);
    ts_str_free(&text);
    size_t own = label_width(c->options), common = label_width(ts_common_options);
    ts_str_append(out, "\nOptions:\n");
    list_options(c->options, own > common ? own : common, out);
    list_options(ts_common_options, own > common ? own : common, out);
    if (c->examples && c->examples[0].command)
        ts_str_append(out, "\nExamples:\n");
    for (const ts_example *e = c->examples; e && e->command; e++)
        ts_str_format(out, "  %s\n      %s\n", e->command, e->text);
}
