/* See explore_report.h. */
#include "cli/explore_report.h"
#include "cli/output.h"
#include "export/plot.h"
#include "util/markup.h"
#include "util/str.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const objectives[] = {"time", "energy", "energy times time"};
enum { SHOWN = 15 };

/* 256K as people write it where it is a size; else the number. */
static void value_cell(ts_table *table, const char *name, double value)
{
    char text[TS_HUMAN];
    const char *dot = strrchr(name, '.');
    if (dot && strcmp(dot, ".size") == 0)
        ts_table_cell(table, "%s", ts_human_bytes(value, text));
    else
        ts_table_cell(table, "%.6g", value);
}

static void design_row(ts_table *table, const ts_explore_question *q, const ts_explore_report *r,
                       const ts_design *d, const char *mark)
{
    char text[TS_HUMAN];
    ts_table_cell(table, "%s", mark);
    for (size_t i = 0; i < r->attribute_count; i++)
        value_cell(table, r->attributes[i].name, d->values[i]);
    if (r->dataflow_count)
        ts_table_cell(table, "%s", d->dataflow >= 0 ? r->dataflows[d->dataflow] : "-");
    ts_table_cell(table, "%s", ts_human_seconds(d->seconds, text));
    ts_table_cell(table, "%s", ts_human_joules(d->joules, text));
    if (q->area)
        ts_table_cell(table, isnan(d->area) ? "-" : "%.3g (%.3g..%.3g)", d->area, d->area_lo, d->area_hi);
    ts_table_cell(table, isnan(d->value / r->base.value) ? "-" : "%.2fx", r->base.value / d->value);
}

static ts_table *design_table(const ts_explore_question *q, const ts_explore_report *r)
{
    ts_str headers = TS_STR_INIT;
    for (size_t i = 0; i < r->attribute_count; i++)
        ts_str_format(&headers, "|>%s", r->attributes[i].name);
    ts_str_format(&headers, "%s|>time|>energy%s|>gain", r->dataflow_count ? "|mapping" : "",
                  q->area ? "|>mm2" : "");
    ts_table *table = ts_table_new(ts_str_text(&headers));
    ts_str_free(&headers);
    return table;
}

static int by_time(const void *a, const void *b)
{
    const ts_design *x = *(const ts_design *const *)a, *y = *(const ts_design *const *)b;
    return (x->seconds > y->seconds) - (x->seconds < y->seconds);
}

/* The front, fastest first; of equal designs the first. malloc'ed. */
static const ts_design **front_of(const ts_explore_report *r, size_t *count)
{
    const ts_design **front = calloc(r->count + 1, sizeof *front);
    *count = 0;
    for (size_t i = 0; front && i < r->count; i++)
        if (r->designs[i].front)
            front[(*count)++] = &r->designs[i];
    if (front)
        qsort(front, *count, sizeof *front, by_time);
    return front;
}

static int print_front(const ts_explore_question *q, const ts_explore_report *r)
{
    size_t count;
    const ts_design **front = front_of(r, &count);
    ts_table *table = design_table(q, r);
    design_row(table, q, r, &r->base, "as it is");
    design_row(table, q, r, &r->designs[r->best], "best");
    for (size_t i = 0; front && i < count && i < SHOWN; i++)
        design_row(table, q, r, front[i], "front");
    int rc = ts_table_print(table, stdout);
    if (count > SHOWN)
        printf("and %zu more on the front; --json has all\n", count - SHOWN);
    free(front);
    return rc;
}

/* What each value of an attribute allows at best: where the curve is flat, it doesn't pay. */
static void print_attributes(const ts_explore_report *r)
{
    printf("\nWhat each attribute pays (best objective over the best of all, by its values)\n\n");
    for (size_t a = 0; a < r->attribute_count; a++) {
        const ts_explore_attribute *at = &r->attributes[a];
        char text[TS_HUMAN];
        const char *dot = strrchr(at->name, '.');
        bool size = dot && strcmp(dot, ".size") == 0;
        printf("  %s:", at->name);
        for (size_t v = 0; v < at->count; v++) {
            if (size)
                printf("  %s", ts_human_bytes(at->values[v], text));
            else
                printf("  %.6g", at->values[v]);
            if (isnan(at->best[v]))
                printf(" -");
            else
                printf(" %.2f", at->best[v] / r->designs[r->best].value);
        }
        printf("\n");
    }
}

int ts_explore_print(const ts_explore_question *q, const ts_explore_report *r)
{
    char number[TS_HUMAN];
    printf("%s on %s, by %s: %zu of %s designs judged%s\n\n", q->workload->name, q->base->name,
           objectives[q->objective], r->count + r->refused, ts_human_count((double)r->space, number),
           r->exhaustive ? ", all there are" : "");
    int rc = print_front(q, r);
    print_attributes(r);
    if (r->refused)
        printf("\n%zu designs can't do it: %s\n", r->refused, r->refusal);
    if (r->no_energy)
        printf("\nEnergy isn't known: %s\n", r->no_energy);
    return rc;
}

