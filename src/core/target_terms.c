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

/* clang-format off */
static const known_term known_terms[] = {
    {NULL, "arch", NULL}, {NULL, "vendor", NULL}, {NULL, "model", NULL},
    {NULL, "packages", "1"}, {NULL, "cores", "1"}, {NULL, "threads", "1"},
    {NULL, "price", "USD"}, {NULL, "area", "mm2"}, {NULL, "process", "nm"},
    {"clock", "core", "Hz"}, {"clock", "base", "Hz"}, {"clock", "boost", "Hz"},
    {"vector", "bits", "1"}, {"vector", "bytes", "B"}, {"vector", "registers", "1"},
    {"fma", "latency", "cycles"}, {"fma", "throughput", "1/cycle"},
    {"cache", "size", "B"}, {"cache", "line", "B"}, {"cache", "ways", "1"}, {"cache", "shared", "1"},
    {"cache", "effective", "B"}, {"cache", "bandwidth", "B/s"}, {"cache", "latency", "s"},
    {"cache", "energy", "J/B"}, {"cache", "total", "B/s"}, {"cache", "cost", "1"},
    {"cache", "rate", "B/cycle"}, {"cache", "delay", "cycles"},
    {"memory", "size", "B"}, {"memory", "bandwidth", "B/s"}, {"memory", "latency", "s"},
    {"memory", "energy", "J/B"}, {"memory", "total", "B/s"}, {"memory", "cost", "1"},
    {"page", "size", "B"},
    {"power", "design", "W"}, {"power", "idle", "W"}, {"power", "busy", "W"},
    {"buffer", "size", "B"}, {"buffer", "count", "1"}, {"buffer", "bandwidth", "B/s"},
    {"buffer", "latency", "s"}, {"buffer", "energy", "J/B"}, {"buffer", "cost", "1"},
    {"link", "latency", "s"}, {"link", "bandwidth", "B/s"}, {"link", "energy", "J/B"},
    {"gpu", "sms", "1"}, {"gpu", "warp", "1"}, {"gpu", "warps", "1"}, {"gpu", "blocks", "1"},
    {"gpu", "block_threads", "1"}, {"gpu", "schedulers", "1"}, {"gpu", "lanes", "1"},
    {"gpu", "registers", "1"}, {"gpu", "thread_registers", "1"}, {"gpu", "register_unit", "1"},
    {"gpu", "shared", "B"}, {"gpu", "block_shared", "B"},
    {"array", "rows", "1"}, {"array", "columns", "1"}, {"array", "count", "1"}, {"array", "dataflow", NULL},
    {"dla", "atomic_c", "1"}, {"dla", "atomic_k", "1"},
    {"photonic", "tiles", "1"}, {"photonic", "cores", "1"}, {"photonic", "rows", "1"},
    {"photonic", "columns", "1"}, {"photonic", "wavelengths", "1"}, {"photonic", "bits", "1"},
    {"photonic", "loss", "dB"}, {"photonic", "extinction", "dB"}, {"photonic", "sensitivity", "dBm"},
    {"photonic", "laser_efficiency", "1"}, {"photonic", "modulator_energy", "J"},
    {"photonic", "modulators", "1"}, {"photonic", "detector_power", "W"}, {"photonic", "amplifier_power", "W"},
    {"photonic", "dac_power", "W"}, {"photonic", "dac_bits", "1"}, {"photonic", "dac_rate", "Hz"},
    {"photonic", "adc_power", "W"}, {"photonic", "adc_bits", "1"}, {"photonic", "adc_rate", "Hz"},
    {"photonic", "reprogram", "s"},
    {"quantum", "qubits", "1"}, {"quantum", "gate", "s"}, {"quantum", "io", "B/s"},
    {"cluster", "nodes", "1"}, {"cluster", "node", NULL},
};
/* clang-format on */

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

/* "peak.f32" and the like: elements whose type ends the name. */
static const struct {
    const char *leaf, *key, *unit, *other_unit;
} typed_terms[] = {
    {"feature", "name", "1", NULL},
    {"peak", "type", "flop/s", "op/s"},
    {"operations", "type", "1/cycle", NULL},
    {"energy", "type", "J", NULL},
};

