/* Which parameters mattered, and how the two that mattered most go together. */
#include "export/plot.h"
#include "report/page.h"
#include "tune/importance.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 6, BARS = 6, CELL_WIDTH = 56, CELL_HEIGHT = 22, LEFT = 92, TOP = 36, MOST_VALUES = 12 };

/* The evaluations of a search that succeeded. malloc'ed. */
static ts_importance_sample *successes(const ts_page_search *s, size_t *count)
{
    ts_importance_sample *samples = calloc(s->samples.count + 1, sizeof *samples);
    *count = 0;
    for (size_t i = 0; samples && i < s->samples.count; i++)
        if (s->samples.items[i].status == TS_STATUS_OK)
            samples[(*count)++] =
                (ts_importance_sample){s->samples.items[i].configuration, s->samples.items[i].cost};
    return samples;
}

static void bars(ts_str *out, const ts_importance *m)
{
    char text[TS_HUMAN];
    ts_str_append(out, "<table>\n");
    for (size_t p = 0; p < m->param_count && p < BARS; p++) {
        ts_str_append(out, "<tr>");
        ts_html_cell(out, "code", "%s", m->params[p].name);
        ts_html_cell(out, "n", "%s", ts_human_percent(m->params[p].share, text));
        ts_str_format(
            out,
            "<td><svg viewBox=\"0 0 100 8\" style=\"width:8rem\" aria-hidden=\"true\"><rect class=\"track\" "
            "width=\"100\" height=\"8\" rx=\"2\"/><rect class=\"bar\" width=\"%.1f\" height=\"8\" "
            "rx=\"2\"/></svg></td></tr>\n",
            100 * fmin(fmax(m->params[p].share, 0), 1));
    }
    ts_str_append(out, "</table>\n");
}

/* Best cost of each pair of values; NAN: none was measured. malloc'ed [a's values][b's values]. */
static double *best_cells(const ts_importance *m, const ts_importance_sample *samples, size_t b)
{
    size_t width = m->params[b].count, cells = m->params[0].count * width;
    double *best = calloc(cells + 1, sizeof *best);
    for (size_t i = 0; best && i < cells; i++)
        best[i] = NAN;
    for (size_t i = 0; best && i < m->count; i++) {
        const uint16_t *row = &m->ordinals[i * m->param_count];
        double *cell = &best[row[0] * width + row[b]];
        if (!(*cell <= samples[i].cost))
            *cell = samples[i].cost;
    }
    return best;
}

static void cell(ts_str *out, const ts_importance *m, size_t b, size_t i, size_t j, double cost, double least)
{
    char text[TS_HUMAN];
    double x = LEFT + CELL_WIDTH * (double)j, y = TOP + CELL_HEIGHT * (double)i;
    if (isnan(cost)) {
        ts_str_format(out, "<rect class=\"rule\" x=\"%.0f\" y=\"%.0f\" width=\"%d\" height=\"%d\"/>\n", x + 1,
                      y + 1, CELL_WIDTH - 2, CELL_HEIGHT - 2);
        return;
    }
    double share = least / cost;
    ts_str_format(
        out,
        "<rect class=\"bar\" fill-opacity=\"%.2f\" x=\"%.0f\" y=\"%.0f\" width=\"%d\" height=\"%d\"><title>",
        fmax(0.06, 0.65 * pow(share, 3)), x + 1, y + 1, CELL_WIDTH - 2, CELL_HEIGHT - 2);
    ts_markup_text(out, m->params[0].name);
    ts_str_append(out, "=");
    ts_markup_text(out, m->params[0].values[i]);
    ts_str_append(out, ", ");
    ts_markup_text(out, m->params[b].name);
    ts_str_append(out, "=");
    ts_markup_text(out, m->params[b].values[j]);
    ts_str_format(out, ": %s</title></rect>\n<text class=\"middle\" x=\"%.0f\" y=\"%.0f\">%.0f</text>\n",
                  ts_human_seconds(cost, text), x + CELL_WIDTH / 2.0, y + CELL_HEIGHT - 7, 100 * share);
}

