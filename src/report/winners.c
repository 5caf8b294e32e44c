/* The winners: how fast, how sure, how near to what the machine allows. */
#include "report/page.h"
#include <jansson.h>
#include <math.h>
#include <string.h>

/* A bar from 0 to 100 %, with the number beside it. */
static void share_cell(ts_str *out, double share)
{
    char text[TS_HUMAN];
    if (!isfinite(share)) {
        ts_html_cell(out, "n", "-");
        return;
    }
    ts_str_format(out,
                  "<td class=\"n\"><svg viewBox=\"0 0 100 8\" style=\"width:5rem;display:inline-block\" "
                  "aria-hidden=\"true\"><rect class=\"track\" width=\"100\" height=\"8\" rx=\"2\"/>"
                  "<rect class=\"bar\" width=\"%.1f\" height=\"8\" rx=\"2\"/></svg> %s</td>",
                  100 * fmin(share, 1), ts_human_percent(share, text));
}

static void tied_cell(ts_str *out, const ts_winner *w)
{
    json_t *tied = w->tied ? json_loads(w->tied, 0, NULL) : NULL;
    if (json_is_array(tied))
        ts_html_cell(out, "n", "%zu", json_array_size(tied));
    else
        ts_html_cell(out, "n", "-");
    json_decref(tied);
}

static void rate_cells(ts_str *out, const ts_winner *w)
{
    char mid[TS_HUMAN], low[TS_HUMAN], high[TS_HUMAN];
    ts_html_cell(out, "n", "%s%s", ts_human_gflops(ts_page_rate(w, w->seconds), mid),
                 w->flops > 0 ? "" : " GB/s");
    if (isfinite(w->lo) && isfinite(w->hi))
        ts_html_cell(out, "n", "%s..%s", ts_human_gflops(ts_page_rate(w, w->hi), low),
                     ts_human_gflops(ts_page_rate(w, w->lo), high));
    else
        ts_html_cell(out, "n", "-");
    ts_html_cell(out, "n", "%s", ts_human_seconds(w->seconds, mid));
}

static void gain_cell(ts_str *out, const ts_page_search *s)
{
    if (isfinite(s->default_seconds))
        ts_html_cell(out, "n", "%.2fx", s->default_seconds / s->winner->seconds);
    else
        ts_html_cell(out, "n", "-");
}

static void row(ts_str *out, const ts_page_search *s)
{
    char name[TS_PAGE_NAME];
    const ts_winner *w = s->winner;
    ts_str_append(out, "<tr><td>");
    ts_markup_text(out, ts_page_name(s, name));
    ts_str_append(out, "<details><summary class=\"soft\">configuration</summary><code>");
    ts_markup_text(out, w->configuration);
    ts_str_append(out, "</code></details></td>");
    rate_cells(out, w);
    share_cell(out, w->bound / w->seconds);
    ts_html_cell(out, "", "%s", w->bound_by ? w->bound_by : "-");
    gain_cell(out, s);
    tied_cell(out, w);
    ts_html_cell(out, "n", "%zu", w->evaluations);
    ts_str_append(out, "</tr>\n");
}

void ts_page_winners(ts_page *page)
{
    ts_str *out = &page->out;
    ts_str_append(
        out,
        "<div class=\"wide\"><table>\n<caption>Medians of the finals with their 95 % interval. The bound "
        "is the roofline measured in the same rounds; the gain is over the kernel's default "
        "configuration in the same finals; tied are the configurations that cannot be told apart from "
        "the winner.</caption>\n<thead><tr><th>problem</th><th class=\"n\">GFLOP/s</th>"
        "<th class=\"n\">95 % interval</th><th class=\"n\">time</th><th class=\"n\">of bound</th>"
        "<th>bound by</th><th class=\"n\">gain</th><th class=\"n\">tied</th>"
        "<th class=\"n\">evaluations</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < page->searches.count; i++)
        if (page->searches.items[i].winner)
            row(out, &page->searches.items[i]);
    ts_str_append(out, "</tbody></table></div>\n");
}
