/* See importance.h: configurations as ordinals, and the forest's answers in order. */
#include "tune/importance.h"
#include "tilesmith_plugin.h"
#include "util/vec.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One value of a parameter while texts become ordinals. */
typedef struct ts_seen_value {
    char *text;
    double number; /* NAN: a text */
    double sum;    /* of log costs */
    size_t count;
} ts_seen_value;

typedef struct ts_seen_param {
    char *name;
    TS_VEC(ts_seen_value) values;
} ts_seen_param;

/* Everything on the way; owned. */
typedef struct ts_collected {
    TS_VEC(ts_seen_param) params;
    json_t **objects; /* [count] */
    double *logs;     /* [count] */
    size_t count;
} ts_collected;

static int out_of_memory(void)
{
    return ts_fail(TS_ENOMEM, "out of memory while asking which parameters mattered");
}

static void collected_free(ts_collected *c)
{
    for (size_t i = 0; i < c->params.count; i++) {
        ts_seen_param *p = &c->params.items[i];
        for (size_t j = 0; j < p->values.count; j++)
            free(p->values.items[j].text);
        ts_vec_free(&p->values);
        free(p->name);
    }
    ts_vec_free(&c->params);
    for (size_t i = 0; c->objects && i < c->count; i++)
        json_decref(c->objects[i]);
    free(c->objects);
    free(c->logs);
}

static void value_text(const json_t *value, char text[128])
{
    if (json_is_string(value))
        snprintf(text, 128, "%s", json_string_value(value));
    else if (json_is_integer(value))
        snprintf(text, 128, "%lld", (long long)json_integer_value(value));
    else if (json_is_number(value))
        snprintf(text, 128, "%.9g", json_number_value(value));
    else
        snprintf(text, 128, "-"); /* inactive */
}

static ts_seen_param *find_param(ts_collected *c, const char *name)
{
    for (size_t i = 0; i < c->params.count; i++)
        if (strcmp(c->params.items[i].name, name) == 0)
            return &c->params.items[i];
    ts_seen_param fresh = {.name = strdup(name)};
    if (!fresh.name || !ts_vec_push(&c->params, fresh)) {
        free(fresh.name);
        return NULL;
    }
    return &c->params.items[c->params.count - 1];
}

static bool count_value(ts_seen_param *p, const json_t *value, double cost)
{
    char text[128];
    value_text(value, text);
    for (size_t i = 0; i < p->values.count; i++)
        if (strcmp(p->values.items[i].text, text) == 0) {
            p->values.items[i].sum += cost;
            p->values.items[i].count++;
            return true;
        }
    ts_seen_value fresh = {strdup(text), json_is_number(value) ? json_number_value(value) : NAN, cost, 1};
    if (fresh.text && ts_vec_push(&p->values, fresh))
        return true;
    free(fresh.text);
    return false;
}

/* Names first: a parameter that is absent from one configuration has the value "-" there. */
static int collect(const ts_importance_sample *samples, size_t count, ts_collected *c)
{
    const char *name;
    json_t *value;
    c->objects = calloc(count + 1, sizeof(json_t *));
    c->logs = calloc(count + 1, sizeof *c->logs);
    if (!c->objects || !c->logs)
        return out_of_memory();
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_loads(samples[i].configuration, 0, NULL);
        if (!json_is_object(object) || !(samples[i].cost > 0)) {
            json_decref(object);
            continue;
        }
        c->objects[c->count] = object;
        c->logs[c->count++] = log(samples[i].cost);
        json_object_foreach(object, name, value) if (!find_param(c, name)) return out_of_memory();
    }
    for (size_t i = 0; i < c->count; i++)
        for (size_t p = 0; p < c->params.count; p++)
            if (!count_value(&c->params.items[p], json_object_get(c->objects[i], c->params.items[p].name),
                             c->logs[i]))
                return out_of_memory();
    return TS_OK;
}

static int by_number(const void *a, const void *b)
{
    double p = ((const ts_seen_value *)a)->number, q = ((const ts_seen_value *)b)->number;
    return (p > q) - (p < q);
}

static double mean_cost(const ts_seen_value *v)
{
    return v->sum / (double)v->count;
}

static int by_cost(const void *a, const void *b)
{
    double p = mean_cost(a), q = mean_cost(b);
    return (p > q) - (p < q);
}

/* Numbers ascend; where one value is a text, all follow by mean cost: a cut between ordinals then means
 * something. */
static void sort_values(ts_seen_param *p)
{
    bool texts = false;
    for (size_t i = 0; i < p->values.count; i++)
        texts |= isnan(p->values.items[i].number);
    qsort(p->values.items, p->values.count, sizeof *p->values.items, texts ? by_cost : by_number);
}

/* What doesn't vary says nothing. */
static void drop_constants(ts_collected *c)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->params.count; i++) {
        ts_seen_param *p = &c->params.items[i];
        if (p->values.count > 1) {
            sort_values(p);
            c->params.items[kept++] = *p;
            continue;
        }
        free(p->values.items[0].text);
        ts_vec_free(&p->values);
        free(p->name);
    }
    c->params.count = kept;
}

static uint16_t ordinal_of(const ts_seen_param *p, const json_t *object)
{
    char text[128];
    value_text(json_object_get(object, p->name), text);
    for (size_t i = 0; i < p->values.count; i++)
        if (strcmp(p->values.items[i].text, text) == 0)
            return (uint16_t)i;
    return 0;
}

/* ---- the answer -------------------------------------------------------------------------------- */

