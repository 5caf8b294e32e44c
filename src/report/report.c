/* The report: sections one after another, each from what was read beforehand. */
#include "report/page.h"
#include <stdlib.h>

typedef struct ts_section {
    const char *id, *title;
    void (*write)(ts_page *page);
} ts_section;

static const ts_section sections[] = {
    {"winners", "Winners", ts_page_winners},          {"peers", "Against peers", ts_page_peers},
    {"roofline", "Roofline", ts_page_roofline},       {"convergence", "Convergence", ts_page_convergence},
    {"parameters", "Parameters", ts_page_parameters}, {"failures", "Failures", ts_page_failures},
    {"time", "Where the time went", ts_page_time},    {"targets", "Other targets", ts_page_targets},
    {"machine", "Machine", ts_page_machine},          {"provenance", "Provenance", ts_page_provenance},
};
enum { SECTIONS = sizeof sections / sizeof *sections };

static void write_head(ts_page *page)
{
    ts_str *out = &page->out;
    size_t evaluations = 0;
    for (size_t i = 0; i < page->searches.count; i++)
        evaluations += page->searches.items[i].samples.count;
    ts_str_append(out, "<header>\n<h1>Tuned for ");
    ts_markup_text(out, page->target->name);
    ts_str_append(out, "</h1>\n");
    ts_html_paragraph(out, "%s. %zu winner%s from %zu evaluations in %zu session%s.",
                      page->target->summary ? page->target->summary : page->target->kind, page->winner_count,
                      page->winner_count == 1 ? "" : "s", evaluations, page->sessions.count,
                      page->sessions.count == 1 ? "" : "s");
    ts_str_append(out, "<nav>");
    for (size_t i = 0; i < SECTIONS; i++)
        ts_str_format(out, "<a href=\"#%s\">%s</a> ", sections[i].id, sections[i].title);
    ts_str_append(out, "</nav>\n</header>\n<main>\n");
}

static void write_page(ts_page *page)
{
    ts_html_open(page);
    write_head(page);
    for (size_t i = 0; i < SECTIONS; i++) {
        ts_str_format(&page->out, "<section id=\"%s\">\n<h2>%s</h2>\n", sections[i].id, sections[i].title);
        sections[i].write(page);
        ts_str_append(&page->out, "</section>\n");
    }
    ts_str_append(&page->out, "</main>\n");
    ts_html_close(page);
}

int ts_report(const ts_report_options *options, char **html, size_t *length)
{
    ts_page page = {.options = options};
    *html = NULL;
    int rc = ts_page_read(&page);
    if (rc == TS_OK) {
        write_page(&page);
        *length = page.out.length;
        *html = ts_str_take(&page.out);
        if (!*html)
            rc = ts_fail(TS_ENOMEM, "out of memory while writing the report");
    }
    ts_page_clear(&page);
    return rc;
}
