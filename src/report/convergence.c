/* How each search came to its best, evaluation by evaluation. */
#include "export/plot.h"
#include "report/page.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHOWN = 12 }; /* pictures before the rest is folded away */

typedef struct ts_curve {
    double *x, *y;       /* evaluations so far; best so far as a share of the best of all */
    size_t count, first; /* first: evaluations before anything worked */
} ts_curve;

static double best_of(const ts_page_search *s)
{
    double best = INFINITY;
    for (size_t i = 0; i < s->samples.count; i++)
        if (s->samples.items[i].status == TS_STATUS_OK)
            best = fmin(best, s->samples.items[i].cost);
    return best;
}

/* A staircase: two points where the best changes. */
static bool make_curve(const ts_page_search *s, ts_curve *c)
{
    double best = best_of(s), so_far = INFINITY;
    *c = (ts_curve){calloc(2 * s->samples.count + 2, sizeof(double)),
                    calloc(2 * s->samples.count + 2, sizeof(double)), 0, 0};
    for (size_t i = 0; c->x && c->y && i < s->samples.count; i++) {
        double cost = s->samples.items[i].cost;
        if (s->samples.items[i].status != TS_STATUS_OK || cost >= so_far)
            continue;
        if (c->count > 0) {
            c->x[c->count] = (double)i + 1;
            c->y[c->count++] = best / so_far;
        } else
            c->first = i;
        so_far = cost;
        c->x[c->count] = (double)i + 1;
        c->y[c->count++] = best / so_far;
    }
    if (c->count > 0) {
        c->x[c->count] = (double)s->samples.count;
        c->y[c->count++] = 1;
    }
    return c->count > 0;
}

/* Evaluations until the best so far was within a share of the best. */
static size_t reached(const ts_curve *c, double share)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->y[i] >= share)
            return (size_t)c->x[i];
    return 0;
}

static void picture(ts_page *page, const ts_page_search *s)
{
    ts_curve c;
    char name[TS_PAGE_NAME], title[TS_PAGE_NAME + 40], text[200];
    if (make_curve(s, &c)) {
        snprintf(title, sizeof title, "Convergence of %s", ts_page_name(s, name));
        snprintf(text, sizeof text, "95 %% of the best after %zu of %zu evaluations, 99 %% after %zu.",
                 reached(&c, 0.95), s->samples.count, reached(&c, 0.99));
        double last = fmax((double)s->samples.count, 10), low = 100 * c.y[0];
        ts_plot plot = {.out = &page->out,
                        .title = title,
                        .description = text,
                        .width = 360,
                        .height = 200,
                        .x = {"evaluations", 1, last, true},
                        .y = {"% of the best", fmin(low, 90), 100, false}};
        for (size_t i = 0; i < c.count; i++)
            c.y[i] *= 100;
        ts_plot_round(&plot.y);
        ts_str_append(&page->out, "<figure><figcaption>");
        ts_markup_text(&page->out, name);
        ts_str_append(&page->out, ". ");
        ts_markup_text(&page->out, text);
        ts_str_append(&page->out, "</figcaption>\n");
        ts_plot_open(&plot);
        ts_plot_line(&plot, "s0", c.x, c.y, c.count);
        ts_plot_close(&plot);
        ts_str_append(&page->out, "</figure>\n");
    }
    page->out.failed |= !c.x || !c.y;
    free(c.x);
    free(c.y);
}

void ts_page_convergence(ts_page *page)
{
    size_t shown = 0;
    ts_html_paragraph(&page->out,
                      "Best so far as a share of the best that was found, over all evaluations of "
                      "a problem in the order they were made, failed ones included.");
    ts_str_append(&page->out, "<div class=\"grid\">\n");
    for (size_t i = 0; i < page->searches.count; i++) {
        if (shown++ == SHOWN)
            ts_str_format(&page->out, "</div>\n<details><summary>%zu more</summary>\n<div class=\"grid\">\n",
                          page->searches.count - SHOWN);
        picture(page, &page->searches.items[i]);
    }
    ts_str_append(&page->out, shown > SHOWN ? "</div></details>\n" : "</div>\n");
}
