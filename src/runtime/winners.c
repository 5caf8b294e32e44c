/* The winners in memory: families, variants shared between winners, and the table of measured shapes. */
#include "runtime/internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORKSPACE_LIMIT ((int64_t)1 << 40)

static tsrt_family *family_append(ts_rt *rt, const char *kernel, const char *type)
{
    tsrt_family *grown = realloc(rt->families, (rt->family_count + 1) * sizeof *grown);
    if (grown == NULL)
        return NULL;
    rt->families = grown;
    tsrt_family *family = &grown[rt->family_count];
    *family = (tsrt_family){.kernel = tsrt_copy(&rt->arena, kernel), .type = tsrt_copy(&rt->arena, type)};
    if (family->kernel == NULL || family->type == NULL)
        return NULL;
    rt->family_count++;
    return family;
}

int tsrt_families_init(ts_rt *rt)
{
    for (size_t i = 0; i < tsrt_builtin_count; i++) {
        const tsrt_builtin *builtin = &tsrt_builtins[i];
        tsrt_family *family = family_append(rt, builtin->kernel, builtin->type);
        if (family == NULL)
            return -1;
        family->builtin = builtin;
        family->free_dims = builtin->free_dims;
        while (builtin->dim_names[family->dim_count] != NULL) {
            family->free[family->dim_count] = family->dim_count < builtin->free_dims;
            family->dim_names[family->dim_count] = builtin->dim_names[family->dim_count];
            family->dim_count++;
        }
    }
    return 0;
}

/* Kernel and type names are a few letters long: comparing in line beats two calls of strcmp. */
static inline bool same_name(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

const tsrt_family *tsrt_family_find(const ts_rt *rt, const char *kernel, const char *type)
{
    for (size_t i = 0; i < rt->family_count; i++) {
        const tsrt_family *family = &rt->families[i];
        if (same_name(type, family->type) && same_name(kernel, family->kernel))
            return family;
    }
    return NULL;
}

/* ---- problems
 * ---------------------------------------------------------------------------------------------- */

/* One "name=value" of a problem; `end` is left behind it. Values are decimal and not negative. */
static bool parse_pair(const char *text, size_t *name_length, int64_t *value, const char **end)
{
    *name_length = strcspn(text, "=,");
    if (*name_length == 0 || text[*name_length] != '=')
        return false;
    const char *digits = text + *name_length + 1;
    if (*digits < '0' || *digits > '9')
        return false;
    char *stop;
    long long number = strtoll(digits, &stop, 10);
    if (number == INT64_MAX || (*stop != '\0' && *stop != ','))
        return false;
    *value = number;
    *end = *stop == ',' ? stop + 1 : stop;
    return *stop == '\0' || stop[1] != '\0';
}

/* Is it one of the words of `list`? */
static bool listed(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = strstr(list, word); at != NULL; at = strstr(at + 1, word))
        if ((at == list || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' '))
            return true;
    return false;
}

/* Take the names of the first problem seen of a kernel that isn't built in; false if it doesn't parse or is
 * too long. */
static int names_learn(ts_rt *rt, tsrt_family *family, const char *problem, const char *arguments)
{
    size_t length;
    int64_t value;
    for (const char *at = problem, *end; *at != '\0'; at = end) {
        if (family->dim_count == TSRT_MAX_DIMS || !parse_pair(at, &length, &value, &end))
            return 0;
        char *name = tsrt_alloc(&rt->arena, length + 1);
        if (name == NULL)
            return -1;
        memcpy(name, at, length);
        family->free[family->dim_count] = listed(arguments, name);
        family->free_dims += family->free[family->dim_count];
        family->dim_names[family->dim_count++] = name;
    }
    return family->dim_count > 0;
}

static size_t dim_position(const tsrt_family *family, const char *name, size_t length)
{
    for (size_t i = 0; i < family->dim_count; i++)
        if (strncmp(family->dim_names[i], name, length) == 0 && family->dim_names[i][length] == '\0')
            return i;
    return family->dim_count;
}

bool tsrt_problem_parse(const tsrt_family *family, const char *problem, int64_t *dims)
{
    size_t seen = 0, length;
    int64_t value;
    for (const char *at = problem, *end; *at != '\0'; at = end) {
        if (!parse_pair(at, &length, &value, &end))
            return false;
        size_t i = dim_position(family, at, length);
        if (i == family->dim_count || (seen >> i & 1) != 0)
            return false;
        seen |= (size_t)1 << i;
        dims[i] = value;
    }
    return seen == ((size_t)1 << family->dim_count) - 1;
}

/* ---- variants and winners
 * ---------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The id becomes a file name and a symbol, so nothing but 32 lower-case hex digits gets through. */
static bool id_valid(const char *id)
{
    for (size_t i = 0; i < TSRT_VARIANT_ID - 1; i++)
        if (hex_digit(id[i]) < 0)
            return false;
    return id[TSRT_VARIANT_ID - 1] == '\0';
}

