/* The report of ts_score() as a chart: how fast each strategy comes near the optimum, and its score over
 * time. */
#include "export/chart.h"
#include "tilesmith.h"
#include "util/str.h"

#include <math.h>
#include <stdlib.h>

enum { SCORE_STEP = 10, SCORE_SAMPLES = TS_SCORE_POINTS / SCORE_STEP };

/* One line's values, owned, and the series that borrow them. */
typedef struct ts_plot {
    const ts_score_report *report;
    size_t longest;  /* of the best-so-far lines */
    double *numbers; /* 1, 2, …, longest */
    double shares[SCORE_SAMPLES];
    ts_series *series; /* [panels][strategies] */
    ts_panel *panels;
    double **lines; /* [panels][strategies], owned */
    char **titles;  /* [panels], owned */
    const char **names;
    size_t panel_count;
} ts_plot;

static const ts_space_score *find_space(const ts_strategy_score *s, const char *name)
{
    for (size_t i = 0; i < s->space_count; i++)
        if (s->spaces[i].space == name)
            return &s->spaces[i];
    return NULL;
}

/* Add a space's values to a line, by its share. */
static void add_reached(double *line, const ts_space_score *space, double share)
{
    for (size_t i = 0; i < space->reached_count; i++)
        line[i] += space->reached[i] * share;
}

static void add_curve(double *line, const ts_space_score *space, double share)
{
    for (size_t i = 0; i < SCORE_SAMPLES; i++)
        line[i] += space->curve[i * SCORE_STEP] * share;
}

typedef void ts_plot_add(double *line, const ts_space_score *space, double share);

/* The line of a strategy in a panel: of one space, or the mean over all of them (`name` NULL). */
static int make_line(ts_plot *p, const ts_strategy_score *strategy, const char *name, ts_plot_add *add,
                     size_t at)
{
    bool curve = add == add_curve;
    size_t count = curve ? SCORE_SAMPLES : p->longest;
    const ts_space_score *one = name ? find_space(strategy, name) : NULL;
    if (name && !one)
        return TS_OK;
    double *line = p->lines[at] = calloc(count, sizeof *line);
    if (!line)
        return ts_fail(TS_ENOMEM, "out of memory while drawing curves");
    for (size_t i = 0; i < strategy->space_count && !one; i++)
        add(line, &strategy->spaces[i], 1 / (double)strategy->space_count);
    if (one)
        add(line, one, 1);
    p->series[at] = (ts_series){curve ? p->shares : p->numbers, line, count};
    return TS_OK;
}

/* The lowest value that is worth showing, on a multiple of `step`. */
static double floor_of(const ts_series *series, size_t count, double step, double lowest)
{
    double least = 1;
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < series[s].count; i++)
            least = fmin(least, series[s].y[i]);
    return fmax(floor(fmin(least, 1 - step) / step) * step, lowest);
}

static int add_panel(ts_plot *p, const char *name, ts_plot_add *add)
{
    size_t n = p->report->count, first = p->panel_count * n;
    bool curve = add == add_curve;
    int rc = TS_OK;
    for (size_t s = 0; rc == TS_OK && s < n; s++)
        rc = make_line(p, &p->report->strategies[s], name, add, first + s);
    char *title =
        ts_asprintf("%s: %s", name ? name : "Mean of all spaces", curve ? "score over time" : "best so far");
    p->titles[p->panel_count] = title;
    const ts_series *series = &p->series[first];
    p->panels[p->panel_count++] = (ts_panel){
        .title = title,
        .x_label = curve ? "part of the window's time" : "distinct evaluations",
        .y_label = curve ? "score (1: optimum)" : "fraction of the optimum",
        .log_x = !curve,
        .x_from = curve ? 0 : 1,
        .x_to = curve ? 1 : (double)p->longest,
        .y_from = curve ? floor_of(series, n, 0.25, -1) : floor_of(series, n, 0.1, 0),
        .y_to = 1,
        .series = series,
    };
    return rc == TS_OK && !title ? ts_fail(TS_ENOMEM, "out of memory while drawing curves") : rc;
}

