/* See chart.h. */
#include "export/chart.h"

#include "tilesmith_plugin.h"
#include "util/str.h"

#include <math.h>
#include <stdio.h>

enum {
    PANEL_WIDTH = 460,
    PANEL_HEIGHT = 300,
    LEFT = 62,
    RIGHT = 18,
    TOP = 40,
    BOTTOM = 52,
    HEAD = 44,
    LEGEND_ROW = 22,
    LEGEND_COLUMNS = 4,
    COLOURS = 8
};

/* Distinct for the colour-blind too (Okabe & Ito 2008), in a version for light and one for dark surroundings;
 * from the ninth series on, dashes tell them apart. */
static const char *const light[COLOURS] = {"#0072b2", "#b84a00", "#00785a", "#a8447f",
                                           "#806000", "#3b8dbd", "#444444", "#7a4fc0"};
static const char *const dark[COLOURS] = {"#56b4e9", "#ff9a4d", "#2fd0a3", "#f092cf",
                                          "#f0e442", "#8fd0ff", "#cccccc", "#b9a0ff"};
static const char *const dashes[] = {"none", "7 4", "2 4", "9 3 2 3"};

static void add_text(ts_str *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '&')
            ts_str_append(out, "&amp;");
        else if (*text == '<')
            ts_str_append(out, "&lt;");
        else if (*text == '"')
            ts_str_append(out, "&quot;");
        else
            ts_str_append_n(out, text, 1);
    }
}

static void add_label(ts_str *out, double x, double y, const char *attributes, const char *text)
{
    ts_str_format(out, "<text x=\"%.1f\" y=\"%.1f\" %s>", x, y, attributes);
    add_text(out, text);
    ts_str_append(out, "</text>\n");
}

/* Plain classes, no CSS variables: viewers other than browsers know those. */
static void add_style(const ts_chart *c, ts_str *out)
{
    ts_str_append(
        out, "<style>\n"
             "text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-size:17px;font-weight:600}"
             ".panel{font-weight:600}.soft{fill:#59636e}.middle{text-anchor:middle}.end{text-anchor:end}\n"
             ".paper{fill:#ffffff}.rule{stroke:#d1d9e0;fill:none}"
             ".line{fill:none;stroke-width:2;stroke-linejoin:round}\n");
    for (size_t i = 0; i < c->series_count; i++)
        ts_str_format(out, ".s%zu{stroke:%s;stroke-dasharray:%s}\n", i, light[i % COLOURS],
                      dashes[i / COLOURS % (sizeof dashes / sizeof *dashes)]);
    ts_str_append(out, "@media (prefers-color-scheme:dark){\n"
                       "text{fill:#f0f6fc}.soft{fill:#9198a1}.paper{fill:#0d1117}.rule{stroke:#3d444d}\n");
    for (size_t i = 0; i < c->series_count; i++)
        ts_str_format(out, ".s%zu{stroke:%s}\n", i, dark[i % COLOURS]);
    ts_str_append(out, "}\n</style>\n");
}

static void add_legend(const ts_chart *c, ts_str *out)
{
    double column = 2.0 * PANEL_WIDTH / LEGEND_COLUMNS;
    for (size_t i = 0; i < c->series_count; i++) {
        double x = LEFT + column * (double)(i % LEGEND_COLUMNS) * 0.93;
        size_t row = i / LEGEND_COLUMNS;
        double y = HEAD + LEGEND_ROW * (double)row + 10;
        ts_str_format(out, "<path class=\"line s%zu\" d=\"M%.1f %.1fh26\"/>\n", i, x, y);
        add_label(out, x + 33, y + 4, "", c->names[i]);
    }
}

/* A round step that gives about `wanted` intervals: 1, 2 or 5 times a power of ten. */
static double round_step(double span, double wanted)
{
    double raw = span / wanted, power = pow(10, floor(log10(raw))), digit = raw / power;
    return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
}

/* Where a panel's values land on the page. */
typedef struct ts_axes {
    const ts_panel *panel;
    double left, top, width, height;
} ts_axes;

static double place_x(const ts_axes *a, double x)
{
    const ts_panel *p = a->panel;
    double share =
        p->log_x ? log(x / p->x_from) / log(p->x_to / p->x_from) : (x - p->x_from) / (p->x_to - p->x_from);
    return a->left + share * a->width;
}

static double place_y(const ts_axes *a, double y)
{
    const ts_panel *p = a->panel;
    double share = (fmin(fmax(y, p->y_from), p->y_to) - p->y_from) / (p->y_to - p->y_from);
    return a->top + (1 - share) * a->height;
}

static void add_tick_x(const ts_axes *a, double x, ts_str *out)
{
    char text[32];
    snprintf(text, sizeof text, "%.6g", x);
    ts_str_format(out, "<path class=\"rule\" d=\"M%.1f %.1fv%.1f\"/>\n", place_x(a, x), a->top, a->height);
    add_label(out, place_x(a, x), a->top + a->height + 18, "class=\"soft middle\"", text);
}

