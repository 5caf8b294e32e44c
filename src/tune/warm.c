/* See warm.h. */
#include "tune/warm.h"

#include "tune/finals.h"
#include "util/str.h"
#include "util/vec.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TRANSFER = 4 };

/* Ordinal of the value equal to `v`, or -1; with `nearest`, of the closest number. */
static int find_ordinal(const ts_param *p, ts_value v, bool nearest)
{
    int best = -1;
    double distance = INFINITY;
    for (size_t i = 0; i < p->count; i++) {
        ts_value w = p->values[i];
        if (ts_value_equal(v, w))
            return (int)i;
        if (!nearest || v.kind == TS_STRING || v.kind == TS_NONE || w.kind == TS_STRING)
            continue;
        double a = v.kind == TS_INT ? (double)v.i : v.r, b = w.kind == TS_INT ? (double)w.i : w.r;
        if (fabs(a - b) < distance) {
            distance = fabs(a - b);
            best = (int)i;
        }
    }
    return best;
}

int ts_warm_known(const ts_warm_query *q, ts_observation **known, double **deviations, size_t *count)
{
    ts_known *rows = NULL;
    size_t row_count = 0, params = ts_space_params(q->space);
    *known = NULL;
    *deviations = NULL;
    *count = 0;
    if (!q->store)
        return TS_OK;
    int rc = ts_store_known(q->store, q->problem, q->target_id, &rows, &row_count);
    if (rc != TS_OK)
        return rc;
    uint16_t *ordinals = calloc(params + 1, sizeof *ordinals);
    *known = calloc(row_count + 1, sizeof **known);
    *deviations = calloc(row_count + 1, sizeof **deviations);
    if (!ordinals || !*known || !*deviations)
        rc = ts_fail(TS_ENOMEM, "out of memory while reading earlier results");
    for (size_t r = 0; r < row_count && rc == TS_OK; r++) {
        bool inside = true;
        for (size_t i = 0; i < params && inside; i++) {
            int o = find_ordinal(ts_space_param(q->space, i), rows[r].values[i], false);
            inside = o >= 0;
            ordinals[i] = (uint16_t)(inside ? o : 0);
        }
        uint64_t config;
        if (inside && ts_space_encode(q->space, ordinals, &config)) {
            (*deviations)[*count] = rows[r].deviation;
            (*known)[(*count)++] = (ts_observation){config, rows[r].status, rows[r].cost};
        }
    }
    free(ordinals);
    ts_store_known_free(q->problem->kernel, rows, row_count);
    if (rc != TS_OK) {
        free(*known);
        free(*deviations);
        *known = NULL;
        *deviations = NULL;
        *count = 0;
    }
    return rc;
}

static ts_value json_value(const json_t *j)
{
    if (json_is_integer(j))
        return ts_int(json_integer_value(j));
    if (json_is_real(j))
        return ts_real(json_real_value(j));
    if (json_is_string(j))
        return ts_string(json_string_value(j));
    if (json_is_boolean(j))
        return ts_int(json_is_true(j));
    return (ts_value){.kind = TS_NONE};
}

bool ts_configuration_find(const ts_space *space, const char *text, bool exact, uint64_t *config)
{
    size_t params = ts_space_params(space);
    json_t *object = json_loads(text, 0, NULL);
    uint16_t *ordinals = calloc(params + 1, sizeof *ordinals);
    bool ok = object && ordinals && ts_space_count(space) > 0;
    if (ok)
        ts_space_decode(space, 0, ordinals); /* parameters that the winner lacks */
    for (size_t i = 0; i < params && ok; i++) {
        const ts_param *p = ts_space_param(space, i);
        const json_t *j = json_object_get(object, p->name);
        int o = j ? find_ordinal(p, json_value(j), !exact) : -1;
        if (o >= 0)
            ordinals[i] = (uint16_t)o;
        else if (j && exact)
            ok = false;
    }
    if (ok) {
        *config = ts_space_nearest(space, ordinals);
        char *again = exact ? ts_configuration_json(space, *config) : NULL;
        ok = !exact || (again && strcmp(again, text) == 0);
        free(again);
    }
    json_decref(object);
    free(ordinals);
    return ok;
}

static void free_winners(ts_winner *winners, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ts_winner_clear(&winners[i]);
    free(winners);
}

