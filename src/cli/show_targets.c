/* tilesmith show targets [NAME] */
#include "cli/data.h"
#include "cli/output.h"
#include "cli/show.h"
#include "core/kernel.h"
#include "core/target.h"
#include <math.h>

static json_t *value_json(ts_value value)
{
    switch (value.kind) {
    case TS_INT:
        return json_integer(value.i);
    case TS_REAL:
        return ts_json_real(value.r);
    case TS_STRING:
        return ts_json_text(value.s);
    default:
        return json_null();
    }
}

static json_t *target_json(const ts_target *t)
{
    json_t *attributes = json_object();
    for (size_t i = 0; i < t->count; i++) {
        const ts_attribute *a = &t->attributes[i];
        json_object_set_new(attributes, a->name,
                            json_pack("{s:o, s:o, s:o, s:o, s:o}", "value", value_json(a->value), "unit",
                                      ts_json_text(a->unit), "source", ts_json_text(a->source), "lo",
                                      ts_json_real(a->lo), "hi", ts_json_real(a->hi)));
    }
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "name", t->name, "kind", ts_json_text(t->kind), "summary",
                     ts_json_text(t->summary), "fingerprint", ts_json_text(t->fingerprint), "attributes",
                     attributes);
}

static int print_target(const ts_target *t)
{
    printf("%s (%s): %s\n\n", t->name, t->kind, t->summary ? t->summary : "");
    ts_table *table = ts_table_new("attribute|>value|unit|>low|>high|source");
    for (size_t i = 0; i < t->count; i++) {
        const ts_attribute *a = &t->attributes[i];
        char text[TS_HUMAN];
        ts_table_cell(table, "%s", a->name);
        ts_table_cell(table, "%s", ts_value_text(a->value, text, sizeof text));
        ts_table_cell(table, "%s", a->unit ? a->unit : "");
        ts_table_cell(table, isfinite(a->lo) ? "%.4g" : "", a->lo);
        ts_table_cell(table, isfinite(a->hi) ? "%.4g" : "", a->hi);
        ts_table_cell(table, "%s", a->source ? a->source : "");
    }
    return ts_table_print(table, stdout);
}

static int show_one(const char *name, bool json)
{
    ts_target *t;
    int rc = ts_target_load(name, &t);
    if (rc)
        return ts_report_failure(rc);
    int status = json ? ts_json_print(target_json(t)) : ts_report_failure(print_target(t));
    ts_target_free(t);
    return status;
}

/* What all cores do together, stated or derived; NAN: neither. */
static double machine_rate(const ts_target *t, const char *name)
{
    ts_fact fact;
    return ts_target_need(t, name, "this table", &fact) == TS_OK
               ? fact.value * ts_target_number(t, "cores", 1)
               : NAN;
}

static double memory_rate(const ts_target *t)
{
    ts_fact fact;
    return ts_target_need(t, "memory.total", "this table", &fact) == TS_OK ? fact.value : NAN;
}

static void target_row(ts_table *table, const ts_target *t)
{
    char text[TS_HUMAN];
    ts_table_cell(table, "%s", t->name);
    ts_table_cell(table, "%s", t->kind ? t->kind : "-");
    ts_table_cell(table, "%s", ts_human_bytes(ts_target_number(t, "vector.bytes", NAN), text));
    ts_table_cell(table, "%s", ts_human_bytes(ts_target_number(t, "l1d.size", NAN), text));
    ts_table_cell(table, "%s", ts_human_bytes(ts_target_number(t, "l2.size", NAN), text));
    ts_table_cell(table, "%s", ts_human_gflops(machine_rate(t, "peak.f32"), text));
    ts_table_cell(table, "%s", ts_human_gflops(memory_rate(t), text));
    ts_table_cell(table, "%s", t->summary ? t->summary : "");
}

static int show_all(bool json)
{
    char **names;
    size_t count;
    int rc = ts_target_names(&names, &count);
    if (rc)
        return ts_report_failure(rc);
    ts_table *table = ts_table_new("target|kind|>vector|>L1d|>L2|>GFLOP/s f32|>GB/s|what it is");
    json_t *array = json_array();
    for (size_t i = 0; rc == TS_OK && i < count; i++) {
        ts_target *t;
        rc = ts_target_load(names[i], &t);
        if (rc)
            break;
        target_row(table, t);
        json_array_append_new(array, target_json(t));
        ts_target_free(t);
    }
    ts_name_list_free(names, count);
    int status = rc ? ts_report_failure(rc) : 0;
    if (rc == TS_OK && json)
        status = ts_json_print(json_incref(array));
    json_decref(array);
    if (rc == TS_OK && !json)
        return ts_report_failure(ts_table_print(table, stdout));
    ts_table_free(table);
    return status;
}

int ts_show_targets(const ts_args *args)
{
    const char *name = ts_args_operand(args, 1);
    return name ? show_one(name, ts_args_json(args)) : show_all(ts_args_json(args));
}
