/* A target as a list of attributes: made, changed, asked. Its XML is read in target_read.c and written in
 * target_write.c. */
#include "core/target.h"
#include "core/target_terms.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void attribute_clear(ts_attribute *a)
{
    if (a->value.kind == TS_STRING)
        free((char *)a->value.s);
    free(a->name);
    free(a->unit);
    free(a->source);
}

ts_target *ts_target_new(const char *name, const char *kind)
{
    ts_target *target = calloc(1, sizeof *target);
    if (!target)
        return NULL;
    target->name = ts_target_text_copy(name);
    target->kind = ts_target_text_copy(kind);
    if (target->name && target->kind)
        return target;
    ts_target_free(target);
    return NULL;
}

void ts_target_free(ts_target *target)
{
    if (!target)
        return;
    for (size_t i = 0; i < target->count; i++)
        attribute_clear(&target->attributes[i]);
    free(target->attributes);
    free(target->name);
    free(target->kind);
    free(target->summary);
    free(target->fingerprint);
    free(target);
}

const ts_attribute *ts_target_get(const ts_target *target, const char *name)
{
    for (size_t i = 0; i < target->count; i++)
        if (strcmp(target->attributes[i].name, name) == 0)
            return &target->attributes[i];
    return NULL;
}

double ts_target_number(const ts_target *target, const char *name, double fallback)
{
    const ts_attribute *a = ts_target_get(target, name);
    if (!a || a->value.kind == TS_STRING)
        return fallback;
    return a->value.kind == TS_INT ? (double)a->value.i : a->value.r;
}

/* Everything copied, or false and nothing kept. */
static bool attribute_make(ts_attribute *a, const char *name, ts_value value, const char *unit,
                           const char *source)
{
    if (value.kind != TS_STRING && (!unit || !*unit))
        unit = "1";
    if (source && !*source)
        source = NULL;
    *a = (ts_attribute){.name = strdup(name), .value = value};
    if (value.kind == TS_STRING)
        a->value.s = ts_target_text_copy(value.s);
    else
        a->unit = ts_target_text_copy(unit);
    a->source = source ? ts_target_text_copy(source) : NULL;
    bool whole =
        a->name && (value.kind == TS_STRING ? a->value.s != NULL : a->unit != NULL) && (a->source || !source);
    if (!whole)
        attribute_clear(a);
    return whole;
}

/* The place of an attribute of that name: the present one, cleared, or a new one at the end. NULL: out of
 * memory. */
static ts_attribute *attribute_place(ts_target *target, const char *name)
{
    ts_attribute *a = (ts_attribute *)ts_target_get(target, name);
    if (a) {
        attribute_clear(a);
        return a;
    }
    ts_attribute *grown = realloc(target->attributes, (target->count + 1) * sizeof *grown);
    if (!grown)
        return NULL;
    target->attributes = grown;
    return &grown[target->count++];
}

int ts_target_set(ts_target *target, const char *name, ts_value value, const char *unit, const char *source,
                  double lo, double hi)
{
    if (!ts_target_name_is_valid(name))
        return ts_fail(TS_EINPUT,
                       "'%s' can't name an attribute of a target; use dotted words such as l2.size", name);
    if (value.kind == TS_NONE || (value.kind == TS_REAL && !isfinite(value.r)))
        return ts_fail(TS_EINPUT, "attribute %s of target %s has no finite value; leave out what isn't known",
                       name, target->name);
    ts_attribute made;
    if (!attribute_make(&made, name, value, unit, source))
        return ts_fail(TS_ENOMEM, "out of memory while describing target %s", target->name);
    /* An infinite bound says no more than none. */
    made.lo = isfinite(lo) && value.kind != TS_STRING ? lo : NAN;
    made.hi = isfinite(hi) && value.kind != TS_STRING ? hi : NAN;
    ts_attribute *place = attribute_place(target, name);
    if (!place) {
        attribute_clear(&made);
        return ts_fail(TS_ENOMEM, "out of memory while describing target %s", target->name);
    }
    *place = made;
    return 0;
}
