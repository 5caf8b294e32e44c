/* See boost.h. Inputs are sorted into at most so many bins before anything is grown, so that the best split
 * of a node takes one pass over its samples. */
#include "model/boost.h"

#include "tilesmith_plugin.h"

#include <stdlib.h>
#include <string.h>

/* Chosen by the error on configurations that were left out, on spaces of gemm and conv2d: docs/search.md.
 */
enum { TREES = 300, BINS = 32, LEAST = 2 /* samples of a leaf */ };
static const double rate = 0.05, shrinkage = 3; /* of a leaf's mean: as much as so many samples of 0 */

/* Larger inputs go right. Without a split, `threshold` is infinite: everything goes left. */
typedef struct ts_split {
    size_t input;
    double threshold;
} ts_split;

typedef struct ts_tree {
    ts_split root, side[2];
    double leaf[2][2];
} ts_tree;

struct ts_boost {
    double mean;
    size_t count;
    ts_tree trees[TREES];
};

/* One input's thresholds between bins, ascending. */
typedef struct ts_edges {
    double at[BINS - 1];
    size_t count;
} ts_edges;

/* What growing works on. */
typedef struct ts_growth {
    const ts_boost_data *data;
    ts_edges *edges;  /* [width] */
    uint8_t *bins;    /* [count][width] */
    double *residual; /* [count] that the trees so far leave */
    size_t *drawn;    /* [count] rows, permuted: those of a node lie together */
    ts_rng rng;
} ts_growth;

/* Rows of a node. */
typedef struct ts_node {
    size_t *rows;
    size_t count;
} ts_node;

typedef struct ts_sum {
    double total;
    size_t count;
} ts_sum;

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Thresholds halfway between neighbouring values; of many values, those at equidistant quantiles. */
static void find_edges(const double *sorted, size_t count, ts_edges *edges)
{
    size_t distinct = 1, seen = 0;
    for (size_t i = 1; i < count; i++)
        distinct += sorted[i] > sorted[i - 1];
    edges->count = 0;
    for (size_t i = 1; i < count && edges->count < BINS - 1; i++) {
        if (!(sorted[i] > sorted[i - 1]))
            continue;
        seen++;
        if (distinct <= BINS || i * BINS >= (edges->count + 1) * count)
            edges->at[edges->count++] = 0.5 * (sorted[i] + sorted[i - 1]);
    }
}

static uint8_t bin_of(const ts_edges *edges, double value)
{
    size_t low = 0, high = edges->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (value > edges->at[middle])
            low = middle + 1;
        else
            high = middle;
    }
    return (uint8_t)low;
}

static int sort_into_bins(ts_growth *g)
{
    const ts_boost_data *d = g->data;
    double *column = malloc((d->count + 1) * sizeof *column);
    if (!column)
        return ts_fail(TS_ENOMEM, "out of memory while learning from results");
    for (size_t j = 0; j < d->width; j++) {
        for (size_t i = 0; i < d->count; i++)
            column[i] = d->rows[i][j];
        qsort(column, d->count, sizeof *column, by_value);
        find_edges(column, d->count, &g->edges[j]);
        for (size_t i = 0; i < d->count; i++)
            g->bins[i * d->width + j] = bin_of(&g->edges[j], d->rows[i][j]);
    }
    free(column);
    return TS_OK;
}

static double gain(double total, size_t count)
{
    return total * total / ((double)count + shrinkage);
}

/* The best threshold of one input; only what beats *best is taken. */
static void try_input(const ts_growth *g, const ts_node *n, size_t input, double total, double *best,
                      ts_split *split)
{
    ts_sum sums[BINS] = {{0}};
    double left = 0;
    size_t count = 0;
    for (size_t i = 0; i < n->count; i++) {
        ts_sum *s = &sums[g->bins[n->rows[i] * g->data->width + input]];
        s->total += g->residual[n->rows[i]];
        s->count++;
    }
    for (size_t b = 0; b < g->edges[input].count; b++) {
        left += sums[b].total;
        count += sums[b].count;
        if (count < LEAST || n->count - count < LEAST)
            continue;
        double value = gain(left, count) + gain(total - left, n->count - count);
        if (value > *best) {
            *best = value;
            *split = (ts_split){input, g->edges[input].at[b]};
        }
    }
}

