/* From named JSON values to a table space: a domain per parameter, an ordinal per value. */
#include "core/recording_parts.h"
#include "util/str.h"
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_VALUES = 65535 };

/* The values of one parameter. Texts that had to be made (of lists, null) are owned. */
typedef struct ts_domain {
    TS_VEC(ts_value) values;
    TS_VEC(char *) owned;
    uint16_t *sorted; /* positions in `values`, ascending by value: for lookup */
    ts_param_kind kind;
} ts_domain;

typedef struct ts_build {
    const ts_source *source;
    const ts_entries *entries;
    ts_domain *domains; /* [names.count] */
    uint16_t *table;    /* [rows.count][names.count] */
} ts_build;

/* Numbers by value, before texts in byte order. */
static int compare_values(ts_value a, ts_value b)
{
    if (a.kind == TS_STRING || b.kind == TS_STRING)
        return a.kind != b.kind ? (a.kind == TS_STRING) - (b.kind == TS_STRING) : strcmp(a.s, b.s);
    long double x = a.kind == TS_INT ? (long double)a.i : (long double)a.r;
    long double y = b.kind == TS_INT ? (long double)b.i : (long double)b.r;
    return (x > y) - (x < y);
}

static int compare_items(const void *a, const void *b)
{
    return compare_values(*(const ts_value *)a, *(const ts_value *)b);
}

static int own_text(ts_domain *d, const json_t *json, ts_value *out)
{
    char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
    if (!text || !ts_vec_push(&d->owned, text)) {
        free(text);
        return ts_fail(TS_ENOMEM, "out of memory while reading parameter values");
    }
    *out = ts_string(text);
    return TS_OK;
}

static int value_of(ts_domain *d, const json_t *json, ts_value *out)
{
    switch (json_typeof(json)) {
    case JSON_INTEGER:
        *out = ts_int(json_integer_value(json));
        return TS_OK;
    case JSON_REAL:
        *out = ts_real(json_real_value(json));
        return TS_OK;
    case JSON_STRING:
        *out = ts_string(json_string_value(json));
        return TS_OK;
    case JSON_TRUE:
    case JSON_FALSE:
        *out = ts_int(json_is_true(json));
        return TS_OK;
    default:
        return own_text(d, json, out);
    }
}

static int add_value(ts_domain *d, const json_t *json)
{
    ts_value value;
    int rc = value_of(d, json, &value);
    if (rc == TS_OK && !ts_vec_push(&d->values, value))
        rc = ts_fail(TS_ENOMEM, "out of memory while reading parameter values");
    return rc;
}

/* Every entry must have every parameter; the domain is what they have. */
static int gather_seen(const ts_build *b, size_t p, ts_domain *d)
{
    const char *name = b->entries->names.items[p];
    for (size_t i = 0; i < b->entries->rows.count; i++) {
        const json_t *value = json_object_get(b->entries->rows.items[i].values, name);
        int rc = value ? add_value(d, value)
                       : ts_source_fail(b->source, b->entries->rows.items[i].label,
                                        "entry %zu has no value for the parameter \"%s\"", i, name);
        if (rc)
            return rc;
    }
    return TS_OK;
}

static int gather_given(const json_t *list, ts_domain *d)
{
    const json_t *value;
    size_t i;
    int rc = TS_OK;
    json_array_foreach(list, i, value)
    {
        rc = add_value(d, value);
        if (rc)
            break;
    }
    return rc;
}

static bool any_text(const ts_domain *d)
{
    for (size_t i = 0; i < d->values.count; i++)
        if (d->values.items[i].kind == TS_STRING)
            return true;
    return false;
}

static size_t sort_unique(ts_value *values, size_t count)
{
    size_t kept = 0;
    if (count)
        qsort(values, count, sizeof *values, compare_items);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || compare_values(values[kept - 1], values[i]) != 0)
            values[kept++] = values[i];
    return kept;
}

/* "false" and "true", 0 and 1: a boolean. */
static bool is_boolean(const ts_domain *d)
{
    const ts_value *v = d->values.items;
    if (d->values.count != 2 || v[0].kind != v[1].kind)
        return false;
    if (v[0].kind == TS_INT)
        return v[0].i == 0 && v[1].i == 1;
    return v[0].kind == TS_STRING && strcasecmp(v[0].s, "false") == 0 && strcasecmp(v[1].s, "true") == 0;
}

/*
 * Numbers ascend, so that neighbours are next to each other; texts keep the order of the file, where authors
 * put related values together, unless they were gathered from the entries.
 */
