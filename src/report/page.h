/* What the files of the report share: what was read from the database, and how text becomes HTML. */
#ifndef TS_REPORT_PAGE_H
#define TS_REPORT_PAGE_H

#include "store/store.h"
#include "tilesmith.h"
#include "util/human.h"
#include "util/markup.h"
#include "util/str.h"
#include "util/vec.h"

/** One evaluation; strings owned by the page. */
typedef struct ts_page_sample {
    char *configuration, *reason; /**< JSON object; NULL unless it failed */
    ts_status status;
    double cost; /**< seconds per call, NAN unless OK */
    ts_stage_times times;
} ts_page_sample;

/** All evaluations of one problem, in the order they were made. */
typedef struct ts_page_search {
    char *kernel, *type, *problem;
    int threads;
    double max_error;
    const ts_winner *winner; /**< NULL: nothing won yet */
    double default_seconds;  /**< of the manifest's default in the newest finals; NAN */
    TS_VEC(ts_page_sample) samples;
} ts_page_search;

/** Where the time of all sessions went, seconds. */
typedef struct ts_page_times {
    double search, render, compile, verify, measure, finals;
} ts_page_times;

typedef struct ts_page {
    const ts_report_options *options;
    ts_target *target; /**< the machine of the report */
    ts_winner *winners;
    size_t winner_count;
    TS_VEC(ts_page_search) searches;  /**< by kernel, type, problem */
    TS_VEC(ts_session_line) sessions; /**< oldest first */
    ts_page_times times;
    ts_str out;
} ts_page;

/* ---- read.c */

/** Everything of one target: the one that was asked for, else the one with the newest winner. */
int ts_page_read(ts_page *page);
void ts_page_clear(ts_page *page);

/* ---- html.c */

/** A table cell: <td class="CLASS">TEXT</td>; `class` may be "". */
void ts_html_cell(ts_str *out, const char *class, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/** A paragraph of plain text. */
void ts_html_paragraph(ts_str *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** What opens the document: title, style, navigation; and what closes it. */
void ts_html_open(ts_page *page);
void ts_html_close(ts_page *page);

/** "gemm f32 m=512,n=512,k=512", with threads and error where they aren't the plain ones. Returns `buffer`.
 */
enum { TS_PAGE_NAME = 400 };
const char *ts_page_name(const ts_page_search *search, char buffer[TS_PAGE_NAME]);
/** Operations, or bytes where a kernel computes nothing, per second. */
double ts_page_rate(const ts_winner *winner, double seconds);

/* ---- one function a section, each in a file of its name */

void ts_page_machine(ts_page *page);
void ts_page_winners(ts_page *page);
void ts_page_peers(ts_page *page);
void ts_page_roofline(ts_page *page);
void ts_page_convergence(ts_page *page);
void ts_page_parameters(ts_page *page);
void ts_page_failures(ts_page *page);
void ts_page_time(ts_page *page);
void ts_page_targets(ts_page *page);
void ts_page_provenance(ts_page *page);

#endif