/* Split a node where it reduces the squares most, and put its rows in that order. */
static ts_split divide(const ts_growth *g, const ts_node *n, ts_node sides[2])
{
    ts_split split = {0, __builtin_inf()};
    double total = 0;
    for (size_t i = 0; i < n->count; i++)
        total += g->residual[n->rows[i]];
    double best = gain(total, n->count) * (1 + 1e-9);
    for (size_t j = 0; j < g->data->width; j++)
        try_input(g, n, j, total, &best, &split);
    size_t left = 0;
    for (size_t i = 0; i < n->count; i++)
        if (!(g->data->rows[n->rows[i]][split.input] > split.threshold)) {
            size_t row = n->rows[i];
            n->rows[i] = n->rows[left];
            n->rows[left++] = row;
        }
    sides[0] = (ts_node){n->rows, left};
    sides[1] = (ts_node){n->rows + left, n->count - left};
    return split;
}

static double leaf(const ts_growth *g, const ts_node *n)
{
    double total = 0;
    for (size_t i = 0; i < n->count; i++)
        total += g->residual[n->rows[i]];
    return rate * total / ((double)n->count + shrinkage);
}

static ts_node draw_half(ts_growth *g)
{
    size_t half = (g->data->count + 1) / 2;
    for (size_t i = 0; i < half; i++) {
        size_t j = i + (size_t)ts_rng_below(&g->rng, g->data->count - i), row = g->drawn[j];
        g->drawn[j] = g->drawn[i];
        g->drawn[i] = row;
    }
    return (ts_node){g->drawn, half};
}

static double tree_at(const ts_tree *t, const double *inputs)
{
    int right = inputs[t->root.input] > t->root.threshold;
    const ts_split *s = &t->side[right];
    return t->leaf[right][inputs[s->input] > s->threshold];
}

static void grow(ts_growth *g, ts_tree *t)
{
    ts_node root = draw_half(g), sides[2], leaves[2];
    t->root = divide(g, &root, sides);
    for (int s = 0; s < 2; s++) {
        t->side[s] = divide(g, &sides[s], leaves);
        for (int l = 0; l < 2; l++)
            t->leaf[s][l] = leaf(g, &leaves[l]);
    }
    for (size_t i = 0; i < g->data->count; i++)
        g->residual[i] -= tree_at(t, g->data->rows[i]);
}

static int open_growth(ts_growth *g)
{
    const ts_boost_data *d = g->data;
    g->edges = calloc(d->width + 1, sizeof *g->edges);
    g->bins = calloc(d->count * d->width + 1, sizeof *g->bins);
    g->residual = calloc(d->count + 1, sizeof *g->residual);
    g->drawn = calloc(d->count + 1, sizeof *g->drawn);
    if (!g->edges || !g->bins || !g->residual || !g->drawn)
        return ts_fail(TS_ENOMEM, "out of memory while learning from results");
    for (size_t i = 0; i < d->count; i++)
        g->drawn[i] = i;
    ts_rng_seed(&g->rng, d->count);
    return sort_into_bins(g);
}

int ts_boost_fit(const ts_boost_data *data, ts_boost **out)
{
    ts_growth g = {.data = data};
    ts_boost *b = calloc(1, sizeof *b);
    int rc = b ? open_growth(&g) : ts_fail(TS_ENOMEM, "out of memory while learning from results");
    if (rc == TS_OK) {
        for (size_t i = 0; i < data->count; i++)
            b->mean += data->targets[i] / (double)data->count;
        for (size_t i = 0; i < data->count; i++)
            g.residual[i] = data->targets[i] - b->mean;
        while (b->count < TREES && data->width > 0)
            grow(&g, &b->trees[b->count++]);
    }
    free(g.edges);
    free(g.bins);
    free(g.residual);
    free(g.drawn);
    if (rc != TS_OK) {
        ts_boost_close(b);
        b = NULL;
    }
    *out = b;
    return rc;
}

void ts_boost_close(ts_boost *boost)
{
    free(boost);
}

double ts_boost_predict(const ts_boost *boost, const double *inputs)
{
    if (!boost)
        return 0;
    double sum = boost->mean;
    for (size_t t = 0; t < boost->count; t++)
        sum += tree_at(&boost->trees[t], inputs);
    return sum;
}