static int finish_domain(const ts_build *b, size_t p, bool given)
{
    ts_domain *d = &b->domains[p];
    bool text = any_text(d);
    size_t before = d->values.count;
    ts_value *copy = malloc((before ? before : 1) * sizeof *copy);
    if (!copy)
        return ts_fail(TS_ENOMEM, "out of memory while reading parameter values");
    if (before)
        memcpy(copy, d->values.items, before * sizeof *copy);
    size_t distinct = sort_unique(copy, before);
    if (d->values.items && distinct && (!text || !given || distinct != before || distinct == 2)) {
        memcpy(d->values.items, copy, distinct * sizeof *copy);
        d->values.count = distinct;
    }
    free(copy);
    d->kind = is_boolean(d) ? TS_PARAM_BOOLEAN : text ? TS_PARAM_CATEGORICAL : TS_PARAM_ORDINAL;
    if (distinct == 0 || distinct > MAX_VALUES)
        return ts_source_fail(b->source, b->entries->names.items[p],
                              "the parameter \"%s\" has %zu values; 1 to %d are possible",
                              b->entries->names.items[p], distinct, MAX_VALUES);
    return TS_OK;
}

/* Merge sort of positions: qsort has no context argument in C11. */
static void sort_positions(const ts_value *values, uint16_t *order, uint16_t *scratch, size_t n)
{
    if (n < 2)
        return;
    size_t half = n / 2, i = 0, j = half, k = 0;
    sort_positions(values, order, scratch, half);
    sort_positions(values, order + half, scratch, n - half);
    while (i < half || j < n) {
        bool left = j == n || (i < half && compare_values(values[order[i]], values[order[j]]) <= 0);
        scratch[k++] = left ? order[i++] : order[j++];
    }
    memcpy(order, scratch, n * sizeof *order);
}

static int index_domain(ts_domain *d)
{
    size_t n = d->values.count;
    uint16_t *scratch = malloc(n * sizeof *scratch);
    d->sorted = malloc(n * sizeof *d->sorted);
    if (scratch && d->sorted) {
        for (size_t i = 0; i < n; i++)
            d->sorted[i] = (uint16_t)i;
        sort_positions(d->values.items, d->sorted, scratch, n);
    }
    free(scratch);
    return scratch && d->sorted ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while reading parameter values");
}

static int make_domain(const ts_build *b, size_t p)
{
    const json_t *given = json_object_get(b->entries->domains, b->entries->names.items[p]);
    bool use = json_array_size(given) > 0;
    int rc = use ? gather_given(given, &b->domains[p]) : gather_seen(b, p, &b->domains[p]);
    if (rc == TS_OK)
        rc = finish_domain(b, p, use);
    return rc ? rc : index_domain(&b->domains[p]);
}

static bool find_value(const ts_domain *d, ts_value value, uint16_t *ordinal)
{
    size_t lo = 0, hi = d->values.count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int order = compare_values(d->values.items[d->sorted[mid]], value);
        *ordinal = d->sorted[mid];
        if (order == 0)
            return true;
        lo = order < 0 ? mid + 1 : lo;
        hi = order < 0 ? hi : mid;
    }
    return false;
}

static int fail_value(const ts_build *b, size_t row, size_t p, const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    int rc = ts_source_fail(b->source, b->entries->rows.items[row].label,
                            "entry %zu has \"%s\": %.60s, a value that tune_params does not list", row,
                            b->entries->names.items[p], text ? text : "?");
    free(text);
    return rc;
}

static int fill_row(const ts_build *b, size_t row)
{
    const ts_entry *entry = &b->entries->rows.items[row];
    size_t width = b->entries->names.count;
    for (size_t p = 0; p < width; p++) {
        const char *name = b->entries->names.items[p];
        const json_t *json = json_object_get(entry->values, name);
        ts_value value;
        if (!json)
            return ts_source_fail(b->source, entry->label, "entry %zu has no value for the parameter \"%s\"",
                                  row, name);
        int rc = value_of(&b->domains[p], json, &value);
        if (rc)
            return rc;
        if (!find_value(&b->domains[p], value, &b->table[row * width + p]))
            return fail_value(b, row, p, json);
    }
    return TS_OK;
}