/* Texts move from what was collected to the answer. */
static int fill(ts_collected *c, ts_importance *out)
{
    size_t n = c->params.count;
    out->params = calloc(n + 1, sizeof *out->params);
    out->ordinals = malloc((c->count * n + 1) * sizeof *out->ordinals);
    if (!out->params || !out->ordinals)
        return out_of_memory();
    out->count = c->count;
    for (size_t i = 0; i < c->count; i++)
        for (size_t p = 0; p < n; p++)
            out->ordinals[i * n + p] = ordinal_of(&c->params.items[p], c->objects[i]);
    for (size_t p = 0; p < n; p++) {
        ts_seen_param *from = &c->params.items[p];
        ts_importance_param *to = &out->params[out->param_count++];
        to->name = from->name;
        from->name = NULL;
        to->values = calloc(from->values.count, sizeof *to->values);
        if (!to->values)
            return out_of_memory();
        to->count = from->values.count;
        for (size_t v = 0; v < to->count; v++) {
            to->values[v] = from->values.items[v].text;
            from->values.items[v].text = NULL;
        }
    }
    return TS_OK;
}

/* Where a parameter comes from when they stand by falling share. */
static void order_by_share(const ts_importance *out, size_t *from)
{
    for (size_t i = 0; i < out->param_count; i++) {
        size_t at = i;
        for (; at > 0 && out->params[from[at - 1]].share < out->params[i].share; at--)
            from[at] = from[at - 1];
        from[at] = i;
    }
}

/* Parameters into that order; ordinals move with them. */
static int reorder(const size_t *from, ts_importance *out)
{
    size_t n = out->param_count;
    uint16_t *row = malloc((n + 1) * sizeof *row);
    ts_importance_param *sorted = malloc((n + 1) * sizeof *sorted);
    bool ok = row && sorted;
    for (size_t i = 0; ok && i < n; i++)
        sorted[i] = out->params[from[i]];
    for (size_t s = 0; ok && s < out->count; s++) {
        memcpy(row, &out->ordinals[s * n], n * sizeof *row);
        for (size_t i = 0; i < n; i++)
            out->ordinals[s * n + i] = row[from[i]];
    }
    if (ok)
        memcpy(out->params, sorted, n * sizeof *sorted);
    free(row);
    free(sorted);
    return ok ? TS_OK : out_of_memory();
}

/* Keeps the pairs of the largest shares, falling. */
static void keep_pair(ts_importance *out, ts_importance_pair pair)
{
    size_t at = out->pair_count < TS_IMPORTANCE_PAIRS ? out->pair_count++ : TS_IMPORTANCE_PAIRS;
    for (; at > 0 && out->pairs[at - 1].share < pair.share; at--)
        if (at < TS_IMPORTANCE_PAIRS)
            out->pairs[at] = out->pairs[at - 1];
    if (at < TS_IMPORTANCE_PAIRS)
        out->pairs[at] = pair;
}

/* What two parameters say together beyond what each says alone, for the most important ones. */
static void find_pairs(const ts_forest *forest, const size_t *from, ts_importance *out)
{
    enum { PAIRED = 6 };
    size_t n = out->param_count < PAIRED ? out->param_count : PAIRED;
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++) {
            double together = ts_forest_share(forest, from[a], from[b]);
            double alone = out->params[from[a]].share + out->params[from[b]].share;
            keep_pair(out, (ts_importance_pair){a, b, together - alone});
        }
}

static int shares(const double *logs, ts_importance *out)
{
    size_t n = out->param_count, *domain = malloc((n + 1) * sizeof *domain),
           *from = malloc((n + 1) * sizeof *from);
    ts_forest *forest = NULL;
    int rc = domain && from ? TS_OK : out_of_memory();
    for (size_t i = 0; i < n && rc == TS_OK; i++)
        domain[i] = out->params[i].count;
    if (rc == TS_OK)
        rc = ts_forest_grow(&(ts_forest_data){out->ordinals, logs, domain, out->count, n}, &forest);
    if (rc == TS_OK) {
        for (size_t i = 0; i < n; i++)
            out->params[i].share = ts_forest_share(forest, i, i);
        out->trust = ts_forest_trust(forest);
        order_by_share(out, from);
        find_pairs(forest, from, out);
        rc = reorder(from, out);
    }
    ts_forest_free(forest);
    free(from);
    free(domain);
    return rc;
}

int ts_importance_of(const ts_importance_sample *samples, size_t count, ts_importance **out)
{
    ts_collected c = {.count = 0};
    ts_importance *importance = calloc(1, sizeof *importance);
    *out = NULL;
    int rc = importance ? collect(samples, count, &c) : out_of_memory();
    if (rc == TS_OK)
        drop_constants(&c);
    if (rc == TS_OK && c.count < TS_IMPORTANCE_LEAST)
        rc =
            ts_fail(TS_ENOTFOUND, "which parameters mattered can't be said from %zu evaluations; it takes %d",
                    c.count, TS_IMPORTANCE_LEAST);
    if (rc == TS_OK && c.params.count == 0)
        rc = ts_fail(TS_ENOTFOUND, "no parameter took two values, so none can have mattered");
    if (rc == TS_OK)
        rc = fill(&c, importance);
    if (rc == TS_OK)
        rc = shares(c.logs, importance);
    collected_free(&c);
    if (rc == TS_OK)
        *out = importance;
    else
        ts_importance_free(importance);
    return rc;
}

void ts_importance_free(ts_importance *importance)
{
    if (!importance)
        return;
    for (size_t i = 0; i < importance->param_count; i++) {
        for (size_t v = 0; v < importance->params[i].count; v++)
            free(importance->params[i].values[v]);
        free(importance->params[i].values);
        free(importance->params[i].name);
    }
    free(importance->params);
    free(importance->ordinals);
    free(importance);
}
