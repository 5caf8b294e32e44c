/* Progress on standard error. */
#include "cli/progress.h"
#include "cli/output.h"
#include "util/clock.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TERMINAL_NS 100000000u /* ten updates a second */
#define PLAIN_NS    UINT64_C(5000000000)

void ts_progress_begin(ts_progress *p)
{
    const char *kind = getenv("TERM");
    *p = (ts_progress){.terminal = isatty(STDERR_FILENO) && !(kind && strcmp(kind, "dumb") == 0)};
}

void ts_failures_text(const size_t by_status[TS_STATUS_COUNT], ts_str *out)
{
    const char *separator = "";
    for (int s = 0; s < TS_STATUS_COUNT; s++) {
        if (s == TS_STATUS_OK || by_status[s] == 0)
            continue;
        ts_str_format(out, "%s%zu ", separator, by_status[s]);
        for (const char *c = ts_status_name((ts_status)s); *c; c++)
            ts_str_append_n(out, *c == '_' ? " " : c, 1);
        separator = ", ";
    }
}

static int percent(double fraction)
{
    double bounded = isfinite(fraction) ? fmin(fmax(fraction, 0), 1) : 0;
    return (int)(bounded * 100);
}

static void clock_left(double seconds, ts_str *out)
{
    if (!isfinite(seconds) || seconds < 0)
        return;
    ts_str_format(out, "%d:%02d left", (int)(seconds / 60), (int)fmod(seconds, 60));
}

static void best_text(const ts_tune_progress *now, ts_str *out)
{
    char rate[TS_HUMAN], share[TS_HUMAN];
    if (!isfinite(now->best_rate) || now->best_rate <= 0)
        return;
    ts_str_format(out, "best %s %s", ts_human_gflops(now->best_rate, rate), now->moves ? "GB/s" : "GFLOP/s");
    if (isfinite(now->bound_rate) && now->bound_rate > 0)
        ts_str_format(out, " (%s)", ts_human_percent(now->best_rate / now->bound_rate, share));
}

static void bar(double fraction, int width, ts_str *out)
{
    int full = percent(fraction) * width / 100;
    ts_str_append(out, "[");
    for (int i = 0; i < width; i++)
        ts_str_append(out, i < full ? "#" : ".");
    ts_str_append(out, "]");
}

/* The parts of the line in the order they stand; `keep`: the higher, the longer it survives on a narrow
 * terminal. */
typedef struct part {
    ts_str text;
    int keep;
} part;

enum {
    PART_BAR,
    PART_PERCENT,
    PART_PHASE,
    PART_PROBLEM,
    PART_BEST,
    PART_TRIED,
    PART_FAILED,
    PART_LEFT,
    PARTS
};

static void fill_parts(const ts_tune_progress *now, part parts[PARTS])
{
    static const int keep[PARTS] = {3, 8, 6, 2, 7, 4, 1, 5};
    for (int i = 0; i < PARTS; i++)
        parts[i] = (part){.keep = keep[i]};
    bar(now->fraction, 10, &parts[PART_BAR].text);
    ts_str_format(&parts[PART_PERCENT].text, "%3d %%", percent(now->fraction));
    ts_str_append(&parts[PART_PHASE].text, now->phase);
    char problem[TS_HUMAN_PROBLEM];
    if (now->problem && *now->problem)
        ts_str_append(&parts[PART_PROBLEM].text, ts_human_problem(now->problem, problem));
    if (now->shapes > 1)
        ts_str_format(&parts[PART_PHASE].text, " %zu/%zu",
                      now->shape + 1 > now->shapes ? now->shapes : now->shape + 1, now->shapes);
    best_text(now, &parts[PART_BEST].text);
    if (now->evaluations)
        ts_str_format(&parts[PART_TRIED].text, "%zu tried", now->evaluations);
    ts_failures_text(now->by_status, &parts[PART_FAILED].text);
    clock_left(now->seconds_left, &parts[PART_LEFT].text);
}

static size_t joined_length(const part parts[PARTS])
{
    size_t total = 0;
    for (int i = 0; i < PARTS; i++)
        total += parts[i].text.length ? parts[i].text.length + (total ? 2 : 0) : 0;
    return total;
}

static void drop_least(part parts[PARTS])
{
    int least = -1;
    for (int i = 0; i < PARTS; i++)
        if (parts[i].text.length && (least < 0 || parts[i].keep < parts[least].keep))
            least = i;
    if (least >= 0)
        ts_str_clear(&parts[least].text);
}

void ts_progress_line(const ts_tune_progress *now, int columns, ts_str *out)
{
    part parts[PARTS];
    fill_parts(now, parts);
    size_t limit = columns > 1 ? (size_t)columns - 1 : 0;
    while (joined_length(parts) > limit)
        drop_least(parts);
    const char *separator = "";
    for (int i = 0; i < PARTS; i++) {
        if (parts[i].text.length) {
            ts_str_format(out, "%s%s", separator, ts_str_text(&parts[i].text));
            separator = "  ";
        }
        ts_str_free(&parts[i].text);
    }
}

void ts_progress_plain(const ts_tune_progress *now, ts_str *out)
{
    static const int order[] = {PART_PROBLEM, PART_TRIED, PART_FAILED, PART_BEST, PART_LEFT};
    part parts[PARTS];
    fill_parts(now, parts);
    ts_str_format(out, "%s %s", ts_str_text(&parts[PART_PERCENT].text), ts_str_text(&parts[PART_PHASE].text));
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (parts[order[i]].text.length)
            ts_str_format(out, "%s %s", i == 0 ? ":" : ",", ts_str_text(&parts[order[i]].text));
    for (int i = 0; i < PARTS; i++)
        ts_str_free(&parts[i].text);
}

static bool due(ts_progress *p, const char *phase, size_t shape)
{
    uint64_t now = ts_now_ns();
    bool fresh = p->last_ns == 0 || strncmp(p->phase, phase, sizeof p->phase - 1) != 0 || p->shape != shape;
    if (!fresh && now - p->last_ns < (p->terminal ? TERMINAL_NS : PLAIN_NS))
        return false;
    p->last_ns = now;
    snprintf(p->phase, sizeof p->phase, "%s", phase);
    p->shape = shape;
    return true;
}

static void show(ts_progress *p, const ts_str *line)
{
    if (p->terminal)
        fprintf(stderr, "\r%s\033[K", ts_str_text(line));
    else
        fprintf(stderr, "%s\n", ts_str_text(line));
    fflush(stderr);
    p->shown = p->terminal;
}

void ts_progress_update(void *context, const ts_tune_progress *now)
{
    ts_progress *p = context;
    /* The report that follows says that it is done. */
    if (strcmp(now->phase, "done") == 0 || !due(p, now->phase, now->shape))
        return;
    ts_str line = TS_STR_INIT;
    if (p->terminal)
        ts_progress_line(now, ts_columns(stderr), &line);
    else
        ts_progress_plain(now, &line);
    show(p, &line);
    ts_str_free(&line);
}

void ts_progress_step(void *context, const char *step, double fraction)
{
    ts_tune_progress now = {.phase = step,
                            .problem = "",
                            .fraction = fraction,
                            .seconds_left = NAN,
                            .best_rate = NAN,
                            .bound_rate = NAN};
    ts_progress_update(context, &now);
}

void ts_progress_end(ts_progress *p)
{
    if (p->shown)
        fprintf(stderr, "\r\033[K");
    p->shown = false;
}
