/* tilesmith completion: scripts for the shells, and the words they ask for. */
#include "cli/help.h"

static const ts_option options[] = {
    {"words", "PLACEHOLDER", NULL, "print what may stand for KERNEL, STRATEGY, FORMAT, TARGET, CC or COMMAND",
     false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith completion bash > ~/.local/share/bash-completion/completions/tilesmith", "For bash."},
    {"tilesmith completion zsh > ~/.zfunc/_tilesmith", "For zsh, where ~/.zfunc is in fpath."},
    {"tilesmith completion fish > ~/.config/fish/completions/tilesmith.fish", "For fish."},
    {NULL, NULL},
};

static int run(const ts_args *args)
{
    const char *shell = ts_args_operand(args, 0), *placeholder = ts_args_value(args, "words");
    if (!shell && !placeholder)
        return ts_report_failure(ts_fail(TS_EINPUT, "completion needs a shell: bash, zsh or fish"));
    if (ts_args_json(args))
        return ts_report_failure(
            ts_fail(TS_EINPUT, "completion has no JSON form; 'tilesmith help --json' lists the options"));
    ts_str text = TS_STR_INIT;
    int rc = shell ? ts_completion_script(shell, &text) : ts_completion_words(placeholder, &text);
    if (rc == TS_OK)
        fputs(ts_str_text(&text), stdout);
    ts_str_free(&text);
    return ts_report_failure(rc);
}

const ts_command ts_command_completion = {
    .name = "completion",
    .summary = "print the completion script for bash, zsh or fish",
    .operands = "[bash|zsh|fish]",
    .description = "The scripts know commands and options; for kernels, strategies, formats and targets they "
                   "ask the tool, so a "
                   "plug-in added later completes too. 'make install' puts them in place.",
    .options = options,
    .examples = examples,
    .max_operands = 1,
    .minor = true,
    .run = run,
};
