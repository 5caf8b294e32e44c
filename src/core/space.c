#include "core/space_inside.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

uint64_t ts_space_count(const ts_space *space)
{
    return space->count;
}

size_t ts_space_params(const ts_space *space)
{
    return space->param_count;
}

const ts_param *ts_space_param(const ts_space *space, size_t i)
{
    return &space->params[i].shown;
}

const char *ts_space_why_empty(const ts_space *space)
{
    return space->why_empty;
}

size_t ts_space_nodes(const ts_space *space)
{
    return space->nodes.count;
}

double ts_space_raw_count(const ts_space *space)
{
    double product = 1;
    for (size_t i = 0; i < space->param_count; i++)
        product *= (double)space->params[i].shown.count;
    return product;
}

uint64_t ts_space_times(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

uint64_t ts_space_completions(const ts_space *space, ts_space_ref ref)
{
    uint64_t product = 1;
    if (ref == TS_SPACE_END)
        return 1;
    if (!(ref & TS_SPACE_PRODUCT))
        return space->nodes.items[ref - 1].count;
    const uint32_t *list = space->products.items + (ref & ~TS_SPACE_PRODUCT);
    for (uint32_t k = 1; k <= list[0]; k++)
        product = ts_space_times(product, space->nodes.items[list[k] - 1].count);
    return product;
}

/* ---- configurations: a descent, with the node that decides each coming parameter at hand ---- */
/*
 * The state of a descent: `node[i]` for each group that has parameter i as its first. The configurations that
 * agree with the values so far are the product over the groups, `total` of them.
 */
typedef struct descent {
    const ts_space_node *node[TS_SPACE_MAX_PARAMS];
    uint64_t total;
} descent;

static void enter(const ts_space *space, descent *d, ts_space_ref ref)
{
    const uint32_t one[2] = {1, ref}, *list = one;
    if (ref == TS_SPACE_END)
        return;
    if (ref & TS_SPACE_PRODUCT)
        list = space->products.items + (ref & ~TS_SPACE_PRODUCT);
    for (uint32_t k = 1; k <= list[0]; k++) {
        const ts_space_node *node = &space->nodes.items[list[k] - 1];
        d->node[node->param] = node;
    }
}

static uint64_t weight(const ts_space *space, const ts_space_node *node, size_t edge)
{
    const ts_space_edge *e = &space->edges.items[node->first + edge];
    return (edge + 1u < node->edges ? e[1].before : node->count) - e->before;
}

/* The last edge with before <= position. */
static size_t edge_at(const ts_space *space, const ts_space_node *node, uint64_t position)
{
    const ts_space_edge *edges = space->edges.items + node->first;
    size_t low = 0, high = node->edges;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (edges[middle].before <= position)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void ts_space_decode(const ts_space *space, uint64_t config, uint16_t *ordinals)
{
    descent d;
    d.total = space->count;
    if (space->rows) {
        memcpy(ordinals, space->rows + config * space->param_count, space->param_count * sizeof *ordinals);
        return;
    }
    enter(space, &d, space->root);
    for (size_t i = 0; i < space->param_count; i++) {
        /* Every parameter is in one group, which has been entered by now. */
        /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign) */
        const ts_space_node *node = d.node[i];
        const uint64_t others = d.total / node->count;
        const size_t k = edge_at(space, node, config / others);
        const ts_space_edge *edge = &space->edges.items[node->first + k];
        ordinals[i] = edge->ordinal;
        config -= edge->before * others;
        d.total = weight(space, node, k) * others;
        enter(space, &d, edge->next);
    }
}

/* The edge with this ordinal, or else the one nearest to it (the smaller of two equally near). */
static size_t nearest_edge(const ts_space *space, const ts_space_node *node, uint16_t ordinal)
{
    const ts_space_edge *edges = space->edges.items + node->first;
    size_t low = 0, high = node->edges;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (edges[middle].ordinal <= ordinal)
            low = middle;
        else
            high = middle;
    }
    if (high < node->edges && edges[low].ordinal < ordinal &&
        edges[high].ordinal - ordinal < ordinal - edges[low].ordinal)
        return high;
    return low;
}

/* The index reached by taking the nearest edges; with `exact`, false as soon as one isn't the wanted ordinal.
 */
static bool descend(const ts_space *space, const uint16_t *ordinals, bool exact, uint64_t *config)
{
    descent d;
    d.total = space->count;
    *config = 0;
    enter(space, &d, space->root);
    for (size_t i = 0; i < space->param_count; i++) {
        const ts_space_node *node = d.node[i];
        const uint64_t others = d.total / node->count;
        const size_t k = nearest_edge(space, node, ordinals[i]);
        const ts_space_edge *edge = &space->edges.items[node->first + k];
        if (exact && edge->ordinal != ordinals[i])
            return false;
        *config += edge->before * others;
        d.total = weight(space, node, k) * others;
        enter(space, &d, edge->next);
    }
    return true;
}

bool ts_space_encode(const ts_space *space, const uint16_t *ordinals, uint64_t *config)
{
    uint64_t found;
    if (space->rows)
        return ts_space_table_encode(space, ordinals, config);
    if (!space->count || !descend(space, ordinals, true, &found))
        return false;
    *config = found;
    return true;
}

uint64_t ts_space_nearest(const ts_space *space, const uint16_t *ordinals)
{
    uint64_t config;
    if (space->rows)
        return ts_space_table_nearest(space, ordinals);
    descend(space, ordinals, false, &config);
    return config;
}

/* ---- values ---- */
void ts_space_values(const ts_space *space, uint64_t config, ts_value *slots)
{
    uint16_t ordinals[TS_SPACE_MAX_PARAMS];
    ts_space_decode(space, config, ordinals);
    for (size_t i = 0; i < space->param_count; i++)
        slots[space->params[i].slot] = space->params[i].shown.values[ordinals[i]];
}

/* Known values and the configuration's, malloc'ed; NULL when out of memory. */
static ts_value *all_values(const ts_space *space, uint64_t config)
{
    ts_value *slots = malloc((space->slot_count + 1) * sizeof *slots);
    if (!slots)
        return NULL;
    memcpy(slots, space->known, space->slot_count * sizeof *slots);
    ts_space_values(space, config, slots);
    return slots;
}

/* A condition that cannot be evaluated would have failed the build; without memory, "active" is the harmless
 * answer. */
static bool is_active(const ts_space_param_inside *param, const ts_value *slots)
{
    bool active = true;
    if (param->when && slots && ts_expr_test(param->when, slots, &active))
        return true;
    return active;
}

bool ts_space_active(const ts_space *space, uint64_t config, size_t i)
{
    if (!space->params[i].when)
        return true;
    ts_value *slots = all_values(space, config);
    bool active = is_active(&space->params[i], slots);
    free(slots);
    return active;
}

void ts_space_describe(const ts_space *space, uint64_t config, ts_str *text)
{
    char buffer[256];
    const char *separator = "";
    ts_value *slots = all_values(space, config);
    if (!slots) {
        text->failed = true;
        return;
    }
    for (size_t i = 0; i < space->param_count; i++) {
        const ts_space_param_inside *p = &space->params[i];
        if (!is_active(p, slots))
            continue;
        ts_str_format(text, "%s%s=%s", separator, p->shown.name,
                      ts_value_text(slots[p->slot], buffer, sizeof buffer));
        separator = " ";
    }
    free(slots);
}
