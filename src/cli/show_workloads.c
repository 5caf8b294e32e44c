/* tilesmith show workloads [NAME] */
#include "cli/output.h"
#include "cli/show.h"
#include "core/workload.h"
#include "util/str.h"
#include <math.h>

static json_t *call_json(const ts_workload_call *call, double flops, double bytes)
{
    ts_str shape = TS_STR_INIT;
    ts_problem_text(&call->problem, &shape);
    json_t *json = json_pack("{s:s, s:s, s:s, s:I, s:f, s:s, s:o, s:o}", "kernel", call->problem.kernel->name,
                             "shape", ts_str_text(&shape), "type", call->problem.type->name, "count",
                             (json_int_t)call->count, "sparsity", call->sparsity, "text", call->text, "flops",
                             ts_json_real(flops), "bytes", ts_json_real(bytes));
    ts_str_free(&shape);
    return json;
}

static int workload_json(const ts_workload *w, json_t **out)
{
    double flops, bytes;
    int rc = ts_workload_work(w, &flops, &bytes);
    if (rc)
        return rc;
    json_t *calls = json_array();
    for (size_t i = 0; i < w->call_count && rc == TS_OK; i++) {
        double call_flops = NAN, call_bytes = NAN;
        rc = ts_problem_work(&w->calls[i].problem, &call_flops, &call_bytes);
        json_array_append_new(calls, call_json(&w->calls[i], call_flops, call_bytes));
    }
    *out = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "name", w->name, "summary", w->summary,
                     "source", w->source, "flops", ts_json_real(flops), "bytes", ts_json_real(bytes),
                     "published_flops", ts_json_real(w->published_flops), "published_source",
                     ts_json_text(w->published_source), "calls", calls);
    return rc;
}

static int call_row(ts_table *table, const ts_workload_call *call, double all_flops)
{
    double flops, bytes;
    ts_str shape = TS_STR_INIT;
    char text[TS_HUMAN], problem[TS_HUMAN_PROBLEM];
    int rc = ts_problem_work(&call->problem, &flops, &bytes);
    if (rc)
        return rc;
    ts_problem_text(&call->problem, &shape);
    ts_table_cell(table, "%s", call->text);
    ts_table_cell(table, "%s", call->problem.kernel->name);
    ts_table_cell(table, "%s", ts_human_problem(ts_str_text(&shape), problem));
    ts_table_cell(table, "%s", call->problem.type->name);
    ts_table_cell(table, "%lld", (long long)call->count);
    ts_table_cell(table, "%s", call->sparsity > 0 ? ts_human_percent(call->sparsity, text) : "-");
    ts_table_cell(table, "%s", ts_human_gflops((double)call->count * flops, text));
    ts_table_cell(table, "%s", ts_human_percent((double)call->count * flops / all_flops, text));
    ts_str_free(&shape);
    return 0;
}

static int print_workload(const ts_workload *w)
{
    double flops, bytes;
    char text[TS_HUMAN];
    int rc = ts_workload_work(w, &flops, &bytes);
    if (rc)
        return rc;
    printf("%s: %s\nsource: %s\nwork: %s GFLOP", w->name, w->summary, w->source,
           ts_human_gflops(flops, text));
    if (!isnan(w->published_flops))
        printf(" (published: %s; %s)", ts_human_gflops(w->published_flops, text), w->published_source);
    printf("\n\n");
    ts_table *table = ts_table_new("part|kernel|shape|type|>times|>zeros|>GFLOP|>share");
    for (size_t i = 0; i < w->call_count && rc == TS_OK; i++)
        rc = call_row(table, &w->calls[i], flops);
    if (rc == TS_OK)
        return ts_table_print(table, stdout);
    ts_table_free(table);
    return rc;
}

static int show_one(const char *name, bool json)
{
    ts_workload *w;
    json_t *object = NULL;
    int rc = ts_workload_load(name, &w);
    if (rc)
        return ts_report_failure(rc);
    rc = json ? workload_json(w, &object) : print_workload(w);
    ts_workload_free(w);
    if (rc || !json) {
        json_decref(object);
        return ts_report_failure(rc);
    }
    return ts_json_print(object);
}

static int workload_row(ts_table *table, const ts_workload *w)
{
    double flops, bytes;
    char text[TS_HUMAN];
    int rc = ts_workload_work(w, &flops, &bytes);
    if (rc)
        return rc;
    ts_table_cell(table, "%s", w->name);
    ts_table_cell(table, "%zu", w->call_count);
    ts_table_cell(table, "%s", ts_human_gflops(flops, text));
    ts_table_cell(table, "%s", ts_human_bytes(bytes, text));
    ts_table_cell(table, "%s", w->summary);
    return 0;
}

static int show_all(bool json)
{
    char **names;
    size_t count;
    int rc = ts_workload_list(&names, &count);
    if (rc)
        return ts_report_failure(rc);
    ts_table *table = ts_table_new("workload|>parts|>GFLOP|>least traffic|what it is");
    json_t *array = json_array();
    for (size_t i = 0; rc == TS_OK && i < count; i++) {
        ts_workload *w;
        json_t *object = NULL;
        rc = ts_workload_load(names[i], &w);
        if (rc)
            break;
        rc = json ? workload_json(w, &object) : workload_row(table, w);
        if (object)
            json_array_append_new(array, object);
        ts_workload_free(w);
    }
    ts_name_list_free(names, count);
    return ts_show_listing(rc, json, table, array);
}

int ts_show_workloads(const ts_args *args)
{
    const char *name = ts_args_operand(args, 1);
    return name ? show_one(name, ts_args_json(args)) : show_all(ts_args_json(args));
}
