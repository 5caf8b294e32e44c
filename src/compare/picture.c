/* The comparison as a picture: rooflines with the workloads on them, and time against energy. */
#include "compare/compare.h"
#include "export/plot.h"
#include "util/markup.h"
#include "util/str.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 960, HALF = 470, HEAD = 46, LEGEND_ROW = 20, LEGEND_COLUMNS = 4, COLOURS = 8 };

/* What a target can do at best: its highest peak of any type of number, and its memory. */
static void limits_of(const ts_comparison *c, size_t t, double *peak, double *bandwidth)
{
    static const char *const types[] = {"f32", "tf32", "bf16", "f16", "f8", "i8", "i16", "f64"};
    const ts_target *target = c->targets[t];
    double cores = ts_target_number(target, "cores", 1);
    ts_fact fact;
    *peak = 0;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char name[16];
        snprintf(name, sizeof name, "peak.%s", types[i]);
        if (ts_target_need(target, name, "the roofline", &fact) == TS_OK)
            *peak = fmax(*peak, fact.value * cores);
    }
    *bandwidth = ts_target_need(target, "memory.total", "the roofline", &fact) == TS_OK ? fact.value : NAN;
}

static void widen(ts_plot_axis *axis, double value)
{
    if (value > 0 && isfinite(value)) {
        axis->from = fmin(axis->from, value);
        axis->to = fmax(axis->to, value);
    }
}

static bool has_value(const ts_compare_cell *cell)
{
    return !cell->refusal && cell->seconds > 0;
}

/* Eight colours, then the same dashed: "s3 d1". */
static void line_class(size_t t, char class[8])
{
    snprintf(class, 8, "s%zu d%zu", t % COLOURS, t / COLOURS % 3);
}

static void mark_class(size_t t, char class[8])
{
    snprintf(class, 8, "f%zu", t % COLOURS);
}

/* Whether a target is in the picture. */
static bool shown(const ts_comparison *c, size_t t)
{
    for (size_t r = 0; r < c->row_count; r++)
        if (has_value(&c->rows[r].cells[t]))
            return true;
    return false;
}

static void tip(const ts_comparison *c, size_t r, size_t t, ts_str *out)
{
    const ts_compare_cell *cell = &c->rows[r].cells[t];
    ts_str_format(out, "%s on %s: %.4g s", c->rows[r].workload->name, c->targets[t]->name, cell->seconds);
    if (!isnan(cell->joules))
        ts_str_format(out, ", %.4g J", cell->joules);
    ts_str_append(out, cell->measured > 0.999 ? " (measured)"
                       : cell->measured > 0   ? " (partly measured)"
                                              : " (predicted)");
}

static void roofline_axes(const ts_comparison *c, ts_plot *p)
{
    p->x = (ts_plot_axis){"operations a byte", 1, 10, true};
    p->y = (ts_plot_axis){"GFLOP/s", INFINITY, 0, true};
    for (size_t r = 0; r < c->row_count; r++) {
        const ts_compare_row *row = &c->rows[r];
        widen(&p->x, row->flops / row->bytes);
        for (size_t t = 0; t < c->target_count; t++)
            if (has_value(&row->cells[t]))
                widen(&p->y, row->flops / row->cells[t].seconds / 1e9);
    }
    for (size_t t = 0; t < c->target_count; t++) {
        double peak, bandwidth;
        limits_of(c, t, &peak, &bandwidth);
        widen(&p->y, peak / 1e9);
    }
    p->x.from = fmin(p->x.from, 0.5);
    p->x.to *= 2;
    if (!isfinite(p->y.from))
        p->y.from = 1;
    ts_plot_round(&p->x);
    ts_plot_round(&p->y);
}

static void draw_roof(const ts_comparison *c, size_t t, ts_plot *p)
{
    double peak, bandwidth, low = p->x.from;
    char class[8];
    if (!shown(c, t))
        return;
    limits_of(c, t, &peak, &bandwidth);
    if (!(peak > 0))
        return;
    line_class(t, class);
    double ridge = bandwidth > 0 ? fmax(peak / bandwidth, low) : low;
    double x[] = {low, fmin(ridge, p->x.to), p->x.to};
    double y[] = {bandwidth > 0 ? fmin(low * bandwidth, peak) / 1e9 : peak / 1e9,
                  bandwidth > 0 ? fmin(x[1] * bandwidth, peak) / 1e9 : peak / 1e9,
                  fmin(p->x.to * (bandwidth > 0 ? bandwidth : INFINITY), peak) / 1e9};
    ts_plot_line(p, class, x, y, 3);
}

