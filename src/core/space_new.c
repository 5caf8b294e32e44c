/* Making and freeing a space: its own copies of the parameters and of the values known beforehand. */
#include "core/expr_node.h"
#include "core/space_inside.h"

#include <stdlib.h>
#include <string.h>

static int no_memory(void)
{
    return ts_fail(TS_ENOMEM, "out of memory while building the search space");
}

static bool copy_value(ts_value from, ts_value *to)
{
    *to = from;
    if (from.kind == TS_STRING)
        to->s = strdup(from.s);
    return from.kind != TS_STRING || to->s;
}

static void free_values(ts_value *values, size_t count)
{
    for (size_t i = 0; values && i < count; i++) {
        if (values[i].kind == TS_STRING)
            free((char *)values[i].s);
    }
    free(values);
}

static bool copy_values(const ts_value *from, size_t count, ts_value **out)
{
    ts_value *to = calloc(count + 1, sizeof *to);
    bool fine = to != NULL;
    for (size_t i = 0; fine && i < count; i++)
        fine = copy_value(from[i], &to[i]);
    *out = to;
    return fine;
}

/* Numbers before texts, then by value. */
static int compare_values(const void *left, const void *right)
{
    const ts_value *a = left, *b = right;
    if (a->kind == TS_STRING && b->kind == TS_STRING)
        return strcmp(a->s, b->s);
    if (a->kind == TS_STRING || b->kind == TS_STRING)
        return a->kind == TS_STRING ? 1 : -1;
    if (a->kind == TS_INT && b->kind == TS_INT)
        return (a->i > b->i) - (a->i < b->i);
    double x = a->kind == TS_INT ? (double)a->i : a->r, y = b->kind == TS_INT ? (double)b->i : b->r;
    return (x > y) - (x < y);
}

static int check_distinct(const ts_space_param_spec *spec)
{
    char text[64];
    int code = TS_OK;
    ts_value *sorted = malloc(spec->count * sizeof *sorted);
    if (!sorted)
        return no_memory();
    memcpy(sorted, spec->values, spec->count * sizeof *sorted);
    qsort(sorted, spec->count, sizeof *sorted, compare_values);
    for (size_t i = 1; !code && i < spec->count; i++) {
        if (ts_value_equal(sorted[i - 1], sorted[i]))
            code = ts_fail(TS_EINPUT, "parameter '%s' has the value %s twice; remove one", spec->name,
                           ts_value_text(sorted[i], text, sizeof text));
    }
    free(sorted);
    return code;
}

static int check_param(const ts_space_param_spec *spec)
{
    if (spec->count == 0)
        return ts_fail(TS_EINPUT, "parameter '%s' has no values; give it at least one", spec->name);
    if (spec->count > UINT16_MAX)
        return ts_fail(TS_EINPUT,
                       "parameter '%s' has %zu values, more than %d; give fewer, or a coarser step",
                       spec->name, spec->count, UINT16_MAX);
    if (spec->fallback >= spec->count)
        return ts_fail(TS_EINTERNAL, "parameter '%s' has no value number %zu to fall back to", spec->name,
                       spec->fallback);
    return check_distinct(spec);
}

static int copy_param(const ts_space_param_spec *spec, ts_space_param_inside *out)
{
    ts_value *values = NULL;
    int code = check_param(spec);
    if (code)
        return code;
    out->shown = (ts_param){.name = strdup(spec->name), .kind = spec->kind};
    bool fine = copy_values(spec->values, spec->count, &values);
    out->shown.values = values;
    out->shown.count = values ? spec->count : 0;
    out->fallback = spec->fallback;
    out->slot = spec->slot;
    if (!fine || !out->shown.name)
        return no_memory();
    return spec->when ? ts_expr_copy(spec->when, &out->when) : TS_OK;
}

static size_t slots_needed(const ts_space_spec *spec)
{
    size_t count = spec->slot_count;
    for (size_t i = 0; i < spec->param_count; i++)
        count = spec->params[i].slot >= count ? spec->params[i].slot + 1 : count;
    return count;
}

int ts_space_new(const ts_space_spec *spec, ts_space **out)
{
    int code = TS_OK;
    if (spec->param_count > TS_SPACE_MAX_PARAMS)
        return ts_fail(TS_EINPUT, "%zu parameters are more than a space can have (%d); merge or fix some",
                       spec->param_count, TS_SPACE_MAX_PARAMS);
    ts_space *space = calloc(1, sizeof *space);
    if (!space)
        return no_memory();
    space->params = calloc(spec->param_count + 1, sizeof *space->params);
    space->slot_count = slots_needed(spec);
    space->known = calloc(space->slot_count + 1, sizeof *space->known);
    if (!space->params || !space->known)
        code = no_memory();
    for (size_t i = 0; !code && spec->known && i < spec->slot_count; i++)
        code = copy_value(spec->known[i], &space->known[i]) ? TS_OK : no_memory();
    for (size_t i = 0; !code && i < spec->param_count; i++) {
        space->param_count = i + 1;
        code = copy_param(&spec->params[i], &space->params[i]);
    }
    if (code)
        ts_space_free(space);
    else
        *out = space;
    return code;
}

void ts_space_free(ts_space *space)
{
    if (!space)
        return;
    for (size_t i = 0; i < space->param_count; i++) {
        ts_space_param_inside *p = &space->params[i];
        free((char *)p->shown.name);
        free_values((ts_value *)p->shown.values, p->shown.count);
        ts_expr_free(p->when);
    }
    free(space->params);
    free_values(space->known, space->slot_count);
    ts_vec_free(&space->nodes);
    ts_vec_free(&space->edges);
    ts_vec_free(&space->products);
    free(space->rows);
    free(space->sorted);
    free(space->buckets);
    free(space->why_empty);
    free(space);
}
