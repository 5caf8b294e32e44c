/* tilesmith show results: the winners in the database. */
#include "cli/output.h"
#include "cli/show.h"
#include "core/paths.h"
#include "store/store.h"
#include "util/file.h"
#include "util/str.h"
#include <math.h>
#include <stdlib.h>

/* JSON text of the store as JSON again, so that readers need not parse a string inside. */
static json_t *parsed(const char *text)
{
    json_t *value = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
    return value ? value : ts_json_text(text);
}

static json_t *winner_json(const ts_winner *w)
{
    json_t *what =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "kernel", ts_json_text(w->kernel), "type",
                  ts_json_text(w->type), "problem", ts_json_text(w->problem), "target",
                  ts_json_text(w->target_name), "fingerprint", ts_json_text(w->fingerprint), "configuration",
                  parsed(w->configuration), "variant", ts_json_text(w->variant), "tied", parsed(w->tied));
    json_t *measured =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o}", "seconds", ts_json_real(w->seconds), "lo",
                  ts_json_real(w->lo), "hi", ts_json_real(w->hi), "flops", ts_json_real(w->flops), "peak",
                  ts_json_real(w->peak), "evaluations", (json_int_t)w->evaluations, "compiler",
                  ts_json_text(w->compiler_identity), "flags", ts_json_text(w->flags), "timestamp",
                  ts_json_text(w->timestamp));
    json_t *allowed = json_pack("{s:i, s:o, s:o, s:o, s:o, s:o}", "threads", w->threads, "max_error",
                                ts_json_real(w->max_error), "error", ts_json_real(w->deviation), "bytes",
                                ts_json_real(w->bytes), "bound", ts_json_real(w->bound), "bound_by",
                                ts_json_text(w->bound_by));
    json_object_update(what, measured);
    json_object_update(what, allowed);
    json_decref(measured);
    json_decref(allowed);
    return what;
}

/* The configuration, and before it what makes this winner another one than the plain one. */
static void add_note(ts_table *table, const ts_winner *w)
{
    char error[TS_HUMAN];
    ts_str text = TS_STR_INIT;
    if (w->threads > 1)
        ts_str_format(&text, "%d threads: ", w->threads);
    if (w->max_error > 0)
        ts_str_format(&text, "error <= %s: ", ts_human_error(w->max_error, error));
    ts_str_append(&text, w->configuration);
    ts_table_note(table, ts_str_text(&text));
    ts_str_free(&text);
}

static void winner_row(ts_table *table, const ts_winner *w)
{
    char text[TS_HUMAN], problem[TS_HUMAN_PROBLEM];
    bool moves = !(w->flops > 0);
    double rate = (moves ? w->bytes : w->flops) / w->seconds;
    /* What an older Tilesmith stored has a peak alone. */
    double bound = isnan(w->bound) && !moves ? w->flops / w->peak : w->bound;
    json_t *tied = parsed(w->tied);
    ts_table_cell(table, "%s", w->kernel);
    ts_table_cell(table, "%s", w->type);
    ts_table_cell(table, "%s", ts_human_problem(w->problem, problem));
    ts_table_cell(table, moves && isfinite(rate) ? "%s GB/s" : "%s", ts_human_gflops(rate, text));
    ts_table_cell(table, "%s", ts_human_percent(bound / w->seconds, text));
    ts_table_cell(table, json_is_array(tied) ? "%zu" : "-", json_array_size(tied));
    ts_table_cell(table, "%s", w->target_name);
    ts_table_cell(table, "%s", w->timestamp);
    add_note(table, w);
    json_decref(tied);
}

static int print_winners(const ts_winner *rows, size_t count, const char *path)
{
    if (count == 0) {
        printf("No winners in %s yet; 'tilesmith tune gemm' makes some.\n", path);
        return TS_OK;
    }
    ts_table *table = ts_table_new("kernel|type|shape|>GFLOP/s|>% of bound|>tied|target|when");
    for (size_t i = 0; i < count; i++)
        winner_row(table, &rows[i]);
    return ts_table_print(table, stdout);
}

static int print_json(const ts_winner *rows, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, winner_json(&rows[i]));
    return ts_json_print(array);
}

int ts_show_results(const ts_args *args)
{
    const char *given = ts_args_value(args, "db"), *path = given ? given : ts_path_database();
    bool json = ts_args_json(args);
    ts_store *store = NULL;
    ts_winner *rows = NULL;
    size_t count = 0;
    /* Before the first tuning there is no default database, which is no mistake of the user's. */
    bool fresh = !given && !ts_file_exists(path);
    int rc = fresh ? TS_OK : ts_store_open(path, TS_STORE_READ, &store);
    if (rc == TS_OK && store)
        rc = ts_store_winners(store, ts_args_operand(args, 1), NULL, &rows, &count);
    int status = rc     ? ts_report_failure(rc)
                 : json ? print_json(rows, count)
                        : ts_report_failure(print_winners(rows, count, path));
    for (size_t i = 0; i < count; i++)
        ts_winner_clear(&rows[i]);
    free(rows);
    ts_store_close(store);
    return status;
}
