/* What the report is about: one target's winners, evaluations and sessions. */
#include "core/paths.h"
#include "report/page.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *text)
{
    return text ? strdup(text) : NULL;
}

static int out_of_memory(void)
{
    return ts_fail(TS_ENOMEM, "out of memory while reading results for a report");
}

static void search_clear(ts_page_search *s)
{
    for (size_t i = 0; i < s->samples.count; i++) {
        free(s->samples.items[i].configuration);
        free(s->samples.items[i].reason);
    }
    ts_vec_free(&s->samples);
    free(s->kernel);
    free(s->type);
    free(s->problem);
}

static void session_clear(ts_session_line *l)
{
    const char *const texts[] = {l->kernel,    l->type,           l->problem, l->strategy,
                                 l->objective, l->started,        l->ended,   l->stop_reason,
                                 l->governor,  l->kernel_release, l->cpus,    l->summary};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free((char *)(uintptr_t)texts[i]);
}

void ts_page_clear(ts_page *page)
{
    for (size_t i = 0; i < page->winner_count; i++)
        ts_winner_clear(&page->winners[i]);
    free(page->winners);
    for (size_t i = 0; i < page->searches.count; i++)
        search_clear(&page->searches.items[i]);
    ts_vec_free(&page->searches);
    for (size_t i = 0; i < page->sessions.count; i++)
        session_clear(&page->sessions.items[i]);
    ts_vec_free(&page->sessions);
    ts_target_free(page->target);
    ts_str_free(&page->out);
}

static bool same(const ts_page_search *s, const char *kernel, const char *type, const char *problem,
                 int threads, double max_error)
{
    return strcmp(s->kernel, kernel) == 0 && strcmp(s->type, type) == 0 && strcmp(s->problem, problem) == 0 &&
           s->threads == threads && s->max_error == max_error;
}

/* The newest ones are the likely ones: rows come sorted by problem. */
static ts_page_search *find(ts_page *page, const char *kernel, const char *type, const char *problem,
                            int threads, double max_error)
{
    for (size_t i = page->searches.count; i-- > 0;)
        if (same(&page->searches.items[i], kernel, type, problem, threads, max_error))
            return &page->searches.items[i];
    return NULL;
}

/* An empty search of what this one names, with its winner. NULL when out of memory. */
static ts_page_search *add_search(ts_page *page, const char *kernel, const char *type, const char *problem,
                                  int threads, double max_error)
{
    ts_page_search fresh = {.kernel = copy(kernel),
                            .type = copy(type),
                            .problem = copy(problem),
                            .threads = threads,
                            .max_error = max_error,
                            .default_seconds = NAN};
    bool whole = fresh.kernel && fresh.type && fresh.problem;
    for (size_t i = 0; i < page->winner_count && whole; i++) {
        const ts_winner *w = &page->winners[i];
        if (same(&fresh, w->kernel, w->type, w->problem, w->threads, w->max_error))
            fresh.winner = w;
    }
    if (!whole || !ts_vec_push(&page->searches, fresh)) {
        search_clear(&fresh);
        return NULL;
    }
    return &page->searches.items[page->searches.count - 1];
}

static ts_page_search *find_or_add(ts_page *page, const char *kernel, const char *type, const char *problem,
                                   int threads, double max_error)
{
    ts_page_search *s = find(page, kernel, type, problem, threads, max_error);
    return s ? s : add_search(page, kernel, type, problem, threads, max_error);
}

/* Winners come first, so that one whose evaluations were deleted is told as well. */
static int take_winners(ts_page *page)
{
    for (size_t i = 0; i < page->winner_count; i++) {
        const ts_winner *w = &page->winners[i];
        if (!find_or_add(page, w->kernel, w->type, w->problem, w->threads, w->max_error))
            return out_of_memory();
    }
    return TS_OK;
}

/* Seconds that were not measured add nothing. */
static void add_seconds(double *sum, double seconds)
{
    *sum += seconds > 0 ? seconds : 0;
}

static int take_sample(void *context, const ts_store_row *r)
{
    ts_page *page = context;
    ts_page_search *s = find_or_add(page, r->kernel, r->type, r->problem, r->threads, r->max_error);
    if (!s)
        return out_of_memory();
    ts_page_sample sample = {.configuration = copy(r->configuration),
                             .reason = copy(r->reason),
                             .status = r->status,
                             .cost = r->cost,
                             .times = r->times};
    if (!sample.configuration || !ts_vec_push(&s->samples, sample)) {
        free(sample.configuration);
        free(sample.reason);
        return out_of_memory();
    }
    add_seconds(&page->times.render, r->times.render);
    add_seconds(&page->times.compile, r->times.compile);
    add_seconds(&page->times.verify, r->times.verify);
    add_seconds(&page->times.measure, r->times.measure);
    return TS_OK;
}

