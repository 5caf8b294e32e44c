/*
 * A hardware target: what targets/NAME.xml says, or what `detect` found out. A flat, ordered list of
 * attributes with dotted names ("l2.size", "vector.bits", "feature.avx512f", "peak.f32"), each with value,
 * unit, source and spread, behind a nested XML of which targets/target.xsd is the schema. Expressions read it
 * as target.NAME.
 */
#ifndef TS_CORE_TARGET_H
#define TS_CORE_TARGET_H

#include "core/expr.h"

/** One fact about the hardware. */
typedef struct ts_attribute {
    char *name;     /**< dotted, for example "l1d.size" */
    ts_value value; /**< strings owned by the target */
    char *unit;     /**< "B", "Hz", "flop/s", "B/s", "s", "1", …; NULL for strings */
    char *source;   /**< "cpuid leaf 4", "measured: median of 15", a URL or paper */
    double lo, hi;  /**< interval (p10..p90 when measured); NAN where unknown */
} ts_attribute;

typedef struct ts_target {
    char *name; /**< "host-zen5-4c1f", "generic-x86-64-v4" */
    char *kind; /**< cpu, gpu, systolic, dla, photonic, quantum, cluster */
    char *summary;
    char *fingerprint; /**< 16 hex digits for a detected host; NULL for a described one */
    ts_attribute *attributes;
    size_t count;
} ts_target;

/** Load a target by path, or by name from the data folder's targets/; `extends` is followed (a cycle is an
 * error). */
int ts_target_load(const char *name_or_path, ts_target **out);
/** From text; `name` stands for the path in messages. `extends` is looked up in the data folder. */
int ts_target_parse(const char *xml, size_t length, const char *name, ts_target **out);
/** The target as XML text that ts_target_parse() reads back equal; *text is malloc'ed. */
int ts_target_write(const ts_target *target, char **text);
void ts_target_free(ts_target *target);

/** NULL if the target doesn't say. Borrowed. */
const ts_attribute *ts_target_get(const ts_target *target, const char *name);
/** A numeric attribute, or `fallback` if absent. */
double ts_target_number(const ts_target *target, const char *name, double fallback);
/** What a formula computes with: a value, its range, and where both come from. */
typedef struct ts_fact {
    double value, lo, hi; /**< lo and hi equal the value where nobody states a spread */
    char unit[16];
    char source[256]; /**< "derived: …" with the formula, or as the description has it */
} ts_fact;

/**
 * The number that `user` (a model or formula, for people: "the roofline") computes with: as the target states
 * it, else derived from what it states (operations.T from vector and fma; peak.T from operations.T and
 * clock.core; memory.total from memory.bandwidth where the target has no cores). TS_ENOTFOUND and a sentence
 * that names the attribute, the user and the element to add if neither says.
 */
int ts_target_need(const ts_target *target, const char *name, const char *user, ts_fact *out);
/** The same for text: array.dataflow, cluster.node. Borrowed from the target. */
int ts_target_need_text(const ts_target *target, const char *name, const char *user, const char **out);
/** The target that a cluster's nodes are; `user` as above. */
int ts_target_node(const ts_target *cluster, const char *user, ts_target **out);
/** Add or replace. Copies everything. A number without a unit gets "1"; NAN and infinity are refused: leave
 * out what isn't known. */
int ts_target_set(ts_target *target, const char *name, ts_value value, const char *unit, const char *source,
                  double lo, double hi);
/** Names of the described targets in the data folder, sorted; free with ts_name_list_free() (core/kernel.h).
 */
int ts_target_list(char ***names, size_t *count);
ts_target *ts_target_new(const char *name, const char *kind);

#endif
