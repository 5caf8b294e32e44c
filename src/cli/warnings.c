/* All warnings of the command line, in one place: a condition, a sentence, the next action. */
#include "cli/warnings.h"
#include "cli/output.h"
#include <math.h>

/* Beyond these a result says more about the moment than about the machine. */
#define WIDE_INTERVAL   0.05 /* width of the 95 % interval against the median */
#define MANY_FAILURES   0.5  /* share of evaluations that failed */
#define FEW_EVALUATIONS 20
#define LONG_WAIT       0.1 /* seconds */

static void warn(const char *problem, const char *sentence, const char *action)
{
    char shown[TS_HUMAN_PROBLEM];
    const char *on = ts_style_on(stderr, TS_STYLE_BOLD), *off = ts_style_on(stderr, TS_STYLE_PLAIN);
    fprintf(stderr, "%swarning:%s %s: %s; %s\n", on, off, ts_human_problem(problem, shown), sentence, action);
}

static void warn_about_noise(const ts_tune_shape *s)
{
    double width = (s->hi - s->lo) / s->seconds;
    if (isfinite(width) && width > WIDE_INTERVAL)
        warn(s->problem, "the winner's times vary by more than 5 %",
             "stop other programs and run 'tilesmith doctor'");
}

static void warn_about_failures(const ts_tune_shape *s)
{
    size_t ok = s->by_status[TS_STATUS_OK], all = 0;
    for (int i = 0; i < TS_STATUS_COUNT; i++)
        all += s->by_status[i];
    if (all >= FEW_EVALUATIONS && (double)(all - ok) > MANY_FAILURES * (double)all)
        warn(s->problem, "most variants failed", "'tilesmith export --format t4' lists the reason of each");
}

static void warn_about_effort(const ts_tune_shape *s)
{
    size_t known = s->evaluations + s->resumed;
    if (s->configuration && known < FEW_EVALUATIONS && known < s->space)
        warn(s->problem, "the search was short", "run the same command again: it goes on where it stopped");
}

static void warn_about_peak(const ts_tune_shape *s)
{
    if (s->confirmed && s->bound && !isfinite(s->bound_share))
        warn(s->problem, "what this machine can do was not measured in the finals",
             "run the same command again");
}

static void warn_about_company(const ts_tune_report *report)
{
    char waited[TS_HUMAN];
    const char *on = ts_style_on(stderr, TS_STYLE_BOLD), *off = ts_style_on(stderr, TS_STYLE_PLAIN);
    if (report->waited > LONG_WAIT)
        fprintf(
            stderr,
            "%swarning:%s another session measured on this machine: the two took turns, and this one waited "
            "%s; run one after the other, and both see more in their time\n",
            on, off, ts_human_seconds(report->waited, waited));
}

void ts_warn_about_tuning(const ts_tune_report *report)
{
    warn_about_company(report);
    for (size_t i = 0; i < report->count; i++) {
        const ts_tune_shape *s = &report->shapes[i];
        warn_about_noise(s);
        warn_about_failures(s);
        warn_about_effort(s);
        warn_about_peak(s);
    }
}