static void draw_roofline(const ts_comparison *c, int top, ts_str *out)
{
    ts_plot p = {.out = out,
                 .title = "Rooflines of the targets with the workloads on them",
                 .description =
                     "Operations a second over operations a byte, both logarithmic; lines are peak and "
                     "memory bandwidth of whole machines, dots are workloads.",
                 .width = HALF,
                 .height = 420,
                 .inside = true,
                 .x_at = 5,
                 .y_at = top};
    roofline_axes(c, &p);
    ts_plot_open(&p);
    for (size_t t = 0; t < c->target_count; t++)
        draw_roof(c, t, &p);
    for (size_t r = 0; r < c->row_count; r++)
        for (size_t t = 0; t < c->target_count; t++) {
            ts_str text = TS_STR_INIT;
            char class[8];
            const ts_compare_row *row = &c->rows[r];
            if (!has_value(&row->cells[t]) || !(row->flops > 0))
                continue;
            mark_class(t, class);
            tip(c, r, t, &text);
            ts_plot_mark(&p, class, t / COLOURS, row->flops / row->bytes,
                         row->flops / row->cells[t].seconds / 1e9, ts_str_text(&text));
            ts_str_free(&text);
        }
    ts_plot_close(&p);
}

/* Per workload the time of the fastest is 1: else the small ones would hide. */
static double relative_seconds(const ts_compare_row *row, size_t targets, size_t t)
{
    double least = INFINITY;
    for (size_t i = 0; i < targets; i++)
        if (has_value(&row->cells[i]))
            least = fmin(least, row->cells[i].seconds);
    return row->cells[t].seconds / least;
}

static double relative_joules(const ts_compare_row *row, size_t targets, size_t t)
{
    double least = INFINITY;
    for (size_t i = 0; i < targets; i++)
        if (has_value(&row->cells[i]) && row->cells[i].joules > 0)
            least = fmin(least, row->cells[i].joules);
    return row->cells[t].joules / least;
}

static void draw_pareto(const ts_comparison *c, int top, ts_str *out)
{
    ts_plot p = {.out = out,
                 .title = "Time against energy",
                 .description =
                     "For each workload the time over the fastest target's, and the energy over the most "
                     "frugal target's, both logarithmic; lower left is better. Targets whose energy is not "
                     "known are left out.",
                 .width = HALF,
                 .height = 420,
                 .inside = true,
                 .x_at = 5 + WIDTH / 2,
                 .y_at = top,
                 .x = {"time / fastest", 1, 10, true},
                 .y = {"energy / most frugal", 1, 10, true}};
    for (size_t r = 0; r < c->row_count; r++)
        for (size_t t = 0; t < c->target_count; t++)
            if (has_value(&c->rows[r].cells[t]) && c->rows[r].cells[t].joules > 0) {
                widen(&p.x, relative_seconds(&c->rows[r], c->target_count, t));
                widen(&p.y, relative_joules(&c->rows[r], c->target_count, t));
            }
    ts_plot_round(&p.x);
    ts_plot_round(&p.y);
    ts_plot_open(&p);
    for (size_t r = 0; r < c->row_count; r++)
        for (size_t t = 0; t < c->target_count; t++) {
            ts_str text = TS_STR_INIT;
            char class[8];
            const ts_compare_cell *cell = &c->rows[r].cells[t];
            if (!has_value(cell) || !(cell->joules > 0))
                continue;
            mark_class(t, class);
            tip(c, r, t, &text);
            ts_plot_mark(&p, class, t / COLOURS, relative_seconds(&c->rows[r], c->target_count, t),
                         relative_joules(&c->rows[r], c->target_count, t), ts_str_text(&text));
            ts_str_free(&text);
        }
    ts_plot_close(&p);
}

/* Colours repeat after eight targets, in another shape. */
static void draw_legend(const ts_comparison *c, ts_str *out)
{
    int n = 0;
    for (size_t t = 0; t < c->target_count; t++) {
        char class[8];
        if (!shown(c, t))
            continue;
        int x = 20 + (WIDTH - 40) / LEGEND_COLUMNS * (n % LEGEND_COLUMNS),
            y = HEAD + LEGEND_ROW * (n / LEGEND_COLUMNS);
        mark_class(t, class);
        ts_plot_symbol(out, class, t / COLOURS, x, y - 4, "");
        ts_str_format(out, "<text x=\"%d\" y=\"%d\">", x + 12, y);
        ts_markup_text(out, c->targets[t]->name);
        ts_str_append(out, "</text>\n");
        n++;
    }
}

int ts_compare_picture(const ts_comparison *c, char **svg)
{
    ts_str out = TS_STR_INIT;
    int targets = 0;
    for (size_t t = 0; t < c->target_count; t++)
        targets += shown(c, t);
    int legend = (targets + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS * LEGEND_ROW;
    int top = HEAD + legend, height = top + 430;
    ts_str_format(&out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
                  "height=\"%d\" role=\"img\">\n"
                  "<title>Hardware targets compared</title>\n<style>\n",
                  WIDTH, height, WIDTH, height);
    ts_str_append(&out, ts_plot_style);
    ts_str_append(&out,
                  "</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n"
                  "<text class=\"head\" x=\"20\" y=\"24\">Rooflines with the workloads on them</text>\n");
    ts_str_format(&out, "<text class=\"head\" x=\"%d\" y=\"24\">Time against energy</text>\n",
                  WIDTH / 2 + 20);
    draw_legend(c, &out);
    draw_roofline(c, top, &out);
    draw_pareto(c, top, &out);
    ts_str_append(&out, "</svg>\n");
    *svg = ts_str_take(&out);
    return *svg ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while drawing a comparison");
}
