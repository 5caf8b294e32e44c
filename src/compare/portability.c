/* What one machine's (or problem's) best configuration costs on another, from the evaluations that are
 * stored. */
#include "compare/compare.h"
#include "util/str.h"
#include "util/vec.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One measurement: where, what, how long. */
typedef struct ts_point {
    size_t instance, config;
    double cost;
} ts_point;

typedef TS_VEC(char *) ts_names_seen;

typedef struct ts_gathered {
    const char *kernel;
    ts_names_seen instances, configs;
    TS_VEC(ts_point) points;
} ts_gathered;

/* Position of a text, added if it is new; SIZE_MAX when out of memory. */
static size_t place_of(ts_names_seen *seen, const char *text)
{
    for (size_t i = seen->count; i-- > 0;)
        if (strcmp(seen->items[i], text) == 0)
            return i;
    char *copy = strdup(text);
    if (!copy || !ts_vec_push(seen, copy)) {
        free(copy);
        return SIZE_MAX;
    }
    return seen->count - 1;
}

/* The compiler and its flags are the machine's affair: a configuration is what the template was given. */
static int take(void *context, const ts_store_row *r)
{
    ts_gathered *g = context;
    ts_str name = TS_STR_INIT;
    if (r->status != TS_STATUS_OK || r->superseded)
        return TS_OK;
    ts_str_format(&name, "%s %s %s", r->target, r->type, r->problem);
    if (r->threads > 1)
        ts_str_format(&name, " on %d threads", r->threads);
    ts_point p = {place_of(&g->instances, ts_str_text(&name)), place_of(&g->configs, r->configuration),
                  r->cost};
    ts_str_free(&name);
    bool kept = p.instance != SIZE_MAX && p.config != SIZE_MAX && ts_vec_push(&g->points, p);
    return kept ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while comparing configurations");
}

static size_t best_config(const ts_portability *p, size_t instance)
{
    size_t best = 0;
    for (size_t c = 1; c < p->config_count; c++) {
        double cost = p->costs[instance * p->config_count + c],
               least = p->costs[instance * p->config_count + best];
        if (!isnan(cost) && !(least <= cost))
            best = c;
    }
    return best;
}

static void fill_slowdowns(ts_portability *p)
{
    size_t n = p->instance_count, m = p->config_count;
    for (size_t row = 0; row < n; row++)
        for (size_t column = 0; column < n; column++)
            p->slowdowns[row * n + column] =
                p->costs[row * m + best_config(p, column)] / p->costs[row * m + best_config(p, row)];
}

static int fill(ts_portability *p, ts_gathered *g)
{
    size_t n = g->instances.count, m = g->configs.count;
    p->instances = g->instances.items;
    p->configurations = g->configs.items;
    p->instance_count = n;
    p->config_count = m;
    g->instances.items = g->configs.items = NULL;
    p->costs = calloc(n * m + 1, sizeof *p->costs);
    p->slowdowns = calloc(n * n + 1, sizeof *p->slowdowns);
    p->cover = calloc(m + n, sizeof *p->cover);
    if (!p->costs || !p->slowdowns || !p->cover)
        return ts_fail(TS_ENOMEM, "out of memory while comparing configurations");
    for (size_t i = 0; i < n * m; i++)
        p->costs[i] = NAN;
    for (size_t i = 0; i < g->points.count; i++)
        p->costs[g->points.items[i].instance * m + g->points.items[i].config] = g->points.items[i].cost;
    fill_slowdowns(p);
    p->cover_count = ts_cover(&(ts_cover_table){n, m, p->costs}, p->slack, p->cover, &p->exact);
    return TS_OK;
}

static void free_names(char **names, size_t count)
{
    for (size_t i = 0; names && i < count; i++)
        free(names[i]);
    free(names);
}

void ts_portability_free(ts_portability *p)
{
    if (!p)
        return;
    free_names(p->instances, p->instance_count);
    free_names(p->configurations, p->config_count);
    free(p->kernel);
    free(p->costs);
    free(p->slowdowns);
    free(p->cover);
    free(p);
}

int ts_portability_read(ts_store *store, const char *kernel, double slack, ts_portability **out)
{
    ts_gathered g = {.kernel = kernel};
    ts_portability *p = calloc(1, sizeof *p);
    *out = NULL;
    int rc = p && (p->kernel = strdup(kernel))
                 ? ts_store_each(store, kernel, NULL, take, &g)
                 : ts_fail(TS_ENOMEM, "out of memory while comparing configurations");
    bool enough = rc == TS_OK && g.instances.count >= 2;
    if (enough) {
        p->slack = slack;
        rc = fill(p, &g);
    }
    free_names(g.instances.items, g.instances.count);
    free_names(g.configs.items, g.configs.count);
    ts_vec_free(&g.points);
    if (rc == TS_OK && enough)
        *out = p;
    else
        ts_portability_free(p);
    return rc;
}
