/* tilesmith COMMAND …: find the command, parse its options, run it. Messages of the library are shown here,
 * once. */
#include "cli/args.h"
#include "cli/help.h"
#include "tilesmith.h"
#include <errno.h>
#include <signal.h>
#include <string.h>

static int print_text(ts_str *text)
{
    fputs(ts_str_text(text), stdout);
    bool failed = text->failed;
    ts_str_free(text);
    return failed ? ts_report_failure(ts_fail(TS_ENOMEM, "out of memory while writing help")) : 0;
}

static int run_command(const ts_command *command, int argc, char **argv)
{
    ts_args *args;
    int rc = ts_args_parse(command, argc, argv, &args);
    if (rc)
        return ts_report_failure(rc);
    int status;
    if (ts_args_switch(args, "help")) {
        ts_str text = TS_STR_INIT;
        ts_help_command(command, &text);
        status = print_text(&text);
    } else {
        status = command->run(args);
    }
    ts_args_free(args);
    return status;
}

static int dispatch(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "--help";
    ts_str text = TS_STR_INIT;
    if (strcmp(word, "--version") == 0) {
        printf("tilesmith %s\n", TILESMITH_VERSION);
        return 0;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        ts_help_screen(&text);
        return print_text(&text);
    }
    if (word[0] == '-')
        return ts_report_failure(
            ts_fail(TS_EINPUT, "no option %s before a command; 'tilesmith help' lists the commands", word));
    const ts_command *command;
    int rc = ts_command_find(word, &command);
    return rc ? ts_report_failure(rc) : run_command(command, argc - 2, argv + 2);
}

int main(int argc, char **argv)
{
    int status = dispatch(argc, argv);
    bool wrote = fflush(stdout) == 0 && !ferror(stdout);
    if (!wrote && status == 0) {
        fprintf(stderr, "tilesmith: could not write to standard output: %s\n", strerror(errno));
        status = 2;
    }
    return status;
}
