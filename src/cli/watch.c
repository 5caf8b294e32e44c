/* See watch.h. */
#include "cli/watch.h"
#include "cli/output.h"
#include "cli/progress.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 6, EIGHTHS = 8, MOST_COLUMNS = 120 };

static double rate(const ts_live *live, double cost)
{
    return (live->flops > 0 ? live->flops : live->bytes) / cost;
}

/* A line that fits: cut where the terminal ends, in characters. */
static void line(ts_str *out, int columns, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void line(ts_str *out, int columns, const char *format, ...)
{
    ts_str text = TS_STR_INIT;
    va_list args;
    va_start(args, format);
    ts_str_vformat(&text, format, args);
    va_end(args);
    const char *at = ts_str_text(&text);
    for (int used = 0; *at && used < columns - 1; used++) {
        size_t bytes = ts_utf8_length(at);
        ts_str_append_n(out, bytes ? at : "?", bytes ? bytes : 1);
        at += bytes ? bytes : 1;
    }
    ts_str_append(out, "\n");
    ts_str_free(&text);
}

/* The JSON object without its quotes and braces: the names and values that people read. */
static void configuration(ts_str *out, const char *json)
{
    for (; json && *json; json++) {
        if (*json == ',')
            ts_str_append(out, " ");
        else if (*json == ':')
            ts_str_append(out, "=");
        else if (!strchr("{}\"", *json))
            ts_str_append_n(out, json, 1);
    }
}

/* Best so far at the end of each column, as a share of the best; 0 before anything worked. */
static void shares(const ts_live *live, double *share, int columns)
{
    double so_far = INFINITY;
    size_t done = 0;
    for (int c = 0; c < columns; c++) {
        size_t until = (size_t)((double)live->costs.count * (c + 1) / columns + 0.5);
        for (; done < until; done++)
            so_far = fmin(so_far, isnan(live->costs.items[done]) ? INFINITY : live->costs.items[done]);
        share[c] = isfinite(so_far) ? live->best_cost / so_far : 0;
    }
}

/* The axis begins a little below the first success, so that what was gained since shows. */
static double floor_of(const double *share, int columns)
{
    for (int c = 0; c < columns; c++)
        if (share[c] > 0)
            return fmin(0.9, floor(share[c] * 10) / 10);
    return 0;
}

static const char *cell(double height, bool blocks)
{
    static const char *const eighths[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const marks[] = {" ", ".", ".", "-", "-", "=", "=", "#", "#"};
    int n = (int)fmin(fmax(height * EIGHTHS + 0.5, 0), EIGHTHS);
    return blocks ? eighths[n] : marks[n];
}

static void curve(const ts_live *live, int width, bool blocks, ts_str *out)
{
    double share[MOST_COLUMNS];
    char label[TS_HUMAN];
    int columns = width - 12 < MOST_COLUMNS ? width - 12 : MOST_COLUMNS;
    if (columns < 8 || isnan(live->best_cost))
        return;
    shares(live, share, columns);
    double low = floor_of(share, columns);
    for (int row = ROWS - 1; row >= 0; row--) {
        double value = low + (1 - low) * (row + 1) / ROWS;
        ts_str_format(out, "%8s ", ts_human_gflops(rate(live, live->best_cost) * value, label));
        for (int c = 0; c < columns; c++)
            ts_str_append(out, cell((share[c] - low) / (1 - low) * ROWS - row, blocks));
        ts_str_append(out, "\n");
    }
}

/* A session that was killed never ends; all that shows is that nothing comes any more. */
static void state(const ts_live *live, ts_str *out)
{
    enum { LONG = 90 };
    char number[TS_HUMAN];
    if (live->ended)
        ts_str_append(out, live->stop_reason ? live->stop_reason : "ended");
    else if (live->silent > LONG)
        ts_str_format(out, "silent for %s (was it killed?)", ts_human_seconds(live->silent, number));
    else
        ts_str_append(out, "running");
}

void ts_watch_screen(const ts_live *live, int columns, bool blocks, ts_str *out)
{
    char problem[TS_HUMAN_PROBLEM], number[TS_HUMAN], time[TS_HUMAN];
    ts_str text = TS_STR_INIT;
    state(live, &text);
    line(out, columns, "%s %s %s on %s, %s: %s, %s", live->kernel, live->type,
         ts_human_problem(live->problem, problem), live->target, live->strategy ? live->strategy : "-",
         ts_human_seconds(live->seconds, number), ts_str_text(&text));
    ts_str_clear(&text);
    curve(live, columns, blocks, out);
    ts_failures_text(live->by_status, &text);
    line(out, columns, "%zu tried, best %s %s (%s)%s%s", live->costs.count,
         ts_human_gflops(rate(live, live->best_cost), number), live->flops > 0 ? "GFLOP/s" : "GB/s",
         ts_human_seconds(live->best_cost, time), text.length ? "; " : "", ts_str_text(&text));
    ts_str_clear(&text);
    configuration(&text, live->best);
    line(out, columns, "best  %s", text.length ? ts_str_text(&text) : "-");
    ts_str_clear(&text);
    configuration(&text, live->last);
    line(out, columns, "last  %s%s%s",
         live->last && live->last_status != TS_STATUS_OK ? ts_status_name(live->last_status) : "",
         live->last && live->last_status != TS_STATUS_OK ? ": " : "", text.length ? ts_str_text(&text) : "-");
    ts_str_free(&text);
}

void ts_watch_line(const ts_live *live, ts_str *out)
{
    char problem[TS_HUMAN_PROBLEM], number[TS_HUMAN];
    ts_str failures = TS_STR_INIT, now = TS_STR_INIT;
    ts_failures_text(live->by_status, &failures);
    state(live, &now);
    ts_str_format(out, "%s %s %s: %zu tried, best %s %s%s%s, %s\n", live->kernel, live->type,
                  ts_human_problem(live->problem, problem), live->costs.count,
                  ts_human_gflops(rate(live, live->best_cost), number), live->flops > 0 ? "GFLOP/s" : "GB/s",
                  failures.length ? ", " : "", ts_str_text(&failures), ts_str_text(&now));
    ts_str_free(&failures);
    ts_str_free(&now);
}