static void add_x_axis(const ts_axes *a, ts_str *out)
{
    const ts_panel *p = a->panel;
    if (p->log_x) {
        static const double steps[] = {1, 2, 5};
        int last = (int)floor(log10(p->x_to));
        for (int decade = (int)floor(log10(p->x_from)); decade <= last; decade++)
            for (size_t i = 0; i < 3; i++) {
                double x = steps[i] * pow(10, decade);
                if (x >= p->x_from && x <= p->x_to)
                    add_tick_x(a, x, out);
            }
    } else {
        double step = round_step(p->x_to - p->x_from, 5);
        for (double k = ceil(p->x_from / step - 1e-9); k * step <= p->x_to + 1e-9 * step; k++)
            add_tick_x(a, k * step + 0.0, out); /* never "-0" */
    }
    add_label(out, a->left + a->width / 2, a->top + a->height + 38, "class=\"soft middle\"", p->x_label);
}

static void add_y_axis(const ts_axes *a, ts_str *out)
{
    const ts_panel *p = a->panel;
    char text[32], turned[128];
    double step = round_step(p->y_to - p->y_from, 5);
    for (double k = ceil(p->y_from / step - 1e-9); k * step <= p->y_to + 1e-9 * step; k++) {
        double y = place_y(a, k * step);
        snprintf(text, sizeof text, "%.6g", k * step + 0.0); /* never "-0" */
        ts_str_format(out, "<path class=\"rule\" d=\"M%.1f %.1fh%.1f\"/>\n", a->left, y, a->width);
        add_label(out, a->left - 8, y + 4, "class=\"soft end\"", text);
    }
    snprintf(turned, sizeof turned, "class=\"soft middle\" transform=\"rotate(-90 %.1f %.1f)\"", a->left - 44,
             a->top + a->height / 2);
    add_label(out, a->left - 44, a->top + a->height / 2, turned, p->y_label);
}

/* Points closer than half a pixel to the one before add bytes, not shape. */
static void add_line(const ts_axes *a, const ts_series *s, size_t index, ts_str *out)
{
    double last_x = -INFINITY;
    char command = 'M';
    if (s->count == 0)
        return;
    ts_str_format(out, "<path class=\"line s%zu\" d=\"", index);
    for (size_t i = 0; i < s->count; i++) {
        double x = place_x(a, s->x[i]);
        if (isnan(s->y[i])) {
            command = 'M';
            continue;
        }
        if (command == 'L' && x - last_x < 0.5 && i + 1 < s->count)
            continue;
        ts_str_format(out, "%c%.1f %.1f", command, x, place_y(a, s->y[i]));
        command = 'L';
        last_x = x;
    }
    ts_str_append(out, "\"/>\n");
}

static void add_panel(const ts_chart *c, size_t i, double head, ts_str *out)
{
    const ts_panel *p = &c->panels[i];
    size_t column = i % 2, row = i / 2;
    ts_axes a = {p, LEFT + PANEL_WIDTH * (double)column, head + TOP + PANEL_HEIGHT * (double)row,
                 PANEL_WIDTH - LEFT - RIGHT, PANEL_HEIGHT - TOP - BOTTOM};
    ts_str_append(out, "<g role=\"img\" aria-label=\"");
    add_text(out, p->title);
    ts_str_append(out, "\">\n");
    add_label(out, a.left, a.top - 14, "class=\"panel\"", p->title);
    add_x_axis(&a, out);
    add_y_axis(&a, out);
    for (size_t s = 0; s < c->series_count; s++)
        add_line(&a, &p->series[s], s, out);
    ts_str_append(out, "</g>\n");
}

int ts_chart_svg(const ts_chart *c, char **svg)
{
    ts_str out = TS_STR_INIT;
    size_t legend_rows = (c->series_count + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS;
    double head = HEAD + LEGEND_ROW * (double)legend_rows, width = 2.0 * PANEL_WIDTH;
    size_t rows = (c->panel_count + 1) / 2;
    double height = head + PANEL_HEIGHT * (double)rows;
    ts_str_format(
        &out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" "
        "role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">",
        width, height, width, height);
    add_text(&out, c->title);
    ts_str_append(&out, "</title>\n<desc id=\"desc\">");
    add_text(&out, c->description);
    ts_str_append(&out, "</desc>\n");
    add_style(c, &out);
    ts_str_append(&out, "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n");
    add_label(&out, LEFT, 28, "class=\"title\"", c->title);
    add_legend(c, &out);
    for (size_t i = 0; i < c->panel_count; i++)
        add_panel(c, i, head, &out);
    ts_str_append(&out, "</svg>\n");
    *svg = ts_str_take(&out);
    return *svg ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while drawing a chart");
}
