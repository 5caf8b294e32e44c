/* The fewest configurations that serve all: set cover, exact by branch and bound where it is small. */
#include "compare/compare.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EXACT_INSTANCES = 20, MOST_STEPS = 200000 };

/* A cover being looked for. */
typedef struct ts_served {
    const ts_cover_table *table;
    double slack;
    size_t *best; /* the smallest cover so far */
    size_t best_count;
    size_t *path; /* the one being built */
    size_t steps; /* of the search, against the worst case */
} ts_served;

static double best_of(const ts_cover_table *t, size_t instance)
{
    double best = INFINITY;
    for (size_t c = 0; c < t->configs; c++)
        best = fmin(best, isnan(t->costs[instance * t->configs + c]) ? INFINITY
                                                                     : t->costs[instance * t->configs + c]);
    return best;
}

static bool serves(const ts_served *s, size_t config, size_t instance)
{
    return s->table->costs[instance * s->table->configs + config] <=
           best_of(s->table, instance) * (1 + s->slack);
}

static bool has_any(const ts_served *s, size_t instance)
{
    return isfinite(best_of(s->table, instance));
}

/* The configuration that serves most of what is left open (ties: the first). */
static size_t most_useful(const ts_served *s, const bool *open, size_t *gain)
{
    size_t best = 0;
    *gain = 0;
    for (size_t c = 0; c < s->table->configs; c++) {
        size_t n = 0;
        for (size_t i = 0; i < s->table->instances; i++)
            n += open[i] && serves(s, c, i);
        if (n > *gain) {
            *gain = n;
            best = c;
        }
    }
    return best;
}

static size_t greedy(const ts_served *s, bool *open, size_t *chosen)
{
    size_t count = 0, gain;
    for (size_t c = most_useful(s, open, &gain); gain > 0; c = most_useful(s, open, &gain)) {
        chosen[count++] = c;
        for (size_t i = 0; i < s->table->instances; i++)
            open[i] = open[i] && !serves(s, c, i);
    }
    return count;
}

static size_t first_open(const ts_served *s, const bool *open)
{
    size_t i = 0;
    while (i < s->table->instances && !open[i])
        i++;
    return i;
}

/* Some configuration must serve the first open instance: try each. */
static void branch(ts_served *s, const bool *open, size_t count)
{
    size_t at = first_open(s, open), n = s->table->instances;
    bool left[EXACT_INSTANCES] = {false};
    if (at == n && count < s->best_count) {
        memcpy(s->best, s->path, count * sizeof *s->path);
        s->best_count = count;
    }
    if (at == n || count + 1 >= s->best_count || ++s->steps > MOST_STEPS)
        return;
    for (size_t c = 0; c < s->table->configs; c++) {
        if (!serves(s, c, at))
            continue;
        for (size_t i = 0; i < n; i++)
            left[i] = open[i] && !serves(s, c, i);
        s->path[count] = c;
        branch(s, left, count + 1);
    }
}

size_t ts_cover(const ts_cover_table *t, double slack, size_t *chosen, bool *exact)
{
    ts_served s = {.table = t, .slack = slack, .best = chosen};
    bool *open = calloc(t->instances + 1, sizeof *open);
    s.path = calloc(t->configs + t->instances + 1, sizeof *s.path);
    *exact = false;
    if (open && s.path) {
        for (size_t i = 0; i < t->instances; i++)
            open[i] = has_any(&s, i);
        s.best_count = greedy(&s, open, chosen);
        if (t->instances <= EXACT_INSTANCES) {
            for (size_t i = 0; i < t->instances; i++)
                open[i] = has_any(&s, i);
            branch(&s, open, 0);
            *exact = s.steps <= MOST_STEPS;
        }
    }
    free(open);
    free(s.path);
    return s.best_count;
}
