/* Line charts as SVG that stands alone: legible in light and dark surroundings, with text for those who don't
 * see it. */
#ifndef TS_EXPORT_CHART_H
#define TS_EXPORT_CHART_H

#include <stdbool.h>
#include <stddef.h>

/** A line. Series of the same position have the same colour and dashes in all panels. */
typedef struct ts_series {
    const double *x, *y; /**< borrowed; NAN breaks the line */
    size_t count;
} ts_series;

/** A pair of axes. */
typedef struct ts_panel {
    const char *title, *x_label, *y_label;
    bool log_x;
    double x_from, x_to, y_from, y_to;
    const ts_series *series; /**< [series_count of the chart] */
} ts_panel;

typedef struct ts_chart {
    const char *title;
    const char *description;  /**< what the lines show, in words and numbers */
    const char *const *names; /**< [series_count]: the legend */
    size_t series_count;
    const ts_panel *panels; /**< laid out in rows of two */
    size_t panel_count;
} ts_chart;

/** *svg is malloc'ed. The same chart gives the same bytes. */
int ts_chart_svg(const ts_chart *chart, char **svg);

#endif
