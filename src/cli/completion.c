/* Completion scripts for bash, zsh and fish: they ask `tilesmith completion --words …`, so they never go
 * stale. */
#include "cli/args.h"
#include "cli/help.h"
#include <string.h>

static void each_option(const ts_command *c, void (*write)(ts_str *, const ts_command *, const ts_option *),
                        ts_str *out)
{
    for (const ts_option *o = c->options; o && o->name; o++)
        write(out, c, o);
    for (const ts_option *o = ts_common_options; o->name; o++)
        write(out, c, o);
}

static void bash_flag(ts_str *out, const ts_command *c, const ts_option *o)
{
    (void)c;
    ts_str_format(out, " --%s", o->name);
}

static void bash_value(ts_str *out, const ts_command *c, const ts_option *o)
{
    if (o->argument)
        ts_str_format(out, "    %s:--%s) placeholder='%s' ;;\n", c->name, o->name, o->argument);
}

static void bash_script(ts_str *out)
{
    ts_str_append(
        out, "# bash completion for tilesmith\n_tilesmith() {\n"
             "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd=${COMP_WORDS[1]}\n"
             "    local placeholder='' flags='' words=''\n    COMPREPLY=()\n"
             "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        cmd='' placeholder=COMMAND\n    fi\n"
             "    case $cmd:$prev in\n");
    for (size_t i = 0; ts_commands[i]; i++)
        each_option(ts_commands[i], bash_value, out);
    ts_str_append(out, "    esac\n    if [ -z \"$placeholder\" ]; then\n        case $cmd in\n");
    for (size_t i = 0; ts_commands[i]; i++) {
        ts_str_format(out, "        %s) placeholder='%s' flags='", ts_commands[i]->name,
                      ts_commands[i]->operands);
        each_option(ts_commands[i], bash_flag, out);
        ts_str_append(out, "' ;;\n");
    }
    ts_str_append(
        out,
        "        esac\n    fi\n"
        "    case $placeholder in\n"
        "    *FILE* | *DIR*) compopt -o default 2>/dev/null ;;\n    esac\n"
        "    [ -z \"$placeholder\" ] || words=$(tilesmith completion --words \"$placeholder\" 2>/dev/null)\n"
        "    case $cur in -*) words=$flags ;; esac\n"
        "    while IFS= read -r word; do COMPREPLY+=(\"$word\"); done < <(compgen -W \"$words\" -- "
        "\"$cur\")\n"
        "}\ncomplete -F _tilesmith tilesmith\n");
}

/* Inside single quotes of zsh and fish, and of zsh's [description]: the few characters that would end them
 * are replaced. */
static void plain(ts_str *out, const char *text)
{
    for (; *text; text++)
        ts_str_append_n(out, strchr("'[]:\\", *text) ? " " : text, 1);
}

static void zsh_option(ts_str *out, const ts_command *c, const ts_option *o)
{
    (void)c;
    ts_str_format(out, "            '%s--%s[", o->repeatable ? "*" : "", o->name);
    plain(out, o->text);
    ts_str_append(out, "]");
    if (o->argument && (strstr(o->argument, "FILE") || strstr(o->argument, "DIR")))
        ts_str_format(out, ":%s:_files", o->argument);
    else if (o->argument)
        ts_str_format(out, ":%s:_tilesmith_words \"%s\"", o->argument, o->argument);
    ts_str_append(out, "' \\\n");
}

static void zsh_script(ts_str *out)
{
    ts_str_append(
        out,
        "#compdef tilesmith\n# zsh completion for tilesmith\n"
        "_tilesmith_words() {\n    local -a words\n"
        "    words=(${(f)\"$(tilesmith completion --words \"$1\" 2>/dev/null)\"})\n    compadd -a words\n}\n"
        "_tilesmith() {\n    if (( CURRENT == 2 )); then\n        local -a commands\n        commands=(\n");
    for (size_t i = 0; ts_commands[i]; i++) {
        ts_str_format(out, "            '%s:", ts_commands[i]->name);
        plain(out, ts_commands[i]->summary);
        ts_str_append(out, "'\n");
    }
    ts_str_append(out, "        )\n        _describe command commands\n        return\n    fi\n"
                       "    local cmd=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $cmd in\n");
    for (size_t i = 0; ts_commands[i]; i++) {
        const ts_command *c = ts_commands[i];
        ts_str_format(out, "    %s)\n        _arguments \\\n", c->name);
        each_option(c, zsh_option, out);
        if (strstr(c->operands, "FILE"))
            ts_str_format(out, "            '*:FILE:{ _tilesmith_words \"%s\"; _files }'\n", c->operands);
        else
            ts_str_format(out, "            '*:operand:_tilesmith_words \"%s\"'\n", c->operands);
        ts_str_append(out, "        ;;\n");
    }
    ts_str_append(out, "    esac\n}\n_tilesmith \"$@\"\n");
}

static void fish_option(ts_str *out, const ts_command *c, const ts_option *o)
{
    ts_str_format(out, "complete -c tilesmith -n '__fish_seen_subcommand_from %s' -l %s -d '", c->name,
                  o->name);
    plain(out, o->text);
    ts_str_append(out, "'");
    if (o->argument && (strstr(o->argument, "FILE") || strstr(o->argument, "DIR")))
        ts_str_append(out, " -r -F");
    else if (o->argument)
        ts_str_format(out, " -x -a '(tilesmith completion --words \"%s\" 2>/dev/null)'", o->argument);
    ts_str_append(out, "\n");
}

static void fish_script(ts_str *out)
{
    ts_str_append(out, "# fish completion for tilesmith\ncomplete -c tilesmith -f\n");
    for (size_t i = 0; ts_commands[i]; i++) {
        const ts_command *c = ts_commands[i];
        ts_str_format(out, "complete -c tilesmith -n __fish_use_subcommand -a %s -d '", c->name);
        plain(out, c->summary);
        ts_str_append(out, "'\n");
        each_option(c, fish_option, out);
        if (strstr(c->operands, "FILE"))
            ts_str_format(out, "complete -c tilesmith -n '__fish_seen_subcommand_from %s' -F\n", c->name);
        if (c->operands[0])
            ts_str_format(out,
                          "complete -c tilesmith -n '__fish_seen_subcommand_from %s' -a '(tilesmith "
                          "completion --words \"%s\" "
                          "2>/dev/null)'\n",
                          c->name, c->operands);
    }
}

int ts_completion_script(const char *shell, ts_str *out)
{
    static const struct {
        const char *shell;
        void (*write)(ts_str *out);
    } shells[] = {{"bash", bash_script}, {"zsh", zsh_script}, {"fish", fish_script}};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(shell, shells[i].shell) == 0) {
            shells[i].write(out);
            return TS_OK;
        }
    }
    return ts_fail(TS_ENOTFOUND, "no completion for '%s'; there is one for bash, zsh and fish", shell);
}
