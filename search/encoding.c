/* See encoding.h. */
#include "encoding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VALUATION_CAP = 6, SIZE_VALUES = 4, PERMUTATION_ITEMS = 16 };
enum { EXPECTATION_SAMPLE = 256 };
static const double BELIEF_LIMIT = 3;

static double number(const ts_value *v)
{
    return v->kind == TS_INT ? (double)v->i : v->kind == TS_REAL ? v->r : NAN;
}

static bool ascending(const ts_param *p)
{
    if (p->kind != TS_PARAM_ORDINAL)
        return false;
    for (size_t i = 0; i < p->count; i++)
        if (isnan(number(&p->values[i])) || (i > 0 && number(&p->values[i]) <= number(&p->values[i - 1])))
            return false;
    return true;
}

/* Positive integers that are not all powers of two: only then does divisibility tell values apart. */
static bool is_size(const ts_param *p)
{
    bool other = false;
    if (p->count < SIZE_VALUES || !ascending(p))
        return false;
    for (size_t i = 0; i < p->count; i++) {
        double v = number(&p->values[i]);
        if (v < 1 || v > 1e9 || v != floor(v))
            return false;
        other |= ((int64_t)v & ((int64_t)v - 1)) != 0;
    }
    return other;
}

static int valuation(const ts_param *p, size_t ordinal)
{
    int n = __builtin_ctzll((unsigned long long)number(&p->values[ordinal]));
    return n < VALUATION_CAP ? n : VALUATION_CAP;
}

static double position(const ts_param *p, size_t ordinal)
{
    double first = number(&p->values[0]), last = number(&p->values[p->count - 1]);
    if (!ascending(p) || first <= 0)
        return (double)ordinal / (double)(p->count - 1);
    return log(number(&p->values[ordinal]) / first) / log(last / first);
}

/* log2 of the odd part, up to 1 for an odd part of 8 and more. */
static double odd_part(const ts_param *p, size_t ordinal)
{
    int64_t v = (int64_t)number(&p->values[ordinal]), odd = v >> __builtin_ctzll((uint64_t)v);
    return fmin(1, log2((double)odd) / 3);
}

/* True if every value is a string of the same distinct characters. */
static bool is_permutation(const ts_param *p)
{
    const char *first = p->values[0].kind == TS_STRING ? p->values[0].s : "";
    size_t n = strlen(first);
    if (p->kind != TS_PARAM_PERMUTATION || n < 2 || n > PERMUTATION_ITEMS)
        return false;
    for (size_t v = 0; v < p->count; v++) {
        const char *s = p->values[v].kind == TS_STRING ? p->values[v].s : "";
        if (strlen(s) != n)
            return false;
        for (size_t i = 0; i < n; i++)
            if (!strchr(s, first[i]) || strchr(first + i + 1, first[i]))
                return false;
    }
    return true;
}

static uint16_t level_of(const ts_param *p, ts_factor_kind kind, size_t item, size_t ordinal)
{
    switch (kind) {
    case TS_FACTOR_POSITION:
        return (uint16_t)lround(position(p, ordinal) * (TS_LEVELS - 1));
    case TS_FACTOR_VALUATION:
        return (uint16_t)valuation(p, ordinal);
    case TS_FACTOR_PLACE:
        return (uint16_t)(strchr(p->values[ordinal].s, p->values[0].s[item]) - p->values[ordinal].s);
    case TS_FACTOR_IDENTITY:
        break;
    }
    return (uint16_t)ordinal;
}

static bool add_factor(ts_encoding *e, size_t param, ts_factor_kind kind, size_t item)
{
    const ts_param *p = ts_space_param(e->space, param);
    ts_factor *f = &e->factors[e->count];
    uint16_t low = UINT16_MAX, high = 0;
    *f = (ts_factor){.kind = kind, .param = param, .level = calloc(p->count, sizeof *f->level)};
    if (!f->level)
        return false;
    e->count++;
    for (size_t i = 0; i < p->count; i++) {
        uint16_t l = f->level[i] = level_of(p, kind, item, i);
        low = l < low ? l : low;
        high = l > high ? l : high;
    }
    f->span = high > low ? (uint16_t)(high - low) : 1;
    return true;
}

static bool add_param(ts_encoding *e, size_t param)
{
    const ts_param *p = ts_space_param(e->space, param);
    if (p->count < 2)
        return true;
    if (is_permutation(p)) {
        for (size_t item = 0; p->values[0].s[item]; item++)
            if (!add_factor(e, param, TS_FACTOR_PLACE, item))
                return false;
        return true;
    }
    if (p->kind != TS_PARAM_ORDINAL || p->count == 2)
        return add_factor(e, param, TS_FACTOR_IDENTITY, 0);
    return add_factor(e, param, TS_FACTOR_POSITION, 0) &&
           (!e->informed || !is_size(p) || add_factor(e, param, TS_FACTOR_VALUATION, 0));
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The scale of an expectation is its own; quartiles of a sample make it comparable with other beliefs. */
static void scale_expectation(ts_encoding *e, uint64_t seed)
{
    double sample[EXPECTATION_SAMPLE];
    uint64_t count = ts_space_count(e->space);
    size_t n = 0;
    ts_rng rng;
    ts_rng_seed(&rng, seed);
    for (size_t i = 0; e->belief.of && count > 0 && i < EXPECTATION_SAMPLE; i++) {
        double x = e->belief.of(e->belief.context, ts_rng_below(&rng, count));
        if (isfinite(x))
            sample[n++] = x;
    }
    if (n == 0)
        return;
    qsort(sample, n, sizeof *sample, by_value);
    e->expected = sample[n / 2];
    e->spread = sample[3 * n / 4] - sample[n / 4];
}

/* A belief beyond these many ranges says nothing more. */
static double believed(const ts_encoding *e, uint64_t config)
{
    double x = e->spread > 0 ? e->belief.of(e->belief.context, config) : NAN;
    return isnan(x) ? 0 : fmin(fmax((x - e->expected) / e->spread, -BELIEF_LIMIT), BELIEF_LIMIT);
}

int ts_encoding_open(ts_encoding *e, const ts_search *search, bool informed)
{
    const ts_space *space = search->space;
    size_t params = ts_space_params(space);
    *e = (ts_encoding){.space = space, .informed = informed, .belief = search->belief};
    scale_expectation(e, search->seed);
    e->factors = calloc(PERMUTATION_ITEMS * params + 1, sizeof *e->factors);
    e->ordinals = calloc(params + 1, sizeof *e->ordinals);
    bool made = e->factors && e->ordinals;
    for (size_t i = 0; made && i < params; i++)
        made = add_param(e, i);
    if (made)
        return TS_OK;
    ts_encoding_close(e);
    return ts_fail(TS_ENOMEM, "out of memory while starting the search");
}

void ts_encoding_close(ts_encoding *e)
{
    for (size_t i = 0; e->factors && i < e->count; i++)
        free(e->factors[i].level);
    free(e->factors);
    free(e->ordinals);
    *e = (ts_encoding){0};
}

double ts_encoding_of(ts_encoding *e, uint64_t config, uint16_t *levels)
{
    double prior = believed(e, config);
    ts_space_decode(e->space, config, e->ordinals);
    for (size_t i = 0; i < e->count; i++) {
        const ts_factor *f = &e->factors[i];
        levels[i] = f->level[e->ordinals[f->param]];
        if (f->kind == TS_FACTOR_VALUATION)
            prior += odd_part(ts_space_param(e->space, f->param), e->ordinals[f->param]);
    }
    return prior;
}
