/* The ratios as bars, in SVG that stands alone and is legible on light and dark ground. */
#include "bench.h"
#include <math.h>

enum { LEFT = 330, RIGHT = 60, WIDTH = 900, LINE = 18, TOP = 64 };
static const double widest = 4;

/* Ratios are compared by factors: 2 lies as far from 1 as 1/2. */
static double x_of(double ratio)
{
    double from = log(0.5), to = log(widest), at = log(fmin(fmax(ratio, 0.5), widest));
    return LEFT + (at - from) / (to - from) * (WIDTH - LEFT - RIGHT);
}

static void append_axis(ts_str *out, int height)
{
    static const double marks[] = {0.5, 0.7, 1, 1.4, 2, 3, 4};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        ts_str_format(out,
                      "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/><text class=\"m\" "
                      "x=\"%.1f\" y=\"%d\">%g</text>\n",
                      marks[i] == 1 ? "one" : "grid", x_of(marks[i]), x_of(marks[i]), TOP - 6, height - 8,
                      x_of(marks[i]), TOP - 10, marks[i]);
}

static void append_bar(ts_str *out, const bench_row *row, int y)
{
    double one = x_of(1), end = x_of(row->ratio.mid);
    ts_str_format(out, "<text class=\"l\" x=\"%d\" y=\"%d\">%s  %.48s</text>\n", LEFT - 8, y + 13,
                  row->family->name, row->problem);
    ts_str_format(out,
                  "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"12\"><title>%s %s: %.3f "
                  "[%.3f, %.3f] against %s</title></rect>\n",
                  end < one ? "slow" : "fast", fmin(one, end), y + 3, fabs(end - one), row->family->name,
                  row->problem, row->ratio.mid, row->ratio.lo, row->ratio.hi, row->best);
    ts_str_format(out, "<line class=\"ci\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n",
                  x_of(row->ratio.lo), x_of(row->ratio.hi), y + 9, y + 9);
    ts_str_format(out, "<text class=\"v\" x=\"%.1f\" y=\"%d\">%.2f</text>\n",
                  fmax(fmax(end, one), x_of(row->ratio.hi)) + 5, y + 13, row->ratio.mid);
}

void bench_figure(const bench_rows *rows, const bench_about *about, ts_str *out)
{
    int count = 0, y = TOP;
    for (size_t i = 0; i < rows->count; i++)
        count += !isnan(rows->items[i].ratio.mid);
    int height = TOP + LINE * count + 16;
    ts_str_format(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" "
        "font-size=\"11\" role=\"img\">\n"
        "<title>Time of the best peer over ours, %s, %d thread%s</title>\n"
        "<desc>A bar for each shape; right of 1 the tuned kernel is faster. Thin lines: 95 %% "
        "intervals.</desc>\n"
        "<style>text{fill:#222}.l{text-anchor:end}.m{text-anchor:middle;fill:#777}.grid{stroke:#8884}.one{"
        "stroke:#777}"
        ".ci{stroke:#222;stroke-width:1.2}.fast{fill:#3a7ebf}.slow{fill:#c8553d}\n"
        "@media(prefers-color-scheme:dark){text{fill:#ddd}.m{fill:#999}.ci{stroke:#eee}}</style>\n"
        "<text x=\"8\" y=\"20\" font-size=\"14\">Time of the best peer over ours: %s, %d thread%s</text>\n",
        WIDTH, height, about->target, about->threads, about->threads == 1 ? "" : "s", about->target,
        about->threads, about->threads == 1 ? "" : "s");
    append_axis(out, height);
    for (size_t i = 0; i < rows->count; i++)
        if (!isnan(rows->items[i].ratio.mid)) {
            append_bar(out, &rows->items[i], y);
            y += LINE;
        }
    ts_str_append(out, "</svg>\n");
}
