/* See plot.h. */
#include "export/plot.h"
#include "util/markup.h"
#include <math.h>
#include <stdio.h>

/* Plain classes, no CSS variables: viewers other than browsers know those. The colours can be told apart by
 * the colour-blind too (Okabe & Ito 2008), on light and on dark ground. */
const char ts_plot_style[] =
    "svg text{font:12px system-ui,sans-serif;fill:#1f2328}svg .soft{fill:#59636e}svg .middle{"
    "text-anchor:middle}svg .end{text-anchor:end}"
    "svg .head{font-size:15px;font-weight:600}.paper{fill:#ffffff}.rule{stroke:#d1d9e0;fill:n"
    "one}.line{fill:none;stroke-width:2;stroke-linejoin:round}"
    ".line.limit{stroke:#59636e;stroke-dasharray:5 4}.d1{stroke-dasharray:8 4}.d2{stroke-dasharray:2 "
    "4}.dot{stroke:#ffffff}.bar{fill:#0072b2}.t"
    "rack{fill:#d1d9e0}"
    ".line.s0{stroke:#0072b2}.f0{fill:#0072b2}.line.s1{stroke:#b84a00}.f1{fill:#b84a00}.line."
    "s2{stroke:#00785a}.f2{fill:#00785a}.line.s3{stroke:#a8447f}.f3{fill:#a8447f}.line.s4{str"
    "oke:#806000}.f4{fill:#806000}.line.s5{stroke:#3b8dbd}.f5{fill:#3b8dbd}.line.s6{stroke:#4"
    "44444}.f6{fill:#444444}.line.s7{stroke:#7a4fc0}.f7{fill:#7a4fc0}"
    "\n@media (prefers-color-scheme:dark){svg text{fill:#f0f6fc}svg .soft{fill:#9198a1}"
    ".paper{fill:#0d1117}.rule{stroke:#3d444d}.line.limit{stroke:#9198a1}.dot{stroke:#0d1117}"
    ".bar{fill:#56b4e9}.track{fill:#3d444d}"
    ".line.s0{stroke:#56b4e9}.f0{fill:#56b4e9}.line.s1{stroke:#ff9a4d}.f1{fill:#ff9a4d}.line."
    "s2{stroke:#2fd0a3}.f2{fill:#2fd0a3}.line.s3{stroke:#f092cf}.f3{fill:#f092cf}.line.s4{str"
    "oke:#f0e442}.f4{fill:#f0e442}.line.s5{stroke:#8fd0ff}.f5{fill:#8fd0ff}.line.s6{stroke:#c"
    "ccccc}.f6{fill:#cccccc}.line.s7{stroke:#b9a0ff}.f7{fill:#b9a0ff}"
    "}\n";

enum { LEFT = 58, RIGHT = 14, TOP = 12, BOTTOM = 44 };

double ts_plot_x(const ts_plot *p, double x)
{
    const ts_plot_axis *a = &p->x;
    double share = a->log ? log(x / a->from) / log(a->to / a->from) : (x - a->from) / (a->to - a->from);
    return p->left + fmin(fmax(share, 0), 1) * p->inner_width;
}

double ts_plot_y(const ts_plot *p, double y)
{
    const ts_plot_axis *a = &p->y;
    double share = a->log ? log(y / a->from) / log(a->to / a->from) : (y - a->from) / (a->to - a->from);
    return p->top + (1 - fmin(fmax(share, 0), 1)) * p->inner_height;
}

/* 1, 2 or 5 times a power of ten, about a fifth of the span. */
static double round_step(double span)
{
    double raw = span / 5, power = pow(10, floor(log10(raw))), digit = raw / power;
    return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
}

void ts_plot_round(ts_plot_axis *a)
{
    if (a->log) {
        a->from = pow(10, floor(log10(a->from) + 1e-9));
        a->to = pow(10, ceil(log10(a->to) - 1e-9));
        a->to = a->to > a->from ? a->to : 10 * a->from;
        return;
    }
    double step = round_step(a->to > a->from ? a->to - a->from : 1);
    a->from = step * floor(a->from / step + 1e-9);
    a->to = step * ceil(a->to / step - 1e-9);
    a->to = a->to > a->from ? a->to : a->from + step;
}

void ts_plot_label(ts_plot *p, const char *class, double x, double y, const char *text)
{
    ts_str_format(p->out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, class);
    ts_markup_text(p->out, text);
    ts_str_append(p->out, "</text>\n");
}

