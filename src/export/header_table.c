#include "export/header_table.h"
#include "export/c_text.h"
#include "util/json.h"
#include "util/number.h"
#include <stdlib.h>
#include <string.h>

/* A column: one dimension or parameter over all winners of a kernel, of the widest type that any of them has.
 */
typedef struct ts_column {
    const char *name; /* borrowed */
    char *field;      /* its name in C */
    ts_kind kind;
    bool dim;
} ts_column;

typedef struct ts_table_writer {
    const ts_choice *rows; /* of one kernel */
    size_t count;
    TS_VEC(ts_column) columns;
    ts_c_names fields;
    const char *name; /* "tilesmith_gemm" */
    ts_str *out;
} ts_table_writer;

static ts_column *find_column(ts_table_writer *t, const char *name, bool dim)
{
    for (size_t i = 0; i < t->columns.count; i++)
        if (t->columns.items[i].dim == dim && strcmp(t->columns.items[i].name, name) == 0)
            return &t->columns.items[i];
    return NULL;
}

static int add_column(ts_table_writer *t, const char *name, bool dim)
{
    ts_str plain = TS_STR_INIT, unique = TS_STR_INIT;
    ts_column column = {.name = name, .kind = TS_INT, .dim = dim};
    ts_str_append(&plain, dim ? "dim_" : "param_"); /* so that no name is a keyword */
    ts_c_name(&plain, name, false);
    bool good = ts_c_unique(&t->fields, ts_str_text(&plain), &unique);
    column.field = ts_str_take(&unique);
    ts_str_free(&plain);
    if (good && column.field && ts_vec_push(&t->columns, column))
        return TS_OK;
    free(column.field);
    return ts_fail(TS_ENOMEM, "out of memory while exporting");
}

static int merge_fields(ts_table_writer *t, const ts_fields *fields, bool dim)
{
    for (size_t i = 0; i < fields->count; i++) {
        const ts_field *f = &fields->items[i];
        int rc = find_column(t, f->name, dim) ? TS_OK : add_column(t, f->name, dim);
        if (rc)
            return rc;
        ts_column *c = find_column(t, f->name, dim);
        c->kind = f->value.kind > c->kind ? f->value.kind : c->kind; /* INT < REAL < STRING */
    }
    return TS_OK;
}

static int find_columns(ts_table_writer *t)
{
    int rc = TS_OK;
    for (size_t i = 0; i < t->count && rc == TS_OK; i++)
        rc = merge_fields(t, &t->rows[i].dims, true);
    for (size_t i = 0; i < t->count && rc == TS_OK; i++)
        rc = merge_fields(t, &t->rows[i].params, false);
    return rc;
}

static void write_struct(ts_table_writer *t)
{
    ts_str_format(t->out,
                  "struct %s_choice {\n    const char *type, *target, *fingerprint;\n    double seconds;\n",
                  t->name);
    for (size_t i = 0; i < t->columns.count; i++) {
        const ts_column *c = &t->columns.items[i];
        const char *type = c->kind == TS_INT ? "long long " : c->kind == TS_REAL ? "double " : "const char *";
        ts_str_format(t->out, "    %s%s;\n", type, c->field);
    }
    ts_str_append(t->out, "};\n");
}

static void write_value(ts_str *out, ts_kind kind, const ts_field *field)
{
    char text[40];
    if (!field) { /* this winner's version of the kernel had no such parameter */
        ts_str_append(out, "0");
    } else if (kind == TS_STRING && field->value.kind != TS_STRING) {
        ts_str plain = TS_STR_INIT;
        if (field->value.kind == TS_INT)
            ts_str_format(&plain, "%lld", (long long)field->value.i);
        else
            ts_json_number(&plain, field->value.r);
        ts_c_string(out, ts_str_text(&plain));
        ts_str_free(&plain);
    } else if (field->value.kind == TS_STRING) {
        ts_c_string(out, field->value.s);
    } else if (field->value.kind == TS_REAL) {
        ts_str_append(out, ts_real_text(field->value.r, text, sizeof text));
    } else {
        ts_c_integer(out, field->value.i);
    }
}

