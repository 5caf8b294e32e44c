/* See target_check.h. */
#include "core/target_check.h"
#include "core/target_terms.h"
#include "util/xml.h"
#include <math.h>
#include <string.h>

typedef struct checker {
    const ts_target *target;
    const xmlNode *root;
    const xmlNode *const *stated;
    size_t count;
} checker;

static double number(const ts_attribute *a)
{
    return a->value.kind == TS_INT ? (double)a->value.i : a->value.kind == TS_REAL ? a->value.r : NAN;
}

static const xmlNode *place(const checker *c, const ts_attribute *a)
{
    size_t i = (size_t)(a - c->target->attributes);
    return i < c->count ? c->stated[i] : NULL;
}

/* The later statement of the two: the one that made the contradiction. */
static const xmlNode *place_of_two(const checker *c, const ts_attribute *a, const ts_attribute *b)
{
    const xmlNode *x = place(c, a), *y = place(c, b);
    if (!x || !y)
        return x ? x : y ? y : c->root;
    return xmlGetLineNo(x) > xmlGetLineNo(y) ? x : y;
}

/* "is" is what the first is to the second in the sentence. */
static int contradiction(const checker *c, const ts_attribute *a, const char *is, const ts_attribute *b)
{
    return ts_xml_fail(place_of_two(c, a, b), TS_EINPUT,
                       "%s (%.6g) of target %s is %s %s (%.6g), which can't be; correct one of the two",
                       a->name, number(a), c->target->name, is, b->name, number(b));
}

static int check_unit(const checker *c, const ts_attribute *a)
{
    const char *unit, *other;
    ts_value ignored;
    if (!ts_target_unit_known(a->name, &unit, &other))
        return 0;
    const xmlNode *node = place(c, a);
    if (a->value.kind == TS_STRING && ts_target_number_parse(a->value.s, &ignored))
        return ts_xml_fail(node ? node : c->root, TS_EINPUT, "%s=\"%s\" has no unit; add unit=\"%s\"",
                           a->name, a->value.s, unit);
    if (a->value.kind == TS_STRING || strcmp(a->unit, unit) == 0 || (other && strcmp(a->unit, other) == 0))
        return 0;
    return ts_xml_fail(node ? node : c->root, TS_EINPUT, "%s is in %s; convert it to %s", a->name, a->unit,
                       unit);
}

static int check_spread(const checker *c, const ts_attribute *a)
{
    double value = number(a);
    const xmlNode *node = place(c, a) ? place(c, a) : c->root;
    if (a->lo > value)
        return ts_xml_fail(node, TS_EINPUT, "%s: lo (%.6g) is above the value (%.6g); correct one of the two",
                           a->name, a->lo, value);
    if (a->hi < value)
        return ts_xml_fail(node, TS_EINPUT, "%s: hi (%.6g) is below the value (%.6g); correct one of the two",
                           a->name, a->hi, value);
    return 0;
}

/* Of the quantities that have an element, only a feature, a loss and a level in dBm may be 0 or less. */
static int check_positive(const checker *c, const ts_attribute *a)
{
    const char *unit, *other;
    bool may_be_zero = strncmp(a->name, "feature.", 8) == 0;
    if (may_be_zero || !ts_target_unit_known(a->name, &unit, &other) || unit[0] == 'd' || !(number(a) <= 0))
        return 0;
    return ts_xml_fail(place(c, a) ? place(c, a) : c->root, TS_EINPUT,
                       "%s is %.6g; leave out what isn't known", a->name, number(a));
}

static int check_text(const checker *c, const ts_attribute *a)
{
    static const char *const flows[] = {"output_stationary", "weight_stationary", "input_stationary",
                                        "row_stationary"};
    if (strcmp(a->name, "array.dataflow") != 0)
        return 0;
    for (size_t i = 0; i < sizeof flows / sizeof *flows; i++)
        if (a->value.kind == TS_STRING && strcmp(a->value.s, flows[i]) == 0)
            return 0;
    return ts_xml_fail(place(c, a) ? place(c, a) : c->root, TS_EINPUT,
                       "array.dataflow is none that is known; write output_stationary, weight_stationary, "
                       "input_stationary or row_stationary");
}

static int check_alone(const checker *c)
{
    int rc = 0;
    for (size_t i = 0; i < c->target->count && rc == 0; i++) {
        const ts_attribute *a = &c->target->attributes[i];
        rc = check_unit(c, a);
        if (rc == 0 && !c->target->fingerprint)
            rc = check_spread(c, a);
        if (rc == 0 && !c->target->fingerprint)
            rc = check_positive(c, a);
        if (rc == 0)
            rc = check_text(c, a);
    }
    return rc;
}

