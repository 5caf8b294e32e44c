/*
 * A C header: TILESMITH_GEMM_F32_M512_N512_K512_MR and its like as macros, and the same as tables with a
 * lookup. With several targets in it, the macros of one are chosen with -DTILESMITH_TARGET_NAME; the tables
 * hold all of them.
 */
#include "export/c_text.h"
#include "export/exporters.h"
#include "export/header_model.h"
#include "export/header_table.h"
#include "tilesmith.h"
#include "util/number.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A machine, by the winner that names it first. */
typedef TS_VEC(const ts_winner *) ts_machines;

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_machine(const ts_winner *a, const ts_winner *b)
{
    return strcmp(a->target_name, b->target_name) == 0 && same_text(a->fingerprint, b->fingerprint);
}

static int find_machines(const ts_choices *choices, ts_machines *out)
{
    for (size_t i = 0; i < choices->count; i++) {
        bool known = false;
        for (size_t j = 0; j < out->count; j++)
            known = known || same_machine(out->items[j], choices->items[i].winner);
        if (!known && !ts_vec_push(out, choices->items[i].winner))
            return ts_fail(TS_ENOMEM, "out of memory while exporting");
    }
    return TS_OK;
}

static void comment_item(ts_str *out, const char *label, const char *text)
{
    ts_str_format(out, " * %s: ", label);
    ts_c_comment(out, text);
    ts_str_append(out, "\n");
}

/* Where a choice comes from, for the person who wonders. */
static void write_provenance(const ts_winner *w, ts_str *out)
{
    ts_str_append(out, "/* ");
    ts_c_comment(out, w->kernel);
    ts_str_append(out, " ");
    ts_c_comment(out, w->type);
    ts_str_append(out, " ");
    ts_c_comment(out, w->problem);
    ts_str_append(out, "\n");
    comment_item(out, "target", w->target_name);
    comment_item(out, "fingerprint", w->fingerprint);
    ts_str_format(out, " * time: %.6g s a call", w->seconds);
    if (!isnan(w->lo) && !isnan(w->hi))
        ts_str_format(out, " (95 %% interval %.6g to %.6g)", w->lo, w->hi);
    if (!isnan(w->flops))
        ts_str_format(out, ", %.1f GFLOP/s", w->flops / w->seconds / 1e9);
    ts_str_format(out, ", best of %zu evaluated\n", w->evaluations);
    comment_item(out, "compiler", w->compiler_identity ? w->compiler_identity : w->compiler);
    comment_item(out, "flags", w->flags);
    comment_item(out, "kernel hash", w->kernel_hash);
    comment_item(out, "variant", w->variant);
    comment_item(out, "measured", w->timestamp);
    comment_item(out, "with tilesmith", w->library_version);
    ts_str_append(out, " */\n");
}

/* "TILESMITH_GEMM_F32_M512_N512_K512": dimensions that are 0 (not transposed, …) are left out. */
static void write_prefix(const ts_choice *c, ts_str *out)
{
    ts_str_append(out, "TILESMITH_");
    ts_c_name(out, c->winner->kernel, true);
    ts_str_append(out, "_");
    ts_c_name(out, c->winner->type, true);
    for (size_t i = 0; i < c->dims.count; i++) {
        if (c->dims.items[i].value.i == 0)
            continue;
        ts_str_append(out, "_");
        ts_c_name(out, c->dims.items[i].name, true);
        ts_str_format(out, "%" PRId64, c->dims.items[i].value.i);
    }
}

static void write_value(ts_value value, ts_str *out)
{
    char text[40];
    if (value.kind == TS_STRING)
        ts_c_string(out, value.s);
    else if (value.kind == TS_REAL)
        ts_str_append(out, ts_real_text(value.r, text, sizeof text));
    else
        ts_c_integer(out, value.i);
}

