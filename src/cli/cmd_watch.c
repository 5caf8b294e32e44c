/* tilesmith watch: the running session, from another terminal. */
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/watch.h"
#include "core/paths.h"
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const ts_option options[] = {
    {"once", NULL, NULL, "show how it stands now, and leave", false},
    {"db", "FILE", NULL, "database of results", false},
    {NULL, NULL, NULL, NULL, false},
};

static const ts_example examples[] = {
    {"tilesmith watch", "Follow the session that runs in another terminal until it ends."},
    {"tilesmith watch --once --json", "How it stands, for a script."},
    {NULL, NULL},
};

/* Where the picture goes: redrawn in place on a terminal, otherwise a line whenever something changed. */
typedef struct ts_view {
    bool terminal, blocks, ended;
    int lines;   /* on the terminal now */
    size_t seen; /* evaluations told so far */
    int64_t session;
} ts_view;

static ts_view view_of(FILE *stream)
{
    const char *kind = getenv("TERM");
    setlocale(LC_CTYPE, "");
    bool blocks = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    setlocale(LC_CTYPE, "C");
    return (ts_view){.terminal = isatty(fileno(stream)) && !(kind && strcmp(kind, "dumb") == 0),
                     .blocks = blocks};
}

static void redraw(ts_view *v, const ts_live *live)
{
    ts_str text = TS_STR_INIT;
    ts_watch_screen(live, ts_columns(stdout), v->blocks, &text);
    if (v->lines)
        printf("\033[%dA\033[J", v->lines);
    fputs(ts_str_text(&text), stdout);
    v->lines = 0;
    for (const char *c = ts_str_text(&text); *c; c++)
        v->lines += *c == '\n';
    ts_str_free(&text);
}

/* Files and pipes get a line for every tenth evaluation, and for the end. */
static void tell(ts_view *v, const ts_live *live)
{
    ts_str text = TS_STR_INIT;
    bool another = live->session != v->session, end = live->ended && !v->ended;
    if (another || end || live->costs.count >= v->seen + 10) {
        ts_watch_line(live, &text);
        fputs(ts_str_text(&text), stdout);
        v->session = live->session;
        v->seen = live->costs.count;
        v->ended = live->ended;
    }
    ts_str_free(&text);
}

static json_t *live_json(const ts_live *live)
{
    json_t *failures = json_object();
    for (int i = 0; i < TS_STATUS_COUNT; i++)
        json_object_set_new(failures, ts_status_name((ts_status)i),
                            json_integer((json_int_t)live->by_status[i]));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:I, s:o}", "kernel",
                     ts_json_text(live->kernel), "type", ts_json_text(live->type), "problem",
                     ts_json_text(live->problem), "target", ts_json_text(live->target), "strategy",
                     ts_json_text(live->strategy), "ended", live->ended, "stop_reason",
                     ts_json_text(live->stop_reason), "seconds", ts_json_real(live->seconds), "best_seconds",
                     ts_json_real(live->best_cost), "best", ts_json_text(live->best), "evaluations",
                     (json_int_t)live->costs.count, "by_status", failures);
}

static void pause_half_a_second(void)
{
    struct timespec half = {.tv_nsec = 500000000};
    nanosleep(&half, NULL);
}

static int follow(ts_store *store, ts_live *live, bool once)
{
    enum { PATIENCE = 10 }; /* looks after the end: 'tune' may go on with the next shape */
    ts_view view = view_of(stdout);
    ts_interrupt_watch();
    for (int idle = 0;;) {
        int rc = ts_store_live(store, live);
        if (rc)
            return rc;
        if (live->session && view.terminal)
            redraw(&view, live);
        else if (live->session)
            tell(&view, live);
        fflush(stdout);
        idle = live->ended ? idle + 1 : 0;
        if (once || idle > PATIENCE || ts_interrupt_count(NULL) > 0)
            return TS_OK;
        pause_half_a_second();
    }
}

static int nothing_yet(const char *path)
{
    return ts_fail(TS_ENOTFOUND, "%s: no session has begun; start one with 'tilesmith tune gemm'", path);
}

static int run(const ts_args *args)
{
    const char *path = ts_args_value(args, "db") ? ts_args_value(args, "db") : ts_path_database();
    bool json = ts_args_json(args);
    ts_store *store = NULL;
    ts_live live = {0};
    int status = 0, rc = ts_store_open(path, TS_STORE_READ, &store);
    if (rc == TS_OK)
        rc = json || ts_args_switch(args, "once") ? ts_store_live(store, &live) : TS_OK;
    if (rc == TS_OK && json && live.session)
        status = ts_json_print(live_json(&live));
    else if (rc == TS_OK && (ts_args_switch(args, "once") || json) && !live.session)
        rc = nothing_yet(path);
    else if (rc == TS_OK)
        rc = follow(store, &live, ts_args_switch(args, "once"));
    ts_live_clear(&live);
    ts_store_close(store);
    return rc ? ts_report_failure(rc) : status;
}

const ts_command ts_command_watch = {
    .name = "watch",
    .summary = "show the session that is running",
    .operands = "",
    .description =
        "Follow the newest tuning session of a database from another terminal: the best so far as a "
        "curve over the evaluations, the best and the last configuration, failures. It ends when "
        "the session does.\n\n"
        "Into a file or a pipe it writes a line for every tenth evaluation.",
    .options = options,
    .examples = examples,
    .run = run,
};