static json_t *design_json(const ts_explore_report *r, const ts_design *d)
{
    json_t *values = json_object();
    for (size_t i = 0; i < r->attribute_count; i++)
        json_object_set_new(values, r->attributes[i].name, ts_json_real(d->values[i]));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "attributes", values, "mapping",
                     ts_json_text(d->dataflow >= 0 ? r->dataflows[d->dataflow] : NULL), "seconds",
                     ts_json_real(d->seconds), "joules", ts_json_real(d->joules), "mm2",
                     ts_json_real(d->area), "mm2_lo", ts_json_real(d->area_lo), "mm2_hi",
                     ts_json_real(d->area_hi), "objective", ts_json_real(d->value), "front", d->front);
}

json_t *ts_explore_json(const ts_explore_question *q, const ts_explore_report *r)
{
    json_t *designs = json_array(), *attributes = json_array();
    for (size_t i = 0; i < r->count; i++)
        json_array_append_new(designs, design_json(r, &r->designs[i]));
    for (size_t a = 0; a < r->attribute_count; a++) {
        json_t *points = json_array();
        for (size_t v = 0; v < r->attributes[a].count; v++)
            json_array_append_new(points,
                                  json_pack("{s:o, s:o}", "value", ts_json_real(r->attributes[a].values[v]),
                                            "best", ts_json_real(r->attributes[a].best[v])));
        json_array_append_new(attributes,
                              json_pack("{s:s, s:o}", "name", r->attributes[a].name, "values", points));
    }
    return json_pack("{s:s, s:s, s:s, s:I, s:b, s:o, s:o, s:o, s:o}", "base_target", q->base->name,
                     "workload", q->workload->name, "objective", objectives[q->objective], "space",
                     (json_int_t)r->space, "exhaustive", r->exhaustive, "base", design_json(r, &r->base),
                     "best", design_json(r, &r->designs[r->best]), "designs", designs, "attributes",
                     attributes);
}

/* The other axis: energy, else area. NAN: neither is known. */
static double height(const ts_design *d)
{
    return isnan(d->joules) ? d->area : d->joules;
}

static void fit(const ts_explore_report *r, ts_plot *p)
{
    p->x = (ts_plot_axis){"seconds", INFINITY, 0, true};
    p->y = (ts_plot_axis){isnan(r->designs[0].joules) ? "mm2" : "joules", INFINITY, 0, true};
    for (size_t i = 0; i < r->count; i++) {
        p->x.from = fmin(p->x.from, r->designs[i].seconds);
        p->x.to = fmax(p->x.to, r->designs[i].seconds);
        p->y.from = fmin(p->y.from, height(&r->designs[i]));
        p->y.to = fmax(p->y.to, height(&r->designs[i]));
    }
    ts_plot_round(&p->x);
    ts_plot_round(&p->y);
}

static void tip(const ts_explore_report *r, const ts_design *d, ts_str *out)
{
    for (size_t i = 0; i < r->attribute_count; i++)
        ts_str_format(out, "%s=%.6g ", r->attributes[i].name, d->values[i]);
    ts_str_format(out, "%s: %.4g s", d->dataflow >= 0 ? r->dataflows[d->dataflow] : "", d->seconds);
}

int ts_explore_picture(const ts_explore_question *q, const ts_explore_report *r, char **svg)
{
    ts_str out = TS_STR_INIT;
    ts_plot p = {
        .out = &out,
        .title = "Designs by time and energy",
        .description =
            "Each dot is a design, those in colour are on the Pareto front, the diamond is the base target.",
        .width = 700,
        .height = 440,
        .inside = true,
        .y_at = 36};
    if (isnan(height(&r->designs[0])))
        return ts_fail(TS_EINPUT, "a picture needs energy or --area, and neither is known: %s",
                       r->no_energy ? r->no_energy : "energy isn't stated");
    ts_str_append(
        &out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 700 480\" width=\"700\" height=\"480\" "
        "role=\"img\">\n<style>\n");
    ts_str_append(&out, ts_plot_style);
    ts_str_append(&out, "</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n<text "
                        "class=\"head\" x=\"20\" y=\"24\">");
    ts_markup_text(&out, q->workload->name);
    ts_str_append(&out, " on designs around ");
    ts_markup_text(&out, q->base->name);
    ts_str_append(&out, "</text>\n");
    fit(r, &p);
    ts_plot_open(&p);
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < r->count; i++) {
            ts_str text = TS_STR_INIT;
            if (r->designs[i].front != (pass == 1))
                continue;
            tip(r, &r->designs[i], &text);
            ts_plot_mark(&p, pass ? "f1" : "track", 0, r->designs[i].seconds, height(&r->designs[i]),
                         ts_str_text(&text));
            ts_str_free(&text);
        }
    if (r->base.seconds > 0 && !isnan(height(&r->base)))
        ts_plot_mark(&p, "f0", 2, r->base.seconds, height(&r->base), "the base target");
    ts_plot_close(&p);
    ts_str_append(&out, "</svg>\n");
    *svg = ts_str_take(&out);
    return *svg ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while drawing designs");
}
