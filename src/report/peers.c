/* Against other libraries: what `make bench` measured on this machine, if it did. */
#include "core/paths.h"
#include "report/page.h"
#include "util/file.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 1, FAMILY = 2, SHAPE = 3, CONTENDER = 4, STATUS = 5, SECONDS = 6, RATIO = 13, FIELDS = 14 };

/* One problem of the bench; texts are borrowed from the file. */
typedef struct ts_race {
    const char *threads, *family, *shape, *best; /* best: the fastest peer that was right; NULL: none */
    double ours, peer, ratio;
} ts_race;

typedef TS_VEC(ts_race) ts_races;

/* Cut a line at its commas; false if it has too few. The text is changed. */
static bool split(char *line, char *fields[FIELDS])
{
    for (size_t i = 0; i < FIELDS; i++) {
        fields[i] = line;
        if (!line)
            return false;
        line = strchr(line, ',');
        if (line)
            *line++ = 0;
    }
    return true;
}

static double number(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    return end == text || *end ? NAN : value;
}

static void take(ts_page *page, ts_races *races, char *const f[FIELDS])
{
    ts_race *last = races->count ? &races->items[races->count - 1] : NULL;
    double seconds = strcmp(f[STATUS], "ok") == 0 ? number(f[SECONDS]) : NAN;
    if (!last || strcmp(last->family, f[FAMILY]) != 0 || strcmp(last->shape, f[SHAPE]) != 0 ||
        strcmp(last->threads, f[THREADS]) != 0) {
        ts_race fresh = {f[THREADS], f[FAMILY], f[SHAPE], NULL, NAN, NAN, NAN};
        page->out.failed |= !ts_vec_push(races, fresh);
        last = races->count ? &races->items[races->count - 1] : NULL;
    }
    if (!last)
        return;
    if (strcmp(f[CONTENDER], "ours") == 0) {
        last->ours = seconds;
        last->ratio = number(f[RATIO]);
    } else if (seconds > 0 && !(last->peer <= seconds)) {
        last->peer = seconds;
        last->best = f[CONTENDER];
    }
}

static void parse(ts_page *page, char *text, ts_races *races)
{
    char *save = NULL, *fields[FIELDS];
    strtok_r(text, "\n", &save); /* the header */
    for (char *line; (line = strtok_r(NULL, "\n", &save));)
        if (split(line, fields))
            take(page, races, fields);
}

static void row(ts_str *out, const ts_race *r)
{
    char a[TS_HUMAN], b[TS_HUMAN];
    ts_str_append(out, "<tr>");
    ts_html_cell(out, "", "%s", r->family);
    ts_html_cell(out, "", "%s", r->shape);
    ts_html_cell(out, "n", "%s", r->threads);
    ts_html_cell(out, "n", "%s", ts_human_seconds(r->ours, a));
    ts_html_cell(out, "n", "%s", ts_human_seconds(r->peer, b));
    ts_html_cell(out, "", "%s", r->best ? r->best : "-");
    ts_html_cell(out, r->ratio >= 1 ? "n good" : "n", isfinite(r->ratio) ? "%.2f" : "-", r->ratio);
    ts_str_append(out, "</tr>\n");
}

/* The geometric mean of the ratios that are known. */
static void sum_up(ts_str *out, const ts_races *races)
{
    double logs = 0, least = INFINITY;
    size_t count = 0;
    for (size_t i = 0; i < races->count; i++) {
        double ratio = races->items[i].ratio;
        if (!(ratio > 0))
            continue;
        logs += log(ratio);
        least = fmin(least, ratio);
        count++;
    }
    if (count)
        ts_html_paragraph(
            out,
            "Over %zu problems the tuned kernels are %.2f times as fast as the best peer of each "
            "(geometric mean; least %.2f). Measured by 'make bench', interleaved.",
            count, exp(logs / (double)count), least);
}

static void table(ts_str *out, const ts_races *races)
{
    sum_up(out, races);
    ts_str_format(out,
                  "<details><summary>All %zu problems</summary>\n<div class=\"wide\"><table>\n<thead><tr>"
                  "<th>family</th><th>shape</th><th class=\"n\">threads</th><th class=\"n\">ours</th>"
                  "<th class=\"n\">best peer</th><th>which</th><th class=\"n\">ratio</th></tr></thead>\n"
                  "<tbody>\n",
                  races->count);
    for (size_t i = 0; i < races->count; i++)
        row(out, &races->items[i]);
    ts_str_append(out, "</tbody></table></div></details>\n");
}

void ts_page_peers(ts_page *page)
{
    enum { LIMIT = 16 << 20 };
    char *text = NULL, *path = ts_asprintf("%s/results/bench/%s.csv", ts_path_data(), page->target->name);
    ts_races races = {0};
    if (path && ts_file_exists(path) && ts_file_read(path, LIMIT, &text, NULL) == TS_OK)
        parse(page, text, &races);
    if (races.count)
        table(&page->out, &races);
    else
        ts_html_paragraph(&page->out, "Not measured here: 'make bench' in the source tree compares with the "
                                      "libraries that are installed.");
    ts_vec_free(&races);
    free(text);
    free(path);
}
