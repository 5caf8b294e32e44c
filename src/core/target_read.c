/* Target descriptions in: nested XML to flat dotted names, `extends` followed. */
#include "core/listing.h"
#include "core/paths.h"
#include "core/target.h"
#include "core/target_check.h"
#include "core/target_terms.h"
#include "util/file.h"
#include "util/str.h"
#include "util/xml.h"
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file being read, and the one that extends it: how a cycle is seen. */
typedef struct chain {
    const char *path;
    const struct chain *above;
} chain;

static void schema_path(char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/targets/target.xsd", ts_path_data());
}

int ts_target_list(char ***names, size_t *count)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s/targets", ts_path_data());
    return ts_listing(folder, ts_listing_xml, names, count);
}

/* An attribute of the XML, "" where absent; borrowed. Only attributes of plain text pass the schema. */
static const char *text_of(const xmlNode *node, const char *attribute)
{
    const xmlAttr *a = xmlHasProp(node, (const xmlChar *)attribute);
    return a && a->children && a->children->content ? (const char *)a->children->content : "";
}

static int read_bound(const xmlNode *node, const char *attribute, double *out)
{
    const char *text = text_of(node, attribute);
    ts_value value;
    *out = NAN;
    if (!*text)
        return 0;
    if (!ts_target_number_parse(text, &value))
        return ts_xml_fail(node, TS_EINPUT, "%s=\"%s\" is not a number; write for example 48K or 2.6e9",
                           attribute, text);
    *out = value.kind == TS_INT ? (double)value.i : value.r;
    return 0;
}

/* Text has no unit; of the elements that need none, these are text and the others counts. */
static bool is_text(const xmlNode *node)
{
    static const char *const elements[] = {"arch", "vendor", "model", "dataflow", "node", "attribute"};
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (ts_xml_is(node, elements[i]))
            return !*text_of(node, "unit");
    return false;
}

/* An element that carries a value. */
static int read_value(ts_target *target, const xmlNode *node, const char *name, const xmlNode **stated)
{
    const char *text = text_of(node, "value"), *unit = text_of(node, "unit"),
               *source = text_of(node, "source");
    ts_value value = ts_string(text);
    double lo, hi;
    int rc;
    if (*stated)
        return ts_xml_fail(node, TS_EINPUT, "%s is stated twice; remove one of the two", name);
    *stated = node;
    if (ts_xml_is(node, "feature") && !*text)
        text = "1";
    if (!is_text(node) && !ts_target_number_parse(text, &value))
        return ts_xml_fail(node, TS_EINPUT, "%s=\"%s\" is not a number; write for example 48K or 2.6e9", name,
                           text);
    if ((rc = read_bound(node, "lo", &lo)) < 0 || (rc = read_bound(node, "hi", &hi)) < 0)
        return rc;
    if (lo > hi)
        return ts_xml_fail(node, TS_EINPUT, "%s: lo is above hi; exchange the two", name);
    rc = ts_target_set(target, name, value, *unit ? unit : NULL, *source ? source : NULL, lo, hi);
    return rc < 0 ? ts_xml_fail(node, rc, "%s", ts_error()) : 0;
}

/* What was stated in this very file: `extends` may be overridden, but nothing may be stated twice. */
typedef struct reader {
    ts_target *target;
    const xmlNode **stated; /* where, per attribute of the target; NULL: inherited */
    size_t capacity;
} reader;

static int read_named(reader *r, const xmlNode *node, const char *name)
{
    const ts_attribute *old = ts_target_get(r->target, name);
    size_t index = old ? (size_t)(old - r->target->attributes) : r->target->count;
    if (index >= r->capacity) {
        size_t capacity = 2 * index + 16;
        const xmlNode **grown = realloc(r->stated, capacity * sizeof *grown);
        if (!grown)
            return ts_fail(TS_ENOMEM, "out of memory while reading a target");
        memset(grown + r->capacity, 0, (capacity - r->capacity) * sizeof *grown);
        r->stated = grown;
        r->capacity = capacity;
    }
    return read_value(r->target, node, name, &r->stated[index]);
}

/* <topic> or <topic name="…"> around values. */
static int read_topic(reader *r, const xmlNode *topic)
{
    char name[TS_TARGET_NAME_LONGEST + 1];
    const char *instance = text_of(topic, "name"), *prefix = (const char *)topic->name;
    /* A level of the cache is known by its name alone. */
    bool cache = ts_xml_is(topic, "cache");
    int rc = 0;
    for (const xmlNode *leaf = ts_xml_child(topic, NULL); leaf && rc == 0; leaf = ts_xml_next(leaf, NULL)) {
        snprintf(name, sizeof name, "%s%s%s.%s", cache ? "" : prefix, cache || !*instance ? "" : ".",
                 instance, (const char *)leaf->name);
        rc = read_named(r, leaf, name);
    }
    return rc;
}

static int read_element(reader *r, const xmlNode *node)
{
    char name[TS_TARGET_NAME_LONGEST + 1];
    if (ts_xml_is(node, "description"))
        return 0;
    if (ts_xml_is(node, "attribute"))
        return read_named(r, node, text_of(node, "name"));
    if (ts_xml_is(node, "feature"))
        snprintf(name, sizeof name, "feature.%s", text_of(node, "name"));
    else if (*text_of(node, "type"))
        snprintf(name, sizeof name, "%s.%s", (const char *)node->name, text_of(node, "type"));
    else if (xmlHasProp(node, (const xmlChar *)"value"))
        snprintf(name, sizeof name, "%s", (const char *)node->name);
    else
        return read_topic(r, node);
    return read_named(r, node, name);
}