/* Numbers of which the first can't exceed the second. */
static int check_order(const checker *c)
{
    static const struct {
        const char *less, *more;
    } orders[] = {
        {"packages", "cores"},          {"cores", "threads"},
        {"clock.base", "clock.boost"},  {"clock.core", "clock.boost"},
        {"power.idle", "power.busy"},   {"power.idle", "power.design"},
        {"power.busy", "power.design"}, {"gpu.block_shared", "gpu.shared"},
        {"gpu.shared", "l1d.size"},     {"gpu.thread_registers", "gpu.registers"},
        {"page.size", "memory.size"},   {"memory.bandwidth", "memory.total"},
    };
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        const ts_attribute *less = ts_target_get(c->target, orders[i].less),
                           *more = ts_target_get(c->target, orders[i].more);
        if (less && more && number(less) > number(more))
            return contradiction(c, less, "more than", more);
    }
    return 0;
}

static const ts_attribute *level(const checker *c, size_t index, const char *leaf)
{
    static const char *const levels[] = {"l1d", "l2", "l3", "l4", "memory"};
    char name[32];
    if (index >= sizeof levels / sizeof *levels)
        return NULL;
    snprintf(name, sizeof name, "%s.%s", levels[index], leaf);
    return ts_target_get(c->target, name);
}

enum { levels_count = 5 };

/* The next level away from the core that states the leaf; NULL: none. */
static const ts_attribute *next_level(const checker *c, size_t index, const char *leaf)
{
    const ts_attribute *a = NULL;
    for (size_t i = index + 1; i < levels_count && !a; i++)
        a = level(c, i, leaf);
    return a;
}

/* A level away from the core is no smaller, no faster and no nearer. Spreads may overlap where it was
 * measured. */
static int check_levels(const checker *c)
{
    for (size_t i = 0; i + 1 < levels_count; i++) {
        const ts_attribute *near = level(c, i, "size"), *far = next_level(c, i, "size");
        if (near && far && number(near) > number(far))
            return contradiction(c, near, "larger than", far);
        near = level(c, i, "latency"), far = next_level(c, i, "latency");
        if (near && far && number(near) > fmax(number(far), far->hi))
            return contradiction(c, near, "longer than", far);
        near = level(c, i, "bandwidth"), far = next_level(c, i, "bandwidth");
        if (near && far && fmax(number(near), near->hi) < fmin(number(far), far->lo))
            return contradiction(c, near, "lower than", far);
    }
    return 0;
}

static int check_shape(const checker *c, size_t index)
{
    const ts_attribute *size = level(c, index, "size"), *line = level(c, index, "line"),
                       *ways = level(c, index, "ways"), *effective = level(c, index, "effective");
    if (size && line && fmod(number(size), number(line)) != 0)
        return contradiction(c, size, "no multiple of", line);
    if (size && line && ways && number(line) * number(ways) > number(size))
        return contradiction(c, ways, "more lines than fit in", size);
    if (size && effective && number(effective) > number(size))
        return contradiction(c, effective, "larger than", size);
    return 0;
}

static int check_sharing(const checker *c, size_t index)
{
    const ts_attribute *shared = level(c, index, "shared"), *threads = ts_target_get(c->target, "threads");
    threads = threads ? threads : ts_target_get(c->target, "cores");
    if (shared && threads && number(shared) > number(threads))
        return contradiction(c, shared, "more than", threads);
    return 0;
}

static int check_vector(const checker *c)
{
    const ts_attribute *bits = ts_target_get(c->target, "vector.bits"),
                       *bytes = ts_target_get(c->target, "vector.bytes");
    if (!bits || bits->value.kind != TS_INT)
        return 0;
    const xmlNode *node = place_of_two(c, bits, bytes ? bytes : bits);
    if (bits->value.i < 8 || bits->value.i % 8 != 0)
        return ts_xml_fail(node, TS_EINPUT, "vector.bits of target %s is not a multiple of 8; correct it",
                           c->target->name);
    if (bytes && (bytes->value.kind != TS_INT || bytes->value.i != bits->value.i / 8))
        return ts_xml_fail(node, TS_EINPUT,
                           "vector.bits and vector.bytes of target %s disagree; state vector.bits only",
                           c->target->name);
    return 0;
}

int ts_target_check(const ts_target *target, const xmlNode *root, const xmlNode *const *stated, size_t count)
{
    const checker c = {target, root, stated, count};
    int rc = check_alone(&c);
    if (rc == 0)
        rc = check_vector(&c);
    if (rc < 0 || target->fingerprint)
        return rc;
    rc = check_order(&c);
    if (rc == 0)
        rc = check_levels(&c);
    for (size_t i = 0; i < levels_count && rc == 0; i++) {
        rc = check_shape(&c, i);
        if (rc == 0)
            rc = check_sharing(&c, i);
    }
    return rc;
}
