/*
 * A forest of regression trees on small ordinal domains (Breiman, Machine Learning 45(1), 2001), and the
 * variance that columns explain in it. Each leaf is a box, so marginals are sums over leaves (Hutter et al.,
 * ICML 2014).
 */
#include "tilesmith_plugin.h"
#include "tune/importance.h"
#include "util/vec.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TREES = 24, LEAST_LEAF = 3, MOST_DEPTH = 14, NO_CHILD = -1 };

/* An inner node sends ordinals up to `cut` left; a leaf has a value. */
typedef struct ts_node {
    int left, right; /* NO_CHILD: a leaf */
    size_t column;
    uint16_t cut;
    double value;
} ts_node;

typedef struct ts_tree {
    TS_VEC(ts_node) nodes;
} ts_tree;

struct ts_forest {
    const ts_forest_data *data; /* while growing */
    size_t *domain;
    size_t columns;
    ts_tree trees[TREES];
    double trust;
};

/* ---- growing ----------------------------------------------------------------------------------- */

typedef struct ts_split {
    size_t column;
    uint16_t cut;
    double gain;
} ts_split;

static uint16_t ordinal(const ts_forest_data *d, size_t row, size_t column)
{
    return d->ordinals[row * d->columns + column];
}

/* The cut of one column that leaves least squared error: by running sums over its ordinals. */
static void best_cut(const ts_forest_data *d, const size_t *rows, size_t count, size_t column, ts_split *best)
{
    double sums[512] = {0}, total = 0;
    size_t counts[512] = {0}, domain = d->domain[column] < 512 ? d->domain[column] : 512;
    for (size_t i = 0; i < count; i++) {
        size_t o = ordinal(d, rows[i], column) < domain ? ordinal(d, rows[i], column) : domain - 1;
        sums[o] += d->values[rows[i]];
        counts[o]++;
        total += d->values[rows[i]];
    }
    double left = 0;
    size_t n = 0;
    for (size_t o = 0; o + 1 < domain; o++) {
        left += sums[o];
        n += counts[o];
        if (n < LEAST_LEAF || count - n < LEAST_LEAF)
            continue;
        double right = total - left;
        double gain =
            left * left / (double)n + right * right / (double)(count - n) - total * total / (double)count;
        if (gain > best->gain)
            *best = (ts_split){column, (uint16_t)o, gain};
    }
}

/* Two thirds of the columns, drawn anew for each node, so that trees differ. */
static ts_split choose_split(const ts_forest_data *d, const size_t *rows, size_t count, ts_rng *rng)
{
    ts_split best = {0, 0, 1e-12};
    for (size_t c = 0; c < d->columns; c++)
        if (d->domain[c] > 1 && (d->columns < 4 || ts_rng_below(rng, 3) < 2))
            best_cut(d, rows, count, c, &best);
    return best;
}

static double mean(const ts_forest_data *d, const size_t *rows, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += d->values[rows[i]];
    return sum / (double)count;
}

static size_t partition(const ts_forest_data *d, size_t *rows, size_t count, const ts_split *s)
{
    size_t left = 0;
    for (size_t i = 0; i < count; i++)
        if (ordinal(d, rows[i], s->column) <= s->cut) {
            size_t swap = rows[left];
            rows[left++] = rows[i];
            rows[i] = swap;
        }
    return left;
}

/* Returns the node's index; NO_CHILD when out of memory. */
static int grow(ts_tree *tree, const ts_forest_data *d, size_t *rows, size_t count, int depth, ts_rng *rng)
{
    ts_node node = {.left = NO_CHILD, .right = NO_CHILD, .value = mean(d, rows, count)};
    int at = (int)tree->nodes.count;
    if (!ts_vec_push(&tree->nodes, node))
        return NO_CHILD;
    if (count < (size_t)2 * LEAST_LEAF || depth == MOST_DEPTH)
        return at;
    ts_split split = choose_split(d, rows, count, rng);
    if (split.gain <= 1e-12)
        return at;
    size_t left = partition(d, rows, count, &split);
    int l = grow(tree, d, rows, left, depth + 1, rng);
    int r = l < 0 ? NO_CHILD : grow(tree, d, rows + left, count - left, depth + 1, rng);
    if (l < 0 || r < 0)
        return NO_CHILD;
    tree->nodes.items[at].left = l;
    tree->nodes.items[at].right = r;
    tree->nodes.items[at].column = split.column;
    tree->nodes.items[at].cut = split.cut;
    return at;
}

static double predict(const ts_tree *tree, const ts_forest_data *d, size_t row)
{
    const ts_node *n = &tree->nodes.items[0];
    while (n->left != NO_CHILD)
        n = &tree->nodes.items[ordinal(d, row, n->column) <= n->cut ? n->left : n->right];
    return n->value;
}

/* One tree on a bootstrap sample; `sums` and `votes` gather what it says of the rows it did not see. */
static bool grow_tree(ts_forest *f, size_t t, double *sums, size_t *votes)
{
    const ts_forest_data *d = f->data;
    ts_rng rng;
    size_t *rows = malloc(d->rows * sizeof *rows);
    bool *seen = calloc(d->rows, sizeof *seen), ok = rows && seen;
    ts_rng_seed(&rng, t + 1);
    for (size_t i = 0; ok && i < d->rows; i++) {
        rows[i] = (size_t)ts_rng_below(&rng, d->rows);
        seen[rows[i]] = true;
    }
    ok = ok && grow(&f->trees[t], d, rows, d->rows, 0, &rng) == 0;
    for (size_t i = 0; ok && i < d->rows; i++)
        if (!seen[i]) {
            sums[i] += predict(&f->trees[t], d, i);
            votes[i]++;
        }
    free(rows);
    free(seen);
    return ok;
}