static void axis_text(ts_str *out, const char *class, double x, double y, const char *text)
{
    ts_str_format(out, "<text class=\"%s\" x=\"%.0f\" y=\"%.0f\">", class, x, y);
    ts_str shortened = TS_STR_INIT;
    ts_str_format(&shortened, "%.14s", text);
    ts_markup_text(out, ts_str_text(&shortened));
    ts_str_free(&shortened);
    ts_str_append(out, "</text>\n");
}

static double least_of(const double *cells, size_t count)
{
    double least = INFINITY;
    for (size_t i = 0; i < count; i++)
        least = fmin(least, isnan(cells[i]) ? INFINITY : cells[i]);
    return least;
}

/* Rows: the most important parameter; columns: the next one that has few enough values to be drawn. */
static void heat_map(ts_page *page, const ts_importance *m, const ts_importance_sample *samples)
{
    ts_str *out = &page->out;
    size_t b = 1;
    while (b < m->param_count && m->params[b].count > MOST_VALUES)
        b++;
    if (b >= m->param_count || m->params[0].count > (size_t)2 * MOST_VALUES)
        return;
    size_t rows = m->params[0].count, columns = m->params[b].count;
    double *best = best_cells(m, samples, b);
    page->out.failed |= !best;
    if (!best)
        return;
    double least = least_of(best, rows * columns);
    ts_str_format(
        out, "<svg viewBox=\"0 0 %zu %zu\" role=\"img\" style=\"max-width:%zupx\">\n<title>Best time by ",
        LEFT + CELL_WIDTH * columns + 8, TOP + CELL_HEIGHT * rows + 8, LEFT + CELL_WIDTH * columns + 8);
    ts_markup_text(out, m->params[0].name);
    ts_str_append(out, " and ");
    ts_markup_text(out, m->params[b].name);
    ts_str_append(
        out, "</title>\n<desc>Numbers are per cent of the best; empty cells were not measured.</desc>\n");
    axis_text(out, "soft end", LEFT - 6, TOP - 6, m->params[0].name);
    axis_text(out, "soft", LEFT + 2, 12, m->params[b].name);
    for (size_t j = 0; j < columns; j++)
        axis_text(out, "soft middle", LEFT + CELL_WIDTH * ((double)j + 0.5), TOP - 6, m->params[b].values[j]);
    for (size_t i = 0; i < rows; i++) {
        axis_text(out, "soft end", LEFT - 6, TOP + CELL_HEIGHT * (double)(i + 1) - 7, m->params[0].values[i]);
        for (size_t j = 0; j < columns; j++)
            cell(out, m, b, i, j, best[i * columns + j], least);
    }
    ts_str_append(out, "</svg>\n");
    free(best);
}

static void describe(ts_page *page, const ts_page_search *s)
{
    char name[TS_PAGE_NAME];
    size_t count;
    ts_importance *m = NULL;
    ts_importance_sample *samples = successes(s, &count);
    page->out.failed |= !samples;
    ts_str_append(&page->out, "<figure><figcaption>");
    ts_markup_text(&page->out, ts_page_name(s, name));
    ts_str_append(&page->out, "</figcaption>\n");
    if (!samples || ts_importance_of(samples, count, &m) != TS_OK)
        ts_html_paragraph(&page->out, "%s.", ts_error());
    else {
        ts_html_paragraph(&page->out,
                          "From %zu evaluations; the forest explains %.0f %% of those that it didn't see.",
                          m->count, 100 * fmax(m->trust, 0));
        bars(&page->out, m);
        heat_map(page, m, samples);
    }
    ts_str_append(&page->out, "</figure>\n");
    ts_importance_free(m);
    free(samples);
}

void ts_page_parameters(ts_page *page)
{
    ts_html_paragraph(&page->out, "Shares of the variance of log time that a parameter explains by itself "
                                  "(functional ANOVA, Hutter et al. "
                                  "2014), and the best time for the values of the two that matter most.");
    ts_str_append(&page->out, "<div class=\"grid\">\n");
    for (size_t i = 0; i < page->searches.count; i++) {
        if (i == SHOWN)
            ts_str_format(&page->out, "</div>\n<details><summary>%zu more</summary>\n<div class=\"grid\">\n",
                          page->searches.count - SHOWN);
        describe(page, &page->searches.items[i]);
    }
    ts_str_append(&page->out, page->searches.count > SHOWN ? "</div></details>\n" : "</div>\n");
}
