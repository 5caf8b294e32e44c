/* tilesmith show kernels [NAME] */
#include "cli/output.h"
#include "cli/show.h"
#include "core/kernel.h"
#include "util/str.h"

static void type_names(const ts_kernel *k, ts_str *out)
{
    for (size_t i = 0; i < k->type_count; i++)
        ts_str_format(out, "%s%s", i ? " " : "", k->types[i].name);
}

static void dimension_names(const ts_kernel *k, ts_str *out)
{
    for (size_t i = 0; i < k->dim_count; i++)
        ts_str_format(out, "%s%s", i ? " " : "", k->dims[i].name);
}

/* "m=512,n=512,k=512": dimensions at their default are left out unless all are. */
static void shape_dims(const ts_kernel *k, const ts_shape *shape, ts_str *out)
{
    const char *separator = "";
    for (size_t d = 0; d < k->dim_count; d++) {
        if (!k->dims[d].argument && shape->dims[d] == k->dims[d].fallback)
            continue;
        ts_str_format(out, "%s%s=%lld", separator, k->dims[d].name, (long long)shape->dims[d]);
        separator = ",";
    }
}

static json_t *names_json(const ts_kernel *k, size_t count, const char *(*name)(const ts_kernel *k, size_t i))
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, ts_json_text(name(k, i)));
    return array;
}

static const char *type_name(const ts_kernel *k, size_t i)
{
    return k->types[i].name;
}

static json_t *dimensions_json(const ts_kernel *k)
{
    json_t *array = json_array();
    for (size_t i = 0; i < k->dim_count; i++) {
        const ts_dim *d = &k->dims[i];
        json_array_append_new(array, json_pack("{s:s, s:o, s:I, s:I, s:b}", "name", d->name, "text",
                                               ts_json_text(d->text), "min", (json_int_t)d->min, "max",
                                               (json_int_t)d->max, "argument", d->argument));
    }
    return array;
}

static json_t *parameters_json(const ts_kernel *k)
{
    json_t *array = json_array();
    for (size_t i = 0; i < k->parameter_count; i++) {
        const ts_parameter *p = &k->parameters[i];
        json_array_append_new(array, json_pack("{s:s, s:o, s:o, s:o}", "name", p->name, "text",
                                               ts_json_text(p->text), "values", ts_json_text(p->values),
                                               "when", ts_json_text(p->when ? ts_expr_text(p->when) : NULL)));
    }
    return array;
}

static json_t *shapes_json(const ts_kernel *k)
{
    json_t *array = json_array();
    for (size_t i = 0; i < k->shape_count; i++) {
        const ts_shape *s = &k->shapes[i];
        ts_str dims = TS_STR_INIT;
        shape_dims(k, s, &dims);
        json_array_append_new(array, json_pack("{s:s, s:o, s:o, s:s}", "kind", s->kind, "name",
                                               ts_json_text(s->name), "type", ts_json_text(s->type), "dims",
                                               ts_str_text(&dims)));
        ts_str_free(&dims);
    }
    return array;
}

static json_t *constraints_json(const ts_kernel *k)
{
    json_t *array = json_array();
    for (size_t i = 0; i < k->constraint_count; i++)
        json_array_append_new(array, json_pack("{s:s, s:o}", "test", ts_expr_text(k->constraints[i].test),
                                               "text", ts_json_text(k->constraints[i].text)));
    return array;
}

static json_t *kernel_json(const ts_kernel *k)
{
    return json_pack("{s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "name", k->name, "summary",
                     ts_json_text(k->summary), "folder", k->folder, "hash", k->hash, "types",
                     names_json(k, k->type_count, type_name), "dimensions", dimensions_json(k), "parameters",
                     parameters_json(k), "constraints", constraints_json(k), "shapes", shapes_json(k));
}

