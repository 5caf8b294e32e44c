/* This machine among others, on networks: all predicted, so that like is compared with like. */
#include "compare/compare.h"
#include "report/page.h"
#include <math.h>
#include <stdlib.h>

/* Everything that the comparison borrows. */
typedef struct ts_others {
    TS_VEC(ts_target *) targets; /* the first is the page's own */
    TS_VEC(ts_workload *) workloads;
    ts_comparison *comparison;
} ts_others;

static int add_targets(ts_page *page, ts_others *o)
{
    char **names = NULL;
    size_t count = 0;
    int rc = ts_vec_push(&o->targets, page->target) ? ts_target_list(&names, &count) : TS_ENOMEM;
    for (size_t i = 0; i < count && rc == TS_OK; i++) {
        ts_target *target = NULL;
        rc = ts_target_load(names[i], &target);
        if (rc == TS_OK && !ts_vec_push(&o->targets, target))
            rc = TS_ENOMEM;
    }
    ts_name_list_free(names, count);
    return rc;
}

static int add_workloads(ts_others *o)
{
    char **names = NULL;
    size_t count = 0;
    int rc = ts_workload_list(&names, &count);
    for (size_t i = 0; i < count && rc == TS_OK; i++) {
        ts_workload *workload = NULL;
        rc = ts_workload_load(names[i], &workload);
        if (rc == TS_OK && !ts_vec_push(&o->workloads, workload))
            rc = TS_ENOMEM;
    }
    ts_name_list_free(names, count);
    return rc;
}

static void others_clear(ts_others *o)
{
    ts_comparison_free(o->comparison);
    for (size_t i = 1; i < o->targets.count; i++)
        ts_target_free(o->targets.items[i]);
    ts_vec_free(&o->targets);
    for (size_t i = 0; i < o->workloads.count; i++)
        ts_workload_free(o->workloads.items[i]);
    ts_vec_free(&o->workloads);
}

static void row(ts_str *out, const ts_comparison *c, size_t place)
{
    char number[TS_HUMAN];
    const ts_compare_overall *o = &c->overall[place];
    if (o->done == 0)
        return;
    ts_str_append(out, "<tr>");
    ts_html_cell(out, o->target == 0 ? "good" : "", "%s", c->targets[o->target]->name);
    ts_html_cell(out, "n", isnan(o->ratio) ? "-" : "%.3gx", o->ratio);
    for (size_t r = 0; r < c->row_count; r++) {
        const ts_compare_cell *cell = &c->rows[r].cells[o->target];
        ts_html_cell(out, "n", "%s", cell->refusal ? "-" : ts_human_seconds(cell->seconds, number));
    }
    ts_str_append(out, "</tr>\n");
}

static void table(ts_str *out, const ts_comparison *c)
{
    ts_str_append(out, "<div class=\"wide\"><table>\n<thead><tr><th>target</th><th class=\"n\">overall</th>");
    for (size_t r = 0; r < c->row_count; r++) {
        ts_str_append(out, "<th class=\"n\">");
        ts_markup_text(out, c->rows[r].workload->name);
        ts_str_append(out, "</th>");
    }
    ts_str_append(out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < c->target_count; i++)
        row(out, c, i);
    ts_str_append(out, "</tbody></table></div>\n");
}

void ts_page_targets(ts_page *page)
{
    ts_others o = {.comparison = NULL};
    int rc = add_targets(page, &o);
    if (rc == TS_OK)
        rc = add_workloads(&o);
    ts_compare_question question = {.targets = (const ts_target *const *)o.targets.items,
                                    .target_count = o.targets.count,
                                    .workloads = o.workloads.items,
                                    .workload_count = o.workloads.count};
    if (rc == TS_OK)
        rc = ts_compare(&question, &o.comparison);
    if (rc == TS_OK) {
        ts_html_paragraph(
            &page->out,
            "Time of one pass over each network as the cost models predict it, whole machines, from "
            "the targets' descriptions; overall is the geometric mean of the ratios to the best. "
            "'tilesmith compare' has intervals, energy, reservations and reasons.");
        table(&page->out, o.comparison);
    } else
        ts_html_paragraph(&page->out, "Nothing could be compared: %s.", ts_error());
    others_clear(&o);
}