static int load_file(const char *path, const chain *above, ts_target **out);

/* Beside the file that extends it, else in the data folder. */
static int load_base(const xmlNode *root, const char *name, const chain *here, ts_target **out)
{
    char path[PATH_MAX], folder[PATH_MAX];
    const char *slash = here->path ? strrchr(here->path, '/') : NULL;
    snprintf(folder, sizeof folder, "%s/targets", ts_path_data());
    if (!slash ||
        snprintf(path, sizeof path, "%.*s/%s.xml", (int)(slash - here->path), here->path, name) >= PATH_MAX ||
        !ts_file_exists(path))
        snprintf(path, sizeof path, "%s/%s.xml", folder, name);
    if (ts_file_exists(path))
        return load_file(path, here, out);
    ts_listing_fail("target", name, folder, ts_listing_xml);
    return ts_xml_fail(root, TS_EINPUT, "extends=\"%s\": %s", name, ts_error());
}

static int copy_attributes(ts_target *to, const ts_target *from)
{
    int rc = 0;
    for (size_t i = 0; i < from->count && rc == 0; i++) {
        const ts_attribute *a = &from->attributes[i];
        rc = ts_target_set(to, a->name, a->value, a->unit, a->source, a->lo, a->hi);
    }
    return rc;
}

static char *optional_copy(const xmlNode *root, const char *attribute)
{
    const char *text = text_of(root, attribute);
    return *text ? strdup(text) : NULL;
}

/* The root element to a target; `here` is NULL-pathed for text in memory. */
static int build(const xmlNode *root, const chain *here, ts_target **out)
{
    reader r = {0};
    ts_target *base = NULL;
    const char *extends = text_of(root, "extends"), *kind = text_of(root, "kind");
    int rc = *extends ? load_base(root, extends, here, &base) : 0;
    if (rc == 0 && !*kind && !base)
        rc = ts_xml_fail(root, TS_EINPUT,
                         "the target has neither kind nor extends; add for example kind=\"cpu\"");
    if (rc < 0)
        goto done;
    r.target = ts_target_new(text_of(root, "name"), *kind || !base ? kind : base->kind);
    if (!r.target) {
        rc = ts_fail(TS_ENOMEM, "out of memory while reading a target");
        goto done;
    }
    r.target->summary = optional_copy(root, "summary");
    r.target->fingerprint = optional_copy(root, "fingerprint");
    if (base)
        rc = copy_attributes(r.target, base);
    for (const xmlNode *node = ts_xml_child(root, NULL); node && rc == 0; node = ts_xml_next(node, NULL))
        rc = read_element(&r, node);
    if (rc == 0)
        rc = ts_target_check(r.target, root, r.stated, r.capacity);
done:
    if (rc < 0)
        ts_target_free(r.target);
    else
        *out = r.target;
    ts_target_free(base);
    free(r.stated);
    return rc;
}

static int load_file(const char *path, const chain *above, ts_target **out)
{
    char real[PATH_MAX], schema[PATH_MAX];
    xmlDocPtr doc = NULL;
    if (!realpath(path, real))
        return ts_fail(TS_ENOTFOUND,
                       "no target description %s; give a file or the name of a described target", path);
    for (const chain *c = above; c; c = c->above)
        if (c->path && strcmp(c->path, real) == 0)
            return ts_fail(TS_EINPUT, "%s: the target extends itself; remove one extends of the circle",
                           real);
    schema_path(schema);
    int rc = ts_xml_load(real, schema, &doc);
    if (rc == 0)
        rc = build(xmlDocGetRootElement(doc), &(chain){real, above}, out);
    xmlFreeDoc(doc);
    return rc;
}

/* The width of a vector is one fact that is asked for in two units. */
static int finish(ts_target *target)
{
    const ts_attribute *bits = ts_target_get(target, "vector.bits");
    if (!bits || bits->value.kind != TS_INT || ts_target_get(target, "vector.bytes"))
        return 0;
    return ts_target_set(target, "vector.bytes", ts_int(bits->value.i / 8), "B", "vector.bits", NAN, NAN);
}

static int finished(int rc, ts_target **out)
{
    if (rc == 0)
        rc = finish(*out);
    if (rc < 0) {
        ts_target_free(*out);
        *out = NULL;
    }
    return rc;
}

int ts_target_load(const char *name_or_path, ts_target **out)
{
    char path[PATH_MAX], folder[PATH_MAX];
    size_t n = strlen(name_or_path);
    bool is_path = strchr(name_or_path, '/') || (n > 4 && strcmp(name_or_path + n - 4, ".xml") == 0);
    *out = NULL;
    snprintf(folder, sizeof folder, "%s/targets", ts_path_data());
    int length = is_path ? snprintf(path, sizeof path, "%s", name_or_path)
                         : snprintf(path, sizeof path, "%s/%s.xml", folder, name_or_path);
    if (length >= PATH_MAX || (!is_path && !ts_file_exists(path)))
        return ts_listing_fail("target", name_or_path, folder, ts_listing_xml);
    return finished(load_file(path, NULL, out), out);
}

int ts_target_parse(const char *xml, size_t length, const char *name, ts_target **out)
{
    char schema[PATH_MAX];
    xmlDocPtr doc = NULL;
    *out = NULL;
    schema_path(schema);
    int rc = ts_xml_parse(xml, length, name, schema, &doc);
    if (rc == 0)
        rc = build(xmlDocGetRootElement(doc), &(chain){NULL, NULL}, out);
    xmlFreeDoc(doc);
    return finished(rc, out);
}
