/* The command-line parser: options before or after operands, --name value or --name=value, -- ends them. */
#include "cli/args.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const ts_option ts_common_options[] = {
    {"json", NULL, NULL, "print the result as JSON", false},
    {"help", NULL, NULL, "describe this command (-h)", false},
    {NULL, NULL, NULL, NULL, false},
};

/** One option of the table with what was given for it. */
typedef struct given {
    const ts_option *option;
    const char **values; /* NULL-terminated; a switch has its own name as value */
    size_t count;
} given;

struct ts_args {
    const ts_command *command;
    given *given;
    size_t given_count;
    const char **operands;
    size_t operand_count;
};

/** Where the parser stands. */
typedef struct cursor {
    ts_args *args;
    char **argv;
    int argc, next;
    bool options_ended;
} cursor;

static size_t count_options(const ts_option *options)
{
    size_t n = 0;
    while (options && options[n].name)
        n++;
    return n;
}

static int new_args(const ts_command *command, int argc, ts_args **out)
{
    size_t own = count_options(command->options), common = count_options(ts_common_options);
    ts_args *args = calloc(1, sizeof *args);
    if (!args)
        return ts_fail(TS_ENOMEM, "out of memory while reading the command line");
    args->command = command;
    args->given = calloc(own + common, sizeof *args->given);
    args->operands = calloc((size_t)argc + 1, sizeof *args->operands);
    if (!args->given || !args->operands) {
        ts_args_free(args);
        return ts_fail(TS_ENOMEM, "out of memory while reading the command line");
    }
    args->given_count = own + common;
    for (size_t i = 0; i < own + common; i++)
        args->given[i].option = i < own ? &command->options[i] : &ts_common_options[i - own];
    *out = args;
    return TS_OK;
}

void ts_args_free(ts_args *args)
{
    if (!args)
        return;
    for (size_t i = 0; i < args->given_count; i++)
        free(args->given[i].values);
    free(args->given);
    free(args->operands);
    free(args);
}

static given *find_given(const ts_args *args, const char *name, size_t length)
{
    for (size_t i = 0; i < args->given_count; i++) {
        const char *known = args->given[i].option->name;
        if (strlen(known) == length && strncmp(known, name, length) == 0)
            return &args->given[i];
    }
    return NULL;
}

static int unknown_option(const ts_args *args, const char *text)
{
    size_t length = strcspn(text, "=");
    char *word = strndup(text + strspn(text, "-"), length > 2 ? length - strspn(text, "-") : 1);
    ts_suggestion near = {.word = word ? word : ""};
    for (size_t i = 0; i < args->given_count; i++)
        ts_suggest(&near, args->given[i].option->name);
    int code = near.best
                   ? ts_fail(TS_EINPUT, "unknown option %.*s for %s; did you mean --%s?", (int)length, text,
                             args->command->name, near.best)
                   : ts_fail(TS_EINPUT, "unknown option %.*s for %s; 'tilesmith help %s' lists its options",
                             (int)length, text, args->command->name, args->command->name);
    free(word);
    return code;
}

static int add_value(given *g, const char *value, int argc)
{
    const ts_option *option = g->option;
    if (g->count && !option->repeatable)
        return ts_fail(TS_EINPUT, "option --%s was given twice; give it once", option->name);
    if (!g->values)
        g->values = calloc((size_t)argc + 1, sizeof *g->values);
    if (!g->values)
        return ts_fail(TS_ENOMEM, "out of memory while reading the command line");
    g->values[g->count++] = value;
    return TS_OK;
}

static int parse_option(cursor *at, const char *text)
{
    if (strcmp(text, "-h") == 0)
        text = "--help";
    const char *name = text + 2;
    size_t length = strncmp(text, "--", 2) == 0 ? strcspn(name, "=") : 0;
    given *g = length ? find_given(at->args, name, length) : NULL;
    if (!g)
        return unknown_option(at->args, text);
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    const ts_option *option = g->option;
    if (!option->argument)
        return value ? ts_fail(TS_EINPUT, "option --%s takes no value", option->name)
                     : add_value(g, option->name, at->argc);
    if (!value && at->next < at->argc && strncmp(at->argv[at->next], "--", 2) != 0)
        value = at->argv[at->next++];
    if (!value)
        return ts_fail(TS_EINPUT, "option --%s needs a value: --%s %s", option->name, option->name,
                       option->argument);
    return add_value(g, value, at->argc);
}

static int check_operands(const ts_args *args)
{
    const ts_command *c = args->command;
    if (ts_args_switch(args, "help"))
        return TS_OK;
    if (args->operand_count < c->min_operands)
        return ts_fail(TS_EINPUT, "%s needs %s, for example: %s", c->name, c->operands,
                       c->examples && c->examples[0].command ? c->examples[0].command : c->operands);
    if (args->operand_count > c->max_operands)
        return ts_fail(TS_EINPUT, "%s does not take '%s'; its form is: tilesmith %s %s", c->name,
                       args->operands[c->max_operands], c->name,
                       c->operands[0] ? c->operands : "[--option …]");
    return TS_OK;
}

int ts_args_parse(const ts_command *command, int argc, char **argv, ts_args **out)
{
    ts_args *args = NULL;
    int rc = new_args(command, argc, &args);
    if (rc)
        return rc;
    cursor at = {.args = args, .argv = argv, .argc = argc};
    while (rc == TS_OK && at.next < argc) {
        const char *text = argv[at.next++];
        if (at.options_ended || text[0] != '-' || text[1] == '\0')
            args->operands[args->operand_count++] = text;
        else if (strcmp(text, "--") == 0)
            at.options_ended = true;
        else
            rc = parse_option(&at, text);
    }
    if (rc == TS_OK)
        rc = check_operands(args);
    if (rc == TS_OK)
        *out = args;
    else
        ts_args_free(args);
    return rc;
}

size_t ts_args_operands(const ts_args *args)
{
    return args->operand_count;
}

const char *ts_args_operand(const ts_args *args, size_t i)
{
    return i < args->operand_count ? args->operands[i] : NULL;
}

const char *const *ts_args_values(const ts_args *args, const char *option)
{
    const given *g = find_given(args, option, strlen(option));
    return g && g->count ? (const char *const *)g->values : NULL;
}

const char *ts_args_value(const ts_args *args, const char *option)
{
    const given *g = find_given(args, option, strlen(option));
    if (!g)
        return NULL;
    return g->count ? g->values[g->count - 1] : g->option->fallback;
}

bool ts_args_switch(const ts_args *args, const char *option)
{
    return ts_args_values(args, option) != NULL;
}

bool ts_args_json(const ts_args *args)
{
    return ts_args_switch(args, "json");
}