static double r_squared(const ts_forest_data *d, const double *sums, const size_t *votes)
{
    double total = 0, squares = 0, error = 0, n = 0;
    for (size_t i = 0; i < d->rows; i++) {
        if (!votes[i])
            continue;
        double miss = sums[i] / (double)votes[i] - d->values[i];
        total += d->values[i];
        squares += d->values[i] * d->values[i];
        error += miss * miss;
        n++;
    }
    double spread = squares - total * total / n;
    return spread > 0 ? 1 - error / spread : NAN;
}

int ts_forest_grow(const ts_forest_data *data, ts_forest **out)
{
    ts_forest *f = calloc(1, sizeof *f);
    double *sums = calloc(data->rows, sizeof *sums);
    size_t *votes = calloc(data->rows, sizeof *votes);
    bool ok = f && sums && votes && (f->domain = malloc((data->columns + 1) * sizeof *f->domain));
    if (ok) {
        memcpy(f->domain, data->domain, data->columns * sizeof *f->domain);
        f->columns = data->columns;
        f->data = data;
    }
    for (size_t t = 0; ok && t < TREES; t++)
        ok = grow_tree(f, t, sums, votes);
    if (ok)
        f->trust = r_squared(data, sums, votes);
    free(sums);
    free(votes);
    if (!ok) {
        ts_forest_free(f);
        return ts_fail(TS_ENOMEM, "out of memory while asking which parameters mattered");
    }
    f->data = NULL;
    *out = f;
    return TS_OK;
}

void ts_forest_free(ts_forest *f)
{
    if (!f)
        return;
    for (size_t t = 0; t < TREES; t++)
        ts_vec_free(&f->trees[t].nodes);
    free(f->domain);
    free(f);
}

double ts_forest_trust(const ts_forest *forest)
{
    return forest->trust;
}

/* ---- variance ---------------------------------------------------------------------------------- */

/* Marginals over one or two columns, summed leaf by leaf. */
typedef struct ts_marginal {
    const ts_forest *forest;
    const ts_tree *tree;
    size_t a, b;    /* equal: of one column */
    double *means;  /* [domain a][domain b]: of the prediction, over all other columns */
    double squares; /* of the prediction, over the whole domain */
    double whole;   /* its mean */
} ts_marginal;

/* A leaf's box: ordinals from lo to hi of each column. */
typedef struct ts_box {
    uint16_t *lo, *hi;
} ts_box;

static double part(const ts_marginal *m, const ts_box *box, size_t column)
{
    return (double)(box->hi[column] - box->lo[column] + 1) / (double)m->forest->domain[column];
}

static void add_leaf(ts_marginal *m, const ts_box *box, double value)
{
    double weight = 1, others = 1;
    for (size_t c = 0; c < m->forest->columns; c++) {
        weight *= part(m, box, c);
        others *= c == m->a || c == m->b ? 1 : part(m, box, c);
    }
    size_t width = m->a == m->b ? 1 : m->forest->domain[m->b];
    for (size_t i = box->lo[m->a]; i <= box->hi[m->a]; i++)
        for (size_t j = m->a == m->b ? 0 : box->lo[m->b]; j <= (m->a == m->b ? 0 : box->hi[m->b]); j++)
            m->means[i * width + j] += others * value;
    m->squares += weight * value * value;
    m->whole += weight * value;
}

static void walk(ts_marginal *m, int at, ts_box *box)
{
    const ts_node *n = &m->tree->nodes.items[at];
    if (n->left == NO_CHILD) {
        add_leaf(m, box, n->value);
        return;
    }
    uint16_t lo = box->lo[n->column], hi = box->hi[n->column];
    if (n->cut >= lo) {
        box->hi[n->column] = n->cut < hi ? n->cut : hi;
        walk(m, n->left, box);
        box->hi[n->column] = hi;
    }
    if (n->cut < hi) {
        box->lo[n->column] = n->cut + 1 > lo ? (uint16_t)(n->cut + 1) : lo;
        walk(m, n->right, box);
        box->lo[n->column] = lo;
    }
}

/* One tree's share; NAN if it says the same everywhere. */
static double tree_share(ts_marginal *m, ts_box *box)
{
    size_t width = m->a == m->b ? 1 : m->forest->domain[m->b], cells = m->forest->domain[m->a] * width;
    memset(m->means, 0, cells * sizeof *m->means);
    m->squares = m->whole = 0;
    for (size_t c = 0; c < m->forest->columns; c++) {
        box->lo[c] = 0;
        box->hi[c] = (uint16_t)(m->forest->domain[c] - 1);
    }
    walk(m, 0, box);
    double total = m->squares - m->whole * m->whole, explained = 0;
    for (size_t i = 0; i < cells; i++)
        explained += (m->means[i] - m->whole) * (m->means[i] - m->whole) / (double)cells;
    return total > 1e-18 ? explained / total : NAN;
}

double ts_forest_share(const ts_forest *f, size_t a, size_t b)
{
    ts_marginal m = {.forest = f, .a = a, .b = b};
    ts_box box = {malloc(f->columns * sizeof *box.lo), malloc(f->columns * sizeof *box.hi)};
    double sum = 0, trees = 0;
    m.means = malloc(f->domain[a] * (a == b ? 1 : f->domain[b]) * sizeof *m.means);
    for (size_t t = 0; t < TREES && m.means && box.lo && box.hi; t++) {
        m.tree = &f->trees[t];
        double share = tree_share(&m, &box);
        sum += isnan(share) ? 0 : share;
        trees += !isnan(share);
    }
    free(m.means);
    free(box.lo);
    free(box.hi);
    return trees > 0 ? sum / trees : NAN;
}
