/* Every winner on the roofline of its machine (Williams, Waterman & Patterson, CACM 52(4), 2009). */
#include "export/plot.h"
#include "report/page.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A ceiling: a bandwidth, or a peak if `slope` is NAN. */
typedef struct ts_ceiling_line {
    char name[48];
    double slope, flat;
} ts_ceiling_line;

enum { LINES = 12 };

static size_t bandwidths(const ts_target *t, ts_ceiling_line *lines)
{
    static const struct {
        const char *attribute, *name;
    } levels[] = {{"l1d.bandwidth", "L1"},
                  {"l2.bandwidth", "L2"},
                  {"l3.bandwidth", "L3"},
                  {"memory.bandwidth", "memory"}};
    size_t count = 0;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        double rate = ts_target_number(t, levels[i].attribute, NAN);
        if (!(rate > 0))
            continue;
        lines[count] = (ts_ceiling_line){.slope = rate, .flat = NAN};
        snprintf(lines[count++].name, sizeof lines->name, "%s %.4g GB/s", levels[i].name, rate / 1e9);
    }
    return count;
}

/* The peaks of the types that winners have. */
static size_t peaks(const ts_page *page, ts_ceiling_line *lines, size_t count)
{
    for (size_t i = 0; i < page->winner_count && count < LINES; i++) {
        char attribute[32], name[48];
        snprintf(attribute, sizeof attribute, "peak.%.20s", page->winners[i].type);
        double rate = ts_target_number(page->target, attribute, NAN);
        snprintf(name, sizeof name, "peak %.16s %.4g GFLOP/s", page->winners[i].type, rate / 1e9);
        bool known = !(rate > 0);
        for (size_t j = 0; j < count; j++)
            known |= strcmp(lines[j].name, name) == 0;
        if (known)
            continue;
        lines[count] = (ts_ceiling_line){.slope = NAN, .flat = rate};
        memcpy(lines[count++].name, name, sizeof name);
    }
    return count;
}

/* The axes that hold all winners that compute. False if none does. */
static bool fit_axes(const ts_page *page, const ts_ceiling_line *lines, size_t count, ts_plot *plot)
{
    plot->x = (ts_plot_axis){"operations a byte", 1, 1, true};
    plot->y = (ts_plot_axis){"GFLOP/s", INFINITY, 1, true};
    bool any = false;
    for (size_t i = 0; i < page->winner_count; i++) {
        const ts_winner *w = &page->winners[i];
        if (!(w->flops > 0 && w->bytes > 0))
            continue;
        any = true;
        plot->x.from = fmin(plot->x.from, w->flops / w->bytes);
        plot->x.to = fmax(plot->x.to, w->flops / w->bytes);
        plot->y.from = fmin(plot->y.from, w->flops / w->seconds / 1e9);
        plot->y.to = fmax(plot->y.to, w->flops / w->seconds / 1e9);
    }
    for (size_t i = 0; i < count; i++)
        if (isfinite(lines[i].flat))
            plot->y.to = fmax(plot->y.to, lines[i].flat / 1e9);
    plot->x.from = fmin(plot->x.from, 0.1);
    ts_plot_round(&plot->x);
    ts_plot_round(&plot->y);
    return any;
}

static double highest_peak(const ts_ceiling_line *lines, size_t count)
{
    double highest = 0;
    for (size_t i = 0; i < count; i++)
        highest = fmax(highest, isfinite(lines[i].flat) ? lines[i].flat : 0);
    return highest;
}

