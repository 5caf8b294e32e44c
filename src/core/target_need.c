/* What models ask a target for: stated, derived, or missing with a sentence that says who wanted it. */
#include "core/target.h"
#include "core/target_terms.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static double value_of(const ts_attribute *a)
{
    return a->value.kind == TS_INT ? (double)a->value.i : a->value.r;
}

static bool stated(const ts_target *target, const char *name, ts_fact *out)
{
    const ts_attribute *a = ts_target_get(target, name);
    if (!a || a->value.kind == TS_STRING)
        return false;
    *out = (ts_fact){.value = value_of(a), .lo = a->lo, .hi = a->hi};
    out->lo = isnan(out->lo) ? out->value : out->lo;
    out->hi = isnan(out->hi) ? out->value : out->hi;
    snprintf(out->unit, sizeof out->unit, "%s", a->unit);
    snprintf(out->source, sizeof out->source, "%s", a->source ? a->source : "no source stated");
    return true;
}

static void multiply(ts_fact *by, const ts_fact *other)
{
    by->value *= other->value;
    by->lo *= other->lo;
    by->hi *= other->hi;
}

static void scale(ts_fact *fact, double factor)
{
    fact->value *= factor;
    fact->lo *= factor;
    fact->hi *= factor;
}

/* A vector multiply-add is two operations a lane. */
static bool derive_operations(const ts_target *target, const char *type, ts_fact *out)
{
    ts_fact bits;
    double width = strcmp(type, "f32") == 0 ? 32 : strcmp(type, "f64") == 0 ? 64 : 0;
    if (width == 0 || !stated(target, "vector.bits", &bits) || !stated(target, "fma.throughput", out))
        return false;
    multiply(out, &bits);
    scale(out, 2 / width);
    snprintf(out->unit, sizeof out->unit, "1/cycle");
    snprintf(out->source, sizeof out->source, "derived: 2 * fma.throughput * vector.bits / %g", width);
    return true;
}

static bool derive_peak(const ts_target *target, const char *type, ts_fact *out)
{
    char name[TS_TARGET_NAME_LONGEST + 1];
    ts_fact clock;
    snprintf(name, sizeof name, "operations.%s", type);
    bool known = stated(target, name, out) || derive_operations(target, type, out);
    if (!known || !stated(target, "clock.core", &clock))
        return false;
    multiply(out, &clock);
    bool real = type[0] == 'f' || strcmp(type, "bf16") == 0;
    snprintf(out->unit, sizeof out->unit, "%s", real ? "flop/s" : "op/s");
    snprintf(out->source, sizeof out->source, "derived: operations.%.60s * clock.core", type);
    return true;
}

/* Where a target has no cores, its bandwidth is the whole machine's already. */
static bool derive_total(const ts_target *target, const char *name, ts_fact *out)
{
    return strcmp(name, "memory.total") == 0 && !ts_target_get(target, "cores") &&
           stated(target, "memory.bandwidth", out);
}

/* "l2.bandwidth" from l2.rate: what a cache does in a cycle, in a second. */
static bool derive_bandwidth(const ts_target *target, const char *name, size_t level, ts_fact *out)
{
    char rate[64];
    ts_fact clock;
    snprintf(rate, sizeof rate, "%.*s.rate", (int)level, name);
    if (!stated(target, rate, out) || !stated(target, "clock.core", &clock))
        return false;
    multiply(out, &clock);
    snprintf(out->unit, sizeof out->unit, "B/s");
    snprintf(out->source, sizeof out->source, "derived: %.60s * clock.core", rate);
    return true;
}

/* "l2.latency" from l2.delay in cycles. */
static bool derive_latency(const ts_target *target, const char *name, size_t level, ts_fact *out)
{
    char delay[64];
    ts_fact clock;
    snprintf(delay, sizeof delay, "%.*s.delay", (int)level, name);
    if (!stated(target, delay, out) || !stated(target, "clock.core", &clock))
        return false;
    *out = (ts_fact){out->value / clock.value, out->lo / clock.hi, out->hi / clock.lo, "s", ""};
    snprintf(out->source, sizeof out->source, "derived: %.60s / clock.core", delay);
    return true;
}

static bool derive(const ts_target *target, const char *name, ts_fact *out)
{
    const char *dot = strchr(name, '.');
    size_t level = dot ? (size_t)(dot - name) : 0;
    if (strncmp(name, "operations.", 11) == 0)
        return derive_operations(target, name + 11, out);
    if (strncmp(name, "peak.", 5) == 0)
        return derive_peak(target, name + 5, out);
    if (name[0] == 'l' && level <= 3 && dot && strcmp(dot, ".bandwidth") == 0)
        return derive_bandwidth(target, name, level, out);
    if (name[0] == 'l' && level <= 3 && dot && strcmp(dot, ".latency") == 0)
        return derive_latency(target, name, level, out);
    return derive_total(target, name, out);
}

/* The element that would state it, for the sentence. */
static void describe(const char *name, char *text, size_t size)
{
    const char *unit = NULL, *other;
    bool is_number = ts_target_unit_known(name, &unit, &other);
    ts_attribute probe = {.name = (char *)name, .unit = (char *)unit, .lo = NAN, .hi = NAN};
    probe.value = is_number ? ts_int(1) : ts_string("");
    ts_target_term term = ts_target_term_of(&probe);
    char key[192] = "", inside[96] = "", unit_text[40] = "";
    if (term.key)
        snprintf(key, sizeof key, " %s=\"%s\"", term.key, term.key_value);
    if (is_number && strcmp(unit, "1") != 0)
        snprintf(unit_text, sizeof unit_text, " unit=\"%s\"", unit);
    if (term.topic && *term.instance)
        snprintf(inside, sizeof inside, " in <%s name=\"%s\">", term.topic, term.instance);
    else if (term.topic)
        snprintf(inside, sizeof inside, " in <%s>", term.topic);
    snprintf(text, size, "<%s%s value=\"...\"%s source=\"...\"/>%s", term.leaf, key, unit_text, inside);
}

static int missing(const ts_target *target, const char *name, const char *user)
{
    char element[512];
    describe(name, element, sizeof element);
    return ts_fail(TS_ENOTFOUND, "target %s doesn't state %s, which %s needs; add %s to its description",
                   target->name, name, user, element);
}

int ts_target_need(const ts_target *target, const char *name, const char *user, ts_fact *out)
{
    *out = (ts_fact){.value = NAN, .lo = NAN, .hi = NAN};
    return stated(target, name, out) || derive(target, name, out) ? 0 : missing(target, name, user);
}

int ts_target_need_text(const ts_target *target, const char *name, const char *user, const char **out)
{
    const ts_attribute *a = ts_target_get(target, name);
    *out = a && a->value.kind == TS_STRING ? a->value.s : NULL;
    return *out ? 0 : missing(target, name, user);
}

int ts_target_node(const ts_target *cluster, const char *user, ts_target **out)
{
    const char *name;
    *out = NULL;
    int rc = ts_target_need_text(cluster, "cluster.node", user, &name);
    if (rc == 0)
        rc = ts_target_load(name, out);
    if (rc < 0 || strcmp((*out)->kind, "cluster") != 0)
        return rc;
    ts_target_free(*out);
    *out = NULL;
    return ts_fail(TS_EINPUT,
                   "cluster.node of target %s is %s, a cluster itself; name the machine that its nodes are",
                   cluster->name, name);
}
