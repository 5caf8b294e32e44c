#include "core/target_terms.h"
#include "util/number.h"
#include <ctype.h>
#include <libxml/xmlstring.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One line per element of targets/target.xsd that carries a value; the unit is the only one its schema
 * allows. */
typedef struct known_term {
    const char *topic, *leaf, *unit; /* topic NULL: top level; unit NULL: text */
} known_term;

static const known_term known_terms[] = {
    {NULL, "arch", NULL},         {NULL, "vendor", NULL},
    {NULL, "model", NULL},        {NULL, "packages", "1"},
    {NULL, "cores", "1"},         {NULL, "threads", "1"},
    {"clock", "core", "Hz"},      {"clock", "base", "Hz"},
    {"clock", "boost", "Hz"},     {"vector", "bits", "1"},
    {"vector", "bytes", "B"},     {"vector", "registers", "1"},
    {"fma", "latency", "cycles"}, {"fma", "throughput", "1/cycle"},
    {"cache", "size", "B"},       {"cache", "line", "B"},
    {"cache", "ways", "1"},       {"cache", "shared", "1"},
    {"cache", "effective", "B"},  {"cache", "bandwidth", "B/s"},
    {"cache", "latency", "s"},    {"cache", "energy", "J/B"},
    {"memory", "size", "B"},      {"memory", "bandwidth", "B/s"},
    {"memory", "latency", "s"},   {"memory", "energy", "J/B"},
    {"page", "size", "B"},        {"power", "design", "W"},
    {"power", "idle", "W"},
};

/* "l1d", "l2", "l3": the names of cache levels. */
static bool is_cache_level(const char *name, size_t length)
{
    return length >= 2 && length <= 3 && name[0] == 'l' && name[1] >= '1' && name[1] <= '9' &&
           (length == 2 || name[2] == 'd' || name[2] == 'i');
}

static bool same(const char *a, size_t length, const char *b)
{
    return strlen(b) == length && memcmp(a, b, length) == 0;
}

static const known_term *find_known(const char *topic, size_t length, const char *leaf)
{
    for (size_t i = 0; i < sizeof known_terms / sizeof *known_terms; i++) {
        const known_term *t = &known_terms[i];
        bool topic_fits = t->topic ? topic && same(topic, length, t->topic) : !topic;
        if (topic_fits && strcmp(t->leaf, leaf) == 0)
            return t;
    }
    return NULL;
}

/* The schema's quantities have no sign; what has one is written as an <attribute>. */
static bool is_negative(const ts_attribute *a)
{
    const ts_value v = a->value;
    return (v.kind == TS_INT ? v.i < 0 : v.kind == TS_REAL && signbit(v.r)) || a->lo < 0 || a->hi < 0;
}

static bool unit_fits(const ts_attribute *a, const char *unit)
{
    if (!unit)
        return a->value.kind == TS_STRING;
    return a->value.kind != TS_STRING && a->unit && strcmp(a->unit, unit) == 0 && !is_negative(a);
}

ts_target_term ts_target_term_of(const ts_attribute *a)
{
    ts_target_term term = {.leaf = "attribute", .key = "name", .key_value = a->name};
    const char *dot = strchr(a->name, '.'), *last = dot ? dot + 1 : a->name;
    size_t length = dot ? (size_t)(dot - a->name) : 0;
    if (strchr(last, '.'))
        return term;
    if (dot && same(a->name, length, "feature") && unit_fits(a, "1"))
        return (ts_target_term){.leaf = "feature", .key = "name", .key_value = last};
    if (dot && same(a->name, length, "peak") && (unit_fits(a, "flop/s") || unit_fits(a, "op/s")))
        return (ts_target_term){.leaf = "peak", .key = "type", .key_value = last};
    bool cache = dot && is_cache_level(a->name, length);
    const known_term *known =
        cache ? find_known("cache", 5, last) : find_known(dot ? a->name : NULL, length, last);
    if (!known || !unit_fits(a, known->unit) ||
        (!cache && known->topic && strcmp(known->topic, "cache") == 0))
        return term;
    term = (ts_target_term){.topic = known->topic, .leaf = known->leaf};
    if (cache)
        memcpy(term.instance, a->name, length);
    return term;
}

bool ts_target_name_is_valid(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n > TS_TARGET_NAME_LONGEST || name[n - 1] == '.')
        return false;
    for (size_t i = 0; i < n; i++) {
        bool word = isalnum((unsigned char)name[i]) || name[i] == '_';
        if (!word && !(name[i] == '.' && i > 0 && name[i - 1] != '.'))
            return false;
    }
    return !isdigit((unsigned char)name[0]);
}

static int64_t suffix_factor(char suffix)
{
    return suffix == 'K' ? 1024 : suffix == 'M' ? 1024 * 1024 : suffix == 'G' ? 1024 * 1024 * 1024 : 1;
}

bool ts_target_number_parse(const char *text, ts_value *out)
{
    char digits[64];
    size_t n = strlen(text);
    if (n == 0 || n >= sizeof digits)
        return false;
    memcpy(digits, text, n + 1);
    int64_t factor = suffix_factor(text[n - 1]);
    if (factor > 1)
        digits[n - 1] = '\0';
    *out = ts_value_parse(digits);
    if (out->kind == TS_INT && __builtin_mul_overflow(out->i, factor, &out->i))
        *out = ts_real((double)ts_value_parse(digits).i * (double)factor);
    else if (out->kind == TS_REAL)
        out->r *= (double)factor;
    return out->kind == TS_INT || (out->kind == TS_REAL && isfinite(out->r));
}

char *ts_target_text_copy(const char *text)
{
    char *copy = strdup(text);
    bool utf8 = xmlCheckUTF8((const unsigned char *)text);
    for (char *p = copy; p && *p; p++)
        if (iscntrl((unsigned char)*p) || (!utf8 && (unsigned char)*p >= 0x80))
            *p = '?';
    return copy;
}