static void write_row(ts_table_writer *t, const ts_choice *choice)
{
    const ts_winner *w = choice->winner;
    ts_str_append(t->out, "    {");
    ts_c_string(t->out, w->type);
    ts_str_append(t->out, ", ");
    ts_c_string(t->out, w->target_name);
    ts_str_append(t->out, ", ");
    ts_c_string(t->out, w->fingerprint);
    ts_str_append(t->out, ", ");
    ts_json_number(t->out, w->seconds);
    for (size_t i = 0; i < t->columns.count; i++) {
        const ts_column *c = &t->columns.items[i];
        ts_str_append(t->out, ", ");
        write_value(t->out, c->kind, ts_field_find(c->dim ? &choice->dims : &choice->params, c->name));
    }
    ts_str_append(t->out, "},\n");
}

static void write_lookup(ts_table_writer *t)
{
    ts_str_format(
        t->out,
        "/* The choice for exactly this type and shape on the machine with that fingerprint (0: on any); 0 "
        "if there is none. "
        "*/\nstatic inline const struct %s_choice *%s_find(const char *fingerprint, const char *type",
        t->name, t->name);
    for (size_t i = 0; i < t->columns.count; i++)
        if (t->columns.items[i].dim)
            ts_str_format(t->out, ", long long %s", t->columns.items[i].field);
    ts_str_format(t->out,
                  ")\n{\n    for (size_t i = 0; i < sizeof %s_choices / sizeof %s_choices[0]; i++) {\n"
                  "        const struct %s_choice *c = &%s_choices[i];\n"
                  "        if (strcmp(c->type, type) == 0 && (!fingerprint || (c->fingerprint && "
                  "strcmp(c->fingerprint, "
                  "fingerprint) == 0))",
                  t->name, t->name, t->name, t->name);
    for (size_t i = 0; i < t->columns.count; i++)
        if (t->columns.items[i].dim)
            ts_str_format(t->out, " &&\n            c->%s == %s", t->columns.items[i].field,
                          t->columns.items[i].field);
    ts_str_append(t->out, ")\n            return c;\n    }\n    return 0;\n}\n\n");
}

static int write_table(ts_table_writer *t)
{
    int rc = find_columns(t);
    if (rc)
        return rc;
    ts_str_append(t->out, "/* ");
    ts_c_comment(t->out, t->rows[0].winner->kernel);
    ts_str_append(t->out, ": every tuned shape; seconds per call. */\n");
    write_struct(t);
    ts_str_format(t->out, "static const struct %s_choice %s_choices[] = {\n", t->name, t->name);
    for (size_t i = 0; i < t->count; i++)
        write_row(t, &t->rows[i]);
    ts_str_append(t->out, "};\n");
    write_lookup(t);
    return TS_OK;
}

static void writer_clear(ts_table_writer *t)
{
    for (size_t i = 0; i < t->columns.count; i++)
        free(t->columns.items[i].field);
    ts_vec_free(&t->columns);
    ts_c_names_clear(&t->fields);
}

static int write_kernel(const ts_choice *rows, size_t count, ts_c_names *names, ts_str *out)
{
    ts_str plain = TS_STR_INIT, unique = TS_STR_INIT;
    ts_str_append(&plain, "tilesmith_");
    ts_c_name(&plain, rows[0].winner->kernel, false);
    int rc = ts_c_unique(names, ts_str_text(&plain), &unique)
                 ? TS_OK
                 : ts_fail(TS_ENOMEM, "out of memory while exporting");
    ts_table_writer t = {.rows = rows, .count = count, .name = ts_str_text(&unique), .out = out};
    if (rc == TS_OK)
        rc = write_table(&t);
    writer_clear(&t);
    ts_str_free(&plain);
    ts_str_free(&unique);
    return rc;
}

int ts_header_tables(const ts_choices *choices, ts_str *out)
{
    ts_c_names names = {0};
    int rc = TS_OK;
    for (size_t from = 0, to; from < choices->count && rc == TS_OK; from = to) {
        for (to = from + 1; to < choices->count; to++)
            if (strcmp(choices->items[to].winner->kernel, choices->items[from].winner->kernel) != 0)
                break;
        rc = write_kernel(&choices->items[from], to - from, &names, out);
    }
    ts_c_names_clear(&names);
    return rc;
}