int ts_warm_incumbent(const ts_warm_query *q, uint64_t *config)
{
    ts_winner *winners = NULL;
    size_t count = 0;
    ts_str key = TS_STR_INIT;
    *config = TS_NO_CONFIG;
    if (!q->store)
        return TS_OK;
    int rc = ts_store_winners(q->store, q->problem->kernel->name, q->target->fingerprint, &winners, &count);
    ts_problem_text(q->problem, &key);
    for (size_t i = 0; i < count; i++)
        if (strcmp(winners[i].problem, ts_str_text(&key)) == 0 &&
            strcmp(winners[i].type, q->problem->type->name) == 0 &&
            strcmp(winners[i].kernel_hash, q->problem->kernel->hash) == 0 &&
            winners[i].threads == ts_problem_threads(q->problem) &&
            winners[i].max_error == q->problem->max_error && /* as stored, bit by bit */
            !ts_configuration_find(q->space, winners[i].configuration, true, config))
            *config = TS_NO_CONFIG;
    ts_str_free(&key);
    free_winners(winners, count);
    return rc;
}

/* Distance between two problems: sum over dimensions of |log2 ratio|; INFINITY if the other isn't of this
 * kernel's form. */
static double problem_distance(const ts_problem *p, const char *other)
{
    ts_problem q;
    double d = 0;
    if (ts_problem_parse(p->kernel, p->type->name, other, &q) != TS_OK)
        return INFINITY;
    for (size_t i = 0; i < p->kernel->dim_count; i++)
        d += fabs(log2((double)(p->dims[i] + 1)) - log2((double)(q.dims[i] + 1)));
    return d;
}

typedef struct ts_neighbour {
    double distance;
    uint64_t config;
} ts_neighbour;

static int by_distance(const void *a, const void *b)
{
    const ts_neighbour *x = a, *y = b;
    return (x->distance > y->distance) - (x->distance < y->distance);
}

static int transfer(const ts_warm_query *q, ts_neighbour *out, size_t *count)
{
    ts_winner *winners = NULL;
    size_t n = 0;
    TS_VEC(ts_neighbour) near = {0};
    int rc = ts_store_winners(q->store, q->problem->kernel->name, q->target->fingerprint, &winners, &n);
    for (size_t i = 0; i < n && rc == TS_OK; i++) {
        ts_neighbour at = {problem_distance(q->problem, winners[i].problem), TS_NO_CONFIG};
        if (strcmp(winners[i].type, q->problem->type->name) == 0 && isfinite(at.distance) &&
            ts_configuration_find(q->space, winners[i].configuration, false, &at.config) &&
            !ts_vec_push(&near, at))
            rc = ts_fail(TS_ENOMEM, "out of memory while reading winners of other shapes");
    }
    if (near.count > 1)
        qsort(near.items, near.count, sizeof *near.items, by_distance);
    *count = near.count < MAX_TRANSFER ? near.count : MAX_TRANSFER;
    if (*count > 0)
        memcpy(out, near.items, *count * sizeof *out);
    ts_vec_free(&near);
    free_winners(winners, n);
    return rc;
}

int ts_warm_seeds(const ts_warm_query *q, uint64_t **seeds, size_t *count, bool *has_default)
{
    ts_neighbour near[MAX_TRANSFER];
    size_t near_count = 0;
    int rc = ts_kernel_seeds(q->problem, q->target, q->space, seeds, count);
    if (rc == TS_OK && q->store)
        rc = transfer(q, near, &near_count);
    if (rc != TS_OK)
        return rc;
    *has_default = *count > 0;
    uint64_t *all = realloc(*seeds, (*count + near_count + 1) * sizeof *all);
    if (!all) {
        free(*seeds);
        *seeds = NULL;
        return ts_fail(TS_ENOMEM, "out of memory while listing seeds");
    }
    for (size_t i = 0; i < near_count; i++)
        all[(*count)++] = near[i].config;
    *seeds = all;
    return TS_OK;
}

typedef struct ts_near {
    double distance;
    ts_problem problem;
} ts_near;

static int by_nearness(const void *a, const void *b)
{
    const ts_near *x = a, *y = b;
    int order = (x->distance > y->distance) - (x->distance < y->distance);
    return order ? order : memcmp(x->problem.dims, y->problem.dims, sizeof x->problem.dims);
}

