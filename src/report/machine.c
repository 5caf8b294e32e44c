/* The machine, and how fit it was to measure: its facts, and the conditions of each session. */
#include "report/page.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static void attribute_row(ts_str *out, const ts_attribute *a)
{
    char value[64];
    ts_str_append(out, "<tr>");
    ts_html_cell(out, "code", "%s", a->name);
    ts_html_cell(out, "n", "%.60s", ts_value_text(a->value, value, sizeof value));
    ts_html_cell(out, "", "%s", a->unit && strcmp(a->unit, "1") != 0 ? a->unit : "");
    if (isfinite(a->lo) && isfinite(a->hi) && a->lo < a->hi)
        ts_html_cell(out, "n", "%.4g..%.4g", a->lo, a->hi);
    else
        ts_html_cell(out, "n", "-");
    ts_html_cell(out, "soft", "%s", a->source ? a->source : "-");
    ts_str_append(out, "</tr>\n");
}

static void attributes(ts_page *page)
{
    ts_str *out = &page->out;
    ts_str_format(out,
                  "<details><summary>All %zu facts about %s, with their sources</summary>\n"
                  "<div class=\"wide\"><table>\n<thead><tr><th>fact</th><th class=\"n\">value</th>"
                  "<th>unit</th><th class=\"n\">spread</th><th>source</th></tr></thead>\n<tbody>\n",
                  page->target->count, "this machine");
    for (size_t i = 0; i < page->target->count; i++)
        attribute_row(out, &page->target->attributes[i]);
    ts_str_append(out, "</tbody></table></div></details>\n");
}

/* The attribute as text: NULL if the target doesn't state it. */
static const char *stated(const ts_page *page, const char *name, char *buffer, size_t size)
{
    const ts_attribute *a = ts_target_get(page->target, name);
    return a ? ts_value_text(a->value, buffer, size) : NULL;
}

static void summary(ts_page *page)
{
    char cores[64], bits[64], clock[TS_HUMAN], rate[TS_HUMAN], bytes[TS_HUMAN];
    double hertz = ts_target_number(page->target, "clock.core", NAN);
    double peak = ts_target_number(page->target, "peak.f32", NAN);
    double memory = ts_target_number(page->target, "memory.bandwidth", NAN);
    const char *c = stated(page, "cores", cores, sizeof cores);
    const char *b = stated(page, "vector.bits", bits, sizeof bits);
    snprintf(clock, sizeof clock, isfinite(hertz) ? "%.2f GHz" : "-", hertz / 1e9);
    ts_html_paragraph(&page->out,
                      "%s cores, %s-bit vectors, clock %s; one core reaches %s GFLOP/s in f32, and %s GB/s "
                      "from memory. Fingerprint %s.",
                      c ? c : "-", b ? b : "-", clock, ts_human_gflops(peak, rate),
                      ts_human_gflops(memory, bytes),
                      page->target->fingerprint ? page->target->fingerprint : "-");
}

/* What would make a performance engineer doubt the numbers. */
static bool doubtful(const ts_session_line *l)
{
    return l->load > 1.5 || l->steal > 0.02;
}

static void session_row(ts_str *out, const ts_session_line *l)
{
    char problem[TS_HUMAN_PROBLEM], number[TS_HUMAN];
    ts_str_append(out, "<tr>");
    ts_html_cell(out, "n", "%s", l->started ? l->started : "-");
    ts_html_cell(out, "", "%s %s %s", l->kernel, l->type, ts_human_problem(l->problem, problem));
    ts_html_cell(out, "", "%s", l->strategy ? l->strategy : "-");
    ts_html_cell(out, "n", "%zu", l->evaluations);
    ts_html_cell(out, l->load > 1.5 ? "n bad" : "n", isfinite(l->load) ? "%.2f" : "-", l->load);
    ts_html_cell(out, l->steal > 0.02 ? "n bad" : "n", "%s", ts_human_percent(l->steal, number));
    ts_html_cell(out, "", "%s", l->governor ? l->governor : "-");
    ts_html_cell(out, "", "%s", l->ended ? (l->stop_reason ? l->stop_reason : "-") : "killed");
    ts_str_append(out, "</tr>\n");
}

void ts_page_machine(ts_page *page)
{
    ts_str *out = &page->out;
    size_t doubts = 0;
    for (size_t i = 0; i < page->sessions.count; i++)
        doubts += doubtful(&page->sessions.items[i]);
    summary(page);
    if (doubts)
        ts_html_paragraph(out,
                          "%zu of %zu sessions began on a busy machine (load above 1.5, or more than 2 %% of "
                          "the time taken by other guests): trust their ratios, not their times.",
                          doubts, page->sessions.count);
    else
        ts_html_paragraph(out, "No session began on a busy machine (load above 1.5, or more than 2 %% of the "
                               "time taken by other guests).");
    attributes(page);
    ts_str_append(out,
                  "<h3>Sessions</h3>\n<div class=\"wide\"><table>\n<thead><tr><th>began</th><th>problem</th>"
                  "<th>strategy</th><th class=\"n\">evaluations</th><th class=\"n\">load</th>"
                  "<th class=\"n\">stolen</th><th>governor</th><th>ended by</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < page->sessions.count; i++)
        session_row(out, &page->sessions.items[i]);
    ts_str_append(out, "</tbody></table></div>\n");
}
