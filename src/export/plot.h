/* Plots as SVG, inside a page whose style they share or standing alone, with a title and a text for those who
 * don't see them. */
#ifndef TS_EXPORT_PLOT_H
#define TS_EXPORT_PLOT_H

#include "util/str.h"
#include <stdbool.h>

typedef struct ts_plot_axis {
    const char *label;
    double from, to;
    bool log;
} ts_plot_axis;

typedef struct ts_plot {
    ts_str *out;
    const char *title, *description;
    int width, height; /**< of the whole plot, in user units */
    bool inside;       /**< a part of another picture, at */
    int x_at, y_at;
    ts_plot_axis x, y;
    double left, top, inner_width, inner_height; /**< set by ts_plot_open() */
} ts_plot;

/** The rules that plots are drawn by, light and dark, without <style> around them. */
extern const char ts_plot_style[];

/** Begin: frame, grid, tick labels. */
void ts_plot_open(ts_plot *plot);
void ts_plot_close(ts_plot *plot);
double ts_plot_x(const ts_plot *plot, double x);
double ts_plot_y(const ts_plot *plot, double y);
/** A line through points; `class` is "s0" … "s7" for a series, with " d1" or " d2" dashed, or "limit". Values
 * beyond the axes are cut. */
void ts_plot_line(ts_plot *plot, const char *class, const double *x, const double *y, size_t count);
/** A dot with a text that appears when pointed at. */
void ts_plot_dot(ts_plot *plot, const char *class, double x, double y, const char *tip);
/** The same as one of three shapes: disc, square, diamond. */
void ts_plot_mark(ts_plot *plot, const char *class, size_t shape, double x, double y, const char *tip);
/** The mark alone, at a place of the picture: for legends. */
void ts_plot_symbol(ts_str *out, const char *class, size_t shape, double x, double y, const char *tip);
/** A text at a place in the plot; `class` adds "middle", "end" or "soft". */
void ts_plot_label(ts_plot *plot, const char *class, double x, double y, const char *text);
/** Widen an axis to round numbers around what it has. */
void ts_plot_round(ts_plot_axis *axis);

#endif