static void tick(ts_plot *p, bool along_x, double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.6g", value + 0.0); /* never "-0" */
    if (along_x) {
        double x = ts_plot_x(p, value);
        ts_str_format(p->out, "<path class=\"rule\" d=\"M%.1f %.1fv%.1f\"/>\n", x, p->top, p->inner_height);
        ts_plot_label(p, "soft middle", x, p->top + p->inner_height + 16, text);
    } else {
        double y = ts_plot_y(p, value);
        ts_str_format(p->out, "<path class=\"rule\" d=\"M%.1f %.1fh%.1f\"/>\n", p->left, y, p->inner_width);
        ts_plot_label(p, "soft end", p->left - 6, y + 4, text);
    }
}

static void log_ticks(ts_plot *p, bool along_x, const ts_plot_axis *a)
{
    static const double steps[] = {1, 2, 5};
    double decades = log10(a->to / a->from);
    size_t kinds = decades > 3.5 ? 1 : 3;
    int last = (int)ceil(log10(a->to));
    for (int power = (int)floor(log10(a->from)); power <= last; power++)
        for (size_t i = 0; i < kinds; i++) {
            double value = steps[i] * pow(10, power);
            if (value >= a->from * (1 - 1e-9) && value <= a->to * (1 + 1e-9))
                tick(p, along_x, value);
        }
}

static void ticks(ts_plot *p, bool along_x)
{
    const ts_plot_axis *a = along_x ? &p->x : &p->y;
    double step = round_step(a->to - a->from);
    if (a->log)
        log_ticks(p, along_x, a);
    else
        for (double k = ceil(a->from / step - 1e-9); k * step <= a->to + 1e-9 * step; k++)
            tick(p, along_x, k * step);
}

void ts_plot_open(ts_plot *p)
{
    p->left = LEFT;
    p->top = TOP;
    p->inner_width = p->width - LEFT - RIGHT;
    p->inner_height = p->height - TOP - BOTTOM;
    if (p->inside)
        ts_str_format(p->out, "<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" role=\"img\">\n<title>",
                      p->x_at, p->y_at, p->width, p->height);
    else
        ts_str_format(p->out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" style=\"max-width:%dpx\">\n<title>",
                      p->width, p->height, p->width);
    ts_markup_text(p->out, p->title);
    ts_str_append(p->out, "</title>\n<desc>");
    ts_markup_text(p->out, p->description);
    ts_str_append(p->out, "</desc>\n");
    ticks(p, true);
    ticks(p, false);
    ts_plot_label(p, "soft middle", p->left + p->inner_width / 2, p->height - 8, p->x.label);
    ts_str_format(p->out, "<text class=\"soft middle\" transform=\"translate(13 %.1f) rotate(-90)\">",
                  p->top + p->inner_height / 2);
    ts_markup_text(p->out, p->y.label);
    ts_str_append(p->out, "</text>\n");
}

void ts_plot_close(ts_plot *p)
{
    ts_str_append(p->out, "</svg>\n");
}

void ts_plot_line(ts_plot *p, const char *class, const double *x, const double *y, size_t count)
{
    char command = 'M';
    ts_str_format(p->out, "<path class=\"line %s\" d=\"", class);
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i])) {
            command = 'M';
            continue;
        }
        ts_str_format(p->out, "%c%.1f %.1f", command, ts_plot_x(p, x[i]), ts_plot_y(p, y[i]));
        command = 'L';
    }
    ts_str_append(p->out, "\"/>\n");
}

void ts_plot_symbol(ts_str *out, const char *class, size_t shape, double x, double y, const char *tip)
{
    if (shape % 3 == 0)
        ts_str_format(out, "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\">", class, x, y);
    else if (shape % 3 == 1)
        ts_str_format(out, "<path class=\"dot %s\" d=\"M%.1f %.1fh8v8h-8z\">", class, x - 4, y - 4);
    else
        ts_str_format(out, "<path class=\"dot %s\" d=\"M%.1f %.1fl5.5 5.5l-5.5 5.5l-5.5 -5.5z\">", class, x,
                      y - 5.5);
    if (*tip) {
        ts_str_append(out, "<title>");
        ts_markup_text(out, tip);
        ts_str_append(out, "</title>");
    }
    ts_str_append(out, shape % 3 == 0 ? "</circle>\n" : "</path>\n");
}

void ts_plot_mark(ts_plot *p, const char *class, size_t shape, double x, double y, const char *tip)
{
    ts_plot_symbol(p->out, class, shape, ts_plot_x(p, x), ts_plot_y(p, y), tip);
}

void ts_plot_dot(ts_plot *p, const char *class, double x, double y, const char *tip)
{
    ts_plot_mark(p, class, 0, x, y, tip);
}