static bool row_valid(const tsrt_row *row)
{
    const char *const texts[] = {row->kernel, row->type,     row->problem, row->variant,
                                 row->source, row->compiler, row->flags,   row->arguments};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i] == NULL)
            return false;
    return id_valid(row->variant) && row->source[0] != '\0' && row->compiler[0] != '\0' &&
           row->workspace_bytes >= 0 && row->workspace_bytes <= WORKSPACE_LIMIT && isfinite(row->seconds) &&
           row->seconds > 0 && row->threads >= 1;
}

static tsrt_variant *variant_new(ts_rt *rt, const tsrt_row *row, size_t family, const int64_t *dims,
                                 tsrt_variant **bucket)
{
    tsrt_variant *variant = tsrt_alloc(&rt->arena, sizeof *variant);
    if (variant == NULL)
        return NULL;
    memcpy(variant->id, row->variant, sizeof variant->id);
    memcpy(variant->types, dims, sizeof variant->types);
    variant->source = tsrt_copy(&rt->arena, row->source);
    variant->compiler = tsrt_copy(&rt->arena, row->compiler);
    variant->flags = tsrt_copy(&rt->arena, row->flags);
    variant->family = family;
    variant->fixed_shape = row->fixed_shape;
    variant->huge_pages = row->huge_pages;
    variant->threads = row->threads;
    variant->max_error = row->max_error;
    variant->number = rt->families[family].variants++;
    variant->fd = -1;
    if (variant->source == NULL || variant->compiler == NULL || variant->flags == NULL)
        return NULL;
    variant->next = *bucket;
    *bucket = variant;
    return variant;
}

/* True if the row may share the variant: a content hash that serves two prototypes or two shapes it can't
 * serve is corrupt. */
static bool variant_fits(const ts_rt *rt, const tsrt_variant *variant, size_t family, const int64_t *dims)
{
    const tsrt_family *f = &rt->families[family];
    for (size_t i = 0; i < f->dim_count; i++)
        if ((variant->fixed_shape || !f->free[i]) && variant->types[i] != dims[i])
            return false;
    return variant->family == family;
}

static int variant_get(ts_rt *rt, const tsrt_row *row, size_t family, const int64_t *dims, tsrt_variant **out)
{
    tsrt_variant **bucket = &rt->buckets[hex_digit(row->variant[0]) * 16 + hex_digit(row->variant[1])];
    tsrt_variant *variant = *bucket;
    while (variant != NULL && strcmp(variant->id, row->variant) != 0)
        variant = variant->next;
    if (variant == NULL)
        variant = variant_new(rt, row, family, dims, bucket);
    else if (!variant_fits(rt, variant, family, dims))
        return 0;
    if (variant == NULL)
        return -1;
    if ((size_t)row->workspace_bytes > variant->workspace_bytes)
        variant->workspace_bytes = (size_t)row->workspace_bytes;
    *out = variant;
    return 1;
}

