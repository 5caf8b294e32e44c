/* A manifest's XML: what reading any of its elements needs. */
#include "core/kernel_parse.h"
#include "util/str.h"
#include "util/xml_place.h"
#include <stdlib.h>
#include <string.h>

void *ts_manifest_add(void *array, size_t *count, size_t size)
{
    char *items;
    memcpy(&items, array, sizeof items);
    char *grown = realloc(items, (*count + 1) * size);
    if (!grown) {
        ts_fail(TS_ENOMEM, "out of memory while reading a manifest");
        return NULL;
    }
    memcpy(array, &grown, sizeof grown);
    return memset(grown + (*count)++ * size, 0, size);
}

int ts_manifest_text(const xmlNode *node, const char *attribute, char **out)
{
    bool there = !*attribute || xmlHasProp(node, (const xmlChar *)attribute);
    char *value = *attribute ? ts_xml_attr(node, attribute) : (char *)xmlNodeGetContent(node);
    *out = value ? strdup(value) : NULL;
    int rc = there && !*out ? ts_fail(TS_ENOMEM, "out of memory while reading a manifest") : 0;
    xmlFree(value);
    return rc;
}

ts_place ts_manifest_place(const xmlNode *node, const char *attribute)
{
    ts_place place = {.file = (const char *)node->doc->URL};
    ts_xml_place(node, attribute, &place.line, &place.column);
    return place;
}

void ts_manifest_list(const void *array, size_t count, size_t size, ts_str *out)
{
    for (size_t i = 0; i < count; i++) {
        const char *name;
        memcpy(&name, (const char *)array + i * size, sizeof name);
        ts_str_format(out, "%s%s", i ? ", " : "", name);
    }
}

int ts_manifest_operand_type(const xmlNode *node, const ts_operand_type **out)
{
    static const ts_operand_type types[] = {
        {"f32", "float", 4}, {"f64", "double", 8}, {"bf16", "uint16_t", 2},
        {"i8", "int8_t", 1}, {"u8", "uint8_t", 1}, {"i32", "int32_t", 4},
    };
    char *name = NULL;
    int rc = ts_manifest_text(node, "type", &name);
    for (size_t i = 0; name && i < sizeof types / sizeof *types && !*out; i++)
        if (strcmp(types[i].name, name) == 0)
            *out = &types[i];
    if (name && !*out)
        rc = ts_xml_fail(node, TS_EINPUT,
                         "type '%s' is not an element type; write f32, f64, bf16, i8, u8 or i32", name);
    free(name);
    return rc;
}

static int refuse_name(const ts_expr *expr, const char *what, const char *name, const char *allowed)
{
    ts_place place = ts_expr_place(expr);
    return ts_fail(TS_EINPUT, "%s:%d: %s depends on %s, which is not known there; use only %s", place.file,
                   place.line, what, name, allowed);
}

int ts_manifest_check_scope(const ts_kernel *kernel, const ts_expr *expr, ts_scope scope, const char *what)
{
    if (scope == TS_SCOPE_ALL)
        return 0;
    for (size_t i = 0; i < kernel->parameter_count; i++)
        if (ts_expr_uses(expr, kernel->parameters[i].slot))
            return refuse_name(expr, what, kernel->parameters[i].name,
                               scope == TS_SCOPE_TARGET ? "dimensions, type and target"
                                                        : "dimensions and type");
    const size_t demands[] = {kernel->max_error_slot, kernel->threads_slot};
    for (size_t i = 0; scope == TS_SCOPE_PROBLEM && i < sizeof demands / sizeof *demands; i++)
        if (ts_expr_uses(expr, demands[i]))
            return refuse_name(expr, what, ts_names_get(kernel->names, demands[i]), "dimensions and type");
    for (size_t i = 0; scope == TS_SCOPE_PROBLEM && i < kernel->use_count; i++)
        if (ts_expr_uses(expr, kernel->uses[i].slot))
            return refuse_name(expr, what, ts_names_get(kernel->names, kernel->uses[i].slot),
                               "dimensions and type");
    return 0;
}