/* What the tuner left when the session ended. */
static void take_summary(ts_page *page, const ts_session_line *l)
{
    json_t *root = l->summary ? json_loads(l->summary, 0, NULL) : NULL;
    const json_t *baseline = json_object_get(root, "default_seconds");
    ts_page_search *s = find(page, l->kernel, l->type, l->problem, l->threads, l->max_error);
    if (s && json_is_number(baseline))
        s->default_seconds = json_number_value(baseline);
    add_seconds(&page->times.search, json_number_value(json_object_get(root, "search_seconds")));
    add_seconds(&page->times.finals, json_number_value(json_object_get(root, "finals_seconds")));
    json_decref(root);
}

static int take_session(void *context, const ts_session_line *l)
{
    ts_page *page = context;
    ts_session_line kept = *l;
    if (page->options->kernel && strcmp(page->options->kernel, l->kernel) != 0)
        return TS_OK;
    const char **const texts[] = {&kept.kernel,    &kept.type,           &kept.problem, &kept.strategy,
                                  &kept.objective, &kept.started,        &kept.ended,   &kept.stop_reason,
                                  &kept.governor,  &kept.kernel_release, &kept.cpus,    &kept.summary};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = copy(*texts[i]);
    if (!kept.kernel || !kept.type || !kept.problem || !ts_vec_push(&page->sessions, kept)) {
        session_clear(&kept);
        return out_of_memory();
    }
    take_summary(page, &kept);
    return TS_OK;
}

/* The target whose newest winner is the newest of all: the machine that was tuned last. */
static const ts_winner *newest(const ts_winner *rows, size_t count)
{
    const ts_winner *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (rows[i].fingerprint && (!best || strcmp(rows[i].timestamp, best->timestamp) > 0))
            best = &rows[i];
    return best;
}

static int nothing(const ts_page *page, const char *path)
{
    const ts_report_options *o = page->options;
    return ts_fail(TS_ENOTFOUND, "%s: holds no winner%s%s%s%s of a machine; 'tilesmith tune gemm' makes some",
                   path, o->kernel ? " of " : "", o->kernel ? o->kernel : "", o->target ? " on target " : "",
                   o->target ? o->target : "");
}

/* Winners of one target alone: of several with the wanted name the one that was tuned last. */
static void keep_target(ts_page *page, const char *fingerprint)
{
    size_t kept = 0;
    for (size_t i = 0; i < page->winner_count; i++) {
        ts_winner *w = &page->winners[i];
        if (w->fingerprint && strcmp(w->fingerprint, fingerprint) == 0)
            page->winners[kept++] = *w;
        else
            ts_winner_clear(w);
    }
    page->winner_count = kept;
}

static int read_target(ts_page *page, ts_store *store, char **fingerprint)
{
    const ts_report_options *o = page->options;
    int rc = ts_store_winners(store, o->kernel, o->target, &page->winners, &page->winner_count);
    const ts_winner *w = rc == TS_OK ? newest(page->winners, page->winner_count) : NULL;
    if (rc == TS_OK && !w)
        return nothing(page, ts_store_path(store));
    if (rc == TS_OK && !(*fingerprint = strdup(w->fingerprint)))
        rc = out_of_memory();
    if (rc == TS_OK)
        rc = ts_store_target_load(store, *fingerprint, &page->target);
    if (rc == TS_OK)
        keep_target(page, *fingerprint);
    return rc;
}

int ts_page_read(ts_page *page)
{
    const char *path = page->options->database ? page->options->database : ts_path_database();
    ts_store *store = NULL;
    char *fingerprint = NULL;
    int rc = ts_store_open(path, TS_STORE_READ, &store);
    if (rc == TS_OK)
        rc = read_target(page, store, &fingerprint);
    if (rc == TS_OK)
        rc = take_winners(page);
    if (rc == TS_OK)
        rc = ts_store_each(store, page->options->kernel, fingerprint, take_sample, page);
    if (rc == TS_OK)
        rc = ts_store_sessions(store, fingerprint, take_session, page);
    ts_store_close(store);
    free(fingerprint);
    return rc;
}