static int allocate(ts_plot *p)
{
    const ts_score_report *r = p->report;
    size_t panels = 2 * (r->space_count + 1), lines = panels * r->count;
    p->longest = 2;
    for (size_t i = 0; i < r->count; i++)
        if (r->strategies[i].spaces[0].reached_count > p->longest)
            p->longest = r->strategies[i].spaces[0].reached_count;
    p->numbers = calloc(p->longest, sizeof *p->numbers);
    p->series = calloc(lines, sizeof *p->series);
    p->panels = calloc(panels, sizeof *p->panels);
    p->lines = calloc(lines, sizeof *p->lines);
    p->titles = calloc(panels, sizeof *p->titles);
    p->names = calloc(r->count, sizeof *p->names);
    if (!p->numbers || !p->series || !p->panels || !p->lines || !p->titles || !p->names)
        return ts_fail(TS_ENOMEM, "out of memory while drawing curves");
    for (size_t i = 0; i < p->longest; i++)
        p->numbers[i] = (double)(i + 1);
    for (size_t i = 0; i < SCORE_SAMPLES; i++)
        p->shares[i] = (double)(i * SCORE_STEP) / (TS_SCORE_POINTS - 1);
    for (size_t i = 0; i < r->count; i++)
        p->names[i] = r->strategies[i].strategy;
    return TS_OK;
}

/* The figures in words, for those who don't see the lines. */
static char *describe(const ts_score_report *r)
{
    ts_str out = TS_STR_INIT;
    ts_str_format(&out,
                  "Left: mean fraction of the optimum that is reached after so many distinct evaluations. "
                  "Right: score over the "
                  "time window of each space; 0 is random search, 1 the optimum. Aggregates over %zu spaces:",
                  r->space_count);
    for (size_t i = 0; i < r->count; i++) {
        const ts_strategy_score *s = &r->strategies[i];
        ts_str_format(&out, "%s %s scores %.3f", i ? ";" : "", s->strategy, s->score);
        for (size_t b = 0; b < r->budget_count; b++)
            ts_str_format(&out, "%s %.3f after %zu", b ? "," : " and reaches", s->best[b].mean,
                          s->best[b].evaluations);
    }
    ts_str_append(&out, ".");
    return ts_str_take(&out);
}

static int draw(ts_plot *p, char **text)
{
    const ts_score_report *r = p->report;
    char *description = describe(r);
    int rc = description ? add_panel(p, NULL, add_reached)
                         : ts_fail(TS_ENOMEM, "out of memory while drawing curves");
    if (rc == TS_OK)
        rc = add_panel(p, NULL, add_curve);
    for (size_t i = 0; rc == TS_OK && r->space_count > 1 && i < r->space_count; i++) {
        rc = add_panel(p, r->space_names[i], add_reached);
        if (rc == TS_OK)
            rc = add_panel(p, r->space_names[i], add_curve);
    }
    ts_chart chart = {
        "Search strategies on recorded spaces", description, p->names, r->count, p->panels, p->panel_count};
    if (rc == TS_OK)
        rc = ts_chart_svg(&chart, text);
    free(description);
    return rc;
}

int ts_score_plot(const ts_score_report *report, char **text)
{
    ts_plot p = {.report = report};
    size_t lines = 2 * (report->space_count + 1) * report->count;
    int rc = allocate(&p);
    if (rc == TS_OK)
        rc = draw(&p, text);
    for (size_t i = 0; p.lines && i < lines; i++)
        free(p.lines[i]);
    for (size_t i = 0; p.titles && i < p.panel_count; i++)
        free(p.titles[i]);
    free(p.numbers);
    free(p.series);
    free(p.panels);
    free(p.lines);
    free(p.titles);
    free(p.names);
    return rc;
}
