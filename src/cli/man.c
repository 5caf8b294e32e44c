/* Man pages in roff (man(7) macros), from the option tables. No date: the same sources give the same bytes.
 */
#include "cli/args.h"
#include "cli/help.h"
#include "tilesmith.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Text that troff must take literally: escapes, and the characters that are commands at the start of a line.
 */
static void literal(ts_str *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        bool line_start = p == text || p[-1] == '\n';
        if (line_start && *p == ' ') { /* a list: every item on a line of its own */
            ts_str_append(out, ".br\n");
            p += strspn(p, " ");
        }
        if (line_start && (*p == '.' || *p == '\''))
            ts_str_append(out, "\\&");
        if (*p == '\\')
            ts_str_append(out, "\\e");
        else if (*p == '-')
            ts_str_append(out, "\\-");
        else if (*p == '\'')
            ts_str_append(out, "\\(aq");
        else
            ts_str_append_n(out, p, 1);
    }
}

static void upper(ts_str *out, const char *text)
{
    for (; *text; text++)
        ts_str_format(out, "%c", toupper((unsigned char)*text));
}

static void section(ts_str *out, const char *name)
{
    ts_str_format(out, ".SH %s\n", name);
}

static void tagged(ts_str *out, const char *tag, const char *text)
{
    ts_str_append(out, ".TP\n.B ");
    literal(out, tag);
    ts_str_append(out, "\n");
    literal(out, text);
    ts_str_append(out, "\n");
}

static void paragraphs(ts_str *out, const char *text)
{
    for (const char *p = text; *p;) {
        const char *end = strstr(p, "\n\n");
        size_t length = end ? (size_t)(end - p) : strlen(p);
        char *one = strndup(p, length);
        ts_str_append(out, p == text ? "" : ".PP\n");
        literal(out, one ? one : "");
        ts_str_append(out, "\n");
        free(one);
        p += length + (end ? 2 : 0);
    }
}

static void options(ts_str *out, const ts_option *table)
{
    for (; table && table->name; table++) {
        ts_str label = TS_STR_INIT, text = TS_STR_INIT;
        ts_option_label(table, &label);
        ts_option_text(table, &text);
        tagged(out, ts_str_text(&label), ts_str_text(&text));
        ts_str_free(&label);
        ts_str_free(&text);
    }
}

static void exit_status(ts_str *out)
{
    section(out, "EXIT STATUS");
    tagged(out, "0", "Done, and the answer is yes.");
    tagged(out, "1",
           "Done, and the answer is no (stale winners, a machine unfit to measure on); or an error of "
           "Tilesmith itself.");
    tagged(out, "2",
           "The input is wrong or the system refused: one sentence on standard error says what to do.");
    tagged(out, "130", "Interrupted; what was measured is kept.");
}

static void title(ts_str *out, const char *name)
{
    ts_str_append(out, ".TH ");
    upper(out, name);
    ts_str_format(out, " 1 \"\" \"Tilesmith %s\" \"Tilesmith manual\"\n", TILESMITH_VERSION);
}

static void command_page(const ts_command *c, ts_str *out)
{
    ts_str name = TS_STR_INIT, text = TS_STR_INIT;
    ts_str_format(&name, "tilesmith-%s", c->name);
    title(out, ts_str_text(&name));
    section(out, "NAME");
    literal(out, ts_str_text(&name));
    ts_str_append(out, " \\- ");
    literal(out, c->summary);
    ts_str_append(out, "\n");
    section(out, "SYNOPSIS");
    ts_str_format(out, ".B tilesmith %s\n", c->name);
    literal(out, c->operands);
    ts_str_append(out, c->operands[0] ? "\n" : "");
    ts_str_append(out, "[\\-\\-\\fIoption\\fR [\\fIvalue\\fR]]...\n");
    section(out, "DESCRIPTION");
    ts_str_append(&text, c->description);
    if (c->more)
        c->more(&text);
    paragraphs(out, ts_str_text(&text));
    section(out, "OPTIONS");
    options(out, c->options);
    options(out, ts_common_options);
    exit_status(out);
    section(out, "EXAMPLES");
    for (const ts_example *e = c->examples; e && e->command; e++)
        tagged(out, e->command, e->text);
    section(out, "SEE ALSO");
    ts_str_append(out, ".BR tilesmith (1)\n");
    ts_str_free(&name);
    ts_str_free(&text);
}

static void tool_page(ts_str *out)
{
    title(out, "tilesmith");
    section(out, "NAME");
    ts_str_append(out, "tilesmith \\- tune compute kernels for the machine in front of you\n");
    section(out, "SYNOPSIS");
    ts_str_append(
        out,
        ".B tilesmith\n\\fIcommand\\fR [\\fIoperand\\fR]... [\\-\\-\\fIoption\\fR [\\fIvalue\\fR]]...\n");
    section(out, "DESCRIPTION");
    paragraphs(out,
               "Tilesmith generates variants of a kernel from templates, compiles them with the system's "
               "compiler, proves each "
               "one correct against a reference, measures it, and keeps the fastest per machine in a "
               "database, from where "
               "programs use it through libtilesmith-rt.\n\n"
               "Options may stand before or after operands, as --name value or --name=value; -- ends them.");
    section(out, "COMMANDS");
    for (size_t i = 0; ts_commands[i]; i++)
        tagged(out, ts_commands[i]->name, ts_commands[i]->summary);
    section(out, "ENVIRONMENT");
    tagged(out, "TILESMITH_DB", "The database of results, where --db is not given.");
    tagged(out, "TILESMITH_CACHE", "The folder of built variants.");
    tagged(out, "TILESMITH_DATA", "The folder that holds templates and targets.");
    tagged(out, "TMPDIR", "Where scratch folders are made.");
    tagged(out, "NO_COLOR", "If set, never use colours.");
    exit_status(out);
    section(out, "SEE ALSO");
    for (size_t i = 0; ts_commands[i]; i++)
        ts_str_format(out, ".BR tilesmith\\-%s (1)%s\n", ts_commands[i]->name, ts_commands[i + 1] ? "," : "");
}

void ts_man_page(const ts_command *command, ts_str *out)
{
    if (command)
        command_page(command, out);
    else
        tool_page(out);
}