static tsrt_winner *winner_append(ts_rt *rt)
{
    if (rt->winner_count == rt->winner_capacity) {
        size_t capacity = rt->winner_capacity == 0 ? 64 : 2 * rt->winner_capacity;
        tsrt_winner *grown = realloc(rt->winners, capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        rt->winners = grown;
        rt->winner_capacity = capacity;
    }
    tsrt_winner *winner = &rt->winners[rt->winner_count];
    memset(winner, 0, sizeof *winner);
    return winner;
}

/* The family of a row, made from its problem if new. 1, 0 malformed, -1 out of memory. */
static int family_get(ts_rt *rt, const tsrt_row *row, tsrt_family **out)
{
    const tsrt_family *known = tsrt_family_find(rt, row->kernel, row->type);
    if (known != NULL) {
        *out = &rt->families[known - rt->families];
        return 1;
    }
    *out = family_append(rt, row->kernel, row->type);
    if (*out == NULL)
        return -1;
    int learned = names_learn(rt, *out, row->problem, row->arguments);
    if (learned <= 0)
        rt->family_count--;
    return learned;
}

/* The variant answers for shapes like this winner's. */
static void stands_for(tsrt_winner *winner, tsrt_variant *variant)
{
    winner->general = variant;
    variant->wins++;
    variant->largest_flops = fmax(variant->largest_flops, winner->flops);
}

int tsrt_winner_add(ts_rt *rt, const tsrt_row *row)
{
    if (!row_valid(row))
        return 0;
    tsrt_family *family;
    int got = family_get(rt, row, &family);
    if (got <= 0)
        return got;
    if (family->count > 0 && family->first + family->count != rt->winner_count)
        return 0; /* not sorted after all: a family is a contiguous range */
    tsrt_winner *winner = winner_append(rt);
    if (winner == NULL)
        return -1;
    if (!tsrt_problem_parse(family, row->problem, winner->dims))
        return 0;
    winner->family = (size_t)(family - rt->families);
    got = variant_get(rt, row, winner->family, winner->dims, &winner->variant);
    if (got <= 0)
        return got;
    winner->problem = tsrt_copy(&rt->arena, row->problem);
    if (winner->problem == NULL)
        return -1;
    winner->flops = row->flops;
    if (!winner->variant->fixed_shape)
        stands_for(winner, winner->variant);
    winner->seconds = row->seconds;
    winner->log_seconds = log2(row->seconds);
    winner->threads = row->threads;
    winner->max_error = row->max_error;
    for (size_t i = 0; i < family->dim_count; i++)
        winner->logs[i] = log2(winner->dims[i] > 1 ? (double)winner->dims[i] : 1.0);
    if (family->count++ == 0)
        family->first = rt->winner_count;
    rt->winner_count++;
    return 1;
}

int tsrt_tie_add(ts_rt *rt, const tsrt_row *row)
{
    int64_t dims[TSRT_MAX_DIMS] = {0};
    const tsrt_family *family = row_valid(row) ? tsrt_family_find(rt, row->kernel, row->type) : NULL;
    if (family == NULL || !tsrt_problem_parse(family, row->problem, dims))
        return 0;
    size_t number = (size_t)(family - rt->families);
    tsrt_winner *winner = tsrt_winner_find(rt, family, dims, tsrt_hash(number, dims, family->dim_count));
    if (winner == NULL || winner->threads != row->threads || winner->max_error != row->max_error)
        return 0;
    tsrt_variant *variant;
    int got = variant_get(rt, row, number, dims, &variant);
    if (got <= 0 || variant == winner->variant)
        return got;
    tsrt_tie *tie = tsrt_alloc(&rt->arena, sizeof *tie);
    if (tie == NULL)
        return -1;
    *tie = (tsrt_tie){variant, winner->ties};
    winner->ties = tie;
    if (winner->general == NULL && !variant->fixed_shape)
        stands_for(winner, variant);
    return 1;
}

tsrt_variant *tsrt_variant_find(const ts_rt *rt, const char *id)
{
    if (!id_valid(id))
        return NULL;
    tsrt_variant *variant = rt->buckets[hex_digit(id[0]) * 16 + hex_digit(id[1])];
    while (variant != NULL && strcmp(variant->id, id) != 0)
        variant = variant->next;
    return variant;
}

/* ---- the table of measured shapes
 * -------------------------------------------------------------------------- */

/* Multilinear hashing with fixed odd multipliers: the products don't wait for each other. */
uint64_t tsrt_hash(size_t family, const int64_t *dims, size_t count)
{
    uint64_t h = family + 1;
    for (size_t i = 0; i < count; i++)
        h += (uint64_t)dims[i] * (UINT64_C(0x9e3779b97f4a7c15) * (2 * i + 3));
    h ^= h >> 32;
    return h * UINT64_C(0xd6e8feb86659fd93);
}

static bool same_shape(const tsrt_winner *winner, size_t family, const int64_t *dims, size_t count)
{
    if (winner->family != family)
        return false;
    uint64_t differ = 0;
    for (size_t i = 0; i < count; i++)
        differ |= (uint64_t)winner->dims[i] ^ (uint64_t)dims[i];
    return differ == 0;
}

/* The slot of the table that holds these dims, or the empty one where they belong. */
static tsrt_entry *index_slot(const ts_rt *rt, size_t family, const int64_t *dims, size_t count,
                              uint64_t hash)
{
    size_t mask = ((size_t)1 << rt->index_bits) - 1;
    size_t at = (size_t)(hash >> (64 - rt->index_bits));
    while (rt->index[at].winner != NULL && !same_shape(rt->index[at].winner, family, dims, count))
        at = (at + 1) & mask;
    return &rt->index[at];
}

int tsrt_index_build(ts_rt *rt)
{
    rt->index_bits = 4;
    while (((size_t)1 << rt->index_bits) < 2 * rt->winner_count)
        rt->index_bits++;
    rt->index = calloc((size_t)1 << rt->index_bits, sizeof *rt->index);
    if (rt->index == NULL)
        return -1;
    for (size_t i = 0; i < rt->winner_count; i++) {
        tsrt_winner *winner = &rt->winners[i];
        size_t count = rt->families[winner->family].dim_count;
        tsrt_entry *slot = index_slot(rt, winner->family, winner->dims, count,
                                      tsrt_hash(winner->family, winner->dims, count));
        if (slot->winner == NULL)
            slot->winner = winner;
    }
    return 0;
}

tsrt_winner *tsrt_winner_find(const ts_rt *rt, const tsrt_family *family, const int64_t *dims, uint64_t hash)
{
    return index_slot(rt, (size_t)(family - rt->families), dims, family->dim_count, hash)->winner;
}