static int write_macro(const char *prefix, const ts_field *field, ts_c_names *names, ts_str *out)
{
    ts_str plain = TS_STR_INIT;
    ts_str_format(&plain, "%s_", prefix);
    ts_c_name(&plain, field->name, true);
    ts_str_append(out, "#define ");
    bool good = ts_c_unique(names, ts_str_text(&plain), out);
    ts_str_append(out, " ");
    write_value(field->value, out);
    ts_str_append(out, "\n");
    ts_str_free(&plain);
    return good ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while exporting");
}

static int write_choice(const ts_choice *c, ts_c_names *names, ts_str *out)
{
    ts_str plain = TS_STR_INIT;
    int rc = TS_OK;
    write_provenance(c->winner, out);
    write_prefix(c, &plain);
    for (size_t i = 0; i < c->params.count && rc == TS_OK; i++)
        rc = write_macro(ts_str_text(&plain), &c->params.items[i], names, out);
    ts_str_append(out, "\n");
    ts_str_free(&plain);
    return rc;
}

static int write_machine(const ts_choices *choices, const ts_winner *machine, ts_str *out)
{
    ts_c_names names = {0}; /* one machine's macros are all that are defined at a time */
    int rc = TS_OK;
    for (size_t i = 0; i < choices->count && rc == TS_OK; i++)
        if (same_machine(choices->items[i].winner, machine))
            rc = write_choice(&choices->items[i], &names, out);
    ts_c_names_clear(&names);
    return rc;
}

static int write_condition(const ts_winner *machine, bool first, ts_c_names *names, ts_str *out)
{
    ts_str plain = TS_STR_INIT;
    ts_str_append(&plain, "TILESMITH_TARGET_");
    ts_c_name(&plain, machine->target_name, true);
    ts_str_append(out, first ? "#if defined " : "#elif defined ");
    bool good = ts_c_unique(names, ts_str_text(&plain), out);
    ts_str_append(out, "\n\n");
    ts_str_free(&plain);
    return good ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while exporting");
}

static int write_macros(const ts_choices *choices, const ts_machines *machines, ts_str *out)
{
    ts_c_names names = {0};
    bool several = machines->count > 1;
    int rc = TS_OK;
    for (size_t i = 0; i < machines->count && rc == TS_OK; i++) {
        if (several)
            rc = write_condition(machines->items[i], i == 0, &names, out);
        if (rc == TS_OK)
            rc = write_machine(choices, machines->items[i], out);
    }
    if (several)
        ts_str_append(out, "#endif\n\n");
    ts_c_names_clear(&names);
    return rc;
}

static int write_header(const ts_choices *choices, ts_str *out)
{
    ts_machines machines = {0};
    int rc = find_machines(choices, &machines);
    ts_str_format(
        out,
        "/* Tuned configurations, exported by tilesmith %s.%s */\n#ifndef TILESMITH_CHOICES_H\n"
        "#define TILESMITH_CHOICES_H\n\n#include <stddef.h>\n#include <string.h>\n\n",
        TILESMITH_VERSION,
        machines.count > 1 ? " Macros of one target: compile with its -DTILESMITH_TARGET_NAME below." : "");
    if (rc == TS_OK)
        rc = write_macros(choices, &machines, out);
    if (rc == TS_OK)
        rc = ts_header_tables(choices, out);
    ts_str_append(out, "#endif\n");
    ts_vec_free(&machines);
    return rc;
}

static int render(ts_store *store, const ts_export_request *request, char **text, size_t *length)
{
    ts_selection selection;
    ts_choices choices;
    ts_str out = TS_STR_INIT;
    int rc = ts_choices_read(store, request, &selection, &choices);
    if (rc == TS_OK)
        rc = write_header(&choices, &out);
    rc = ts_export_finish(rc, &out, text, length);
    ts_choices_clear(&choices);
    ts_selection_clear(&selection);
    return rc;
}

extern const ts_exporter ts_exporter_header;
const ts_exporter ts_exporter_header = {.name = "header",
                                        .summary =
                                            "a C header: macros and lookup tables of the tuned parameters",
                                        .extension = ".h",
                                        .render = render};
