/* See plot.h. */
#include "report/plot.h"
#include "report/page.h"
#include <math.h>
#include <stdio.h>

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
    ts_html_text(p->out, text);
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
    for (double power = floor(log10(a->from)); power <= log10(a->to); power++)
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
    ts_str_format(p->out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" style=\"max-width:%dpx\">\n<title>",
                  p->width, p->height, p->width);
    ts_html_text(p->out, p->title);
    ts_str_append(p->out, "</title>\n<desc>");
    ts_html_text(p->out, p->description);
    ts_str_append(p->out, "</desc>\n");
    ticks(p, true);
    ticks(p, false);
    ts_plot_label(p, "soft middle", p->left + p->inner_width / 2, p->height - 8, p->x.label);
    ts_str_format(p->out, "<text class=\"soft middle\" transform=\"translate(13 %.1f) rotate(-90)\">",
                  p->top + p->inner_height / 2);
    ts_html_text(p->out, p->y.label);
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

void ts_plot_dot(ts_plot *p, const char *class, double x, double y, const char *tip)
{
    ts_str_format(p->out, "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"><title>", class,
                  ts_plot_x(p, x), ts_plot_y(p, y));
    ts_html_text(p->out, tip);
    ts_str_append(p->out, "</title></circle>\n");
}