/* The only dot of "peak.f32", NULL where the end is no word that the schema allows there. */
static const char *typed_dot(const char *name)
{
    const char *dot = strchr(name, '.');
    return dot && !strchr(dot + 1, '.') && strlen(dot + 1) <= 63 ? dot : NULL;
}

static bool unit_fits(const ts_attribute *a, const char *unit)
{
    if (!unit)
        return a->value.kind == TS_STRING;
    bool is_signed = strcmp(unit, "dBm") == 0;
    return a->value.kind != TS_STRING && a->unit && strcmp(a->unit, unit) == 0 &&
           (is_signed || !is_negative(a));
}

/* Topics of which a target has several, each with a name of its own. */
static bool has_instances(const char *topic)
{
    return strcmp(topic, "buffer") == 0 || strcmp(topic, "link") == 0;
}

/* "cache" for l2, "buffer" for buffer.global, "" at the top level; where the leaf begins. */
static const char *split(const char *name, char topic[TS_TARGET_NAME_LONGEST + 1],
                         char instance[TS_TARGET_INSTANCE + 1])
{
    const char *dot = strchr(name, '.');
    size_t length = dot ? (size_t)(dot - name) : 0;
    topic[0] = instance[0] = '\0';
    if (!dot || length > TS_TARGET_NAME_LONGEST)
        return name;
    memcpy(topic, name, length);
    topic[length] = '\0';
    if (is_cache_level(name, length)) {
        memcpy(instance, topic, length + 1);
        memcpy(topic, "cache", sizeof "cache");
        return dot + 1;
    }
    const char *second = strchr(dot + 1, '.');
    size_t inner = second ? (size_t)(second - dot - 1) : 0;
    if (!has_instances(topic) || inner == 0 || inner > TS_TARGET_INSTANCE)
        return dot + 1;
    memcpy(instance, dot + 1, inner);
    instance[inner] = '\0';
    return second + 1;
}

/* The schema's instances are words that begin with a small letter. */
static bool is_instance(const char *name)
{
    for (const char *p = name; *p; p++)
        if (!((*p >= 'a' && *p <= 'z') || (p > name && (*p == '_' || (*p >= '0' && *p <= '9')))))
            return false;
    return *name != '\0';
}

/* The line of the table for a dotted name; NULL: it has no element of its own. */
static const known_term *find_name(const char *name, char instance[TS_TARGET_INSTANCE + 1])
{
    char topic[TS_TARGET_NAME_LONGEST + 1];
    const char *leaf = split(name, topic, instance);
    bool needs_instance = strcmp(topic, "cache") == 0 || has_instances(topic);
    if (needs_instance && !is_instance(instance))
        return NULL;
    return find_known(*topic ? topic : NULL, strlen(topic), leaf);
}

ts_target_term ts_target_term_of(const ts_attribute *a)
{
    ts_target_term term = {.leaf = "attribute", .key = "name", .key_value = a->name};
    const char *dot = typed_dot(a->name);
    for (size_t i = 0; dot && i < sizeof typed_terms / sizeof *typed_terms; i++)
        if (same(a->name, (size_t)(dot - a->name), typed_terms[i].leaf) &&
            (unit_fits(a, typed_terms[i].unit) ||
             (typed_terms[i].other_unit && unit_fits(a, typed_terms[i].other_unit))))
            return (ts_target_term){
                .leaf = typed_terms[i].leaf, .key = typed_terms[i].key, .key_value = dot + 1};
    char instance[TS_TARGET_INSTANCE + 1];
    const known_term *known = find_name(a->name, instance);
    if (!known || !unit_fits(a, known->unit))
        return term;
    term = (ts_target_term){.topic = known->topic, .leaf = known->leaf};
    memcpy(term.instance, instance, sizeof instance);
    return term;
}

bool ts_target_unit_known(const char *name, const char **unit, const char **other)
{
    char instance[TS_TARGET_INSTANCE + 1];
    const char *dot = typed_dot(name);
    *other = NULL;
    for (size_t i = 0; dot && i < sizeof typed_terms / sizeof *typed_terms; i++)
        if (same(name, (size_t)(dot - name), typed_terms[i].leaf)) {
            *unit = typed_terms[i].unit;
            *other = typed_terms[i].other_unit;
            return true;
        }
    const known_term *known = find_name(name, instance);
    *unit = known ? known->unit : NULL;
    return known && known->unit;
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
