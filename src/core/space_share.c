/* Nodes and products made once each: groups that end up with the same completions become one node, however
 * they came about. */
#include "core/space_build.h"

#include <stdlib.h>
#include <string.h>

#define FREE_BUCKET UINT32_MAX

/* 4 GiB of edges: by then sharing has failed, and saying so beats being killed for memory. */
#define MOST_EDGES ((size_t)1 << 28)

int ts_space_no_memory(void)
{
    return ts_fail(TS_ENOMEM,
                   "out of memory while building the search space; add constraints or give fewer values");
}

static uint32_t hash_edges(size_t param, const ts_space_edge *edges, size_t count)
{
    uint64_t h = param + 0x9e3779b97f4a7c15u * count;
    for (size_t i = 0; i < count; i++) {
        h = (h ^ (edges[i].next + ((uint64_t)edges[i].ordinal << 32))) * 0x9fb21c651e98df25u;
        h ^= h >> 29;
    }
    return (uint32_t)(h ^ h >> 32);
}

static uint32_t hash_node(const ts_space *space, uint32_t node)
{
    const ts_space_node *n = &space->nodes.items[node];
    return hash_edges(n->param, space->edges.items + n->first, n->edges);
}

static bool is_same(const ts_space *space, uint32_t node, size_t param, const ts_space_edge *edges,
                    size_t count)
{
    const ts_space_node *n = &space->nodes.items[node];
    if (n->param != param || n->edges != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        const ts_space_edge *e = &space->edges.items[n->first + i];
        if (e->next != edges[i].next || e->ordinal != edges[i].ordinal)
            return false;
    }
    return true;
}

static size_t free_bucket(const ts_space_builder *b, uint32_t hash)
{
    size_t i = hash & (b->bucket_count - 1);
    while (b->buckets[i] != FREE_BUCKET)
        i = (i + 1) & (b->bucket_count - 1);
    return i;
}

static bool grow_buckets(ts_space_builder *b)
{
    const size_t count = b->bucket_count ? 2 * b->bucket_count : 64;
    uint32_t *buckets = malloc(count * sizeof *buckets);
    if (!buckets)
        return false;
    memset(buckets, 0xff, count * sizeof *buckets);
    free(b->buckets);
    b->buckets = buckets;
    b->bucket_count = count;
    for (size_t i = 0; i < b->space->nodes.count; i++)
        b->buckets[free_bucket(b, hash_node(b->space, (uint32_t)i))] = (uint32_t)i;
    return true;
}

static int add_node(ts_space *space, size_t param, uint64_t completions, const ts_space_edge *edges,
                    size_t count)
{
    const ts_space_node node = {.count = completions,
                                .first = (uint32_t)space->edges.count,
                                .edges = (uint16_t)count,
                                .param = (uint16_t)param};
    if (space->edges.count + count > MOST_EDGES)
        return ts_fail(
            TS_EINPUT,
            "the constraints of this search space share too little: more than %zu partial configurations; "
            "put parameters that constraints connect next to each other, or give fewer values",
            MOST_EDGES);
    for (size_t i = 0; i < count; i++) {
        if (!ts_vec_push(&space->edges, edges[i]))
            return ts_space_no_memory();
    }
    return ts_vec_push(&space->nodes, node) ? TS_OK : ts_space_no_memory();
}

int ts_space_share_node(ts_space_builder *b, size_t param, uint64_t completions, size_t base,
                        ts_space_ref *out)
{
    const ts_space_edge *edges = b->edges.items + base;
    const size_t count = b->edges.count - base;
    ts_space *space = b->space;
    if (space->nodes.count >= b->bucket_count / 2 && !grow_buckets(b))
        return ts_space_no_memory();
    size_t i = hash_edges(param, edges, count) & (b->bucket_count - 1);
    while (b->buckets[i] != FREE_BUCKET && !is_same(space, b->buckets[i], param, edges, count))
        i = (i + 1) & (b->bucket_count - 1);
    if (b->buckets[i] == FREE_BUCKET) {
        int code = add_node(space, param, completions, edges, count);
        if (code)
            return code;
        b->buckets[i] = (uint32_t)space->nodes.count - 1;
    }
    *out = b->buckets[i] + 1;
    return TS_OK;
}

int ts_space_share_product(ts_space_builder *b, size_t base, ts_space_ref *out)
{
    ts_space *space = b->space;
    const size_t count = b->groups.count - base;
    const ts_space_ref *groups = b->groups.items + base;
    uint32_t id;
    bool fresh;
    if (count <= 1) {
        *out = count ? groups[0] : TS_SPACE_END;
        return TS_OK;
    }
    if (!ts_intern_add(&b->products, groups, count * sizeof *groups, &id, &fresh))
        return ts_space_no_memory();
    /* Lists stand in the order of their numbers, each behind its length: the bytes before it tell where. */
    const size_t place = (id ? b->products.ends.items[id - 1] : 0) / sizeof *groups + id;
    if (place >= TS_SPACE_PRODUCT)
        return ts_space_no_memory();
    if (fresh && !ts_vec_push(&space->products, (uint32_t)count))
        return ts_space_no_memory();
    for (size_t k = 0; fresh && k < count; k++) {
        if (!ts_vec_push(&space->products, groups[k]))
            return ts_space_no_memory();
    }
    *out = TS_SPACE_PRODUCT | (ts_space_ref)place;
    return TS_OK;
}