int ts_manifest_expr(const ts_kernel *kernel, const xmlNode *node, const char *attribute, ts_scope scope,
                     ts_expr **out)
{
    char *text = NULL;
    *out = NULL;
    int rc = ts_manifest_text(node, attribute, &text);
    if (rc == 0 && text)
        rc = ts_expr_parse(text, ts_manifest_place(node, attribute), kernel->names, out);
    if (rc == 0 && text)
        rc = ts_manifest_check_scope(kernel, *out, scope, *attribute ? attribute : (const char *)node->name);
    free(text);
    return rc;
}

int ts_manifest_constant(const xmlNode *node, const char *attribute, ts_value *out)
{
    ts_names *names = NULL;
    ts_expr *expr = NULL;
    char *text = NULL;
    ts_value value;
    int rc = ts_manifest_text(node, attribute, &text);
    if (rc < 0 || !text)
        return rc;
    if ((rc = ts_names_new(&names)) == 0 &&
        (rc = ts_expr_parse(text, ts_manifest_place(node, attribute), names, &expr)) == 0)
        rc = ts_expr_eval(expr, NULL, &value);
    if (rc == 0 && value.kind == TS_STRING) {
        /* The expression owns the string and goes now: the caller gets one that it owns. */
        value.s = strdup(value.s);
        rc = value.s ? 0 : ts_fail(TS_ENOMEM, "out of memory while reading a manifest");
    }
    if (rc == 0)
        *out = value;
    ts_expr_free(expr);
    ts_names_free(names);
    free(text);
    return rc;
}

int ts_manifest_int(const xmlNode *node, const char *attribute, int64_t *out)
{
    ts_value value = ts_int(*out);
    int rc = ts_manifest_constant(node, attribute, &value);
    if (rc == 0 && value.kind == TS_STRING) {
        free((char *)value.s);
        value.kind = TS_NONE;
    }
    if (rc == 0 && value.kind != TS_INT)
        rc = ts_xml_fail(node, TS_EINPUT, "%s must be a whole number; write for example %s=\"64\"", attribute,
                         attribute);
    if (rc == 0)
        *out = value.i;
    return rc;
}

int ts_manifest_expr_list(const ts_kernel *kernel, const xmlNode *node, const char *attribute, ts_scope scope,
                          ts_expr ***out, size_t *count)
{
    char *text = NULL;
    int rc = ts_manifest_text(node, attribute, &text);
    const char *at = text;
    ts_piece piece;
    while (rc == 0 && ts_next_piece(&at, ',', &piece)) {
        ts_expr **item = ts_manifest_add(out, count, sizeof **out);
        rc = item ? ts_piece_expr(piece, text, ts_manifest_place(node, attribute), kernel->names, item)
                  : TS_ENOMEM;
        if (rc == 0)
            rc = ts_manifest_check_scope(kernel, *item, scope, attribute);
    }
    free(text);
    return rc;
}

int ts_manifest_name(ts_kernel *kernel, const xmlNode *node, const char *name, const ts_expr *definition,
                     size_t *slot)
{
    /* What generated code calls itself, and what expressions and templates say themselves. */
    static const char *const reserved[] = {"T",  "fn",  "target",    "workspace", "for",
                                           "if", "int", "max_error", "threads"};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(name, reserved[i]) == 0)
            return ts_xml_fail(node, TS_EINPUT, "the name '%s' is reserved; choose another one", name);
    int rc = definition ? ts_names_define(kernel->names, name, definition)
                        : ts_names_add(kernel->names, name, slot);
    return rc < 0 ? ts_xml_fail(node, rc, "%s", ts_error()) : 0;
}

static int read_section(ts_kernel *kernel, const xmlNode *root, const ts_manifest_section *section)
{
    size_t found = 0;
    for (const xmlNode *node = ts_xml_child(root, section->element); node;
         node = ts_xml_next(node, section->element)) {
        if (++found > section->max)
            return ts_xml_fail(node, TS_EINPUT, "more than %zu <%s> elements; remove or merge some",
                               section->max, section->element);
        int rc = section->read(kernel, node);
        if (rc < 0)
            return rc;
    }
    if (found < section->min)
        return ts_xml_fail(root, TS_EINPUT, "no <%s> element; add one as docs/kernel-manifest.md shows",
                           section->element);
    return 0;
}

int ts_manifest_read(ts_kernel *kernel, const xmlNode *root, const ts_manifest_section *sections,
                     size_t count)
{
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = read_section(kernel, root, &sections[i]);
    return rc;
}