static bool same_dims(const ts_problem *a, const ts_problem *b)
{
    return memcmp(a->dims, b->dims, sizeof a->dims) == 0;
}

int ts_warm_neighbours(const ts_warm_query *q, ts_problem *out, size_t most, size_t *count)
{
    const ts_problem *p = q->problem;
    ts_winner *winners = NULL;
    size_t n = 0;
    TS_VEC(ts_near) near = {0};
    *count = 0;
    int rc = ts_store_winners(q->store, p->kernel->name, q->target->fingerprint, &winners, &n);
    for (size_t i = 0; i < n && rc == TS_OK; i++) {
        ts_near at = {.distance = problem_distance(p, winners[i].problem)};
        if (strcmp(winners[i].type, p->type->name) == 0 && isfinite(at.distance) && at.distance > 0 &&
            ts_problem_parse(p->kernel, p->type->name, winners[i].problem, &at.problem) == TS_OK &&
            !ts_vec_push(&near, at))
            rc = ts_fail(TS_ENOMEM, "out of memory while reading winners of other shapes");
    }
    if (near.count > 1)
        qsort(near.items, near.count, sizeof *near.items, by_nearness);
    for (size_t i = 0; i < near.count && *count < most; i++) {
        const ts_problem *next = &near.items[i].problem;
        if (*count > 0 && same_dims(next, &out[*count - 1]))
            continue;
        out[*count] = *next;
        out[*count].threads = p->threads;
        out[(*count)++].max_error = p->max_error;
    }
    ts_vec_free(&near);
    free_winners(winners, n);
    return rc;
}

/* Where in this space the results of another problem lie. */
static size_t translate(const ts_space *space, const ts_known *rows, size_t count, uint16_t *ordinals,
                        ts_transferred *out)
{
    size_t n = 0, params = ts_space_params(space);
    for (size_t r = 0; r < count; r++) {
        if (rows[r].status != TS_STATUS_OK || !(rows[r].cost > 0))
            continue;
        for (size_t i = 0; i < params; i++) {
            int o = find_ordinal(ts_space_param(space, i), rows[r].values[i], true);
            ordinals[i] = (uint16_t)(o >= 0 ? o : 0);
        }
        out[n++] = (ts_transferred){ts_space_nearest(space, ordinals), rows[r].cost};
    }
    return n;
}

int ts_warm_transfer(const ts_warm_query *q, ts_transfer **out)
{
    ts_problem near = {0};
    ts_known *rows = NULL;
    size_t count = 0, found = 0;
    *out = NULL;
    if (!q->store || ts_space_count(q->space) == 0)
        return TS_OK;
    int rc = ts_warm_neighbours(q, &near, 1, &found);
    if (rc != TS_OK || found == 0)
        return rc;
    rc = ts_store_known(q->store, &near, q->target_id, &rows, &count);
    if (rc != TS_OK)
        return rc;
    ts_transferred *results = calloc(count + 1, sizeof *results);
    uint16_t *ordinals = calloc(ts_space_params(q->space) + 1, sizeof *ordinals);
    rc = results && ordinals
             ? ts_transfer_open(q->space, results, translate(q->space, rows, count, ordinals, results), out)
             : ts_fail(TS_ENOMEM, "out of memory while reading results of other shapes");
    free(results);
    free(ordinals);
    ts_store_known_free(q->problem->kernel, rows, count);
    return rc;
}

char *ts_configuration_json(const ts_space *space, uint64_t config)
{
    size_t params = ts_space_params(space);
    uint16_t *ordinals = calloc(params + 1, sizeof *ordinals);
    json_t *object = json_object();
    char *text = NULL;
    if (!ordinals || !object)
        goto done;
    ts_space_decode(space, config, ordinals);
    for (size_t i = 0; i < params; i++) {
        const ts_param *p = ts_space_param(space, i);
        ts_value v = p->values[ordinals[i]];
        if (!ts_space_active(space, config, i))
            continue;
        json_t *j = v.kind == TS_INT    ? json_integer(v.i)
                    : v.kind == TS_REAL ? json_real(v.r)
                                        : json_string(v.kind == TS_STRING ? v.s : "");
        if (json_object_set_new(object, p->name, j) != 0)
            goto done;
    }
    text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
done:
    json_decref(object);
    free(ordinals);
    return text;
}