static void draw_ceiling(ts_plot *p, const ts_ceiling_line *line, double peak)
{
    if (isfinite(line->flat)) {
        double x[] = {p->x.from, p->x.to}, y[] = {line->flat / 1e9, line->flat / 1e9};
        ts_plot_line(p, "limit", x, y, 2);
        ts_plot_label(p, "soft end", ts_plot_x(p, p->x.to) - 4, ts_plot_y(p, y[0]) - 4, line->name);
        return;
    }
    double low = fmax(p->x.from, p->y.from * 1e9 / line->slope);
    double high = peak > 0 ? fmin(p->x.to, peak / line->slope) : p->x.to;
    double x[] = {low, high}, y[] = {low * line->slope / 1e9, high * line->slope / 1e9};
    if (!(low < high))
        return;
    ts_plot_line(p, "limit", x, y, 2);
    double x0 = ts_plot_x(p, low), y0 = ts_plot_y(p, y[0]), x1 = ts_plot_x(p, high), y1 = ts_plot_y(p, y[1]);
    ts_str_format(p->out, "<text class=\"soft\" transform=\"translate(%.1f %.1f) rotate(%.1f)\">%s</text>\n",
                  x0 + (x1 - x0) * 0.08 + 4, y0 + (y1 - y0) * 0.08 - 5,
                  atan2(y1 - y0, x1 - x0) * 180 / acos(-1), line->name);
}

/* Kernels in the order they come, as colours. */
static size_t colour_of(const ts_page *page, size_t winner)
{
    size_t colour = 0;
    for (size_t i = 1; i <= winner; i++)
        colour += strcmp(page->winners[i].kernel, page->winners[i - 1].kernel) != 0;
    return colour;
}

static void draw_winners(const ts_page *page, ts_plot *p)
{
    for (size_t i = 0; i < page->winner_count; i++) {
        const ts_winner *w = &page->winners[i];
        char tip[400], class[4], problem[TS_HUMAN_PROBLEM], number[TS_HUMAN];
        if (!(w->flops > 0 && w->bytes > 0))
            continue;
        snprintf(class, sizeof class, "f%zu", colour_of(page, i) % 8);
        snprintf(tip, sizeof tip, "%.60s %.20s %s: %s GFLOP/s", w->kernel, w->type,
                 ts_human_problem(w->problem, problem), ts_human_gflops(w->flops / w->seconds, number));
        ts_plot_dot(p, class, w->flops / w->bytes, w->flops / w->seconds / 1e9, tip);
    }
}

static void legend(const ts_page *page, ts_str *out)
{
    ts_str_append(out, "<p>");
    for (size_t i = 0; i < page->winner_count; i++) {
        const ts_winner *w = &page->winners[i];
        if (i > 0 && strcmp(w->kernel, page->winners[i - 1].kernel) == 0)
            continue;
        ts_str_format(out,
                      "<svg viewBox=\"0 0 10 10\" style=\"width:.8rem;display:inline-block\" "
                      "aria-hidden=\"true\"><circle class=\"f%zu\" cx=\"5\" cy=\"5\" r=\"5\"/></svg> ",
                      colour_of(page, i) % 8);
        ts_markup_text(out, w->kernel);
        ts_str_append(out, "&ensp;");
    }
    ts_str_append(out, "</p>\n");
}

void ts_page_roofline(ts_page *page)
{
    ts_ceiling_line lines[LINES];
    size_t count = bandwidths(page->target, lines);
    count = peaks(page, lines, count);
    ts_plot plot = {.out = &page->out,
                    .title = "Roofline with every winner",
                    .description = "Rate over operations a byte, both logarithmic; the lines are the "
                                   "bandwidths and peaks of one core. The table of winners has the numbers.",
                    .width = 900,
                    .height = 480};
    if (!fit_axes(page, lines, count, &plot)) {
        ts_html_paragraph(&page->out, "No winner computes anything: they move data, and the table of winners "
                                      "says how near to the bandwidth they are.");
        return;
    }
    ts_html_paragraph(&page->out, "Operations a byte count the operands once each; lines are what one core "
                                  "reaches. Point at a dot for its problem.");
    ts_str_append(&page->out, "<figure>\n");
    legend(page, &page->out);
    ts_plot_open(&plot);
    for (size_t i = 0; i < count; i++)
        draw_ceiling(&plot, &lines[i], highest_peak(lines, count));
    draw_winners(page, &plot);
    ts_plot_close(&plot);
    ts_str_append(&page->out, "</figure>\n");
}
