/* What did not work, by kind and reason, and where the time went. */
#include "report/page.h"
#include <stdlib.h>
#include <string.h>

typedef struct ts_failure {
    const ts_page_search *search;
    const ts_page_sample *example;
    size_t times;
} ts_failure;

typedef TS_VEC(ts_failure) ts_failures;

static bool alike(const ts_failure *f, const ts_page_search *s, const ts_page_sample *x)
{
    const char *a = f->example->reason, *b = x->reason;
    return f->search == s && f->example->status == x->status && strcmp(a ? a : "", b ? b : "") == 0;
}

static void count_failure(ts_page *page, ts_failures *failures, const ts_page_search *s,
                          const ts_page_sample *x)
{
    for (size_t i = failures->count; i-- > 0;)
        if (alike(&failures->items[i], s, x)) {
            failures->items[i].times++;
            return;
        }
    ts_failure fresh = {s, x, 1};
    page->out.failed |= !ts_vec_push(failures, fresh);
}

static int by_times(const void *a, const void *b)
{
    const ts_failure *x = a, *y = b;
    if (x->times != y->times)
        return x->times > y->times ? -1 : 1;
    return x->example < y->example ? -1 : x->example > y->example;
}

static void failure_row(ts_str *out, const ts_failure *f)
{
    char name[TS_PAGE_NAME];
    ts_str_append(out, "<tr>");
    ts_html_cell(out, "", "%s", ts_page_name(f->search, name));
    ts_html_cell(out, "bad", "%s", ts_status_name(f->example->status));
    ts_html_cell(out, "n", "%zu", f->times);
    ts_html_cell(out, "", "%s", f->example->reason ? f->example->reason : "-");
    ts_html_cell(out, "code", "%s", f->example->configuration);
    ts_str_append(out, "</tr>\n");
}

void ts_page_failures(ts_page *page)
{
    enum { SHOWN = 40 };
    ts_failures failures = {0};
    ts_str *out = &page->out;
    for (size_t i = 0; i < page->searches.count; i++) {
        const ts_page_search *s = &page->searches.items[i];
        for (size_t j = 0; j < s->samples.count; j++)
            if (s->samples.items[j].status != TS_STATUS_OK)
                count_failure(page, &failures, s, &s->samples.items[j]);
    }
    if (failures.count == 0) {
        ts_html_paragraph(out, "Every variant compiled, was right and could be measured.");
        return;
    }
    qsort(failures.items, failures.count, sizeof *failures.items, by_times);
    ts_str_append(out, "<div class=\"wide\"><table>\n<thead><tr><th>problem</th><th>status</th>"
                       "<th class=\"n\">times</th><th>reason</th><th>example</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < failures.count && i < SHOWN; i++)
        failure_row(out, &failures.items[i]);
    ts_str_append(out, "</tbody></table></div>\n");
    if (failures.count > SHOWN)
        ts_html_paragraph(out, "And %zu rarer kinds; 'tilesmith export --format t4' has each evaluation.",
                          failures.count - SHOWN);
    ts_vec_free(&failures);
}

typedef struct ts_stage {
    const char *name, *what;
    double seconds;
} ts_stage;

static void stage_bar(ts_str *out, const ts_stage *stages, size_t count, double total)
{
    double x = 0;
    ts_str_append(out, "<svg viewBox=\"0 0 1000 28\" role=\"img\"><title>Where the time went</title>"
                       "<desc>The table below has the numbers.</desc>\n");
    for (size_t i = 0; i < count; i++) {
        double width = 1000 * stages[i].seconds / total;
        ts_str_format(
            out, "<rect class=\"f%zu\" x=\"%.1f\" width=\"%.1f\" height=\"28\"><title>%s</title></rect>\n", i,
            x, width, stages[i].name);
        x += width;
    }
    ts_str_append(out, "</svg>\n");
}

void ts_page_time(ts_page *page)
{
    const ts_page_times *t = &page->times;
    const ts_stage stages[] = {{"compile", "the system's compilers, in parallel", t->compile},
                               {"measure", "timing in the worker", t->measure},
                               {"verify", "comparing with the reference", t->verify},
                               {"finals", "the best again, interleaved", t->finals},
                               {"render", "templates to C", t->render},
                               {"search", "deciding what to try", t->search}};
    enum { STAGES = sizeof stages / sizeof *stages };
    double total = 0;
    char number[TS_HUMAN], share[TS_HUMAN];
    for (size_t i = 0; i < STAGES; i++)
        total += stages[i].seconds;
    if (!(total > 0)) {
        ts_html_paragraph(&page->out, "No stage was timed.");
        return;
    }
    ts_html_paragraph(&page->out,
                      "Seconds of work in all sessions; stages overlap, since compilers run beside "
                      "the measurement.");
    ts_str_append(&page->out, "<figure>\n");
    stage_bar(&page->out, stages, STAGES, total);
    ts_str_append(&page->out, "<table>\n");
    for (size_t i = 0; i < STAGES; i++) {
        ts_str_format(&page->out,
                      "<tr><td><svg viewBox=\"0 0 10 10\" style=\"width:.8rem;display:inline-block\" "
                      "aria-hidden=\"true\"><rect class=\"f%zu\" width=\"10\" height=\"10\"/></svg> %s</td>",
                      i, stages[i].name);
        ts_html_cell(&page->out, "n", "%s", ts_human_seconds(stages[i].seconds, number));
        ts_html_cell(&page->out, "n", "%s", ts_human_percent(stages[i].seconds / total, share));
        ts_html_cell(&page->out, "soft", "%s", stages[i].what);
        ts_str_append(&page->out, "</tr>\n");
    }
    ts_str_append(&page->out, "</table></figure>\n");
}