static int print_parameters(const ts_kernel *k)
{
    ts_table *table = ts_table_new("parameter|values|when|meaning");
    for (size_t i = 0; i < k->parameter_count; i++) {
        const ts_parameter *p = &k->parameters[i];
        ts_table_cell(table, "%s", p->name);
        ts_table_cell(table, "%s", p->role == TS_ROLE_COMPILER ? "the compilers given" : p->values);
        ts_table_cell(table, "%s", p->when ? ts_expr_text(p->when) : "-");
        ts_table_cell(table, "%s", p->text ? p->text : "");
    }
    return ts_table_print(table, stdout);
}

static int print_shapes(const ts_kernel *k)
{
    ts_table *table = ts_table_new("shape|kind|name");
    for (size_t i = 0; i < k->shape_count; i++) {
        ts_str dims = TS_STR_INIT;
        shape_dims(k, &k->shapes[i], &dims);
        ts_table_cell(table, "%s", ts_str_text(&dims));
        ts_table_cell(table, "%s", k->shapes[i].kind);
        ts_table_cell(table, "%s", k->shapes[i].name ? k->shapes[i].name : "");
        ts_str_free(&dims);
    }
    return ts_table_print(table, stdout);
}

static int print_kernel(const ts_kernel *k)
{
    ts_str types = TS_STR_INIT;
    type_names(k, &types);
    printf("%s: %s\nfolder: %s\ntypes: %s\nhash: %.16s\n\n", k->name, k->summary ? k->summary : "", k->folder,
           ts_str_text(&types), k->hash);
    ts_str_free(&types);
    for (size_t i = 0; i < k->dim_count; i++)
        printf("dimension %s (%lld..%lld): %s\n", k->dims[i].name, (long long)k->dims[i].min,
               (long long)k->dims[i].max, k->dims[i].text ? k->dims[i].text : "");
    printf("\n");
    int rc = print_parameters(k);
    for (size_t i = 0; i < k->constraint_count; i++)
        printf("%sconstraint: %s (%s)\n", i ? "" : "\n", ts_expr_text(k->constraints[i].test),
               k->constraints[i].text ? k->constraints[i].text : "no reason given");
    printf("\n");
    return rc ? rc : print_shapes(k);
}

static int show_one(const char *name, bool json)
{
    ts_kernel *k;
    int rc = ts_kernel_load(name, &k);
    if (rc)
        return ts_report_failure(rc);
    int status = json ? ts_json_print(kernel_json(k)) : ts_report_failure(print_kernel(k));
    ts_kernel_free(k);
    return status;
}

static void kernel_row(ts_table *table, const ts_kernel *k)
{
    ts_str types = TS_STR_INIT, dims = TS_STR_INIT;
    type_names(k, &types);
    dimension_names(k, &dims);
    ts_table_cell(table, "%s", k->name);
    ts_table_cell(table, "%s", ts_str_text(&types));
    ts_table_cell(table, "%s", ts_str_text(&dims));
    ts_table_cell(table, "%zu", k->parameter_count);
    ts_table_cell(table, "%s", k->summary ? k->summary : "");
    ts_str_free(&types);
    ts_str_free(&dims);
}

static int show_all(bool json)
{
    char **names;
    size_t count;
    int rc = ts_kernel_list(&names, &count);
    if (rc)
        return ts_report_failure(rc);
    ts_table *table = ts_table_new("kernel|types|dimensions|>parameters|what it computes");
    json_t *array = json_array();
    for (size_t i = 0; rc == TS_OK && i < count; i++) {
        ts_kernel *k;
        rc = ts_kernel_load(names[i], &k);
        if (rc)
            break;
        kernel_row(table, k);
        json_array_append_new(array, kernel_json(k));
        ts_kernel_free(k);
    }
    ts_name_list_free(names, count);
    return ts_show_listing(rc, json, table, array);
}

int ts_show_kernels(const ts_args *args)
{
    const char *name = ts_args_operand(args, 1);
    return name ? show_one(name, ts_args_json(args)) : show_all(ts_args_json(args));
}
