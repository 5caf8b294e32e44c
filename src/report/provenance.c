/* What each winner was built from, and with what. */
#include "report/page.h"

static void row(ts_str *out, const ts_page_search *s)
{
    char name[TS_PAGE_NAME];
    const ts_winner *w = s->winner;
    ts_str_append(out, "<tr>");
    ts_html_cell(out, "", "%s", ts_page_name(s, name));
    ts_html_cell(out, "code", "%.12s", w->variant);
    ts_html_cell(out, "code", "%.12s", w->kernel_hash);
    ts_html_cell(out, "", "%s", w->compiler_identity ? w->compiler_identity : w->compiler);
    ts_html_cell(out, "code", "%s", w->flags);
    ts_html_cell(out, "", "%s", w->library_version);
    ts_html_cell(out, "n", "%s", w->timestamp);
    ts_str_append(out, "</tr>\n");
}

void ts_page_provenance(ts_page *page)
{
    ts_str *out = &page->out;
    ts_html_paragraph(out, "A winner holds for the machine whose fingerprint it carries, for this version of "
                           "its kernel, and for this compiler; 'tilesmith recheck' says which still do.");
    ts_str_append(out,
                  "<div class=\"wide\"><table>\n<thead><tr><th>problem</th><th>variant</th><th>kernel</th>"
                  "<th>compiler</th><th>flags</th><th>Tilesmith</th><th class=\"n\">when</th></tr></thead>\n"
                  "<tbody>\n");
    for (size_t i = 0; i < page->searches.count; i++)
        if (page->searches.items[i].winner)
            row(out, &page->searches.items[i]);
    ts_str_append(out, "</tbody></table></div>\n");
}