/* A repeated configuration would be two indices for one thing. Open addressing over row numbers. */
static int refuse_repeats(const ts_build *b)
{
    size_t rows = b->entries->rows.count, width = b->entries->names.count * sizeof *b->table, size = 1;
    while (size < 2 * rows)
        size *= 2;
    size_t *slots = calloc(size, sizeof *slots);
    if (!slots)
        return ts_fail(TS_ENOMEM, "%s: out of memory", b->source->path);
    const unsigned char *bytes = (const unsigned char *)b->table;
    int rc = TS_OK;
    for (size_t row = 0; row < rows && rc == TS_OK; row++) {
        uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
        for (size_t i = 0; i < width; i++)
            h = (h ^ bytes[row * width + i]) * UINT64_C(0x100000001b3);
        size_t at = (size_t)(h ^ h >> 32) & (size - 1);
        while (slots[at] && memcmp(bytes + (slots[at] - 1) * width, bytes + row * width, width) != 0)
            at = (at + 1) & (size - 1);
        if (slots[at])
            rc = ts_source_fail(b->source, b->entries->rows.items[row].label,
                                "entries %zu and %zu are the same configuration; keep one", slots[at] - 1,
                                row);
        slots[at] = row + 1;
    }
    free(slots);
    return rc;
}

static int make_space(const ts_build *b, ts_space **out)
{
    size_t width = b->entries->names.count;
    ts_space_param_spec *specs = calloc(width, sizeof *specs);
    if (!specs)
        return ts_fail(TS_ENOMEM, "%s: out of memory", b->source->path);
    for (size_t p = 0; p < width; p++) {
        const ts_domain *d = &b->domains[p];
        specs[p] = (ts_space_param_spec){.name = b->entries->names.items[p],
                                         .kind = d->kind,
                                         .values = d->values.items,
                                         .count = d->values.count,
                                         .slot = p};
    }
    int rc = ts_space_from_table(specs, width, b->table, b->entries->rows.count, out);
    free(specs);
    return rc;
}

static int build_space(ts_build *b, ts_space **out)
{
    size_t rows = b->entries->rows.count, width = b->entries->names.count;
    int rc = TS_OK;
    b->domains = calloc(width, sizeof *b->domains);
    b->table = calloc(rows, width * sizeof *b->table);
    if (!b->domains || !b->table)
        return ts_fail(TS_ENOMEM, "%s: out of memory", b->source->path);
    for (size_t p = 0; p < width && rc == TS_OK; p++)
        rc = make_domain(b, p);
    for (size_t row = 0; row < rows && rc == TS_OK; row++)
        rc = fill_row(b, row);
    if (rc == TS_OK)
        rc = refuse_repeats(b);
    return rc ? rc : make_space(b, out);
}

static void build_clear(ts_build *b)
{
    for (size_t p = 0; b->domains && p < b->entries->names.count; p++) {
        ts_domain *d = &b->domains[p];
        for (size_t i = 0; i < d->owned.count; i++)
            free(d->owned.items[i]);
        ts_vec_free(&d->owned);
        ts_vec_free(&d->values);
        free(d->sorted);
    }
    free(b->domains);
    free(b->table);
}

/* Move what was read into the recording, maximised objectives as their negatives. */
static int take_rows(const ts_source *source, ts_entries *e, ts_recording *r)
{
    size_t n = e->rows.count;
    r->maximise = ts_objective_maximised(r->objective);
    r->status = malloc(n * sizeof *r->status);
    r->cost = malloc(n * sizeof *r->cost);
    r->spent = malloc(n * sizeof *r->spent);
    r->records = malloc(n * sizeof *r->records);
    if (!r->status || !r->cost || !r->spent || !r->records) {
        free(r->records);
        r->records = NULL;
        return ts_fail(TS_ENOMEM, "%s: out of memory", source->path);
    }
    for (size_t i = 0; i < n; i++) {
        ts_entry *entry = &e->rows.items[i];
        double sign = r->maximise ? -1 : 1;
        r->status[i] = entry->status;
        r->cost[i] = entry->status == TS_STATUS_OK ? sign * entry->value : NAN;
        r->spent[i] = entry->spent;
        r->records[i] = entry->record;
        entry->record = (ts_record){0};
    }
    r->count = n;
    return TS_OK;
}

int ts_recording_build(const ts_source *source, ts_entries *e, ts_recording *r)
{
    ts_build b = {.source = source, .entries = e};
    if (e->rows.count == 0)
        return ts_fail(TS_EINPUT, "%s: holds no results yet", source->path);
    int rc = build_space(&b, &r->space);
    build_clear(&b);
    return rc ? rc : take_rows(source, e, r);
}
