/* Text as HTML: entities, cells, and the frame of the document. */
#include "export/plot.h"
#include "report/page.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void format_text(ts_str *out, const char *format, va_list args)
{
    ts_str plain = TS_STR_INIT;
    ts_str_vformat(&plain, format, args);
    out->failed |= plain.failed;
    ts_markup_text(out, ts_str_text(&plain));
    ts_str_free(&plain);
}

void ts_html_cell(ts_str *out, const char *class, const char *format, ...)
{
    va_list args;
    ts_str_format(out, "<td%s%s%s>", *class ? " class=\"" : "", class, *class ? "\"" : "");
    va_start(args, format);
    format_text(out, format, args);
    va_end(args);
    ts_str_append(out, "</td>");
}

void ts_html_paragraph(ts_str *out, const char *format, ...)
{
    va_list args;
    ts_str_append(out, "<p>");
    va_start(args, format);
    format_text(out, format, args);
    va_end(args);
    ts_str_append(out, "</p>\n");
}

const char *ts_page_name(const ts_page_search *s, char buffer[TS_PAGE_NAME])
{
    char problem[TS_HUMAN_PROBLEM], error[TS_HUMAN], threads[24] = "", allowed[TS_HUMAN + 16] = "";
    if (s->threads > 1)
        snprintf(threads, sizeof threads, ", %d threads", s->threads);
    if (s->max_error > 0)
        snprintf(allowed, sizeof allowed, ", error up to %s", ts_human_error(s->max_error, error));
    snprintf(buffer, TS_PAGE_NAME, "%.60s %.20s %s%s%s", s->kernel, s->type,
             ts_human_problem(s->problem, problem), threads, allowed);
    return buffer;
}

double ts_page_rate(const ts_winner *w, double seconds)
{
    return (w->flops > 0 ? w->flops : w->bytes) / seconds;
}

static const char *const style =
    ":root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--paper:#fff;--card:#f6f8fa;--rule:#d1d9e0;"
    "--good:#1a7f37;--bad:#b42318;--link:#0072b2}\n"
    "@media (prefers-color-scheme:dark){:root{--ink:#f0f6fc;--soft:#9198a1;--paper:#0d1117;--card:#161b22;"
    "--rule:#3d444d;--good:#3fb950;--bad:#ff7b72;--link:#56b4e9}}\n"
    "*{box-sizing:border-box}body{margin:0 auto;padding:1.5rem;max-width:72rem;background:var(--paper);"
    "color:var(--ink);font:16px/1.5 system-ui,sans-serif}\n"
    "h1{margin:0;font-size:1.8rem}h2{margin:2.5rem 0 .5rem;font-size:1.3rem;border-bottom:1px solid "
    "var(--rule)}h3{margin:1.2rem 0 .3rem;font-size:1rem}a{color:var(--link)}\n"
    "nav a{margin-right:1rem;white-space:nowrap}.soft,figcaption,caption{color:var(--soft)}"
    ".good{color:var(--good)}.bad{color:var(--bad)}\n"
    "table{border-collapse:collapse;width:100%;font-size:.88rem}caption{text-align:left;padding:.2rem 0}"
    "th,td{padding:.3rem .6rem;text-align:left;border-bottom:1px solid var(--rule);vertical-align:top}"
    "th{font-weight:600}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    ".wide{overflow-x:auto}code,.code{font:.82rem ui-monospace,monospace;overflow-wrap:anywhere}\n"
    "figure{margin:0;padding:.8rem;background:var(--card);border-radius:.4rem}"
    ".grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(20rem,1fr));gap:.8rem}"
    "svg{display:block;width:100%;height:auto}\n"
    "@media print{nav{display:none}body{max-width:none;font-size:11px}figure,tr{break-inside:avoid}"
    "details>*{display:revert}}\n";

void ts_html_open(ts_page *page)
{
    ts_str *out = &page->out;
    ts_str_append(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                       "<link rel=\"icon\" href=\"data:,\">\n<title>Tilesmith: ");
    ts_markup_text(out, page->target->name);
    ts_str_append(out, "</title>\n<style>\n");
    ts_str_append(out, style);
    ts_str_append(out, ts_plot_style);
    ts_str_append(out, "</style>\n</head>\n<body>\n");
}

void ts_html_close(ts_page *page)
{
    ts_str_format(&page->out,
                  "<footer><p class=\"soft\">Written by Tilesmith %s from what its database holds; a dash "
                  "stands for what was not measured.</p></footer>\n</body>\n</html>\n",
                  TILESMITH_VERSION);
}
