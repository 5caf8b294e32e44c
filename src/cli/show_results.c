/* tilesmith show results: the winners in the database. */
#include "cli/output.h"
#include "cli/show.h"
#include "core/paths.h"
#include "store/store.h"
#include "util/file.h"
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
    json_object_update(what, measured);
    json_decref(measured);
    return what;
}

static void winner_row(ts_table *table, const ts_winner *w)
{
    char text[TS_HUMAN], problem[TS_HUMAN_PROBLEM];
    double rate = w->flops / w->seconds;
    json_t *tied = parsed(w->tied);
    ts_table_cell(table, "%s", w->kernel);
    ts_table_cell(table, "%s", w->type);
    ts_table_cell(table, "%s", ts_human_problem(w->problem, problem));
    ts_table_cell(table, "%s", ts_human_gflops(rate, text));
    ts_table_cell(table, "%s", ts_human_percent(rate / w->peak, text));
    ts_table_cell(table, json_is_array(tied) ? "%zu" : "-", json_array_size(tied));
    ts_table_cell(table, "%s", w->target_name);
    ts_table_cell(table, "%s", w->timestamp);
    ts_table_note(table, w->configuration);
    json_decref(tied);
}

static int print_winners(const ts_winner *rows, size_t count, const char *path)
{
    if (count == 0) {
        printf("No winners in %s yet; 'tilesmith tune gemm' makes some.\n", path);
        return TS_OK;
    }
    ts_table *table = ts_table_new("kernel|type|shape|>GFLOP/s|>% of peak|>tied|target|when");
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
